"""What explains a low result, and whether the cause stands."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from tests.restatement.background import (
    begin_of,
    conditions_of,
    is_active,
    is_exposed,
    labs_of,
    procedures_of,
)
from tests.restatement.limits import FIVE_YEARS, YEAR, Patient, days_after, days_apart, exact

DRUG_CAUSE_DAYS = 30
CHEMOTHERAPY_DAYS = 30
NEVER_EXPLAINING_DRUGS = ("drugalp_vitd", "drugalp_thyroid")
ACUTE_GROUPS = ("sec_acute_illness", "sec_cardiac_surgery", "sec_transfusion", "sec_major_surgery")

# Lifelong, no proof needed.
LIFELONG = (
    "sec_achondroplasia",
    "sec_wilson",
    "sec_hypoparathyroid",
    "sec_bariatric",
    "sec_cretinism",
    "sec_ckd_5",
)
EXEMPT_CONDITIONS = ("sec_achondroplasia", "sec_wilson")
EXEMPT_WITH_EGFR = ("sec_ckd_4", "sec_ckd_5")


@dataclass(frozen=True)
class Proof:
    """A test that contradicts or confirms a cause from these values on, in the test's unit."""

    test: str
    contradicts: tuple[str, Fraction] | None
    confirms: tuple[str, Fraction] | None


def proof(test: str, contradicts: str | None, confirms: str | None) -> Proof:
    """'>= 45' and the like."""

    def bound(written: str | None) -> tuple[str, Fraction] | None:
        if written is None:
            return None
        operator, number = written.split()
        return operator, Fraction(number)

    return Proof(test, bound(contradicts), bound(confirms))


# What contradicts a cause, and what confirms it.
EGFR = proof("egfr", ">= 45", "< 30")
B12 = proof("b12", ">= 148", "< 148")
FOLATE = proof("folate", ">= 7", "< 7")
PROOFS = {
    "sec_ckd_4": (EGFR,),
    "sec_ckd_5": (EGFR,),
    "sec_ckd_other": (EGFR,),
    "sec_b12": (B12,),
    "sec_folate": (FOLATE,),
    "sec_b12_folate": (B12, FOLATE),
    "sec_pernicious_anaemia": (B12,),
    "sec_severe_anaemia": (proof("haemoglobin", None, "< 80"),),
    "sec_zinc": (proof("zinc", ">= 10.7", "< 10.7"),),
    "sec_magnesium": (proof("magnesium", ">= 0.70", "< 0.70"),),
    "sec_hypervitaminosis_d": (proof("25ohd", "<= 250", "> 250"),),
    "sec_cretinism": (proof("tsh", "<= 10", None),),
    "sec_malnutrition": (
        proof("albumin", None, "< 30"),
        proof("prealbumin", None, "< 0.15"),
        proof("bmi", None, "< 17"),
    ),
}


OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def surely(lab: dict[str, Any], operator: str, bound: Fraction) -> bool:
    """The value, or the whole range that its comparator leaves open, is there."""
    amount, comparator = exact(lab["value"]), lab["comparator"]
    if comparator is not None and comparator[0] != operator[0]:
        return False
    strict = operator in ("<", ">") and comparator not in ("<", ">")
    if operator[0] == "<":
        return amount < bound if strict else amount <= bound
    return amount > bound if strict else amount >= bound


def says(lab: dict[str, Any], test: Proof) -> str | None:
    """What one result says; None where its comparator decides nothing."""
    if test.contradicts is not None and surely(lab, *test.contradicts):
        return "contradicts"
    if test.confirms is not None and surely(lab, *test.confirms):
        return "confirms"
    bounds = [bound for bound in (test.contradicts, test.confirms) if bound is not None]
    outside = all(surely(lab, OPPOSITE[operator], bound) for operator, bound in bounds)
    return "neither" if outside else None


def decided(patient: Patient, test: Proof, day: date) -> str | None:
    """The nearest result within 365 d decides; equally near: the contradicting one."""
    said = [
        (days_apart(lab["date"], day), says(lab, test))
        for lab in labs_of(patient, test.test)
        if days_apart(lab["date"], day) <= YEAR and says(lab, test) is not None
    ]
    nearest = [answer for distance, answer in said if distance == min(said)[0]]
    for answer in ("contradicts", "confirms", "neither"):
        if answer in nearest:
            return answer
    return None


def has_high_tsh(patient: Patient, day: date) -> bool:
    """A TSH > 10 mIU/L within 365 d, any."""
    return any(
        surely(lab, ">", Fraction(10)) and days_apart(lab["date"], day) <= YEAR
        for lab in labs_of(patient, "tsh")
    )


def stands(patient: Patient, condition: dict[str, Any], day: date) -> bool:
    """Not contradicted, and lifelong, of the last five years, or confirmed."""
    if condition["group"] == "sec_hypothyroid":
        return has_high_tsh(patient, day)
    answers = [decided(patient, test, day) for test in PROOFS.get(condition["group"], ())]
    measured = [answer for answer in answers if answer is not None]
    if measured and all(answer == "contradicts" for answer in measured):
        return False
    return (
        condition["group"] in LIFELONG
        or days_after(begin_of(condition), day, FIVE_YEARS)
        or "confirms" in measured
    )


def condition_explains(patient: Patient, condition: dict[str, Any], day: date) -> bool:
    """A sec_* condition, not an acute one, or myeloma, active and standing."""
    group = condition["group"]
    named = group == "myeloma" or (group.startswith("sec_") and group not in ACUTE_GROUPS)
    return named and is_active(condition, day) and stands(patient, condition, day)


def drug_explains(patient: Patient, drug: dict[str, Any], day: date, very_low: bool) -> bool:
    """An exposed drugalp_* drug; oestrogen not if very low; D and levothyroxine never."""
    group = drug["group"]
    if not group.startswith("drugalp_") or group in NEVER_EXPLAINING_DRUGS:
        return False
    if group == "drugalp_oestrogen" and very_low:
        return False
    return is_exposed(patient, drug, day, DRUG_CAUSE_DAYS)


def had_chemotherapy(patient: Patient, day: date) -> bool:
    """A coded chemotherapy encounter or procedure 0-30 d before."""
    begins = [begin_of(c) for c in conditions_of(patient, "chemotherapy")]
    begins += [p["date"] for p in procedures_of(patient, "chemotherapy")]
    return any(days_after(begin, day, CHEMOTHERAPY_DAYS) for begin in begins)


def is_explained(patient: Patient, day: date, very_low: bool) -> bool:
    """One condition or one drug is enough."""
    return (
        any(condition_explains(patient, c, day) for c in patient["conditions"])
        or any(drug_explains(patient, d, day, very_low) for d in patient["drugs"])
        or had_chemotherapy(patient, day)
    )


def has_exempt_cause(
    patient: Patient, low: dict[str, Any], latest: date, drug_is_enough: bool
) -> bool:
    """One exempt cause is enough for a low."""
    kidneys_fail = any(
        surely(lab, "<", Fraction(30)) and days_apart(lab["date"], latest) <= YEAR
        for lab in labs_of(patient, "egfr")
    )
    groups = EXEMPT_CONDITIONS + (EXEMPT_WITH_EGFR if kidneys_fail else ())
    return any(
        c["group"] in groups and condition_explains(patient, c, low["date"])
        for c in patient["conditions"]
    ) or (
        drug_is_enough
        and any(drug_explains(patient, d, low["date"], low["very_low"]) for d in patient["drugs"])
    )
