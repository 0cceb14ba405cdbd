"""Whatever is dated after an order's day changes nothing of that order's decision."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.evaluation.building import build_engine
from service.replay.history import Judges
from service.replay.results import row_of
from service.settings import Settings
from service.store.pseudonyms import Pseudonyms
from tests.replay.test_history import PATIENT, judge_orders

Json = dict[str, Any]
FIRST = date(2012, 1, 1)
OURS = {"subject": {"reference": "Patient/p"}}
DRUGS = (
    "alendronate 70 mg", "zoledronic acid 5 mg infusion", "denosumab 60 mg", "prednisolone 5 mg",
    "asfotase alfa", "levothyroxine 50 ug", "aspirin 100 mg",
)  # fmt: skip
CAUSES = (
    "Hypophosphatasia", "Hypothyroidism", "Vitamin B12 deficiency anemia", "Sepsis",
    "Atypical femoral fracture", "Osteoporosis", "Multiple myeloma", "Celiac disease",
)  # fmt: skip


@cache
def judges() -> Judges:
    return Judges(build_engine(Settings()))


def days(first: int, last: int) -> st.SearchStrategy[str]:
    return st.integers(first, last).map(lambda n: (FIRST + timedelta(days=n)).isoformat())


def resource(kind: str, **members: Any) -> st.SearchStrategy[Json]:
    known = {name: st.just(value) for name, value in (OURS | {"resourceType": kind}).items()}
    return st.fixed_dictionaries(known | members)


def facts(first: int, last: int) -> st.SearchStrategy[Json]:
    """One fact of any kind, everything of it dated in a span of days from FIRST."""
    day, maybe = days(first, last), st.none() | days(first, last)
    values = st.integers(5, 200).map(lambda n: {"value": n, "unit": "U/L"})
    codes = st.sampled_from(["6768-6", "2160-0", "2947-0", "2777-1"])
    names = st.sampled_from(CAUSES).map(lambda name: {"text": name})
    drugs = st.sampled_from(DRUGS).map(lambda name: {"text": name})
    return st.one_of(
        resource(
            "Observation", effectiveDateTime=day, issued=maybe, valueQuantity=values,
            status=st.sampled_from(["final", "corrected", "entered-in-error", "preliminary"]),
            code=codes.map(loinc), encounter=st.sampled_from([None, *map(_named, STAYS)]),
        ),
        resource("Condition", recordedDate=day, onsetDateTime=maybe, code=names),
        resource("MedicationRequest", authoredOn=day, status=st.just("completed"),
                 intent=st.just("order"), medicationCodeableConcept=drugs),
        resource("MedicationAdministration", effectiveDateTime=day, status=st.just("completed"),
                 medicationCodeableConcept=drugs),
        resource("Procedure", performedDateTime=day, status=st.just("completed"), code=names),
        resource("Encounter", status=st.just("finished"), **{"class": st.just({"code": "IMP"})},
                 period=st.tuples(day, st.integers(0, 30)).map(_stay)),
    )  # fmt: skip


def odd(first: int, last: int) -> st.SearchStrategy[Json]:
    """What cannot be read, or of which nobody can tell what it is, dated in a span of days."""
    day = days(first, last)
    units = st.sampled_from(["U/L", "bananas", "", None, 7])
    values = st.tuples(st.sampled_from([20, -1, "low", None, {}, [1]]), units).map(
        lambda told: {"value": told[0], "unit": told[1]}
    )
    codes = st.sampled_from(
        [None, {}, 5, {"text": "ALP of a new kind"}, {"text": "?"}, loinc("6768-6"), loinc("1-1")]
    )
    drugs = st.sampled_from(
        [None, {}, {"coding": [{"system": "urn:oid:1.2.3", "code": "X9"}]}, {"text": ""},
         {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "1"}]}]
    )  # fmt: skip
    modified = st.none() | st.just([{"url": "urn:x", "valueBoolean": True}])
    kinds = st.sampled_from(["MedicationRequest", "MedicationOrder"])
    names = st.sampled_from([f"Observation/known-{n}" for n in range(8)])
    return st.one_of(
        resource("Observation", effectiveDateTime=day, valueQuantity=values, code=codes,
                 modifierExtension=modified, status=st.sampled_from(["final", "void", None])),
        resource("DiagnosticReport", issued=day, status=st.just("final"),
                 result=st.lists(names, max_size=3).map(lambda found: [*map(_pointer, found)])),
        kinds.flatmap(lambda kind: resource(
            kind, authoredOn=day, dateWritten=day, intent=st.just("order"),
            medicationCodeableConcept=drugs, modifierExtension=modified)),
        resource("MedicationStatement", dateAsserted=day, status=st.just("active"),
                 medicationCodeableConcept=drugs),
        resource("MedicationDispense", whenHandedOver=day, medicationCodeableConcept=drugs),
        resource("Condition", recordedDate=day, code=codes, modifierExtension=modified,
                 id=st.none() | st.just("reason")),
        resource("Condition", recordedDate=day, id=st.just("reason"),
                 code=st.sampled_from(CAUSES).map(lambda name: {"text": name})),
        resource("Procedure", performedPeriod=day.map(lambda d: {"start": d, "end": "?"}),
                 code=codes, modifierExtension=modified),
        resource("FamilyMemberHistory", date=day,
                 condition=st.just([{"code": {"text": "Hypophosphatasia"}}])),
        resource("Encounter", id=st.sampled_from(STAYS), modifierExtension=modified,
                 period=day.map(lambda first: {"start": first}),
                 **{"class": st.sampled_from([None, {"code": "IMP"}, {"code": "EMER"}])}),
    )  # fmt: skip


STAYS = ("stay-1", "stay-2")


def _named(stay: str) -> Json:
    return {"reference": f"Encounter/{stay}"}


def _pointer(name: str) -> Json:
    return {"reference": name}


def loinc(code: str) -> Json:
    return {"coding": [{"system": "http://loinc.org", "code": code}]}


def _stay(told: tuple[str, int]) -> Json:
    first, nights = date.fromisoformat(told[0]), timedelta(days=told[1])
    return {"start": first.isoformat(), "end": (first + nights).isoformat()}


def named(resources: list[Json], prefix: str) -> list[Json]:
    """With ids, and without the members that are nothing."""
    return [
        {"id": f"{prefix}-{n}"} | {key: value for key, value in item.items() if value is not None}
        for n, item in enumerate(resources)
    ]


SPAN = 2500
PSEUDONYMS = Pseudonyms(b"k" * 32)
ORDER = {
    **OURS, "resourceType": "MedicationRequest", "id": "order", "status": "completed",
    "intent": "order", "authoredOn": (FIRST + timedelta(days=SPAN)).isoformat(),
    "medicationCodeableConcept": {"text": "risedronate 35 mg"},
    "reasonReference": [{"reference": "Condition/reason"}],
}  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    known=st.lists(facts(0, SPAN) | odd(0, SPAN), max_size=8),
    later=st.lists(
        facts(SPAN + 1, SPAN + 3000) | odd(SPAN + 1, SPAN + 3000), min_size=1, max_size=8
    ),
)
def test_what_is_dated_later_changes_nothing(known: list[Json], later: list[Json]) -> None:
    then = [PATIENT, *named(known, "known"), ORDER]
    now = [*named(later, "later"), *then]

    assert decided(now) == decided(then)


def decided(resources: list[Json]) -> list[Any]:
    """Of each order up to that day its row in the result, and every word of its answer."""
    told = []
    for decision in judge_orders("p", resources, judges()):
        if decision.day <= FIRST + timedelta(days=SPAN):
            told.append((row_of(decision, PSEUDONYMS), without_names(decision.answer.body)))
    return sorted(told, key=lambda item: (item[0]["day"], item[0]["order"]))


def without_names(value: Any) -> Any:
    """Cards and suggestions have a new uuid each time."""
    if isinstance(value, dict):
        return {name: without_names(item) for name, item in value.items() if name != "uuid"}
    return [*map(without_names, value)] if isinstance(value, list) else value


def test_histories_are_of_more_than_one_verdict() -> None:
    """The property is no empty one: earlier facts do change what is said."""
    low = named([{
        **OURS, "resourceType": "Observation", "status": "final", "effectiveDateTime": day,
        "code": {"coding": [{"system": "http://loinc.org", "code": "6768-6"}]},
        "valueQuantity": {"value": 20, "unit": "U/L"},
    } for day in ("2016-01-01", "2017-06-01")], "low")  # fmt: skip
    verdicts = {decided([PATIENT, *lows, ORDER])[0][0]["verdict"] for lows in ([], low[:1], low)}

    assert len(verdicts) == 3


LOWS = named([{
    **OURS, "resourceType": "Observation", "status": "final", "effectiveDateTime": day,
    "code": loinc("6768-6"), "valueQuantity": {"value": 20, "unit": "U/L"},
    "encounter": _named("stay-1"),
} for day in ("2016-01-01", "2017-06-01")], "known")  # fmt: skip
UNKNOWN_DRUG = {"coding": [{"system": "urn:oid:1.2.3", "code": "X9"}]}
REPORT = {"status": "final", "result": [_pointer("Observation/known-1")]}
METASTASES = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "C79.51"}]}
TELLING = {
    "a drug that nobody can tell": (
        "MedicationRequest", "authoredOn",
        {"medicationReference": {"reference": "Medication/nowhere"}}),
    "a code that nobody knows": (
        "MedicationRequest", "authoredOn", {"medicationCodeableConcept": UNKNOWN_DRUG}),
    "an ALP of a kind that nobody knows": (
        "Observation", "effectiveDateTime",
        {"code": {"text": "Alkaline phosphatase quux"}, "valueString": "positive"}),
    "a unit that nobody knows": (
        "Observation", "effectiveDateTime",
        {"code": loinc("6768-6"), "valueQuantity": {"value": 2, "unit": "bananas"}}),
    "a diagnosis with a modifier": (
        "Condition", "recordedDate", {"modifierExtension": [{"url": "urn:x"}]}),
    "the reason of the order": (
        "Condition", "recordedDate", {"id": "reason", "code": METASTASES}),
    "HPP in the family": (
        "FamilyMemberHistory", "date", {"condition": [{"code": {"text": "Hypophosphatasia"}}]}),
}  # fmt: skip


@pytest.mark.parametrize("what", TELLING)
def test_what_would_tell_on_that_day_tells_nothing_later(what: str) -> None:
    kind, dated, members = TELLING[what]
    then = [PATIENT, *LOWS, ORDER]

    def with_it(day: str) -> list[Any]:
        added = {**OURS, "id": "added", "resourceType": kind, dated: day, **members}
        return decided([added, *then])

    assert with_it("2018-01-01") != decided(then)
    assert with_it("2019-01-01") == decided(then)


def test_a_report_that_was_issued_again_takes_no_earlier_result_away() -> None:
    report = {**OURS, **REPORT, "resourceType": "DiagnosticReport", "id": "added"}
    then = [PATIENT, *LOWS, ORDER]

    assert decided([report | {"issued": "2019-01-01T08:00:00Z"}, *then]) == decided(then)


def test_a_result_without_a_day_is_as_old_as_its_report() -> None:
    undated = {key: item for key, item in LOWS[1].items() if key != "effectiveDateTime"}
    report = {**OURS, **REPORT, "resourceType": "DiagnosticReport", "id": "added"}
    then = [PATIENT, LOWS[0], ORDER]

    def reported(day: str) -> list[Any]:
        return decided([undated, report | {"issued": f"{day}T08:00:00Z"}, *then])

    assert reported("2019-01-01") == decided(then)
    assert reported("2017-06-01")[0][0]["verdict"] != decided(then)[0][0]["verdict"]
