"""A trial from the terminal on the demo record says what it met."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner, Result

from fhir_fixtures import stories
from service.commands.cli import _wrapped, main
from service.demo.links import MAIN_STORY


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


@pytest.mark.parametrize("command", ["", *main.commands])
def test_stories_that_help_names_exist(command: str) -> None:
    shown = CliRunner().invoke(main, [*filter(None, [command]), "--help"]).output
    named = re.findall(r"hpp-cds (?:evaluate|explain) ([a-z-]+)(?: |$)", shown, re.MULTILINE)

    assert set(named) <= set(stories()) | {"--fhir-server"}


def test_no_word_is_broken_at_80_columns() -> None:
    for story in stories().values():
        line = f"{story.id:<40}  {story.verdict:<25} {story.title}"
        words = _wrapped(line, 80).split()

        assert words == line.split()
        assert max(map(len, _wrapped(line, 80).splitlines())) <= 80


def test_doctor_tells_a_server_that_is_not_there_from_one_without_patients(origin: str) -> None:
    nobody = CliRunner().invoke(main, ["doctor", "http://127.0.0.1:9/fhir"])
    there = CliRunner().invoke(main, ["doctor", f"{origin}/demo/fhir"])

    assert (nobody.exit_code, there.exit_code) == (1, 0)
    assert "no answer from the server (refused)" in nobody.output
    assert "R4 (FHIR 4.0.1)" in there.output
    assert "works" in there.output
