"""Key sets over real sockets: asked for rarely, believed carefully, never flooded."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest
import trustme

from service.trust.key_sets import (
    KEPT_S,
    OF_FILE,
    OF_URL,
    Document,
    KeySet,
    from_file,
    from_url,
)
from service.trust.keys import PUBLISHED, Key, KeyRing, thumbprint
from service.trust.refusal import Reason
from tests.faults.server import FaultServer, Play, Talk, closed_port
from tests.trust.callers import EHR, Caller, client_of, key_file, site
from tests.trust.door import URL, bearer, open_door

NEW = Caller(number=4, key_id="new")


def serving(document: Any) -> Play:
    return lambda talk: talk.answer(orjson.dumps(document), Content_Type="application/json")


@dataclass
class Keys:
    """A server with a key set, and a clock that goes when it is told to."""

    server: FaultServer
    play: list[Play]
    now_s: list[float] = field(default_factory=lambda: [0.0])
    told: list[tuple[int, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{self.server.origin}/keys"

    @property
    def asked(self) -> int:
        return len(self.server.requests)

    def set(self) -> KeySet:
        def tell(ring: KeyRing | None, problem: str) -> None:
            self.told.append((len(ring.keys) if ring else 0, problem))

        return KeySet(from_url(self.url), OF_URL, told=tell, clock=lambda: self.now_s[0])


@pytest.fixture
def keys() -> Iterator[Keys]:
    play: list[Play] = [serving(EHR.key_set())]
    server = FaultServer({"keys": lambda talk: play[0](talk), "other": serving(EHR.key_set())})
    yield Keys(server, play)
    server.close()


def test_a_set_is_asked_for_once_and_kept(keys: Keys) -> None:
    known = keys.set()

    assert all(isinstance(known.find(EHR.key_id, "ES384"), Key) for _ in range(50))
    assert keys.asked == 1
    assert keys.server.requests[0].headers["accept"] == "application/json"
    assert "authorization" not in keys.server.requests[0].headers


def test_twenty_callers_at_a_cold_start_ask_once(keys: Keys) -> None:
    known = keys.set()
    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(lambda _: known.find(EHR.key_id, "ES384"), range(20)))

    assert [type(key) for key in found] == [Key] * 20
    assert keys.asked == 1


@pytest.mark.hazard("A19")
def test_a_thousand_invented_kids_cause_one_read_at_most(keys: Keys) -> None:
    known = keys.set()
    known.find(EHR.key_id, "ES384")
    for n in range(1000):
        keys.now_s[0] = 29.99 * n / 1000
        assert known.find(f"invented-{n}", "ES384") is Reason.UNKNOWN_KEY

    assert keys.asked == 1
    keys.now_s[0] = 31
    assert [known.find(f"more-{n}", "ES384") for n in range(100)] == [Reason.UNKNOWN_KEY] * 100
    assert keys.asked == 2


@pytest.mark.hazard("A21")
def test_a_new_key_is_known_within_30_seconds_and_a_removed_one_forgotten(keys: Keys) -> None:
    known = keys.set()
    known.find(EHR.key_id, "ES384")
    keys.play[0] = serving(NEW.key_set())
    keys.now_s[0] = 30

    assert isinstance(known.find("new", "ES384"), Key)
    assert known.find(EHR.key_id, "ES384") is Reason.UNKNOWN_KEY


@pytest.mark.hazard("A21")
def test_a_removed_key_is_forgotten_when_the_set_is_no_longer_fresh(keys: Keys) -> None:
    known = keys.set()
    known.find(EHR.key_id, "ES384")
    keys.play[0] = serving(NEW.key_set())
    keys.now_s[0] = OF_URL.fresh_s

    assert isinstance(known.find(EHR.key_id, "ES384"), Key)
    keys.now_s[0] += 1
    assert known.find(EHR.key_id, "ES384") is Reason.UNKNOWN_KEY


def failing(name: str) -> Play:
    plays: dict[str, Play] = {
        "500": lambda talk: talk.answer(b"{}", 500),
        "404": lambda talk: talk.answer(b"{}", 404),
        "html": lambda talk: talk.answer(b"<html>", Content_Type="text/html"),
        "empty": lambda talk: talk.answer(b""),
        "not a set": serving({"resourceType": "Bundle"}),
        "no keys": serving({"keys": []}),
        "no usable key": serving({"keys": [EHR.jwk(use="enc")]}),
        "a name twice": lambda talk: talk.answer(b'{"keys":[],' + orjson.dumps(EHR.key_set())[1:]),
        "cut": lambda talk: talk.head(Content_Length="1000") or False,
        "reset": lambda talk: talk.reset(),
        "60 MB": lambda talk: talk.answer(b" " * 60_000_000),
        "endless": lambda talk: (
            talk.head(Content_Type="application/json") or talk.endless(b" " * 9)
        ),
        "body drip": _drip,
        "header drip": lambda talk: talk.drip(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 999, 0.1) or False,
        "silent": lambda talk: talk.pause(10) and False,
        "redirect": lambda talk: talk.answer(b"", 302, Location=f"{talk.server.origin}/other"),
    }
    return plays[name]


def _drip(talk: Talk) -> bool:
    body = orjson.dumps(EHR.key_set())
    talk.head(Content_Length=str(len(body)), Content_Type="application/json")
    talk.drip(body, 0.1)
    return False


FAULTS = (
    "500", "404", "html", "empty", "not a set", "no keys", "no usable key", "a name twice",
    "cut", "reset", "60 MB", "endless", "body drip", "header drip", "silent",
    "redirect",
)  # fmt: skip


@pytest.mark.hazard("A17", "A20")
@pytest.mark.parametrize("fault", FAULTS)
def test_a_source_that_fails_leaves_the_last_good_set_for_a_day(keys: Keys, fault: str) -> None:
    known = keys.set()
    known.find(EHR.key_id, "ES384")
    keys.play[0] = failing(fault)
    keys.now_s[0] = 3600
    started = time.monotonic()

    assert isinstance(known.find(EHR.key_id, "ES384"), Key)
    assert time.monotonic() - started < 9  # a source that hangs does so for 10
    assert keys.told[-1][1] != ""
    keys.now_s[0] = KEPT_S + 1
    assert known.find(EHR.key_id, "ES384") is Reason.NO_KEYS
    assert not [seen for seen in keys.server.requests if seen.scenario == "other"]


@pytest.mark.hazard("A17", "A18", "A20")
@pytest.mark.parametrize("fault", FAULTS)
def test_without_a_set_nobody_is_let_in_and_a_moment_later_it_is_tried_again(
    keys: Keys, fault: str
) -> None:
    known = keys.set()
    keys.play[0] = failing(fault)
    started = time.monotonic()

    assert known.find(EHR.key_id, "ES384") is Reason.NO_KEYS
    assert time.monotonic() - started < 9  # a source that hangs does so for 10
    keys.play[0] = serving(EHR.key_set())
    keys.now_s[0] = OF_URL.retry_s
    assert isinstance(known.find(EHR.key_id, "ES384"), Key)


@pytest.mark.hazard("A19")
def test_a_source_that_is_down_is_not_asked_at_every_call(keys: Keys) -> None:
    known = keys.set()
    keys.play[0] = failing("500")
    for n in range(100):
        keys.now_s[0] = n / 10  # ten seconds
        known.find(EHR.key_id, "ES384")

    assert keys.asked == 2


@pytest.mark.hazard("B6")
def test_a_hospital_s_own_authority_is_trusted_where_it_is_configured(tmp_path: Path) -> None:
    authority, strange = trustme.CA(), trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    ours, other = tmp_path / "ours.pem", tmp_path / "other.pem"
    authority.cert_pem.write_to_path(str(ours))
    strange.cert_pem.write_to_path(str(other))
    server = FaultServer({"keys": serving(EHR.key_set())}, context)
    url = f"{server.origin}/keys"
    problems = [from_url(url, str(file))().problem for file in (ours, other, "")]
    server.close()

    assert problems == ["", "refused (certificate)", "refused (certificate)"]


def test_nobody_listens() -> None:
    down = KeySet(from_url(f"http://127.0.0.1:{closed_port()}/keys"), OF_URL)

    assert down.find(EHR.key_id, "ES384") is Reason.NO_KEYS
    assert not down.is_ready


def test_while_one_reads_again_the_others_go_on_with_what_is_there(keys: Keys) -> None:
    known = keys.set()
    known.find(EHR.key_id, "ES384")
    keys.play[0] = failing("silent")
    keys.now_s[0] = OF_URL.fresh_s + 1
    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(known.find, EHR.key_id, "ES384")
        while keys.asked < 2:
            time.sleep(0.01)
        found = known.find(EHR.key_id, "ES384")
        others_waited = slow.done()

    assert isinstance(found, Key)
    assert not others_waited
    assert isinstance(slow.result(), Key)


# Whose URL is believed


@pytest.mark.hazard("A4")
def test_a_key_url_in_a_token_must_be_the_configured_one_and_is_never_fetched(keys: Keys) -> None:
    door = open_door(site(client_of(jwks=keys.url)))

    assert door.let_in(EHR.token(URL, header={"jku": keys.url}))
    before = keys.asked
    for url in (
        f"{keys.server.origin}/other",
        f"{keys.url}/",
        f"{keys.url}?x",
        keys.url.upper(),
        "https://evil.example/jwks",
        "",
        "file:///etc/passwd",
    ):
        assert door.reason(bearer(EHR, header={"jku": url})) == "jku"
    assert keys.asked == before


@pytest.mark.hazard("A4")
def test_beside_a_file_a_key_url_is_ignored_unless_one_is_configured() -> None:
    ignoring = open_door(site(client_of()))
    expecting = open_door(site(client_of(jku="https://ehr.example.org/keys")))
    other = {"jku": "https://elsewhere.example.org/keys"}

    assert ignoring.let_in(EHR.token(URL, header=other))
    assert expecting.reason(bearer(EHR, header=other)) == "jku"
    assert expecting.let_in(EHR.token(URL, header={"jku": "https://ehr.example.org/keys"}))
    assert expecting.let_in(EHR.token(URL))


# Files


def test_a_file_that_changes_is_read_again(tmp_path: Path) -> None:
    path, now = tmp_path / "keys.json", [0.0]
    path.write_bytes(orjson.dumps(EHR.key_set()))
    known = KeySet(from_file(path), OF_FILE, clock=lambda: now[0])
    assert isinstance(known.find(EHR.key_id, "ES384"), Key)
    path.write_bytes(orjson.dumps(NEW.key_set()))
    now[0] = OF_FILE.pause_s

    assert isinstance(known.find("new", "ES384"), Key)
    assert known.find(EHR.key_id, "ES384") is Reason.UNKNOWN_KEY


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"keys":[]}', b'{"keys":[],"keys":[]}'])
def test_a_file_that_is_no_key_set_gives_no_key(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(raw)

    assert KeySet(from_file(path), OF_FILE).find("any", "ES384") is Reason.NO_KEYS
    assert from_file(tmp_path / "none")() == Document(problem="cannot be read")


@pytest.mark.hazard("A23")
def test_a_published_key_in_production_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = Caller(number=8, key_id="fresh")
    monkeypatch.setitem(PUBLISHED, thumbprint(EHR.key.public_key()), "a test key")
    path = key_file(document=EHR.key_set(fresh.jwk()))
    public = {"mode": "production", "public_base_url": "http://127.0.0.1:5000"}
    door = open_door(site(client_of(jwks=path), **public))

    assert door.let_in(fresh.token(URL))
    assert door.reason(bearer(EHR)) == "unknown-key"
    assert open_door(site(client_of(jwks=path))).let_in(EHR.token(URL))
