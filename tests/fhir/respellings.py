"""Harmless ways to write the same name: none changes what it says."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping

Respelling = Callable[[str], str]

FULL_WIDTH = {point: point + 0xFEE0 for point in range(0x21, 0x7F)}
WRITTEN_OUT = {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "AE", "Ö": "OE", "Ü": "UE"}


def half_width(name: str) -> str:
    """Katakana in half width; a voiced sound takes two signs."""
    narrow = {unicodedata.normalize("NFKC", chr(p)): chr(p) for p in range(0xFF66, 0xFF9E)}
    pieces = unicodedata.normalize("NFD", name).replace("\u3099", "ﾞ").replace("\u309a", "ﾟ")
    return "".join(narrow.get(piece, piece) for piece in pieces)


def inside(sign: str) -> Respelling:
    """A sign that nobody sees, in the middle of the name."""
    return lambda name: name[: len(name) // 2] + sign + name[len(name) // 2 :]


def between(sign: str) -> Respelling:
    return lambda name: sign.join(name.split())


def behind(sign: str) -> Respelling:
    return lambda name: name + sign


def translated(table: Mapping[str, str]) -> Respelling:
    return lambda name: name.translate(str.maketrans(dict(table)))


def without_accents(name: str) -> str:
    pieces = unicodedata.normalize("NFD", name)
    plain = "".join(p for p in pieces if p in "\u3099\u309a" or not unicodedata.combining(p))
    return unicodedata.normalize("NFC", plain)


RESPELLINGS: Mapping[str, Respelling] = {
    "upper case": str.upper,
    "lower case": str.lower,
    "title case": str.title,
    "swapped case": str.swapcase,
    "blanks around": lambda name: f"  {name} ",
    "two blanks": between("  "),
    "tab": between("\t"),
    "new line": between("\n"),
    "no-break blank": between("\u00a0"),
    "thin blank": between("\u2009"),
    "narrow no-break blank": between("\u202f"),
    "ideographic blank": between("\u3000"),
    "underscore": between("_"),
    "hyphen": between("-"),
    "no-break hyphen": between("\u2011"),
    "en dash": between("–"),
    "comma": between(", "),
    "trade mark": behind("™"),
    "registered": behind("®"),
    "service mark": behind("℠"),
    "copyright": behind("©"),
    "circled R": behind("Ⓡ"),
    "footnote 1": behind("¹"),
    "footnote 2": behind(" ²"),
    "soft hyphen": inside("\u00ad"),
    "zero-width blank": inside("\u200b"),
    "zero-width non-joiner": inside("\u200c"),
    "zero-width joiner": inside("\u200d"),
    "word joiner": inside("\u2060"),
    "byte order mark": lambda name: f"\ufeff{name}",
    "left-to-right mark": inside("\u200e"),
    "embedding": lambda name: f"\u202b{name}\u202c",
    "isolate": lambda name: f"\u2066{name}\u2069",
    "variation selector": inside("\ufe0f"),
    "null character": inside("\x00"),
    "decomposed": lambda name: unicodedata.normalize("NFD", name),
    "no accents": without_accents,
    "umlauts written out": translated(WRITTEN_OUT),
    "ligatures": lambda name: name.replace("fi", "ﬁ").replace("fl", "ﬂ"),
    "dotless i": translated({"i": "ı"}),
    "dotted capital I": lambda name: name.upper().replace("I", "İ"),
    "full width": lambda name: name.translate(FULL_WIDTH),
    "half-width katakana": half_width,
    "brackets": lambda name: f"({name})",
    "quotes": lambda name: f"“{name}”",
    "stop behind": behind("."),
}
# Of drugs alone: a dose is written beside them, and two words come in either order.
OF_DRUGS: Mapping[str, Respelling] = {
    "dose glued": lambda name: name if name[-1].isdigit() else f"{name}70mg",
    "dose before": lambda name: f"70mg {name}",
    "dose behind": behind(" 70 mg Tabl."),
    "amount before": lambda name: f"4 x {name}",
    "two words turned": lambda name: (
        " ".join(reversed(name.split())) if len(name.split()) == 2 else name
    ),
}
