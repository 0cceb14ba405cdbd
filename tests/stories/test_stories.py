"""Every story is answered as its README says and as its golden answer holds."""

from __future__ import annotations

import json

import pytest

from fhir_fixtures import Story, stories
from service.evaluation.answer import EXTENSION
from service.evaluation.engine import Engine
from tests.stories.golden import INDEX, answer_of, index, normalised

ALL = list(stories().values())


@pytest.mark.parametrize("story", ALL, ids=lambda story: story.id)
def test_answer_equals_the_golden_one(story: Story, engine: Engine) -> None:
    actual = normalised(answer_of(story, engine), engine)

    assert story.response == actual, "if it is meant: python -m tests.stories, and read the diff"


@pytest.mark.parametrize("story", ALL, ids=lambda story: story.id)
def test_verdict_status_and_indicator_are_those_of_the_readme(story: Story) -> None:
    said = story.response["extension"][EXTENSION]
    cards = story.response["cards"]
    indicator = cards[0]["indicator"] if cards else "none"

    assert (story.verdict, story.status, story.indicator) == (
        said["verdict"],
        said["status"],
        indicator,
    )


@pytest.mark.parametrize("story", ALL, ids=lambda story: story.id)
def test_every_identifier_carries_zzphi(story: Story) -> None:
    ids = list(_identifiers(story.request))

    assert ids
    assert [name for name in ids if "ZZPHI" not in name] == []


def test_the_list_of_stories_is_theirs() -> None:
    assert index() == INDEX.read_text("utf-8"), "run: python -m tests.stories"


def test_every_verdict_has_a_story() -> None:
    verdicts = {story.verdict for story in ALL}

    assert verdicts >= {
        "hppExcluded", "hppConfirmed", "hppProbable", "hppSuspected", "lowAlpAcquired",
        "lowAlpCauseNotReassuring", "lowAlpPossibleCause", "lowAlpAcuteIllness", "lowAlpOnce",
        "lowAlpOnceMarked", "alpUnclear", "alpNotLow", "alpNotOnFile", "notEvaluated",
        "notApplicable",
    }  # fmt: skip


@pytest.mark.hazard("H1")
def test_no_cards_means_complete_not_applicable_or_a_settled_alp() -> None:
    silent = [s.response["extension"][EXTENSION] for s in ALL if not s.response["cards"]]
    partial = [said["verdict"] for said in silent if said["status"] == "partial"]

    assert {said["status"] for said in silent} == {"complete", "not-applicable", "partial"}
    assert set(partial) == {"alpNotLow"}


def _identifiers(value: object, key: str = "") -> list[str]:
    """Ids, names, identifier values and references, wherever they stand."""
    if isinstance(value, dict):
        found = [item for k, v in value.items() for item in _identifiers(v, k)]
        if "system" in value and "value" in value and isinstance(value["value"], str):
            found.append(value["value"])
        return found
    if isinstance(value, list):
        return [item for entry in value for item in _identifiers(entry, key)]
    wanted = key in ("id", "patientId", "userId", "reference", "family", "fullUrl")
    return [value] if wanted and isinstance(value, str) and not value.startswith("#") else []


def test_goldens_are_readable_json() -> None:
    text = json.dumps(ALL[0].response, ensure_ascii=False)

    assert "\\u" not in text
