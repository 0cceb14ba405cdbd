"""Code systems: by which address one is meant, and how its codes are written.

Sources: HL7 terminology (addresses and OIDs of code systems), the SNOMED CT URI standard and
compositional grammar, the LOINC users' guide (check digit), ICD-10 volume 2 (dagger and
asterisk), the ATC index (levels), 21 CFR 207.33 (National Drug Code).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

LONGEST_CODE = 64  # characters; a longer one is cut before anything is made of it
LONGEST_SYSTEM = 256
SNOMED_EDITIONS = "snomed.info/sct/"
ATC = "atc"
_SCHEME = re.compile(r"urn:oid:|(?:https?://)?(?:www\.)?")
_MARKS = re.compile(r"[^A-Z0-9]")
_FOCUS = re.compile(r"[\s=<>(]*([0-9]{6,18}\b[^:]*)")  # up to what refines it
_TERM = re.compile(r"\|[^|]*(?:\||$)")
_CONCEPT = re.compile(r"\b[0-9]{6,18}\b")
_LOINC = re.compile(r"[1-9][0-9]{0,6}-[0-9]")
_ATC_SUBSTANCE = re.compile(r"[A-Z][0-9]{2}[A-Z]{2}[0-9]{2}")
_NUMBER = re.compile(r"[0-9]+")


def system_key(uri: str) -> str:
    """The address of a code system without what does not tell it from another.

    That is: blanks, case, scheme, `www.`, closing slashes, a version, the edition of SNOMED CT,
    and whether an OID is written as a URN.
    """
    plain = "".join(uri[:LONGEST_SYSTEM].split()).partition("|")[0].lower().rstrip("/")
    bare = _SCHEME.sub("", plain, count=1)
    return SNOMED_EDITIONS.rstrip("/") if bare.startswith(SNOMED_EDITIONS) else bare


def _plain(code: str) -> list[str]:
    return ["".join(code.split()).upper()]


def _letters(code: str) -> list[str]:
    """Without dots and the marks of a modification: `G63.2*`, `M81.0-`, `E10.20†`, `S72001A`."""
    return [_MARKS.sub("", code.upper())]


def _diagnosis_of_sks(code: str) -> list[str]:
    """`DK900`: ICD-10 behind a D; other letters begin what is no diagnosis."""
    plain = _MARKS.sub("", code.upper())
    return [plain[1:]] if plain.startswith("D") else []


def _focus(code: str) -> list[str]:
    """The concepts an expression refines: `30174008 |..|:246112005=24484000`, `===1+2`."""
    found = _FOCUS.match(_TERM.sub("", code))
    return _CONCEPT.findall(found[1]) if found else []


def _number(code: str) -> list[str]:
    """`ORPHA:436`, `Orphanet_436`, `MIM:241500` and `HGNC:438` by their number."""
    return _NUMBER.findall(code)[:1]


def _products(code: str) -> list[str]:
    """Labeler and product of a National Drug Code, in nine digits.

    Ten digits without hyphens may have been cut in three ways: 4-4-2, 5-3-2 or 5-4-1.
    """
    parts = code.replace("*", "0").split("-")
    if len(parts) in (2, 3) and all(part.strip().isdecimal() for part in parts):
        return [parts[0].strip().zfill(5) + parts[1].strip().zfill(4)]
    digits = "".join(parts).strip()
    if not digits.isdecimal() or not digits.isascii():
        return []
    if len(digits) == 10:
        return [f"0{digits[:8]}", f"{digits[:5]}0{digits[5:8]}", digits[:9]]
    return [digits[:9]] if len(digits) == 11 else []


@dataclass(frozen=True, slots=True)
class Writing:
    """How the codes of a system are written.

    spellings: the forms to look a code up by.  shortest: from how many characters on a code
    belongs to what its beginning means, too; 0 where it does not.  also: systems whose codes
    mean the same where they are the same.
    """

    spellings: Callable[[str], list[str]] = _plain
    shortest: int = 0
    also: tuple[str, ...] = ()


PLAIN = Writing()
NATIONAL_ICD10 = Writing(_letters, 3, ("icd10",))
WRITINGS: Mapping[str, Writing] = {
    "icd10": Writing(_letters, 3),
    "icd10cm": Writing(_letters, 3),
    **dict.fromkeys(("icd10gm", "icd10am", "icd10ca", "icd10nl"), NATIONAL_ICD10),
    "sks": Writing(_diagnosis_of_sks, 3, ("icd10",)),
    ATC: Writing(_letters, 3),
    # One OID a year for each: which of both a code is of shows in how it is written.
    "german-classification": Writing(_letters, 3, (ATC, "icd10gm", "icd10")),
    "jlac10": Writing(_letters, 5),  # the first five are the substance
    "snomed": Writing(_focus),
    "dmd": Writing(_focus, also=("snomed",)),  # the UK drug extension of SNOMED CT
    "ndc": Writing(_products),
    **dict.fromkeys(("orphanet", "omim", "hgnc"), Writing(_number)),
}


def readable_as(name: str) -> tuple[str, ...]:
    """The systems among whose codes one of this system is looked up."""
    return (name, *WRITINGS.get(name, PLAIN).also)


def spellings(name: str, code: str) -> list[tuple[str, str]]:
    """(system name, code) under which a row may stand that means this very code."""
    writing = WRITINGS.get(name, PLAIN)
    forms = writing.spellings(code[:LONGEST_CODE])
    return [(system, form) for form in forms if form for system in readable_as(name)]


def broader(name: str, code: str) -> Iterator[str]:
    """The beginnings of a spelled code that mean something wider, longest first."""
    shortest = WRITINGS.get(name, PLAIN).shortest
    if shortest:
        for length in range(len(code) - 1, shortest - 1, -1):
            yield code[:length]


def is_loinc(code: str) -> bool:
    """Whether this is a LOINC code: digits, a hyphen, and their check digit (mod 10)."""
    plain = "".join(code[:LONGEST_CODE].split())
    if not _LOINC.fullmatch(plain) or not plain.isascii():
        return False
    digits, _, check = plain.partition("-")
    odd, even = digits[::-1][::2], digits[::-1][1::2]
    doubled = str(int(odd) * 2) + even
    return (10 - sum(map(int, doubled)) % 10) % 10 == int(check)


def is_atc_substance(code: str) -> bool:
    """Whether this is an ATC code of the fifth level, a substance."""
    return any(map(_ATC_SUBSTANCE.fullmatch, _letters(code[:LONGEST_CODE])))
