"""Observation -> laboratory results and ALPL variants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from service.fhir.codings import Concept, codings, texts
from service.fhir.context import Context
from service.fhir.dates import Days
from service.fhir.references import resolve
from service.fhir.releases import ENCOUNTER, RANGE_TYPE, first_of
from service.fhir.tolerant import Json, number, obj, objs, text
from service.fhir.units import Reading, read_quantity, read_string, unit_factor
from service.hpp.background import COUNTING
from service.hpp.knowledge.model import Knowledge, Test, fold
from service.hpp.model import Patient, PrintedRange, Result, Sex, Variant

SIGNIFICANCE = "53037-8"
AGE_UNIT_DAYS = {"a": 365.25, "mo": 30.4375, "wk": 7.0, "d": 1.0}
SEX_WORDS = {"female": Sex.FEMALE, "male": Sex.MALE, "f": Sex.FEMALE, "m": Sex.MALE}


def names_anything(resource: Json, context: Context) -> bool:
    """Whether an Observation says at all what was measured."""
    parts = [resource, *objs(resource.get("component"))]
    return any(context.concept(part.get("code")).says_anything for part in parts)


def read_results(resource: Json, reference: str, context: Context) -> list[Result]:
    """Every value of a known test: the Observation's own, or those of its components."""
    own = context.concept(resource.get("code")).test
    components = objs(resource.get("component"))
    found: list[Result] = []
    if own and (not components or _has_value(resource)):
        found.append(SentResult.unread(reference, own, resource, resource, context))
    for position, part in enumerate(components):
        test = context.concept(part.get("code")).test
        if test:
            where = f"{reference}#component[{position}]"
            found.append(SentResult.unread(where, test, resource, part, context))
    return found


def _has_value(part: Json) -> bool:
    return "valueQuantity" in part or "valueString" in part


class SentResult(Result):
    """A result whose members are read when they are asked for.

    A chart holds hundreds of results, and of most nothing but the test or the day decides.
    """

    __slots__ = ("_context", "_part", "_whole")
    _whole: Json
    _part: Json
    _context: Context

    @classmethod
    def unread(
        cls, reference: str, test: str, whole: Json, part: Json, context: Context
    ) -> SentResult:
        """part: the component that holds the value, or the whole Observation."""
        made = object.__new__(cls)
        keep = object.__setattr__
        keep(made, "reference", reference)
        keep(made, "test", test)
        keep(made, "_whole", whole)
        keep(made, "_part", part)
        keep(made, "_context", context)
        return made

    def __getattr__(self, name: str) -> object:
        """Called for a member that was not read yet; reads all that are read together."""
        if name not in _READERS:
            raise AttributeError(name)
        for member, value in _READERS[name](self).items():
            object.__setattr__(self, member, value)
        return object.__getattribute__(self, name)

    def _read_day(self) -> Mapping[str, object]:
        days = specimen_days(self._whole, self._context.days)
        partial = days is not None and days.partial
        return {"day": days.first if days else None, "partial_date": partial}

    def _read_value(self) -> Mapping[str, object]:
        knowledge = self._context.knowledge
        reading = _reading(self._part, knowledge.tests[self.test], knowledge)
        return {name: getattr(reading, name) for name in _READING}

    def _read_range(self) -> Mapping[str, object]:
        test = self._context.knowledge.tests[self.test]
        return {"printed": _printed_range(self._part, test, self.day, self._context)}

    def _read_circumstances(self) -> Mapping[str, object]:
        return {
            "status": _status(self._whole),
            "specimen": text(obj(self._whole.get("specimen")).get("reference")),
            "inpatient": _is_inpatient(self._whole, self._context.index),
        }


_READING = ("value", "comparator", "unit", "problem", "shown")
_READERS: Mapping[str, Callable[[SentResult], Mapping[str, object]]] = {
    **dict.fromkeys(("day", "partial_date"), SentResult._read_day),
    **dict.fromkeys(_READING, SentResult._read_value),
    "printed": SentResult._read_range,
    **dict.fromkeys(("status", "specimen", "inpatient"), SentResult._read_circumstances),
}


def _status(resource: Json) -> str:
    """The status as written; a missing one is the same as `unknown`."""
    return text(resource.get("status")) or "unknown"


def specimen_days(resource: Json, read: Callable[[object], Days | None]) -> Days | None:
    """effective[x] (the start of a period), else issued (decision table, section 2.5)."""
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


def _reading(part: Json, test: Test, knowledge: Knowledge) -> Reading:
    if "valueQuantity" in part:
        return read_quantity(obj(part["valueQuantity"]), test, knowledge)
    if isinstance(part.get("valueString"), str):
        return read_string(part["valueString"], _range_unit(part), test, knowledge)
    other = any(key.startswith("value") for key in part)
    return Reading(problem="ratio" if "valueRatio" in part else "text" if other else "no-value")


def _range_unit(part: Json) -> str:
    for item in objs(part.get("referenceRange")):
        for side in ("low", "high"):
            unit = text(obj(item.get(side)).get("unit")) or text(obj(item.get(side)).get("code"))
            if unit:
                return unit
    return ""


def _printed_range(part: Json, test: Test, day: date | None, context: Context) -> PrintedRange:
    """The one printed range that applies to this patient; none where several disagree."""
    fitting = [
        item
        for item in objs(part.get("referenceRange"))
        if _is_normal_range(item) and _applies(item, day, context.patient)
    ]
    found = {_limits(item, part, test, context.knowledge) for item in fitting}
    found.discard(PrintedRange())
    return found.pop() if len(found) == 1 else PrintedRange()


