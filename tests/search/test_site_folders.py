"""The sites' own cases, read from a real FHIR engine instead of a prefetch: the same answers."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from service.app import build_engine
from service.content.toml_files import parse_toml
from service.evaluation.answer import EXTENSION
from service.evaluation.engine import Engine
from service.hooks.calls import outcome_of
from service.outbound.registered import one_server
from service.settings import Settings, load_settings
from tests.npm import NotHere, packages
from tests.search.engine import PACKAGES, SearchServer

SITES = Path(__file__).parents[2] / "fhir_fixtures" / "sites"
CASES = sorted(SITES.glob("*/cases/*.json"))
Json = dict[str, Any]


def sent(case: Path) -> Json:
    request: Json = json.loads(case.read_text("utf-8"))
    return request


@contextmanager
def holding(case: Path) -> Iterator[str]:
    """The base of a server that holds what the case would have prefetched."""
    found: dict[str, list[Json]] = defaultdict(list)
    for value in sent(case)["prefetch"].values():
        entries = (
            value.get("entry", []) if value["resourceType"] == "Bundle" else [{"resource": value}]
        )
        for entry in entries:
            found[entry["resource"]["resourceType"]].append(entry["resource"])
    try:
        installed = packages(PACKAGES)
    except NotHere as reason:
        pytest.skip(str(reason))
    with TemporaryDirectory() as place:
        for kind, listed in found.items():
            lines = "".join(f"{json.dumps(resource)}\n" for resource in listed)
            (Path(place) / f"{kind}.ndjson").write_text(lines, "utf-8")
        with SearchServer(installed, Path(place)) as server:
            yield server.base()


def judged(case: Path, base: str) -> tuple[Json, Json]:
    """The extension and the cards where the record is read from the server."""
    settings = load_settings(case.parents[1] / "hpp-cds.toml")
    client = replace(settings.clients[0], fhir_base=base, deadline_ms=30_000)
    engine: Engine = build_engine(settings, one_server(base))
    request = {**sent(case), "fhirServer": base}
    del request["prefetch"]
    day = parse_toml(case.with_suffix(".toml").read_text("utf-8"))["today"]
    body = outcome_of(json.dumps(request).encode(), "", engine, day, client).body
    return body["extension"][EXTENSION], body["cards"]


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_a_site_asks_for_its_own_codes_and_reads_what_it_finds(case: Path) -> None:
    expected = parse_toml(case.with_suffix(".toml").read_text("utf-8"))
    with holding(case) as base:
        said, cards = judged(case, base)

    assert (said["verdict"], said["openRows"]) == (expected["verdict"], [])
    assert [gap for gap in said["gaps"] if not gap.get("accepted")] == []
    assert [card["indicator"] for card in cards] == [
        i for i in [expected["indicator"]] if i != "none"
    ]


def test_the_local_code_is_found_only_by_the_site_that_lists_it() -> None:
    case = SITES / "german-hospital" / "cases" / "dauerhaft-niedrig.json"
    with holding(case) as base:
        said, (card,) = judged(case, base)
        engine = build_engine(Settings(), one_server(base))
        request = {**sent(case), "fhirServer": base}
        del request["prefetch"]
        order = request["context"]["draftOrders"]["entry"][0]["resource"]
        order["medicationCodeableConcept"] = {"text": "alendronate 70 mg"}
        day = parse_toml(case.with_suffix(".toml").read_text("utf-8"))["today"]
        other = outcome_of(json.dumps(request).encode(), "", engine, day).body

    assert card["summary"].startswith("AP dauerhaft niedrig (25,8 U/L, n=3)")
    assert other["extension"][EXTENSION]["verdict"] != said["verdict"]
