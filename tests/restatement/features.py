"""Features of HPP and family history."""

from fractions import Fraction
from typing import Any

from tests.restatement.background import (
    above_printed_high,
    any_exposed,
    begin_of,
    conditions_of,
    labs_of,
)
from tests.restatement.limits import Patient, age_on, exact, is_child_now

B6_DAYS = 7
B6_GROUPS = ("drug_b6", "drug_b_complex", "drug_multivitamin")
PLP_TO_NMOL = {"nmol/L": Fraction(1), "ug/L": Fraction("4.046")}
ALPL_PATHOGENIC = ("LA6668-3", "LA26332-9")
CHILD_TOOTH_DAYS = 1826
ADULT_TOOTH_DAYS = 18263

ADULT_MINOR = ("fracture_nonunion", "chondrocalcinosis", "nephrocalcinosis")
CHILD_MINOR = ("craniosynostosis", "nephrocalcinosis")


def has_alpl(patient: Patient) -> bool:
    """ALPL pathogenic or likely pathogenic; every other reading counts nothing."""
    return any(lab["significance"] in ALPL_PATHOGENIC for lab in labs_of(patient, "alpl"))


def plp_is_high(patient: Patient, lab: dict[str, Any]) -> bool:
    """Above its own ULN, else 125 nmol/L; not if B6 or a multivitamin was exposed."""
    if any_exposed(patient, lab["date"], B6_DAYS, *B6_GROUPS):
        return False
    if lab["high"] is not None:
        return above_printed_high(lab)
    factor = PLP_TO_NMOL.get(lab["unit"])
    return factor is not None and exact(lab["value"]) * factor > 125


def has_substrate(patient: Patient) -> bool:
    """Any high PLP, or a PEA above its printed ULN."""
    plp = any(plp_is_high(patient, lab) for lab in labs_of(patient, "plp"))
    return plp or any(above_printed_high(lab) for lab in labs_of(patient, "pea"))


def has_recurrent_metatarsal(patient: Patient) -> bool:
    """First and last onset of foot stress fractures >= 90 d apart."""
    onsets = [c["onset"] for c in conditions_of(patient, "stress_fracture_foot") if c["onset"]]
    return bool(onsets) and (max(onsets) - min(onsets)).days >= 90


def lost_teeth_before(patient: Patient, age_days: int) -> bool:
    """Onset, else recordedDate, before that age; an unknown date does not count."""
    begins = [begin_of(c) for c in conditions_of(patient, "tooth_loss")]
    return any(begin is not None and age_on(patient, begin) < age_days for begin in begins)


def majors(patient: Patient) -> int:
    """Adults have only adult features, children only child features."""
    both = [has_alpl(patient), has_substrate(patient)]
    if is_child_now(patient):
        rickets = bool(conditions_of(patient, "rickets"))
        own = [lost_teeth_before(patient, CHILD_TOOTH_DAYS), rickets]
    else:
        own = [bool(conditions_of(patient, "aff")), has_recurrent_metatarsal(patient)]
    return sum(both + own)


def minors(patient: Patient) -> int:
    """Each group once."""
    groups = CHILD_MINOR if is_child_now(patient) else ADULT_MINOR
    teeth = not is_child_now(patient) and lost_teeth_before(patient, ADULT_TOOTH_DAYS)
    return teeth + sum(bool(conditions_of(patient, group)) for group in groups)


def has_any_feature(patient: Patient) -> bool:
    """A MAJOR or a MINOR feature."""
    return majors(patient) + minors(patient) > 0


def has_iwg_pattern(patient: Patient) -> bool:
    """Two major, or one major and two minor."""
    major, minor = majors(patient), minors(patient)
    return major >= 2 or (major == 1 and minor >= 2)


def has_family_history(patient: Patient) -> bool:
    """A Condition that says so, or a FamilyMemberHistory of HPP."""
    said = any(f["hpp"] and f["status"] != "entered-in-error" for f in patient["family"])
    return said or bool(conditions_of(patient, "family_history_hpp"))
