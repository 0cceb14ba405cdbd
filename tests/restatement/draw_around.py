"""What may stand around an ALP result: antiresorptives, causes, acute illness, masks."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

from tests.restatement.draw import (
    ENDED,
    Patient,
    add_condition,
    add_drug,
    add_given,
    add_lab,
    add_procedure,
    back,
    chance,
    near,
    undate,
)

CAUSES = (
    "sec_zinc",
    "sec_magnesium",
    "sec_b12",
    "sec_folate",
    "sec_b12_folate",
    "sec_pernicious_anaemia",
    "sec_severe_anaemia",
    "sec_malnutrition",
    "sec_ckd_4",
    "sec_ckd_5",
    "sec_ckd_other",
    "sec_hypervitaminosis_d",
    "sec_hypothyroid",
    "sec_cretinism",
    "sec_achondroplasia",
    "sec_wilson",
    "sec_hypoparathyroid",
    "sec_bariatric",
    "sec_coeliac",
    "sec_cushing",
    "sec_cml",
    "sec_scurvy",
    "myeloma",
)
LASTING_CAUSES = ("sec_malnutrition", "sec_ckd_4", "sec_ckd_5", "sec_zinc", "sec_wilson")
CAUSE_DRUGS = (
    "drugalp_glucocorticoid",
    "drugalp_fibrate",
    "drugalp_oestrogen",
    "drugalp_chemotherapy",
)
NO_CAUSE_DRUGS = ("drugalp_vitd", "drugalp_thyroid", "ar_calcitonin")
SUPPRESSED_FOR = {
    "bp_alendronate": 730,
    "bp_risedronate": 730,
    "bp_pamidronate": 1095,
    "bp_ibandronate_oral": 730,
    "bp_ibandronate_injected": 1095,
    "bp_zoledronate": 1095,
    "ar_denosumab": 270,
    "ar_serm_raloxifene": 90,
}
SUPPRESSORS = (*SUPPRESSED_FOR, "bp_alendronate", "bp_zoledronate", "ar_denosumab")
INFUSED = ("bp_zoledronate", "ar_denosumab", "bp_ibandronate_injected", "bp_pamidronate")

# Values on either side of what contradicts and what confirms: (code, unit, values, compared).
TESTS: dict[str, tuple[str, str, tuple[float, ...], tuple[str, ...]]] = {
    "egfr": (
        "egfr",
        "mL/min/{1.73_m2}",
        (20, 29, 29.9, 30, 38, 44.9, 45, 60),
        (">45", ">60", ">40", "<30", "<15", "<40"),
    ),
    "b12": ("b12", "pmol/L", (100, 147.9, 148, 420), ("<148", "<150", ">148", ">1000")),
    "folate": ("folate", "nmol/L", (3, 6.9, 7, 20), ("<7", "<10", ">7", ">45")),
    "zinc": ("zinc", "umol/L", (8, 10.6, 10.7, 14), ("<10.7", ">10.7", "<12")),
    "magnesium": ("magnesium", "mmol/L", (0.5, 0.69, 0.7, 0.9), ("<0.7", ">0.7", "<0.8")),
    "25ohd": ("25ohd", "nmol/L", (60, 249.9, 250, 250.1, 400), (">250", "<250", "<300")),
    "tsh": ("tsh", "mIU/L", (2, 9.9, 10, 10.1, 40), (">10", ">100", "<10", "<0.1", "<20")),
    "haemoglobin": ("haemoglobin", "g/L", (60, 79.9, 80, 120), ("<80", "<90")),
    "albumin": ("albumin", "g/L", (22, 29.9, 30, 41), ("<30", "<35")),
    "prealbumin": ("prealbumin", "g/L", (0.1, 0.149, 0.15, 0.3), ()),
    "bmi": ("bmi", "kg/m2", (15, 16.9, 17, 23), ()),
}
TESTS_OF = {
    "sec_zinc": ("zinc",),
    "sec_magnesium": ("magnesium",),
    "sec_b12": ("b12", "folate"),
    "sec_folate": ("folate", "b12"),
    "sec_b12_folate": ("b12", "folate"),
    "sec_pernicious_anaemia": ("b12",),
    "sec_severe_anaemia": ("haemoglobin",),
    "sec_malnutrition": ("albumin", "prealbumin", "bmi"),
    "sec_ckd_4": ("egfr",),
    "sec_ckd_5": ("egfr",),
    "sec_ckd_other": ("egfr",),
    "sec_hypervitaminosis_d": ("25ohd",),
    "sec_hypothyroid": ("tsh",),
    "sec_cretinism": ("tsh",),
}


# Antiresorptives


def add_suppression(rng: Random, patient: Patient, day: date) -> None:
    """An antiresorptive that began around, or lapsed around, this specimen."""
    group = rng.choice(SUPPRESSORS)
    window = SUPPRESSED_FOR[group]
    how = rng.choice(("running", "running", "ended", "supplied", "given"))
    if how == "given" and group in INFUSED:
        add_given(rng, patient, group, back(patient, day, near(rng, 0, 1, 100, window)))
    elif how == "running":
        add_drug(rng, patient, group, back(patient, day, rng.choice((-1, 0, 1, 2, 60, 400))), None)
    elif how == "ended":
        end = back(patient, day, near(rng, window, window, 0, 30))
        add_drug(rng, patient, group, back(patient, end, 200), end)
    else:
        drug = add_drug(rng, patient, group, back(patient, day, near(rng, window, 100)), None)
        drug["authored"], drug["start"] = drug["start"] or drug["authored"], None
        drug["status"] = rng.choice(("completed", "stopped"))


def add_supply(rng: Random, patient: Patient) -> None:
    """An antiresorptive whose end is around a year before today: new start or continuing."""
    group = rng.choice((*SUPPRESSORS, "ar_calcitonin", "bone_romosozumab"))
    end = back(patient, patient["today"], near(rng, 365, 365, 0, 200))
    if group in INFUSED and chance(rng, 40):
        add_given(rng, patient, group, end)
    else:
        add_drug(rng, patient, group, back(patient, end, 300), end)


# Causes


def add_test(rng: Random, patient: Patient, test: str, day: date) -> None:
    """A result around its limit and around the year before and after the specimen."""
    code, unit, values, compared = TESTS[test]
    when = back(patient, day, rng.choice((-366, -365, -30, 0, 0, 0, 10, 30, 364, 365, 366)))
    if compared and chance(rng, 20):
        written = rng.choice(compared)
        add_lab(patient, code, when, float(written[1:]), unit, None, written[0])
    else:
        add_lab(patient, code, when, rng.choice(values), unit)


def add_proof(rng: Random, patient: Patient, group: str, day: date) -> None:
    """Results that confirm or contradict a cause, sometimes two equally near."""
    for test in TESTS_OF.get(group, ()):
        for _ in range(rng.choice((0, 1, 1, 2))):
            add_test(rng, patient, test, day)


def add_cause(rng: Random, patient: Patient, day: date) -> None:
    """A secondary cause or drug that began or ended around this specimen."""
    if chance(rng, 35):
        add_cause_drug(rng, patient, day)
    elif chance(rng, 10):
        add_chemotherapy(rng, patient, day)
    else:
        add_cause_condition(rng, patient, rng.choice(CAUSES), day)


def add_cause_drug(rng: Random, patient: Patient, day: date) -> None:
    """A drug that lowers ALP, running or ended around its wash-out."""
    group = rng.choice(CAUSE_DRUGS) if chance(rng, 85) else rng.choice(NO_CAUSE_DRUGS)
    if chance(rng, 50):
        add_drug(rng, patient, group, back(patient, day, near(rng, 0, 30, 400)), None)
    else:
        end = back(patient, day, near(rng, 30, 30, 0))
        add_drug(rng, patient, group, back(patient, end, 100), end)


def add_chemotherapy(rng: Random, patient: Patient, day: date) -> None:
    """A coded chemotherapy visit or procedure around its 30 days."""
    when = back(patient, day, rng.choice((-1, 0, 1, 29, 30, 31)))
    if chance(rng, 50):
        add_procedure(rng, patient, "chemotherapy", when)
    else:
        add_condition(rng, patient, "chemotherapy", when)


def add_cause_condition(rng: Random, patient: Patient, group: str, day: date) -> dict[str, Any]:
    """A cause as recent or as old as its proof allows, or a day more."""
    ago = near(rng, 0, 200, 900, 1826, 1826, 3000)
    condition = add_condition(rng, patient, group, back(patient, day, ago))
    if chance(rng, 20):
        condition["abatement"] = back(patient, day, rng.choice((-400, -1, 0, 1)))
        condition["clinical"] = rng.choice((*ENDED, None))
    if chance(rng, 10):
        undate(condition)
    if chance(rng, 60):
        add_proof(rng, patient, group, day)
    return condition


def add_lasting_cause(rng: Random, patient: Patient, first: date, last: date) -> None:
    """A cause or an antiresorptive from before the first result until today."""
    start = back(patient, first, rng.choice((1, 2, 30, 200)))
    if chance(rng, 45):
        add_drug(rng, patient, rng.choice(SUPPRESSORS), start, None)
    elif chance(rng, 40):
        add_drug(rng, patient, rng.choice(CAUSE_DRUGS), start, None)
    else:
        group = rng.choice(LASTING_CAUSES) if chance(rng, 60) else rng.choice(CAUSES)
        add_condition(rng, patient, group, start, plain=True)
        for day in (first, last):
            if chance(rng, 50):
                add_proof(rng, patient, group, day)


# Acute illness


def add_acute(rng: Random, patient: Patient, day: date) -> None:
    """An acute illness, operation or transfusion around its window, or a stay in hospital."""
    kinds = ("sec_acute_illness", "sec_cardiac_surgery", "sec_transfusion", "sec_major_surgery")
    group = rng.choice((*kinds, "encounter", "encounter"))
    if group == "encounter":
        add_encounter(rng, patient, day)
        return
    window = 30 if group == "sec_cardiac_surgery" else 14
    when = back(
        patient, day, rng.choice((-1, 0, 1, 5, window - 1, window, window, window + 1, window + 1))
    )
    if group != "sec_acute_illness":
        if group == "sec_cardiac_surgery" and chance(rng, 15):
            add_condition(rng, patient, "bypass_status", when)
        else:
            add_procedure(rng, patient, group, when)
        return
    condition = add_condition(rng, patient, group, when)
    if chance(rng, 20):
        condition["event"] = rng.choice(("later", "status"))
    if chance(rng, 5):
        undate(condition)


def add_encounter(rng: Random, patient: Patient, day: date) -> None:
    """An encounter around this day, named by the day's results or only around them."""
    kinds = ("IMP", "ACUTE", "NONAC", "EMER", "SS", "OBSENC", "AMB", "AMB", "AMB", "VR", "HH")
    for _ in range(rng.choice((1, 1, 2))):
        start = back(patient, day, rng.choice((-1, 0, 1, 5)))
        end = max(start, back(patient, day, rng.choice((1, 0, -1, -3))))
        encounter = {
            "id": f"enc{len(patient['encounters']) + 1}",
            "class": rng.choice(kinds),
            "start": start,
            "end": end,
        }
        patient["encounters"].append(encounter)
        for result in patient["alp"]:
            if result["date"] == day and chance(rng, 40):
                result["encounter"] = encounter["id"]
                if chance(rng, 40):
                    encounter["start"] = encounter["end"] = None


