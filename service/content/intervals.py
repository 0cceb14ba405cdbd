"""Reference intervals of ALP: named sets by age and sex, each whole.

A site's set stands beside ours, or in place of ours of the same name; which set is used, the
settings say.  Ages are whole days, or years that begin on a birthday.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from service.content.csv_files import Row
from service.content.faults import hint
from service.content.layers import Layers
from service.content.numbers import decimal, shown
from service.hpp.knowledge.model import Interval
from service.hpp.knowledge.units import Units

FILE = "reference_intervals.csv"
DEFAULT_SET = "caliper_roche"
COLUMNS = ("set", "sex", "low_u_per_l", "high_u_per_l", "active", "source")
IN_DAYS = ("age_min_days", "age_max_days")
IN_YEARS = ("age_min_years", "age_max_years")
SEXES = ("male", "female", "both")
ADULT_DAYS = 6575  # a child's last day is the one before
OLDEST_YEARS = 150  # what is beyond was meant in days
FAR_OFF = 4  # times ours: no laboratory differs so much
_AGE = re.compile(r"[0-9]{1,5}")
_THOUSANDS = re.compile(r"[0-9]{1,2}[.,' \u00a0\u2019\u202f][0-9]{3}")


@dataclass(frozen=True, slots=True)
class Placed:
    """An interval and where it stands."""

    interval: Interval
    file: str
    line: str


def read_intervals(layers: Layers, name: str, units: Units) -> list[Interval]:
    """The set in use.  Faults: no such set, a row that cannot be, holes and overlaps by age."""
    wanted = name or DEFAULT_SET
    ours, theirs = _rows(layers, shipped=True), _rows(layers, shipped=False)
    known = dict.fromkeys(row["set"] for row in (*ours, *theirs))
    if wanted not in known:
        message = f"{wanted!r} is not a set{hint(wanted, known)} (known: {', '.join(known)})"
        layers.notes.fault("hpp-cds.toml", "content.reference_intervals", message)
        return []
    sets = dict.fromkeys(row["set"] for row in theirs)
    own = [other for other in sets if _cells(other, theirs) != _cells(other, ours)]
    for other in own:
        if other != wanted:
            _read_set(other, theirs, ours, layers, units)
    _warn_of_unused(wanted, own, layers)
    return [p.interval for p in _read_set(wanted, theirs, ours, layers, units)]


def _warn_of_unused(wanted: str, own: Sequence[str], layers: Layers) -> None:
    """A site that writes sets of its own and uses none has likely forgotten to say which."""
    if own and wanted not in own:
        message = (
            f"{', '.join(own)} of this site is not used: [content] reference_intervals in the "
            f"settings is {wanted}"
        )
        layers.notes.warn(FILE, "", message)


def _rows(layers: Layers, *, shipped: bool) -> list[Row]:
    if not shipped and not layers.has(FILE):
        return []
    first = layers.text(FILE, shipped=shipped).partition("\n")[0].casefold()
    ages = IN_YEARS if "_years" in first else IN_DAYS
    columns = (*COLUMNS[:2], *ages, *COLUMNS[2:])
    return layers.rows(FILE, columns, ("note",), shipped=shipped)


def _cells(name: str, rows: Sequence[Row]) -> list[list[str]]:
    return [[*row.values()][:-1] for row in rows if row["set"] == name]


def _read_set(
    name: str, theirs: Sequence[Row], ours: Sequence[Row], layers: Layers, units: Units
) -> list[Placed]:
    """A site's set of this name, else ours.  A site's is compared with our default one."""
    own = [row for row in theirs if row["set"] == name]
    below = [row for row in ours if row["set"] == name]
    before = len(layers.notes.faults)
    found = [placed for row in own or below if (placed := _placed(row, layers))]
    if own:
        _compare(found, ours, layers, units)
    if len(layers.notes.faults) == before:
        _check_ages(name, found, layers)
    return found


def _placed(row: Row, layers: Layers) -> Placed | None:
    low, high = decimal(row["low_u_per_l"]), decimal(row["high_u_per_l"])
    ages = _ages(row)
    problem = ""
    if row["active"] != "yes" or not row["source"]:
        problem = "the set in use needs active yes and a source"
    elif low is None or ages is None or row["sex"] not in SEXES:
        problem = "needs whole days (or years), a sex and a low limit in U/L" + _likely(row)
    elif high is None or not 0 < low < high:
        problem = "needs a low limit above 0 and below the high one"
    elif ages[0] > ages[1]:
        problem = f"begins at {ages[0]} days and ends before that, at {ages[1]}"
    if problem or low is None or ages is None:
        layers.notes.fault(FILE, row["line"], problem)
        return None
    return Placed(Interval(row["sex"], *ages, low), FILE, row["line"])


def _likely(row: Row) -> str:
    if "," in row["low_u_per_l"] + row["high_u_per_l"]:
        return "; write a point for the decimal comma"
    ages = [row[name] for name in (*IN_DAYS, *IN_YEARS) if name in row]
    if thousands := next((age for age in ages if _THOUSANDS.fullmatch(age)), ""):
        return f"; write no sign for the thousands: {re.sub(r'[^0-9]', '', thousands)}"
    sexes = {"m": "male", "w": "female", "f": "female", "all": "both", "b": "both"}
    meant = sexes.get(row["sex"].casefold()[:1])
    return f"; did you mean {meant}?" if row["sex"] not in SEXES and meant else ""


def _ages(row: Row) -> tuple[int, int] | None:
    """First and last day of an age range."""
    in_days = IN_DAYS[0] in row
    first, last = (row[name] for name in (IN_DAYS if in_days else IN_YEARS))
    if not (_AGE.fullmatch(first) and _AGE.fullmatch(last)):
        return None
    if in_days:
        return int(first), int(last) + (int(last) == ADULT_DAYS - 2)  # 18 years may be a day less
    if int(last) > OLDEST_YEARS:
        return None
    return birthday(int(first)), birthday(int(last) + 1) - 1


def birthday(years: int) -> int:
    """The day of life on which someone turns so many years old; 18 years are 6575 days."""
    return int((years * Decimal("365.25")).quantize(Decimal(1), ROUND_HALF_UP))


def _compare(found: Sequence[Placed], ours: Sequence[Row], layers: Layers, units: Units) -> None:
    """A limit far from ours at the same age is in another unit."""
    known = [p.interval for row in ours if row["set"] == DEFAULT_SET if (p := _placed(row, layers))]
    for placed in found:
        low, middle = placed.interval.low_u_per_l, _middle(placed.interval)
        near = next((i for i in known if i.age_min_days <= middle <= i.age_max_days), None)
        if near is None or near.low_u_per_l / FAR_OFF <= low <= near.low_u_per_l * FAR_OFF:
            continue
        in_units = low * (units.factor("activity", "ukat/L") or 1)
        katal = f"; {shown(low)} ukat/L is {shown(in_units)} U/L" if low < near.low_u_per_l else ""
        message = f"{shown(low)} is no limit in U/L (ours at that age: {near.low_u_per_l}){katal}"
        layers.notes.fault(FILE, placed.line, message)


def _middle(interval: Interval) -> int:
    return (interval.age_min_days + min(interval.age_max_days, ADULT_DAYS - 1)) // 2


def _check_ages(name: str, found: Sequence[Placed], layers: Layers) -> None:
    """Every day of childhood has one lower limit for each sex."""
    said: set[tuple[str, str]] = set()
    for sex in ("male", "female"):
        mine = [p for p in found if p.interval.sex in (sex, "both")]
        mine.sort(key=lambda p: (p.interval.age_min_days, p.interval.age_max_days))
        for line, message in _gaps(name, sex, mine):
            if (line, message.partition(" at ")[2]) not in said:
                layers.notes.fault(FILE, line, message)
            said.add((line, message.partition(" at ")[2]))


def _gaps(name: str, sex: str, ordered: Sequence[Placed]) -> Iterator[tuple[str, str]]:
    expected, before = 0, ""
    for placed in ordered:
        first, last = placed.interval.age_min_days, placed.interval.age_max_days
        if first > expected:
            yield (
                before,
                f"{name} has no limit for {sex} at {expected} to {first - 1} days{_years(ordered)}",
            )
        elif first < expected:
            overlap = f"{first} to {min(expected - 1, last)} days"
            yield placed.line, f"{name} has two limits for {sex} at {overlap}: overlaps {before}"
        expected, before = max(expected, last + 1), placed.line
    if expected < ADULT_DAYS:
        message = f"{name} has no limit for {sex} at {expected} to {ADULT_DAYS - 1} days"
        yield before, f"{message}{_years(ordered)}"


def _years(ordered: Sequence[Placed]) -> str:
    """Ages that look like years."""
    odd = [p for p in ordered if p.interval.age_max_days <= 18 and p.interval.age_min_days > 0]
    if not odd and len(ordered) > 1:
        return ""
    where = f" {odd[0].line}:" if odd else ""
    return f";{where} if ages are years, call the columns {' and '.join(IN_YEARS)}"
