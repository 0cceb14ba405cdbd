"""What is judged and held back on purpose, and that it is always said."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fhir_fixtures import stories
from service.app import build_engine
from service.content.faults import Faulty
from service.evaluation.answer import EXTENSION
from service.evaluation.engine import Engine
from service.hooks.calls import outcome_of
from service.settings import BadSettings, Client, Settings, load_settings
from service.settings.clients import SERVICE_IDS
from service.settings.switches import Shown
from service.watch.health import switched_off

Json = dict[str, Any]
HEAD = "[site]\npublic_base_url = 'https://cds.example.org'\n[[clients]]\nname = 'a'\n" + (
    "issuer = 'https://a.example'\njwks = 'https://a.example/keys'\n"
)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return build_engine(Settings())


def answered(story: str, engine: Engine, client: Client, service: str = "") -> Json:
    known = stories()[story]
    raw = json.dumps(known.request).encode()
    return outcome_of(raw, service or known.service, engine, known.today, client).body


def clients_of(folder: Path, text: str) -> tuple[Client, ...]:
    (folder / "hpp-cds.toml").write_text(HEAD + text)
    return load_settings(folder / "hpp-cds.toml").clients


@pytest.mark.parametrize("story", ["persistently-low-adult", "normal-alp", "alp-query-failed"])
def test_in_shadow_a_story_is_judged_as_ever_and_shown_to_nobody(
    engine: Engine, story: str
) -> None:
    shown, hidden = (
        answered(story, engine, client) for client in (Client(), Client(shadow=SERVICE_IDS))
    )

    assert hidden["cards"] == []
    assert hidden["extension"][EXTENSION] == {
        **shown["extension"][EXTENSION], "status": "shadow", "notShown": "shadow",
    }  # fmt: skip


def test_where_nothing_was_judged_a_shadow_has_nothing_to_hide(engine: Engine) -> None:
    body = answered("statin-order", engine, Client(shadow=SERVICE_IDS))

    assert body["extension"][EXTENSION]["status"] == "not-applicable"


@pytest.mark.parametrize("on_unavailable", ["card", "412"])
@pytest.mark.parametrize("service", SERVICE_IDS)
def test_a_shadow_interrupts_nobody_where_the_record_could_not_be_had(
    engine: Engine, service: str, on_unavailable: str
) -> None:
    """What would be refused is answered without a card, and says what was not seen."""
    known = stories()["persistently-low-adult"]
    hook = service.removeprefix("hpp-")
    request = {**known.request, "hook": hook, "prefetch": {}}
    raw = json.dumps(request).encode()
    shown, hidden = (
        outcome_of(raw, service, engine, known.today, client)
        for client in (Client(), Client(shadow=SERVICE_IDS, on_unavailable=on_unavailable))
    )

    assert (shown.status, hidden.status, hidden.body["cards"]) == (412, 200, [])
    said = hidden.body["extension"][EXTENSION]
    assert (said["status"], said["notShown"]) == ("shadow", "shadow")
    assert said["verdict"] == "notEvaluated"
    assert {"kind": "not-sent", "key": "alp"} in said["gaps"]


def test_a_shadow_may_be_for_one_service(engine: Engine) -> None:
    client = Client(shadow=("hpp-patient-view",))

    assert answered("persistently-low-adult", engine, client)["cards"]
    assert not answered("patient-view-suspected", engine, client)["cards"]


@pytest.mark.parametrize(
    ("story", "verdict"),
    [("single-low", "lowAlpOnce"), ("patient-view-suspected", "hppSuspected")],
)
def test_a_verdict_is_only_recorded_for_a_client(engine: Engine, story: str, verdict: str) -> None:
    client = Client(show=(Shown("", verdict, "recorded"),))
    body = answered(story, engine, client)

    assert body["cards"] == []
    said = body["extension"][EXTENSION]
    assert (said["status"], said["notShown"], said["verdict"]) == ("shadow", "recorded", verdict)


def test_a_verdict_is_shown_lower_and_never_higher(engine: Engine) -> None:
    lower = Client(show=(Shown("", "hppSuspected", "info"),))
    higher = Client(show=(Shown("", "lowAlpOnce", "critical"),))

    assert [c["indicator"] for c in answered("persistently-low-adult", engine, lower)["cards"]] == [
        "info"
    ]
    assert (
        answered("single-low", engine, higher)["cards"][0]["indicator"]
        == answered("single-low", engine, Client())["cards"][0]["indicator"]
    )


def test_a_row_that_the_site_switched_off_is_recorded_and_what_is_missing_is_still_said(
    engine: Engine, tmp_path: Path
) -> None:
    off = '[[change]]\nid = "10-single-low"\noff = true\nreason = "agreed"\n'
    (tmp_path / "decision_table.toml").write_text(off)
    site = build_engine(Settings(content_dir=tmp_path))
    body = answered("single-low", site, Client())

    assert (body["cards"], body["extension"][EXTENSION]["notShown"]) == ([], "recorded")
    known = stories()["single-low"]
    request = json.loads(json.dumps(known.request))
    del request["prefetch"]["conditions"]
    outcome = outcome_of(json.dumps(request).encode(), known.service, site, known.today)
    assert outcome.body["extension"][EXTENSION]["status"] == "partial"
    assert outcome.body["cards"]


def test_switches_are_read_for_every_service_and_for_one(tmp_path: Path) -> None:
    (client,) = clients_of(
        tmp_path,
        "shadow = true\n[clients.show]\nlowAlpOnce = 'recorded'\n"
        "[clients.show.hpp-order-select]\nlowAlpOnce = 'info'\n",
    )

    assert client.shadow == SERVICE_IDS
    assert client.shown_as("lowAlpOnce", "hpp-order-sign") == "recorded"
    assert client.shown_as("lowAlpOnce", "hpp-order-select") == "info"
    assert client.shown_as("hppSuspected", "hpp-order-select") == ""


@pytest.mark.hazard("O6", "W12")
@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "[clients.show]\nlowAlpOnce = 'none'",
            "show.lowAlpOnce: cannot be none; write 'recorded'",
        ),
        ("[clients.show]\nlowAlpOnce = 'warn'", "show.lowAlpOnce: must be one of recorded"),
        ("shadow = ['hpp-order']", "shadow: may hold only hpp-order-sign"),
        ("shadow = 'yes'", "shadow: must be true, false or a list of services"),
        ("show = 1", "show: must be a table"),
        ("language = 3", "language: must be text"),
    ],
)
def test_a_switch_that_cannot_be_read_is_named(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(BadSettings) as caught:
        clients_of(tmp_path, text)

    assert fault in str(caught.value)


@pytest.mark.hazard("H17", "W12")
@pytest.mark.parametrize(
    ("switch", "fault"),
    [
        (Shown("", "hppConfirmed", "recorded"), "show.hppConfirmed: can never be only recorded"),
        (Shown("", "lowAlpOnc", "recorded"), "is not a verdict; did you mean lowAlpOnce?"),
        (Shown("", "lowAlpOnce", "critical"), "is higher than the decision table says"),
    ],
)
def test_a_switch_that_must_not_be_is_refused(switch: Shown, fault: str) -> None:
    with pytest.raises(Faulty) as caught:
        build_engine(Settings(clients=(Client(show=(switch,)),)))

    assert fault in str(caught.value)


def test_all_that_is_switched_off_is_listed(engine: Engine) -> None:
    client = Client(
        "ehr", shadow=("hpp-patient-view",), show=(Shown("", "lowAlpOnce", "recorded"),)
    )
    known = replace(engine.knowledge, switched_off=("a row",))

    assert switched_off(Settings(clients=(client,)), known) == [
        "a row",
        "client ehr: shadow for hpp-patient-view",
        "client ehr: lowAlpOnce is shown as recorded",
    ]


# Tenants

NORTH = "[[clients.tenants]]\nid = 'north'\nfhir_base = 'https://n.example/fhir'\n"


def test_a_tenant_has_its_own_server_and_everything_else_of_its_client(tmp_path: Path) -> None:
    (client,) = clients_of(
        tmp_path,
        f"deadline_ms = 900\n{NORTH}accepted_gaps = ['procedures']\nfhir_release = 'STU3'\n"
        "[[clients.tenants]]\nid = 'south'\nfhir_private_addresses = true\n",
    )
    north, south, nobody = map(client.of_tenant, ("north", "south", "west"))

    assert client.tenants == ("north", "south")
    assert (north.name, north.fhir_base, north.fhir_release) == (
        "a/north", "https://n.example/fhir", "STU3",
    )  # fmt: skip
    assert (north.accepted_gaps, north.deadline_ms, south.deadline_ms) == (
        ("procedures",),
        900,
        900,
    )
    assert (south.fhir_private_addresses, north.fhir_private_addresses) == (True, False)
    assert nobody is client


@pytest.mark.hazard("A12")
@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (NORTH + NORTH, "tenants[2].id: is that of another tenant"),
        ("[[clients.tenants]]\nfhir_base = 'https://n.example/fhir'", "tenants[1].id: is missing"),
        (NORTH + "issuer = 'x'", "tenants[1].issuer: is not a key here"),
        ("[[clients.tenants]]\nid = 'n'\nfhir_base = 'http://n.example'", "must be https in"),
        ("tenants = 'north'", "tenants: must be a list of tenant ids"),
    ],
)
def test_a_tenant_that_cannot_be_told_apart_is_refused(
    tmp_path: Path, text: str, fault: str
) -> None:
    with pytest.raises(BadSettings) as caught:
        clients_of(tmp_path, text)

    assert fault in str(caught.value)


def test_a_recorded_verdict_that_had_no_card_anyway_is_no_fault(engine: Engine) -> None:
    """A single low value in cancer draws no card; recording it changes nothing."""
    client = Client(show=(Shown("", "lowAlpOnce", "recorded"),))

    assert answered("bone-metastasis-single-low", engine, client) == {
        **answered("bone-metastasis-single-low", engine, Client()),
    }
