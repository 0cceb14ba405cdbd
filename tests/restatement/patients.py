"""Random patients that keep close to every edge of the decision table.

Each patient follows one theme (a row of the table it aims at) and then gets some noise from the
other themes, so that rows also meet each other. Whether a patient lands in the row it aims at is
not promised. Limits are asked of `table` only to place values near them: a wrong limit there
would make the values duller, not wrong. Nothing is ever missing: a date that the table would call
unknown (a child's tooth loss or a foot stress fracture without a date) is always written.
"""

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any

from tests.restatement import table

Patient = dict[str, Any]

ADULT_AGES = (6575, 6576, 6577, 6605, 6606, 6940, 6941, 7305, 10227)
INFANT_AGES = (20, 60, 181, 182, 183, 200, 300, 363, 364)
CHILD_AGES = (
    *(365, 366, 380, 500, 730, 731, 1000, 1825, 1826, 1827, 2500, 3651, 3652, 3653, 4000),
    *(4747, 4748, 4749, 5478, 5479, 5480, 6000, 6208, 6209, 6400, 6573, 6574),
)
DAYS_AGO = (0, 1, 3, 7, 14, 30, 60, 90, 180, 182, 270, 365, 500, 730, 1095, 2000, 3652)
MASS_UNITS = ("U/L", "U/L", "U/L", "U/L", "[IU]/L", "IU/L", "mU/mL")
BAD_UNITS = ("mg/dL", "g/L", "%", "mmol/L", "umol/L")
BAD_STATUSES = ("registered", "preliminary", "cancelled", "entered-in-error")
ENDED = ("resolved", "inactive", "remission")
RUNNING = (None, "active", "active", "recurrence", "relapse")
CAUSES = ("sec_zinc", "sec_malnutrition", "sec_ckd_lowturnover", "sec_hypothyroid")
CAUSE_DRUGS = ("drugalp_glucocorticoid", "drugalp_fibrate", "drugalp_oestrogen")
NO_CAUSE_DRUGS = ("drugalp_vitd", "drugalp_thyroid", "ar_calcitonin")
SUPPRESSORS = ("bp_alendronate", "bp_zoledronate", "ar_denosumab", "ar_serm_raloxifene")
SUPPRESSED_FOR = {
    "bp_alendronate": 730,
    "bp_zoledronate": 1095,
    "ar_denosumab": 270,
    "ar_serm_raloxifene": 90,
}


# Small pieces


def near(rng: Random, *days: int) -> int:
    """One of the given day counts, or a day less or more."""
    return rng.choice(days) + rng.choice((-1, 0, 0, 1))


def chance(rng: Random, percent: float) -> bool:
    """True that often."""
    return rng.random() * 100 < percent


def back(patient: Patient, day: date, days: int) -> date:
    """That many days before a day, kept between birth and today."""
    moved: date = day - timedelta(days=days)
    first: date = patient["birth"]
    last: date = patient["today"]
    return min(max(moved, first), last)


def number(value: Fraction, places: int = 4) -> int | float:
    """A JSON number of at most four decimals."""
    rounded = round(value, places)
    return int(rounded) if rounded.denominator == 1 else float(rounded)


def add_condition(
    rng: Random, patient: Patient, group: str, onset: date | None, *, plain: bool = False
) -> dict[str, Any]:
    """Add a condition; unless plain, sometimes recorded only, ended, doubted or refuted."""
    condition: dict[str, Any] = {
        "group": group,
        "onset": onset,
        "abatement": None,
        "recorded": None,
        "clinical": rng.choice(RUNNING),
        "verification": rng.choice((None, "confirmed")),
    }
    patient["conditions"].append(condition)
    if onset is not None and chance(rng, 30):
        condition["recorded"] = back(patient, onset, -rng.choice((0, 1, 30, 400)))
    if plain:
        return condition
    if chance(rng, 10):
        condition["recorded"], condition["onset"] = onset, None
    if chance(rng, 15):
        condition["clinical"] = rng.choice(ENDED)
    if chance(rng, 15):
        others = ("unconfirmed", "provisional", "differential", "refuted", "entered-in-error")
        condition["verification"] = rng.choice(others)
    return condition


