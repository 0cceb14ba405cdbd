"""Random patients that keep close to every edge of the decision table.

Each patient follows one theme (a row of the table it aims at) and then gets some noise from the
other themes, so that rows also meet each other.  Whether a patient lands in the row it aims at is
not promised.  A date that the table would call unknown (a child's tooth loss or a foot stress
fracture without a date) is always written; what a client does not send is in "missing".
"""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

from tests.restatement.draw import Patient, add_condition, add_drug, add_lab, back, chance, near
from tests.restatement.draw_alp import add_alp, add_duplicate, any_aim, spoil, without_ties
from tests.restatement.draw_around import (
    NO_CAUSE_DRUGS,
    add_acute,
    add_cause,
    add_encounter,
    add_mask,
    add_suppression,
)
from tests.restatement.draw_features import (
    add_alpl,
    add_family_history,
    add_hpp,
    add_major,
    add_minor,
)
from tests.restatement.themes import THEMES, some_day

ADULT_AGES = (6575, 6576, 6577, 6605, 6606, 6940, 6941, 7305, 10227)
INFANT_AGES = (20, 60, 181, 182, 183, 200, 300, 363, 364)
CHILD_AGES = (
    *(365, 366, 380, 500, 730, 731, 1000, 1825, 1826, 1827, 2500, 3651, 3652, 3653, 4000),
    *(4747, 4748, 4749, 5478, 5479, 5480, 6000, 6208, 6209, 6400, 6573, 6574),
)
BAD_STATUSES = ("registered", "preliminary", "cancelled", "entered-in-error")
KEYS = ("labs", "medications", "conditions", "procedures", "encounters", "administrations")


def add_calcium(rng: Random, patient: Patient) -> None:
    """Calcium around the urgent limit, its printed limit and the 7-day window."""
    for code in rng.choice(
        (("calcium",), ("calcium_corrected",), ("calcium", "calcium_corrected"))
    ):
        day = back(patient, patient["today"], rng.choice((0, 1, 6, 7, 8)))
        high = rng.choice((2.6, 2.6, None))
        if code == "calcium" and chance(rng, 30):
            value = rng.choice((9.5, 10.5, 11, 11.9, 12, 12.1))
            add_lab(patient, code, day, value, "mg/dL", None if high is None else 10.5)
        else:
            value = rng.choice((2.4, 2.6, 2.61, 2.8, 2.99, 3, 3.01, 3.4))
            add_lab(patient, code, day, value, "mmol/L", high)


def add_malignancy(rng: Random, patient: Patient) -> None:
    """Bone metastasis, myeloma or Paget, sometimes with high calcium and an oncology dose."""
    group = rng.choice(("bone_metastasis", "myeloma", "paget"))
    condition = add_condition(
        rng, patient, group, back(patient, patient["today"], near(rng, 1, 90))
    )
    if chance(rng, 15):
        condition["abatement"] = back(patient, patient["today"], rng.choice((0, 1, 20)))
    if chance(rng, 40):
        add_calcium(rng, patient)
    if chance(rng, 25):
        name = "hypercalcaemia_plain"
        add_condition(rng, patient, name, back(patient, patient["today"], near(rng, 1, 30)))
    if chance(rng, 60):
        patient["order"] = rng.choice(
            (
                {"group": "bp_zoledronate", "dose_mg": 4, "reason": None},
                {"group": "bp_zoledronate", "dose_mg": 5, "reason": None},
                {"group": "bp_pamidronate", "dose_mg": 90, "reason": None},
                {"group": "ar_denosumab", "dose_mg": 120, "reason": None},
                {"group": "ar_denosumab", "dose_mg": 60, "reason": None},
            )
        )


