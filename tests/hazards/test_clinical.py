"""Table 1H: clinical hazards about one row each."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from cards.model import TOPIC_SYSTEM
from fhir_fixtures import Story, stories
from service.app import create_app
from service.evaluation.answer import EXTENSION
from service.evaluation.engine import Engine
from service.outbound.calls import Deadline
from service.settings import Settings
from tests.edge.calls import SIGN
from tests.faults.world import QUERY, World
from tests.fhir.ask import answer, card, said
from tests.fhir.build import HPP, MISSING, TODAY, alp, bundle, condition, outcome, patient, request
from tests.stories.golden import answer_of

Json = dict[str, Any]

WITH_CARDS = [story for story in stories().values() if story.response["cards"]]
# These have no card of their own: theirs says only that something was not seen.
SILENT = ("notEvaluated", "notApplicable", "alpNotLow", "hppExcluded")
VERDICTS = [story for story in WITH_CARDS if story.verdict not in SILENT]
each_card = pytest.mark.parametrize("story", WITH_CARDS, ids=lambda story: story.id)
each_verdict = pytest.mark.parametrize("story", VERDICTS, ids=lambda story: story.id)


def detail_of(story: Story, engine: Engine) -> str:
    (found,) = answer_of(story, engine)["cards"]
    return str(found["detail"])


# H9, H22: what a reader needs to judge for herself


def dated_values(detail: str) -> list[str]:
    """Rows of the table of results, each with date, value with unit, limit and whose it is."""
    row = r"\| [0-9-]{10}[^|]* \| [^|]*(?:U/L|kat/L)[^|]* \| [0-9.]+ U/L, [^|]+ \| [^|]+ \|"
    return re.findall(row, detail)


@pytest.mark.hazard("H22")
@each_card
def test_a_card_says_that_nobody_signed_and_its_answer_names_the_rule_and_the_version(
    story: Story, engine: Engine
) -> None:
    """Rule and versions are for who looks into an answer; a prescriber is spared them."""
    body = answer_of(story, engine)
    (found,), extension = body["cards"], body["extension"][EXTENSION]

    assert extension["row"] in {row.id for row in engine.knowledge.table}
    assert extension["knowledge"] == engine.knowledge.version
    assert extension["row"] not in found["detail"]
    assert "No clinician has signed this content." in found["detail"]
    assert "A low ALP is a screening sign, not a diagnosis." in found["detail"]


@pytest.mark.hazard("H9", "H22")
@each_card
def test_a_card_shows_each_value_with_its_limit_and_how_old_it_is(
    story: Story, engine: Engine
) -> None:
    """Unless none counts: then they are shown with the reason."""
    detail = detail_of(story, engine)
    rows = re.findall(r"^\| [0-9].*", detail, re.MULTILINE)
    aged = re.search(r"Latest ALP: [0-9-]{10} \([0-9]+ d ago\)\.", detail)

    assert rows == dated_values(detail)
    assert bool(aged) == bool(rows)


@pytest.mark.hazard("H22")
@each_verdict
def test_a_card_cites_where_its_rule_comes_from(story: Story, engine: Engine) -> None:
    (found,) = answer_of(story, engine)["cards"]

    assert found["source"]["label"]
    assert found["links"][0]["label"].startswith("GeneReviews")
    assert found["source"]["topic"]["system"] == TOPIC_SYSTEM


@pytest.mark.hazard("H22")
@each_card
def test_a_card_names_all_that_was_not_seen(story: Story, engine: Engine) -> None:
    gaps = story.response["extension"][EXTENSION]["gaps"]
    words = engine.cards.words
    detail = detail_of(story, engine).lower()

    assert [g for g in gaps if words.phrase("key", g["key"]).lower() not in detail] == []


# H17: what is judged by is on every answer


@pytest.mark.hazard("H17", "W13")
@pytest.mark.parametrize(
    "body",
    [request(), request(alp=outcome()), request(alp=bundle(alp(60))), request(hook="patient-view"),
     request(context={"draftOrders": {"resourceType": "Bundle"}})],
)  # fmt: skip
def test_every_answer_names_the_versions_of_content_and_settings(
    body: Json, engine: Engine
) -> None:
    given = said(answer(body))

    assert given["knowledge"] == engine.knowledge.version
    assert given["configuration"] == "embedded"


# H20: deadlines and clocks


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World() as world:
        yield world


@pytest.mark.hazard("H20")
@pytest.mark.parametrize("jump_s", [-86_400, -3600, 3600, 86_400])
def test_a_clock_that_is_set_moves_no_deadline(
    world: World, jump_s: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = world.policy("plain", "silent")
    clock, calls = time.time, iter(range(10**9))
    monkeypatch.setattr(time, "time", lambda: clock() + jump_s * (next(calls) % 2))
    started = time.monotonic()
    with world.clients(policy) as clients:
        (found,) = clients.fetch(policy.base, [QUERY], "t", Deadline.after_ms(300))

    assert found.problem == "timeout"
    assert 0.29 < time.monotonic() - started < 9  # the server would have answered after 10


# H23: reasons to give


@pytest.mark.hazard("H23")
@each_verdict
def test_a_verdict_offers_reasons_to_override_it_each_with_words(
    story: Story, engine: Engine
) -> None:
    """Where a chart is opened there is nothing to go on with."""
    (found,) = answer_of(story, engine)["cards"]
    if story.service == "hpp-patient-view":
        assert "overrideReasons" not in found
        return
    reasons = found["overrideReasons"]

    assert 2 <= len(reasons) <= 6
    assert all(reason["code"] and reason["system"] and reason["display"] for reason in reasons)
    assert len({reason["code"] for reason in reasons}) == len(reasons)


# H24: what an EHR that knows an older list of services still sends


@pytest.mark.hazard("H24")
def test_services_and_keys_are_called_as_they_were_from_the_first_version_on() -> None:
    listed = create_app().test_client().get("/cds-services").get_json()["services"]
    keys = [
        "patient", "alp", "labs", "medications", "conditions", "procedures", "encounters",
        "administrations",
    ]  # fmt: skip

    assert [service["id"] for service in listed] == [
        "hpp-order-sign", "hpp-order-select", "hpp-patient-view",
    ]  # fmt: skip
    assert [list(service["prefetch"]) for service in listed] == [keys] * 3


@pytest.mark.hazard("H24")
def test_a_client_with_fewer_templates_is_answered_with_what_it_sends() -> None:
    """Before there were keys for laboratory results and procedures."""
    given = answer(request(labs=MISSING, procedures=MISSING))

    assert said(given)["verdict"] == "hppSuspected"
    assert {gap["key"] for gap in said(given)["gaps"]} == {"labs", "procedures"}


# H26: nothing is kept from one call to the next


@pytest.mark.hazard("H26")
def test_the_same_instance_with_other_content_is_judged_afresh() -> None:
    client = create_app(Settings(), today=lambda: TODAY).test_client()
    other: Json = {
        "context": {"patientId": "ZZPHI-2"},
        "patient": patient(id="ZZPHI-2"),
        "alp": bundle(alp(60, subject={"reference": "Patient/ZZPHI-2"})),
    }
    bodies = [
        request(),
        request(alp=bundle(alp(60))),
        request(**other),
        request(conditions=bundle(condition(HPP))),
        request(),
    ]
    for entry in bodies[2]["context"]["draftOrders"]["entry"]:
        entry["resource"] = {**entry["resource"], "subject": {"reference": "Patient/ZZPHI-2"}}
    given = [client.post(SIGN, json=body).get_json() for body in bodies]
    cards = [found["uuid"] for body in given for found in body["cards"]]

    assert len({body["hookInstance"] for body in bodies}) == 1
    assert [said_in(body) for body in given] == [
        "hppSuspected", "alpNotLow", "alpNotLow", "hppConfirmed", "hppSuspected",
    ]  # fmt: skip
    assert len(set(cards)) == len(cards) == 3


def said_in(body: Json) -> str:
    return str(body["extension"][EXTENSION]["verdict"])


# H18: one card


@pytest.mark.hazard("H18")
def test_no_answer_has_more_than_one_card() -> None:
    assert {len(story.response["cards"]) for story in stories().values()} == {0, 1}


# H5: what a merged record leaves open is said


@pytest.mark.hazard("H5")
@pytest.mark.parametrize(
    "more",
    [{"active": False}, {"link": [{"type": "replaced-by", "other": {"reference": "Patient/2"}}]}],
)
def test_a_record_that_goes_on_elsewhere_is_said_on_the_card(more: Json, engine: Engine) -> None:
    given = answer(request(patient=patient(**more), alp=bundle(alp(60))))

    assert given.status == "partial"
    assert {gap["kind"] for gap in said(given)["gaps"]} == {"merged-record"}
    assert engine.cards.words.phrase("gap", "merged-record") in card(given)["detail"]
