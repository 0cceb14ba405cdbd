"""Reports and panels: results that stand inside, or beside, what holds them."""

from __future__ import annotations

from typing import Any

import pytest

from service.fhir.observations import is_alp
from service.fhir.panels import members
from service.hpp.model import Result
from tests.fhir.ask import answer, engine, gaps, result_of
from tests.fhir.build import MISSING, SUBJECT, Json, alp, bundle, concept, lab, request, two_lows

PANEL = "24323-8"
LOWS = "200 complete hppSuspected"


def results(*sent: Json, **more: Any) -> list[Result]:
    chart = answer(request(alp=bundle(*sent), **more)).chart
    assert chart is not None
    return list(chart.results)


def report(*results: Json, **more: Any) -> Json:
    """A report that contains its results."""
    inside = [{**one, "id": f"r{n}"} for n, one in enumerate(results)]
    own = {
        "resourceType": "DiagnosticReport",
        "id": "ZZPHI-report",
        "status": "final",
        "code": concept(PANEL),
        "subject": SUBJECT,
        "effectiveDateTime": "2025-05-30",
        "result": [{"reference": f"#r{n}"} for n in range(len(inside))],
        "contained": inside,
    }
    return {name: item for name, item in {**own, **more}.items() if item is not MISSING}


def panel(*members: str, name: str = "hasMember", **more: Any) -> Json:
    """An Observation without a value whose members were sent beside it."""
    pointers: list[Json] = [{"reference": member} for member in members]
    if name == "related":
        pointers = [{"type": "has-member", "target": pointer} for pointer in pointers]
    own = lab(PANEL, 0, "", id="ZZPHI-panel", valueQuantity=MISSING)
    return {**own, name: pointers, **more}


def test_alp_is_known_by_the_observation_or_a_part_of_it() -> None:
    terminology, potassium = engine().terminology, {"code": concept("2823-3")}
    parts = [potassium, {"code": concept("6768-6")}]

    assert is_alp(alp(28), terminology)
    assert is_alp({"code": concept(PANEL), "component": parts}, terminology)
    assert not is_alp({"code": concept(PANEL), "component": parts[:1]}, terminology)
    assert not is_alp(potassium, terminology)


def test_results_that_a_report_contains_are_read() -> None:
    assert result_of(request(alp=bundle(report(*two_lows())))) == LOWS


def test_a_report_alone_under_the_key_is_read() -> None:
    assert result_of(request(alp=report(*two_lows()))) == LOWS


def test_results_that_an_observation_contains_are_read() -> None:
    first, second = two_lows()
    whole = panel("#a", contained=[{**first, "id": "a"}, {**second, "id": "b"}])

    assert result_of(request(alp=bundle(whole))) == LOWS


def test_nothing_but_an_observation_is_a_contained_result() -> None:
    """Whatever else is contained, before and after it in the alphabet, may look like one."""
    first, second = two_lows()
    others = [{**first, "id": kind, "resourceType": kind} for kind in ("Media", "Specimen")]
    whole = panel("#a", contained=[*others, {**second, "id": "a"}])

    assert [str(result.day) for result in results(whole)] == [second["effectiveDateTime"]]


def test_a_contained_result_takes_date_and_subject_from_the_whole() -> None:
    bare = alp(28, effectiveDateTime=MISSING, subject=MISSING)
    (result,) = results(report(bare))

    assert (result.value, str(result.day)) == (28, "2025-05-30")


def test_its_own_date_goes_first() -> None:
    (result,) = results(report(alp(28, "2025-03-01")))

    assert str(result.day) == "2025-03-01"


def test_a_subject_that_the_report_contains_too_is_its_subject() -> None:
    (result,) = results(report(alp(28, subject={"reference": "#patient"})))

    assert result.value == 28


