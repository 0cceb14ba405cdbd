"""Codes as laboratories make them up, asked for as the service asks, against a real engine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from service.evaluation.engine import Engine
from service.evaluation.searches import for_patient, key_queries
from service.hpp.knowledge.model import Code
from tests.fhir import build
from tests.npm import NotHere, packages
from tests.search.engine import PACKAGES, SearchServer

LOCAL = "https://lab.example.org/tests?edition=1"
# A bar inside a code is escaped as FHIR says and this engine does not read it.
CODES = ("ALKP", "A,B", "A$B", "A\\B", "A&B=C", "Groß es+%", "A/B:C", "ALP (total)", "#1")


@pytest.fixture(scope="module")
def server() -> Iterator[SearchServer]:
    """One result under each code."""
    results = [
        build.observation(build.concept(code, LOCAL), id=f"ZZPHI-{number}")
        for number, code in enumerate(CODES)
    ]
    with TemporaryDirectory() as place:
        lines = "".join(f"{json.dumps(result)}\n" for result in results)
        (Path(place) / "Observation.ndjson").write_text(lines, "utf-8")
        patient = json.dumps(build.patient())
        (Path(place) / "Patient.ndjson").write_text(f"{patient}\n", "utf-8")
        try:
            installed = packages(PACKAGES)
        except NotHere as reason:
            pytest.skip(str(reason))
        with SearchServer(installed, Path(place)) as server:
            yield server


def found(server: SearchServer, engine: Engine, *codes: str) -> set[str]:
    """What a site finds that lists these codes for ALP."""
    rows = [Code("alp_total", LOCAL, code, "", True, "site", "") for code in codes]
    site = replace(engine.knowledge, codes=[*engine.knowledge.codes, *rows])
    searches = for_patient(key_queries(site), build.PATIENT_ID)["alp"].searches
    bundles = [server.get(search) for search in searches]
    return {
        entry["resource"]["code"]["coding"][0]["code"]
        for bundle in bundles
        for entry in bundle.get("entry", ())
    }


@pytest.mark.parametrize("code", CODES)
def test_a_code_of_a_site_finds_its_results_and_no_others(
    code: str, server: SearchServer, engine: Engine
) -> None:
    assert found(server, engine, code) == {code}


def test_all_of_them_in_one_search(server: SearchServer, engine: Engine) -> None:
    assert found(server, engine, *CODES) == set(CODES)


def test_codes_that_no_result_has_find_nothing(server: SearchServer, engine: Engine) -> None:
    assert found(server, engine, "A", "B", "C") == set()
