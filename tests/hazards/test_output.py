"""Table 1D: what a card may hold, whatever stands in the record or in a site's own words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from http.client import HTTPConnection
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any

import pytest
from flask.testing import FlaskClient
from markdown_it import MarkdownIt
from werkzeug.test import TestResponse

from fhir_fixtures import Story, stories
from service.app import create_app, load_content
from service.content.faults import Faulty
from service.evaluation.engine import Engine
from service.evaluation.services import BY_ID
from service.hooks.calls import evaluate_body
from service.hooks.errors import ServiceError
from service.settings import Settings
from tests.edge.calls import breaches
from tests.edge.conftest import port  # noqa: F401  a fixture
from tests.fhir.ask import answer
from tests.fhir.build import HPP, bundle, condition, draft, request
from tests.restatement.as_fhir import as_request
from tests.restatement.patients import random_patient
from tests.unit.test_markdown import HOSTILE

Json = dict[str, Any]

# As an EHR may show it, with HTML.
RENDER = MarkdownIt("gfm-like", {"html": True, "linkify": False})
WITH_CARDS = [story for story in stories().values() if story.response["cards"]]
# Members that people fill with words, and those whose words decide how a value is read.
WORDS = ("display", "text", "family", "given", "title", "comment")
READ = ("unit", "valueString", "status", "gender")


def poisoned(value: Any, payload: str, members: tuple[str, ...], member: str = "") -> Any:
    """A copy with the payload behind every text of these members."""
    if isinstance(value, dict):
        return {name: poisoned(item, payload, members, name) for name, item in value.items()}
    if isinstance(value, list):
        return [poisoned(item, payload, members, member) for item in value]
    return f"{value} {payload}" if isinstance(value, str) and member in members else value


def cards_of(story: Story, payload: str, members: tuple[str, ...], engine: Engine) -> list[Json]:
    body = poisoned(story.request, payload, members)
    cards: list[Json] = evaluate_body(body, BY_ID[story.service], engine, story.today).body["cards"]
    return cards


def structure(card: Json) -> list[str]:
    """What a reader's screen is made of: the tags, without the words."""
    return re.findall(r"</?[a-z0-9]+", RENDER.render(card["detail"]))


@pytest.mark.hazard("O1")
@pytest.mark.parametrize("members", [WORDS, (*WORDS, *READ)], ids=["words", "values too"])
@pytest.mark.parametrize("payload", HOSTILE)
def test_hostile_text_of_a_record_builds_nothing_on_a_card(
    payload: str, members: tuple[str, ...], engine: Engine
) -> None:
    """The card has the parts it has where a plain word stands instead."""
    # a question mark puts a diagnosis in doubt, in its own clause
    plain = ("word", "word?") if "?" in payload else ("word",)
    different = []
    for story in WITH_CARDS:
        hostile, *benign = (
            [structure(card) for card in cards_of(story, words, members, engine)]
            for words in (payload, *plain)
        )
        if hostile not in benign:
            different.append(story.id)

    assert different == []


@pytest.mark.hazard("O1")
def test_the_hostile_texts_do_reach_cards(engine: Engine) -> None:
    """Else the test above would show nothing."""
    shown = [
        story.id
        for story in WITH_CARDS
        if "zzpayload" in json.dumps(cards_of(story, "zzpayload", (*WORDS, *READ), engine))
    ]

    assert len(shown) > 5


def texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from texts_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts_in(item)
    elif isinstance(value, str):
        yield value


LINK = "https://evil.example/?mrn=1"
TEMPTING = (
    LINK,
    f"[see]({LINK})",
    f"![x]({LINK})",
    f"<{LINK}>",
    "www.evil.example",
    "a@evil.example",
)


@pytest.mark.hazard("O2")
@pytest.mark.parametrize("payload", TEMPTING)
def test_no_address_of_a_record_can_be_followed_from_a_card(payload: str, engine: Engine) -> None:
    """Addresses stand only in `links` and `source.url`, and are those of our references.

    What is quoted is no address as it stands either: some readers make links of those.
    """
    ours = {reference.url for reference in engine.cards.words.references.values() if reference.url}
    for story in WITH_CARDS:
        for card in cards_of(story, payload, (*WORDS, *READ, "fullUrl"), engine):
            urls = {link["url"] for link in card.get("links", [])}
            urls |= {card["source"]["url"]} if "url" in card["source"] else set()

            assert urls <= ours
            assert not re.search(r"(?:href|src)=", RENDER.render(card["detail"]))
            assert not [text for text in texts_in(card) if "evil.example" in text]


@pytest.mark.hazard("O2")
def test_our_own_addresses_are_https(engine: Engine) -> None:
    urls = [reference.url for reference in engine.cards.words.references.values() if reference.url]

    assert urls
    assert [url for url in urls if not url.startswith("https://")] == []


