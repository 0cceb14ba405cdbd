"""The served process, with a canary in every leaf of request, token and FHIR answer.

It may be in the answer to the caller who sent it, and nowhere else: not on a stream, in the
store, in a temporary file, in the body of an error, nor in what an operator is shown.
"""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest
import requests

from fhir_fixtures import stories
from tests.answers.faults import LOST, PARTLY, SLOW
from tests.answers.ward import Bed, Ward
from tests.faults.server import Talk
from tests.privacy.canary import (
    CANARY,
    KEPT,
    all_marked,
    each_leaf_marked,
    files_with_canary,
    for_patient,
)
from tests.trust.callers import EHR, LEFT_OUT, SIGN, Caller, compact, key_file

ROOT = Path(__file__).parents[2]
LOW = stories()["persistently-low-adult"]
Json = dict[str, Any]


def _shouting(talk: Talk, _: Json, status: int) -> bool:
    """An error that quotes the patient in every place there is."""
    headers = {"Retry_After": CANARY, "Location": f"{talk.base}/{CANARY}", "X_Patient": CANARY}
    return talk.answer(orjson.dumps({"resourceType": CANARY, "text": CANARY}), status, **headers)


SHOUTING = {f"{n} that quotes": partial(_shouting, status=n) for n in (200, 302, 400, 404, 500)}
# One client for each, so that no fault is hidden by the circuit breaker that another opened.
FAULTS: dict[str, Any] = {
    re.sub(r"\W+", "-", name): fault
    for name, fault in {"none": None, **LOST, **PARTLY, **SLOW, **SHOUTING}.items()
}
CALLERS = {name: Caller(f"https://ehr-{n}.example.org") for n, name in enumerate(FAULTS)}


