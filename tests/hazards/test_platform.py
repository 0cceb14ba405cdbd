"""Tables 1E and 1W: what is kept, asked for, installed and promised."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from flask.testing import FlaskClient

from fhir_fixtures import stories
from service.app import create_app, load_content
from service.content.text_files import PHRASE_TABLES
from service.evaluation.answer import EXTENSION
from service.evaluation.services import SERVICES
from service.settings import Settings
from service.watch.logs import LOGGER, JsonLines
from tests.edge.calls import SIGN
from tests.faults.conftest import Dialled, all_dialled, dialled  # noqa: F401  fixtures
from tests.fhir.build import MISSING, TODAY, draft, patient, request
from tests.hazards.log import ROOT

Json = dict[str, Any]

LOCKS = ("requirements.lock", "tests/requirements.lock", ".ci/requirements.lock")
LOW = stories()["persistently-low-adult"]


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app(today=lambda: TODAY).test_client()


# E3: lines of the log

FORGED = ("x\nERROR forged", "x\r\nforged", "\x1b[2Jforged", "forged\u2028line", "forged\u0085",
          '","event":"forged', "forged\x00", "forged\u202e", "%s forged")  # fmt: skip


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """What the service's own formatter writes."""
    written: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(JsonLines().format(record))

    keep, level = Keep(), LOGGER.level
    LOGGER.addHandler(keep)
    LOGGER.setLevel(logging.DEBUG)
    yield written
    LOGGER.removeHandler(keep)
    LOGGER.setLevel(level)


def hostile_calls(client: FlaskClient, text: str) -> list[int]:
    """The text in every place that a caller writes."""
    agent = {"User-Agent": "forged", "X-Request-Id": "forged", "Origin": "https://forged.example"}
    bodies: list[Json] = [
        request(members={"hook": text}),
        request(members={"hookInstance": text}),
        request(context={"patientId": text}),
        request(context={"userId": f"Practitioner/{text}"}),
        request(members={"fhirServer": f"https://{text}.example/fhir"}),
        request(members={text: text}, context={text: text}, **{text: None}),
        request(draft(id=text), patient=patient(gender=text), labs=MISSING),
    ]
    given = [client.post(SIGN, json=body, headers=agent) for body in bodies]
    given.append(client.post(f"/cds-services/{text.replace('/', '')}", json={}, headers=agent))
    given.append(client.get("/nowhere", query_string={"forged": text}, headers=agent))
    return [answer.status_code for answer in given]


@pytest.mark.hazard("E3")
@pytest.mark.parametrize("text", FORGED)
def test_a_caller_writes_nothing_into_the_log(
    text: str, client: FlaskClient, lines: list[str]
) -> None:
    statuses = hostile_calls(client, text)

    assert {200, 400, 404} <= set(statuses)
    assert len(lines) >= len(statuses)
    assert all(line.isascii() and line.isprintable() and json.loads(line) for line in lines)
    assert not [line for line in lines if "forged" in line]


# E4: the same again

ALL_ANSWERS = """
from hashlib import sha256
from fhir_fixtures import stories
from service.app import build_engine
from service.settings import Settings
from tests.stories.golden import answer_of, normalised
engine = build_engine(Settings())
said = [normalised(answer_of(story, engine), engine) for story in stories().values()]
print(len(said), engine.knowledge.version, sha256(repr(said).encode()).hexdigest())
"""


@pytest.mark.hazard("E4")
def test_another_process_gives_the_same_answers() -> None:
    """Whatever the order in which it keeps its sets."""
    seen = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "LANG": "C", "TZ": "Asia/Kolkata"}
        asked = [sys.executable, "-O", "-c", ALL_ANSWERS]
        given = subprocess.run(asked, cwd=ROOT, env=environment, capture_output=True, check=True)
        seen.add(given.stdout)

    assert len(seen) == 1
    assert seen.pop().startswith(f"{len(stories())} ".encode())


# E12: what is asked for


@pytest.mark.hazard("E12")
@pytest.mark.parametrize("base", ["", "/r2", "/r3", "/r4", "/r5"])
def test_templates_name_codes_or_one_type_and_a_number_of_entries(
    base: str, client: FlaskClient
) -> None:
    listed = client.get(f"{base}/cds-services").get_json()["services"]
    searches = {t for s in listed for t in s["prefetch"].values() if "?" in t}
    coded = [t for t in searches if t.startswith(("Observation?", "Procedure?"))]

    assert len(searches) == 7
    assert all(re.search(r"&_count=[0-9]{2,3}$", template) for template in searches)
    # All laboratory results are asked for only where the codes have no room in a URL.
    assert all(
        re.search(r"&code=(?:http|[0-9])|&category=laboratory&", template) for template in coded
    )
    assert len([template for template in coded if "category=" in template]) <= 1
    assert not [t for t in searches if re.search(r"_include|_revinclude|\$everything|[&?]date=", t)]