def add_drug(
    rng: Random, patient: Patient, group: str, start: date, end: date | None
) -> dict[str, Any]:
    """Add an order over these days, written in one of the ways a record writes them."""
    drug: dict[str, Any] = {
        "group": group,
        "start": start,
        "end": end,
        "authored": back(patient, start, rng.choice((0, 0, 1, 5))),
        "status": rng.choice(("active", "active", "on-hold")),
    }
    patient["drugs"].append(drug)
    if end is not None:
        drug["status"] = rng.choice(("active", "completed", "stopped"))
    if chance(rng, 25):
        drug["start"], drug["authored"] = None, start
    if chance(rng, 6):
        drug["status"] = rng.choice(("cancelled", "entered-in-error", "draft"))
    return drug


def add_lab(patient: Patient, code: str, day: date, value: Any, unit: str, high: Any = None) -> Any:
    """Add a final result."""
    lab = {
        "code": code,
        "date": day,
        "value": value,
        "unit": unit,
        "high": high,
        "status": "final",
        "specimen": None,
    }
    patient["labs"].append(lab)
    return lab


# ALP results


def printed(rng: Random, patient: Patient, day: date) -> Fraction | None:
    """A printed low in U/L: none, adult-like, zero, or at the 0.6 / 1.4 edges for a child."""
    if chance(rng, 35):
        return None
    if chance(rng, 5):
        return Fraction(0)
    if table.age_on(patient, day) >= table.ADULT_DAYS or chance(rng, 25):
        usual = (20, 25, 29, 30, 31, 35, 35, 35, 36, 40, 44, 45, 46, 50, 70)
        return Fraction(rng.choice((*usual, rng.randint(20, 70))))
    low = table.child_table_low(patient, day)
    ratio = Fraction(rng.choice((60, 60, 80, 100, 120, 140, 140)), 100)
    return low * ratio + Fraction(rng.choice((-10, -1, 0, 0, 0, 1, 10)), 10)


def aimed(rng: Random, aim: str, low: Fraction, very: Fraction, top: Fraction) -> Fraction:
    """A value in U/L of the wanted kind, often on or next to an edge."""
    bit = Fraction(1, 100)
    if aim == "very":
        return rng.choice((very - bit, very - 1, very * Fraction(6, 10), very - Fraction(1, 10)))
    if aim == "low":
        between = (very + low) / 2
        return rng.choice((low - bit, low - 1, between, between, very, very + bit, low - bit * 10))
    if aim == "normal":
        return rng.choice((low, low + bit, low + 1, (low + top) / 2, top, top - 1))
    if aim == "above":
        return rng.choice((top + bit, top + 1, top * Fraction(3, 2), top + 20))
    return rng.choice((low, very, top)) + rng.choice((-bit, 0, bit))


def compared(rng: Random, aim: str) -> str | None:
    """Now and then a comparator, mostly on the side that can be decided."""
    if chance(rng, 93):
        return None
    if chance(rng, 25):
        return rng.choice(("<", "<=", ">", ">="))
    return rng.choice(("<", "<=") if aim in ("low", "very") else (">", ">="))


def in_unit(rng: Random, amount: Fraction, factor: Fraction) -> int | float:
    """U/L said in another unit, rounded somewhere near."""
    return number(amount / factor, rng.choice((3, 4)))


def make_alp(rng: Random, patient: Patient, day: date, aim: str) -> dict[str, Any]:
    """One ALP result of the wanted kind on that day."""
    unit = rng.choice(("ukat/L", "nkat/L")) if chance(rng, 15) else rng.choice(MASS_UNITS)
    factor = table.UNIT_FACTORS[unit]
    low = printed(rng, patient, day)
    result: dict[str, Any] = {
        "date": day,
        "value": 0,
        "unit": unit,
        "comparator": compared(rng, aim),
        "low": None if low is None else in_unit(rng, low, factor),
        "status": "final",
        "specimen": f"alp{len(patient['alp']) + 1}" if chance(rng, 20) else None,
    }
    if chance(rng, 10):
        result["status"] = rng.choice(("amended", "corrected", "appended", "unknown"))
    bounds = [f(patient, result) for f in (table.limit, table.very_low_limit, table.ceiling)]
    result["value"] = in_unit(rng, aimed(rng, aim, *bounds), factor)
    return result


def add_alp(rng: Random, patient: Patient, day: date, aim: str) -> date:
    """Add an ALP result, kept between birth and today; hand back its day."""
    kept = back(patient, day, 0)
    patient["alp"].append(make_alp(rng, patient, kept, aim))
    return kept


