"""Themes: each aims at one row of the decision table, or at one change of its edition 2."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from tests.restatement import edges, limits
from tests.restatement.draw import (
    Patient,
    add_condition,
    add_drug,
    add_given,
    back,
    chance,
    near,
)
from tests.restatement.draw_alp import add_alp, any_aim, make_alp_in, other_method, spoil
from tests.restatement.draw_around import (
    CAUSES,
    INFUSED,
    SUPPRESSED_FOR,
    add_acute,
    add_cause,
    add_cause_condition,
    add_encounter,
    add_lasting_cause,
    add_mask,
    add_proof,
    add_supply,
    add_suppression,
)
from tests.restatement.draw_features import (
    add_alpl,
    add_family_history,
    add_hpp,
    add_major,
    add_minor,
    add_substrate,
)

DAYS_AGO = (0, 1, 3, 7, 14, 30, 60, 90, 180, 182, 270, 365, 500, 730, 1095, 2000, 3652)
LONG_AGO = (365, 366, 731, 1095, 3651, 3652, 3653, 3700, 6000)


def some_day(rng: Random, patient: Patient) -> date:
    """A day of the patient's past, often around an edge."""
    if chance(rng, 15):
        return back(patient, patient["birth"], -near(rng, 364, 365, 3652, 6574, 6575, 6576))
    return back(patient, patient["today"], max(0, near(rng, *DAYS_AGO)))


def fresh_day(rng: Random, patient: Patient) -> date:
    """A day on either side of the freshness limit, mostly the fresh one."""
    limit = limits.fresh_days(patient)
    ago = rng.choice((0, 1, 10, 40, 100, 150, limit - 1, limit, limit + 1))
    return back(patient, patient["today"], ago)


def low_aim(rng: Random) -> str:
    """A low of one of the two kinds."""
    return rng.choice(("low", "low", "low", "very"))


def add_lows(rng: Random, patient: Patient, last: date) -> date:
    """Two or more lows whose span is around SPACING or a year; hands back the first day."""
    gap = limits.spacing(patient) + rng.choice((-1, 0, 0, 1, 40))
    if chance(rng, 25):
        gap = near(rng, 365, 700)
    first = add_alp(rng, patient, back(patient, last, gap), low_aim(rng))
    add_alp(rng, patient, last, low_aim(rng))
    for _ in range(rng.choice((0, 0, 0, 0, 1, 2, 3, 4))):
        between = back(patient, last, rng.randint(1, max(1, gap - 1)))
        add_alp(rng, patient, between, rng.choice(("low", "low", "normal", "normal", "above")))
    return first


def add_normal_before(rng: Random, patient: Patient, first: date) -> None:
    """A normal before the first low: near its ceiling or clear, near or long ago."""
    ago = rng.choice((1, 2, 30, 300, 3000, 4500))
    add_alp(rng, patient, back(patient, first, ago), rng.choice(("above", "clear", "clear")))


def theme_hpp(rng: Random, patient: Patient) -> None:
    """Rows 1 and 2: HPP on record, with low, acute and clear results."""
    names = (None, "confirmed", "unconfirmed", "provisional", "differential", "differential")
    add_hpp(rng, patient, rng.choice(names), some_day(rng, patient))
    day = add_alp(rng, patient, fresh_day(rng, patient), rng.choice(("edge", "above", "clear")))
    if chance(rng, 30):
        other = add_alp(rng, patient, some_day(rng, patient), any_aim(rng))
        rng.choice((add_acute, add_mask))(rng, patient, rng.choice((day, other)))


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
    if chance(rng, 25):
        add_given(rng, patient, "ert_asfotase", start)
    else:
        end = back(patient, start, -100) if chance(rng, 50) else None
        drug = add_drug(rng, patient, "ert_asfotase", start, end)
        if chance(rng, 15):
            drug["status"] = rng.choice(("draft", "cancelled", "entered-in-error"))
    add_alp(rng, patient, some_day(rng, patient), "edge")


