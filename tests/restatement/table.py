"""The clinical decision table for low ALP, restated from its text alone.

This module is written from the clinical decision table (tiers.md, sections 1 to 4 and the
modifiers below the table) and from nothing else. It shares no code with the engine, on purpose:
two readings of one text that agree on thousands of random patients are unlikely to be wrong in
the same way, which would not hold if they shared a helper. It is meant to be read next to the
table, so it is slow and literal: plain functions over plain dicts, exact fractions, whole days.

Every patient is completely known here: missing data, timeouts and the "Repeat" modifier are left
out. Numbers in comments are rule numbers of tiers.md ("2a.9" is section 2a, rule 9).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

Patient = dict[str, Any]
Story = dict[str, Any]
Found = tuple[str, str] | None

VERDICTS = {
    "T0": "hppExcluded",
    "T1": "hppConfirmed",
    "T2": "hppProbable",
    "T3": "hppSuspected",
    "T4a": "lowAlpCauseNotReassuring",
    "T4b": "lowAlpPossibleCause",
    "T4c": "lowAlpAcuteIllness",
    "T5a": "lowAlpOnce",
    "T5b": "lowAlpOnceMarked",
    "T6": "alpUnclear",
    "T7": "alpNotLow",
    "T8": "alpNotOnFile",
}

# 2.2: statuses that count, and units.
COUNTING_STATUSES = ("final", "amended", "corrected", "appended", "unknown")
UNIT_FACTORS = {
    "U/L": Fraction(1),
    "[IU]/L": Fraction(1),
    "IU/L": Fraction(1),
    "mU/mL": Fraction(1),
    "ukat/L": Fraction(60),
    "nkat/L": Fraction(6, 100),
}

# Section 1, PED_TABLE: caliper_roche lower limits, (first day, last day, male, female).
CHILD_LOWS = (
    (0, 14, 83, 83),
    (15, 364, 122, 122),
    (365, 3651, 142, 142),
    (3652, 4747, 129, 129),
    (4748, 5478, 116, 57),
    (5479, 6208, 82, 50),
    (6209, 6939, 55, 45),
)

# 2a.3: fixed lengths in days.
ADULT_DAYS = 6575
INFANT_DAYS = 365
LOOKBACK_DAYS = 3652
YEAR = 365

# Section 1 and 2a.5: days an order still counts after its end.
SUPPRESSING_DAYS = {
    "bp_alendronate": 730,
    "bp_risedronate": 730,
    "bp_zoledronate": 1095,
    "bp_pamidronate": 1095,
    "ar_denosumab": 270,
    "ar_serm_raloxifene": 90,
}
ANABOLIC_GROUPS = ("bone_teriparatide", "bone_abaloparatide", "bone_romosozumab")
ANABOLIC_DAYS = 90
ASFOTASE_DAYS = 90
DRUG_CAUSE_DAYS = 30
B6_DAYS = 7

# 2a.16, 2a.6.
FRACTURE_GROUPS = ("fracture", "aff", "stress_fracture", "stress_fracture_foot")
ACUTE_GROUPS = ("sec_acute_illness", "sec_cardiac_surgery", "sec_transfusion")
NEVER_EXPLAINING_DRUGS = ("drugalp_vitd", "drugalp_thyroid")

# Section 3.
ADULT_MINOR = ("fracture_nonunion", "tooth_loss", "chondrocalcinosis", "nephrocalcinosis")
CHILD_MINOR = ("craniosynostosis", "nephrocalcinosis", "b6_seizures")
ALPL_PATHOGENIC = ("LA6668-3", "LA26332-9")

# Section 1: each limit as printed there, in the unit it is printed in.
EDTA_CALCIUM_BELOW = {"mmol/L": Fraction("1.90"), "mg/dL": Fraction("7.6")}
URGENT_CALCIUM = {"mmol/L": Fraction("3.0"), "mg/dL": Fraction(12)}
PLP_TO_NMOL = {"nmol/L": Fraction(1), "ug/L": Fraction("4.046")}

ELIGIBLE_LOWS = ("LOW_CLEAN", "LOW_SUPPRESSED", "LOW_EXPLAINED")


@dataclass(frozen=True)
class Judgement:
    """What the table says about one patient and one order."""

    tier: str
    verdict: str
    indicator: str
    delete_offered: bool


# Numbers, days and ages


def exact(number: Any) -> Fraction:
    """2a.2: never round before comparing; the number as it is printed."""
    return Fraction(str(number))


def units_per_litre(number: Any, unit: str) -> Fraction | None:
    """2.2: U/L, ukat/L x60, nkat/L x0.06; anything else is unusable."""
    factor = UNIT_FACTORS.get(unit)
    return None if factor is None else exact(number) * factor


def age_on(patient: Patient, day: date) -> int:
    """2a.3: age in whole days."""
    return int((day - patient["birth"]).days)


def is_child_now(patient: Patient) -> bool:
    """2a.1: the path follows the age at the order date."""
    return age_on(patient, patient["today"]) < ADULT_DAYS


def by_age_now(patient: Patient, adult: int, child: int, infant: int) -> int:
    """2a.1: SPACING and FRESH follow the age at the order date."""
    age = age_on(patient, patient["today"])
    if age >= ADULT_DAYS:
        return adult
    return infant if age < INFANT_DAYS else child


def spacing(patient: Patient) -> int:
    """Section 1, SPACING: 30 / 14 / 7 d."""
    return by_age_now(patient, 30, 14, 7)


def is_fresh(patient: Patient, day: date) -> bool:
    """Section 1, FRESH: 24 / 12 / 6 months, which 2a.3 fixes as 730 / 365 / 182 d."""
    return bool((patient["today"] - day).days <= by_age_now(patient, 730, 365, 182))


def days_after(earlier: date | None, later: date, at_most: int) -> bool:
    """2a.3: both ends of every window included, day 0 counts."""
    return earlier is not None and 0 <= (later - earlier).days <= at_most


# The limit of a result


def child_table_low(patient: Patient, day: date) -> Fraction:
    """Section 1, PED_TABLE: by age in days and sex; sex unknown -> the lower."""
    age = age_on(patient, day)
    for first, last, male, female in CHILD_LOWS:
        if first <= age <= last:
            return Fraction({"male": male, "female": female}.get(patient["sex"], min(male, female)))
    raise ValueError(f"no child interval for an age of {age} days")


def printed_low(result: dict[str, Any]) -> Fraction | None:
    """2a.2: the range is converted like the result; a low of 0 or less is no low."""
    if result["low"] is None or exact(result["low"]) <= 0:
        return None
    return units_per_litre(result["low"], result["unit"])


def limit(patient: Patient, result: dict[str, Any]) -> Fraction:
    """2a.1: adult clamp(printed or 35, 30, 45); child printed only within 0.6-1.4 x table."""
    low = printed_low(result)
    if age_on(patient, result["date"]) >= ADULT_DAYS:
        return min(max(Fraction(35) if low is None else low, Fraction(30)), Fraction(45))
    table = child_table_low(patient, result["date"])
    if low is not None and table * Fraction("0.6") <= low <= table * Fraction("1.4"):
        return low
    return table


def very_low_limit(patient: Patient, result: dict[str, Any]) -> Fraction:
    """2a.1: very low is below 25 (adult) or below 0.5 x limit (child)."""
    if age_on(patient, result["date"]) >= ADULT_DAYS:
        return Fraction(25)
    return limit(patient, result) / 2


def ceiling(patient: Patient, result: dict[str, Any]) -> Fraction:
    """Section 1, RECOVERY_CEILING: max(45, 1.25 x limit) adult; 1.25 x limit child."""
    scaled = limit(patient, result) * Fraction("1.25")
    if age_on(patient, result["date"]) >= ADULT_DAYS:
        return max(Fraction(45), scaled)
    return scaled


def is_low(patient: Patient, result: dict[str, Any], amount: Fraction) -> bool | None:
    """2.3: low or not; None where the comparator leaves it undecidable."""
    bound = limit(patient, result)
    if result["comparator"] in ("<", "<="):
        return True if amount <= bound else None
    if result["comparator"] in (">", ">="):
        return False if amount >= bound else None
    return amount < bound


def is_very_low(patient: Patient, result: dict[str, Any], amount: Fraction) -> bool:
    """2a.1: below the very-low limit; a '<' or '<=' value also at it."""
    bound = very_low_limit(patient, result)
    return amount <= bound if result["comparator"] in ("<", "<=") else amount < bound


# Conditions, drugs and other results


def counts(condition: dict[str, Any]) -> bool:
    """2a.4: refuted and entered-in-error conditions count for nothing."""
    return condition["verification"] not in ("refuted", "entered-in-error")


def conditions_of(patient: Patient, *groups: str) -> list[dict[str, Any]]:
    """Every condition of these groups that counts, whatever its clinical status (2a.20)."""
    return [c for c in patient["conditions"] if c["group"] in groups and counts(c)]


def begin_of(condition: dict[str, Any]) -> date | None:
    """2a.4: no onset: use recordedDate."""
    begin: date | None = condition["onset"] or condition["recorded"]
    return begin


def is_active(condition: dict[str, Any], day: date) -> bool:
    """2a.4: onset <= day <= abatement; resolved without an abatement date is not active."""
    begin = begin_of(condition)
    ended = condition["clinical"] in ("resolved", "inactive", "remission")
    if condition["abatement"] is None and ended:
        return False
    not_before = begin is None or begin <= day
    not_after = condition["abatement"] is None or day <= condition["abatement"]
    return counts(condition) and not_before and not_after


def any_active(patient: Patient, day: date, *groups: str) -> bool:
    """A counting condition of one of these groups is active on that day."""
    return any(is_active(c, day) for c in conditions_of(patient, *groups))


def is_order(drug: dict[str, Any]) -> bool:
    """2a.5: status draft, cancelled or entered-in-error is not exposure."""
    return drug["status"] not in ("draft", "cancelled", "entered-in-error")


def drug_start(drug: dict[str, Any]) -> date:
    """2a.5: start = dosage boundsPeriod.start, else authoredOn."""
    start: date = drug["start"] or drug["authored"]
    return start


def drug_end(patient: Patient, drug: dict[str, Any]) -> date:
    """2a.5: end = boundsPeriod.end; else today if active or on-hold; else authoredOn."""
    if drug["end"] is not None:
        end: date = drug["end"]
    elif drug["status"] in ("active", "on-hold"):
        end = patient["today"]
    else:
        end = drug["authored"]
    return end


def is_exposed(patient: Patient, drug: dict[str, Any], day: date, wash_out: int) -> bool:
    """2a.5: start <= day <= end + wash-out."""
    last = drug_end(patient, drug) + timedelta(days=wash_out)
    return is_order(drug) and drug_start(drug) <= day <= last


def labs_of(patient: Patient, *codes: str) -> list[dict[str, Any]]:
    """2.2: results of a status that counts, none dated after today."""
    return [
        lab
        for lab in patient["labs"]
        if lab["code"] in codes
        and lab["status"] in COUNTING_STATUSES
        and lab["date"] <= patient["today"]
    ]


def above_printed_high(lab: dict[str, Any]) -> bool:
    """Above the result's own printed upper limit; without one, never."""
    return lab["high"] is not None and exact(lab["value"]) > exact(lab["high"])