def spoil(rng: Random, patient: Patient, result: dict[str, Any]) -> None:
    """Make a result unusable: unit, undecidable comparator, no date, or EDTA."""
    how = rng.choice(("unit", "comparator", "date", "edta", "edta"))
    if how == "unit":
        result["unit"] = rng.choice(BAD_UNITS)
    elif how == "comparator" and result["date"] is not None:
        bound = table.limit(patient, result) / table.UNIT_FACTORS.get(result["unit"], Fraction(1))
        result["comparator"] = rng.choice(("<", "<="))
        result["value"] = number(bound + rng.choice((0, Fraction(1, 10), 5)))
    elif how == "date":
        result["date"] = None
    elif result["date"] is not None:
        add_edta(rng, patient, result)


def add_edta(rng: Random, patient: Patient, result: dict[str, Any]) -> None:
    """Potassium and calcium around the EDTA limits, on the same specimen or day, or not quite."""
    potassium = rng.choice((5.9, 6, 6, 6.1, 7, 9))
    in_mmol = chance(rng, 70)
    calcium = rng.choice((1.9, 1.89, 1.5, 1, 0.5)) if in_mmol else rng.choice((7.6, 7.5, 5, 2))
    day = result["date"]
    first = add_lab(patient, "potassium", day, potassium, "mmol/L")
    second = add_lab(patient, "calcium", day, calcium, "mmol/L" if in_mmol else "mg/dL")
    for lab in (first, second):
        if result["specimen"] is not None and chance(rng, 60):
            lab["specimen"] = result["specimen"]
        elif chance(rng, 10):
            lab["specimen"] = "other"
    if chance(rng, 10):
        second["date"] = back(patient, day, rng.choice((-1, 1)))


def add_duplicate(rng: Random, patient: Patient) -> None:
    """A second result on the day of another: an exact re-send, or a clearly different value."""
    dated = [r for r in patient["alp"] if r["date"] is not None and r["unit"] in table.UNIT_FACTORS]
    if not dated:
        return
    first = rng.choice(dated)
    if chance(rng, 25):
        patient["alp"].append(dict(first))
        return
    second = make_alp(rng, patient, first["date"], rng.choice(("very", "low", "normal", "above")))
    if chance(rng, 25):
        second["unit"] = rng.choice(BAD_UNITS)
    amounts = [table.units_per_litre(r["value"], r["unit"]) for r in dated]
    if table.units_per_litre(second["value"], second["unit"]) not in amounts:
        patient["alp"].append(second)


# What may stand around a result


def add_suppression(rng: Random, patient: Patient, day: date) -> None:
    """An antiresorptive that began around, or lapsed around, this specimen."""
    group = rng.choice(SUPPRESSORS)
    window = SUPPRESSED_FOR[group]
    how = rng.choice(("running", "running", "ended", "supplied"))
    if how == "running":
        add_drug(rng, patient, group, back(patient, day, rng.choice((-1, 0, 1, 2, 60, 400))), None)
    elif how == "ended":
        end = back(patient, day, near(rng, window, window, 0, 30))
        add_drug(rng, patient, group, back(patient, end, 200), end)
    else:
        drug = add_drug(rng, patient, group, back(patient, day, near(rng, window, 100)), None)
        drug["authored"], drug["start"] = drug["start"] or drug["authored"], None
        drug["status"] = rng.choice(("completed", "stopped"))


def add_tsh(rng: Random, patient: Patient, day: date) -> None:
    """A TSH around its limit and its window."""
    when = back(patient, day, rng.choice((-366, -365, -364, 0, 0, 10, 364, 365, 366)))
    add_lab(patient, "tsh", when, rng.choice((9.9, 10, 10.1, 15, 40)), "mIU/L", 4.5)


def add_cause(rng: Random, patient: Patient, day: date) -> None:
    """A secondary cause or drug that began or ended around this specimen."""
    if chance(rng, 40):
        group = rng.choice(CAUSE_DRUGS) if chance(rng, 85) else rng.choice(NO_CAUSE_DRUGS)
        if chance(rng, 50):
            add_drug(rng, patient, group, back(patient, day, near(rng, 0, 30, 400)), None)
        else:
            end = back(patient, day, near(rng, 30, 30, 0))
            add_drug(rng, patient, group, back(patient, end, 100), end)
        return
    group = rng.choice(CAUSES)
    condition = add_condition(rng, patient, group, back(patient, day, near(rng, 0, 200, 900)))
    if chance(rng, 25):
        condition["abatement"] = back(patient, day, rng.choice((-400, -1, 0, 1)))
        condition["clinical"] = rng.choice((*ENDED, None))
    if chance(rng, 5):
        condition["onset"] = condition["recorded"] = condition["abatement"] = None
    if group == "sec_hypothyroid" and chance(rng, 85):
        add_tsh(rng, patient, day)