@dataclass
class Served:
    """The service as a process of its own, with a home, a store and a place for what it says."""

    home: Path
    ward: Ward
    base: str = ""
    process: subprocess.Popen[bytes] | None = None
    statuses: set[int] = field(default_factory=set)
    errors: list[bytes] = field(default_factory=list)
    answered_with_canary: int = 0

    def start(self) -> subprocess.Popen[bytes]:
        for name in ("data", "tmp", "said"):
            (self.home / name).mkdir()
        (self.home / "hpp-cds.toml").write_text(self._settings())
        command = [sys.executable, "-m", "service", "serve", "--port", "0"]
        said = self.home / "said"
        with (said / "out").open("wb") as out, (said / "err").open("wb") as err:
            process = subprocess.Popen(
                [*command, "--config", self._config],
                cwd=ROOT,
                stdout=out,
                stderr=err,
                env=self._environment(),
            )
        self.base = self._wait_for_base(process)
        self.process = process
        return process

    @property
    def _config(self) -> str:
        return str(self.home / "hpp-cds.toml")

    def _environment(self) -> dict[str, str]:
        home = {"HOME": str(self.home), "TMPDIR": str(self.home / "tmp")}
        return {**os.environ, **home, "PYTHONDONTWRITEBYTECODE": "1"}

    def _settings(self) -> str:
        site = 'mode = "development"\ndata_dir = "data"\npublic_base_url = "http://cds.example.org"'
        callers = {"main": EHR, **CALLERS}
        return f"[site]\n{site}\n" + "".join(map(self._client, callers, callers.values()))

    def _client(self, name: str, caller: Caller) -> str:
        keys = key_file(caller, caller.key_set(caller.jwk(kid=f"{CANARY}-key")))
        return f"""
            [[clients]]
            name = "{name}"
            issuer = "{caller.issuer}"
            jwks = "{keys}"
            fhir_base = "{self.ward.base(name)}"
            fhir_private_addresses = true
            deadline_ms = 300
            """

    def _wait_for_base(self, process: subprocess.Popen[bytes]) -> str:
        said = self.home / "said" / "err"
        while process.poll() is None:
            port = re.search(r"listening on 127\.0\.0\.1:(\d+)", said.read_text())
            if port:
                return f"http://127.0.0.1:{port[1]}"
        raise AssertionError(said.read_text())

    def post(self, body: Any, authorization: str = "", path: str = SIGN) -> None:
        """Post, and keep what must hold no canary."""
        url = f"http://cds.example.org{path}"
        headers = {
            "Host": "cds.example.org",
            "Content-Type": "application/json",
            "Authorization": authorization or f"Bearer {EHR.token(url)}",
        }
        data = body if isinstance(body, bytes) else orjson.dumps(body)
        answer = requests.post(f"{self.base}{path}", data, headers=headers, timeout=30)
        self.statuses.add(answer.status_code)
        if answer.status_code == 200:
            self.answered_with_canary += CANARY.encode() in answer.content
        else:
            self.errors += [answer.content, repr(answer.headers).encode()]

    def stop(self) -> None:
        """What waits is written."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)

    def rows(self, table: str) -> int:
        with closing(sqlite3.connect(self.home / "data" / "hpp-cds.sqlite3")) as store:
            return int(store.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608

    def tables_with(self, word: str) -> set[str]:
        """The tables of the store that hold a word in any column."""
        with closing(sqlite3.connect(self.home / "data" / "hpp-cds.sqlite3")) as store:
            tables = store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            return {
                name
                for (name,) in tables.fetchall()
                if word in str(store.execute(f"SELECT * FROM {name}").fetchall())  # noqa: S608
            }

    def clients(self) -> bytes:
        """What an operator is shown."""
        return subprocess.run(
            [sys.executable, "-m", "service", "clients", "--config", self._config],
            cwd=ROOT,
            env=self._environment(),
            capture_output=True,
            check=True,
        ).stdout


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with Ward() as ward:
        service = Served(tmp_path, ward)
        process = service.start()
        yield service
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(20)


def play_requests(served: Served) -> None:
    for body in each_leaf_marked(LOW.request):
        served.post(body)
    for raw in (CANARY.encode(), f'{{"{CANARY}"'.encode(), b'"' + CANARY.encode() + b'\xff"'):
        served.post(raw)
    twice = orjson.dumps({"hook": CANARY})[:-1] + b',"hook":"' + CANARY.encode() + b'"}'
    served.post(twice)
    for path in (f"/cds-services/{CANARY}", f"/{CANARY}", f"{SIGN}?access_token={CANARY}"):
        served.post({}, path=path)


def play_tokens(served: Served) -> None:
    url = f"http://cds.example.org{SIGN}"
    claims = EHR.claims(url, sub="x", tenant="x", nbf=1, **{"https://x": "x"})
    for name in claims:
        for value in (CANARY, [CANARY], f"{claims[name]} {CANARY}"):
            served.post(LOW.request, f"Bearer {EHR.token(url, **{name: value})}")
    for name in ("alg", "typ", "kid", "jku", "jwk", "crit", "cty", "x"):
        served.post(LOW.request, f"Bearer {EHR.token(url, header={name: f'{CANARY}-key'})}")
    served.post(LOW.request, f"Bearer {CANARY}")
    served.post(LOW.request, CANARY)
    served.post(LOW.request, f"Bearer {compact(CANARY, CANARY, lambda _: CANARY.encode())}")
    served.post(LOW.request, f"Bearer {EHR.token(url, exp=LEFT_OUT, x=CANARY)}")


def play_fhir(served: Served) -> None:
    """Every fault, for a patient whose id, data and access token are the canary."""
    request = for_patient(LOW.request, LOW.request["context"]["patientId"])
    held = all_marked(request.pop("prefetch"))
    held["patient"]["id"] = request["context"]["patientId"]
    request["fhirAuthorization"] = {
        "access_token": f"{CANARY}-access", "token_type": "Bearer", "expires_in": 300,
        "scope": CANARY, "subject": CANARY,
    }  # fmt: skip
    for name, fault in FAULTS.items():
        for keys in (("alp",), ("labs", "conditions"), tuple(held)):
            beds = dict.fromkeys(keys, fault) if fault else {}
            server = served.ward.lay(name, Bed(held, beds))
            token = CALLERS[name].token(f"http://cds.example.org{SIGN}")
            served.post({**request, "fhirServer": server}, f"Bearer {token}")
            assert any(CANARY in target for target in served.ward.targets(name)), name
    served.post({**request, "fhirServer": f"http://127.0.0.1:1/{CANARY}"})


def play_feedback(served: Served) -> None:
    """Of a card that was shown, and of none; a comment is not kept."""
    path = f"{SIGN}/feedback"
    item = {
        "card": "8691245b-b50e-43d1-8761-fa163a4c8435",
        "outcome": "overridden",
        "acceptedSuggestions": [{"id": "x"}],
        "overrideReason": {
            "reason": {"code": "x", "system": "x", "display": "x"},
            "userComment": "x",
            "extension": {"com.epic.cdshooks.feedback.overrideReason.reasonTitle": "x"},
        },
        "outcomeTimestamp": "2026-11-22T02:16:00.064Z",
    }
    for body in each_leaf_marked({"feedback": [item]}):
        token = EHR.token(f"http://cds.example.org{path}")
        served.post(body, f"Bearer {token}", path)
    assert served.rows("feedback") >= 3


@pytest.mark.hazard("E1", "E6", "B8", "E3", "O8", "A22")
def test_the_canary_is_found_nowhere(served: Served) -> None:
    play_requests(served)
    play_tokens(served)
    play_fhir(served)
    play_feedback(served)
    shown = served.clients() + requests.get(f"{served.base}/metrics", timeout=10).content
    ready = requests.get(f"{served.base}/readyz", timeout=10).content
    folders = (served.home / "data", served.home / "tmp", served.home / "said")

    assert served.statuses >= {200, 400, 401, 404}
    assert 500 not in served.statuses
    assert served.answered_with_canary > 0, "the canary never got in"
    assert [body for body in served.errors if CANARY.encode() in body] == []
    assert CANARY.encode() not in shown + ready
    assert files_with_canary(*folders) == []
    assert (served.home / "said" / "out").read_bytes() == b""
    assert served.rows("decisions") > 100


def test_a_code_that_is_not_known_is_kept_in_one_table_and_nowhere_else(served: Served) -> None:
    play_requests(served)
    play_fhir(served)
    folders = (served.home / "tmp", served.home / "said")
    served.stop()

    assert files_with_canary(*folders, word=KEPT) == []
    assert served.tables_with(KEPT) <= {"unmapped"}