def theme_alpl(rng: Random, patient: Patient) -> None:
    """Row 4d: a gene report with or without a low, with or without a raised substrate."""
    codes = ("LA6668-3", "LA6668-3", "LA26332-9", "LA26333-7", "LA26334-5", "LA6675-8")
    add_alpl(rng, patient, rng.choice(codes))
    day = add_alp(rng, patient, fresh_day(rng, patient), rng.choice(("low", "very", "normal")))
    if chance(rng, 40):
        add_substrate(rng, patient)
    if chance(rng, 25):
        rng.choice((add_acute, add_suppression))(rng, patient, day)


def theme_pattern(rng: Random, patient: Patient) -> None:
    """Rows 4b and 4e: the IWG pattern, persistent and clean or not."""
    day = fresh_day(rng, patient)
    first = add_lows(rng, patient, day) if chance(rng, 60) else add_alp(rng, patient, day, "low")
    for _ in range(rng.choice((1, 2, 2, 3))):
        add_major(rng, patient)
    for _ in range(rng.choice((0, 1, 2, 2, 3))):
        add_minor(rng, patient)
    if chance(rng, 30):
        add_lasting_cause(rng, patient, first, day)
    if chance(rng, 20):
        add_alp(rng, patient, back(patient, day, -20), "above")


def theme_persistent(rng: Random, patient: Patient) -> None:
    """Rows 4c, 5a and 5: lows around SPACING, with normals before, between or after."""
    first = add_lows(rng, patient, fresh_day(rng, patient))
    if chance(rng, 30):
        add_major(rng, patient)
    if chance(rng, 40):
        add_normal_before(rng, patient, first)
    if chance(rng, 15):
        add_family_history(rng, patient)


def theme_latest_masked(rng: Random, patient: Patient) -> None:
    """Row 6: lows, then a masked normal, now and then an acute or spoilt result after it."""
    aim = rng.choice(("normal", "above", "clear"))
    day = add_alp(rng, patient, fresh_day(rng, patient), aim)
    add_lows(rng, patient, back(patient, day, rng.choice((1, 20, 100))))
    add_mask(rng, patient, day)
    if chance(rng, 15):
        spoil(rng, patient, make_alp_in(rng, patient, back(patient, day, -3), any_aim(rng)))
    if chance(rng, 10):
        add_acute(rng, patient, add_alp(rng, patient, back(patient, day, -2), "low"))
    if chance(rng, 10):
        add_family_history(rng, patient)


def theme_cause(rng: Random, patient: Patient) -> None:
    """Rows 7 and 8b: every low has a cause, over a year or not, with or without a normal before."""
    last = fresh_day(rng, patient)
    first = add_lows(rng, patient, last) if chance(rng, 75) else add_alp(rng, patient, last, "low")
    add_lasting_cause(rng, patient, first, last)
    if chance(rng, 30):
        add_normal_before(rng, patient, first)


def theme_standing(rng: Random, patient: Patient) -> None:
    """Contradicted, old and undated causes with results that settle them."""
    last = fresh_day(rng, patient)
    first = add_lows(rng, patient, last) if chance(rng, 70) else add_alp(rng, patient, last, "low")
    group = rng.choice(CAUSES)
    add_cause_condition(rng, patient, group, rng.choice((first, last)))
    add_proof(rng, patient, group, last)
    if chance(rng, 50):
        add_proof(rng, patient, group, first)


def theme_suppressed(rng: Random, patient: Patient) -> None:
    """Rows 4c passed over, 7 and 8a: every low on treatment, and a normal before it."""
    last = fresh_day(rng, patient)
    first = add_lows(rng, patient, last) if chance(rng, 60) else add_alp(rng, patient, last, "low")
    group = rng.choice(tuple(SUPPRESSED_FOR))
    start = back(patient, first, rng.choice((1, 2, 30)))
    if group in INFUSED and chance(rng, 50):
        add_given(rng, patient, group, start)
    else:
        add_drug(rng, patient, group, start, None)
    if chance(rng, 75):
        add_normal_before(rng, patient, first)
    if chance(rng, 40):
        rng.choice((add_major, add_major, add_minor, add_family_history))(rng, patient)
    if chance(rng, 20):
        patient["order"] = {"group": "ar_denosumab", "dose_mg": 120, "reason": None}
        add_condition(rng, patient, "bone_metastasis", back(patient, last, 100))


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
    if chance(rng, 25):
        add_normal_before(rng, patient, day)