# Masks


def add_mask(rng: Random, patient: Patient, day: date) -> None:
    """Something that makes a normal result untrustworthy, around its window."""
    masks: tuple[Callable[[Random, Patient, date], None], ...] = (
        mask_by_fracture,
        mask_by_pregnancy,
        mask_by_liver,
        mask_by_liver,
        mask_by_ggt,
        mask_by_drug,
    )
    rng.choice(masks)(rng, patient, day)


def mask_by_fracture(rng: Random, patient: Patient, day: date) -> None:
    """A fracture, sometimes told by a later visit or as a sequela."""
    when = back(patient, day, rng.choice((-1, 0, 1, 60, 179, 180, 181)))
    condition = add_condition(rng, patient, "fracture", when)
    if chance(rng, 25):
        condition["event"] = rng.choice(("later", "later", "status"))
    if chance(rng, 5):
        undate(condition)


def mask_by_pregnancy(rng: Random, patient: Patient, day: date) -> None:
    """A pregnancy, often one that never ended."""
    when = back(patient, day, rng.choice((-1, 0, 1, 100, 299, 300, 301, 900)))
    condition = add_condition(rng, patient, "mask_pregnancy", when)
    if chance(rng, 30):
        condition["abatement"] = back(patient, day, rng.choice((-60, -1, 0, 1)))
    if chance(rng, 5):
        undate(condition)


