"""Whole sites as informatics teams write them: checked, judged, and answered."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from service.app import build_engine
from service.commands.check import Report, check_all
from service.evaluation.answer import EXTENSION
from service.evaluation.searches import prefetch_templates
from service.hooks.calls import outcome_of
from service.settings import Settings, load_settings

SITES = Path(__file__).parents[2] / "fhir_fixtures" / "sites"
NAMES = sorted(path.name for path in SITES.iterdir() if path.is_dir())
Json = dict[str, Any]


@pytest.fixture(scope="module", params=NAMES)
def checked(request: pytest.FixtureRequest) -> tuple[str, Report]:
    return request.param, check_all(SITES / request.param / "hpp-cds.toml", offline=True)


def answered(site: str, case: str, day: date) -> Json:
    settings = load_settings(SITES / site / "hpp-cds.toml")
    raw = (SITES / site / "cases" / f"{case}.json").read_bytes()
    return outcome_of(raw, "", build_engine(settings), day, settings.clients[0]).body


def test_there_are_two_sites() -> None:
    assert NAMES == ["german-hospital", "uk-trust"]


def test_a_site_has_no_fault_and_its_own_cases_are_answered_as_it_expects(
    checked: tuple[str, Report],
) -> None:
    _, report = checked

    assert report.faults == ()
    assert [d for d in report.differences if d.name.startswith("cases/")] == []


def test_stories_differ_only_in_what_the_site_does_not_show(checked: tuple[str, Report]) -> None:
    name, report = checked
    stories = {difference.name for difference in report.differences}

    assert {difference.what for difference in report.differences} == {"status", "cards"}
    assert "single-low" in stories
    assert ("sepsis-only" in stories) == (name == "german-hospital")
    assert ("patient-view-suspected" in stories) == (name == "uk-trust")


def test_what_a_site_took_away_is_listed(checked: tuple[str, Report]) -> None:
    name, report = checked

    assert len(report.switched_off) == {"german-hospital": 2, "uk-trust": 3}[name]


@pytest.mark.hazard("H8")
def test_a_german_laboratory_is_read_by_its_own_code_and_unit_and_a_pzn_is_a_drug() -> None:
    """One of its results carries no unit; the laboratory's code says in which it is."""
    body = answered("german-hospital", "dauerhaft-niedrig", date(2025, 5, 14))
    (card,) = body["cards"]

    assert card["source"]["topic"]["code"] == "hppSuspected"
    assert body["extension"][EXTENSION]["gaps"] == []
    assert card["summary"].startswith("AP dauerhaft niedrig (25,8 U/L, n=3)")
    assert "0,43 µkat/L = 25,8 U/L | 38 U/L, Vorgabe dieses Hauses für Erwachsene" in card["detail"]
    engine = build_engine(load_settings(SITES / "german-hospital" / "hpp-cds.toml"))
    assert "http://labor.klinikum.example/codes|AP" in prefetch_templates(engine.knowledge)["alp"]


def test_a_stricter_limit_of_a_site_is_called_its_own_and_decides() -> None:
    """An order by ATC alone; by the shipped limit of 35 U/L none of these values is low."""
    body = answered("german-hospital", "strengere-grenze", date(2025, 5, 14))
    (card,) = body["cards"]
    raw = (SITES / "german-hospital" / "cases" / "strengere-grenze.json").read_bytes()
    loinc = raw.replace(b"http://labor.klinikum.example/codes", b"http://loinc.org")
    loinc = loinc.replace(b'"AP"', b'"6768-6"')
    ours = outcome_of(loinc, "", build_engine(Settings()), date(2025, 5, 14))

    assert body["extension"][EXTENSION]["verdict"] == "hppSuspected"
    assert "36,6 U/L | 38 U/L, Vorgabe dieses Hauses für Erwachsene | niedrig" in card["detail"]
    assert ours.body["extension"][EXTENSION]["verdict"] == "alpNotLow"
    assert ours.body["cards"] == []


def test_a_single_low_value_is_recorded_there_and_shown_to_nobody() -> None:
    body = answered("german-hospital", "einmal-niedrig", date(2025, 8, 12))
    said = body["extension"][EXTENSION]

    assert (body["cards"], said["verdict"], said["notShown"]) == ([], "lowAlpOnce", "recorded")


def test_british_orders_and_results_need_no_row_of_the_site() -> None:
    (card,) = answered("uk-trust", "persistently-low", date(2025, 5, 14))["cards"]

    assert card["indicator"] == "warning"


def test_every_identifier_of_a_site_is_made_up() -> None:
    for path in SITES.glob("*/cases/*.json"):
        request = json.loads(path.read_text("utf-8"))
        assert "ZZPHI" in request["context"]["patientId"], path
