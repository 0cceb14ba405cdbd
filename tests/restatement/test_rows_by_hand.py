"""One patient or more for rows 1 to 8 and their changes, read off the decision table by hand."""

from random import Random

import pytest

from tests.restatement.as_fhir import as_request
from tests.restatement.by_hand import (
    CHILD,
    CLEAR,
    LOWS,
    alp,
    alpl,
    ask,
    condition,
    drug,
    given,
    lab,
    plp,
    relative,
    said,
    tier,
)
from tests.restatement.patients import random_patient
from tests.restatement.table import VERDICTS, judge

AFF = condition("aff", 900)
FEET = [condition("stress_fracture_foot", 900), condition("stress_fracture_foot", 810)]
TEETH = condition("tooth_loss", 3000)
CHONDRO = condition("chondrocalcinosis", 3000)
ON_DRUG = [drug("bp_alendronate", 90)]
FAMILY = condition("family_history_hpp", 900)


# Rows 1 to 3


def test_hpp_on_record_is_critical() -> None:
    found = ask(conditions=[condition("hpp", verification=None, clinical="resolved")])
    assert (found.verdict, found.indicator) == ("hppConfirmed", "critical")


@pytest.mark.parametrize(
    ("status", "expected"),
    [("active", "T1"), ("stopped", "T1"), ("draft", "T8"), ("cancelled", "T8")],
)
def test_asfotase_ever_needs_an_order_that_was_made(status: str, expected: str) -> None:
    assert tier(drugs=[drug("ert_asfotase", 4000, 3900, status)]) == expected


def test_asfotase_given_counts_and_not_given_does_not() -> None:
    assert tier(administrations=[given("ert_asfotase", 4000)]) == "T1"
    assert tier(administrations=[given("ert_asfotase", 4000, "not-done")]) == "T8"


@pytest.mark.parametrize("verification", ["unconfirmed", "provisional", "differential"])
def test_doubtful_hpp_is_probable(verification: str) -> None:
    doubtful = [condition("hpp", 10, verification=verification)]
    assert said(conditions=doubtful) == ("T2", "2", "critical")


def test_doubtful_hpp_with_a_clear_alp_is_a_warning() -> None:
    doubtful = [condition("hpp", 10, verification="provisional")]
    assert said(alp=[alp(10, 45.1)], conditions=doubtful) == ("T2", "2", "warning")
    assert said(alp=[alp(10, 45)], conditions=doubtful) == ("T2", "2", "critical")
    assert said(alp=[alp(731, 60)], conditions=doubtful) == ("T2", "2", "critical")
    ill = [*doubtful, condition("sec_acute_illness", 300)]
    assert said(alp=[alp(300, 30), alp(10, 60)], conditions=ill) == ("T2", "2", "critical")


@pytest.mark.parametrize(("days", "expected"), [(395, "T0"), (396, "T3"), (0, "T0"), (None, "T3")])
def test_exclusion_binds_for_a_year_before_the_latest_low(days: int | None, expected: str) -> None:
    refuted = condition("hpp", days, verification="refuted")
    assert tier(alp=LOWS, conditions=[refuted]) == expected


def test_exclusion_needs_a_low_and_no_aff() -> None:
    refuted = condition("hpp", 10, verification="refuted")
    assert tier(conditions=[refuted]) == "T8"
    assert tier(alp=LOWS, conditions=[refuted, AFF]) == "T2"


# Row 4


def test_the_pattern_needs_persistence_and_a_clean_low() -> None:
    both = [AFF, *FEET]
    assert said(alp=LOWS, conditions=both) == ("T2", "4b", "critical")
    assert said(alp=[alp(10, 30)], conditions=both) == ("T3", "4e", "warning")
    assert said(alp=LOWS, conditions=both, drugs=ON_DRUG) == ("T2", "4c", "critical")
    treated = [CLEAR, *LOWS]
    assert said(alp=treated, conditions=both, drugs=ON_DRUG) == ("T3", "4e", "warning")


