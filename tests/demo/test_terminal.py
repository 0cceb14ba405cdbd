"""A trial from the terminal on the demo record says what it met."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from fhir_fixtures import Story, stories
from service.commands.cli import main
from service.commands.terminal import draw_explanation, in_two, wrapped
from service.demo.links import MAIN_STORY
from service.evaluation.engine import Engine
from service.hooks.calls import outcome_of
from tests.fhir.build import bundle
from tests.listening import listening


def evaluate(base: str, patient: str, drug: str) -> Result:
    arguments = ["--fhir-server", base, "--patient", patient, "--drug", drug]
    return CliRunner().invoke(main, ["evaluate", *arguments])


def test_a_known_drug_and_patient_need_no_remark(origin: str) -> None:
    said = evaluate(f"{origin}/demo/fhir", MAIN_STORY, "alendronate")

    assert said.exit_code == 0
    assert "hppSuspected" in said.stdout or "hppSuspected" in said.output
    assert said.stderr == ""


def test_a_drug_that_matches_nothing_comes_with_a_near_name(origin: str) -> None:
    said = evaluate(f"{origin}/demo/fhir", MAIN_STORY, "alendornate")

    assert "is no drug that this service looks at; did you mean alendronate?" in said.stderr


def test_a_patient_that_is_not_there_is_said(origin: str) -> None:
    said = evaluate(f"{origin}/demo/fhir", "nobody", "alendronate")

    assert "no such patient on that server" in said.stderr


def test_a_server_that_is_not_there_is_said() -> None:
    said = evaluate("http://127.0.0.1:9/fhir", MAIN_STORY, "alendronate")

    assert "no answer from http://127.0.0.1:9/fhir in 2.5 s" in said.stderr


@pytest.mark.parametrize("columns", [80, 100])
def test_no_word_is_broken(columns: int) -> None:
    """Of `stories` and `check` in a terminal that is narrower than their lines."""
    for story in stories().values():
        shown = in_two(story, columns)

        assert shown.split() == f"{story.id} {story.verdict} {story.title}".split()
        assert max(map(len, shown.splitlines())) <= columns
    line = f"review: decision_table.toml: not signed (sha256 {'9f29e06e' * 8})"
    assert wrapped(line, columns).split() == line.split()
    assert max(map(len, wrapped(line, columns).splitlines())) <= columns


def explained(story: Story, engine: Engine) -> str:
    """As `explain` prints it, on lines of any length."""
    raw = json.dumps(story.request).encode()
    outcome = outcome_of(raw, story.service, engine, story.today)
    if outcome.explanation is None:
        return ""
    console = Console(file=StringIO(), width=400)
    draw_explanation(outcome.explanation, console)
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def test_explain_says_each_result_once(engine: Engine) -> None:
    """What is listed is cited by its number afterwards, and other evidence by its reference."""
    dated = re.compile(r"(?:\d{4}-\d\d-\d\d|undated) [^;\[\]]*\[([A-Z][A-Za-z]+/[^\]]+)\]")
    for story in stories().values():
        said = explained(story, engine).partition("\nFindings")
        listed, found = dated.findall(said[0]), dated.findall(said[2])

        assert len(found) == len(set(found)), story.id
        assert set(listed).isdisjoint(found), story.id
    assert "● ALP persistently low: 1, 2, 3" in explained(stories()[MAIN_STORY], engine)


def test_explain_says_what_was_not_seen_once(engine: Engine) -> None:
    """All that stays unknown for the same reason is one line, and nothing is lost."""
    story = stories()["alp-query-failed"]
    outcome = outcome_of(json.dumps(story.request).encode(), story.service, engine, story.today)
    assert outcome.explanation is not None
    labels = [f["label"] for f in outcome.explanation["findings"] if f["state"] == "unknown"]
    found = explained(story, engine).partition("\nFindings")[2].partition("\nDecision table")[0]
    said = " ".join(found.split())

    assert len(labels) > 10
    assert said.count("? unknown, not seen alp:") == said.count("? ") == 1
    assert [label for label in labels if label not in said] == []


# doctor


class Answering(BaseHTTPRequestHandler):
    """A FHIR server with one fault, named by the first part of the path."""

    def do_GET(self) -> None:
        fault, _, asked = self.path.strip("/").partition("/")
        if fault == "other":  # no FHIR server, but some page
            return self.say(200, {"title": "welcome"}, "text/html")
        if asked == "metadata":
            return self.say(200, {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"})
        if fault == "refused":
            return self.say(401, {})
        if fault == "cut" and asked.startswith("Condition"):
            return self.close_connection_now()
        owner = "someone-else" if fault == "foreign" else "p1"
        kind = asked.partition("?")[0].partition("/")[0]
        if kind == "Patient":
            patient = {"resourceType": "Patient", "id": "p1"}
            listed = [] if fault == "nobody" else [patient]
            return self.say(200, patient if "/" in asked else bundle(*listed))
        found = [] if fault == "empty" else [{"resourceType": kind, "id": "x", **of(owner)}]
        return self.say(200, bundle(*found))

    def say(self, status: int, body: dict[str, Any], kind: str = "application/fhir+json") -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def close_connection_now(self) -> None:
        self.close_connection = True
        self.connection.close()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def of(owner: str) -> dict[str, Any]:
    return {"subject": {"reference": f"Patient/{owner}"}}


@pytest.fixture(scope="module")
def faulty() -> Iterator[str]:
    with listening(ThreadingHTTPServer(("127.0.0.1", 0), Answering)) as address:
        yield address


def outcomes(base: str, *arguments: str) -> tuple[int, dict[str, str], str]:
    """Exit status, what each query ended in, and the whole output."""
    ended = CliRunner().invoke(main, ["doctor", base, *arguments], env={"COLUMNS": "200"})
    rows = re.findall(r"^(\S+) +([a-z]+) +\d+ ms", ended.output, re.MULTILINE)
    return ended.exit_code, dict(rows), ended.output


@pytest.mark.parametrize(
    ("fault", "status", "key", "expected"),
    [
        ("good", 0, "conditions", "works"),
        ("empty", 0, "conditions", "empty"),
        ("foreign", 1, "conditions", "foreign"),
        ("refused", 1, "Patient?", "refused"),
    ],
)
def test_doctor_says_works_only_of_a_query_that_found_something(
    faulty: str, fault: str, status: int, key: str, expected: str
) -> None:
    ended, rows, output = outcomes(f"{faulty}/{fault}")

    assert (ended, rows[key]) == (status, expected), output
    if fault != "good":
        assert set(rows.values()) - {"works"} == {expected}
    assert "patient" not in rows or rows["patient"] == "works"


@pytest.mark.parametrize(
    ("fault", "helps"),
    [
        ("refused", "no patient found; hand in the server's token with --token-file"),
        ("other", "no patient found; is this the base URL of a FHIR server?"),
        ("nobody", "no patient found; name one with --patient"),
    ],
)
def test_doctor_says_what_helps_where_no_patient_is_found(
    faulty: str, fault: str, helps: str
) -> None:
    ended, _, output = outcomes(f"{faulty}/{fault}")

    assert ended == 1
    assert helps in output


def test_doctor_tells_a_connection_that_was_cut(faulty: str) -> None:
    ended, rows, output = outcomes(f"{faulty}/cut", "--patient", "p1")

    assert (ended, rows["conditions"]) == (1, "unreachable"), output


def test_doctor_names_a_patient_that_is_not_there(origin: str) -> None:
    ended, rows, output = outcomes(f"{origin}/demo/fhir", "--patient", "nobody")

    assert (ended, rows["patient"]) == (1, "refused")
    assert "no such patient on that server" in output


def test_doctor_tells_a_server_that_is_not_there_from_one_without_patients(origin: str) -> None:
    nobody = CliRunner().invoke(main, ["doctor", "http://127.0.0.1:9/fhir"])
    there = CliRunner().invoke(main, ["doctor", f"{origin}/demo/fhir"])

    assert (nobody.exit_code, there.exit_code) == (1, 0)
    assert "unreachable: no answer from the server (refused)" in nobody.output
    assert "R4 (FHIR 4.0.1)" in there.output
    assert "works" in there.output
