"""Lines of a table -> FHIR R4 resources."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tests.fhir import build
from tests.fhir.build import MISSING, UCUM, Json, term
from tests.spec import words
from tests.spec.table import BadTable, Line
from tests.spec.words import Coded, concept

PATIENT_ID = "ZZPHI-vignette"
SUBJECT = {"reference": f"Patient/{PATIENT_ID}"}
SEXES = {"woman": "female", "girl": "female", "man": "male", "boy": "male", "sex unknown": ""}
VERIFICATIONS = frozenset(
    {"confirmed", "unconfirmed", "provisional", "differential", "refuted", "entered-in-error"}
)
CLINICAL = frozenset({"active", "recurrence", "relapse", "inactive", "remission", "resolved"})
_RELATIVE = re.compile(r"([+-])(\d+) d")
_AGE = re.compile(r"(\d+) (y|d)")
_QUANTITY = re.compile(r"(<=|>=|<|>)?\s*(-?\d+(?:\.\d+)?)(?:\s+(.+))?")


@dataclass(frozen=True, slots=True)
class Span:
    """The date column of a line: a day, or `from .. to ..`; empty where it is not known."""

    start: str = ""
    end: str = ""
    written_as_period: bool = False


def read_span(text: str, today: date) -> Span:
    """`-40 d`, `today`, `2024-05-02`, `2024`, `-90 d to -10 d`, `from -90 d`, or nothing."""
    if text.startswith("from "):
        return Span(_day(text.removeprefix("from "), today), "", True)
    if " to " in text:
        start, end = text.split(" to ")
        return Span(_day(start, today), _day(end, today), True)
    return Span(_day(text, today))


def _day(text: str, today: date) -> str:
    """A FHIR date; absolute ones, also partial ones, go out as they are written."""
    if text in ("", "today"):
        return text and today.isoformat()
    relative = _RELATIVE.fullmatch(text)
    if relative:
        days = int(relative[2]) * (1 if relative[1] == "+" else -1)
        return (today + timedelta(days=days)).isoformat()
    if re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", text):
        return text
    raise BadTable(f"{text!r} is not a date: -40 d, today, 2024-05-02, 2024-05 or 2024")


def patient(line: Line | None, today: date) -> Json:
    """The patient; without a line a woman of 67 years."""
    line = line or Line("Patient", code="woman", value="67 y")
    if line.code not in SEXES:
        raise BadTable(f"{line.code!r} is not one of {', '.join(SEXES)}")
    born = _born(line.value, today) if line.value else _day(line.date, today)
    return build.patient(
        id=PATIENT_ID, gender=SEXES[line.code] or MISSING, birthDate=born or MISSING
    )


def _born(age: str, today: date) -> str:
    match = _AGE.fullmatch(age)
    if match is None:
        raise BadTable(f"{age!r} is not an age such as 67 y or 6574 d")
    if match[2] == "d":
        return (today - timedelta(days=int(match[1]))).isoformat()
    return today.replace(year=today.year - int(match[1])).isoformat()


def observation(line: Line, identity: str, today: date) -> Json:
    """A laboratory result or a genetic report."""
    resource = build.observation(
        concept(_known(line.code, {**words.ALP_TESTS, **words.LAB_TESTS})),
        read_span(line.date, today).start or None,
        id=identity,
        status=line.status or "final",
        category=[term("observation-category", "laboratory")],
        subject=SUBJECT,
        **(_genetic(line) if line.code == "ALPL variant" else _measured(line)),
    )
    for note in line.notes:
        _note_on_observation(resource, note)
    return resource


def _note_on_observation(resource: Json, note: str) -> None:
    if note.startswith("specimen "):
        resource["specimen"] = {"reference": f"Specimen/ZZPHI-{note.split()[1]}"}
    elif note == "inpatient" or note.startswith("encounter "):
        code = "IMP" if note == "inpatient" else note.removeprefix("encounter ")
        resource["encounter"] = {"reference": "#stay"}
        stay = build.encounter(code, "", id="stay", subject=MISSING, period=MISSING)
        resource["contained"] = [stay]
    elif note == "only the date of issue":
        resource["issued"] = f"{resource.pop('effectiveDateTime')}T09:00:00Z"
    elif note == "no status":
        del resource["status"]
    else:
        raise BadTable(f"{note!r} is not a note of an Observation")


def encounter(line: Line, identity: str, today: date) -> Json:
    """A visit or a stay, from its first to its last day; the code is its class."""
    span = read_span(line.date, today)
    last = span.end or span.start
    return build.encounter(line.code, span.start, last, id=identity, subject=SUBJECT)


def _measured(line: Line) -> Json:
    """The value as it was written, and the range the laboratory printed beside it."""
    measured = _value(line.value)
    sides = {"low": line.low, "high": line.high}
    printed = {side: quantity(text) for side, text in sides.items() if text}
    return measured | ({"referenceRange": [printed]} if printed else {})


def _value(text: str) -> Json:
    if not text:
        return {}
    if text.startswith('"'):
        return {"valueString": text.strip('"')}
    if ":" in text:
        parts = [quantity(part) for part in text.split(":")]
        return {"valueRatio": {"numerator": parts[0], "denominator": parts[1]}}
    return {"valueQuantity": quantity(text)}


def quantity(text: str) -> Json:
    """`22 U/L`, `<20 U/L`, `22`: a FHIR Quantity."""
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise BadTable(f"{text!r} is not a quantity such as 22 U/L or <20 U/L")
    comparator, number, unit = match.groups()
    written: Json = {"value": float(number) if "." in number else int(number)}
    if comparator:
        written["comparator"] = comparator
    if unit:
        written["unit"] = unit
    if unit in words.UNIT_CODES:
        written |= {"system": UCUM, "code": words.UNIT_CODES[unit]}
    return written


def _genetic(line: Line) -> Json:
    """A variant in ALPL: gene and significance are components of the assessment."""
    significance = _known(line.value, words.SIGNIFICANCES)
    parts = ((words.GENE_STUDIED, words.ALPL_GENE), (words.SIGNIFICANCE_CODE, significance))
    listed = [{"code": concept(c), "valueCodeableConcept": concept(v)} for c, v in parts]
    return {"component": listed}


def condition(line: Line, identity: str, today: date) -> Json:
    """A diagnosis; the date column is its onset, or its onset and its end."""
    span = read_span(line.date, today)
    dates = {"abatementDateTime": span.end} if span.end else {}
    for note in line.notes:
        if not note.startswith("recorded "):
            raise BadTable(f"{note!r} is not a note of a Condition")
        dates["recordedDate"] = _day(note.removeprefix("recorded "), today)
    kind = concept(_known(line.code, words.CONDITIONS), line.code)
    said = {"id": identity, "subject": SUBJECT, **_statuses(line.status), **dates}
    return build.condition(kind, span.start, **said)


def _statuses(text: str) -> Json:
    """`resolved`, `refuted`, `resolved, unconfirmed`; active and confirmed by default."""
    said = [word.strip() for word in text.split(",") if word.strip()]
    clinical = next((word for word in said if word in CLINICAL), "active")
    verification = next((word for word in said if word in VERIFICATIONS), "confirmed")
    if any(word not in CLINICAL | VERIFICATIONS | {"no verification"} for word in said):
        raise BadTable(f"{text!r} is not a status of a Condition")
    is_false = verification in ("refuted", "entered-in-error")
    unsaid = "no verification" in said
    return {
        "clinicalStatus": MISSING if is_false else term("condition-clinical", clinical),
        "verificationStatus": MISSING if unsaid else term("condition-ver-status", verification),
    }


def procedure(line: Line, identity: str, today: date) -> Json:
    kind, done = concept(_known(line.code, words.PROCEDURES)), read_span(line.date, today).start
    status = line.status or "completed"
    return build.procedure(kind, done or None, id=identity, status=status, subject=SUBJECT)


def medication(line: Line, identity: str, today: date) -> Json:
    """An order on record.  A period in the date column is the period of its dosage."""
    span = read_span(line.date, today)
    resource = _order(line, identity, line.status or "active", span.start)
    if span.written_as_period:
        period = {"start": span.start, "end": span.end}
        bounds = {name: day for name, day in period.items() if day}
        resource["dosageInstruction"] = [{"timing": {"repeat": {"boundsPeriod": bounds}}}]
    return resource


def administration(line: Line, identity: str, today: date) -> Json:
    """A drug that was given on a day, or not."""
    kind, given = concept(_known(line.code, words.DRUGS)), read_span(line.date, today).start
    status = line.status or "completed"
    return build.administration(kind, given, id=identity, status=status, subject=SUBJECT)


def family_history(line: Line, identity: str, today: date) -> Json:
    """A disease of a relative."""
    kind, status = concept(_known(line.code, words.CONDITIONS)), line.status or "completed"
    return build.family_history(kind, "mother", id=identity, status=status, patient=SUBJECT)


def draft(line: Line, identity: str, today: date) -> Json:
    """The order in hand: dose in the value column, its reason among the notes."""
    resource = _order(line, identity, line.status or "draft", today.isoformat())
    if line.value:
        dose = [{"doseQuantity": quantity(line.value)}]
        resource["dosageInstruction"] = [{"doseAndRate": dose}]
    for note in line.notes:
        if note == "for another patient":
            resource["subject"] = {"reference": "Patient/ZZPHI-someone-else"}
        elif note.startswith("because of "):
            reason = _known(note.removeprefix("because of "), words.CONDITIONS)
            resource["reasonCode"] = [concept(reason)]
        else:
            raise BadTable(f"{note!r} is not a note of a draft order")
    return resource


def _order(line: Line, identity: str, status: str, authored: str) -> Json:
    said = {"id": identity, "status": status, "subject": SUBJECT}
    if line.code != words.UNKNOWN_DRUG:
        return build.drug(concept(_known(line.code, words.DRUGS)), authored or None, **said)
    elsewhere = {"reference": "Medication/ZZPHI-elsewhere"}
    said |= {"medicationCodeableConcept": MISSING, "medicationReference": elsewhere}
    return build.drug("", authored or None, **said)


def _known(word: str, known: Any) -> Coded:
    if word not in known:
        raise BadTable(f"{word!r} is not known; see tests/spec/words.py")
    coded: Coded = known[word]
    return coded
