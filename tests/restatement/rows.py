"""The rows of the decision table; the first match wins.

A row hands back its tier and its id, of which the engine's ids share the part before the dash.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.restatement.background import SUPPRESSING_DAYS, any_exposed, conditions_of, was_given
from tests.restatement.causes import has_exempt_cause
from tests.restatement.classes import (
    Story,
    all_suppressed,
    are_spaced,
    has_fresh_normal,
    has_normal_before,
    has_unread_newer,
    is_persistent,
    is_persistent_clean,
    last_eligible_is_low,
    normals_before,
    span_days,
)
from tests.restatement.features import (
    has_alpl,
    has_any_feature,
    has_family_history,
    has_iwg_pattern,
    has_substrate,
    majors,
)
from tests.restatement.limits import YEAR, Patient, is_child_now, is_fresh

Found = tuple[str, str, str] | None  # tier, row, indicator


def hpp_with(patient: Patient, *verifications: str | None) -> list[dict[str, Any]]:
    """HPP conditions with one of these verification statuses, whatever the clinical status."""
    return [
        c
        for c in patient["conditions"]
        if c["group"] == "hpp" and c["verification"] in verifications
    ]


def row_1(patient: Patient, story: Story) -> Found:
    """Row 1: HPP confirmed or unmarked; asfotase alfa ever."""
    if hpp_with(patient, None, "confirmed"):
        return "T1", "1-hpp-on-record", "critical"
    if any(d["group"] == "ert_asfotase" and was_given(d) for d in patient["drugs"]):
        return "T1", "1-asfotase-alfa", "critical"
    return None


def row_2(patient: Patient, story: Story) -> Found:
    """Row 2: a warning only with no low, acute ones included, and a clear ALP."""
    if not hpp_with(patient, "unconfirmed", "provisional", "differential"):
        return None
    any_low = story["lows"] or story["acute_lows"]
    if not any_low and has_fresh_normal(patient, story, above=True):
        return "T2", "2-normal-alp", "warning"
    return "T2", "2-hpp-unconfirmed", "critical"


def row_3(patient: Patient, story: Story) -> Found:
    """Row 3: newest exclusion + 365 d >= latest low; at least one low; no AFF."""
    dates = [c["recorded"] or c["onset"] for c in hpp_with(patient, "refuted")]
    known = [day for day in dates if day is not None]
    if not known or not story["lows"] or conditions_of(patient, "aff"):
        return None
    if max(known) + timedelta(days=YEAR) >= story["lows"][-1]["date"]:
        return "T0", "3-hpp-excluded", "none"
    return None


def is_passed_over(story: Story) -> bool:
    """Every low is LOW_SUPPRESSED and there is a normal before."""
    return all_suppressed(story) and has_normal_before(story)


def row_4(patient: Patient, story: Story) -> Found:
    """Rows 4b to 4e."""
    if not story["lows"]:
        return None
    lasting = is_persistent(patient, story) or is_persistent_clean(patient, story)
    if has_iwg_pattern(patient) and lasting and story["clean"]:
        return "T2", "4b-iwg-pattern", "critical"
    if lasting and majors(patient) and not is_passed_over(story):
        return "T2", "4c-major-feature", "critical"
    if has_alpl(patient):
        substrate = has_substrate(patient)
        return "T2", "4d-alpl-variant", "critical" if substrate else "warning"
    if has_iwg_pattern(patient):
        return "T3", "4e-iwg-pattern-low", "warning"
    return None


def has_clear_adult_normal_before(story: Story) -> bool:
    """A clear normal, aged >= 18 y at that specimen, before the first eligible low."""
    return any(r["clear"] and r["adult"] for r in normals_before(story))


def row_5(patient: Patient, story: Story) -> Found:
    """Rows 5a, 5 and 5b."""
    family = has_family_history(patient)
    if is_persistent_clean(patient, story):
        if has_clear_adult_normal_before(story) and not family:
            return "T3b", "5a-acquired", "info"
        return "T3", "5-persistent", "warning"
    if family and story["lows"] and not (last_is_normal(story) and story["eligible"][-1]["above"]):
        return "T3", "5b-family-history", "warning"
    return None


def last_is_normal(story: Story) -> bool:
    """The last eligible result is a NORMAL."""
    return bool(story["eligible"]) and story["eligible"][-1]["class"] == "NORMAL"


def row_6(patient: Patient, story: Story) -> Found:
    """Row 6: a low, and the latest result that is not INVALID is masked."""
    if story["lows"] and story["valid"][-1]["class"] == "NORMAL_MASKED":
        spaced = are_spaced(patient, story["lows"])
        return "T6", "6-masked-after-low", "warning" if spaced else "info"
    return None


def all_exempt(patient: Patient, story: Story) -> bool:
    """Every low that is not LOW_SUPPRESSED has an exempt cause."""
    lows = story["lows"]
    drug_is_enough = not any(r["deep"] for r in lows)
    latest = lows[-1]["date"]
    return all(
        has_exempt_cause(patient, r, latest, drug_is_enough)
        for r in lows
        if r["class"] != "LOW_SUPPRESSED"
    )


def is_not_reassuring(patient: Patient, story: Story) -> bool:
    """No normal before, and very low, all on treatment, or long and not exempt."""
    if has_normal_before(story):
        return False
    if any(r["very_low"] for r in story["lows"]):
        return True
    if not is_persistent(patient, story):
        return False
    long = span_days(story["lows"]) >= YEAR
    return all_suppressed(story) or (long and not all_exempt(patient, story))


def is_major_on_treatment(patient: Patient, story: Story) -> bool:
    """Row 4c passed over."""
    lasting = is_persistent(patient, story) or is_persistent_clean(patient, story)
    return lasting and majors(patient) > 0 and is_passed_over(story)


def is_drug_effect(patient: Patient, story: Story) -> bool:
    """Row 8a."""
    return (
        all_suppressed(story)
        and not any(r["very_low"] for r in story["lows"])
        and any(r["clear"] for r in normals_before(story))
        and not has_any_feature(patient)
        and not has_family_history(patient)
    )


def rows_7_and_8(patient: Patient, story: Story) -> Found:
    """Rows 7, 8a and 8b."""
    if not last_eligible_is_low(story):
        return None
    if story["clean"] and not is_persistent(patient, story):
        return None
    if is_not_reassuring(patient, story) or is_major_on_treatment(patient, story):
        return "T4a", "7-cause-not-reassuring", "warning"
    if is_drug_effect(patient, story):
        return "T4b", "8a-drug-effect", "none"
    return "T4b", "8b-possible-cause", "info"


def is_marked(story: Story) -> bool:
    """A very low value is the last low, or <= 365 d before it and no recovery since."""
    last = story["lows"][-1]["date"]
    recovered = [r["date"] for r in story["normals"] if r["above"]]
    return any(
        r["very_low"]
        and (last - r["date"]).days <= YEAR
        and not any(day > r["date"] for day in recovered)
        for r in story["lows"]
    )


def rows_9_and_10(patient: Patient, story: Story) -> Found:
    """Rows 9 and 10."""
    if not last_eligible_is_low(story):
        return None
    if is_child_now(patient):
        return "T5b", "9-child", "warning"
    if is_marked(story) and not has_clear_adult_normal_before(story):
        return "T5b", "9-very-low", "warning"
    return "T5a", "10-single-low", "info"


def row_11(patient: Patient, story: Story) -> Found:
    """Row 11: a LOW_ACUTE, no eligible low, no fresh NORMAL."""
    if story["acute_lows"] and not story["lows"] and not has_fresh_normal(patient, story):
        return "T4c", "11-acute-only", "info"
    return None


def unread(patient: Patient, story: Story) -> tuple[str, str, str]:
    """T6 for INVALID results: a warning for a child with nothing that can be used."""
    masked = any(is_fresh(patient, r["date"]) for r in story["masked"])
    blind = is_child_now(patient) and not story["eligible"] and not masked
    return "T6", "13-unread", "warning" if blind else "info"


def rows_after_lows(patient: Patient, story: Story) -> Found:
    """Lows, and the last eligible result is NORMAL."""
    if not story["lows"]:
        return None
    last = story["eligible"][-1]
    if not last["above"]:
        near = last["near"] and are_spaced(patient, story["lows"])
        return "T6", "13-fluctuating", "warning" if near else "info"
    if has_unread_newer(patient, story):
        return unread(patient, story)
    if is_fresh(patient, last["date"]):
        return "T7", "12-recovered", "none"
    return no_data(patient, story)


def is_low_normal_masked(patient: Patient, story: Story) -> bool:
    """The latest masked result, fresh, not above its ceiling, after every NORMAL."""
    if not story["masked"]:
        return False
    latest = story["masked"][-1]
    return (
        is_fresh(patient, latest["date"])
        and not latest["above"]
        and all(r["date"] < latest["date"] for r in story["normals"])
        and not has_fresh_normal(patient, story, above=True)
    )


def rows_without_lows(patient: Patient, story: Story) -> Found:
    """No lows, in this order."""
    masked = story["masked"]
    if has_unread_newer(patient, story):
        return unread(patient, story)
    if is_low_normal_masked(patient, story):
        return "T6", "13-masked-low-normal", "info"
    if has_fresh_normal(patient, story):
        return "T7", "14-normal", "none"
    if masked and has_any_feature(patient):
        return "T6", "13-masked-feature", "info"
    if masked and is_fresh(patient, masked[-1]["date"]):
        return "T7", "14-masked", "none"
    if story["invalid"] and not story["eligible"]:
        return unread(patient, story)
    return no_data(patient, story)


def is_new_start(patient: Patient) -> bool:
    """No bisphosphonate, denosumab or SERM with start <= today <= end + 365 d."""
    return not any_exposed(patient, patient["today"], YEAR, *SUPPRESSING_DAYS)


def has_old_normal(patient: Patient, story: Story) -> bool:
    """A clear normal of >= 18 y; no low, no feature, no family history."""
    clear = any(r["clear"] and r["adult"] for r in story["normals"])
    against = story["lows"] or has_any_feature(patient) or has_family_history(patient)
    return clear and not against


def no_data(patient: Patient, story: Story) -> tuple[str, str, str]:
    """Row 15."""
    if is_child_now(patient):
        return "T8", "15-child", "warning"
    if has_old_normal(patient, story):
        return "T8", "15-old-normal", "none"
    if is_new_start(patient):
        return "T8", "15-new-start", "info"
    return "T8", "15-continuing", "none"


ROWS: tuple[Callable[[Patient, Story], Found], ...] = (
    row_1,
    row_2,
    row_3,
    row_4,
    row_5,
    row_6,
    rows_7_and_8,
    rows_9_and_10,
    row_11,
    rows_after_lows,
    rows_without_lows,
)


def matched_row(patient: Patient, story: Story) -> tuple[str, str, str]:
    """The tier, row and indicator of the first match, before the modifiers."""
    for row in ROWS:
        found = row(patient, story)
        if found is not None:
            return found
    raise AssertionError("the last row always matches")