# The class of a result


def same_specimen(result: dict[str, Any], lab: dict[str, Any]) -> bool:
    """2a.22: same Specimen reference; without a reference on either, same calendar day."""
    if result["specimen"] is not None and lab["specimen"] is not None:
        return bool(result["specimen"] == lab["specimen"])
    return bool(result["date"] == lab["date"])


def is_edta(patient: Patient, result: dict[str, Any]) -> bool:
    """Section 1, EDTA rule: same-specimen K >= 6.0 mmol/L and total Ca < 1.90 mmol/L."""
    high_potassium = any(
        lab["unit"] == "mmol/L" and exact(lab["value"]) >= 6
        for lab in labs_of(patient, "potassium")
        if same_specimen(result, lab)
    )
    low_calcium = any(
        lab["unit"] in EDTA_CALCIUM_BELOW and exact(lab["value"]) < EDTA_CALCIUM_BELOW[lab["unit"]]
        for lab in labs_of(patient, "calcium")
        if same_specimen(result, lab)
    )
    return high_potassium and low_calcium


def is_on_asfotase(patient: Patient, day: date) -> bool:
    """2.6: a result on asfotase alfa is INVALID; 2a.5: 90 d wash-out."""
    return any(
        d["group"] == "ert_asfotase" and is_exposed(patient, d, day, ASFOTASE_DAYS)
        for d in patient["drugs"]
    )