def test_one_major_and_two_minor_are_the_pattern() -> None:
    minors = [TEETH, CHONDRO]
    assert said(alp=[alp(10, 30)], labs=[plp()], conditions=minors) == ("T3", "4e", "warning")
    assert tier(alp=[alp(10, 30)], labs=[plp()], conditions=minors[:1]) == "T5a"


def test_a_major_with_suppressed_lows_is_passed_over_only_with_a_normal_before() -> None:
    assert said(alp=LOWS, drugs=ON_DRUG, conditions=[AFF]) == ("T2", "4c", "critical")
    found = said(alp=[CLEAR, *LOWS], drugs=ON_DRUG, conditions=[AFF])
    assert found == ("T4a", "7", "warning")
    family = said(alp=[CLEAR, *LOWS], drugs=ON_DRUG, conditions=[AFF, FAMILY])
    assert family == ("T3", "5b", "warning")
    one = said(alp=[CLEAR, alp(30, 30)], drugs=ON_DRUG, conditions=[AFF])
    assert one == ("T4b", "8b", "info")


@pytest.mark.parametrize(
    ("code", "value", "expected"),
    [
        ("LA6668-3", 34.9, ("T2", "4d", "warning")),
        ("LA26333-7", 34.9, ("T5a", "10", "info")),
        ("LA26332-9", 35, ("T7", "14", "none")),
    ],
)
def test_a_variant_does_not_confirm(
    code: str, value: float, expected: tuple[str, str, str]
) -> None:
    assert said(alp=[alp(10, value)], labs=[alpl(code)]) == expected


def test_a_variant_with_a_raised_substrate_and_a_low_is_critical() -> None:
    assert said(alp=[alp(10, 30)], labs=[alpl(), plp()]) == ("T2", "4d", "critical")
    assert said(alp=[alp(800, 30), alp(10, 60)], labs=[alpl()]) == ("T2", "4d", "warning")
    assert said(alp=LOWS, labs=[alpl()]) == ("T2", "4c", "critical")
    assert said(alp=LOWS, labs=[alpl(), plp()]) == ("T2", "4b", "critical")


def test_a_variant_with_an_acute_low_is_acute() -> None:
    ill = [condition("sec_acute_illness", 24)]
    assert tier(alp=[alp(10, 30)], labs=[alpl()], conditions=ill) == "T4c"


@pytest.mark.parametrize(("gap", "expected"), [(89, "T3"), (90, "T2")])
def test_foot_fractures_are_recurrent_from_ninety_days(gap: int, expected: str) -> None:
    feet = [condition("stress_fracture_foot", 900), condition("stress_fracture_foot", 900 - gap)]
    assert tier(alp=LOWS, conditions=feet) == expected


@pytest.mark.parametrize("group", ["drug_b6", "drug_b_complex", "drug_multivitamin"])
def test_vitamins_within_a_week_spoil_a_plp(group: str) -> None:
    labs = [plp(100)]
    assert tier(alp=LOWS, labs=labs, drugs=[drug(group, 200, 107)]) == "T3"
    assert tier(alp=LOWS, labs=labs, drugs=[drug(group, 200, 108)]) == "T2"


def test_tooth_loss_counts_before_fifty() -> None:
    """Born 20,000 days ago: 18,262 days of age is 1,738 days ago."""
    pattern = [AFF, CHONDRO]
    early, late = condition("tooth_loss", 1738), condition("tooth_loss", 1737)
    assert tier(alp=[alp(10, 30)], conditions=[*pattern, early]) == "T3"
    assert tier(alp=[alp(10, 30)], conditions=[*pattern, late]) == "T5a"
    assert tier(alp=[alp(10, 30)], conditions=[*pattern, condition("tooth_loss")]) == "T5a"


