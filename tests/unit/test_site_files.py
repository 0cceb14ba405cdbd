"""A site's own words, and where each row in force comes from."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from service.app import load_content
from service.content.accepted import accept, changes
from service.content.folder import check_folder
from service.content.layers import Layers
from service.content.origins import entries, matching
from service.settings import Settings
from tests.unit.site_folders import LOCAL, faults_of, warnings_of, written

# Words


def test_one_phrase_is_changed_and_the_others_stay(tmp_path: Path) -> None:
    text = '[verdict]\nhppSuspected = "HPP to be ruled out"\n'
    _, words = load_content(Settings(content_dir=written(tmp_path, {"texts/phrases.toml": text})))

    assert words.phrase("verdict", "hppSuspected") == "HPP to be ruled out"
    assert words.phrase("verdict", "hppProbable") != "hppProbable"


def test_an_override_reason_is_taken_away_by_false(tmp_path: Path) -> None:
    folder = written(tmp_path, {"texts/override_reasons.toml": "[reasons]\nother = false\n"})
    _, words = load_content(Settings(content_dir=folder))

    assert "other" not in words.override_reasons
    assert words.override_reasons


def test_a_text_that_nobody_would_read_is_refused(tmp_path: Path) -> None:
    assert faults_of(written(tmp_path, {"texts/hppsuspected.md": ""})) == [
        "texts/hppsuspected.md: is not a text; did you mean hppSuspected.md?"
    ]


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("codes/local.xlsx", "is a spreadsheet and is not read; save it as CSV UTF-8"),
        ("code/local.csv", "is not a content file; did you mean codes/local.csv?"),
        ("alendronat.csv", "rows of codes belong into codes/alendronat.csv"),
        ("thresholds.yaml", "did you mean thresholds.toml?"),
        ("treshold.toml", "did you mean thresholds.toml?"),
        ("thresholds", "did you mean thresholds.toml?"),
        ("Thresholds.tml", "did you mean thresholds.toml?"),
        ("decision-table.json", "did you mean decision_table.toml?"),
        ("thresholds (1).toml", "did you mean thresholds.toml?"),
        ("old/thresholds.toml", "did you mean thresholds.toml?"),
        ("reviews.yml", "did you mean reviews.toml?"),
        ("units.xlsm", "did you mean units.csv?"),
        ("codes/local.yaml", "did you mean codes/local.csv?"),
        ("codes/local", "did you mean codes/local.csv?"),
        ("codes/local.cvs", "did you mean codes/local.csv?"),
        ("code/local.json", "did you mean codes/local.csv?"),
        ("valuesets/tests.json", "did you mean valuesets/tests.csv?"),
        ("valuesets/mine.yml", "is not a content file"),
        ("text/phrases.toml", "did you mean texts/phrases.toml?"),
    ],
)
def test_a_file_in_the_wrong_place_is_refused(tmp_path: Path, name: str, fault: str) -> None:
    (said,) = faults_of(written(tmp_path, {name: LOCAL}))

    assert said.startswith(f"{name}: ")
    assert fault in said


def test_a_spreadsheet_that_is_open_stops_no_start(tmp_path: Path) -> None:
    assert warnings_of(written(tmp_path, {"codes/~$local.csv": "", "Thumbs.db": ""})) == [
        "codes/~$local.csv: is open in a spreadsheet: what is not saved yet is not read"
    ]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("thresholds.toml.bak", "thresholds.toml"), ("thresholds.toml~", "thresholds.toml"),
        (".thresholds.toml.swp", "thresholds.toml"), ("#thresholds.toml#", "thresholds.toml"),
        ("codes/local.csv.orig", "codes/local.csv"),
        ("texts/phrases.toml.old", "texts/phrases.toml"),
    ],
)  # fmt: skip
def test_a_copy_that_an_editor_left_is_said_and_stops_no_start(
    tmp_path: Path, name: str, kept: str
) -> None:
    found = warnings_of(written(tmp_path, {name: ""}))

    assert found == [f"{name}: lies beside {kept} and is not read"]


def test_a_table_that_is_called_as_none_of_ours_is_said(tmp_path: Path) -> None:
    assert warnings_of(written(tmp_path, {"limits.yaml": ""})) == [
        "limits.yaml: is not read: content is TOML, CSV and Markdown"
    ]


@pytest.mark.parametrize(
    "name",
    [
        "jwks.json", "ca.pem", "hpp-cds.db", "hpp-cds.service", "thresholds.pdf", "tests.py",
        "Dockerfile", "keys/client.json", "README.md", ".git/config", ".thresholds.toml.lock",
    ],
)  # fmt: skip
def test_what_else_lies_in_a_site_s_folder_is_nobody_s_content(tmp_path: Path, name: str) -> None:
    assert warnings_of(written(tmp_path, {name: ""})) == []


def test_a_measure_that_nobody_compares_is_refused(tmp_path: Path) -> None:
    row = "measure,spelling,factor,source\nactivty,xU/L,1,lab\n"

    assert faults_of(written(tmp_path, {"units.csv": row})) == [
        "units.csv: line 2: 'activty' is no measure; did you mean activity?"
    ]


def test_a_phrase_that_is_never_said_is_a_warning(tmp_path: Path) -> None:
    """It may be a slip, or of an older version."""
    text = '[verdict]\nhppSuspect = "x"\n'

    assert warnings_of(written(tmp_path, {"texts/phrases.toml": text})) == [
        "texts/phrases.toml: verdict.hppSuspect: is said nowhere; did you mean hppSuspected?"
    ]


# Whence, and what changed beneath


def test_what_is_in_force_names_its_layer_and_line(tmp_path: Path) -> None:
    text = '\n[adult_low_default]\nvalue = 32\nunit = "U/L"\nsource = "ours"\n'
    found = list(entries(Layers(written(tmp_path, {"thresholds.toml": text}))))
    value, unit, *_ = matching("adult_low_default", found)

    assert (value.value, value.layer, value.line, value.ours) == ("32", "site", 3, "35")
    assert (unit.value, unit.layer) == ("U/L", "shipped")


def test_a_change_beneath_a_site_s_own_is_seen_after_an_upgrade(tmp_path: Path) -> None:
    text = '[adult_low_default]\nvalue = 32\nunit = "U/L"\nsource = "ours"\n'
    folder = written(tmp_path, {"thresholds.toml": text})

    assert {change.beneath for change in changes(Layers(folder))} == {"unknown"}
    accept(Layers(folder), folder)
    assert {change.beneath for change in changes(Layers(folder))} == {"same"}

    upgraded = Layers(folder)
    upgraded.table("thresholds.toml", shipped=True)["adult_low_default"]["value"] = 36
    assert {change.entry.key: change.beneath for change in changes(upgraded)} == {
        "adult_low_default.value": "changed", "adult_low_default.source": "same",
    }  # fmt: skip


@pytest.mark.hazard("H17", "W13")
def test_taking_away_most_of_a_needed_group_row_by_row_is_refused(tmp_path: Path) -> None:
    """A row that was inactive in an older file of ours takes nothing away; `remove` does."""
    lines = Layers().text("valuesets/tests.csv").replace(",yes,", ",no,")
    said = faults_of(written(tmp_path, {"valuesets/tests.csv": lines}))
    assert any("are taken away and 1 are left" in fault for fault in said)

    rest = "action,group,system,code,display,unit,note\nremove,alp_total,name,Ph. alcalines,,,\n"
    said = faults_of(written(tmp_path, {"codes/rest.csv": rest}))
    assert any(fault.startswith("content: alp_total: no code or name") for fault in said)


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ('[plp]\nloinc = "62236-6"\n', "plp.loinc: 62236-6 is not a LOINC code"),
        ('[plp]\nlabel = "PLP ${x}"\n', "plp.label: ${x} is not a blank here"),
    ],
)
def test_a_suggestion_that_cannot_be_made_is_refused(
    tmp_path: Path, entry: str, fault: str
) -> None:
    (said,) = faults_of(written(tmp_path, {"texts/suggestions.toml": entry}))

    assert fault in said


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("below", ["", "deeper"])
def test_a_folder_that_may_not_be_entered_is_one_fault(tmp_path: Path, below: str) -> None:
    """Root may enter any folder, so it looks as another user."""
    folder = written(tmp_path / "content", {"deeper/thresholds.toml": "x = 1\n"})
    folder.chmod(0)
    layers, user = Layers(folder / below), os.geteuid()
    os.seteuid(user or 65534)
    try:
        check_folder(layers, ())
    finally:
        os.seteuid(user)
        folder.chmod(0o700)

    (fault,) = layers.notes.faults
    assert "cannot be listed; check its permissions" in str(fault)
