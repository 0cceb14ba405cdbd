"""Observation -> laboratory results and ALPL variants."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from service.fhir.budget import OF_AN_UNKNOWN_UNIT
from service.fhir.codings import LabConcept, codings, new_concept, texts
from service.fhir.context import Context
from service.fhir.dates import Days
from service.fhir.encounters import NO_CLASS
from service.fhir.folding import fold
from service.fhir.printed import NO_RANGE, printed_range, sides_of
from service.fhir.releases import LETTERS, STATUSES
from service.fhir.terminology import Terminology
from service.fhir.tolerant import Json, obj, objs, text
from service.fhir.units import UNKNOWN_UNIT, Reading, read_quantity, read_string
from service.hpp.background import COUNTING
from service.hpp.knowledge.model import Knowledge, Test
from service.hpp.model import ALP, WITH_PRINTED_LIMITS, Result, Variant

LONGEST_STATUS = 100  # characters; no status has a quarter of them


class Part(NamedTuple):
    """The Observation itself or one of its components: whatever may have measured something."""

    sent: Json
    reference: str
    concept: LabConcept


def parts_of(resource: Json, reference: str, context: Context) -> list[Part]:
    """An Observation and its components."""
    parts = [Part(resource, reference, context.lab(resource.get("code")))]
    if "component" in resource:
        parts += _components(resource, reference, context)
    return parts


def is_one_test(parts: Sequence[Part]) -> bool:
    """One known test and nothing else, as most are: no panel and no genetic result."""
    concept = parts[0].concept
    return len(parts) == 1 and concept.test is not None and not concept.is_genetic


def measured_in(parts: Sequence[Part]) -> list[Part]:
    """Those of a known test."""
    return [part for part in _may_hold_values(parts) if part.concept.test]


def are_empty(parts: Sequence[Part]) -> bool:
    """Nowhere is said what was measured."""
    return not [part for part in parts if not part.concept.is_empty]


def is_alp(resource: Json, terminology: Terminology) -> bool:
    """Whether an Observation, or a part of it, is total ALP."""
    parts = [resource, *objs(resource.get("component"))]
    return any(terminology.lab(part.get("code")).test == ALP for part in parts)


def _components(resource: Json, reference: str, context: Context) -> Iterator[Part]:
    for position, item in enumerate(objs(resource["component"])):
        where = f"{reference}#component[{position}]"
        yield Part(item, where, context.lab(item.get("code")))


def _may_hold_values(parts: Sequence[Part]) -> Sequence[Part]:
    """An Observation with components needs no value of its own."""
    return parts if len(parts) == 1 or _has_value(parts[0].sent) else parts[1:]


def _has_value(part: Json) -> bool:
    return "valueQuantity" in part or "valueString" in part


def has_any_value(part: Json) -> bool:
    return any(key.startswith("value") for key in part)


def read_parts(measured: Sequence[Part], whole: Json, context: Context) -> list[Result]:
    """Values of one Observation, which share when and under which circumstances it was made."""
    if not measured:
        return []
    days = specimen_days(whole, context.days)
    written, day = _status(whole), days.first if days else None
    is_known = written in STATUSES
    status = written if is_known else "unknown"
    partial_date = days is not None and days.partial
    issued = context.first_day(whole.get("issued"))
    specimen = text(obj(whole.get("specimen")).get("reference"))
    found = []
    for part in measured:
        name = str(part.concept.test)
        test = context.knowledge.tests[name]
        value, comparator, shown, problem = _reading(part.sent, test, context)
        if problem in UNKNOWN_UNIT:
            context.budget.spend(OF_AN_UNKNOWN_UNIT)
        if not is_known:  # `void` as well as `verified`: nobody can tell whether it counts
            value, comparator, problem = None, "", "status"
        printed, classes = NO_RANGE, NO_CLASS
        if name in WITH_PRINTED_LIMITS:
            printed = printed_range(part.sent, name, day, context)
        if name == ALP:
            classes = context.encounters.of(whole, day)
        found.append(
            Result(  # by position, which takes half as long
                part.reference, name, day, value, comparator, status, printed, problem, shown,
                specimen, partial_date, issued, classes,
            )
        )  # fmt: skip
    return found


def variant_of(parts: Sequence[Part], whole: Json, context: Context) -> Variant | None:
    """A genetic result that names ALPL; None for any other."""
    if not [part for part in parts if part.concept.is_genetic]:
        return None
    knowledge = context.knowledge
    named = parts[0].concept.names_gene or any(
        part.concept.is_gene_studied and _value_is_gene(part.sent, knowledge) for part in parts
    )
    if not named or status_of(whole) not in COUNTING:
        return None
    said = [_significance(part.sent, context) for part in parts if part.concept.is_significance]
    if _significance(whole, context) & set(knowledge.text["variant_absent"]):
        said = []  # a variant that was looked for and is not there
    counts = [words & _counting(knowledge) for words in said if words & _counting(knowledge)]
    likely = bool(counts) and all(words <= _likely(knowledge) for words in counts)
    days = specimen_days(whole, context.days)
    day, issued = days.first if days else None, context.first_day(whole.get("issued"))
    return Variant(parts[0].reference, bool(counts), day, likely, issued)


def status_of(resource: Json) -> str:
    """The status in FHIR's words; a missing one and one that is no status is `unknown`."""
    status = _status(resource)
    return status if status in STATUSES else "unknown"