def is_acute(patient: Patient, day: date) -> bool:
    """Section 1, ACUTE windows: illness 14 d, cardiac surgery 30 d, transfusion 14 d."""
    ill = any(days_after(begin_of(c), day, 14) for c in conditions_of(patient, "sec_acute_illness"))
    window = {"sec_cardiac_surgery": 30, "sec_transfusion": 14}
    treated = any(
        p["status"] == "completed" and days_after(p["date"], day, window[p["group"]])
        for p in patient["procedures"]
    )
    return ill or treated


def is_suppressed(patient: Patient, day: date) -> bool:
    """2a.5: antiresorptive started strictly before the specimen; lapses after its window."""
    return any(
        d["group"] in SUPPRESSING_DAYS
        and drug_start(d) < day
        and is_exposed(patient, d, day, SUPPRESSING_DAYS[d["group"]])
        for d in patient["drugs"]
    )


def has_high_tsh(patient: Patient, day: date) -> bool:
    """2a.6: a TSH > 10 mIU/L within 365 d before or after the specimen."""
    return any(
        exact(lab["value"]) > 10 and abs((lab["date"] - day).days) <= YEAR
        for lab in labs_of(patient, "tsh")
    )


def condition_explains(patient: Patient, condition: dict[str, Any], day: date) -> bool:
    """2a.6: an active sec_* condition, not an acute one; hypothyroidism needs its TSH."""
    group = condition["group"]
    if not group.startswith("sec_") or group in ACUTE_GROUPS:
        return False
    if not is_active(condition, day):
        return False
    return group != "sec_hypothyroid" or has_high_tsh(patient, day)


