"""`python -m tests.modelled_year [ORDERS]`: how often a prescriber would see a card in a year.

A year of antiresorptive orders is made up, judged by the decision table as it is, and counted by
verdict and indicator.  It is a model and no measurement: every assumption is a line of ASSUMED,
with where it comes from; most are judgement.  The table is never bent to reach a figure.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from service.content.knowledge import load_knowledge
from service.hpp.assessment import Assessment, Indicator
from service.hpp.decide import assess
from service.hpp.model import (
    ALP,
    Chart,
    Condition,
    DraftOrder,
    DrugUse,
    Patient,
    PrintedRange,
    Result,
    Sex,
)

TODAY = date(2026, 11, 28)
ORDERS, SEED = 20_000, 20261128


@dataclass(frozen=True)
class Assumption:
    value: float
    why: str


ASSUMED = {
    "new_start": Assumption(0.30, "share of orders that begin treatment; judgement"),
    "child": Assumption(0.005, "share of orders for children; judgement"),
    "baseline": Assumption(74, "median ALP in U/L of people over 55, mostly women; judgement"),
    "spread": Assumption(0.25, "standard deviation of ln ALP between people; NORIP 35-105: 0.28"),
    "within": Assumption(0.07, "standard deviation of ln ALP within a person; judgement"),
    "on_drug": Assumption(0.80, "ALP on an antiresorptive, as part of that before; judgement"),
    "alp_start": Assumption(0.73, "new starts with an ALP of two years; Saraux 2024 is worse"),
    "alp_renewal": Assumption(0.85, "renewals with an ALP on treatment; judgement"),
    "alp_old": Assumption(0.75, "people with an ALP of more than two years ago; judgement"),
    "carrier": Assumption(0.004, "ALPL carriers; judgement between Mornet's and screening figures"),
    "carrier_alp": Assumption(0.55, "ALP of carriers, as part of others'; judgement"),
    "hpp_named": Assumption(0.0003, "HPP on the problem list; judgement"),
    "fracture": Assumption(0.20, "new starts with a fracture in the 180 days before; judgement"),
    "liver": Assumption(0.02, "liver or biliary disease on record, any age; judgement"),
    "b12": Assumption(0.05, "B12 deficiency on record, any age; judgement"),
    "hypothyroid": Assumption(0.12, "hypothyroidism on record; judgement"),
    "tsh_high": Assumption(0.05, "of these, a TSH above 10 within a year; judgement"),
    "kidney": Assumption(0.02, "chronic kidney disease stage 4 or 5; judgement"),
    "steroid": Assumption(0.06, "on a glucocorticoid; judgement"),
    "oestrogen": Assumption(0.02, "on an oestrogen; judgement"),
    "acute": Assumption(0.03, "results taken in acute illness, which halves them; McKiernan 2014"),
    "cancer": Assumption(0.05, "orders of a cancer dose for bone metastases; judgement"),
    "chondrocalcinosis": Assumption(0.02, "on record; judgement"),
    "nonunion": Assumption(0.01, "poorly healing fracture on record; judgement"),
    "aff": Assumption(0.002, "atypical femoral fracture, renewals only; judgement"),
    "unreadable": Assumption(0.005, "newest results that cannot be read; judgement"),
}  # fmt: skip
# Edition 1, from the reading of its cards in the same kind of model: per 1,000 orders.
BEFORE = {"all": 138, "alpNotOnFile": 80, "renewals on treatment": 37}
AIM = {"beside alpNotOnFile": 30, "of them interruptive": 12}


def has(random: Random, name: str) -> bool:
    return random.random() < ASSUMED[name].value


def ago(days: float) -> date:
    return TODAY - timedelta(days=int(days))


@dataclass(frozen=True)
class Person:
    """carrier: of an ALPL variant, which nobody has looked for."""

    chart: Chart
    carrier: bool
    new_start: bool


def person(random: Random) -> Person:
    """One order with the record behind it; all prefetch keys seen."""
    carrier, new = has(random, "carrier"), has(random, "new_start")
    spread = math.exp(random.gauss(0, ASSUMED["spread"].value))
    own = ASSUMED["baseline"].value * spread * (ASSUMED["carrier_alp"].value if carrier else 1)
    started = None if new else random.uniform(200, 2500)
    born = ago(365.25 * random.uniform(55, 88))
    chart = Chart(
        patient=Patient(born, born, random.choice([Sex.FEMALE] * 4 + [Sex.MALE])),
        results=tuple(_results(random, own, started)),
        conditions=tuple(_conditions(random, new)),
        drugs=tuple(_drugs(random, started)),
        drafts=(_draft(random),),
    )
    return Person(_with_tsh(random, chart), carrier, new)


def _results(random: Random, own: float, started: float | None) -> Iterator[Result]:
    """Values before treatment, on it, and the newest that cannot be read."""
    days = []
    if has(random, "alp_old"):
        days += [random.uniform(730, 3600) for _ in range(random.randint(1, 4))]
    if has(random, "alp_start" if started is None else "alp_renewal"):
        days += [random.uniform(5, 725) for _ in range(random.randint(1, 4))]
    for number, day in enumerate(sorted(days, reverse=True)):
        on_drug = started is not None and day < started
        value = own * (ASSUMED["on_drug"].value if on_drug else 1)
        value *= math.exp(random.gauss(0, ASSUMED["within"].value))
        acute = has(random, "acute")
        yield Result(
            f"Observation/{number}",
            ALP,
            ago(day),
            Decimal(round(value * (0.5 if acute else 1))),
            printed=PrintedRange(Decimal(35), Decimal(105)),
            encounter_classes=frozenset({"IMP"} if acute else ()),
        )
    if has(random, "unreadable"):
        yield Result("Observation/unread", ALP, ago(2), problem="text", shown="see comment")


def _conditions(random: Random, new: bool) -> Iterator[Condition]:
    def recorded(group: str, youngest: float, oldest: float) -> Condition:
        onset = ago(random.uniform(youngest, oldest))
        return Condition(f"Condition/{group}", frozenset({group}), "confirmed", "active", onset)

    if new and has(random, "fracture"):
        yield recorded("cond_fracture", 1, 180)
    for name, group in (
        ("liver", "mask_liver"), ("b12", "sec_b12"), ("hypothyroid", "sec_hypothyroid"),
        ("kidney", "sec_ckd_4"), ("chondrocalcinosis", "cond_chondrocalcinosis"),
        ("nonunion", "cond_fracture_nonunion"), ("hpp_named", "cond_hpp"),
    ):  # fmt: skip
        if has(random, name):
            yield recorded(group, 30, 5000)
    if not new and has(random, "aff"):
        yield recorded("cond_aff", 1, 1000)


def _drugs(random: Random, started: float | None) -> Iterator[DrugUse]:
    if started is not None:
        yield DrugUse("MedicationRequest/ar", "bp_alendronate", "oral-bisphosphonate",
                      start=ago(started))  # fmt: skip
    for name, group, kind in (
        ("steroid", "drugalp_glucocorticoid", "alp-lowering"),
        ("oestrogen", "drugalp_oestrogen", "oestrogen"),
    ):
        if has(random, name):
            began = ago(random.uniform(30, 2000))
            yield DrugUse(f"MedicationRequest/{name}", group, kind, start=began)


def _draft(random: Random) -> DraftOrder:
    if has(random, "cancer"):
        reasons = frozenset({"cond_bone_metastasis"})
        return DraftOrder("MedicationRequest/draft", "bp_zoledronate", "iv-bisphosphonate",
                          reasons=reasons, oncology_dose=True)  # fmt: skip
    return DraftOrder("MedicationRequest/draft", "bp_alendronate", "oral-bisphosphonate")


def _with_tsh(random: Random, chart: Chart) -> Chart:
    """A TSH for everybody with hypothyroidism; seldom high."""
    if not any("sec_hypothyroid" in condition.groups for condition in chart.conditions):
        return chart
    value = Decimal(14 if has(random, "tsh_high") else 2)
    tsh = Result("Observation/tsh", "lab_tsh", ago(100), value)
    return Chart(
        chart.patient, (*chart.results, tsh), chart.conditions, chart.drugs, drafts=chart.drafts
    )


def child(random: Random) -> Person:
    """A child before pamidronate; most have an ALP for the age."""
    born = ago(random.uniform(1100, 6400))
    found = []
    if random.random() < 0.8:
        value = Decimal(round(240 * math.exp(random.gauss(0, 0.3))))
        found = [Result("Observation/0", ALP, ago(random.uniform(5, 300)), value)]
    draft = DraftOrder("MedicationRequest/draft", "bp_pamidronate", "iv-bisphosphonate")
    return Person(Chart(Patient(born, born), tuple(found), drafts=(draft,)), False, True)


def year(orders: int, seed: int = SEED) -> Iterator[tuple[Person, Assessment]]:
    random, knowledge = Random(seed), load_knowledge()
    for _ in range(orders):
        made = child(random) if has(random, "child") else person(random)
        yield made, assess(made.chart, TODAY, knowledge)


def report(orders: int) -> str:
    """The assumptions, then cards per 1,000 orders."""
    judged = list(year(orders))
    shown = [(p, a) for p, a in judged if a.indicator is not Indicator.NONE]
    per_thousand = 1000 / len(judged)
    counts = Counter((a.verdict, str(a.indicator)) for _, a in shown)
    verdicts = Counter(a.verdict for _, a in shown)
    rest = [(p, a) for p, a in shown if a.verdict != "alpNotOnFile"]
    strong = sum(a.indicator.rank >= Indicator.WARNING.rank for _, a in rest)
    renewals = sum(not p.new_start for p, _ in rest)
    new = [a for p, a in judged if p.new_start]
    old_normal = sum(a.row.id == "15-old-normal" for a in new)
    lows = [(p, a) for p, a in judged if p.carrier and any(i.kind.eligible_low for i in a.alp)]
    told = sum(a.indicator is not Indicator.NONE for _, a in lows)
    lines = ["Assumed:", *(f"  {n} = {a.value:g}: {a.why}" for n, a in ASSUMED.items()), ""]
    lines += [f"Cards per 1,000 of {len(judged)} orders:"]
    lines += [
        f"  {verdict:<26} {indicator:<9} {count * per_thousand:6.1f}"
        for (verdict, indicator), count in sorted(counts.items(), key=lambda item: -item[1])
    ]
    lines += [
        f"all                      {len(shown) * per_thousand:6.1f}   edition 1: {BEFORE['all']}",
        f"no recent ALP            {verdicts['alpNotOnFile'] * per_thousand:6.1f}   "
        f"edition 1: {BEFORE['alpNotOnFile']}",
        f"beside it                {len(rest) * per_thousand:6.1f}   aim: at most "
        f"{AIM['beside alpNotOnFile']}",
        f"  interruptive           {strong * per_thousand:6.1f}   aim: at most "
        f"{AIM['of them interruptive']}",
        f"  on renewals            {renewals * per_thousand:6.1f}   edition 1: "
        f"{BEFORE['renewals on treatment']}",
        f"carriers with a low ALP: {told} of {len(lows)} get a card",
    ]
    lines.append(f"new starts silent for an old clear normal: {old_normal * per_thousand:.1f}")
    return "\n".join(lines)


if __name__ == "__main__":
    print(report(int(sys.argv[1]) if len(sys.argv) > 1 else ORDERS))
