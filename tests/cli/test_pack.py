"""The page for a committee and its files hold what is in force, whole and escaped."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from service.app import create_app
from service.content.knowledge import load_knowledge
from tests.cli.test_commands import hpp_cds

SITE = Path(__file__).parents[2] / "fhir_fixtures" / "sites" / "german-hospital"


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pack")
    config = str(SITE / "hpp-cds.toml")
    assert hpp_cds("about", "--out", str(folder), "--config", config).returncode == 0
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


def test_the_page_is_whole_in_itself_and_names_every_row_and_threshold(pack: Path) -> None:
    page = (pack / "index.html").read_text("utf-8")
    known = load_knowledge()

    assert re.findall(r"<(?:script|link|img|iframe)|@import|url\(", page) == []
    assert [row.id for row in known.table if f"<td>{row.id}</td>" not in page] == []
    assert [name for name in known.thresholds if f"<td>{name}</td>" not in page] == []
    assert "is only recorded: a single low value is followed up by the laboratory" in page
    assert page.count("class='card ") > 5
    assert "nobody" in page


def test_the_files_say_what_differs_and_leave_the_officer_s_columns_blank(pack: Path) -> None:
    hazards = rows(pack / "hazard-log.csv")
    differences = {row["key"] for row in rows(pack / "differences.csv")}

    assert len(hazards) > 100
    assert {row["severity"] for row in hazards} == {""}
    assert all(row["hazard"] and row["control"] for row in hazards)
    assert "adult_low_default.value" in differences
    assert len(rows(pack / "decision-table.csv")) == len(load_knowledge().table)


def test_the_bill_of_materials_names_what_runs(pack: Path) -> None:
    bill = json.loads((pack / "sbom.cdx.json").read_text("utf-8"))
    names = {component["name"] for component in bill["components"]}

    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    assert {"flask", "cryptography", "sqlalchemy"} <= names
    assert "pytest" not in names


def test_the_rules_page_is_the_same_and_has_no_script() -> None:
    answer = create_app().test_client().get("/rules")

    assert answer.status_code == 200
    assert "<h2>Decision table</h2>" in answer.text
    assert "script-src" not in answer.headers["Content-Security-Policy"]
