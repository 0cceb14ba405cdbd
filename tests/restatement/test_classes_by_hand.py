"""Acute, suppressed, explained and masked results, read off the decision table by hand."""

import pytest

from tests.restatement.by_hand import (
    LOWS,
    ago,
    alp,
    condition,
    drug,
    encounter,
    given,
    lab,
    procedure,
    said,
    tier,
)

ONE = [alp(30, 30)]


# Acute


@pytest.mark.parametrize(
    ("group", "days", "expected"),
    [
        ("sec_transfusion", 44, "T4c"),
        ("sec_transfusion", 45, "T5a"),
        ("sec_major_surgery", 44, "T4c"),
        ("sec_cardiac_surgery", 60, "T4c"),
        ("sec_cardiac_surgery", 61, "T5a"),
    ],
)
def test_acute_windows(group: str, days: int, expected: str) -> None:
    assert tier(alp=ONE, procedures=[procedure(group, days)]) == expected


def test_what_was_not_done_starts_no_window() -> None:
    assert tier(alp=ONE, procedures=[procedure("sec_transfusion", 35, "not-done")]) == "T5a"


def test_a_status_code_starts_no_window() -> None:
    """A bypass that is only present (Z95.1), and a later visit for an injury."""
    assert tier(alp=ONE, conditions=[condition("bypass_status", 30)]) == "T5a"
    assert tier(alp=ONE, conditions=[condition("sec_acute_illness", 30)]) == "T4c"
    for event in ("later", "status"):
        ill = condition("sec_acute_illness", 30, event=event)
        assert tier(alp=ONE, conditions=[ill]) == "T5a"


@pytest.mark.parametrize("kind", ["IMP", "ACUTE", "NONAC", "EMER", "SS", "OBSENC"])
def test_a_stay_in_hospital_is_acute(kind: str) -> None:
    assert tier(alp=ONE, encounters=[encounter(kind, 31, 30)]) == "T4c"
    assert tier(alp=ONE, encounters=[encounter(kind, 29, 20)]) == "T5a"


@pytest.mark.parametrize("kind", ["AMB", "VR", "HH"])
def test_a_visit_is_not(kind: str) -> None:
    assert tier(alp=ONE, encounters=[encounter(kind, 31, 30)]) == "T5a"


def test_the_encounter_that_the_result_names_decides() -> None:
    stay, visit = encounter("IMP", 31, 29, "stay"), encounter("AMB", None, None, "visit")
    assert tier(alp=[alp(30, 30, encounter="visit")], encounters=[stay, visit]) == "T5a"
    assert tier(alp=[alp(90, 30, encounter="stay")], encounters=[stay, visit]) == "T4c"


# Suppressed


@pytest.mark.parametrize(("end", "expected"), [(760, "T4b"), (761, "T5a")])
def test_oral_bisphosphonate_lapses_after_730_days(end: int, expected: str) -> None:
    assert tier(alp=ONE, drugs=[drug("bp_alendronate", 1500, end)]) == expected


def test_suppression_starts_strictly_before_the_specimen() -> None:
    assert tier(alp=ONE, drugs=[drug("bp_alendronate", 30)]) == "T5a"
    assert tier(alp=ONE, drugs=[drug("bp_alendronate", 31)]) == "T4b"


@pytest.mark.parametrize(("days", "expected"), [(1125, "T4b"), (1126, "T5a")])
def test_an_infusion_charted_as_an_administration_suppresses(days: int, expected: str) -> None:
    infusion = given("bp_zoledronate", days)
    assert tier(alp=ONE, administrations=[infusion]) == expected
    assert tier(alp=ONE, drugs=[infusion]) == expected
    assert tier(alp=ONE, procedures=[procedure("bp_zoledronate", days)]) == expected


def test_an_administration_that_was_not_done_does_not() -> None:
    assert tier(alp=ONE, drugs=[given("bp_zoledronate", 100, "not-done")]) == "T5a"


# Explained


@pytest.mark.parametrize(("days", "expected"), [(1856, "T4b"), (1857, "T5a")])
def test_a_cause_stands_for_five_years(days: int, expected: str) -> None:
    assert tier(alp=ONE, conditions=[condition("sec_malnutrition", days)]) == expected