def _is_normal_range(item: Json) -> bool:
    """A range without type is the normal one; treatment or therapeutic ranges are not."""
    kind = first_of(item, RANGE_TYPE)
    kinds = [code.lower() for _, code in codings(kind)] if kind else []
    return not kinds or "normal" in kinds


def _applies(item: Json, day: date | None, patient: Patient) -> bool:
    return _applies_to_sex(item, patient) and _applies_to_age(obj(item.get("age")), day, patient)


def _applies_to_sex(item: Json, patient: Patient) -> bool:
    """A range for a named sex; one for anything else (a pregnancy) is not known to apply."""
    named = objs(item.get("appliesTo"))
    if not named:
        return True
    words = {fold(word).removesuffix("s") for concept in named for word in texts(concept)}
    words |= {code.lower() for concept in named for _, code in codings(concept)}
    sexes = {SEX_WORDS[word] for word in words if word in SEX_WORDS}
    return patient.sex is not None and sexes == {patient.sex}


def _applies_to_age(age: Json, day: date | None, patient: Patient) -> bool:
    if not age:
        return True
    ages = patient.ages_days(day) if day else None
    low, high = _age_days(obj(age.get("low"))), _age_days(obj(age.get("high")))
    if ages is None:
        return False
    return (low is None or ages[0] >= low) and (high is None or ages[1] <= high)


def _age_days(quantity: Json) -> float | None:
    value = number(quantity.get("value"))
    unit = text(quantity.get("code")) or text(quantity.get("unit"))
    days = AGE_UNIT_DAYS.get(unit)
    return float(value) * days if value is not None and days is not None else None


def _limits(item: Json, part: Json, test: Test, knowledge: Knowledge) -> PrintedRange:
    """Low and high in the test's unit, each by its own unit, else the result's (2a.2).

    0 to 0 and a low above the high say nothing.
    """
    own = obj(part.get("valueQuantity"))
    low = _limit(obj(item.get("low")), own, test, knowledge)
    high = _limit(obj(item.get("high")), own, test, knowledge)
    if high is not None and (high <= 0 or (low is not None and low > high)):
        return PrintedRange()
    return PrintedRange(low if low is not None and low > 0 else None, high)


def _limit(side: Json, own: Json, test: Test, knowledge: Knowledge) -> Decimal | None:
    value = number(side.get("value"))
    if value is None:
        return None
    has_unit = text(side.get("code")) or text(side.get("unit"))
    if not test.measure:
        same = {text(side.get("unit")), text(side.get("code"))} & {
            text(own.get("unit")), text(own.get("code"))
        }  # fmt: skip
        return value if not has_unit or same - {""} else None
    factor, _ = unit_factor(side if has_unit else own, test, knowledge)
    return value * factor if factor is not None else None


def _is_inpatient(resource: Json, index: Mapping[str, Json]) -> bool:
    """The Encounter of the result, where it was sent along, is of class inpatient."""
    reference = obj(first_of(resource, ENCOUNTER)).get("reference")
    kind = resolve(reference, resource, index).get("class")
    if not kind:
        return False
    codes = [text(item.get("code")) for item in objs(kind)]
    codes += [code for item in objs(kind) for _, code in codings(item)]
    return "IMP" in codes or kind == "inpatient"  # the latter is DSTU2


def read_variant(resource: Json, reference: str, context: Context) -> Variant | None:
    """A genetic result that names ALPL (decision table, section 3); None for any other."""
    if not _names_gene(resource, context) or _status(resource) not in COUNTING:
        return None
    parts = [resource, *objs(resource.get("component"))]
    pathogenic = any(
        _has_code(part, SIGNIFICANCE) and _is_pathogenic(part, context.knowledge) for part in parts
    )
    days = specimen_days(resource, context.days)
    return Variant(reference, pathogenic, days.first if days else None)


def _has_code(part: Json, wanted: str) -> bool:
    return any(code == wanted for _, code in codings(part.get("code")))


def _names_gene(resource: Json, context: Context) -> bool:
    """A gene-studied component or value of ALPL, or ALPL as a whole word in the code's text."""
    concept = context.concept(resource.get("code"))
    if concept.names_gene or _gene_studied(concept, resource, context):
        return True
    parts = objs(resource.get("component"))
    return any(_gene_studied(context.concept(part.get("code")), part, context) for part in parts)


def _gene_studied(concept: Concept, part: Json, context: Context) -> bool:
    return concept.is_gene_studied and _value_is_gene(part, context.knowledge)


def _value_is_gene(part: Json, knowledge: Knowledge) -> bool:
    concept = part.get("valueCodeableConcept")
    known = set(knowledge.text["gene_codes"]) | set(knowledge.text["gene_words"])
    said = {code for _, code in codings(concept)} | set(texts(concept))
    return bool(known & (said | {text(part.get("valueString"))}))


def _is_pathogenic(part: Json, knowledge: Knowledge) -> bool:
    concept = part.get("valueCodeableConcept")
    if {code for _, code in codings(concept)} & set(knowledge.text["pathogenic_codes"]):
        return True
    said = {fold(word) for word in texts(concept)} | {fold(text(part.get("valueString")))}
    return bool(said & set(knowledge.text["pathogenic"]))
