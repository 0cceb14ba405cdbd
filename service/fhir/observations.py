"""Observation -> laboratory results and ALPL variants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from service.fhir.codings import LabConcept, codings, texts
from service.fhir.context import Context
from service.fhir.dates import Days
from service.fhir.references import resolve
from service.fhir.releases import ENCOUNTER, RANGE_TYPE, first_of
from service.fhir.tolerant import Json, content_of, number, obj, objs, text
from service.fhir.units import Reading, read_quantity, read_string, unit_factor
from service.hpp.background import COUNTING
from service.hpp.knowledge.model import Knowledge, Test, fold
from service.hpp.model import ALP, Patient, PrintedRange, Result, Sex, Variant

NO_RANGE = PrintedRange()
AGE_UNIT_DAYS = {"a": 365.25, "mo": 30.4375, "wk": 7.0, "d": 1.0}
SEX_WORDS = {"female": Sex.FEMALE, "male": Sex.MALE, "f": Sex.FEMALE, "m": Sex.MALE}


class Seen:
    """One Observation: what it measured, and its parts that may have measured more."""

    __slots__ = ("_components", "_concept", "_context", "_reference", "_resource")

    def __init__(self, resource: Json, reference: str, context: Context) -> None:
        self._resource, self._reference, self._context = resource, reference, context
        self._concept = context.terminology.lab(resource.get("code"))
        components = objs(resource["component"]) if "component" in resource else ()
        self._components = [(p, context.terminology.lab(p.get("code"))) for p in components]

    def is_empty(self) -> bool:
        """Whether it nowhere says what was measured."""
        return self._concept.is_empty and all(concept.is_empty for _, concept in self._components)

    def results(self) -> list[Result]:
        """Every value of a known test: the Observation's own, or those of its components."""
        whole, own, name = self._resource, self._concept.test, self._reference
        found: list[Result] = []
        if own and (not self._components or _has_value(whole)):
            found.append(SentResult.unread(name, own, whole, whole, self._context))
        for position, (part, concept) in enumerate(self._components):
            if concept.test:
                where = f"{name}#component[{position}]"
                found.append(SentResult.unread(where, concept.test, whole, part, self._context))
        return found

    def variant(self) -> Variant | None:
        """A genetic result that names ALPL (decision table, section 3); None for any other."""
        if not self._names_gene() or _status(self._resource) not in COUNTING:
            return None
        knowledge = self._context.knowledge
        pathogenic = any(
            concept.is_significance and _is_pathogenic(part, knowledge)
            for part, concept in ((self._resource, self._concept), *self._components)
        )
        days = specimen_days(self._resource, self._context.days)
        return Variant(self._reference, pathogenic, days.first if days else None)

    def _names_gene(self) -> bool:
        """ALPL as a whole word in the code's text, or the value of a gene-studied part."""
        if self._concept.names_gene or self._studies_gene(self._resource, self._concept):
            return True
        return any(self._studies_gene(part, concept) for part, concept in self._components)

    def _studies_gene(self, part: Json, concept: LabConcept) -> bool:
        return concept.is_gene_studied and _value_is_gene(part, self._context.knowledge)


def _has_value(part: Json) -> bool:
    return "valueQuantity" in part or "valueString" in part


class SentResult(Result):
    """A result of which test and day are read; the other members are when they are asked for.

    A chart holds hundreds of results, and of most nothing but the test or the day decides.
    """

    __slots__ = ("_sent",)
    _sent: tuple[Json, Json, Context]

    @classmethod
    def unread(
        cls, reference: str, test: str, whole: Json, part: Json, context: Context
    ) -> SentResult:
        """part: the component that holds the value, or the whole Observation."""
        made = object.__new__(cls)
        days = specimen_days(whole, context.days)
        keep(made, "reference", reference)
        keep(made, "test", test)
        keep(made, "day", days.first if days else None)
        keep(made, "issued", None)
        keep(made, "encounter_classes", frozenset())
        keep(made, "_sent", (whole, part, context))
        if test == ALP:  # every one is judged
            made._read_value(whole, part, context)
            keep(made, "printed", _printed_range(part, made, context))
        return made

    def __getattr__(self, name: str) -> object:
        """Called for a member that was not read yet; reads all that are read together."""
        if name not in _UNREAD:
            raise AttributeError(name)
        whole, part, context = self._sent
        if name == "printed":
            keep(self, name, _printed_range(part, self, context))
        elif name == "partial_date":
            days = specimen_days(whole, context.days)
            keep(self, name, days is not None and days.partial)
        else:
            self._read_value(whole, part, context)
        return object.__getattribute__(self, name)

    def _read_value(self, whole: Json, part: Json, context: Context) -> None:
        """The value, and under which circumstances it was measured."""
        reading = _reading(part, context.knowledge.tests[self.test], context.knowledge)
        keep(self, "value", reading.value)
        keep(self, "comparator", reading.comparator)
        keep(self, "problem", reading.problem)
        keep(self, "shown", reading.shown)
        keep(self, "status", _status(whole))
        keep(self, "specimen", text(obj(whole.get("specimen")).get("reference")))
        keep(self, "inpatient", _is_inpatient(whole, context.index))


keep = object.__setattr__  # results are frozen for everyone else
_UNREAD = frozenset(
    (*Reading._fields, "printed", "partial_date", "status", "specimen", "inpatient")
)


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


def _printed_range(part: Json, result: Result, context: Context) -> PrintedRange:
    """The one printed range that applies to this patient; none where several disagree.

    A laboratory prints the same range beside every result of a test.
    """
    test, own = context.knowledge.tests[result.test], obj(part.get("valueQuantity"))
    content = content_of((part.get("referenceRange"), own.get("unit"), own.get("code")))
    if content is None or b'"age"' in content:
        return _one_range(part, test, result.day, context)
    key = (content, result.test)
    if key not in context.printed:
        context.printed[key] = _one_range(part, test, None, context)
    return context.printed[key]


def _one_range(part: Json, test: Test, day: date | None, context: Context) -> PrintedRange:
    found = {
        _limits(item, part, test, context.knowledge)
        for item in objs(part.get("referenceRange"))
        if _is_normal_range(item) and _applies(item, day, context.patient)
    } - {NO_RANGE}
    return found.pop() if len(found) == 1 else NO_RANGE


def _is_normal_range(item: Json) -> bool:
    """A range without type is the normal one; treatment or therapeutic ranges are not."""
    kind = first_of(item, RANGE_TYPE)
    kinds = [code.lower() for _, code in codings(kind)] if kind else []
    return not kinds or "normal" in kinds


def _applies(item: Json, day: date | None, patient: Patient) -> bool:
    """To everyone, unless it names a sex or an age."""
    return ("appliesTo" not in item or _applies_to_sex(item, patient)) and (
        "age" not in item or _applies_to_age(obj(item["age"]), day, patient)
    )


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
        return NO_RANGE
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
    used = side if has_unit else own
    factor, _ = unit_factor(text(used.get("code")), text(used.get("unit")), test, knowledge)
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