def test_an_undated_cause_is_unproven() -> None:
    undated = [condition("sec_malnutrition")]
    assert tier(alp=ONE, conditions=undated) == "T5a"
    assert tier(alp=ONE, conditions=undated, labs=[lab("albumin", 30, 29.9)]) == "T4b"


@pytest.mark.parametrize(
    ("group", "test", "contradicts", "confirms"),
    [
        ("sec_ckd_4", "egfr", 45, 29.9),
        ("sec_ckd_5", "egfr", 45, None),
        ("sec_b12", "b12", 148, 147.9),
        ("sec_folate", "folate", 7, 6.9),
        ("sec_zinc", "zinc", 10.7, 10.6),
        ("sec_magnesium", "magnesium", 0.7, 0.69),
        ("sec_hypervitaminosis_d", "25ohd", 250, 250.1),
        ("sec_cretinism", "tsh", 10, None),
        ("sec_severe_anaemia", "haemoglobin", None, 79.9),
    ],
)
def test_a_value_contradicts_a_recent_cause_or_confirms_an_old_one(
    group: str, test: str, contradicts: float | None, confirms: float | None
) -> None:
    recent, old = [condition(group, 100)], [condition(group, 3000)]
    assert tier(alp=ONE, conditions=recent) == "T4b"
    if contradicts is not None:
        assert tier(alp=ONE, conditions=recent, labs=[lab(test, 395, contradicts)]) == "T5a"
        assert tier(alp=ONE, conditions=recent, labs=[lab(test, 396, contradicts)]) == "T4b"
    if confirms is not None:
        assert tier(alp=ONE, conditions=old) == "T5a"
        assert tier(alp=ONE, conditions=old, labs=[lab(test, 395, confirms)]) == "T4b"


def test_a_code_for_b12_or_folate_is_contradicted_by_all_that_were_measured() -> None:
    either, normal = [condition("sec_b12_folate", 100)], lab("b12", 30, 400)
    assert tier(alp=ONE, conditions=either, labs=[normal]) == "T5a"
    assert tier(alp=ONE, conditions=either, labs=[normal, lab("folate", 30, 5)]) == "T4b"
    assert tier(alp=ONE, conditions=either, labs=[normal, lab("folate", 30, 9)]) == "T5a"


def test_the_nearest_value_decides_and_of_two_equally_near_the_contradicting_one() -> None:
    zinc = [condition("sec_zinc", 3000)]
    near, far = lab("zinc", 40, 8), lab("zinc", 60, 14)
    assert tier(alp=ONE, conditions=zinc, labs=[near, far]) == "T4b"
    assert tier(alp=ONE, conditions=zinc, labs=[near, lab("zinc", 20, 14)]) == "T5a"


def test_an_undecidable_comparator_decides_nothing() -> None:
    kidney = [condition("sec_ckd_4", 100)]
    assert tier(alp=ONE, conditions=kidney, labs=[lab("egfr", 30, 60, comparator=">")]) == "T5a"
    assert tier(alp=ONE, conditions=kidney, labs=[lab("egfr", 30, 40, comparator=">")]) == "T4b"


def test_a_comparator_that_surely_does_not_contradict_decides() -> None:
    cretinism = [condition("sec_cretinism", 100)]
    near, far = lab("tsh", 30, 10, comparator=">"), lab("tsh", 60, 5)
    assert tier(alp=ONE, conditions=cretinism, labs=[near, far]) == "T4b"
    assert tier(alp=ONE, conditions=cretinism, labs=[far]) == "T5a"


@pytest.mark.parametrize(
    "group",
    [
        "sec_achondroplasia",
        "sec_wilson",
        "sec_hypoparathyroid",
        "sec_bariatric",
        "sec_cretinism",
        "sec_ckd_5",
    ],
)
def test_lifelong_causes_need_no_proof(group: str) -> None:
    assert tier(alp=ONE, conditions=[condition(group)]) == "T4b"


@pytest.mark.parametrize(
    ("tsh", "day", "expected"), [(10.1, 395, "T4b"), (10, 395, "T5a"), (10.1, 396, "T5a")]
)
def test_hypothyroidism_needs_a_high_tsh_within_a_year(tsh: float, day: int, expected: str) -> None:
    thyroid = [condition("sec_hypothyroid", 100)]
    assert tier(alp=ONE, labs=[lab("tsh", day, tsh)], conditions=thyroid) == expected