@pytest.mark.parametrize(("age_at_loss", "expected"), [(1825, "T2"), (1826, "T3")])
def test_child_tooth_loss_is_major_before_five_years(age_at_loss: int, expected: str) -> None:
    lost = [condition("tooth_loss", CHILD - age_at_loss)]
    assert tier(CHILD, alp=[alp(24, 100), alp(10, 100)], conditions=lost) == expected


def test_decoys_are_no_features() -> None:
    lows = [alp(24, 100), alp(10, 100)]
    for group in ("decoy_pyridoxine", "decoy_calcium_disorder", "decoy_osteomalacia"):
        assert tier(CHILD, alp=lows, conditions=[condition(group, 50)]) == "T3"


# Row 5


@pytest.mark.parametrize(("first", "expected"), [(60, "T3"), (59, "T5a")])
def test_adult_lows_persist_from_thirty_days(first: int, expected: str) -> None:
    assert tier(alp=[alp(first, 30), alp(30, 30)]) == expected


def test_half_of_the_results_low_is_enough_and_a_recovery_is_not() -> None:
    half = [alp(60, 30), alp(50, 40), alp(40, 45), alp(30, 30)]
    assert tier(alp=half) == "T3"
    assert tier(alp=[*half, alp(45, 40)]) == "T5a"
    assert tier(alp=[*LOWS, alp(45, 45.1)]) == "T5a"


def test_a_clear_adult_normal_before_makes_it_acquired() -> None:
    assert said(alp=[alp(600, 52.5), *LOWS]) == ("T3b", "5a", "info")
    assert said(alp=[alp(600, 52.4), *LOWS]) == ("T3", "5", "warning")
    assert said(alp=[CLEAR, *LOWS], conditions=[FAMILY]) == ("T3", "5", "warning")
    assert said(7100, alp=[alp(600, 300), *LOWS]) == ("T3", "5", "warning")
    assert ask(alp=[CLEAR, *LOWS]).verdict == "lowAlpAcquired"


@pytest.mark.parametrize(
    ("later", "expected"),
    [([], "5b"), ([alp(5, 45)], "5b"), ([alp(5, 45.1)], "12")],
)
def test_family_history_with_a_low_that_has_not_recovered(
    later: list[dict[str, object]], expected: str
) -> None:
    assert said(alp=[alp(30, 31), *later], conditions=[FAMILY])[1] == expected
    assert said(alp=[alp(30, 31), *later], family=[relative()])[1] == expected


def test_family_history_with_a_masked_latest_result() -> None:
    conditions = [FAMILY, condition("fracture", 20)]
    assert said(alp=[alp(30, 31), alp(5, 60)], conditions=conditions) == ("T3", "5b", "warning")


def test_what_is_no_family_history() -> None:
    low = [alp(30, 31)]
    assert tier(alp=low, family=[relative(hpp=False)]) == "T5a"
    assert tier(alp=low, family=[relative(status="entered-in-error")]) == "T5a"
    assert tier(alp=low, conditions=[{**FAMILY, "verification": "refuted"}]) == "T5a"
    assert tier(conditions=[FAMILY]) == "T8"


# Row 6


def test_latest_masked_normal_hides_lows() -> None:
    broken = [condition("fracture", 190)]
    assert said(alp=[alp(30, 30), alp(10, 60)], conditions=broken) == ("T6", "6", "info")
    assert said(alp=[*LOWS, alp(10, 60)], conditions=broken) == ("T3", "5", "warning")


# Rows 7 and 8


def test_persistent_on_antiresorptive_only_needs_a_normal_before() -> None:
    assert said(alp=LOWS, drugs=ON_DRUG) == ("T4a", "7", "warning")
    assert said(alp=[alp(110, 45), *LOWS], drugs=ON_DRUG) == ("T4a", "7", "warning")
    assert said(alp=[alp(110, 46), *LOWS], drugs=ON_DRUG) == ("T4b", "8b", "info")
    assert said(alp=[alp(110, 53), *LOWS], drugs=ON_DRUG) == ("T4b", "8a", "none")