def broken_invariants(card: Json) -> Iterator[str]:
    """What the protocol demands of a card beyond its types."""
    suggestions = card.get("suggestions", [])
    if not 0 < len(card["summary"]) < 140 or "\n" in card["summary"]:
        yield "summary"
    if card["indicator"] not in ("info", "warning", "critical"):
        yield "indicator"
    if ("selectionBehavior" in card) != bool(suggestions):
        yield "selectionBehavior"
    if card.get("selectionBehavior") == "at-most-one" and _recommended(suggestions) > 1:
        yield "isRecommended"
    if not all(reason.get("display") for reason in card.get("overrideReasons", [])):
        yield "overrideReasons"
    uuids = [card["uuid"], *(suggestion["uuid"] for suggestion in suggestions)]
    if len(set(uuids)) < len(uuids):
        yield "uuid"
    if not card["source"]["label"]:
        yield "source"


def _recommended(suggestions: list[Json]) -> int:
    return sum(bool(suggestion.get("isRecommended")) for suggestion in suggestions)


RANDOM_PATIENTS, SEED = 300, 20_260_615


@pytest.fixture(scope="module")
def answered(engine: Engine) -> list[tuple[Json, Json]]:
    """Requests of random patients, close to every edge of the table, with their answers."""
    rng, found = Random(SEED), []
    for _ in range(RANDOM_PATIENTS):
        patient = random_patient(rng)
        body = as_request(patient)
        given = evaluate_body(body, BY_ID["hpp-order-sign"], engine, patient["today"])
        found.append((body, given.body))
    return found


@pytest.mark.hazard("O3")
def test_cards_of_random_patients_keep_what_the_protocol_demands(
    answered: list[tuple[Json, Json]],
) -> None:
    verdicts = {card["source"]["topic"]["code"] for _, body in answered for card in body["cards"]}
    broken = [list(broken_invariants(card)) for _, body in answered for card in body["cards"]]
    unlike = [breaches(body, "serviceResponse") for _, body in answered]

    assert len(verdicts) > 8
    assert [names for names in broken if names] == []
    assert [reasons for reasons in unlike if reasons] == []


@pytest.mark.hazard("O3")
def test_cards_of_all_stories_keep_what_the_protocol_demands(engine: Engine) -> None:
    """Also those that say only what could not be seen or judged."""
    cards = [card for story in WITH_CARDS for card in cards_of(story, "", (), engine)]
    foreign = draft(subject={"reference": "Patient/ZZPHI-2"})
    cards += answer(request(foreign)).body["cards"]

    assert [names for card in cards if (names := list(broken_invariants(card)))] == []


@pytest.mark.hazard("O4")
def test_no_answer_acts_by_itself_or_touches_what_is_no_draft(
    answered: list[tuple[Json, Json]],
) -> None:
    removed = 0
    for asked, body in answered:
        entries = asked["context"]["draftOrders"]["entry"]
        drafts = {f"{e['resource']['resourceType']}/{e['resource']['id']}" for e in entries}
        suggestions = [s for card in body["cards"] for s in card.get("suggestions", [])]
        actions = [action for s in suggestions for action in s["actions"]]
        deleted = [action["resourceId"] for action in actions if action["type"] == "delete"]
        removed += len(deleted)

        assert "systemActions" not in body
        assert {action["type"] for action in actions} <= {"create", "delete"}
        assert set(deleted) <= drafts

    assert removed > 0


@pytest.mark.hazard("O4")
def test_an_order_that_is_on_record_and_no_draft_is_not_offered_for_removal() -> None:
    """Two drugs of interest, one of them only on record."""
    taken = draft(id="ZZPHI-taken", status="active", authoredOn="2025-01-10")
    given = answer(request(medications=bundle(taken), conditions=bundle(condition(HPP))))

    assert "MedicationRequest/ZZPHI-draft-1" in json.dumps(given.body["cards"])
    assert "ZZPHI-taken" not in json.dumps(given.body["cards"])


def with_text(folder: Path, words: str) -> Settings:
    """A site's own text of one card, with these words in its body."""
    source = files("cards").joinpath("texts/hppSuspected.md").read_text("utf-8")
    (folder / "texts").mkdir()
    (folder / "texts" / "hppSuspected.md").write_text(f"{source}\n\n{words}\n", "utf-8")
    return Settings(content_dir=folder)


@pytest.mark.hazard("O5")
@pytest.mark.parametrize(
    "words",
    ["${drugs.__class__}", "${drugs[0]}", "${__import__('os')}", "$(id)", "${drugs!r}",
     "${results:>1000000000}", "$unknown", "${password}", "${case}"],
)  # fmt: skip
def test_a_blank_that_is_more_than_a_name_we_know_is_refused(tmp_path: Path, words: str) -> None:
    with pytest.raises(Faulty) as refused:
        load_content(with_text(tmp_path, words))

    assert [fault.file for fault in refused.value.faults] == ["texts/hppSuspected.md"]


