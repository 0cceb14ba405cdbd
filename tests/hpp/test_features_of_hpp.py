"""Features of HPP at the edges of their rules."""

from dataclasses import replace
from typing import Any

import pytest

from service.hpp import features
from service.hpp.knowledge.model import Knowledge
from service.hpp.model import PrintedRange, Variant
from tests.hpp.charts import ADULT_DAYS, CHILD_DAYS, aged, ago, alp, diagnosis, facts, lab, use

FOOT, LOSS = "cond_stress_fracture_foot", "cond_tooth_loss"
ALFA = ("drug_b6", "vitamin-b6")


def on_record(knowledge: Knowledge, *written: Any, patient: Any = None) -> list[tuple[str, str]]:
    """(feature, reference) of what counts."""
    found = facts(knowledge, *written, patient=patient).features
    return [(one.what, one.reference) for one in found]


@pytest.mark.parametrize(("first", "recurs"), [(139, False), (140, True), (141, True)])
def test_stress_fractures_of_the_foot_recur_ninety_days_apart(
    first: int, recurs: bool, knowledge: Knowledge
) -> None:
    """The first and the last count; one without a date of onset does not."""
    fractures = [diagnosis(FOOT, days) for days in (50, first, 100)]
    recorded = diagnosis(FOOT, None, "Condition/recorded", recorded=ago(900))
    found = on_record(knowledge, *fractures, recorded)

    names = [f"Condition/{FOOT}-{days}" for days in (first, 100, 50)]
    assert found == ([("recurrent-metatarsal", name) for name in names] if recurs else [])


def test_one_stress_fracture_does_not_recur(knowledge: Knowledge) -> None:
    assert on_record(knowledge, diagnosis(FOOT, 50)) == []


@pytest.mark.parametrize(
    ("patient_days", "age_days", "counts"),
    [
        (ADULT_DAYS, 18_262, True), (ADULT_DAYS, 18_263, False),
        (CHILD_DAYS, 1825, True), (CHILD_DAYS, 1826, False),
    ],
)  # fmt: skip
def test_tooth_loss_is_early_before_five_years_in_a_child_and_fifty_in_an_adult(
    patient_days: int, age_days: int, counts: bool, knowledge: Knowledge
) -> None:
    lost = diagnosis(LOSS, patient_days - age_days, "Condition/teeth")
    feature = "tooth-loss-adult" if patient_days == ADULT_DAYS else "tooth-loss-child"
    expected = [(feature, "Condition/teeth")] if counts else []

    assert on_record(knowledge, lost, patient=aged(patient_days)) == expected


def test_of_a_partial_birth_date_the_earliest_day_counts_for_tooth_loss(
    knowledge: Knowledge,
) -> None:
    lost = diagnosis(LOSS, CHILD_DAYS - 1700, "Condition/teeth")

    assert on_record(knowledge, lost, patient=aged(CHILD_DAYS, CHILD_DAYS + 125)) != []
    assert on_record(knowledge, lost, patient=aged(CHILD_DAYS, CHILD_DAYS + 126)) == []


@pytest.mark.parametrize(
    ("value", "high", "raised"),
    [("125", None, False), ("126", None, True), ("126", "130", False), ("131", "130", True)],
)
def test_plp_is_raised_above_its_printed_limit_or_ours(
    value: str, high: str | None, raised: bool, knowledge: Knowledge
) -> None:
    printed = PrintedRange(high=alp(high, 0).value if high else None)

    assert bool(on_record(knowledge, lab("lab_plp", value, 50, printed=printed))) is raised


def test_urine_phosphoethanolamine_is_raised_above_its_printed_limit_alone(
    knowledge: Knowledge,
) -> None:
    """Vitamin B6 does not raise it."""
    printed, b6 = PrintedRange(high=alp("40", 0).value), use(*ALFA, 200)

    assert on_record(knowledge, lab("lab_pea_urine", "400", 50)) == []
    assert on_record(knowledge, lab("lab_pea_urine", "40", 50, printed=printed)) == []
    assert on_record(knowledge, lab("lab_pea_urine", "41", 50, printed=printed), b6) != []


