"""Slips in a site's content that people make: none is silent, and each says how to mend it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from service.app import load_content
from service.content.faults import hint
from service.content.files import Unreadable, decoded
from service.content.layers import shipped_bytes
from service.content.toml_files import BadToml, parse_toml
from service.settings import Settings
from tests.unit.site_folders import LOCAL, faults_of, warnings_of, written

TEXT = "texts/hppSuspected.md"
SYSTEMS = "name,uri,source\n"
INTERVALS = "set,sex,age_min_days,age_max_days,low_u_per_l,high_u_per_l,active,source\n"
LAB = f"{SYSTEMS}lab,http://lab.example.org/codes,lab\n"


def text_with(old: str, new: str) -> dict[str, str]:
    ours = shipped_bytes(TEXT).decode()
    assert old in ours
    return {TEXT: ours.replace(old, new, 1)}


# Words


@pytest.mark.hazard("O3")
@pytest.mark.parametrize(
    ("old", "new", "key", "warning"),
    [
        ("${unseen}\n", "", "body", "is without ${unseen} of our text"),
        ("${results}", "{{results}}", "body", "write ${results}"),
        ("${results}", "{results}", "body", "write ${results}"),
        ("**Consider**", "<!-- to do -->", "body", "<!-- is HTML"),
        ("**Consider**", "Consider&nbsp;this", "body", "&nbsp; is HTML"),
        ("**Consider**", "![logo](https://a.example/x.png)", "body", "holds an image"),
        ("**Consider**", "[x](javascript:alert(1))", "body", "a link that is not http"),
        ("rule out hypophosphatasia before", "**rule out** HPP before", "summary", "Markdown"),
        ("rule out hypophosphatasia before", "<b>rule out</b> HPP before", "summary", "is HTML"),
        (
            '"already-repeated", "on',
            '"already-repeatd", "on',
            "override_reasons",
            "'already-repeatd' is no reason; did you mean already-repeated?",
        ),
    ],
)
def test_a_text_that_says_less_or_other_than_it_was_meant(
    tmp_path: Path, old: str, new: str, key: str, warning: str
) -> None:
    found = warnings_of(written(tmp_path, text_with(old, new)))

    assert any(said.startswith(f"{TEXT}: {key}: ") and warning in said for said in found)


@pytest.mark.parametrize("old", ["", "${opening}", "${unused}\n"])
def test_a_copy_of_our_text_and_one_with_an_opening_of_its_own_are_no_warning(
    tmp_path: Path, old: str
) -> None:
    assert warnings_of(written(tmp_path, text_with(old, ""))) == []


def test_what_a_file_manager_leaves_is_no_warning(tmp_path: Path) -> None:
    files = {"codes/.DS_Store": "", "texts/.DS_Store": "", ".DS_Store": ""}

    assert warnings_of(written(tmp_path, files)) == []


@pytest.mark.hazard("O3")
@pytest.mark.parametrize(
    ("files", "fault"),
    [
        (text_with('summary = "ALP persistently low (', 'summary = "ALP\\nlow ('), "one line"),
        ({TEXT: "+++".join(shipped_bytes(TEXT).decode().split("+++")[:2]) + "+++\n"}, "is empty"),
        ({"texts/german/phrases.toml": ""}, "a folder here is a language such as de"),
    ],
)
def test_words_that_cannot_be_shown_are_refused(
    tmp_path: Path, files: dict[str, str], fault: str
) -> None:
    assert any(fault in said for said in faults_of(written(tmp_path, files)))


@pytest.mark.parametrize(
    ("name", "text", "warning"),
    [
        ("phrases.toml", '[verdict]\nhppSuspected = "<b>HPP</b>"\n', "verdict.hppSuspected: <b>"),
        (
            "override_reasons.toml",
            "[reasons]\nothr = false\n",
            "reasons.othr: is no reason of ours to be taken away; did you mean other?",
        ),
    ],
)
def test_odd_words_in_a_table_are_a_warning(
    tmp_path: Path, name: str, text: str, warning: str
) -> None:
    (said,) = warnings_of(written(tmp_path, {f"texts/{name}": text}))

    assert f"texts/{name}: {warning}" in said


def test_a_file_that_a_language_lacks_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "hpp-cds.toml").write_text('[content]\ndir = "."\n')
    said = faults_of(written(tmp_path, {"texts/fr/names.toml": ""}))

    assert [it for it in said if it.startswith("texts/fr/suggestions.toml")] == [
        "texts/fr/suggestions.toml: is missing; a language has every text and table of ours"
    ]


# Files


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"PK\x03\x04\x14\0", "is a spreadsheet or an archive and not text"),
        (b"a\nb\0c", "holds a character that is no text (U+0000)"),
        (b"\0a\0b", "is UTF-16"),
    ],
)
def test_what_is_no_text_is_called_what_it_is(raw: bytes, said: str) -> None:
    with pytest.raises(Unreadable) as caught:
        decoded(raw)

    assert said in caught.value.message


def test_a_list_that_cannot_be_read_is_one_fault(tmp_path: Path) -> None:
    folder = written(tmp_path, {"codes/x.csv": ""})
    (folder / "codes" / "x.csv").write_bytes(LOCAL.encode("utf-16"))
    (said,) = faults_of(folder)

    assert said.startswith("codes/x.csv: line 1: is UTF-16")


@pytest.mark.hazard("O6")
@pytest.mark.parametrize("name", ["thresholds.toml", "codes/x.csv", TEXT])
def test_what_is_called_as_a_file_and_is_none_is_not_left_out(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.symlink_to("nowhere")
    assert faults_of(tmp_path) == [f"{name}: is a link to a file that is not there"]

    path.unlink()
    path.mkdir()
    assert faults_of(tmp_path) == [f"{name}: is a folder and not a file"]

    path.rmdir()
    os.mkfifo(path)
    assert faults_of(tmp_path) == [f"{name}: is no plain file"]


@pytest.mark.parametrize("name", ["ValueSet-alp.json", "codes/alp.json"])
def test_a_value_set_of_a_terminology_server_is_said_how_to_read(tmp_path: Path, name: str) -> None:
    (said,) = warnings_of(written(tmp_path, {name: '{"resourceType": "ValueSet"}'}))

    assert said.startswith(f"{name}: is a FHIR ValueSet and is not read; `hpp-cds codes import")


def test_a_text_beside_its_folder_is_said_where_it_belongs(tmp_path: Path) -> None:
    (said,) = faults_of(written(tmp_path, {"hppSuspected.md": ""}))

    assert said.endswith("did you mean texts/hppSuspected.md?")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a = 1,", "a: nothing stands behind a value; take the , away"),
        ("a = 1;", "a: nothing stands behind a value; take the ; away"),
        ("; a", "a comment begins with #"),
        ("// a", "a comment begins with #"),
        ("a\u00a0= 1", "holds a character that nobody sees (U+00A0)"),
        ("\u200ba = 1", "holds a character that nobody sees (U+200B)"),
        ("<<<<<<< HEAD", "is left of a merge that met a conflict: decide which lines stay"),
    ],
)
def test_what_is_no_toml_says_what_to_do(line: str, message: str) -> None:
    with pytest.raises(BadToml) as caught:
        parse_toml(f"# first\n{line}\n")

    assert (caught.value.key, caught.value.message) == ("line 2", message)


def test_a_word_that_is_only_begun_is_understood_where_one_goes_on_so() -> None:
    assert hint("prod", ("production", "development")) == "; did you mean production?"
    assert hint("abc", ("abcdefghijklm", "abcdefghijkln")) == ""


# Numbers and the table


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        (
            "thresholds.toml",
            '[adult_age]\nvalue = 18\nunit = "d"\nsource = "x"\n',
            "18 years are 6575 d: did you mean that?",
        ),
        (
            "thresholds.toml",
            '[adult_low_default]\nvalue = 32\nunit = "U/L"\nsource = 2026\n',
            "adult_low_default.source: must say where the number comes from",
        ),
        ("decision_table.toml", '[change]\nid = "x"\n', "change: must be written as [[change]]"),
        (
            "decision_table.toml",
            '[[change]]\nid = "10-single-low"\nindicator = "warning"\n' * 2,
            "10-single-low: is changed twice",
        ),
        ("units.csv", "measure,spelling,factor,source\nenzym,E/L,1,lab\n", "activity"),
        (
            "reference_intervals.csv",
            f"{INTERVALS}ours;both;0;6.574;60;300;yes;lab\n".replace(",", ";"),
            "write no sign for the thousands: 6574",
        ),
        (
            "reference_intervals.csv",
            f"{INTERVALS.replace('_days', '_years')}ours,both,0,6574,60,300,yes,lab\n",
            "needs whole days (or years)",
        ),
        (
            "texts/references.toml",
            '[genereviews]\nurl = "www.example.org"\n',
            "begin with https://",
        ),
        ("codes/x.csv", f"{LOCAL}add,cond_hpp,icd10,E83-3,HPP,,x\n", "is not an ICD-10 code"),
        ("codes/x.csv", "action|group|system|code\n", "not by '|'"),
        ("valuesets/tests.csv", LOCAL, "rows with an action belong into codes/tests.csv"),
    ],
)
def test_a_slip_in_a_table_says_how_to_mend_it(
    tmp_path: Path, name: str, text: str, fault: str
) -> None:
    said = faults_of(written(tmp_path, {name: text}))

    assert any(one.startswith(f"{name}: ") and fault in one for one in said)


def test_bounds_are_ours_and_a_site_is_told_so(tmp_path: Path) -> None:
    text = '[adult_low_default]\nvalue = 32\nunit = "U/L"\nsource = "x"\nmin = 1\n'

    assert warnings_of(written(tmp_path, {"thresholds.toml": text})) == [
        "thresholds.toml: adult_low_default.min: is not changed by a site: ours stays, 20"
    ]


def test_a_set_of_limits_that_nobody_chose_is_said(tmp_path: Path) -> None:
    rows = f"{INTERVALS}ours,both,0,6574,100,300,yes,lab\n"
    folder = written(tmp_path, {"reference_intervals.csv": rows})
    settings = Settings(content_dir=folder, reference_intervals="ours")
    (said,) = warnings_of(folder)
    found: list[object] = []
    load_content(settings, found)  # type: ignore[arg-type]

    assert said == (
        "reference_intervals.csv: ours of this site is not used: [content] reference_intervals in "
        "the settings is caliper_roche"
    )
    assert found == []


# Codes


@pytest.mark.hazard("H8")
@pytest.mark.parametrize(
    ("systems", "row", "fault"),
    [
        (f"{LAB}other,http://lab.example.org/codes,lab\n", "", "systems.csv: line 3: http://lab."),
        (f"{SYSTEMS}http://lab.example.org,lab,x\n", "", "are the wrong way round"),
        (f"{SYSTEMS}lab,http://lab.example.org ,x\n", "", "has a blank before or behind it"),
        (LAB, "add,bp_alendronate,name,alendron*,,,\n", "* stands for itself in a name"),
    ],
)
def test_codes_that_would_find_nothing_are_refused(
    tmp_path: Path, systems: str, row: str, fault: str
) -> None:
    folder = written(tmp_path, {"systems.csv": systems, "codes/x.csv": f"{LOCAL}{row}"})

    assert any(fault in said for said in faults_of(folder))


@pytest.mark.hazard("H8")
@pytest.mark.parametrize(
    ("systems", "row", "warning"),
    [
        (LAB, "add,alp_total,lab,B1,Bone alkaline phosphatase,,\n", "names a part of ALP"),
        (f"{SYSTEMS}lab,1.2.3.4,x\n", "", "did you mean urn:oid:1.2.3.4?"),
        (f"{SYSTEMS}lab,our-lab,x\n", "", "our-lab is no address"),
    ],
)
def test_codes_that_may_mean_another_thing_are_a_warning(
    tmp_path: Path, systems: str, row: str, warning: str
) -> None:
    (said,) = warnings_of(
        written(tmp_path, {"systems.csv": systems, "codes/x.csv": f"{LOCAL}{row}"})
    )

    assert warning in said