def drug_explains(patient: Patient, drug: dict[str, Any], day: date, very_low: bool) -> bool:
    """2a.6: an exposed drugalp_* drug; oestrogen not if very low; D and levothyroxine never."""
    group = drug["group"]
    if not group.startswith("drugalp_") or group in NEVER_EXPLAINING_DRUGS:
        return False
    if group == "drugalp_oestrogen" and very_low:
        return False
    return is_exposed(patient, drug, day, DRUG_CAUSE_DAYS)


def is_explained(patient: Patient, day: date, very_low: bool) -> bool:
    """2a.6: one condition or one drug is enough."""
    return any(condition_explains(patient, c, day) for c in patient["conditions"]) or any(
        drug_explains(patient, d, day, very_low) for d in patient["drugs"]
    )


def is_masked(patient: Patient, day: date) -> bool:
    """2a.16: fracture <= 180 d; pregnancy, liver, anabolic drug; GGT > ULN that day."""
    broken = any(
        days_after(begin_of(c), day, 180) for c in conditions_of(patient, *FRACTURE_GROUPS)
    )
    ill = any_active(patient, day, "mask_pregnancy", "mask_liver")
    drug = any(
        d["group"] in ANABOLIC_GROUPS and is_exposed(patient, d, day, ANABOLIC_DAYS)
        for d in patient["drugs"]
    )
    ggt = any(above_printed_high(g) for g in labs_of(patient, "ggt") if g["date"] == day)
    return broken or ill or drug or ggt


def class_of_low(patient: Patient, day: date, very_low: bool) -> str:
    """2a.7: order of class: acute, suppressed, explained, clean."""
    if is_acute(patient, day):
        return "LOW_ACUTE"
    if is_suppressed(patient, day):
        return "LOW_SUPPRESSED"
    if is_explained(patient, day, very_low):
        return "LOW_EXPLAINED"
    return "LOW_CLEAN"


def class_of_normal(patient: Patient, day: date) -> str:
    """2a.7: for normals acute, masked, normal."""
    if is_acute(patient, day):
        return "NORMAL_ACUTE"
    return "NORMAL_MASKED" if is_masked(patient, day) else "NORMAL"


