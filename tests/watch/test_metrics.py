"""Metrics: what is counted, who may read them, and that their number stays what it is."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from fhir_fixtures import stories
from service.app import create_app
from service.content.faults import Faulty
from service.settings import Settings
from service.settings.keeping import Keeping
from tests.deploy.processes import SIGN, ask, gunicorn
from tests.fhir.build import MISSING, TODAY, draft, request

STORY = stories()["persistently-low-adult"]
ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"))
    return create_app(settings, today=lambda: TODAY).test_client()


def samples(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def read(service: FlaskClient) -> dict[Any, float]:
    return samples(service.get("/metrics").text)


def added(service: FlaskClient, name: str, do: Any) -> dict[tuple[tuple[str, str], ...], float]:
    """By how much each series of a name grew, and what it is called."""
    before = read(service)
    do()
    return {
        key[1]: value - before.get(key, 0.0)
        for key, value in read(service).items()
        if key[0] == f"hpp_cds_{name}" and value != before.get(key, 0.0)
    }


def test_a_call_is_counted_by_what_it_was_answered(service: FlaskClient) -> None:
    grown = added(service, "calls_total", lambda: service.post(SIGN, json=request()))
    ((labels, by),) = grown.items()
    said = dict(labels)

    assert by == 1
    assert said.keys() == {"client", "service", "status", "verdict", "indicator"}
    assert (said["client"], said["service"]) == ("anyone", "hpp-order-sign")


def test_each_step_of_a_call_is_timed(service: FlaskClient) -> None:
    grown = added(service, "step_seconds_count", lambda: service.post(SIGN, json=request()))

    assert {dict(labels)["step"] for labels in grown} == {
        "receive", "trust", "parse", "gather", "fetch", "judge", "say", "keep",
    }  # fmt: skip


def test_gaps_and_what_could_not_be_looked_at_are_counted(service: FlaskClient) -> None:
    body = request(members={"prefetch": MISSING})
    looked = added(service, "could_not_look_total", lambda: service.post(SIGN, json=body))
    gaps = added(service, "gaps_total", lambda: service.post(SIGN, json=request(labs=MISSING)))

    assert [dict(labels)["cause"] for labels in looked] == ["not-sent"]
    assert {dict(labels)["key"] for labels in gaps} == {"labs"}


def test_refusals_are_counted_by_reason(service: FlaskClient) -> None:
    grown = added(service, "refusals_total", lambda: service.post(SIGN, json={}))

    assert [dict(labels)["reason"] for labels in grown] == ["InvalidHookRequest"]


def test_a_drug_with_a_code_that_nobody_knows_is_counted_by_its_system(
    service: FlaskClient,
) -> None:
    local = {"coding": [{"system": "urn:oid:1.2.3.4", "code": "LOCAL-7"}]}
    known = {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "1"}]}
    drafts = [draft(medicationCodeableConcept=concept) for concept in (local, known)]
    grown = added(
        service, "unmapped_total", lambda: [service.post(SIGN, json=request(d)) for d in drafts]
    )

    assert {tuple(dict(labels).values()): by for labels, by in grown.items()} == {
        ("drug", "other"): 1, ("system", "other"): 1, ("drug", "rxnorm"): 1,
    }  # fmt: skip


@pytest.mark.hazard("E2")
def test_a_thousand_callers_words_make_no_further_series(service: FlaskClient) -> None:
    def play() -> None:
        for _ in range(250):
            word = str(uuid.uuid4())
            service.post(f"/cds-services/{word}", json={})
            service.get(f"/{word}", headers={"X-Request-ID": word})
            service.post(SIGN, json=request(hook=word))
            body = request(draft(medicationCodeableConcept={
                "coding": [{"system": f"urn:uuid:{word}", "code": word[:8]}]
            }))  # fmt: skip
            service.post(SIGN, json=body)

    service.post("/cds-services/x", json={})
    service.get("/x")
    service.post(SIGN, json=request(hook="x"))
    service.post(SIGN, json=request())
    play()
    before = read(service).keys()
    play()

    assert read(service).keys() == before


# Who may read


def test_they_are_open_to_this_machine_alone(service: FlaskClient) -> None:
    assert service.get("/metrics").status_code == 200
    assert service.get("/metrics", environ_overrides=ELSEWHERE).status_code == 404


@pytest.mark.parametrize(
    ("given", "status"),
    [("Bearer 0123456789abcdef", 200), ("Bearer wrong", 404), ("", 404), ("Bearer é", 404)],
)
def test_elsewhere_who_knows_the_token_may(tmp_path: Path, given: str, status: int) -> None:
    (tmp_path / "token").write_text("0123456789abcdef\n")
    keeping = Keeping(metrics_token=tmp_path / "token")
    service = create_app(Settings(data_dir=tmp_path, keeping=keeping)).test_client()
    answer = service.get("/metrics", headers={"Authorization": given}, environ_overrides=ELSEWHERE)

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("proxies", "headers", "status"),
    [
        (1, {"X-Forwarded-For": "192.0.2.7"}, 404),
        (1, {"X-Forwarded-For": "127.0.0.1, 192.0.2.7"}, 404),
        (1, {"X-Forwarded-For": "192.0.2.7", "Authorization": "Bearer 0123456789abcdef"}, 200),
        (1, {}, 200),
        (0, {"X-Forwarded-For": "192.0.2.7"}, 200),
    ],
)
def test_behind_a_proxy_the_address_is_that_of_who_asks_it(
    tmp_path: Path, proxies: int, headers: dict[str, str], status: int
) -> None:
    """What a caller writes before the proxy's own word is not believed."""
    (tmp_path / "token").write_text("0123456789abcdef\n")
    keeping = Keeping(metrics_token=tmp_path / "token")
    settings = Settings(data_dir=tmp_path, keeping=keeping, trusted_proxies=proxies)
    answer = create_app(settings).test_client().get("/metrics", headers=headers)

    assert answer.status_code == status


@pytest.mark.parametrize("written", [None, "", "short"])
def test_a_token_file_without_a_token_is_a_fault(tmp_path: Path, written: str | None) -> None:
    if written is not None:
        (tmp_path / "token").write_text(written)
    with pytest.raises(Faulty) as caught:
        create_app(Settings(data_dir=tmp_path, keeping=Keeping(metrics_token=tmp_path / "token")))

    assert "metrics.token_file" in str(caught.value.faults[0])


# Several workers


def test_workers_of_gunicorn_are_added_up(tmp_path: Path) -> None:
    running, port = gunicorn(tmp_path, workers=2, HOME=str(tmp_path))
    try:
        for _ in range(20):
            assert ask(port, SIGN, STORY.request).status == 200
        seen = samples(ask(port, "/metrics").body.decode())
    finally:
        running.stop()
    calls = sum(value for (name, _), value in seen.items() if name == "hpp_cds_calls_total")

    assert calls == 20
    assert seen["hpp_cds_store_up", ()] == 1