def test_drug_effect_is_silent_only_without_anything_that_speaks_for_hpp() -> None:
    assert said(alp=[CLEAR, alp(30, 30)], drugs=ON_DRUG) == ("T4b", "8a", "none")
    assert said(alp=[CLEAR, alp(30, 24)], drugs=ON_DRUG) == ("T4b", "8b", "info")
    one = [CLEAR, alp(30, 30)]
    assert said(alp=one, drugs=ON_DRUG, conditions=[CHONDRO]) == ("T4b", "8b", "info")
    assert said(alp=one, drugs=ON_DRUG, conditions=[FAMILY]) == ("T3", "5b", "warning")


def test_normal_above_ceiling_before_the_first_low_reassures() -> None:
    zinc = [condition("sec_zinc", 200)]
    assert tier(alp=[alp(30, 20)], conditions=zinc) == "T4a"
    assert tier(alp=[alp(90, 46), alp(30, 20)], conditions=zinc) == "T4b"
    assert tier(alp=[alp(90, 45), alp(30, 20)], conditions=zinc) == "T4a"


@pytest.mark.parametrize(("first", "expected"), [(395, "T4a"), (394, "T4b")])
def test_a_cause_reassures_for_less_than_a_year(first: int, expected: str) -> None:
    coeliac = [condition("sec_coeliac", 500)]
    assert tier(alp=[alp(first, 33), alp(30, 33)], conditions=coeliac) == expected
    assert tier(alp=[CLEAR, alp(first, 33), alp(30, 33)], conditions=coeliac) == "T4b"


LONG = [alp(500, 33), alp(30, 33)]


@pytest.mark.parametrize("group", ["sec_achondroplasia", "sec_wilson"])
def test_exempt_conditions(group: str) -> None:
    assert tier(alp=LONG, conditions=[condition(group)]) == "T4b"


@pytest.mark.parametrize(("group", "expected"), [("sec_ckd_4", "T4b"), ("sec_ckd_other", "T4a")])
def test_kidney_failure_is_exempt_with_a_low_egfr(group: str, expected: str) -> None:
    kidney = [condition(group, 800)]
    assert tier(alp=LONG, conditions=kidney) == "T4a"
    assert tier(alp=LONG, conditions=kidney, labs=[lab("egfr", 395, 29)]) == expected
    assert tier(alp=LONG, conditions=kidney, labs=[lab("egfr", 396, 29)]) == "T4a"


@pytest.mark.parametrize(
    "group", ["drugalp_glucocorticoid", "drugalp_oestrogen", "drugalp_chemotherapy"]
)
def test_a_drug_is_exempt_from_thirty_on(group: str) -> None:
    on_drug = [drug(group, 900)]
    assert tier(alp=[alp(500, 33), alp(30, 30)], drugs=on_drug) == "T4b"
    assert tier(alp=[alp(500, 33), alp(30, 29.9)], drugs=on_drug) == "T4a"
    assert tier(alp=[alp(500, 33), alp(30, 30, comparator="<")], drugs=on_drug) == "T4a"


def test_every_low_needs_its_exempt_cause() -> None:
    """On prednisone at the last low only; the first has coeliac disease."""
    coeliac = [condition("sec_coeliac", 600)]
    late = [drug("drugalp_glucocorticoid", 100)]
    assert tier(alp=LONG, conditions=coeliac, drugs=late) == "T4a"
    assert tier(alp=LONG, drugs=[drug("drugalp_fibrate", 600)]) == "T4b"


# Random patients


def test_random_patients_are_judged_and_written() -> None:
    rng = Random(7)
    for _ in range(200):
        patient = random_patient(rng)
        verdict = judge(patient).verdict
        assert verdict in VERDICTS.values() or "alp" in patient["missing"]
        unsent = [key for key, how in patient["missing"].items() if how == "not-sent"]
        assert len(as_request(patient)["prefetch"]) == 8 - len(unsent)