def invalid(result: dict[str, Any]) -> dict[str, Any]:
    """2a.7: an unusable result has class INVALID and no value."""
    return {"date": result["date"], "class": "INVALID", "amount": None}


def classified(patient: Patient, result: dict[str, Any]) -> dict[str, Any]:
    """2.6: one class per result; INVALID comes first (2a.7)."""
    amount = units_per_litre(result["value"], result["unit"])
    if amount is None or result["date"] is None:
        return invalid(result)
    low = is_low(patient, result, amount)
    if low is None or is_edta(patient, result) or is_on_asfotase(patient, result["date"]):
        return invalid(result)
    day = result["date"]
    very_low = low and is_very_low(patient, result, amount)
    name = class_of_low(patient, day, very_low) if low else class_of_normal(patient, day)
    above = not low and amount > ceiling(patient, result)  # 2a.21: the number itself
    return {"date": day, "class": name, "amount": amount, "very_low": very_low, "above": above}


# The story: all results in order


def is_considered(patient: Patient, result: dict[str, Any]) -> bool:
    """2.2 statuses; 2a.3: none after today; ten years back for adults, all for children."""
    if result["status"] not in COUNTING_STATUSES:
        return False
    if result["date"] is None:
        return True
    ago = (patient["today"] - result["date"]).days
    return ago >= 0 and (is_child_now(patient) or ago <= LOOKBACK_DAYS)


def best_of_day(same_day: list[dict[str, Any]]) -> dict[str, Any]:
    """2a.22: the highest that is not INVALID; an INVALID one only if nothing else that day."""
    valid = [r for r in same_day if r["class"] != "INVALID"]
    if not valid:
        return same_day[0]
    return max(valid, key=lambda r: (r["amount"], r["class"].startswith("NORMAL")))


def story_of(patient: Patient) -> Story:
    """All considered results, one per day and in order, with the undated ones apart."""
    results = [classified(patient, r) for r in patient["alp"] if is_considered(patient, r)]
    days = sorted({r["date"] for r in results if r["date"] is not None})
    in_order = [best_of_day([r for r in results if r["date"] == day]) for day in days]
    undated = [r for r in results if r["date"] is None]
    return {
        "valid": [r for r in in_order if r["class"] != "INVALID"],
        "invalid": [r for r in in_order if r["class"] == "INVALID"] + undated,
        "eligible": [r for r in in_order if r["class"] in (*ELIGIBLE_LOWS, "NORMAL")],
        "lows": [r for r in in_order if r["class"] in ELIGIBLE_LOWS],
        "clean": [r for r in in_order if r["class"] == "LOW_CLEAN"],
        "normals": [r for r in in_order if r["class"] == "NORMAL"],
        "masked": [r for r in in_order if r["class"] == "NORMAL_MASKED"],
        "acute_lows": [r for r in in_order if r["class"] == "LOW_ACUTE"],
    }


def span_reaches_spacing(patient: Patient, results: list[dict[str, Any]]) -> bool:
    """2a.8: last date minus first date >= SPACING."""
    if not results:
        return False
    span: int = (results[-1]["date"] - results[0]["date"]).days
    return span >= spacing(patient)


def last_eligible_is_low(story: Story) -> bool:
    """2a.12: the last eligible result is a low."""
    return bool(story["eligible"]) and story["eligible"][-1]["class"] in ELIGIBLE_LOWS


def holds_since(story: Story, first: date) -> bool:
    """2.7, 2a.8: lows of any kind are at least half, and no NORMAL above its ceiling."""
    since = [r for r in story["eligible"] if r["date"] >= first]
    lows = [r for r in since if r["class"] in ELIGIBLE_LOWS]
    recovered = any(r["class"] == "NORMAL" and r["above"] for r in since)
    return 2 * len(lows) >= len(since) and not recovered


def is_persistent(patient: Patient, story: Story) -> bool:
    """2.7: PERSISTENT, from the first eligible low."""
    return (
        span_reaches_spacing(patient, story["lows"])
        and last_eligible_is_low(story)
        and holds_since(story, story["lows"][0]["date"])
    )


