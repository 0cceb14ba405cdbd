"""The net behind the limits on a body: how many new names are read of one request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.fhir.budget import MOST_NEW_CHARACTERS
from tests.bench.bodies import SIZES, TODAY, body
from tests.bench.resources import concept, condition, day, entries, order, result
from tests.fhir import build
from tests.fhir.build import ATC, LOINC, MISSING

SIGN = "/cds-services/hpp-order-sign"


@pytest.fixture
def fresh() -> FlaskClient:
    """A service that knows no name yet."""
    return create_app(today=lambda: TODAY).test_client()


def asked(**more: list[dict[str, Any]]) -> bytes:
    request = orjson.loads(body(0, SIZES["small"]).raw)
    for key, resources in more.items():
        bundle = request["context"] if key == "draftOrders" else request["prefetch"]
        bundle[key]["entry"] += entries(resources)
        bundle[key]["total"] = len(bundle[key]["entry"])
    return orjson.dumps(request)


def named(kind: str, count: int, length: int = 40) -> Iterator[dict[str, str]]:
    return ({"text": f"{kind} {n} ".ljust(length, "x")} for n in range(count))


def displays(texts: list[str]) -> list[dict[str, str]]:
    return [{"display": text} for text in texts]


def orders(count: int, length: int) -> list[dict[str, Any]]:
    names = named("drug", count, length)
    return [order(n, {"medicationCodeableConcept": name}) for n, name in enumerate(names)]


def largest() -> dict[str, list[dict[str, Any]]]:
    """4,000 results, 2,000 conditions and 1,500 orders, no two of one name."""
    return {
        "labs": [
            {"resourceType": "Observation", "status": "final", "code": name,
             "effectiveDateTime": day(n), "valueQuantity": {"value": 4}}
            for n, name in enumerate(named("test", 4000))
        ],
        "conditions": [condition(n, name) for n, name in enumerate(named("problem", 2000))],
        "medications": orders(1500, 60),
    }  # fmt: skip


@pytest.mark.hazard("C7")
def test_the_largest_charts_are_read_whole(fresh: FlaskClient) -> None:
    answer = fresh.post(SIGN, data=asked(**largest()), content_type="application/json")

    assert answer.status_code == 200
    assert answer.get_json()["cards"]


@pytest.mark.hazard("C7")
@pytest.mark.parametrize("key", ["medications", "draftOrders"])
def test_more_new_names_than_the_budget_are_413_and_the_place(key: str, fresh: FlaskClient) -> None:
    many = MOST_NEW_CHARACTERS // 400 + 1
    raw = asked(**{key: orders(many, 400)})
    answer = fresh.post(SIGN, data=raw, content_type="application/json")

    place = {"medications": "prefetch.medications", "draftOrders": "context.draftOrders"}[key]
    issue = answer.get_json()["issue"][0]
    assert answer.status_code == 413
    assert (issue["code"], issue["expression"]) == ("too-costly", [place])
    assert "drug" not in answer.text


@pytest.mark.hazard("C7")
@pytest.mark.parametrize(("more", "status"), [(-20, 200), (1, 413)])
def test_a_short_name_counts_as_forty_characters(
    fresh: FlaskClient, more: int, status: int
) -> None:
    names = displays([f"x{n}" for n in range(MOST_NEW_CHARACTERS // 40 + more)])
    raw = asked(conditions=[condition(0, {"coding": names})])

    assert fresh.post(SIGN, data=raw, content_type="application/json").status_code == status


@pytest.mark.hazard("C7")
def test_a_text_that_names_a_disease_counts_nine_times(fresh: FlaskClient) -> None:
    """What is said around the name is looked at in many ways."""
    many = MOST_NEW_CHARACTERS // 400 // 9
    texts = [f"{n} hypophosphatasia ".ljust(400, "x") for n in range(many + 1)]
    within, beyond = ([condition(0, {"coding": displays(some)})] for some in (texts[2:], texts))
    answers = [
        fresh.post(SIGN, data=asked(conditions=one), content_type="application/json")
        for one in (within, beyond)
    ]

    assert [answer.status_code for answer in answers] == [200, 413]


@pytest.mark.hazard("C7")
@pytest.mark.parametrize("where", ["valueQuantity", "referenceRange"])
def test_a_unit_that_nobody_knows_counts_as_a_hundred_characters(
    fresh: FlaskClient, where: str
) -> None:
    answers = [
        fresh.post(SIGN, data=asked(labs=[measured(where, count)]), content_type="application/json")
        for count in (MOST_NEW_CHARACTERS // 100 - 20, MOST_NEW_CHARACTERS // 100 + 1)
    ]

    assert [answer.status_code for answer in answers] == [200, 413]
    assert "unit" not in answers[1].text


def measured(where: str, count: int) -> dict[str, Any]:
    """A result with so many units that are none, of its components or of its ranges."""
    odd = [{"value": 20, "unit": f"unit {n}"} for n in range(count)]
    if where == "valueQuantity":
        return result(0, component=[{"code": concept("ALP"), where: one} for one in odd])
    return result(0, referenceRange=[{"low": one} for one in odd])


@pytest.mark.hazard("C7")
@pytest.mark.parametrize("key", ["medications", "draftOrders"])
def test_the_routes_of_an_order_count_as_well(fresh: FlaskClient, key: str) -> None:
    """Those of a drug that is swallowed or injected, in one order or in many."""
    dosages = [{"route": route} for route in named("route", MOST_NEW_CHARACTERS // 390 + 1, 390)]
    many = [
        order(n, {"medicationCodeableConcept": {"text": "ibandronate"}}, dosageInstruction=[one])
        for n, one in enumerate(dosages)
    ]
    within, beyond = (
        fresh.post(SIGN, data=asked(**{key: some}), content_type="application/json")
        for some in (many[: len(many) // 4], many)
    )

    assert (within.status_code, beyond.status_code) == (200, 413)


@pytest.mark.hazard("C7")
@pytest.mark.parametrize(("more", "status"), [(-10, 200), (10, 413)])
def test_each_further_drug_of_an_order_counts_as_forty_characters(
    fresh: FlaskClient, more: int, status: int
) -> None:
    """Many orders may be of one Medication with many drugs."""
    codes = ("M05BA04", "A11HA02", "H02AB06", "L01XA01", "G03CA03", "C10AB05")
    parts = [{"itemCodeableConcept": concept("", (ATC, code))} for code in codes]
    sent = [build.medication(id="m", ingredient=parts)]
    drug = {"medicationReference": {"reference": "Medication/m"}}
    sent += [order(n, drug) for n in range(MOST_NEW_CHARACTERS // 40 // 5 + more)]
    answer = fresh.post(SIGN, data=asked(medications=sent), content_type="application/json")

    assert answer.status_code == status


@pytest.mark.hazard("C7")
@pytest.mark.parametrize(("more", "status"), [(-50, 200), (10, 413)])
def test_each_draft_counts_as_eighty_characters(fresh: FlaskClient, more: int, status: int) -> None:
    """Thousands may lie in one plan, with next to no characters of their own."""
    activity = {"detail": {"productReference": {"reference": "#m"}}}
    inside = build.medication(id="m", code=concept("vitamin D"))
    many = [activity] * (MOST_NEW_CHARACTERS // 80 + more)
    plan = {"resourceType": "CarePlan", "id": "c", "contained": [inside], "activity": many}
    answer = fresh.post(SIGN, data=asked(draftOrders=[plan]), content_type="application/json")

    assert answer.status_code == status


@pytest.mark.hazard("C7")
@pytest.mark.parametrize("where", ["valueCodeableConcept", "valueString"])
def test_the_significances_of_a_variant_count_as_well(fresh: FlaskClient, where: str) -> None:
    words = "x" * 400
    said = {where: words if where == "valueString" else concept(words)}
    part = {"code": concept("", (LOINC, "53037-8")), **said}
    gene = {"valueQuantity": MISSING, "valueCodeableConcept": concept("ALPL")}
    most = MOST_NEW_CHARACTERS // 400
    answers = [
        fresh.post(
            SIGN,
            data=asked(labs=[result(0, "48018-6", component=[part] * count, **gene)]),
            content_type="application/json",
        )
        for count in (most - 20, most + 1)
    ]

    assert [answer.status_code for answer in answers] == [200, 413]


@pytest.mark.hazard("C7")
def test_to_whom_a_range_applies_counts_once_for_each_text(fresh: FlaskClient) -> None:
    many = [f"{n} {'x' * 390}" for n in range(MOST_NEW_CHARACTERS // 390 + 1)]
    for said, status in ((many, 413), (many[:1] * len(many), 200)):
        limits = [{"appliesTo": [concept(one)], "low": {"value": 3}} for one in said]
        sent = asked(alp=[result(0, referenceRange=limits)])
        answer = fresh.post(SIGN, data=sent, content_type="application/json")

        assert answer.status_code == status


@pytest.mark.hazard("C7")
@pytest.mark.parametrize(("more", "status"), [(-20, 200), (20, 413)])
def test_a_short_text_that_names_a_disease_counts_as_nine_names(
    fresh: FlaskClient, more: int, status: int
) -> None:
    many = [
        condition(n, concept(f"hypophosphatasia {n:x}"))
        for n in range(MOST_NEW_CHARACTERS // 360 + more)
    ]
    answer = fresh.post(SIGN, data=asked(conditions=many), content_type="application/json")

    assert answer.status_code == status


@pytest.mark.hazard("C7")
def test_a_name_that_is_known_costs_nothing(fresh: FlaskClient) -> None:
    many = MOST_NEW_CHARACTERS // 400 + 1
    same = [order(n, {"medicationCodeableConcept": {"text": "x" * 400}}) for n in range(many)]
    answer = fresh.post(SIGN, data=asked(medications=same), content_type="application/json")

    assert answer.status_code == 200


@pytest.mark.hazard("C7")
def test_of_one_long_text_only_what_is_read_counts(fresh: FlaskClient) -> None:
    long = [order(0, {"medicationCodeableConcept": {"text": "x " * MOST_NEW_CHARACTERS}})]
    answer = fresh.post(SIGN, data=asked(medications=long), content_type="application/json")

    assert answer.status_code == 200


@pytest.mark.hazard("C7")
def test_each_request_has_a_budget_of_its_own(fresh: FlaskClient) -> None:
    raws = [
        asked(medications=orders(MOST_NEW_CHARACTERS // 800, length)) for length in (390, 395, 400)
    ]
    answers = [fresh.post(SIGN, data=raw, content_type="application/json") for raw in raws]

    assert [answer.status_code for answer in answers] == [200] * 3