def mask_by_liver(rng: Random, patient: Patient, day: date) -> None:
    """Liver disease: lasting or not, recent or old, ended, proven by a GGT or not."""
    group = rng.choice(("mask_liver", "mask_liver", "mask_liver_lasting"))
    when = back(patient, day, near(rng, 0, 100, 1826, 1826, 3000))
    condition = add_condition(rng, patient, group, when)
    if chance(rng, 20):
        condition["abatement"] = back(patient, day, rng.choice((-60, -1, 0, 1)))
    if chance(rng, 10):
        undate(condition)
    if chance(rng, 45):
        add_ggt(rng, patient, back(patient, day, rng.choice((-366, -365, 100, 364, 365, 366))))


def mask_by_ggt(rng: Random, patient: Patient, day: date) -> None:
    """A GGT of the day, or of the day before or after."""
    add_ggt(rng, patient, back(patient, day, rng.choice((0, 0, 0, 0, -1, 1))))


def add_ggt(rng: Random, patient: Patient, when: date) -> None:
    """A GGT around its printed limit."""
    high = rng.choice((60, 60, 60, None))
    add_lab(patient, "ggt", when, rng.choice((59, 60, 60.1, 61, 200)), "U/L", high)


def mask_by_drug(rng: Random, patient: Patient, day: date) -> None:
    """An anabolic drug that ended around its wash-out or starts around the day."""
    group = rng.choice(("bone_teriparatide", "bone_romosozumab", "bone_abaloparatide"))
    if chance(rng, 20):
        start = back(patient, day, rng.choice((-1, 0, 1)))
        add_drug(rng, patient, group, start, start + timedelta(days=30))
        return
    end = back(patient, day, rng.choice((-20, 0, 30, 89, 90, 91)))
    add_drug(rng, patient, group, back(patient, end, 100), end)
