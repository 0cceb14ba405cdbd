"""Whatever is dated after an order's day changes nothing of that order's decision."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Any

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
            code=codes.map(lambda c: {"coding": [{"system": "http://loinc.org", "code": c}]}),
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


def _stay(told: tuple[str, int]) -> Json:
    first, nights = date.fromisoformat(told[0]), timedelta(days=told[1])
    return {"start": first.isoformat(), "end": (first + nights).isoformat()}


def named(resources: list[Json], prefix: str) -> list[Json]:
    """With ids, and without the members that are nothing."""
    return [
        {key: value for key, value in item.items() if value is not None} | {"id": f"{prefix}-{n}"}
        for n, item in enumerate(resources)
    ]


SPAN = 2500
PSEUDONYMS = Pseudonyms(b"k" * 32)
ORDER = {
    **OURS, "resourceType": "MedicationRequest", "id": "order", "status": "completed",
    "intent": "order", "authoredOn": (FIRST + timedelta(days=SPAN)).isoformat(),
    "medicationCodeableConcept": {"text": "risedronate 35 mg"},
}  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    known=st.lists(facts(0, SPAN), max_size=8),
    later=st.lists(facts(SPAN + 1, SPAN + 3000), min_size=1, max_size=8),
)
def test_what_is_dated_later_changes_nothing(known: list[Json], later: list[Json]) -> None:
    then = [PATIENT, *named(known, "known"), ORDER]
    now = [*named(later, "later"), *then]

    assert decided(now) == decided(then)


def decided(resources: list[Json]) -> list[Any]:
    """Of each order up to that day its row in the result, and how its card begins.

    The text below may name a result that was known only later, without its value.
    """
    told = []
    for decision in judge_orders("p", resources, judges()):
        if decision.day <= FIRST + timedelta(days=SPAN):
            card = decision.card
            told.append((row_of(decision, PSEUDONYMS), card and card["summary"], decision.said))
    return sorted(told, key=lambda item: (item[0]["day"], item[0]["order"]))


def test_histories_are_of_more_than_one_verdict() -> None:
    """The property is no empty one: earlier facts do change what is said."""
    low = named([{
        **OURS, "resourceType": "Observation", "status": "final", "effectiveDateTime": day,
        "code": {"coding": [{"system": "http://loinc.org", "code": "6768-6"}]},
        "valueQuantity": {"value": 20, "unit": "U/L"},
    } for day in ("2016-01-01", "2017-06-01")], "low")  # fmt: skip
    verdicts = {decided([PATIENT, *lows, ORDER])[0][2]["verdict"] for lows in ([], low[:1], low)}

    assert len(verdicts) == 3
