"""Random features of HPP, their decoys, HPP on record and in the family."""

from datetime import date, timedelta
from random import Random

from tests.restatement import limits
from tests.restatement.draw import (
    ENDED,
    RUNNING,
    Patient,
    add_condition,
    add_drug,
    add_lab,
    back,
    chance,
    near,
    undate,
)

# Codes that say something else, or not enough: each counts for nothing.
DECOYS = (
    "decoy_calcium_disorder",
    "decoy_tooth_eruption",
    "decoy_pyridoxine",
    "decoy_pyridoxine_epilepsy",
    "decoy_phosphorus",
    "decoy_osteomalacia",
)
B6_GROUPS = ("drug_b6", "drug_multivitamin", "drug_multivitamin", "drug_b_complex")


def add_alpl(rng: Random, patient: Patient, significance: str) -> None:
    """A gene report."""
    day = back(patient, patient["today"], rng.choice((0, 10, 900)))
    report = {"code": "alpl", "date": day, "significance": significance, "status": "final"}
    patient["labs"].append({**report, "high": None, "specimen": None})


def add_substrate(rng: Random, patient: Patient) -> None:
    """A PLP or PEA around its limit, sometimes with B6 around its wash-out."""
    day = back(patient, patient["today"], rng.choice((0, 5, 40, 400, 4000)))
    how = rng.choice(("plain", "plain", "printed", "mass", "pea"))
    if how == "plain":
        add_lab(patient, "plp", day, rng.choice((124.9, 125, 125.1, 180, 400)), "nmol/L")
    elif how == "printed":
        add_lab(patient, "plp", day, rng.choice((100, 100.1, 130)), "nmol/L", 100)
    elif how == "mass":
        add_lab(patient, "plp", day, rng.choice((30.89, 30.9, 31, 60)), "ug/L")
    else:
        high = rng.choice((48, 48, None))
        add_lab(patient, "pea", day, rng.choice((47, 48, 48.1, 90)), "umol/g{creat}", high)
    if chance(rng, 30):
        end = back(patient, day, rng.choice((-5, 0, 6, 7, 8)))
        add_drug(rng, patient, rng.choice(B6_GROUPS), back(patient, end, 20), end)


def add_foot_fractures(rng: Random, patient: Patient) -> None:
    """Two or three foot stress fractures whose dates are around 90 days apart."""
    first = back(patient, patient["today"], rng.randint(100, 2500))
    gap = rng.choice((0, 60, 89, 90, 91, 300))
    for offset in [0, gap] + ([gap // 2] if chance(rng, 20) else []):
        condition = add_condition(
            rng, patient, "stress_fracture_foot", back(patient, first, -offset), plain=True
        )
        condition["clinical"] = rng.choice((*RUNNING, *ENDED))
        if chance(rng, 6):
            condition["verification"] = rng.choice(("refuted", "entered-in-error"))


def add_tooth_loss(rng: Random, patient: Patient) -> None:
    """Tooth loss around the age that counts: five years, or fifty; undated only in adults."""
    child = limits.is_child_now(patient)
    ages = (900, 1824, 1825, 1826, 1827, 2500) if child else (9000, 18262, 18263, 18264, 22000)
    when = patient["birth"] + timedelta(days=rng.choice(ages))
    condition = add_condition(rng, patient, "tooth_loss", back(patient, when, 0))
    if not child and chance(rng, 8):
        undate(condition)


def add_major(rng: Random, patient: Patient) -> None:
    """Try for one major feature."""
    how = rng.choice(("substrate", "own", "own", "own"))
    if how == "substrate":
        add_substrate(rng, patient)
    elif limits.is_child_now(patient):
        if chance(rng, 50):
            add_tooth_loss(rng, patient)
        else:
            add_condition(rng, patient, "rickets", back(patient, patient["today"], 300))
    elif chance(rng, 50):
        add_condition(rng, patient, "aff", back(patient, patient["today"], near(rng, 700, 180, 30)))
    else:
        add_foot_fractures(rng, patient)


def add_minor(rng: Random, patient: Patient) -> None:
    """Try for one minor feature, now and then one that counts only at another age, or never."""
    groups: tuple[str, ...] = ("fracture_nonunion", "chondrocalcinosis", "nephrocalcinosis")
    if chance(rng, 12):
        groups = DECOYS
    elif limits.is_child_now(patient) != chance(rng, 8):
        groups = ("craniosynostosis", "nephrocalcinosis", "rickets")
    elif chance(rng, 30):
        add_tooth_loss(rng, patient)
        return
    add_condition(rng, patient, rng.choice(groups), back(patient, patient["today"], 500))


def add_hpp(rng: Random, patient: Patient, verification: str | None, recorded: date | None) -> None:
    """An HPP condition of any clinical status."""
    condition = add_condition(rng, patient, "hpp", recorded, plain=True)
    condition["clinical"] = rng.choice((*RUNNING, *ENDED))
    condition["verification"] = verification
    condition["recorded"] = recorded
    if recorded is not None:
        condition["onset"] = rng.choice((None, back(patient, recorded, rng.choice((0, 400)))))
        if chance(rng, 15):
            condition["recorded"], condition["onset"] = None, recorded


def add_family_history(rng: Random, patient: Patient) -> None:
    """A relative with HPP, as a Condition's text or a FamilyMemberHistory, or with another."""
    if chance(rng, 50):
        add_condition(rng, patient, "family_history_hpp", back(patient, patient["today"], 900))
        return
    status = "completed" if chance(rng, 85) else rng.choice(("entered-in-error", "partial"))
    patient["family"].append({"hpp": chance(rng, 80), "form": rng.randint(0, 11), "status": status})
