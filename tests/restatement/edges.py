"""Themes for edges that the others seldom reach: long lows, kidneys, teeth at fifty, pregnancy."""

from datetime import date, timedelta
from random import Random
from typing import Any

from tests.restatement.draw import Patient, add_condition, add_drug, add_lab, back, chance, near
from tests.restatement.draw_alp import make_alp_in
from tests.restatement.draw_around import CAUSE_DRUGS, mask_by_pregnancy

PREGNANCY_AGES = (3652, 3653, 3654, 20452, 20453, 20454)
TEENAGER_LOWS = (37.4, 37.5, 40, 44.9, 45, 45.1, 46, 57)
EXEMPT_CONDITIONS = ("sec_ckd_4", "sec_ckd_5", "sec_ckd_4", "sec_wilson", "sec_achondroplasia")


def plain_alp(rng: Random, patient: Patient, day: date, value: float) -> dict[str, Any]:
    """A result of exactly this value in U/L, with no printed range."""
    result = make_alp_in(rng, patient, day, "low")
    plain = {"unit": "U/L", "written": "quantity", "comparator": None, "specimen": None}
    result |= {**plain, "low": None, "low_unit": None, "range_text": None, "value": value}
    return result


def theme_exempt(rng: Random, patient: Patient) -> None:
    """Lows over a year with a drug, or with a cause that needs its eGFR, around 30 U/L."""
    last = back(patient, patient["today"], rng.choice((0, 1, 30, 366)))
    first = back(patient, last, near(rng, 365, 365, 500))
    for day in (first, last):
        result = plain_alp(rng, patient, day, rng.choice((29, 29.99, 30, 30.01, 33, 34)))
        if chance(rng, 15):
            result |= {"value": rng.choice((30, 30.5, 31)), "comparator": rng.choice(("<", "<="))}
    start = back(patient, first, rng.choice((0, 30, 200)))
    if chance(rng, 45):
        add_drug(rng, patient, rng.choice(CAUSE_DRUGS), start, None)
        return
    add_condition(rng, patient, rng.choice(EXEMPT_CONDITIONS), start, plain=True)
    for _ in range(rng.choice((0, 1, 1, 2))):
        when = back(patient, last, rng.choice((-366, -365, 0, 30, 364, 365, 366)))
        value = rng.choice((29, 29.9, 30, 30.5, 31, 44, 45))
        sign = rng.choice(("<", ">")) if chance(rng, 15) else None
        add_lab(patient, "egfr", when, value, "mL/min/{1.73_m2}", None, sign)


def theme_teeth(rng: Random, patient: Patient) -> None:
    """An atypical fracture, another minor feature, and teeth lost around fifty."""
    patient["birth"] = patient["today"] - timedelta(days=rng.randint(18300, 30000))
    lost = patient["birth"] + timedelta(days=rng.choice((18262, 18263, 18264)))
    add_condition(rng, patient, "tooth_loss", lost, plain=chance(rng, 70))
    add_condition(rng, patient, "aff", back(patient, patient["today"], 700), plain=True)
    add_condition(rng, patient, "chondrocalcinosis", back(patient, patient["today"], 900))
    plain_alp(rng, patient, back(patient, patient["today"], rng.choice((0, 10))), 30)
    if chance(rng, 50):
        plain_alp(rng, patient, back(patient, patient["today"], 60), 30)


def theme_pregnant(rng: Random, patient: Patient) -> None:
    """Who can be pregnant, at the specimen."""
    day = back(patient, patient["today"], rng.choice((0, 1, 40)))
    patient["birth"] = day - timedelta(days=rng.choice(PREGNANCY_AGES))
    make_alp_in(rng, patient, day, rng.choice(("normal", "normal", "above")))
    mask_by_pregnancy(rng, patient, day)


def theme_teenager(rng: Random, patient: Patient) -> None:
    """An adult's range on a teenager's result, or one that just is the teenager's own."""
    patient["birth"] = patient["today"] - timedelta(days=rng.randint(4748, 6574))
    patient["sex"] = rng.choice(("female", "female", "male", None))
    result = make_alp_in(rng, patient, back(patient, patient["today"], rng.choice((0, 9))), "edge")
    result |= {"unit": "U/L", "written": "quantity", "comparator": None, "range_text": None}
    result |= {"low": rng.choice(TEENAGER_LOWS), "low_unit": None}
    result["value"] = rng.choice((37, 39.9, 40, 44, 44.9, 45, 45.05, 46, 49.9, 50, 56.9, 57, 60))


def theme_not_yet(rng: Random, patient: Patient) -> None:
    """What is dated after the order does not exist: a substrate of tomorrow."""
    tomorrow = patient["today"] + timedelta(days=rng.choice((0, 1, 1, 30)))
    add_lab(patient, "plp", tomorrow, 400, "nmol/L")
    for ago in (0, 60):
        plain_alp(rng, patient, back(patient, patient["today"], ago), 30)
