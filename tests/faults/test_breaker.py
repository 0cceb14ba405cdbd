"""When a server that fails is left alone, and who may look whether it is back."""

from __future__ import annotations

import threading

import pytest

from service.outbound.breaker import Breaker, Outcome, outcome_of
from service.outbound.calls import Deadline, Failure


def test_a_deadline_counts_down_and_stops_at_nothing() -> None:
    deadline, past = Deadline.after_ms(100_000), Deadline.after_ms(-5)

    assert 90 < deadline.left() <= 100
    assert not deadline.expired
    assert deadline.share(50) == pytest.approx(0.5, abs=0.1)
    assert (past.left(), past.expired, past.share()) == (0.0, True, 0.0)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def breaker_after(*outcomes: Outcome | None) -> tuple[Breaker, Clock]:
    clock = Clock()
    breaker = Breaker(open_s=5.0, clock=clock)
    for outcome in outcomes:
        ticket = breaker.enter()
        assert ticket is not None
        breaker.settle(ticket, outcome)
    return breaker, clock


GOOD, SLOW, UNREACHABLE = Outcome


@pytest.mark.hazard("B13")
@pytest.mark.parametrize(
    ("outcomes", "shut"),
    [
        ([UNREACHABLE], True),
        ([SLOW] * 2, False),
        ([SLOW] * 3, True),
        ([SLOW, GOOD, SLOW, GOOD, SLOW], True),
        ([SLOW, GOOD, GOOD, SLOW, GOOD, GOOD, SLOW], False),
        ([SLOW, None, SLOW, None, SLOW], True),
        ([None] * 9, False),
        ([GOOD] * 25 + [UNREACHABLE], False),
        ([GOOD] * 10 + [UNREACHABLE] * 10, True),
        (([GOOD] * 49 + [SLOW]) * 3, False),
    ],
)
def test_it_opens_where_failures_are_half_of_the_recent_orders(
    outcomes: list[Outcome | None], shut: bool
) -> None:
    breaker, _ = breaker_after(*outcomes)

    assert breaker.is_open is shut
    assert (breaker.enter() is None) is shut


def test_old_failures_are_forgotten() -> None:
    breaker, clock = breaker_after(SLOW, SLOW)
    clock.now = 31.0
    breaker.settle(breaker.enter() or 0, SLOW)

    assert not breaker.is_open


@pytest.mark.hazard("B13")
@pytest.mark.parametrize(("outcome", "shut"), [(SLOW, True), (UNREACHABLE, True), (GOOD, False)])
def test_after_five_seconds_one_order_may_look(outcome: Outcome, shut: bool) -> None:
    breaker, clock = breaker_after(UNREACHABLE)
    clock.now = 4.9
    assert breaker.enter() is None
    clock.now = 5.1
    ticket = breaker.enter()
    assert ticket is not None
    assert breaker.enter() is None
    breaker.settle(ticket, outcome)

    assert breaker.is_open is shut


def test_a_look_that_saw_nothing_leaves_it_to_the_next() -> None:
    breaker, clock = breaker_after(UNREACHABLE)
    clock.now = 5.1
    ticket = breaker.enter()
    assert ticket is not None
    breaker.settle(ticket, None)

    assert breaker.enter() is not None


def test_what_began_before_it_opened_counts_no_more() -> None:
    breaker, clock = breaker_after(SLOW, SLOW)
    early = [breaker.enter() for _ in range(50)]
    for ticket in early:
        assert ticket is not None
        breaker.settle(ticket, SLOW)
    clock.now = 5.1
    probe = breaker.enter()
    assert probe is not None
    for ticket in early:
        breaker.settle(ticket or 0, GOOD)

    assert breaker.enter() is None
    breaker.settle(probe, GOOD)
    assert not breaker.is_open


ANSWERED = None
FAULTS = {
    "404": Failure("http-4xx", "404"), "401": Failure("http-4xx", "401"),
    "500": Failure("http-5xx", "500"), "hangs": Failure("timeout", "answer"),
    "no route": Failure("timeout", "connect"), "closed port": Failure("refused", "connect"),
    "redirect": Failure("refused", "redirect"), "queued": Failure("timeout", "queue"),
    "ours": Failure("refused", "internal"), "not json": Failure("malformed", "json"),
}  # fmt: skip


@pytest.mark.hazard("B13")
@pytest.mark.parametrize(
    ("ended", "expected"),
    [
        (["hangs"] * 6, SLOW),
        (["hangs"] * 5 + ["404"], GOOD),
        (["500"] * 6, SLOW),
        (["closed port"] * 6, UNREACHABLE),
        (["no route", "closed port"], UNREACHABLE),
        (["closed port", "hangs"], SLOW),
        (["401"] * 6, GOOD),
        (["redirect"], GOOD),
        (["not json"], GOOD),
        (["queued", "ours"], None),
        (["queued", "hangs"], SLOW),
    ],
)
def test_a_server_is_judged_by_all_queries_of_an_order(
    ended: list[str], expected: Outcome | None
) -> None:
    assert outcome_of([FAULTS[name] for name in ended], in_time=True) is expected


def test_one_answer_is_enough_and_a_late_start_says_nothing() -> None:
    hangs = FAULTS["hangs"]

    assert outcome_of([ANSWERED, hangs, hangs], in_time=True) is GOOD
    assert outcome_of([hangs, hangs], in_time=False) is None


@pytest.mark.hazard("B13")
def test_many_threads_get_one_look() -> None:
    breaker, clock = breaker_after(UNREACHABLE)
    clock.now = 6.0
    tickets: list[int | None] = []
    threads = [threading.Thread(target=lambda: tickets.append(breaker.enter())) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(ticket is not None for ticket in tickets) == 1