def test_a_contained_result_of_another_patient_is_left_out() -> None:
    foreign = alp(28, subject={"reference": "Patient/ZZPHI-2"})
    given = answer(request(alp=bundle(report(foreign))))

    assert ("foreign-patient", "alp") in gaps(given)
    assert given.chart is not None
    assert given.chart.results == ()


@pytest.mark.parametrize("status", ["entered-in-error", "Cancelled", "W", "X"])
def test_what_a_withdrawn_report_contains_is_withdrawn(status: str) -> None:
    (result,) = results(report(alp(28), status=status))

    assert result.status in ("entered-in-error", "cancelled")


def test_a_result_without_a_status_has_that_of_its_report() -> None:
    (result,) = results(report(alp(28, status=MISSING), status="preliminary"))

    assert result.status == "preliminary"


@pytest.mark.parametrize("name", ["hasMember", "related"])
def test_members_beside_their_panel_are_read(name: str) -> None:
    first, second = two_lows()
    members = [f"Observation/{one['id']}" for one in (first, second)]

    assert result_of(request(alp=bundle(panel(*members, name=name), first, second))) == LOWS


def test_of_what_is_related_to_a_panel_only_members_are_its_own() -> None:
    kinds = ("derived-from", "has-member", "sequel-to")
    whole = {"related": [{"type": kind, "target": {"reference": kind}} for kind in kinds]}

    assert list(members(whole)) == [{"reference": "has-member"}]


def test_a_member_without_a_date_has_that_of_its_panel() -> None:
    member = alp(28, effectiveDateTime=MISSING)
    whole = panel(f"Observation/{member['id']}", effectiveDateTime="2025-05-30")
    (result,) = results(whole, member)

    assert str(result.day) == "2025-05-30"


def test_results_beside_their_report_are_read_once() -> None:
    first, second = two_lows()
    pointers = [{"reference": f"Observation/{one['id']}"} for one in (first, second)]
    whole = report(result=pointers, contained=MISSING)

    assert len(results(whole, first, second)) == 2
    assert result_of(request(alp=bundle(whole, first, second))) == LOWS


HOLDING_NOTHING = {
    "a report of results that were not sent": report(
        result=[{"reference": "Observation/ZZPHI-far"}], contained=MISSING
    ),
    "a report that is a document": report(result=MISSING, contained=MISSING),
    "a panel of members that were not sent": panel("Observation/ZZPHI-far"),
}


@pytest.mark.parametrize("whole", HOLDING_NOTHING.values(), ids=HOLDING_NOTHING)
def test_results_that_cannot_be_had_are_said(whole: Json) -> None:
    """Never "no recent ALP on file", and complete: results were sent."""
    given = answer(request(alp=bundle(whole)))

    assert ("unreadable", "alp") in gaps(given)
    assert given.status == "unavailable"


def test_an_included_report_of_further_results_is_no_gap() -> None:
    """A search for ALP with `_revinclude`: the report's other results were not asked for."""
    low = alp(28)
    pointers = [{"reference": f"Observation/{n}"} for n in (low["id"], "ZZPHI-far")]
    whole = report(result=pointers, contained=MISSING)
    sent = bundle(low)
    sent["entry"].append({"resource": whole, "search": {"mode": "include"}})

    assert gaps(answer(request(alp=sent))) == []


@pytest.mark.parametrize(
    ("display", "expected"),
    [("Potassium", []), ("ALP", [("unreadable", "alp")]), ("XYZ", [("unreadable", "alp")])],
)
def test_a_member_that_is_named_as_another_test_is_not_missed(
    display: str, expected: list[tuple[str, str]]
) -> None:
    """A search for ALP finds one member of a panel; the others are known by their names."""
    low = alp(28)
    pointers = [
        {"reference": f"Observation/{low['id']}"},
        {"reference": "Observation/ZZPHI-far", "display": display},
    ]
    whole = report(result=pointers, contained=MISSING)

    assert gaps(answer(request(alp=bundle(whole, low)))) == expected
