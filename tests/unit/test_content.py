"""Content files: what ships, and how a site's own folder lies over it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest

from service.app import load_content
from service.content.faults import Faulty
from service.content.knowledge import ContentFault, load_knowledge
from service.fhir.codes import Codes
from service.fhir.folding import fold
from service.fhir.vocabulary import Vocabulary
from service.hpp.knowledge.model import Knowledge
from service.settings import Settings


@pytest.fixture(scope="module")
def shipped() -> Knowledge:
    return load_knowledge()


def faults_of(folder: Path) -> list[str]:
    with pytest.raises(Faulty) as caught:
        load_content(Settings(content_dir=folder))
    return [str(fault) for fault in caught.value.faults]


def test_every_threshold_has_a_unit_and_a_source(shipped: Knowledge) -> None:
    bare = [t.name for t in shipped.thresholds.values() if not (t.unit and t.source)]

    assert shipped.thresholds
    assert bare == []


def test_only_rows_with_a_code_and_a_source_are_active(shipped: Knowledge) -> None:
    unsound = [c for c in shipped.codes if c.active and not (c.code and c.source)]

    assert unsound == []


def test_unconfirmed_codes_ship_inactive(shipped: Knowledge) -> None:
    """The three SNOMED CT codes whose label nobody saw, and all UK product codes."""
    snomed = "http://snomed.info/sct"

    assert {frozenset()} == {
        Codes(shipped).groups_of(snomed, code) for code in ("70848009", "190859005", "124431003")
    }


def test_a_deficiency_of_pyridoxine_and_its_epilepsy_are_no_features(shipped: Knowledge) -> None:
    """They are the differential of B6-responsive seizures."""
    codes = Codes(shipped)

    assert codes.groups_of("http://snomed.info/sct", "734434007") == frozenset()
    assert codes.groups_of("http://hl7.org/fhir/sid/icd-10-cm", "E53.1") == frozenset()


def test_a_billable_icd10_code_belongs_to_its_parents_groups(shipped: Knowledge) -> None:
    groups = Codes(shipped).groups_of("http://hl7.org/fhir/sid/icd-10-cm", "M84.375A")

    assert {"cond_stress_fracture", "cond_stress_fracture_foot"} == groups


def test_a_snomed_code_has_no_children_here(shipped: Knowledge) -> None:
    assert frozenset() == Codes(shipped).groups_of("http://snomed.info/sct", "1255")


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("Alendronic acid 70mg tablets", "bp_alendronate"),
        ("FOSAMAX plus D", "bp_alendronate_cholecalciferol"),
        ("Zoledronsäure 5 mg/100 ml", "bp_zoledronate"),
        ("acide zoledronique", "bp_zoledronate"),
        ("PROLIA 60 mg", "ar_denosumab"),
    ],
)
def test_drugs_are_found_by_whole_word_names(shipped: Knowledge, text: str, group: str) -> None:
    assert {group} == Vocabulary(shipped).drugs.groups_in(fold(text))


@pytest.mark.parametrize("text", ["Prolialike", "alendronates", "salt", "", "Ostacare"])
def test_a_part_of_a_word_is_no_drug(shipped: Knowledge, text: str) -> None:
    assert frozenset() == Vocabulary(shipped).drugs.groups_in(fold(text))


def test_without_words_for_the_gene_no_text_names_it(shipped: Knowledge) -> None:
    wordless = replace(shipped, text={**shipped.text, "gene_words": ()})

    assert Vocabulary(shipped).genes.groups_in(fold("ALPL gene analysis"))
    assert not Vocabulary(wordless).genes.groups_in(fold("Alk. Phos (U/L), ALPL"))


@pytest.mark.hazard("W13")
def test_a_site_changes_one_threshold_and_keeps_the_rest(
    tmp_path: Path, shipped: Knowledge
) -> None:
    (tmp_path / "thresholds.toml").write_text(
        '[adult_very_low]\nvalue = 24\nunit = "U/L"\nsource = "our laboratory"\n'
    )
    ours = load_knowledge(tmp_path)

    assert Decimal(24) == ours.number("adult_very_low")
    assert shipped.number("adult_low_default") == ours.number("adult_low_default")
    assert shipped.version != ours.version


def test_a_site_activates_its_own_codes(tmp_path: Path, shipped: Knowledge) -> None:
    """A row that we could not confirm, added by the site that did."""
    strontium = "http://www.nlm.nih.gov/research/umls/rxnorm", "10122"
    assert Codes(shipped).groups_of(*strontium) == frozenset()

    (tmp_path / "codes").mkdir()
    row = "add,bone_strontium,rxnorm,10122,Strontium\n"
    (tmp_path / "codes" / "ours.csv").write_text(f"action,group,system,code,display\n{row}")

    assert {"bone_strontium"} == Codes(load_knowledge(tmp_path)).groups_of(*strontium)


@pytest.mark.hazard("O6", "H17")
def test_faults_of_all_files_are_reported_at_once(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "thresholds.toml").write_text(
        "[adult_very_lo]\nvalue = 3\n[adult_low_min]\nvalue = 400\n"
    )
    (tmp_path / "units.csv").write_text("measure,factor\n")
    (tmp_path / "valueset.csv").write_text("")
    (tmp_path / "texts" / "hppSuspected.md").write_text(
        '+++\nverdict = "hppSuspected"\nsummary = "${lasst} $5"\nsource = "nobody"\n'
        "suggestions = []\nreferences = []\n+++\n"
    )

    assert faults_of(tmp_path) == [
        "valueset.csv: is not a content file; did you mean valuesets/tests.csv?",
        "units.csv: first line: must be: measure,spelling,factor,source; spelling, source missing",
        "thresholds.toml: adult_very_lo: is not a threshold; did you mean adult_very_low?",
        "thresholds.toml: adult_low_min.value: 400 U/L is above the highest allowed 60; "
        "did you mean 40?",
        "thresholds.toml: adult_low_min.unit: must be 'U/L'",
        "thresholds.toml: adult_low_min.source: must say where the number comes from",
        "texts/hppSuspected.md: references: 'nobody' is not in references.toml",
        "texts/hppSuspected.md: body: is empty: write the card below the second line +++",
        "texts/hppSuspected.md: summary: has a $ that is not a blank; write $$ for a dollar sign",
    ]


@pytest.mark.parametrize("written", ["", " \n"])
def test_an_empty_text_takes_no_card_away(written: str, tmp_path: Path) -> None:
    """A file that was cut off is no wish for silence."""
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "hppSuspected.md").write_text(written)

    assert faults_of(tmp_path) == [
        "texts/hppSuspected.md: must begin with TOML front matter between two lines +++"
    ]


@pytest.mark.hazard("O3")
def test_a_summary_that_could_grow_too_long_is_refused(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    text = files("cards").joinpath("texts/lowAlpOnce.md").read_text("utf-8")
    longer = text.replace("Single low ALP", f"Single low {'alkaline ' * 8}phosphatase", 1)
    (tmp_path / "texts" / "lowAlpOnce.md").write_text(longer, "utf-8")
    (fault,) = faults_of(tmp_path)

    assert "texts/lowAlpOnce.md: summary: can grow to 1" in fault
    assert "139 is the most" in fault


@pytest.mark.hazard("H17")
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('verdict = "hppSuspected"', 'verdict = "hppDetected"', "verdict must be one of"),
        ('indicator = "warning"', 'indicator = "hard-stop"', "indicator must be critical"),
        ("hpp-on-record =", "hpp-on-recrod =", "hpp-on-recrod is not a finding"),
        ("when = {}", 'when = { child = "present" }', "must have an empty `when`"),
        ('says = "The low ALP has a possible cause."', 'says = ""', "row[21].says: must be text"),
        ("[finding.child]", "[finding.minor]", "finding.minor: is not a finding"),
        ('urgent = "warning"', 'urgent = "calm"', "verdict.hppProbable.urgent: must be one of"),
    ],
)
def test_a_decision_table_that_cannot_be_right_is_refused(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    text = files("service.hpp.knowledge").joinpath("decision_table.toml").read_text("utf-8")
    own = f"replace = true\n{text.replace(old, new)}"
    (tmp_path / "decision_table.toml").write_text(own, "utf-8")

    assert any(message in fault for fault in faults_of(tmp_path))


@pytest.mark.hazard("H17")
def test_a_row_that_can_never_be_reached_is_refused(tmp_path: Path) -> None:
    text = files("service.hpp.knowledge").joinpath("decision_table.toml").read_text("utf-8")
    again = text.replace('id = "2-hpp-unconfirmed"', 'id = "1-again"', 1).replace(
        'when = { hpp-unconfirmed = "present" }', 'when = { hpp-on-record = "present" }', 1
    )
    (tmp_path / "decision_table.toml").write_text(f"replace = true\n{again}", "utf-8")

    assert any("1-again: can never be reached" in fault for fault in faults_of(tmp_path))


def test_an_interval_table_with_a_hole_is_refused(tmp_path: Path) -> None:
    source = files("service.hpp.knowledge").joinpath("reference_intervals.csv").read_text("utf-8")
    kept = [
        line for line in source.splitlines() if not line.startswith("caliper_roche,female,4748")
    ]
    (tmp_path / "reference_intervals.csv").write_text("\n".join(kept) + "\n", "utf-8")
    with pytest.raises(ContentFault) as caught:
        load_knowledge(tmp_path)

    assert "no limit for female at 4748 to 5478 days" in str(caught.value)


FIRST = "caliper_roche,both,0,"


@pytest.mark.hazard("H17", "O6")
@pytest.mark.parametrize(
    ("column", "value", "fault"),
    [
        (4, "0", "above 0 and below the high one"),
        (4, "4000", "above 0 and below the high one"),
        (4, "-1", "a low limit in U/L"),
        (4, "9_0", "a low limit in U/L"),
        (4, "９０", "a low limit in U/L"),
        (4, "nan", "a low limit in U/L"),
        (3, "²", "needs whole days"),
        (3, "1" * 5000, "needs whole days"),
        (5, "", "above 0 and below the high one"),
    ],
)
def test_a_child_s_limit_that_would_turn_the_rule_off_or_on_for_all_is_refused(
    tmp_path: Path, column: int, value: str, fault: str
) -> None:
    source = files("service.hpp.knowledge").joinpath("reference_intervals.csv").read_text("utf-8")
    (line,) = (line for line in source.splitlines() if line.startswith(FIRST))
    cells = line.split(",")
    cells[column] = value
    changed = source.replace(line, ",".join(cells))
    (tmp_path / "reference_intervals.csv").write_text(changed, "utf-8")

    assert any(fault in said for said in faults_of(tmp_path))


@pytest.mark.hazard("H8", "H17")
@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("enzyme,U/L,60,ours", "U/L is 1 here and cannot be 60"),
        ("enzyme,x,1_0,ours", "needs a factor above 0"),
        ("enzyme,x,-1,ours", "needs a factor above 0"),
        ("enzyme,x,Infinity,ours", "needs a factor above 0"),
    ],
)
def test_a_unit_that_would_change_every_value_is_refused(
    tmp_path: Path, row: str, fault: str
) -> None:
    source = files("service.hpp.knowledge").joinpath("units.csv").read_text("utf-8")
    measure = next(line.split(",")[0] for line in source.splitlines() if ",U/L,1," in line)
    (tmp_path / "units.csv").write_text(f"{source}{row.replace('enzyme', measure)}\n", "utf-8")
    (said,) = faults_of(tmp_path)

    assert said.startswith("units.csv: line ")
    assert fault in said


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("activity,u,k,0,ours", "needs a word, a factor above 0 and a source"),
        ("activity,u,k,1,", "needs a word, a factor above 0 and a source"),
        ("activity,,k,1,ours", "needs a word, a factor above 0 and a source"),
        ("activty,u,k,1,ours", "'activty' is not a kind; did you mean activity?"),
        ("activity,u,kk,1,ours", "'kk' is not a prefix"),
    ],
)
def test_a_word_of_a_unit_that_cannot_be_used_is_refused(
    tmp_path: Path, row: str, fault: str
) -> None:
    source = files("service.hpp.knowledge").joinpath("unit_words.csv").read_text("utf-8")
    (tmp_path / "unit_words.csv").write_text(f"{source}{row}\n", "utf-8")
    (said,) = faults_of(tmp_path)

    assert said.startswith("unit_words.csv: line ")
    assert said.endswith(fault)


def test_a_site_adds_a_word_of_its_laboratory(tmp_path: Path) -> None:
    source = files("service.hpp.knowledge").joinpath("unit_words.csv").read_text("utf-8")
    (tmp_path / "unit_words.csv").write_text(f"{source}activity,einh,k m,1,ours\n", "utf-8")
    units = load_knowledge(tmp_path).units

    assert units.factor("activity", "kEinh/L") == 1000