def add_lasting_cause(rng: Random, patient: Patient, day: date) -> None:
    """A cause or an antiresorptive from before the first result until today."""
    start = back(patient, day, rng.choice((1, 2, 30, 200)))
    if chance(rng, 50):
        add_drug(rng, patient, rng.choice(SUPPRESSORS), start, None)
    elif chance(rng, 30):
        add_drug(rng, patient, rng.choice(CAUSE_DRUGS), start, None)
    else:
        add_condition(rng, patient, rng.choice(CAUSES[:3]), start, plain=True)


def add_acute(rng: Random, patient: Patient, day: date) -> None:
    """An acute illness, heart operation or transfusion around its window."""
    group = rng.choice(("sec_acute_illness", "sec_cardiac_surgery", "sec_transfusion"))
    window = 30 if group == "sec_cardiac_surgery" else 14
    when = back(patient, day, rng.choice((-1, 0, 1, 5, window - 1, window, window + 1)))
    if group != "sec_acute_illness":
        procedure = {"group": group, "date": when, "status": "completed"}
        patient["procedures"].append(procedure)
        return
    condition = add_condition(rng, patient, group, when)
    if chance(rng, 5):
        condition["onset"] = condition["recorded"] = None


def add_mask(rng: Random, patient: Patient, day: date) -> None:
    """Something that makes a normal result untrustworthy, around its window."""
    how = rng.choice(("fracture", "fracture", "pregnancy", "liver", "ggt", "drug"))
    if how == "fracture":
        when = back(patient, day, rng.choice((-1, 0, 1, 60, 179, 180, 181)))
        condition = add_condition(rng, patient, "fracture", when)
        if chance(rng, 5):
            condition["onset"] = condition["recorded"] = None
    elif how in ("pregnancy", "liver"):
        when = back(patient, day, rng.choice((-1, 0, 1, 100)))
        condition = add_condition(rng, patient, f"mask_{how}", when)
        if chance(rng, 30):
            condition["abatement"] = back(patient, day, rng.choice((-60, -1, 0, 1)))
    elif how == "ggt":
        when = back(patient, day, rng.choice((0, 0, 0, 0, -1, 1)))
        high = rng.choice((60, 60, 60, None))
        add_lab(patient, "ggt", when, rng.choice((59, 60, 60.1, 61, 200)), "U/L", high)
    else:
        end = back(patient, day, rng.choice((-20, 0, 30, 89, 90, 91)))
        group = rng.choice(("bone_teriparatide", "bone_romosozumab"))
        add_drug(rng, patient, group, back(patient, end, 100), end)


def add_supply(rng: Random, patient: Patient) -> None:
    """An antiresorptive whose end is around a year before today: new start or continuing."""
    group = rng.choice((*SUPPRESSORS, "ar_calcitonin", "bone_romosozumab"))
    end = back(patient, patient["today"], near(rng, 365, 365, 0, 200))
    add_drug(rng, patient, group, back(patient, end, 300), end)


# Features


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
    if chance(rng, 25):
        end = back(patient, day, rng.choice((-5, 0, 6, 7, 8)))
        add_drug(rng, patient, "drug_b6", back(patient, end, 20), end)


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
    """Tooth loss around the age of five years."""
    when = patient["birth"] + timedelta(days=rng.choice((900, 1824, 1825, 1826, 1827, 2500)))
    add_condition(rng, patient, "tooth_loss", back(patient, when, 0))


def add_major(rng: Random, patient: Patient) -> None:
    """Try for one major feature."""
    how = rng.choice(("substrate", "own", "own", "own"))
    if how == "substrate":
        add_substrate(rng, patient)
    elif table.is_child_now(patient):
        if chance(rng, 50):
            add_tooth_loss(rng, patient)
        else:
            add_condition(rng, patient, "rickets", back(patient, patient["today"], 300))
    elif chance(rng, 50):
        add_condition(rng, patient, "aff", back(patient, patient["today"], near(rng, 700, 180, 30)))
    else:
        add_foot_fractures(rng, patient)


