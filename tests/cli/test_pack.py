"""The page for a committee and its files hold what is in force, whole and escaped."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from service.app import create_app
from service.content.knowledge import load_knowledge
from service.settings import Settings
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


def test_the_bill_of_materials_is_that_of_the_lock(pack: Path) -> None:
    bill = json.loads((pack / "sbom.cdx.json").read_text("utf-8"))
    lock = (Path(__file__).parents[2] / "requirements.lock").read_text("utf-8")
    parts = {part["name"]: part for part in bill["components"]}

    assert len(parts) == sum("==" in line for line in lock.splitlines())
    for name, part in parts.items():
        assert f"{name}=={part['version']}" in lock
        assert part["hashes"]
        assert all(f"sha256:{one['content']}" in lock for one in part["hashes"])
    assert sum(len(part["hashes"]) for part in parts.values()) == lock.count("--hash=sha256:")


def test_the_rules_page_is_the_same_and_has_no_script() -> None:
    answer = create_app().test_client().get("/rules")

    assert answer.status_code == 200
    assert "<h2>Decision table</h2>" in answer.text
    assert "script-src" not in answer.headers["Content-Security-Policy"]


def test_the_rules_page_and_the_home_page_list_what_is_switched_off(tmp_path: Path) -> None:
    change = '[[change]]\nid = "10-single-low"\noff = true\nreason = "agreed with nobody"\n'
    (tmp_path / "decision_table.toml").write_text(change, "utf-8")
    client = create_app(Settings(content_dir=tmp_path)).test_client()
    checks = client.get("/page/api/info").get_json()["health"]["checks"]

    assert "10-single-low" in client.get("/rules").text.partition("<h2>Decision table")[0]
    assert any("10-single-low" in c["detail"] for c in checks if c["name"] == "switched_off")


def test_the_page_shows_the_cards_in_each_language_in_use(tmp_path: Path) -> None:
    (tmp_path / "texts" / "de").mkdir(parents=True)
    (tmp_path / "texts" / "de" / "names.toml").write_text("[drug]\n", "utf-8")
    page = create_app(Settings(content_dir=tmp_path)).test_client().get("/rules").text

    english, german = page.split("<h2>Cards as they are shown")[1:]
    assert "rule out hypophosphatasia before antiresorptive" in english
    assert german.startswith(" in de</h2>")
    assert "vor Antiresorptivum Hypophosphatasie ausschließen" in german


def site_with_content(folder: Path) -> tuple[str, Path]:
    """Its settings file, and its content folder, which is empty."""
    content, config = folder / "content", folder / "hpp-cds.toml"
    content.mkdir()
    config.write_text('[site]\nmode = "development"\n[content]\ndir = "content"\n')
    return str(config), content


@pytest.mark.parametrize(
    ("command", "inside"),
    [
        (("about",), ""),
        (("about",), "committee"),
        (("report", "--since", "1d"), "report"),
        (("replay", "--demo", "10"), "replay"),
    ],
)
def test_nothing_is_written_into_a_content_folder(
    tmp_path: Path, command: tuple[str, ...], inside: str
) -> None:
    """Tables in it would be read as content, and the settings would not load any more."""
    config, content = site_with_content(tmp_path)
    out = content / inside
    refused = hpp_cds(*command, "--out", str(out), "--config", config)

    assert refused.returncode == 2
    assert f"{out} lies in the content folder" in refused.stderr.decode()
    assert list(content.rglob("*")) == []


def test_a_folder_beside_the_content_folder_may_be_written_to(tmp_path: Path) -> None:
    config, _ = site_with_content(tmp_path)
    written = hpp_cds("about", "--out", str(tmp_path / "content-pack"), "--config", config)

    assert written.returncode == 0, written.stderr
    assert hpp_cds("check", "--offline", "--config", config).returncode == 0