def is_persistent_clean(patient: Patient, story: Story) -> bool:
    """2a.8: PERSISTENT_CLEAN, from the first LOW_CLEAN."""
    return (
        span_reaches_spacing(patient, story["clean"])
        and last_eligible_is_low(story)
        and holds_since(story, story["clean"][0]["date"])
    )


# Features


def has_alpl(patient: Patient) -> bool:
    """Section 3: ALPL pathogenic or likely pathogenic; every other reading counts nothing."""
    return any(lab["significance"] in ALPL_PATHOGENIC for lab in labs_of(patient, "alpl"))


def plp_is_high(patient: Patient, lab: dict[str, Any]) -> bool:
    """2a.18: above its own ULN, else 125 nmol/L; not if B6 was exposed on that day."""
    for drug in patient["drugs"]:
        if drug["group"] == "drug_b6" and is_exposed(patient, drug, lab["date"], B6_DAYS):
            return False
    if lab["high"] is not None:
        return above_printed_high(lab)
    factor = PLP_TO_NMOL.get(lab["unit"])
    return factor is not None and exact(lab["value"]) * factor > 125


def has_substrate(patient: Patient) -> bool:
    """2a.18: any high PLP, or a PEA above its printed ULN."""
    plp = any(plp_is_high(patient, lab) for lab in labs_of(patient, "plp"))
    return plp or any(above_printed_high(lab) for lab in labs_of(patient, "pea"))


def has_recurrent_metatarsal(patient: Patient) -> bool:
    """2a.20: first and last onset of foot stress fractures >= 90 d apart."""
    onsets = [c["onset"] for c in conditions_of(patient, "stress_fracture_foot") if c["onset"]]
    return bool(onsets) and (max(onsets) - min(onsets)).days >= 90


def has_early_tooth_loss(patient: Patient) -> bool:
    """2a.19, child: onset (else recordedDate) before 1826 d of age; an unknown date is not."""
    begins = [begin_of(c) for c in conditions_of(patient, "tooth_loss")]
    return any(begin is not None and age_on(patient, begin) < 1826 for begin in begins)


def majors(patient: Patient) -> int:
    """Section 3, MAJOR: adults have only adult features, children only child features (2a.20)."""
    both = [has_alpl(patient), has_substrate(patient)]
    if is_child_now(patient):
        own = [has_early_tooth_loss(patient), bool(conditions_of(patient, "rickets"))]
    else:
        own = [bool(conditions_of(patient, "aff")), has_recurrent_metatarsal(patient)]
    return sum(both + own)


def minors(patient: Patient) -> int:
    """Section 3, MINOR: each group once."""
    groups = CHILD_MINOR if is_child_now(patient) else ADULT_MINOR
    return sum(bool(conditions_of(patient, group)) for group in groups)


# The rows; the first match wins


def hpp_with(patient: Patient, *verifications: str | None) -> list[dict[str, Any]]:
    """HPP conditions with one of these verification statuses, whatever the clinical status."""
    return [
        c
        for c in patient["conditions"]
        if c["group"] == "hpp" and c["verification"] in verifications
    ]


def row_1(patient: Patient, story: Story) -> Found:
    """Row 1: HPP confirmed or unmarked; asfotase alfa ever; ALPL and any non-acute low."""
    if hpp_with(patient, None, "confirmed"):
        return "T1", "1 HPP on record"
    if any(d["group"] == "ert_asfotase" and is_order(d) for d in patient["drugs"]):
        return "T1", "1 asfotase alfa"
    if has_alpl(patient) and story["lows"]:
        return "T1", "1 ALPL and a low"
    return None


def row_2(patient: Patient, story: Story) -> Found:
    """Row 2: HPP unconfirmed, provisional or differential."""
    if hpp_with(patient, "unconfirmed", "provisional", "differential"):
        return "T2", "2 HPP not confirmed"
    return None


