"""What a paragraph says to its `vignette`, and what it may expect of the answer.

The same test functions are called with two kinds of vignette: `Runner` asks the service and
compares, `Recorder` only remembers what was said, for SPEC.md and for the coverage tests.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date

from service.evaluation.answer import EXTENSION
from service.evaluation.engine import Engine
from service.evaluation.services import BY_ID
from service.hooks.calls import evaluate_body
from service.hooks.errors import ServiceError
from service.settings import Client
from tests.fhir.build import Json
from tests.spec.request import as_request
from tests.spec.table import Table, read_table
from tests.spec.variants import in_order

TODAY = date(2025, 6, 15)
ORDER_SIGN = "hpp-order-sign"
SIDES = ("below", "on", "above")
IT = "{it}"  # where a table has the value that `around` varies


@dataclass(frozen=True, slots=True)
class Expected:
    """What the answer must be; `indicator` is that of the card, `none` where there is none.

    http 412 expects a refusal, and nothing else of it.  opens: rows that must be among the open
    ones, where a long list of others is open too; it stands instead of open_rows.
    named, unnamed: words that the card's text holds or does not hold.
    offers, spares: labels of suggestions it makes or leaves out.
    """

    verdict: str = ""
    row: str = ""
    indicator: str = "none"
    open_rows: tuple[str, ...] = ()
    opens: tuple[str, ...] = ()
    status: str = "complete"
    http: int = 200
    named: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    spares: tuple[str, ...] = ()

    def naming(self, *words: str) -> Expected:
        return replace(self, named=words)

    def silent_on(self, *words: str) -> Expected:
        return replace(self, unnamed=words)

    def offering(self, *labels: str) -> Expected:
        return replace(self, offers=labels)

    def sparing(self, *labels: str) -> Expected:
        return replace(self, spares=labels)


@dataclass(frozen=True, slots=True)
class Boundary:
    """Which threshold a case lies on or beside, and by what.

    value: what stands in the table.  since: the date it is counted from, where it is a date;
    of: what it is a share of, where the threshold is a ratio.
    """

    threshold: str
    side: str
    value: str
    since: str = ""
    of: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One request and its expected answer."""

    table: Table
    expected: Expected
    today: date = TODAY
    service: str = ORDER_SIGN
    accepted_gaps: tuple[str, ...] = ()
    boundary: Boundary | None = None

    def request(self) -> Json:
        return as_request(self.table.lines, BY_ID[self.service], self.today)


@dataclass(frozen=True, slots=True)
class Example:
    """What one call shows: a table and its case, or a table in which one cell varies."""

    table: Table
    cases: tuple[Case, ...]
    values: tuple[str, ...] = field(default=())


class Vignette(ABC):
    """Called by a paragraph with a table and what must come of it."""

    def __call__(
        self,
        table: str,
        *,
        today: date = TODAY,
        verdict: str = "",
        row: str = "",
        indicator: str = "none",
        open_rows: tuple[str, ...] = (),
        opens: tuple[str, ...] = (),
        status: str = "complete",
        http: int = 200,
        named: tuple[str, ...] = (),
        unnamed: tuple[str, ...] = (),
        offers: tuple[str, ...] = (),
        spares: tuple[str, ...] = (),
        service: str = ORDER_SIGN,
        accepted_gaps: tuple[str, ...] = (),
        boundary: Boundary | None = None,
    ) -> None:
        """One table, one answer."""
        expected = Expected(
            verdict=verdict,
            row=row,
            indicator=indicator,
            open_rows=open_rows,
            opens=opens,
            status=status,
            http=http,
            named=named,
            unnamed=unnamed,
            offers=offers,
            spares=spares,
        )
        read = read_table(table)
        case = Case(read, expected, today, service, accepted_gaps, boundary)
        self.take(Example(read, (case,)))

    def each(self, table: str, *answers: tuple[str, Expected]) -> None:
        """The same table once for each value that stands in place of `{it}`."""
        cases = tuple(Case(read_table(table.replace(IT, it)), expected) for it, expected in answers)
        self.take(Example(read_table(table), cases, tuple(it for it, _ in answers)))

    def around(
        self,
        threshold: str,
        table: str,
        *,
        below: tuple[str, Expected],
        on: tuple[str, Expected],
        above: tuple[str, Expected],
        since: str = "",
        of: str = "",
    ) -> None:
        """The same table one step below a threshold, on it, and one step above."""
        answers = (below, on, above)
        cases = tuple(
            Case(
                read_table(table.replace(IT, it)),
                expected,
                boundary=Boundary(threshold, side, it, since, of),
            )
            for side, (it, expected) in zip(SIDES, answers, strict=True)
        )
        self.take(Example(read_table(table), cases, tuple(it for it, _ in answers)))

    @abstractmethod
    def take(self, example: Example) -> None:
        """What becomes of an example: run it, or remember it for the document."""


