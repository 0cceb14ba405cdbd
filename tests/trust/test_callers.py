"""What a caller meets around its token: order of checks, flood, a store that is down, its FHIR."""

from __future__ import annotations

import json
import time
from copy import deepcopy
from functools import partial
from typing import Any

import pytest

from fhir_fixtures import stories
from service.hooks import callers
from service.hooks.callers import spellings
from service.trust.failure_limit import MOST_A_MINUTE, FailureLimit
from tests.answers.ward import Bed, Ward
from tests.store.databases import Postgres
from tests.trust.callers import EHR, SIGN, Caller, client_of, signing, site
from tests.trust.door import THE_ANSWER, URL, Door, bearer, listening, open_door

LOW = stories()["persistently-low-adult"]


# Order: size, service, caller, kind of content, content


@pytest.mark.hazard("A22")
@pytest.mark.parametrize("raw", [b"", b"{", b'{"hook": "x"}', b"\xff", b"[" * 100_000])
def test_what_a_stranger_sends_is_never_parsed(door: Door, raw: bytes) -> None:
    answer = door.client.post(SIGN, data=raw, headers={"Authorization": bearer(Caller(number=9))})

    assert (answer.status_code, answer.data) == (401, THE_ANSWER[0])


def test_too_much_is_refused_before_anybody_is_asked_who_they_are(door: Door) -> None:
    answer = door.client.post(SIGN, data=b" " * (4 * 1024 * 1024 + 1))

    assert answer.status_code == 413


def test_the_kind_of_content_is_told_to_callers_only(door: Door) -> None:
    stranger = door.client.post(SIGN, data=b"{}", content_type="text/plain")
    caller = door.client.post(
        SIGN, data=b"{}", content_type="text/plain", headers={"Authorization": bearer(EHR)}
    )

    assert (stranger.status_code, caller.status_code) == (401, 415)


def test_discovery_and_health_need_no_token(door: Door) -> None:
    for path in ("/cds-services", "/r4/cds-services", "/healthz", "/readyz"):
        assert door.client.get(path).status_code == 200


def test_feedback_needs_a_token_too(door: Door) -> None:
    path = f"{SIGN}/feedback"

    assert door.ask(None, path).status_code == 401
    assert door.ask(bearer(EHR, f"{URL}/feedback"), path).status_code == 400


# Replay


@pytest.mark.hazard("A14")
def test_a_token_is_good_once(door: Door) -> None:
    token = EHR.token(URL)

    assert door.let_in(token)
    assert door.reason(f"Bearer {token}") == "replayed"


@pytest.mark.hazard("A14")
def test_a_token_id_is_spent_by_a_good_token_only(door: Door) -> None:
    """Else anyone could spend the ids of others."""
    for wrong in (Caller(number=5), Caller(issuer="https://unknown.example.org")):
        assert not door.let_in(wrong.token(URL, jti="ZZPHI-mine"))
    assert door.reason(bearer(EHR, jti="ZZPHI-mine", aud="x")) == "audience"
    assert door.let_in(EHR.token(URL, jti="ZZPHI-mine"))


@pytest.mark.hazard("A14")
def test_issuers_may_use_the_same_ids(door: Door, other: Caller) -> None:
    assert door.let_in(EHR.token(URL, jti="the-same"))
    assert door.let_in(other.token(URL, jti="the-same"))


def test_a_request_that_is_wrong_otherwise_has_spent_its_token(door: Door) -> None:
    authorization = bearer(EHR)
    first = door.client.post(SIGN, json={}, headers={"Authorization": authorization})

    assert first.status_code == 400
    assert door.reason(authorization) == "replayed"


def test_a_store_that_is_down_means_503_until_it_is_back(cluster: Postgres) -> None:
    door = open_door(site(client_of(), store_url=cluster.url))
    assert door.let_in(EHR.token(URL))
    cluster.stop()
    try:
        answer = door.ask(bearer(EHR))
        ready = door.client.get("/readyz")
        stranger = door.ask(bearer(EHR, aud="x"))
    finally:
        cluster.start()

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.get_json()["resourceType"] == "OperationOutcome"
    assert ready.status_code == 503
    assert {"name": "store", "ok": False, "detail": "does not answer"} in ready.json["checks"]
    assert stranger.status_code == 401
    until = time.monotonic() + 60  # it begins to answer again a while after it was started
    while door.ask(bearer(EHR)).status_code == 503 and time.monotonic() < until:
        time.sleep(0.2)
    assert door.let_in(EHR.token(URL))
    assert door.client.get("/healthz").status_code == 200
    door.client.application.extensions["hpp-cds.trust"].store.close()


# Flood