@pytest.mark.hazard("O5")
@pytest.mark.parametrize(
    "words",
    ["{{''.__class__}}", "{{7*7}}", "{% include '/etc/passwd' %}", "{drugs.__class__}", "%(drugs)s",
     "{0}", "<%= 7*7 %>", "#{7*7}", "`id`"],
)  # fmt: skip
def test_the_braces_of_other_languages_stay_text(tmp_path: Path, words: str) -> None:
    app = create_app(with_text(tmp_path, words), today=lambda: stories()[LOW].today)
    posted = app.test_client().post("/cds-services/hpp-order-sign", json=stories()[LOW].request)
    (card,) = posted.get_json()["cards"]

    assert card["detail"].endswith(words)


LOW = "persistently-low-adult"


@pytest.mark.hazard("O6", "H17")
@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("400", "above the highest allowed"),
        ("inf", "must be a number"),
        ("-inf", "must be a number"),
        ("nan", "must be a number"),
        ("-1", "below the lowest allowed"),
        ("0", "below the lowest allowed"),
        ("1e400", "above the highest allowed"),
        ("true", "must be a number"),
        ("12:30:45", "must be a number"),
        ("[35]", "must be a number"),
        ("35\nvalue = 400", "value is written twice"),
        ("!!python/object:os.system", "is not TOML"),
    ],
)
def test_a_threshold_that_would_turn_the_rule_off_or_on_for_all_is_refused(
    tmp_path: Path, value: str, fault: str
) -> None:
    entry = f'[adult_low_default]\nvalue = {value}\nunit = "U/L"\nsource = "ours"\n'
    (tmp_path / "thresholds.toml").write_text(entry, "utf-8")
    with pytest.raises(Faulty) as refused:
        load_content(Settings(content_dir=tmp_path))
    (said,) = map(str, refused.value.faults)

    assert said.startswith("thresholds.toml: ")
    assert fault in said


@pytest.mark.hazard("O6")
def test_a_key_that_stands_twice_is_refused_with_its_line(tmp_path: Path) -> None:
    twice = '[adult_low_default]\nvalue = 35\nvalue = 40\nunit = "U/L"\nsource = "ours"\n'
    (tmp_path / "thresholds.toml").write_text(twice, "utf-8")
    with pytest.raises(Faulty) as refused:
        load_content(Settings(content_dir=tmp_path))

    assert "line 3" in str(refused.value)


WORDS_OF_A_FAULT = "ZZPHI in /srv/secret.py"


def fail(*_: object) -> Any:
    raise LookupError(WORDS_OF_A_FAULT)


@pytest.mark.hazard("O8", "H19")
@pytest.mark.parametrize("base", ["", "/r2", "/r3", "/r4", "/r5"])
@pytest.mark.parametrize("service", BY_ID)
def test_a_fault_in_any_service_of_any_release_says_nothing(service: str, base: str) -> None:
    client = create_app(today=fail).test_client()
    body = request(hook=BY_ID[service].hook)
    answer = client.post(f"{base}/cds-services/{service}", json=body)

    assert answer.status_code == 500
    assert_says_nothing(answer)


@pytest.mark.hazard("O8")
def test_a_fault_of_the_health_check_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.app.content_checks", fail)
    answer = create_app().test_client().get("/readyz")

    assert answer.status_code == 500
    assert_says_nothing(answer)


def assert_says_nothing(answer: TestResponse) -> None:
    issues = answer.get_json()["issue"]

    assert [issue["diagnostics"] for issue in issues] == [ServiceError.message]
    assert not [
        word for word in ("ZZPHI", "LookupError", ".py", "Traceback") if word in answer.text
    ]


@pytest.mark.hazard("O9")
@pytest.mark.parametrize("mode", ["development", "production"])
@pytest.mark.parametrize(
    "path", ["/console", "/debug", "/?__debugger__=yes&cmd=resource&f=style.css"]
)
def test_there_is_no_debugger_in_either_mode(mode: str, path: str) -> None:
    app = create_app(Settings(mode=mode))
    client: FlaskClient = app.test_client()
    answer = client.get(path)

    assert not app.debug
    assert b"debugger" not in answer.data.lower()
    assert answer.status_code == 404 or (mode == "development" and path.startswith("/?"))


@pytest.mark.hazard("O9")
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/cds-services", 200), ("POST", "/cds-services/hpp-order-sign", 415),
     ("GET", "/nowhere", 404), ("DELETE", "/healthz", 405), ("GET", "/healthz", 200)],
)  # fmt: skip
def test_no_header_names_the_software(method: str, path: str, status: int, port: int) -> None:  # noqa: F811
    line = HTTPConnection("127.0.0.1", port, timeout=20)
    line.request(method, path)
    answer = line.getresponse()
    said = f"{answer.getheaders()} {answer.read()!r}".lower()
    line.close()

    assert status == answer.status
    assert not [
        word for word in ("server", "werkzeug", "waitress", "python/") if f"'{word}" in said
    ]
    assert "x-powered-by" not in said