def add_minor(rng: Random, patient: Patient) -> None:
    """Try for one minor feature, now and then one that counts only at another age."""
    groups: tuple[str, ...] = ("fracture_nonunion", "chondrocalcinosis", "nephrocalcinosis")
    if table.is_child_now(patient) != chance(rng, 8):
        groups = ("craniosynostosis", "nephrocalcinosis", "b6_seizures")
    elif chance(rng, 25):
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


# Themes


def some_day(rng: Random, patient: Patient) -> date:
    """A day of the patient's past, often around an edge."""
    if chance(rng, 15):
        return back(patient, patient["birth"], -near(rng, 364, 365, 3652, 6574, 6575, 6576))
    return back(patient, patient["today"], max(0, near(rng, *DAYS_AGO)))


def fresh_day(rng: Random, patient: Patient) -> date:
    """A day on either side of the freshness limit, mostly the fresh one."""
    limit = table.by_age_now(patient, 730, 365, 182)
    ago = rng.choice((0, 1, 10, 40, 100, 150, limit - 1, limit, limit + 1))
    return back(patient, patient["today"], ago)


def low_aim(rng: Random) -> str:
    """A low of one of the two kinds."""
    return rng.choice(("low", "low", "low", "very"))


def add_lows(rng: Random, patient: Patient, last: date) -> date:
    """Two or more lows whose span is around SPACING; hands back the first day."""
    gap = table.spacing(patient) + rng.choice((-1, 0, 0, 1, 40))
    first = add_alp(rng, patient, back(patient, last, gap), low_aim(rng))
    add_alp(rng, patient, last, low_aim(rng))
    for _ in range(rng.choice((0, 0, 0, 0, 1, 2, 3, 4))):
        between = back(patient, last, rng.randint(1, max(1, gap - 1)))
        add_alp(rng, patient, between, rng.choice(("low", "low", "normal", "normal", "above")))
    return first


def theme_hpp(rng: Random, patient: Patient) -> None:
    """Rows 1 and 2: HPP on record."""
    names = (None, "confirmed", "unconfirmed", "provisional", "differential")
    add_hpp(rng, patient, rng.choice(names), some_day(rng, patient))
    add_alp(rng, patient, some_day(rng, patient), "edge")


def theme_excluded(rng: Random, patient: Patient) -> None:
    """Row 3: HPP refuted around a year before the latest low."""
    last = add_alp(rng, patient, fresh_day(rng, patient), low_aim(rng))
    when = back(patient, last, rng.choice((-30, 0, 100, 364, 365, 366, 500)))
    add_hpp(rng, patient, "refuted", None if chance(rng, 8) else when)
    if chance(rng, 40):
        add_lows(rng, patient, back(patient, last, rng.choice((5, 40))))
    if chance(rng, 15):
        add_condition(rng, patient, "aff", back(patient, patient["today"], 300))


def theme_asfotase(rng: Random, patient: Patient) -> None:
    """Row 1: asfotase alfa ever, and orders that never were."""
    start = some_day(rng, patient)
    end = back(patient, start, -100) if chance(rng, 50) else None
    drug = add_drug(rng, patient, "ert_asfotase", start, end)
    if chance(rng, 15):
        drug["status"] = rng.choice(("draft", "cancelled", "entered-in-error"))
    add_alp(rng, patient, some_day(rng, patient), "edge")


def theme_alpl(rng: Random, patient: Patient) -> None:
    """Row 1: a gene report with or without a low."""
    codes = ("LA6668-3", "LA6668-3", "LA26332-9", "LA26333-7", "LA26334-5", "LA6675-8")
    add_alpl(rng, patient, rng.choice(codes))
    day = add_alp(rng, patient, fresh_day(rng, patient), rng.choice(("low", "very", "normal")))
    if chance(rng, 25):
        add_acute(rng, patient, day)


def theme_pattern(rng: Random, patient: Patient) -> None:
    """Row 4b: two majors, or one major and two minors, with a low."""
    day = add_alp(rng, patient, fresh_day(rng, patient), low_aim(rng))
    for _ in range(rng.choice((1, 2, 2, 3))):
        add_major(rng, patient)
    for _ in range(rng.choice((0, 1, 2, 2, 3))):
        add_minor(rng, patient)
    if chance(rng, 20):
        add_alp(rng, patient, back(patient, day, -20), "above")