def test_oestrogen_never_explains_a_very_low_value() -> None:
    on_drug = [drug("drugalp_oestrogen", 200)]
    assert tier(alp=[alp(30, 25)], drugs=on_drug) == "T4b"
    assert tier(alp=[alp(30, 24.9)], drugs=on_drug) == "T5b"


@pytest.mark.parametrize(("days", "expected"), [(60, "T4b"), (61, "T5a")])
def test_chemotherapy_explains_for_thirty_days(days: int, expected: str) -> None:
    assert tier(alp=ONE, procedures=[procedure("chemotherapy", days)]) == expected
    assert tier(alp=ONE, conditions=[condition("chemotherapy", days)]) == expected
    assert tier(alp=ONE, drugs=[drug("drugalp_chemotherapy", 90, days)]) == expected


def test_myeloma_explains() -> None:
    """And is bone disease, which silences a single low but not a possible cause."""
    assert said(alp=ONE, conditions=[condition("myeloma", 100)]) == ("T4b", "8b", "info")
    assert said(alp=ONE, conditions=[condition("myeloma", 3000)]) == ("T5a", "10", "none")


# Masked


def test_a_fracture_masks_for_180_days() -> None:
    story = [*LOWS, alp(10, 60)]
    on_drug = [drug("bp_alendronate", 100)]
    for event in ("first", "later"):
        broken = condition("fracture", 190, clinical="resolved", event=event)
        assert said(alp=story, conditions=[broken], drugs=on_drug) == ("T6", "6", "warning")
    for other in (condition("fracture", 191), condition("fracture", 190, event="status")):
        assert tier(alp=story, conditions=[other], drugs=on_drug) == "T7"


def test_a_later_visit_masks_from_its_onset_only() -> None:
    visit = condition("fracture", None, recorded=ago(20), event="later")
    assert tier(alp=[alp(10, 40)], conditions=[visit]) == "T7"
    assert tier(alp=[alp(10, 40)], conditions=[{**visit, "event": "first"}]) == "T6"


@pytest.mark.parametrize(("onset", "expected"), [(310, "T6"), (311, "T7")])
def test_a_pregnancy_that_never_ended_masks_for_300_days(onset: int, expected: str) -> None:
    pregnant = [condition("mask_pregnancy", onset)]
    assert tier(10000, alp=[alp(10, 40)], conditions=pregnant, sex="female") == expected


def test_who_cannot_be_pregnant_is_not_masked() -> None:
    pregnant = [condition("mask_pregnancy", 100)]
    assert tier(10000, alp=[alp(10, 40)], conditions=pregnant, sex="male") == "T7"
    assert tier(20463, alp=[alp(10, 40)], conditions=pregnant) == "T6"
    assert tier(20464, alp=[alp(10, 40)], conditions=pregnant) == "T7"
    assert tier(10000, alp=[alp(10, 40)], conditions=[condition("mask_pregnancy")]) == "T7"


@pytest.mark.parametrize(
    ("group", "onset", "ggt", "expected"),
    [
        ("mask_liver", 1836, None, "T6"),
        ("mask_liver", 1837, None, "T7"),
        ("mask_liver", 1837, 375, "T6"),
        ("mask_liver", 1837, 376, "T7"),
        ("mask_liver", None, None, "T7"),
        ("mask_liver_lasting", 5000, None, "T6"),
        ("mask_liver_lasting", None, None, "T6"),
    ],
)
def test_liver_disease_masks_while_recent_lasting_or_proven(
    group: str, onset: int | None, ggt: int | None, expected: str
) -> None:
    labs = [] if ggt is None else [lab("ggt", ggt, 61, "U/L", high=60)]
    found = tier(alp=[alp(10, 40)], conditions=[condition(group, onset)], labs=labs)
    assert found == expected


def test_liver_disease_with_an_end_masks_until_then() -> None:
    ended = condition("mask_liver", 3000, abatement=ago(10))
    assert tier(alp=[alp(10, 40)], conditions=[ended]) == "T6"
    assert tier(alp=[alp(9, 40)], conditions=[ended]) == "T7"


def test_a_ggt_of_the_day_masks() -> None:
    assert tier(alp=[alp(10, 40)], labs=[lab("ggt", 10, 61, "U/L", high=60)]) == "T6"
    assert tier(alp=[alp(10, 40)], labs=[lab("ggt", 11, 61, "U/L", high=60)]) == "T7"
