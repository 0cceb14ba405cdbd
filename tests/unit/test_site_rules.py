"""A site's own rows of the decision table, thresholds, intervals and units."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.content.faults import Faulty
from service.content.knowledge import load_knowledge
from service.content.layers import Layers
from service.hpp.knowledge.model import Knowledge
from tests.unit.site_folders import faults_of, warnings_of, written

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


@pytest.mark.hazard("H8")
@pytest.mark.parametrize(
    "row",
    ["activity,our unit,0,ours", "activity,our unit,-1,ours", "activity,our unit,,ours",
     "activity,our unit,2,"],
)  # fmt: skip
def test_a_unit_needs_a_factor_above_zero_and_a_source(tmp_path: Path, row: str) -> None:
    text = f"measure,spelling,factor,source\n{row}\n"
    (said,) = faults_of(written(tmp_path, {"units.csv": text}))

    assert "units.csv: line 2: needs a factor above 0 and a source" in said


def test_a_verdict_of_a_site_has_a_name_and_a_text(tmp_path: Path) -> None:
    """Else its card could not be drawn, in front of a patient."""
    ours = Layers().text("decision_table.toml")
    new = '[verdict.ourVerdict]\nsays = "New."\nurgent = "keep"\ncancer = "keep"\n\n[[row]]'
    text = ours.replace('"hppSuspected"', '"ourVerdict"', 1).replace("[[row]]", new, 1)
    folder = written(tmp_path, {"decision_table.toml": f"replace = true\n{text}"})

    assert faults_of(folder) == [
        "texts/phrases.toml: verdict.ourVerdict: is missing",
        "texts/ourVerdict.md: is missing: a row of this verdict draws a card",
    ]