def theme_very_low_once(rng: Random, patient: Patient) -> None:
    """Row 9 or 10: a very low value about a year before the last low, a recovery between."""
    last = add_alp(rng, patient, fresh_day(rng, patient), "low")
    very = add_alp(rng, patient, back(patient, last, near(rng, 365, 365, 20, 900)), "very")
    for _ in range(rng.choice((0, 1, 2, 3))):
        between = back(patient, last, rng.randint(1, 900))
        add_alp(rng, patient, between, rng.choice(("normal", "above", "low")))
    if chance(rng, 25):
        add_normal_before(rng, patient, very)


def theme_family(rng: Random, patient: Patient) -> None:
    """Row 5b: family history with a low, one that recovered, or none."""
    add_family_history(rng, patient)
    day = add_alp(rng, patient, fresh_day(rng, patient), any_aim(rng))
    if chance(rng, 70):
        add_alp(rng, patient, back(patient, day, rng.choice((1, 40, 400))), low_aim(rng))
    if chance(rng, 30):
        rng.choice((add_mask, add_suppression, add_acute))(rng, patient, day)


def theme_acute(rng: Random, patient: Patient) -> None:
    """Row 11: a low in acute illness or in hospital, with or without a normal."""
    day = add_alp(rng, patient, some_day(rng, patient), low_aim(rng))
    rng.choice((add_acute, add_encounter))(rng, patient, day)
    if chance(rng, 35):
        add_alp(rng, patient, some_day(rng, patient), rng.choice(("normal", "above")))


def theme_recovered(rng: Random, patient: Patient) -> None:
    """Rows 12, 13 and 15: lows, then a normal around the ceiling and around freshness."""
    limit = limits.fresh_days(patient)
    ago = rng.choice((0, 30, limit - 1, limit, limit + 1, limit + 1, limit + 100))
    day = back(patient, patient["today"], ago)
    aim = rng.choice(("normal", "above", "above", "clear", "edge"))
    add_lows(rng, patient, back(patient, day, rng.choice((1, 10, 200))))
    add_alp(rng, patient, day, aim)
    if chance(rng, 25):
        newer = back(patient, day, -rng.choice((0, 1, 40)))
        spoil(rng, patient, make_alp_in(rng, patient, newer, any_aim(rng)))
    if ago > limit and chance(rng, 60):
        add_supply(rng, patient)


def theme_masked_only(rng: Random, patient: Patient) -> None:
    """Rows 13 and 14: a masked normal, low-normal or not, with or without a feature."""
    day = add_alp(rng, patient, fresh_day(rng, patient), rng.choice(("normal", "above", "edge")))
    add_mask(rng, patient, day)
    if chance(rng, 40):
        rng.choice((add_major, add_minor, add_minor))(rng, patient)
    if chance(rng, 35):
        other = back(patient, day, rng.choice((400, 800, 1, 0, -1)))
        add_alp(rng, patient, other, rng.choice(("normal", "above")))


def theme_invalid(rng: Random, patient: Patient) -> None:
    """Row 13: only results that cannot be used, and masked or acute ones beside them."""
    for _ in range(rng.choice((1, 1, 2))):
        spoil(rng, patient, make_alp_in(rng, patient, some_day(rng, patient), any_aim(rng)))
    if chance(rng, 30):
        day = add_alp(rng, patient, fresh_day(rng, patient), rng.choice(("normal", "above")))
        rng.choice((add_mask, add_acute))(rng, patient, day)