def theme_persistent(rng: Random, patient: Patient) -> None:
    """Rows 4c and 5: lows around SPACING, with normals before, between or after."""
    first = add_lows(rng, patient, fresh_day(rng, patient))
    if chance(rng, 40):
        add_major(rng, patient)
    if chance(rng, 15):
        add_alp(rng, patient, back(patient, first, rng.choice((1, 30, 300))), "above")


def theme_latest_masked(rng: Random, patient: Patient) -> None:
    """Row 6: lows, then a masked normal, now and then an acute or spoilt result after it."""
    day = add_alp(rng, patient, fresh_day(rng, patient), rng.choice(("normal", "above")))
    add_lows(rng, patient, back(patient, day, rng.choice((1, 20, 100))))
    add_mask(rng, patient, day)
    if chance(rng, 15):
        spoil(rng, patient, make_alp_in(rng, patient, back(patient, day, -3)))
    if chance(rng, 10):
        add_acute(rng, patient, add_alp(rng, patient, back(patient, day, -2), "low"))


def make_alp_in(rng: Random, patient: Patient, day: date) -> dict[str, Any]:
    """Add a result and hand it back for spoiling."""
    add_alp(rng, patient, day, rng.choice(("very", "low", "normal", "above")))
    result: dict[str, Any] = patient["alp"][-1]
    return result


def theme_cause(rng: Random, patient: Patient) -> None:
    """Rows 7 and 8: every low has a cause, with or without an earlier normal."""
    last = fresh_day(rng, patient)
    first = add_lows(rng, patient, last) if chance(rng, 65) else add_alp(rng, patient, last, "low")
    add_lasting_cause(rng, patient, first)
    if chance(rng, 30):
        add_alp(rng, patient, back(patient, first, rng.choice((1, 2, 300))), "above")


def theme_mixed(rng: Random, patient: Patient) -> None:
    """Rows 5 to 10: a cause that begins or ends between the lows."""
    last = fresh_day(rng, patient)
    first = add_lows(rng, patient, last)
    for _ in range(rng.choice((1, 1, 2))):
        add = rng.choice((add_suppression, add_cause))
        add(rng, patient, rng.choice((first, last)))


def theme_single(rng: Random, patient: Patient) -> None:
    """Rows 9 and 10: one low, sometimes with a cause around its edge."""
    day = add_alp(rng, patient, some_day(rng, patient), low_aim(rng))
    if chance(rng, 35):
        rng.choice((add_suppression, add_cause))(rng, patient, day)
    if chance(rng, 15):
        add_alp(rng, patient, back(patient, day, rng.choice((30, 500))), "above")


def theme_acute(rng: Random, patient: Patient) -> None:
    """Row 11: a low in acute illness, with or without a normal."""
    day = add_alp(rng, patient, some_day(rng, patient), low_aim(rng))
    add_acute(rng, patient, day)
    if chance(rng, 35):
        add_alp(rng, patient, some_day(rng, patient), rng.choice(("normal", "above")))


def theme_recovered(rng: Random, patient: Patient) -> None:
    """Rows 12, 13 and 15: lows, then a normal around the ceiling and around freshness."""
    limit = table.by_age_now(patient, 730, 365, 182)
    ago = rng.choice((0, 30, limit - 1, limit, limit + 1, limit + 1, limit + 100))
    day = back(patient, patient["today"], ago)
    aim = rng.choice(("normal", "above", "above", "edge"))
    add_lows(rng, patient, back(patient, day, rng.choice((1, 10, 200))))
    add_alp(rng, patient, day, aim)
    if ago > limit and chance(rng, 60):
        add_supply(rng, patient)


def theme_masked_only(rng: Random, patient: Patient) -> None:
    """Rows 13 and 14: a masked normal, with or without a feature."""
    day = add_alp(rng, patient, fresh_day(rng, patient), rng.choice(("normal", "above")))
    add_mask(rng, patient, day)
    if chance(rng, 50):
        rng.choice((add_major, add_minor, add_minor))(rng, patient)
    if chance(rng, 20):
        add_alp(rng, patient, back(patient, day, rng.choice((400, 800))), "normal")


def theme_invalid(rng: Random, patient: Patient) -> None:
    """Row 13: only results that cannot be used."""
    for _ in range(rng.choice((1, 1, 2))):
        spoil(rng, patient, make_alp_in(rng, patient, some_day(rng, patient)))


