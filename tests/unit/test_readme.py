"""The README says what is there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from fhir_fixtures import stories
from service.commands.cli import main
from service.content.knowledge import load_knowledge
from service.evaluation.answer import EXTENSION
from service.settings import CLIENT_KEYS, TABLES

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
INTEGRATE = (ROOT / "service/hooks/README.md").read_text("utf-8")
CONFIGURE = (ROOT / "service/settings/README.md").read_text("utf-8")
PAGES = [
    ROOT / "README.md",
    *(page for room in ("service", "tests") for page in (ROOT / room).rglob("README.md")),
]


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_command_is_described(command: str) -> None:
    assert f"`hpp-cds {command}" in README


def test_each_page_is_linked_from_the_help() -> None:
    """The pages that the first page sends on to, and the first page itself."""
    named = set(re.findall(r"[a-z/]*README\.md", main.epilog or ""))
    linked = set(re.findall(r"\]\(([a-z/]+/README\.md)\)", README.partition("## More")[2]))

    assert {"service/demo/README.md", "README.md"} | linked - {"service/README.md"} == named


@pytest.mark.parametrize("verdict", [*load_knowledge().verdicts, "notApplicable"])
def test_every_verdict_is_in_the_table(verdict: str) -> None:
    assert f"| `{verdict}` |" in README


def test_every_setting_is_named() -> None:
    keys = [key for table in TABLES.values() for key in table] + list(CLIENT_KEYS)

    assert keys
    assert [key for key in keys if not re.search(rf"\b{key}\b", INTEGRATE + CONFIGURE)] == []


def test_the_answer_shown_is_the_one_given() -> None:
    (block,) = re.findall(r"```json\n(.*?)```", README, re.DOTALL)
    shown, given = json.loads(block), stories()["persistently-low-adult"].response

    assert shown["cards"][0]["summary"] == given["cards"][0]["summary"]
    assert shown["cards"][0]["indicator"] == given["cards"][0]["indicator"]
    said = given["extension"][EXTENSION]
    assert said == {**said, **shown["extension"][EXTENSION]}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)[^)]*\)", page.read_text("utf-8"))

    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_first_page_is_short() -> None:
    assert README.count("\n") <= 120


@pytest.mark.hazard("W14")
def test_it_says_that_no_clinician_has_signed() -> None:
    assert "No clinician has signed the content." in README