def theme_unread(rng: Random, patient: Patient) -> None:
    """A normal, and a newer result that cannot be read."""
    aim = rng.choice(("normal", "above", "clear"))
    day = add_alp(rng, patient, fresh_day(rng, patient), aim)
    newer = back(patient, day, -rng.choice((0, 1, 1, 30, 300)))
    spoil(rng, patient, make_alp_in(rng, patient, newer, any_aim(rng)))
    if chance(rng, 30):
        ago = near(rng, 365, 100)
        add_alp(rng, patient, back(patient, patient["today"], ago), "clear")
    if chance(rng, 15):
        add_mask(rng, patient, day)


def theme_other_method(rng: Random, patient: Patient) -> None:
    """Ranges of another laboratory method, alone and among others."""
    for _ in range(rng.choice((1, 2, 3))):
        result = make_alp_in(rng, patient, fresh_day(rng, patient), "edge")
        other_method(rng, patient, result)
    if chance(rng, 40):
        add_alp(rng, patient, some_day(rng, patient), any_aim(rng))


def theme_normal(rng: Random, patient: Patient) -> None:
    """Rows 14 and 15: normals around freshness."""
    for _ in range(rng.choice((1, 1, 2))):
        aim = rng.choice(("normal", "above", "clear", "edge"))
        add_alp(rng, patient, fresh_day(rng, patient), aim)
    if chance(rng, 45):
        add_supply(rng, patient)


def theme_nothing(rng: Random, patient: Patient) -> None:
    """Row 15: no result or an old one, clear or not; new start or continuing around 365 days."""
    if chance(rng, 55):
        aim = rng.choice(("clear", "clear", "above", "edge"))
        add_alp(rng, patient, back(patient, patient["today"], rng.choice(LONG_AGO)), aim)
    if chance(rng, 20):
        rng.choice((add_minor, add_major, add_family_history))(rng, patient)
    if chance(rng, 50):
        add_supply(rng, patient)


def theme_lookback(rng: Random, patient: Patient) -> None:
    """Lows and normals around ten years ago and today, and one dated after today."""
    for ago in rng.sample((0, 400, 3651, 3652, 3653, 3700, 6000), 3):
        add_alp(rng, patient, back(patient, patient["today"], ago), any_aim(rng))
    if chance(rng, 40):
        result = make_alp_in(rng, patient, patient["today"], any_aim(rng))
        result["date"] = patient["today"] + timedelta(days=rng.choice((1, 1, 30)))


def theme_growing(rng: Random, patient: Patient) -> None:
    """Results on either side of an age that changes the limit."""
    ages = (14, 15, 364, 365, 3651, 3652, 4747, 4748, 5478, 5479, 6208, 6209, 6574, 6575, 6576)
    reached = [a for a in ages if a <= limits.age_on(patient, patient["today"])] or [0]
    for age in rng.sample(reached[-4:], min(2, len(reached))):
        aim = rng.choice(("edge", "low", "clear"))
        add_alp(rng, patient, patient["birth"] + timedelta(days=age), aim)


Theme = Callable[[Random, Patient], None]
THEMES: tuple[tuple[Theme, int], ...] = (
    (theme_hpp, 5),
    (theme_excluded, 4),
    (theme_asfotase, 2),
    (theme_alpl, 5),
    (theme_pattern, 6),
    (theme_persistent, 9),
    (theme_latest_masked, 6),
    (theme_cause, 8),
    (theme_standing, 10),
    (theme_suppressed, 9),
    (theme_mixed, 8),
    (theme_single, 6),
    (theme_very_low_once, 4),
    (theme_family, 4),
    (theme_acute, 5),
    (theme_recovered, 7),
    (theme_masked_only, 7),
    (theme_invalid, 4),
    (theme_unread, 5),
    (theme_other_method, 3),
    (theme_normal, 4),
    (theme_nothing, 6),
    (theme_lookback, 4),
    (theme_growing, 4),
    (edges.theme_exempt, 5),
    (edges.theme_teeth, 2),
    (edges.theme_pregnant, 2),
    (edges.theme_teenager, 3),
    (edges.theme_not_yet, 1),
)
