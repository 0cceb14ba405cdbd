"""Plain patients written by hand, who have only what is named."""

from datetime import date, timedelta
from typing import Any

from tests.restatement.table import Judgement, judge

TODAY = date(2025, 6, 15)
ADULT = 20000
CHILD = 2000  # caliper_roche lower limit 142, either sex
LISTS = (
    *("alp", "labs", "conditions", "drugs", "administrations"),
    *("procedures", "encounters", "family"),
)


def ago(days: int) -> date:
    """That many days before the order."""
    return TODAY - timedelta(days=days)


def alp(days: int | None, value: float, unit: str = "U/L", **more: Any) -> dict[str, Any]:
    """A final ALP result."""
    base = {
        "name": "alp",
        "written": "quantity",
        "dated": "effective",
        "comparator": None,
        "low": None,
        "low_unit": None,
        "range_text": None,
        "status": "final",
        "specimen": None,
        "encounter": None,
    }
    day = None if days is None else ago(days)
    return {**base, "date": day, "value": value, "unit": unit, **more}


def lab(code: str, days: int, value: float, unit: str = "", **more: Any) -> dict[str, Any]:
    """A final result."""
    base = {"status": "final", "specimen": None, "high": None, "comparator": None}
    return {**base, "code": code, "date": ago(days), "value": value, "unit": unit, **more}


def alpl(code: str = "LA6668-3") -> dict[str, Any]:
    """A gene report."""
    base = {"high": None, "status": "final", "specimen": None}
    return {"code": "alpl", "date": ago(50), "significance": code, **base}


def plp(days: int = 400, value: float = 200) -> dict[str, Any]:
    """A pyridoxal phosphate in nmol/L."""
    return lab("plp", days, value, "nmol/L")


def condition(group: str, onset: int | None = None, **more: Any) -> dict[str, Any]:
    """An active, confirmed condition."""
    base = {
        "form": 0,
        "event": "first",
        "abatement": None,
        "recorded": None,
        "clinical": "active",
        "verification": "confirmed",
    }
    day = None if onset is None else ago(onset)
    return {**base, "group": group, "onset": day, **more}


def drug(group: str, start: int, end: int | None = None, status: str = "active") -> dict[str, Any]:
    """An order with a written period."""
    last = None if end is None else ago(end)
    dates = {"start": ago(start), "end": last, "authored": ago(start)}
    return {"group": group, "form": 0, "given": False, "status": status, **dates}


def given(group: str, days: int, status: str = "completed") -> dict[str, Any]:
    """An administration."""
    dates = {"start": None, "end": None, "authored": ago(days)}
    return {"group": group, "form": 0, "given": True, "status": status, **dates}


def procedure(group: str, days: int, status: str = "completed") -> dict[str, Any]:
    """A procedure."""
    return {"group": group, "date": ago(days), "status": status}


def encounter(kind: str, start: int | None, end: int | None, name: str = "e1") -> dict[str, Any]:
    """An encounter; without dates only a result's reference ties it to a day."""
    first = None if start is None else ago(start)
    return {"id": name, "class": kind, "start": first, "end": None if end is None else ago(end)}


def relative(*, hpp: bool = True, status: str = "completed") -> dict[str, Any]:
    """A FamilyMemberHistory."""
    return {"hpp": hpp, "form": 0, "status": status}


def person(age: int = ADULT, **parts: Any) -> dict[str, Any]:
    """A patient of that age in days who has only what is named."""
    order = {"group": "bp_alendronate", "dose_mg": None, "reason": None}
    base = {"today": TODAY, "birth": ago(age), "sex": None, "order": order, "missing": {}}
    return {**base, **{name: [] for name in LISTS}, **parts}


def ask(age: int = ADULT, **parts: Any) -> Judgement:
    """Judge a patient who has only what is named."""
    return judge(person(age, **parts))


def said(age: int = ADULT, **parts: Any) -> tuple[str, str, str]:
    """Tier, the part of the row before the dash, indicator."""
    found = ask(age, **parts)
    return found.tier, found.row.split("-")[0], found.indicator


def tier(age: int = ADULT, **parts: Any) -> str:
    """The tier alone."""
    return ask(age, **parts).tier


LOWS = [alp(60, 30), alp(30, 30)]
CLEAR = alp(600, 80)
MALIGNANT = {"group": "bp_zoledronate", "dose_mg": 4, "reason": None}