# W3: nothing to be logged in to


@pytest.mark.hazard("W3")
@pytest.mark.parametrize("path", ["/", "/page/api/info", "/cds-services", "/healthz", "/nowhere"])
def test_no_cookie_is_ever_set(path: str, client: FlaskClient) -> None:
    answers = [client.get(path), client.post(path, json={}), client.options(path)]

    assert not [answer for answer in answers if "Set-Cookie" in answer.headers]


# W8: with everything sent, the network is not needed


@pytest.mark.hazard("W8")
@pytest.mark.parametrize("server", [None, "https://ehr.example.org/fhir", "http://192.0.2.1/fhir"])
def test_with_everything_prefetched_nothing_is_dialled(
    server: str | None,
    client: FlaskClient,
    dialled: Dialled,  # noqa: F811
) -> None:
    """An FHIR server that is not registered is not reached for either."""
    dialled.forbid = True
    answered = 0
    for story in stories().values():
        body = deepcopy(story.request)
        if server:
            body["fhirServer"] = server
        answered += client.post(f"/cds-services/{story.service}", json=body).status_code == 200

    assert answered > 50
    assert dialled.addresses == []


# W9: what is installed


def pins(lock: str) -> dict[str, list[str]]:
    """Every requirement of a lock file with its hashes."""
    text = (ROOT / lock).read_text("utf-8").replace("\\\n", " ")
    entries = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return {entry.split("--hash")[0].strip(): entry.split("--hash=")[1:] for entry in entries}


@pytest.mark.hazard("W9")
@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_with_the_hashes_of_its_files(lock: str) -> None:
    found = pins(lock)
    exact = re.compile(r"[a-z0-9-]+(?:\[[a-z0-9,-]+\])?==[^\s;*]+(?: ;.*)?", re.IGNORECASE)
    digest = re.compile(r"sha256:[0-9a-f]{64}\s*")

    assert len(found) > 5
    assert [name for name in found if not exact.fullmatch(name)] == []
    assert [name for name, hashes in found.items() if not hashes] == []
    assert not [h for hashes in found.values() for h in hashes if not digest.fullmatch(h)]


@pytest.mark.hazard("W9")
@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_a_place_to_fetch_from(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")

    assert not re.search(r"://|--(?:extra-)?index-url|--find-links|--trusted-host|@ ", text)


@pytest.mark.hazard("W9")
def test_the_tests_run_on_the_pins_of_the_service() -> None:
    """Markers of platforms aside: the extra may need a package where the service does not."""
    service, tests = (
        {name.split(" ;")[0]: hashes for name, hashes in pins(lock).items()} for lock in LOCKS[:2]
    )

    assert {name: tests.get(name) for name in service} == service


@pytest.mark.hazard("W9")
def test_the_image_installs_from_locks_by_hash_or_from_what_it_has_built() -> None:
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    installs = re.findall(r"pip (?:--\S+ \S+ )*install ([^&\n]*)", text)

    assert len(installs) >= 3
    assert all("--require-hashes -r" in i or "--no-index" in i for i in installs)


# W13: a change is seen


@pytest.mark.hazard("W13")
@pytest.mark.parametrize("table", ["verdict", *PHRASE_TABLES[-1:]])
def test_a_changed_word_is_another_version_on_every_answer(table: str, tmp_path: Any) -> None:
    source = (ROOT / "cards" / "texts" / "phrases.toml").read_text("utf-8")
    (tmp_path / "texts").mkdir()
    changed = source.replace(f"\n[{table}]\n", f"\n[{table}]\n# ours\n")
    (tmp_path / "texts" / "phrases.toml").write_text(changed, "utf-8")
    ours = Settings(content_dir=tmp_path)
    body = create_app(ours, today=lambda: LOW.today).test_client().post(SIGN, json=LOW.request)
    shown = body.get_json()["extension"][EXTENSION]["knowledge"]

    assert changed != source
    assert shown == load_content(ours)[0].version
    assert shown != load_content(Settings())[0].version


# W14: what it is for


@pytest.mark.hazard("W14")
@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.id)
def test_discovery_says_what_each_service_is_for_and_that_nobody_signed(
    service: Any, client: FlaskClient
) -> None:
    listed = client.get("/cds-services").get_json()["services"]
    (usage,) = [s["usageRequirements"] for s in listed if s["id"] == service.id]

    assert "for clinicians" in usage
    assert "it informs and never decides" in usage
    assert "No clinician has signed this content." in usage


@pytest.mark.hazard("W14")
def test_the_readme_says_what_it_is_meant_for_and_that_nobody_assessed_it() -> None:
    words = " ".join((ROOT / "README.md").read_text("utf-8").split())

    assert "It is meant to inform clinicians at order entry" in words
    assert "it never decides. No conformity assessment has been made." in words
