"""A site's own codes, row by row, and what the service cannot do without."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.content.knowledge import load_knowledge
from service.content.layers import Layers
from service.hpp.knowledge.model import Knowledge
from tests.unit.site_folders import LOCAL, faults_of, warnings_of, written

LAB = "name,uri,source\nlab,http://lab.example.org/codes,our laboratory\n"


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
        ({"concepts.toml": '[role.hpp]\ngroups = ["cond_hpp"]'},
         "role.hpp: must keep cond_hpp_adult, cond_hpp_childhood, "),
        ({"concepts.toml": '[role.fracture]\ngroups = ["cond_fractur"]'},
         "role.fracture: 'cond_fractur' is not a group; did you mean cond_fracture?"),
        ({"concepts.toml": '[feature.tooth-loss-adult]\nof = "cond_teeth"\nbefore_age = "fifty"'},
         "feature.tooth-loss-adult: 'fifty' is not a threshold"),
        ({"concepts.toml": '[feature.tooth-loss-adult]\nof = "cond_tooth_los"'},
         "'cond_tooth_los' is not a group; did you mean cond_tooth_loss?"),
    ],
)  # fmt: skip
def test_what_the_service_cannot_do_without_stays(
    tmp_path: Path, files: dict[str, str], fault: str
) -> None:
    assert any(fault in said for said in faults_of(written(tmp_path, files)))


@pytest.mark.parametrize("name", ["Bone ALP", "ALP Isoenzyme", "ALP ratio"])
def test_no_site_can_call_a_part_of_alp_total_alp(tmp_path: Path, name: str) -> None:
    rows = f"{LOCAL}add,alp_total,name,{name},,,\n"
    (said,) = faults_of(written(tmp_path, {"codes/lab.csv": rows}))

    assert said.startswith("codes/lab.csv: line 2: ")
    assert f"{name!r} is never total ALP" in said


def test_a_site_s_own_name_of_total_alp_is_taken(tmp_path: Path, shipped: Knowledge) -> None:
    rows = f"{LOCAL}add,alp_total,name,Alkaliphosphat,,,\n"
    ours = load_knowledge(written(tmp_path, {"codes/lab.csv": rows}))

    assert active(ours, "alp_total") == active(shipped, "alp_total") | {"Alkaliphosphat"}