def add_noise(rng: Random, patient: Patient) -> None:
    """Things from other themes, each not often."""
    day = some_day(rng, patient)
    dated = [r["date"] for r in patient["alp"] if r["date"] is not None]
    anchor = rng.choice(dated) if dated else day
    noises: tuple[tuple[Callable[[], Any], float], ...] = (
        (lambda: add_alp(rng, patient, day, any_aim(rng)), 12),
        (lambda: add_suppression(rng, patient, anchor), 6),
        (lambda: add_cause(rng, patient, anchor), 6),
        (lambda: add_acute(rng, patient, anchor), 4),
        (lambda: add_encounter(rng, patient, anchor), 4),
        (lambda: add_mask(rng, patient, anchor), 5),
        (lambda: add_major(rng, patient), 5),
        (lambda: add_minor(rng, patient), 8),
        (lambda: add_family_history(rng, patient), 3),
        (lambda: add_alpl(rng, patient, rng.choice(("LA6668-3", "LA26332-9", "LA26333-7"))), 2),
        (lambda: add_malignancy(rng, patient), 7),
        (lambda: add_calcium(rng, patient), 5),
        (lambda: add_duplicate(rng, patient), 12),
        (lambda: add_drug(rng, patient, rng.choice(NO_CAUSE_DRUGS), day, None), 4),
        (lambda: add_hpp(rng, patient, "entered-in-error", day), 1),
        (lambda: add_hpp(rng, patient, "refuted", day), 1),
    )
    for add, percent in noises:
        if chance(rng, percent):
            add()
    if patient["alp"] and chance(rng, 4):
        spoil(rng, patient, rng.choice(patient["alp"]))
    if patient["alp"] and chance(rng, 5):
        rng.choice(patient["alp"])["status"] = rng.choice(BAD_STATUSES)
    if patient["labs"] and chance(rng, 6):
        rng.choice(patient["labs"])["status"] = rng.choice((*BAD_STATUSES, "amended", "unknown"))


def add_urgency(rng: Random, patient: Patient) -> None:
    """Now and then hypercalcaemia of malignancy, as a condition or as the order's reason."""
    name = "hypercalcaemia_of_malignancy"
    if chance(rng, 2):
        patient["order"]["reason"] = name
    if chance(rng, 2):
        add_condition(rng, patient, name, back(patient, patient["today"], near(rng, 1, 20)))


def hide_keys(rng: Random, patient: Patient) -> None:
    """Now and then some keys are not sent, or failed."""
    if chance(rng, 75):
        return
    for key in rng.sample(KEYS, rng.choice((1, 1, 1, 2, 3))):
        patient["missing"][key] = rng.choice(("not-sent", "failed"))
    if chance(rng, 4):
        patient["missing"]["alp"] = "failed"


def random_order(rng: Random) -> dict[str, Any]:
    """An order that triggers the service."""
    group = rng.choice(("bp_alendronate", "bp_alendronate", "bp_zoledronate", "ar_denosumab"))
    dose = {"bp_alendronate": (None, 70), "bp_zoledronate": (None, 5, 4)}.get(group, (None, 60))
    return {"group": group, "dose_mg": rng.choice(dose), "reason": None}


def random_age(rng: Random) -> int:
    """Age in days at the order date: mostly adults, children of all ages, edges often."""
    if chance(rng, 10):
        return rng.choice(ADULT_AGES)
    if chance(rng, 60):
        return rng.randint(6575, 33000)
    if chance(rng, 25):
        return rng.choice((*INFANT_AGES, rng.randint(8, 364)))
    return rng.choice((*CHILD_AGES, rng.randint(365, 6574), rng.randint(365, 6574)))


def blank_patient(rng: Random) -> Patient:
    """A patient and an order, and nothing else."""
    today = date(2023, 1, 1) + timedelta(days=rng.randint(0, 1200))
    lists = ("alp", "labs", "conditions", "drugs", "administrations")
    return {
        "today": today,
        "birth": today - timedelta(days=random_age(rng)),
        "sex": rng.choice(("male", "female", "female", "male", None)),
        "order": random_order(rng),
        "missing": {},
        **{name: [] for name in (*lists, "procedures", "encounters", "family")},
    }


def random_patient(rng: Random) -> Patient:
    """One patient, sometimes partly seen."""
    patient = blank_patient(rng)
    themes, weights = zip(*THEMES, strict=True)
    rng.choices(themes, weights)[0](rng, patient)
    if chance(rng, 60):
        add_noise(rng, patient)
    add_urgency(rng, patient)
    hide_keys(rng, patient)
    patient["alp"] = without_ties(patient["alp"])
    rng.shuffle(patient["alp"])
    return patient
