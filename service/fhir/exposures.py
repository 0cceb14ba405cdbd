"""What a person was ordered, given, handed or says to take -> drug uses with their days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from service.fhir.budget import OF_A_FURTHER_DRUG
from service.fhir.codings import codings
from service.fhir.conditions import performed, was_done
from service.fhir.context import Context
from service.fhir.medications import OTHER_DRUG, UNKNOWN_DRUG, class_of, drugs_of
from service.fhir.releases import (
    AUTHORED,
    NOT_TAKEN_FLAGS,
    TAKEN_AT,
    TAKEN_DURING,
    first_of,
)
from service.fhir.tolerant import NOTHING, Json, number, obj, objs, text
from service.hpp.days import later
from service.hpp.drugs import NOT_TAKEN
from service.hpp.model import DrugUse

NOT_AN_ORDER = frozenset({"proposal", "option"})
# Nothing of it reached the patient, whatever is written beside (FHIR status of each resource).
NEVER_TAKEN = NOT_TAKEN | {"not-done", "not-taken", "intended", "declined", "preparation"}
NOT_TAKING = frozenset({"n", "na", "not-taking"})  # STU3 `taken`, R5 `adherence`
DAYS = frozenset({"", "d", "day", "days"})
LONGEST_SUPPLY_DAYS = 3660


class DrugCourse(NamedTuple):
    """When a drug was taken.  status: `active` while it goes on."""

    status: str
    start: date | None
    end: date | None
    authored: date | None = None
    administered: bool = False


def read_uses(sent: Json, reference: str, context: Context) -> Iterator[DrugUse]:
    """One use for each known drug of an order, statement, dispense or administration, with its
    period.  One whose drug cannot be identified is yielded as the gap it is.
    """
    drugs = drugs_of(sent, context)
    if drugs is OTHER_DRUG or _is_nothing(sent):  # as most are another drug, that comes first
        return
    status = text(sent.get("status")).lower()
    if drugs.gap and status not in NEVER_TAKEN:
        # A code we do not list, of a system we do, is most likely another drug.
        yield DrugUse(reference, drugs.gap if drugs.is_readable else UNKNOWN_DRUG, "")
    if not drugs.match.groups or (status in NEVER_TAKEN and status not in NOT_TAKEN):
        return
    course = course_of(sent, context)
    context.budget.spend(OF_A_FURTHER_DRUG * (len(drugs.match.groups) - 1))
    for group in sorted(drugs.match.groups):
        yield DrugUse(
            reference=reference,
            group=group,
            drug_class=class_of(context.knowledge.drugs[group], drugs, sent, context),
            by_name=drugs.match.by_name,
            **course._asdict(),
        )


def course_of(sent: Json, context: Context) -> DrugCourse:
    """When the drug of an order, statement, dispense or administration was taken."""
    status = text(sent.get("status")).lower()
    return COURSES.get(str(sent.get("resourceType")), _ordered)(sent, status, context)


def read_given(procedure: Json, reference: str, context: Context) -> Iterator[DrugUse]:
    """A drug whose administration was coded as a procedure (HCPCS J3489); never by its name."""
    groups = context.drug(procedure.get("code")).coded
    if not groups or not was_done(procedure):
        return
    first, last = performed(procedure, context)
    course = DrugCourse("completed", first, last or first, administered=True)
    for group in sorted(groups):
        kind = context.knowledge.drugs[group]
        given = kind.injected_class or kind.drug_class
        yield DrugUse(reference, group, given, **course._asdict())


def _is_nothing(sent: Json) -> bool:
    """A proposal, or what says of itself that it was not done."""
    if sent.get("doNotPerform") is True or text(sent.get("intent")).lower() in NOT_AN_ORDER:
        return True
    adherence = obj(obj(sent.get("adherence")).get("code"))
    said = {text(sent.get("taken")).lower(), *(code for _, code in codings(adherence))}
    return bool(said & NOT_TAKING) or any(sent.get(flag) is True for flag in NOT_TAKEN_FLAGS)


def _ordered(order: Json, status: str, context: Context) -> DrugCourse:
    """The first boundsPeriod of the dosage instructions, else the period of the whole order."""
    period = _bounds(order)
    return DrugCourse(
        status=status,
        start=context.first_day(period.get("start")),
        end=context.last_day(period.get("end")),
        authored=context.first_day(first_of(order, AUTHORED)),
    )


def _bounds(order: Json) -> Json:
    for dosage in objs(order.get("dosageInstruction")):
        period = obj(obj(obj(dosage.get("timing")).get("repeat")).get("boundsPeriod"))
        if period:
            return period
    ended = order.get("dateEnded")
    return obj(order.get("effectiveDosePeriod")) or ({"end": ended} if ended else NOTHING)


def _given(sent: Json, status: str, context: Context) -> DrugCourse:
    """An administration was done on its day, or from the first to the last of its days."""
    start, end = taken_on(sent, context)
    return DrugCourse(status, start, end or start, administered=True)


def _handed(sent: Json, status: str, context: Context) -> DrugCourse:
    """A dispense lasts as long as its supply, where it says how long that is."""
    start, _ = taken_on(sent, context)
    supply = obj(sent.get("daysSupply"))
    days, unit = number(supply.get("value")), text(supply.get("unit")).lower()
    if start is None or days is None or unit not in DAYS or not 0 <= days <= LONGEST_SUPPLY_DAYS:
        return DrugCourse("completed", start, start)
    return DrugCourse("completed", start, later(start, int(days)))


def _stated(sent: Json, status: str, context: Context) -> DrugCourse:
    """What the patient or another says; R5 says only that it was recorded."""
    start, end = taken_on(sent, context)
    asserted = context.first_day(sent.get("dateAsserted"))
    if status == "recorded":
        status = "active" if first_of(sent, TAKEN_DURING) and end is None else "completed"
    return DrugCourse(status, start, end, asserted)


def taken_on(sent: Json, context: Context) -> tuple[date | None, date | None]:
    """The first and the last day; the last is None where it is not said."""
    period = obj(first_of(sent, TAKEN_DURING))
    if period:
        return context.first_day(period.get("start")), context.last_day(period.get("end"))
    written = first_of(sent, TAKEN_AT)
    if written is None:
        events = obj(sent.get("occurenceTiming") or sent.get("effectiveTiming")).get("event")
        written = events[0] if isinstance(events, list) and events else None
    return context.first_day(written), None


COURSES = {
    "MedicationAdministration": _given,
    "MedicationDispense": _handed,
    "MedicationStatement": _stated,
}
