"""One request of each country in the shape of its public profiles: what we know, and by what.

Codes of zeros stand for any code of a system that we know of and cannot read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path

import pytest

from tests.fhir.ask import answer, gaps, said, verdict
from tests.fhir.build import Json

FOLDER = Path(__file__).parent / "countries"
PAGE = Path(__file__).parents[2] / "service/hooks/README.md"
COUNTRIES = {path.stem: json.loads(path.read_text("utf-8")) for path in FOLDER.glob("*.json")}
READ, OTHER_ORDER = ("complete", "hppSuspected"), ("not-applicable", "notApplicable")
Keep = Callable[[Json], bool]
HEAD = (
    "| country | orders: codes known | orders: by name only "
    "| results: codes known | results: by name only |\n| --- | --- | --- | --- | --- |"
)


def concepts(body: Json, part: str) -> Iterator[Json]:
    """The CodeableConcepts of the drug (orders) or of what was measured (results)."""
    if part == "results":
        yield from (entry["resource"]["code"] for entry in body["prefetch"]["alp"]["entry"])
        return
    for entry in body["context"]["draftOrders"]["entry"]:
        resource = entry["resource"]
        for each in (resource, *resource.get("contained", ())):
            concept = each.get("medicationCodeableConcept", each.get("code"))
            if concept:
                yield concept


def reduced(body: Json, part: str, keep: Keep, named: bool) -> Json:
    """A request of which one part has only the codings to keep, with or without its names."""
    left = deepcopy(body)
    for concept in concepts(left, part):
        concept["coding"] = [
            {name: item for name, item in coding.items() if named or name != "display"}
            for coding in concept["coding"]
            if keep(coding)
        ]
        if not named:
            concept.pop("text")
    for entry in left["context"]["draftOrders"]["entry"] if part == "orders" else ():
        if not named:
            entry["resource"].get("medicationReference", {}).pop("display", None)
    return left


def without_names(body: Json, part: str, system: str = "") -> Json:
    return reduced(body, part, lambda coding: system in ("", coding["system"]), named=False)


def without_codes(body: Json, part: str) -> Json:
    return reduced(body, part, lambda coding: False, named=True)


@pytest.mark.parametrize("country", sorted(COUNTRIES))
def test_a_request_of_each_country_is_judged(country: str) -> None:
    assert verdict(answer(COUNTRIES[country]["request"])) == READ


@pytest.mark.parametrize("part", ["orders", "results"])
@pytest.mark.parametrize("country", sorted(COUNTRIES))
def test_names_alone_are_enough_in_each_country(country: str, part: str) -> None:
    assert verdict(answer(without_codes(COUNTRIES[country]["request"], part))) == READ


@pytest.mark.parametrize("part", ["orders", "results"])
@pytest.mark.parametrize("country", sorted(COUNTRIES))
def test_codes_alone_are_read_or_said_to_be_unknown(country: str, part: str) -> None:
    """Nothing unknown passes in silence: each system is read, or is a gap."""
    case = COUNTRIES[country]
    for system in case["systems"][part]:
        given = answer(without_names(case["request"], part, system))
        if verdict(given) == READ:
            continue
        if part == "orders":
            assert verdict(given) == OTHER_ORDER
            assert ("unknown-code", "draftOrders") in gaps(given)
        else:
            assert ("unrecognised", "alp") in gaps(given)
            assert given.body["cards"]
            assert said(given)["verdict"] == "alpUnclear"


def known(case: Json, part: str) -> tuple[str, str]:
    """The systems of a country whose codes are read alone, and those that are not."""
    read, unread = [], []
    for system, label in case["systems"][part].items():
        is_read = verdict(answer(without_names(case["request"], part, system))) == READ
        (read if is_read else unread).append(label)
    return ", ".join(read) or "none", ", ".join(unread) or "none"


def table() -> str:
    rows = [
        f"| {case['country']} | {' | '.join((*known(case, 'orders'), *known(case, 'results')))} |"
        for case in sorted(COUNTRIES.values(), key=lambda case: case["country"])
    ]
    return "\n".join([HEAD, *rows])


def test_the_page_for_integrators_says_which_countries_codes_are_known() -> None:
    assert len(COUNTRIES) >= 12
    assert table() in PAGE.read_text("utf-8")