def row_3(patient: Patient, story: Story) -> Found:
    """Row 3 and 2a.9: newest exclusion + 365 d >= latest low; at least one low; no AFF."""
    dates = [c["recorded"] or c["onset"] for c in hpp_with(patient, "refuted")]
    known = [day for day in dates if day is not None]
    if not known or not story["lows"] or conditions_of(patient, "aff"):
        return None
    if max(known) + timedelta(days=YEAR) >= story["lows"][-1]["date"]:
        return "T0", "3 HPP excluded"
    return None


def row_4(patient: Patient, story: Story) -> Found:
    """Row 4: (b) IWG pattern with a low; (c) PERSISTENT or PERSISTENT_CLEAN and a MAJOR."""
    major, minor = majors(patient), minors(patient)
    if story["lows"] and (major >= 2 or (major == 1 and minor >= 2)):
        return "T2", "4b IWG pattern"
    lasting = is_persistent(patient, story) or is_persistent_clean(patient, story)
    if lasting and major >= 1:
        return "T2", "4c persistent and major"
    return None


def row_5(patient: Patient, story: Story) -> Found:
    """Row 5: PERSISTENT_CLEAN, no major."""
    if is_persistent_clean(patient, story) and majors(patient) == 0:
        return "T3", "5 persistent clean"
    return None


def row_6(patient: Patient, story: Story) -> Found:
    """Row 6 and 2a.11: a low, and the latest result that is not INVALID is masked."""
    if story["lows"] and story["valid"][-1]["class"] == "NORMAL_MASKED":
        return "T6", "6 latest masked"
    return None


def is_not_reassuring(patient: Patient, story: Story) -> bool:
    """2a.13: T4a needs no earlier NORMAL above its ceiling, and very low or all suppressed."""
    first = story["lows"][0]["date"]
    if any(r["above"] and r["date"] < first for r in story["normals"]):
        return False
    all_suppressed = all(r["class"] == "LOW_SUPPRESSED" for r in story["lows"])
    very_low = any(r["very_low"] for r in story["lows"])
    return very_low or (is_persistent(patient, story) and all_suppressed)


def rows_7_to_10(patient: Patient, story: Story) -> Found:
    """Rows 7-10 and 2a.12: one gate, the last eligible result is a low."""
    if not last_eligible_is_low(story):
        return None
    if not story["clean"] or is_persistent(patient, story):
        if is_not_reassuring(patient, story):
            return "T4a", "7 cause not reassuring"
        return "T4b", "8 plausible cause"
    if is_child_now(patient) or any(r["very_low"] for r in story["lows"]):
        return "T5b", "9 single, child" if is_child_now(patient) else "9 single, very low"
    return "T5a", "10 single"


def row_11(patient: Patient, story: Story) -> Found:
    """Row 11 and 2a.14: a LOW_ACUTE, no eligible low, no fresh NORMAL."""
    fresh = any(is_fresh(patient, r["date"]) for r in story["normals"])
    if story["acute_lows"] and not story["lows"] and not fresh:
        return "T4c", "11 acute only"
    return None


def rows_after_lows(patient: Patient, story: Story) -> Found:
    """2a.15: lows, and the last eligible result is NORMAL."""
    if not story["lows"]:
        return None
    last = story["eligible"][-1]
    if not last["above"]:
        return "T6", "13 fluctuating"
    if is_fresh(patient, last["date"]):
        return "T7", "12 recovered"
    return "T8", "15 recovered but stale"


def rows_without_lows(patient: Patient, story: Story) -> Found:
    """2a.15: no lows, in this order."""
    normals, masked = story["normals"], story["masked"]
    if normals and is_fresh(patient, normals[-1]["date"]):
        return "T7", "14 fresh normal"
    if masked and majors(patient) + minors(patient) > 0:
        return "T6", "13 masked and a feature"
    if masked and is_fresh(patient, masked[-1]["date"]):
        return "T7", "14 fresh masked, no feature"
    if story["invalid"] and not story["eligible"]:
        return "T6", "13 only invalid"
    return "T8", "15 stale normal" if normals else "15 no data"


ROWS: tuple[Callable[[Patient, Story], Found], ...] = (
    row_1,
    row_2,
    row_3,
    row_4,
    row_5,
    row_6,
    rows_7_to_10,
    row_11,
    rows_after_lows,
    rows_without_lows,
)