@dataclass
class Recorder(Vignette):
    """Remembers the examples of a paragraph."""

    examples: list[Example] = field(default_factory=list)

    def take(self, example: Example) -> None:
        self.examples.append(example)


@dataclass
class Runner(Vignette):
    """Asks the service: each case as written, and with the entries of every Bundle reordered."""

    engine: Engine

    def take(self, example: Example) -> None:
        for number, case in enumerate(example.cases):
            said = answer(case.request(), case, self.engine)
            reordered = answer(in_order(case.request(), reverse=True), case, self.engine)

            different = differences(case.expected, said.compared_with(case.expected))
            tried = example.values[number : number + 1]  # what stands in place of {it}
            assert not different, "\n".join((*tried, *different))
            assert reordered == said, "another order of the entries gives another answer"


def differences(expected: Expected, got: Expected) -> list[str]:
    """One line for each part of the answer that is not as expected."""
    return [
        f"{part.name}: expected {getattr(expected, part.name)!r}, got {getattr(got, part.name)!r}"
        for part in fields(Expected)
        if getattr(expected, part.name) != getattr(got, part.name)
    ]


@dataclass(frozen=True, slots=True)
class Said:
    """The parts of an answer that a vignette speaks of."""

    http: int
    verdict: str = ""
    row: str = ""
    indicator: str = "none"
    open_rows: tuple[str, ...] = ()
    status: str = ""
    detail: str = ""
    labels: tuple[str, ...] = ()

    def compared_with(self, expected: Expected) -> Expected:
        """The answer in the form of an expectation, so that a failure shows the difference."""
        if self.http != 200:
            return Expected(http=self.http)
        return Expected(
            verdict=self.verdict,
            row=self.row,
            indicator=self.indicator,
            open_rows=() if expected.opens else self.open_rows,
            opens=tuple(row for row in expected.opens if row in self.open_rows),
            status=self.status,
            named=tuple(word for word in expected.named if word in self.detail),
            unnamed=tuple(word for word in expected.unnamed if word not in self.detail),
            offers=tuple(label for label in expected.offers if label in self.labels),
            spares=tuple(label for label in expected.spares if label not in self.labels),
        )


def answer(request: Json, case: Case, engine: Engine) -> Said:
    """What the service says on the day of the case."""
    client = Client(accepted_gaps=case.accepted_gaps)
    try:
        body = evaluate_body(request, BY_ID[case.service], engine, case.today, client=client).body
    except ServiceError as error:
        return Said(error.status)
    return said_by(body)


def said_by(body: Json) -> Said:
    """Read an answer; a check of one patient never gives more than one card."""
    cards, evaluation = body["cards"], body["extension"][EXTENSION]
    assert len(cards) <= 1
    return Said(
        http=200,
        verdict=evaluation["verdict"],
        row=evaluation["row"],
        indicator=cards[0]["indicator"] if cards else "none",
        open_rows=tuple(evaluation["openRows"]),
        status=evaluation["status"],
        detail=cards[0]["detail"] if cards else "",
        labels=_labels(cards),
    )


def _labels(cards: Sequence[Json]) -> tuple[str, ...]:
    return tuple(item["label"] for card in cards for item in card.get("suggestions", ()))
