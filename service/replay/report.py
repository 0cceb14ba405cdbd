"""Figures -> one page for a committee: how often, on whom, and what missing data costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import Any

from cards.words import Words
from service.charts.counts import suppressed
from service.charts.page import Block, folded, page, paragraph, table, wide
from service.charts.svg import stacked, stacked_across
from service.hpp.assessment import Indicator
from service.replay.figures import INDICATORS, OF_ALL, Bar, Cost, ReplayFigures, Row
from service.replay.history import Judges
from service.reports.figures import with_line

SYNTHETIC = "Synthetic data: made by a program, of no real person, and no evidence of anything."
MOST_BARS, MOST_CODES = 12, 50
TITLES = {
    "verdict": "By verdict",
    "indicator": "By indicator",
    "drug": "By drug",
    "year": "By year",
    "start": "First start and renewal",
    "department": "By department",
}
RATES = {True: "cards per 100 of all {}", False: "cards per 100 {} of the same bar"}


def report(
    figures: ReplayFigures,
    summary: Mapping[str, Any],
    judges: Judges,
    fewest: int,
    *,
    everyone: bool = False,
    synthetic: bool = False,
) -> str:
    """The page.  fewest: counts below are not shown.  everyone: of patients, not of orders."""
    of = _Page(figures, summary, judges, fewest, "patients" if everyone else "orders")
    title = "What would hpp-cds have said?"
    return page(title, of.note(), of.blocks(), SYNTHETIC if synthetic else "")


@dataclass(frozen=True, slots=True)
class _Page:
    """unit: what is judged, orders or patients."""

    figures: ReplayFigures
    summary: Mapping[str, Any]
    judges: Judges
    fewest: int
    unit: str

    @property
    def _words(self) -> Words:
        return self.judges.engine.cards.words

    def blocks(self) -> Iterator[Block]:
        if self.judges.against:
            yield self._moves()
        for name in TITLES:
            known = [key for key in self.figures.bars[name] if key]
            if known and (name != "start" or self.unit == "orders"):
                yield self._bars(name)
        yield self._low()
        yield self._missing()
        if self.figures.undated:
            yield self._undated()
        yield self._unmapped()
        yield self._not_judged()

    def note(self) -> str:
        found = self.figures
        if not found.orders:
            return "Nothing was judged: in the days that were asked for there is nothing to judge."
        orders, patients, shown = (
            self._count(n) for n in (found.orders, found.patients, found.shown)
        )
        what = f"{orders} orders of {patients} patients"
        if self.unit == "patients":
            what = f"{patients} patients, each on their last day on record"
        is_few = 0 < found.shown < self.fewest or 0 < found.orders < self.fewest
        rate = "" if is_few else f", {100 * found.shown / (found.orders or 1):.1f} of 100"
        small = f"  Counts from 1 to {self.fewest - 1} are not shown." if self.fewest > 1 else ""
        return (
            f"{what}; {shown} would have got a card{rate}.  "
            f"Content {self.judges.engine.knowledge.version}.{small}"
        )

    def _count(self, number: int) -> str:
        shown = suppressed(number, self.fewest)
        return shown if isinstance(shown, str) else f"{number:,}"

    # Cards per 100 orders

    def _bars(self, name: str) -> Block:
        """A chart of the bars that are large enough, and the cases behind each."""
        bars = dict(self._ordered(name))
        large = {key: bar for key, bar in bars.items() if self._is_large(bar)}
        if not any(bar.cards for bar in large.values()):
            large = {}
        drawn = dict(list(large.items())[:MOST_BARS])
        body = self._drawn(name, drawn) if drawn else paragraph("No cards.")
        if len(large) > len(drawn):
            body += paragraph(f"Drawn are the first {len(drawn)} of {len(large)}.")
        body += "".join(self._behind(name, key, bar) for key, bar in large.items())
        few = [self._label(name, key) for key in bars if key not in large and bars[key].cards]
        if few:
            body += paragraph(f"Fewer than {self.fewest} cards: {', '.join(few)}.")
        return Block(TITLES[name], body, RATES[name in OF_ALL].format(self.unit).capitalize() + ".")

    def _is_large(self, bar: Bar) -> bool:
        """A part without any card is one to show, too, where its orders are no few."""
        return bar.orders >= self.fewest and not 0 < bar.cards.total() < self.fewest

    def _ordered(self, name: str) -> list[tuple[str, Bar]]:
        """Of verdicts and indicators those that have a card, the most first."""
        bars = self.figures.bars[name].items()
        if name in OF_ALL:
            with_cards = [item for item in bars if item[1].cards]
            return sorted(with_cards, key=lambda item: (-item[1].cards.total(), item[0]))
        if name == "year":
            return sorted(bars)
        return sorted(bars, key=lambda item: (-item[1].orders, item[0]))

    def _drawn(self, name: str, bars: Mapping[str, Bar]) -> str:
        """Pieces of fewer cards than are shown are left out; a colour is an indicator's."""
        series = {
            kind: [
                100 * (n if (n := bar.cards[kind]) >= self.fewest else 0) / self._base(name, bar)
                for bar in bars.values()
            ]
            for kind in INDICATORS
        }
        labels = [fill(self._label(name, key), 40) for key in bars]
        draw = stacked if name == "year" else stacked_across
        return wide(draw(labels, series, RATES[name in OF_ALL].format(self.unit), name))

    def _base(self, name: str, bar: Bar) -> int:
        return self.figures.orders if name in OF_ALL else bar.orders

    def _behind(self, name: str, key: str, bar: Bar) -> str:
        cards, base = bar.cards.total(), self._base(name, bar)
        heading = (
            f"{self._label(name, key)}: {_counted(cards, 'card')}, "
            f"{100 * cards / base:.1f} per 100 of {base:,} {self.unit}"
        )
        return folded(heading, self._cases(bar.cases, cards)) if cards else paragraph(heading)

    def _cases(self, cases: Sequence[Row], of: int) -> str:
        """Dates and values; nobody is named, and no verdict that is too rare to be counted."""
        cases = [row for row in cases if self.figures.verdicts[row["verdict"]] >= self.fewest]
        head = ("day", "drug", "verdict", "row", "indicator", "ALP in U/L")
        rows = [
            (row["day"], self._drug(row["drug_group"]), self._verdict(row["verdict"]), row["row"],
             row["indicator"], _course(row))
            for row in sorted(cases, key=lambda row: row["day"])
        ]  # fmt: skip
        more = paragraph(f"{len(cases)} of {of:,}, taken at random.") if len(cases) < of else ""
        return more + table(head, rows)

    def _label(self, name: str, key: str) -> str:
        if name == "verdict":
            return self._verdict(key)
        return self._drug(key) if name == "drug" else key or "unknown"

    def _verdict(self, code: str) -> str:
        return self._words.phrase("verdict", code)

    def _drug(self, group: str) -> str:
        known = self.judges.engine.knowledge.drugs.get(group)
        return known.name if known else "unknown"

    def _key(self, key: str) -> str:
        return self._words.phrase("key", key)

    def _name(self, fact: str) -> str:
        knowledge = self.judges.engine.knowledge
        if fact in knowledge.roles["hpp"]:
            return self._words.phrase("finding", "hpp-on-record")
        test = knowledge.tests.get(fact)
        return knowledge.labels.get(fact) or (test.name if test else fact)

    def _shown(self, rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
        return [suppressed(list(row), self.fewest) for row in rows]

    # Two configurations

    def _moves(self) -> Block:
        """Who moves from which verdict to which, and by which row of the table."""
        found = self.figures
        verdicts = sorted({*found.verdicts, *found.against_verdicts})
        sides = [
            (self._verdict(code), found.verdicts[code], found.against_verdicts[code])
            for code in verdicts
        ]
        sides.append(("with a card", found.shown, found.against_shown))
        body = table(("verdict", "this configuration", "the other"), self._shown(sides))
        for move, bar in found.by_orders():
            if bar.orders >= self.fewest:
                body += folded(self._told(move, bar), self._why(move, bar))
        few = sum(bar.orders < self.fewest for bar in found.moves.values())
        body += paragraph(f"Further moves of fewer than {self.fewest}: {few}.") if few else ""
        body += "" if found.moves else paragraph("Nobody moves.")
        moved = sum(bar.orders for bar in found.moves.values())
        note = f"{suppressed(moved, self.fewest)} {self.unit} are answered otherwise."
        return Block("Against the other configuration", body, note)

    def _told(self, move: Sequence[str], bar: Bar) -> str:
        verdict, row, indicator, other_verdict, other_row, other_indicator = move
        return (
            f"{bar.orders:,} {self.unit}: {self._verdict(verdict)} ({row}, {_card(indicator)}) "
            f"to {self._verdict(other_verdict)} ({other_row}, {_card(other_indicator)})"
        )

    def _why(self, move: Sequence[str], bar: Bar) -> str:
        row, other = move[1], move[4]
        says = paragraph(f"Here {row}: {_says(row, self.judges.engine)}")
        if self.judges.against:
            says += paragraph(f"There {other}: {_says(other, self.judges.against)}")
        return says + self._cases(bar.cases, bar.orders)

    # What is behind it

    def _low(self) -> Block:
        head = ("age in years", "sex", "patients with an ALP", "ever low", "persistently low")
        rows = [
            (*key, group.measured, group.low, group.persistently_low)
            for key, group in sorted(self.figures.groups.items())
        ]
        note = (
            "Patients judged here, as they were at their latest decision: "
            "a low ALP that counts, by the rules that judge an order."
        )
        if not rows:
            return Block("Low ALP by age and sex", paragraph("Nobody has an ALP."), note)
        return Block(
            "Low ALP by age and sex", self._low_drawn() + table(head, self._shown(rows)), note
        )

    def _low_drawn(self) -> str:
        """Per 100 patients with an ALP; groups and pieces of fewer than are shown are left out."""
        groups = {
            f"{age}, {sex}": group
            for (age, sex), group in sorted(self.figures.groups.items())
            if group.measured >= self.fewest
        }
        pieces = {
            "persistently low": [g.persistently_low for g in groups.values()],
            "low, and not persistently": [g.low - g.persistently_low for g in groups.values()],
        }
        measured = [group.measured for group in groups.values()]
        return self._pieces(list(groups), pieces, measured, "per 100 patients with an ALP", "low")

    def _pieces(
        self,
        labels: Sequence[str],
        pieces: Mapping[str, Sequence[int]],
        of: Sequence[int],
        unit: str,
        name: str,
    ) -> str:
        """Bars lying down, 100 for each of `of`; a piece of fewer than are shown is left out."""
        series = {
            said: [
                100 * (n if n >= self.fewest else 0) / base
                for n, base in zip(counts, of, strict=True)
            ]
            for said, counts in pieces.items()
        }
        if not any(any(values) for values in series.values()):
            return ""
        return wide(stacked_across(labels, series, unit, name))

    def _missing(self) -> Block:
        """What was not seen, and what stayed open for want of exactly that; none is judged anew."""
        costs = self.figures.by_cost()
        body = self._cost_drawn(costs) if costs else paragraph("Nothing stayed open.")
        body += "".join(
            folded(self._cost_told(key, cost), self._opened(cost)) for key, cost in costs
        )
        gaps = [
            (
                self._key(gap.partition(":")[2]),
                self._words.phrase("gap", gap.partition(":")[0]),
                count,
            )
            for gap, count in self.figures.gaps.most_common()
        ]
        head = ("data", "why it was not seen", self.unit)
        body += table(head, self._shown(gaps)) if gaps else paragraph("Nothing was missing.")
        missing = ", ".join(self._key(key) for key in sorted(self.judges.missing))
        note = (
            f"{self.unit.capitalize()} that stayed open: with data that was not there the answer "
            "could have been a more urgent one."
        )
        note += f" The source holds nothing of: {missing}." if missing else ""
        only_this = self._cards_of_quiet_verdicts()
        if only_this:
            note += f" Cards that say nothing else: {self._count(only_this)}."
        return Block("What missing data costs", body, note)

    def _cards_of_quiet_verdicts(self) -> int:
        """Of verdicts that draw no card by themselves."""
        rows = self.judges.engine.knowledge.table
        telling = {row.verdict for row in rows if row.indicator is not Indicator.NONE}
        bars = self.figures.bars["verdict"].items()
        return sum(bar.cards.total() for verdict, bar in bars if verdict not in telling)

    def _cost_drawn(self, costs: Sequence[tuple[str, Cost]]) -> str:
        """Per 100 of all; a piece of fewer than are shown is left out."""
        pieces = {
            "this alone could have changed it": [cost.alone for _, cost in costs],
            "only together with other data": [cost.orders - cost.alone for _, cost in costs],
        }
        labels = [self._key(key) for key, _ in costs]
        of = [self.figures.orders] * len(costs)
        return self._pieces(labels, pieces, of, f"left open, per 100 {self.unit}", "missing")

    def _cost_told(self, key: str, cost: Cost) -> str:
        orders, alone = self._count(cost.orders), self._count(cost.alone)
        return (
            f"{self._key(key).capitalize()}: {orders} {self.unit} left open; "
            f"{alone} of them this alone could have changed"
        )

    def _opened(self, cost: Cost) -> str:
        """Which verdict they got, and which rows of the table would have said something else."""
        table_rows = {row.id: row for row in self.judges.engine.knowledge.table}
        rows = []
        for (verdict, name), (orders, alone) in cost.by_orders():
            row = table_rows.get(name)
            could = self._verdict(row.verdict) if row else "anything: nothing could be judged"
            rows.append((self._verdict(verdict), name, could, orders, alone))
        head = ("verdict that was given", "row left open", "it would say", self.unit,
                "this alone")  # fmt: skip
        return table(head, self._shown(rows))

    def _undated(self) -> Block:
        """Facts without a day, which count on every day."""
        rows = [(self._name(what), n) for what, n in self.figures.undated.most_common()]
        note = "They count on every day, as nobody knows when they became true."
        body = table(("fact without a date", self.unit), self._shown(rows))
        return Block("Not dated", body, note)

    def _unmapped(self) -> Block:
        """Codes that were not recognised, with a line for codes/local.csv."""
        head = ("kind", "system", "code", "unit", self.unit, "line for codes/local.csv")
        rows = []
        for (kind, system, code, unit), count in self.figures.unmapped.most_common(MOST_CODES):
            line = with_line({"kind": kind, "system": system, "code": code})["line"]
            rows.append((kind, system, code, unit, count, line))
        body = table(head, self._shown(rows)) if rows else paragraph("Everything was recognised.")
        note = "GROUP and NAME are for the site to fill in; look before a line is added."
        return Block("Not recognised", body, note if rows else "")

    def _not_judged(self) -> Block:
        rows = [
            ("orders of a drug of interest without a readable date", "undated_orders"),
            ("orders of a drug of interest without a patient", "orders_without_patient"),
            ("lines that could not be read", "malformed_lines"),
        ]
        counts = [(said, self.summary[name]) for said, name in rows]
        return Block("What could not be judged", table(("what", "count"), self._shown(counts)))


def _course(row: Row) -> str:
    return "; ".join(f"{item['day']}: {_value(item)}" for item in row["alp"][-5:])


def _value(item: Mapping[str, Any]) -> str:
    return "unreadable" if item["u_per_l"] is None else f"{item['u_per_l']:g}"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" + ("" if count == 1 else "s")


def _card(indicator: str) -> str:
    return "no card" if indicator == "none" else f"{indicator} card"


def _says(row: str, engine: Any) -> str:
    return next((item.says for item in engine.knowledge.table if item.id == row), "not judged")