def _status(resource: Json) -> str:
    """In whatever case or as a letter of HL7 v2; a missing one is the same as `unknown`."""
    written = resource.get("status")
    if written == "final":  # as nearly all are
        return "final"
    short = text(written)[:LONGEST_STATUS]
    plain = "-".join(short.replace("_", " ").replace("-", " ").lower().split())
    return LETTERS.get(plain.upper()) or plain or "unknown"


def specimen_days(resource: Json, read: Callable[[object], Days | None]) -> Days | None:
    """effective[x] (the start of a period), else issued."""
    usual = read(resource.get("effectiveDateTime"))
    if usual is not None:
        return usual
    events = obj(resource.get("effectiveTiming")).get("event")
    candidates = (
        resource.get("effectiveInstant"),
        obj(resource.get("effectivePeriod")).get("start"),
        events[0] if isinstance(events, list) and events else None,
        resource.get("issued"),
    )
    return next((days for days in map(read, candidates) if days), None)


def _reading(part: Json, test: Test, context: Context) -> Reading:
    knowledge = context.knowledge
    if "valueQuantity" in part:
        quantity = obj(part["valueQuantity"])
        if not text(quantity.get("unit")) and not text(quantity.get("code")):
            quantity = {**quantity, "unit": _unit_of_code(part, context)}
        return read_quantity(quantity, test, knowledge)
    if isinstance(part.get("valueString"), str):
        return read_string(part["valueString"], _range_unit(part), test, knowledge)
    other = any(key.startswith("value") for key in part)
    return Reading(problem="ratio" if "valueRatio" in part else "text" if other else "no-value")


def _unit_of_code(part: Json, context: Context) -> str:
    """The unit that a site declares for a code of its laboratory; empty where it does not."""
    codes = context.terminology.vocabulary.codes
    return next(filter(None, (codes.unit_of(*coding) for coding in codings(part.get("code")))), "")


def _range_unit(part: Json) -> str:
    for item in objs(part.get("referenceRange")):
        for side in sides_of(item):
            unit = text(side.get("unit")) or text(side.get("code"))
            if unit:
                return unit
    return ""


def _value_is_gene(part: Json, knowledge: Knowledge) -> bool:
    concept = part.get("valueCodeableConcept")
    known = set(knowledge.text["gene_codes"]) | set(knowledge.text["gene_words"])
    said = {code for _, code in codings(concept)} | set(texts(concept))
    return bool(known & (said | {text(part.get("valueString"))}))


def _significance(part: Json, context: Context) -> set[str]:
    """The codes and words of a clinical significance, which are taken off the budget."""
    found = set[str]()
    for concept in (part.get("valueCodeableConcept"), {"text": part.get("valueString")}):
        codes, said = new_concept(concept, context.budget)
        found |= {code for _, code in codes} | set(map(fold, said))
    return found


def _counting(knowledge: Knowledge) -> set[str]:
    """What says that a variant counts."""
    return {*knowledge.text["pathogenic"], *knowledge.text["pathogenic_codes"]}


def _likely(knowledge: Knowledge) -> set[str]:
    """What says that it is only likely to."""
    return set(knowledge.text["likely_pathogenic"])
