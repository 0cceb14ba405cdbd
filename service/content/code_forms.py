"""What a code of each system looks like, and what spreadsheets make of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from service.content.check_digits import gtin, luhn, pzn, verhoeff
from service.content.files import hidden_in


class Problem(NamedTuple):
    """What is wrong with a code; a serious one must not be used."""

    message: str
    serious: bool = True


_MONTH = (
    r"(?:Jan|Feb|M[aä]r|Mrz|Apr|Ma[iy]|Jun|Jul|Aug|Sep|O[ck]t|Nov|De[cz]|Janv|F[eé]vr|Avr|Juin|Juil|"
    r"Ao[uû]t|D[eé]c|Ene|Abr|Ago|Dic|Gen|Mag|Giu|Lug|Set|Ott)[a-zé]*"
)
_DATE = re.compile(
    rf"{_MONTH}[ .-]+\d{{1,4}}|\d{{1,4}}[ .-]+{_MONTH}(?:[ .-]*\d{{2,4}})?"
    r"|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{4}-\d\d-\d\d(?:[T ].*)?",
    re.IGNORECASE,
)
_SHOWN_NUMBER = re.compile(r"\d+(?:[.,]\d+)?E\+?\d{2,}|\d+[.,]0+", re.IGNORECASE)
_ERROR = re.compile(r"#[A-ZÄÖÜ/0]+[!?]?")
_LOINC = re.compile(r"(\d{1,7})-(\d)")
_LOINC_PART = re.compile(r"L[PALG]\d+-\d")
_ATC = re.compile(r"[A-Z](?:\d\d(?:[A-Z](?:[A-Z](?:\d\d)?)?)?)?", re.IGNORECASE)
_ICD10 = re.compile(r"[A-Z]\d[0-9A-Z](?:\.?[0-9A-Z]{0,5}-?)?[!*+†]?", re.IGNORECASE)
TEXT_COLUMN = "format the column as text before codes are typed or pasted"


def problems(system: str, uri: str, code: str) -> Iterator[Problem]:
    """What is wrong with a code of a system.

    system: its short name in systems.csv.  uri: its address.
    """
    first = next(_unseen(code), None) or next(_damage(system, code), None)
    if first:
        yield first
    elif check := _form_of(system, uri):
        yield from check(code)


def unseen_in(text: str) -> str:
    """What nobody sees in a cell: blanks around it, characters without a shape."""
    if text != text.strip():
        return "has a blank before or behind it"
    return hidden_in(text)


def _unseen(code: str) -> Iterator[Problem]:
    if wrong := unseen_in(code):
        yield Problem(f"{code.strip()!r} {wrong}")
    elif code[:1] in ("'", "="):
        yield Problem(f"{code!r} begins with a sign of a spreadsheet")


def _damage(system: str, code: str) -> Iterator[Problem]:
    if system == "name":
        return
    if _DATE.fullmatch(code) and not _LOINC.fullmatch(code):
        what = "a LOINC code" if system == "loinc" else "a code"
        yield Problem(f"{code!r} is a date: a spreadsheet made it of {what}; {TEXT_COLUMN}")
    elif _SHOWN_NUMBER.fullmatch(code) and not _ICD10.fullmatch(code):
        yield Problem(f"{code!r} is a number as a spreadsheet shows it; {TEXT_COLUMN}")
    elif _ERROR.fullmatch(code):
        yield Problem(f"{code!r} is an error of a spreadsheet")


def _loinc(code: str) -> Iterator[Problem]:
    found = _LOINC.fullmatch(code)
    if found and luhn(found[1]) != found[2]:
        yield Problem(
            f"{code} is not a LOINC code: the check digit of {found[1]} is {luhn(found[1])}"
        )
    elif not found and not _LOINC_PART.fullmatch(code):
        yield Problem(f"{code!r} is not a LOINC code, which is digits, a hyphen and a check digit")


def _snomed(code: str) -> Iterator[Problem]:
    if not re.fullmatch(r"[1-9]\d{5,17}", code):
        yield Problem(f"{code!r} is not a SNOMED CT code, which has 6 to 18 digits")
    elif verhoeff(code[:-1]) != code[-1]:
        kept = len(code) > 15 and set(code[15:]) == {"0"}
        cause = (
            f"; a spreadsheet keeps 15 digits and makes the rest 0: {TEXT_COLUMN}" if kept else ""
        )
        yield Problem(f"{code} is not a SNOMED CT code: its check digit is wrong{cause}")


def _digits(code: str) -> Iterator[Problem]:
    if not re.fullmatch(r"\d{1,9}", code):
        yield Problem(f"{code!r} is not a code of RxNorm, which is digits only")


def _pzn(code: str) -> Iterator[Problem]:
    if not re.fullmatch(r"\d{1,8}", code):
        yield Problem(f"{code!r} is not a PZN, which has 8 digits")
    elif len(code) < 8:
        yield Problem(_lost_zero(code, "a PZN", 8), serious=False)
    elif pzn(code[:7]) != code[7]:
        yield Problem(f"{code}: the check digit of this PZN is wrong", serious=False)


def _gtin(code: str) -> Iterator[Problem]:
    if not re.fullmatch(r"\d{6,14}", code):
        yield Problem(f"{code!r} is not a GTIN, which has 8, 12, 13 or 14 digits")
    elif len(code) not in (8, 12, 13, 14):
        yield Problem(_lost_zero(code, "a GTIN", 14), serious=False)
    elif gtin(code[:-1]) != code[-1]:
        yield Problem(f"{code}: the check digit of this GTIN is wrong", serious=False)


def _ndc(code: str) -> Iterator[Problem]:
    if re.fullmatch(r"\d{4,6}-\d{3,4}(?:-\d{1,2})?", code) or re.fullmatch(r"\d{10,12}", code):
        return
    if re.fullmatch(r"\d{7,9}", code):
        yield Problem(_lost_zero(code, "an NDC without hyphens", 11), serious=False)
    else:
        yield Problem(f"{code!r} is not an NDC such as 00006-0031 or 00006003144")


def _lost_zero(code: str, what: str, length: int) -> str:
    return (
        f"{code} has {len(code)} digits and {what} has {length}: a spreadsheet may have lost a "
        f"leading zero ({code.zfill(length)})"
    )


def _matching(pattern: re.Pattern[str], what: str) -> Callable[[str], Iterator[Problem]]:
    def check(code: str) -> Iterator[Problem]:
        if not pattern.fullmatch(code):
            yield Problem(f"{code!r} is not {what}")

    return check


FORMS: dict[str, Callable[[str], Iterator[Problem]]] = {
    "loinc": _loinc,
    "snomed": _snomed,
    "rxnorm": _digits,
    "pzn": _pzn,
    "gtin": _gtin,
    "ndc": _ndc,
    "atc": _matching(_ATC, "an ATC code such as M05BA04"),
    "icd10": _matching(_ICD10, "an ICD-10 code such as E83.3"),
}
# A system that a site declares may have another short name; its address tells it.
_BY_ADDRESS = {"ifa/pzn": "pzn", "gs1.org": "gtin", "2.16.840.1.113883.6.96": "snomed"}


def _form_of(system: str, uri: str) -> Callable[[str], Iterator[Problem]] | None:
    name = next((form for part, form in _BY_ADDRESS.items() if part in uri), system)
    return FORMS.get(name) or (FORMS["icd10"] if name.startswith("icd10") else None)