def theme_normal(rng: Random, patient: Patient) -> None:
    """Rows 14 and 15: normals around freshness."""
    for _ in range(rng.choice((1, 1, 2))):
        add_alp(rng, patient, fresh_day(rng, patient), rng.choice(("normal", "above", "edge")))
    if chance(rng, 45):
        add_supply(rng, patient)


def theme_nothing(rng: Random, patient: Patient) -> None:
    """Row 15: no result or an old one; new start or continuing around 365 days."""
    if chance(rng, 30):
        days = (731, 1095, 3651, 3652, 3653, 3654)
        add_alp(rng, patient, back(patient, patient["today"], rng.choice(days)), "edge")
    if chance(rng, 60):
        add_supply(rng, patient)


def theme_lookback(rng: Random, patient: Patient) -> None:
    """Lows and normals around ten years ago and today, and one dated after today."""
    for ago in rng.sample((0, 400, 3651, 3652, 3653, 3700), 3):
        day = back(patient, patient["today"], ago)
        add_alp(rng, patient, day, rng.choice(("low", "very", "normal", "above")))
    if chance(rng, 40):
        result = make_alp_in(rng, patient, patient["today"])
        result["date"] = patient["today"] + timedelta(days=rng.choice((1, 1, 30)))


def theme_growing(rng: Random, patient: Patient) -> None:
    """Results on either side of an age that changes the limit."""
    ages = (14, 15, 364, 365, 3651, 3652, 4747, 4748, 5478, 5479, 6208, 6209, 6574, 6575, 6576)
    reached = [a for a in ages if a <= table.age_on(patient, patient["today"])] or [0]
    for age in rng.sample(reached[-4:], min(2, len(reached))):
        add_alp(rng, patient, patient["birth"] + timedelta(days=age), rng.choice(("edge", "low")))


Theme = Callable[[Random, Patient], None]
THEMES: tuple[tuple[Theme, int], ...] = (
    (theme_hpp, 4),
    (theme_excluded, 6),
    (theme_asfotase, 2),
    (theme_alpl, 4),
    (theme_pattern, 6),
    (theme_persistent, 12),
    (theme_latest_masked, 7),
    (theme_cause, 10),
    (theme_mixed, 10),
    (theme_single, 8),
    (theme_acute, 5),
    (theme_recovered, 9),
    (theme_masked_only, 7),
    (theme_invalid, 4),
    (theme_normal, 4),
    (theme_nothing, 6),
    (theme_lookback, 4),
    (theme_growing, 4),
)


# Noise and the order


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
        (lambda: add_alp(rng, patient, day, rng.choice(("low", "normal", "above", "edge"))), 12),
        (lambda: add_suppression(rng, patient, anchor), 6),
        (lambda: add_cause(rng, patient, anchor), 6),
        (lambda: add_acute(rng, patient, anchor), 4),
        (lambda: add_mask(rng, patient, anchor), 5),
        (lambda: add_major(rng, patient), 5),
        (lambda: add_minor(rng, patient), 8),
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


def without_ties(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Drop a result equal in day and amount to another but not a re-send of it.

    The table keeps the highest result of a day and says nothing of two equally high ones that
    differ in their printed limit or comparator.
    """
    kept: list[dict[str, Any]] = []
    for result in results:
        amount = table.units_per_litre(result["value"], result["unit"])
        twins = [
            k
            for k in kept
            if k["date"] == result["date"]
            and table.units_per_litre(k["value"], k["unit"]) == amount
        ]
        if amount is None or all(twin == result for twin in twins):
            kept.append(result)
    return kept


def random_patient(rng: Random) -> Patient:
    """One patient, completely known."""
    today = date(2023, 1, 1) + timedelta(days=rng.randint(0, 1200))
    patient: Patient = {
        "today": today,
        "birth": today - timedelta(days=random_age(rng)),
        "sex": rng.choice(("male", "female", "female", "male", None)),
        "order": random_order(rng),
        "alp": [],
        "labs": [],
        "conditions": [],
        "drugs": [],
        "procedures": [],
    }
    themes, weights = zip(*THEMES, strict=True)
    rng.choices(themes, weights)[0](rng, patient)
    if chance(rng, 60):
        add_noise(rng, patient)
    add_urgency(rng, patient)
    patient["alp"] = without_ties(patient["alp"])
    rng.shuffle(patient["alp"])
    return patient
