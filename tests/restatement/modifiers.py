"""The modifiers below the table: urgent oncology, and bone disease that is not urgent."""

from fractions import Fraction
from typing import Any

from tests.restatement.background import above_printed_high, any_active, labs_of
from tests.restatement.classes import Story, all_suppressed
from tests.restatement.limits import Patient, days_after, exact

URGENT_CALCIUM = {"mmol/L": Fraction("3.0"), "mg/dL": Fraction(12)}
CANCER_DOSES_MG = {"bp_zoledronate": 4, "ar_denosumab": 120}
SPARED = {"T1": "critical", "T2": "warning", "T3": "warning"}


def recent_calcium(patient: Patient) -> list[dict[str, Any]]:
    """Corrected as reported within 7 d, else total calcium as it is."""
    today = patient["today"]
    corrected = labs_of(patient, "calcium_corrected")
    recent = [lab for lab in corrected if days_after(lab["date"], today, 7)]
    if recent:
        return recent
    return [lab for lab in labs_of(patient, "calcium") if days_after(lab["date"], today, 7)]


def is_urgent_calcium(patient: Patient) -> bool:
    """URGENT_CA: Ca >= 3.0 mmol/L in 7 d, or hypercalcaemia of malignancy."""
    if patient["order"]["reason"] == "hypercalcaemia_of_malignancy":
        return True
    if any_active(patient, patient["today"], "hypercalcaemia_of_malignancy"):
        return True
    return any(
        lab["unit"] in URGENT_CALCIUM and exact(lab["value"]) >= URGENT_CALCIUM[lab["unit"]]
        for lab in recent_calcium(patient)
    )


def has_high_calcium(patient: Patient) -> bool:
    """'High Ca': plain hypercalcaemia active today, or a recent Ca above its ULN."""
    if any_active(patient, patient["today"], "hypercalcaemia_plain"):
        return True
    return any(above_printed_high(lab) for lab in recent_calcium(patient))


def is_cancer_dose(order: dict[str, Any]) -> bool:
    """Zoledronate 4 mg or denosumab 120 mg."""
    wanted, dose = CANCER_DOSES_MG.get(order["group"]), order["dose_mg"]
    return wanted is not None and dose is not None and exact(dose) == wanted


def is_urgent_oncology(patient: Patient) -> bool:
    """URGENT_ONCOLOGY."""
    if is_urgent_calcium(patient):
        return True
    order = patient["order"]
    malignant = any_active(patient, patient["today"], "bone_metastasis", "myeloma")
    drug = is_cancer_dose(order) or order["group"] == "bp_pamidronate"
    return drug and malignant and has_high_calcium(patient)


def is_cancer_dose_effect(patient: Patient, story: Story) -> bool:
    """A cancer dose for bone metastasis or myeloma, and every low is LOW_SUPPRESSED."""
    malignant = any_active(patient, patient["today"], "bone_metastasis", "myeloma")
    return malignant and is_cancer_dose(patient["order"]) and all_suppressed(story)


def modified(patient: Patient, story: Story, tier: str, indicator: str) -> str:
    """The indicator after the modifiers, the urgent one first."""
    if is_urgent_oncology(patient):
        return SPARED.get(tier, "none")
    bone = any_active(patient, patient["today"], "bone_metastasis", "myeloma", "paget")
    if bone and tier in ("T5a", "T6", "T8"):
        return "none"
    if tier == "T4b" and is_cancer_dose_effect(patient, story):
        return "none"
    return indicator
