"""Charts written as facts, for what a table of a vignette cannot write."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from service.hpp.facts import Facts, gather_facts
from service.hpp.knowledge.model import Knowledge
from service.hpp.model import ALP, Chart, Condition, DrugUse, Patient, Result, Sex, Variant

TODAY = date(2025, 6, 15)
ADULT_DAYS, CHILD_DAYS = 20_000, 2_900  # a child of eight has a limit of 142 U/L

Fact = Result | Condition | DrugUse | Variant


def ago(days: int) -> date:
    """So many days before the order."""
    return TODAY - timedelta(days=days)


def aged(youngest_days: int, oldest_days: int | None = None, sex: Sex | None = None) -> Patient:
    """A patient of that age in days, or of an age between two."""
    oldest = youngest_days if oldest_days is None else oldest_days
    return Patient(ago(oldest), ago(youngest_days), sex)


def lab(test: str, value: str, days: int, name: str = "", **more: Any) -> Result:
    """A final result of so many days ago, in the unit of its test."""
    reference = name or f"Observation/{test}-{days}"
    return Result(reference, test, ago(days), Decimal(value), shown=value, **more)


def alp(value: str, days: int, name: str = "", **more: Any) -> Result:
    """A total ALP in U/L."""
    return lab(ALP, value, days, name, **more)


def unread(days: int) -> Result:
    """A total ALP whose value is text."""
    return Result(f"Observation/unread-{days}", ALP, ago(days), problem="text")


def diagnosis(group: str, days: int | None = None, name: str = "", **more: Any) -> Condition:
    """A diagnosis that began so many days ago, or nobody knows when."""
    onset = None if days is None else ago(days)
    return Condition(name or f"Condition/{group}-{days}", frozenset({group}), onset=onset, **more)


def use(group: str, drug_class: str, start: int, end: int | None = None, **more: Any) -> DrugUse:
    """An order that ran from so many days ago on."""
    last = None if end is None else ago(end)
    reference = f"MedicationRequest/{group}-{start}"
    return DrugUse(reference, group, drug_class, start=ago(start), end=last, **more)


def chart(*facts: Fact, patient: Patient | None = None, **more: Any) -> Chart:
    """Of an adult unless said otherwise."""
    return Chart(
        patient or aged(ADULT_DAYS),
        results=tuple(fact for fact in facts if isinstance(fact, Result)),
        conditions=tuple(fact for fact in facts if isinstance(fact, Condition)),
        variants=tuple(fact for fact in facts if isinstance(fact, Variant)),
        drugs=tuple(fact for fact in facts if isinstance(fact, DrugUse)),
        **more,
    )


def facts(knowledge: Knowledge, *on_record: Fact, patient: Patient | None = None) -> Facts:
    """A chart as judged today."""
    return gather_facts(chart(*on_record, patient=patient), TODAY, knowledge)