@pytest.mark.parametrize(
    ("plp_days", "counts"), [(101, True), (100, False), (43, False), (42, True)]
)
def test_a_plp_on_vitamin_b6_and_a_week_after_is_not_used(
    plp_days: int, counts: bool, knowledge: Knowledge
) -> None:
    plp = lab("lab_plp", "400", plp_days)
    judged = facts(knowledge, plp, use(*ALFA, 100, 50))

    assert bool(judged.features) is counts
    said = [one.reason for one in features.not_used(judged.background, child=False)]
    assert said == ([] if counts else ["plp-on-b6"])


def test_an_undated_plp_is_doubted_where_vitamin_b6_was_ever_taken(knowledge: Knowledge) -> None:
    plp = lab("lab_plp", "400", 50)._replace(day=None)

    assert on_record(knowledge, plp) == [("substrate", plp.reference)]
    assert on_record(knowledge, plp, use(*ALFA, 3000, 2900)) == []


@pytest.mark.parametrize(
    ("codes", "meets"),
    [
        (("alpl", "substrate"), True),
        (("alpl",), False),
        (("alpl", "alpl"), False),
        (("alpl", "cond_nephrocalcinosis"), False),
        (("alpl", "cond_nephrocalcinosis", "cond_chondrocalcinosis"), True),
        (("cond_nephrocalcinosis", "cond_chondrocalcinosis", "tooth-loss-adult"), False),
        (("alpl", "substrate", "cond_aff"), True),
        ((), False),
    ],
)
def test_the_pattern_is_two_major_or_one_major_and_two_minor_features(
    codes: tuple[str, ...], meets: bool, knowledge: Knowledge
) -> None:
    evidence = tuple(features.Evidence("", code) for code in codes)

    assert features.meets_pattern(evidence, knowledge) is meets


@pytest.mark.parametrize(("refuted", "binds"), [(376, False), (375, True), (10, True), (2, True)])
def test_refuted_hpp_binds_a_low_of_the_year_after_it(
    refuted: int, binds: bool, knowledge: Knowledge
) -> None:
    """The newest counts; an atypical fracture keeps the question open."""
    newest = diagnosis("cond_hpp", refuted, verification="refuted")
    older = diagnosis("cond_hpp", 3000, verification="refuted")
    judged = facts(knowledge, alp("30", 10), newest, older)
    fractured = facts(knowledge, alp("30", 10), newest, older, diagnosis("cond_aff", 5000))

    assert bool(features.exclusions(judged.background, ago(10))) is binds
    assert features.exclusions(fractured.background, ago(10)) == []


def test_a_refutation_without_a_day_binds_nothing(knowledge: Knowledge) -> None:
    judged = facts(knowledge, alp("30", 10), diagnosis("cond_hpp", verification="refuted"))

    assert features.exclusions(judged.background, ago(10)) == []


def test_what_counts_without_a_date_is_named(knowledge: Knowledge) -> None:
    """Of a diagnosis that matters, a variant or a raised substrate."""
    undated = [
        diagnosis("cond_aff"),
        diagnosis("sec_zinc"),
        diagnosis("cond_osteoporosis"),
        diagnosis("cond_fracture", verification="refuted"),
        diagnosis("mask_liver", 10),
    ]
    plp = lab("lab_plp", "400", 50)
    of_gene = Variant("Observation/v", pathogenic=True)
    no_matter = Variant("Observation/w", pathogenic=False)
    dated = replace(of_gene, reference="Observation/d", day=ago(5))
    undated_plp = plp._replace(reference="Observation/u", day=None)
    judged = facts(knowledge, *undated, plp, undated_plp, of_gene, no_matter, dated)
    said = [(one.reference, one.what) for one in features.undated(judged.background)]

    assert said == [
        ("Condition/cond_aff-None", "cond_aff"),
        ("Condition/sec_zinc-None", "sec_zinc"),
        ("Observation/v", "alpl"),
        ("Observation/u", "substrate"),
    ]