def matched_row(patient: Patient) -> tuple[str, str]:
    """Section 4: the tier and the row (and its kind) that matched first."""
    story = story_of(patient)
    for row in ROWS:
        found = row(patient, story)
        if found is not None:
            return found
    raise AssertionError("the last row always matches")


# Indicators and modifiers


def is_new_start(patient: Patient) -> bool:
    """2a.17: no bisphosphonate, denosumab or SERM with start <= today <= end + 365 d."""
    return not any(
        d["group"] in SUPPRESSING_DAYS and is_exposed(patient, d, patient["today"], YEAR)
        for d in patient["drugs"]
    )


def table_indicator(patient: Patient, tier: str) -> str:
    """Section 4: the indicator columns, before the modifiers."""
    if tier == "T6":
        lows = story_of(patient)["lows"]
        return "warning" if span_reaches_spacing(patient, lows) else "info"
    if tier == "T8":
        if is_child_now(patient):
            return "warning"
        return "info" if is_new_start(patient) else "none"
    if tier in ("T0", "T7"):
        return "none"
    if tier in ("T1", "T2"):
        return "critical"
    return "warning" if tier in ("T3", "T4a", "T5b") else "info"


def recent_calcium(patient: Patient) -> list[dict[str, Any]]:
    """2a.23: corrected as reported within 7 d, else total calcium as it is."""
    today = patient["today"]
    corrected = labs_of(patient, "calcium_corrected")
    recent = [lab for lab in corrected if days_after(lab["date"], today, 7)]
    if recent:
        return recent
    return [lab for lab in labs_of(patient, "calcium") if days_after(lab["date"], today, 7)]


def is_urgent_calcium(patient: Patient) -> bool:
    """Section 1, URGENT_CA: Ca >= 3.0 mmol/L in 7 d, or hypercalcaemia of malignancy."""
    if patient["order"]["reason"] == "hypercalcaemia_of_malignancy":
        return True
    if any_active(patient, patient["today"], "hypercalcaemia_of_malignancy"):
        return True
    return any(
        lab["unit"] in URGENT_CALCIUM and exact(lab["value"]) >= URGENT_CALCIUM[lab["unit"]]
        for lab in recent_calcium(patient)
    )


def has_high_calcium(patient: Patient) -> bool:
    """2a.23: 'high Ca': plain hypercalcaemia active today, or a recent Ca above its ULN."""
    if any_active(patient, patient["today"], "hypercalcaemia_plain"):
        return True
    return any(above_printed_high(lab) for lab in recent_calcium(patient))


def is_oncology_dose(order: dict[str, Any]) -> bool:
    """Modifiers: 4 mg zoledronate, pamidronate, or denosumab 120 mg."""
    if order["group"] == "bp_pamidronate":
        return True
    wanted = {"bp_zoledronate": 4, "ar_denosumab": 120}.get(order["group"])
    return wanted is not None and order["dose_mg"] is not None and exact(order["dose_mg"]) == wanted


def is_urgent_oncology(patient: Patient) -> bool:
    """Modifiers, URGENT_ONCOLOGY."""
    if is_urgent_calcium(patient):
        return True
    malignant = any_active(patient, patient["today"], "bone_metastasis", "myeloma")
    return is_oncology_dose(patient["order"]) and malignant and has_high_calcium(patient)


def modified(patient: Patient, tier: str, indicator: str) -> str:
    """Modifiers, after the table: URGENT_ONCOLOGY first, then metastasis/myeloma/Paget."""
    if is_urgent_oncology(patient):
        return {"T1": "critical", "T2": "warning", "T3": "warning"}.get(tier, "none")
    bone = any_active(patient, patient["today"], "bone_metastasis", "myeloma", "paget")
    if bone and tier in ("T5a", "T6", "T8"):
        return "none"
    return indicator


def judge(patient: Patient) -> Judgement:
    """The whole table and its modifiers for one patient."""
    tier, _ = matched_row(patient)
    indicator = modified(patient, tier, table_indicator(patient, tier))
    offered = tier in ("T1", "T2", "T3") and not is_urgent_oncology(patient)  # section 5
    return Judgement(tier, VERDICTS[tier], indicator, offered and indicator != "none")
