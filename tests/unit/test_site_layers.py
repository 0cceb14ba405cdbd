"""A site's folder says only what differs, and what is left still does the job."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from service.app import load_content
from service.content.accepted import accept, changes
from service.content.faults import Fault, Faulty
from service.content.folder import check_folder
from service.content.knowledge import load_knowledge
from service.content.layers import Layers
from service.content.origins import entries, matching
from service.hpp.knowledge.model import Knowledge
from service.settings import Settings

LOCAL = "action,group,system,code,display,unit,note\n"
LAB = "name,uri,source\nlab,http://lab.example.org/codes,our laboratory\n"


@pytest.fixture(scope="module")
def shipped() -> Knowledge:
    return load_knowledge()


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def faults_of(folder: Path) -> list[str]:
    with pytest.raises(Faulty) as caught:
        load_content(Settings(content_dir=folder))
    return [str(fault) for fault in caught.value.faults]


def warnings_of(folder: Path) -> list[str]:
    found: list[Fault] = []
    load_content(Settings(content_dir=folder), found)
    return list(map(str, found))


def active(knowledge: Knowledge, group: str) -> set[str]:
    return {code.code for code in knowledge.codes if code.active and code.group == group}


# Codes


def test_a_site_adds_one_row_and_keeps_all_of_ours(tmp_path: Path, shipped: Knowledge) -> None:
    folder = written(
        tmp_path,
        {"systems.csv": LAB, "codes/lab.csv": f"{LOCAL}add,alp_total,lab,ALP01,Alk phos,ukat/L,\n"},
    )
    ours = load_knowledge(folder)

    assert active(ours, "alp_total") == active(shipped, "alp_total") | {"ALP01"}
    assert [code.unit for code in ours.codes if code.code == "ALP01"] == ["ukat/L"]
    assert ours.systems["http://lab.example.org/codes"] == "lab"
    assert ours.switched_off == ()


@pytest.mark.hazard("W13")
def test_a_row_and_a_group_are_removed_and_never_in_silence(
    tmp_path: Path, shipped: Knowledge
) -> None:
    rows = (
        "remove,alp_total,loinc,1783-0,,,whole blood is not measured here\n"
        "remove,sec_zinc,,,,,not coded in this hospital\n"
    )
    ours = load_knowledge(written(tmp_path, {"codes/less.csv": LOCAL + rows}))

    assert active(shipped, "alp_total") - active(ours, "alp_total") == {"1783-0"}
    assert active(ours, "sec_zinc") == set()
    assert len(ours.switched_off) == 2
    assert "1783-0" in ours.switched_off[0]
    assert "sec_zinc is switched off (not coded in this hospital)" in ours.switched_off[1]


def test_a_copy_of_our_file_with_one_row_less_removes_nothing(
    tmp_path: Path, shipped: Knowledge
) -> None:
    text = Layers().text("valuesets/tests.csv")
    kept = "".join(f"{line}\n" for line in text.splitlines() if ",6768-6," not in line)
    ours = load_knowledge(written(tmp_path, {"valuesets/tests.csv": kept}))

    assert ours.codes == shipped.codes


def test_a_copy_that_says_no_removes_a_row_and_says_so(tmp_path: Path) -> None:
    row = "alp_total,http://loinc.org,1783-0,ALP Bld,no,ours,\n"
    head = Layers().text("valuesets/tests.csv").partition("\n")[0]
    ours = load_knowledge(written(tmp_path, {"valuesets/tests.csv": f"{head}\n{row}"}))

    assert "1783-0" not in active(ours, "alp_total")
    assert len(ours.switched_off) == 1


def test_a_row_that_we_retired_is_not_the_site_s_own(tmp_path: Path, shipped: Knowledge) -> None:
    group, system, code = Layers().text("retired.csv").splitlines()[-1].split(",")[:3]
    head = Layers().text("valuesets/tests.csv").partition("\n")[0]
    row = f"{group},{system},{code},x,yes,a copy of last year,\n"

    assert code not in active(shipped, group)
    assert load_knowledge(written(tmp_path, {"valuesets/tests.csv": f"{head}\n{row}"})).codes == (
        shipped.codes
    )


@pytest.mark.hazard("H8", "H17")
@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("ad,alp_total,loinc,1783-0,,,", "action must be add or remove; did you mean add?"),
        ("add,alp_totl,loinc,1783-0,,,", "'alp_totl' is not a group; did you mean alp_total?"),
        ("add,alp_total,http://loinc.org/,1783-0,,,", "did you mean http://loinc.org?"),
        ("add,alp_total,http://lab.example.org,X1,,,", "is not in systems.csv"),
        ("add,alp_total,loinc, 6768-6,,,", "has a blank before or behind it"),
        ("add,alp_total,loinc,,,,", "an active row needs a code"),
        ("add,alp_bone,loinc,6768-6,,,", "6768-6 is in two groups: alp_bone here, and alp_total"),
        ("add,bp_alendronate,name,acid,,,", "the name 'acid' is too general"),
        ("add,bp_alendronate,name,Tablette,,,", "the name 'Tablette' is too general"),
        ("add,bp_alendronate,name,al,,,", "the name 'al' is too short"),
        ("add,cond_hpp,name,HPP,,,", "the name 'HPP' is too short"),
        ("add,alp_total,loinc,99999-5,,mg/dL,", "'mg/dL' is not a unit of"),
        ("add,sec_zinc,snomed,190606006,,U/L,", "sec_zinc is measured in no unit"),
        ("remove,alp_total,loinc,6768-5,,,", "6768-5 is not in alp_total; did you mean 6768-6?"),
        ("remove,sec_zinc,,,,,", "switched off only with a reason"),
    ],
)
def test_a_row_that_cannot_be_right_is_refused_with_its_line(
    tmp_path: Path, row: str, fault: str
) -> None:
    (said,) = faults_of(written(tmp_path, {"codes/x.csv": f"{LOCAL}{row}\n"}))

    assert said.startswith("codes/x.csv: line 2: ")
    assert fault in said


@pytest.mark.parametrize(
    ("row", "warning"),
    [
        ("add,alp_total,lab,A1,,,\nadd,alp_total,lab,A1,,,", "A1 of alp_total is there twice"),
        ("add,bp_alendronate,lab,77,Zoledronic acid 5 mg,,", "names bp_zoledronate"),
    ],
)
def test_what_is_odd_is_a_warning(tmp_path: Path, row: str, warning: str) -> None:
    folder = written(tmp_path, {"systems.csv": LAB, "codes/x.csv": f"{LOCAL}{row}\n"})
    (said,) = warnings_of(folder)

    assert warning in said


# Floors


@pytest.mark.hazard("H17", "W13")
@pytest.mark.parametrize(
    ("files", "fault"),
    [
        ({"codes/x.csv": f"{LOCAL}remove,alp_total,,,,,no"}, "alp_total: no code or name of total"),
        ({"codes/x.csv": f"{LOCAL}remove,ert_asfotase,,,,,no"}, "no code or name of asfotase alfa"),
        ({"codes/x.csv": f"{LOCAL}remove,ar_denosumab,,,,,no"}, "class.denosumab: no code or name"),
        ({"concepts.toml": "[class.denosumab]\ntriggers = false"}, "class.denosumab: must trigger"),
        ({"concepts.toml": '[drug.bp_alendronate]\nclass = "no-effect"'},
         "drug.bp_alendronate: must be of a class that triggers"),
        ({"decision_table.toml":
          '[[change]]\nid = "1-hpp-on-record"\noff = true\nreason = "no"'},
         "gives hppConfirmed, which can never be switched off"),
    ],
)  # fmt: skip
def test_what_the_service_cannot_do_without_stays(
    tmp_path: Path, files: dict[str, str], fault: str
) -> None:
    assert any(fault in said for said in faults_of(written(tmp_path, files)))


# The decision table


def test_a_row_is_switched_off_with_a_reason_and_one_is_lowered(tmp_path: Path) -> None:
    text = (
        '[[change]]\nid = "10-single-low"\noff = true\nreason = "agreed by the bone team"\n'
        '[[change]]\nid = "5-persistent"\nindicator = "info"\n'
    )
    ours = load_knowledge(written(tmp_path, {"decision_table.toml": text}))
    shown = {row.id: str(row.indicator) for row in ours.table}

    assert (shown["10-single-low"], shown["5-persistent"]) == ("none", "info")
    assert ours.recorded == {"10-single-low"}
    assert "agreed by the bone team" in ours.switched_off[0]
    assert "is shown as info (ours: " in ours.switched_off[1]


@pytest.mark.hazard("H17")
@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ('id = "10-singl-low"\noff = true', "is not a row of ours; did you mean 10-single-low?"),
        ('id = "10-single-low"\noff = true', "is switched off without a reason"),
        ('id = "10-single-low"', "changes nothing"),
        ('id = "10-single-low"\nindicator = "none"', "write off = true with a reason"),
        ('id = "10-single-low"\nindicator = "warn"', "did you mean warning?"),
        ('id = "10-single-low"\nwhen = {}', "change[0].when: is not a key here"),
        ('id = "14-normal"\nindicator = "info"', "draws no card in our table"),
    ],
)
def test_a_change_that_cannot_be_made_is_refused(tmp_path: Path, change: str, fault: str) -> None:
    text = f"[[change]]\n{change}\n"

    assert any(
        fault in said for said in faults_of(written(tmp_path, {"decision_table.toml": text}))
    )


def test_a_table_of_one_s_own_says_so_everywhere(tmp_path: Path) -> None:
    text = Layers().text("decision_table.toml")
    (fault,) = faults_of(written(tmp_path, {"decision_table.toml": text}))

    assert "replace = true" in fault
    own = load_knowledge(written(tmp_path, {"decision_table.toml": f"replace = true\n{text}"}))
    assert own.switched_off == ("decision_table.toml: a table of this site replaces ours whole",)


# Thresholds, intervals, units


@pytest.mark.hazard("O6", "H17")
@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ('value = 0.58\nunit = "ukat/L"', "unit: must be 'U/L': 1 ukat/L is 60 U/L, so 0.58 ukat/L "
         'is 34.8 U/L; write adult_low_default.value = 34.8 and unit = "U/L"'),
        ('value = 0.58\nunit = "U/L"', "0.58 U/L is below the lowest allowed 20; 0.58 ukat/L is "
         "34.8 U/L: did you mean that?"),
        ('value = 400\nunit = "U/L"', "400 U/L is above the highest allowed 60; did you mean 40?"),
        ('value = "35 U/L"\nunit = "U/L"', "must be a number without quotes and its unit under "
         "`unit`: 35"),
        ('value = "35,5"\nunit = "U/L"', "must be a number without quotes: 35.5"),
        ("value = 35", "unit: must be 'U/L'"),
    ],
)  # fmt: skip
def test_a_threshold_out_of_place_says_what_was_meant(
    tmp_path: Path, lines: str, fault: str
) -> None:
    text = f'[adult_low_default]\n{lines}\nsource = "ours"\n'
    (said,) = faults_of(written(tmp_path, {"thresholds.toml": text}))

    assert said.startswith("thresholds.toml: adult_low_default.")
    assert fault in said


def test_days_written_as_weeks_are_converted(tmp_path: Path) -> None:
    text = '[spacing_adult]\nvalue = 8\nunit = "weeks"\nsource = "ours"\n'
    (said,) = faults_of(written(tmp_path, {"thresholds.toml": text}))

    assert "8 weeks is 56 d" in said


@pytest.mark.hazard("H17")
def test_thresholds_that_contradict_are_named(tmp_path: Path) -> None:
    text = '[recovery_floor_adult]\nvalue = 30\nunit = "U/L"\nsource = "ours"\n'
    (said,) = warnings_of(written(tmp_path, {"thresholds.toml": text}))

    assert "recovery_floor_adult: 30 is below adult_low_max (45)" in said


INTERVALS = "set,sex,age_min_years,age_max_years,low_u_per_l,high_u_per_l,active,source\n"
OWN_SET = (("both", 0, 0, 110), ("both", 1, 9, 140), ("male", 10, 17, 60), ("female", 10, 17, 50))


def own_set(*rows: tuple[str, int, int, float]) -> str:
    lines = (f"ours,{sex},{a},{b},{low},{low * 4},yes,our laboratory\n" for sex, a, b, low in rows)
    return INTERVALS + "".join(lines)


def test_a_set_in_years_is_used_where_the_settings_say_so(
    tmp_path: Path, shipped: Knowledge
) -> None:
    folder = written(tmp_path, {"reference_intervals.csv": own_set(*OWN_SET)})
    ours = load_knowledge(folder, "ours")

    assert {(i.age_min_days, i.age_max_days) for i in ours.intervals} == {
        (0, 364), (365, 3652), (3653, 6574),
    }  # fmt: skip
    assert load_knowledge(folder).intervals == shipped.intervals
    with pytest.raises(Faulty, match="did you mean ours"):
        load_knowledge(folder, "our")


@pytest.mark.hazard("H17", "O6")
@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        (OWN_SET[1:], "ours has no limit for male at 0 to 364 days"),
        (OWN_SET[:3], "ours has no limit for female at 3653 to 6574 days"),
        ((*OWN_SET, ("both", 5, 9, 100)), "has two limits for male at 1826 to 3652 days"),
        ((("both", 0, 0, 2.4), *OWN_SET[1:]), "2.4 is no limit in U/L"),
        ((("m", 0, 0, 110), *OWN_SET[1:]), "did you mean male?"),
    ],
)
def test_a_set_with_a_hole_an_overlap_or_another_unit_is_refused(
    tmp_path: Path, rows: tuple[tuple[str, int, int, float], ...], fault: str
) -> None:
    folder = written(tmp_path, {"reference_intervals.csv": own_set(*rows)})

    assert any(fault in said for said in faults_of(folder))


@pytest.mark.hazard("H8")
def test_a_factor_the_wrong_way_round_is_refused(tmp_path: Path) -> None:
    text = "measure,spelling,factor,source\nactivity,ukat/L,0.01667,ours\n"
    (said,) = faults_of(written(tmp_path, {"units.csv": text}))

    assert "ukat/L is 60 here and cannot be 0.01667: the factor is the wrong way round" in said


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
    lines = Layers().text("valuesets/tests.csv").replace(",yes,", ",no,")
    said = faults_of(written(tmp_path, {"valuesets/tests.csv": lines}))

    assert any(fault.startswith("content: alp_total: no code or name") for fault in said)
    some = "\n".join(line for line in lines.splitlines() if "http://loinc.org,6768-6" not in line)
    said = faults_of(written(tmp_path, {"valuesets/tests.csv": some}))
    assert any("are taken away and 1 are left" in fault for fault in said)


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