@pytest.mark.hazard("A27")
def test_who_fails_too_often_is_slowed_and_valid_callers_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All within one minute, however long it takes here."""
    monkeypatch.setattr(callers, "FailureLimit", partial(FailureLimit, clock=lambda: 0.0))
    door = open_door(site())
    here = {"environ_overrides": {"REMOTE_ADDR": "192.0.2.6"}}
    statuses = [door.ask("Bearer x", **here).status_code for _ in range(MOST_A_MINUTE + 50)]
    slowed = door.ask("Bearer x", **here)

    assert statuses == [401] * MOST_A_MINUTE + [429] * 50
    assert slowed.headers["Retry-After"] == "60"
    assert slowed.get_json()["resourceType"] == "OperationOutcome"
    assert door.ask(bearer(EHR), **here).status_code == 200
    elsewhere = door.ask("Bearer x", environ_overrides={"REMOTE_ADDR": "192.0.2.7"})
    assert elsewhere.status_code == 401


@pytest.mark.hazard("A27")
def test_the_next_minute_begins_anew_and_the_table_is_bounded() -> None:
    now_s = [0.0]
    limit = FailureLimit(clock=lambda: now_s[0])
    full = [limit.is_full("a") for _ in range(MOST_A_MINUTE + 1)]
    now_s[0] = 60.0

    assert full == [False] * MOST_A_MINUTE + [True]
    assert not limit.is_full("a")
    for n in range(30_000):
        limit.is_full(str(n))
    assert len(limit._failures) <= 10_000


@pytest.mark.hazard("A28")
def test_only_a_configured_proxy_says_where_a_caller_is() -> None:
    """And no header of its own says who it is."""
    direct, behind = open_door(site()), open_door(site(trusted_proxies=1))
    for n in range(MOST_A_MINUTE + 1):
        headers = {"X-Forwarded-For": f"198.51.100.{n % 250}", "X-SSL-Client-S-DN": "CN=main-ehr"}
        here = {"environ_overrides": {"REMOTE_ADDR": "127.0.0.1"}}
        spoofed = direct.ask("Bearer x", headers=dict(headers), **here)
        told = behind.ask("Bearer x", headers=dict(headers), **here)

    assert (spoofed.status_code, told.status_code) == (429, 401)


# What the client may do


def asking(door: Door, caller: Caller, server: str) -> Any:
    """A request with nothing prefetched, and a FHIR server to ask."""
    body = {**LOW.request, "fhirServer": server}
    body.pop("prefetch")
    headers = {"Authorization": bearer(caller)}
    return door.client.post(SIGN, json=body, headers=headers)


@pytest.mark.hazard("B1")
def test_each_client_has_its_own_fhir_server_asked_and_no_other_s(
    ward: Ward, other: Caller
) -> None:
    ours = ward.lay("ours", Bed(LOW.request["prefetch"]))
    theirs = ward.lay("theirs", Bed(LOW.request["prefetch"]))
    private = {"fhir_private_addresses": True}
    door = open_door(
        site(
            client_of(EHR, fhir_base=ours, **private),
            client_of(other, name="other-ehr", fhir_base=theirs, **private),
        )
    )
    before = ward.server.connections

    assert asking(door, EHR, theirs).status_code == 412
    assert asking(door, other, ours).status_code == 412
    assert ward.server.connections == before
    assert asking(door, EHR, ours).status_code == 200
    assert asking(door, other, theirs).status_code == 200


@pytest.mark.parametrize(
    ("client", "behavior", "orders"),
    [({}, "any", [1, 1, 1]), ({"selection_behavior": "at-most-one"}, "at-most-one", [1, 1, 1]),
     ({"one_action_suggestions": False}, "any", [7, 1, 7])],
)  # fmt: skip
def test_suggestions_come_as_the_client_can_take_them(
    client: dict[str, Any], behavior: str, orders: list[int]
) -> None:
    asked = signing(site(client_of(**client)), today=lambda: LOW.today)
    (card,) = asked.post(SIGN, json=LOW.request).get_json()["cards"]
    kinds = [[action["type"] for action in s["actions"]] for s in card["suggestions"]]

    assert behavior == card["selectionBehavior"]
    assert kinds[0] == ["delete"]
    assert kinds[1:] == [["create"] * count for count in orders]


def test_of_suggestions_that_exclude_each_other_only_one_is_recommended() -> None:
    story = stories()["hpp-on-problem-list"]
    (first,) = story.request["context"]["draftOrders"]["entry"]
    second = {"resource": {**first["resource"], "id": "ZZPHI-second"}}
    body = deepcopy(story.request)
    body["context"]["draftOrders"]["entry"].append(second)
    recommended = []
    for behavior in ("any", "at-most-one"):
        client = signing(site(client_of(selection_behavior=behavior)), today=lambda: story.today)
        (card,) = client.post(SIGN, json=body).get_json()["cards"]
        recommended.append(sum(s.get("isRecommended", False) for s in card["suggestions"]))

    assert recommended == [2, 1]


# Names


def test_on_loopback_any_of_its_names_is_the_public_url(door: Door) -> None:
    for name in ("localhost", "127.0.0.1", "[::1]"):
        assert door.let_in(EHR.token(URL.replace("127.0.0.1", name)))


def test_elsewhere_the_public_url_has_one_spelling() -> None:
    assert spellings("https://cds.example.org/hpp/") == ("https://cds.example.org/hpp",)


# What is noted


def test_the_log_names_who_sent_what_cannot_be_read(door: Door) -> None:
    with listening() as listener:
        door.client.post(SIGN, json={}, headers={"Authorization": bearer(EHR)})
        door.client.post("/cds-services/none", json={})

    assert [line.get("client") for line in listener.lines] == ["this-ehr", None]


def test_the_log_and_the_store_name_the_reason_and_nothing_of_the_token() -> None:
    door = open_door(site())
    with listening() as listener:
        door.ask(bearer(EHR, aud="ZZPHI-audience", sub="ZZPHI-sub"))
        door.ask(bearer(EHR, iss="ZZPHI-issuer"))

    assert "ZZPHI-" not in json.dumps(listener.lines).replace("this-ehr", "")
    assert [line["reason"] for line in listener.lines] == ["audience", "issuer"]
