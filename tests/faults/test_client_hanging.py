"""Servers that hang or are gone: each costs only itself, and is left alone for a while."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from threading import Barrier

from service.fhir.queries import Fetched, Query
from service.outbound.breaker import Breaker
from service.outbound.calls import Deadline
from service.outbound.servers import Policy
from tests.faults.server import closed_port
from tests.faults.world import MANY, MARGIN_S, QUERY, Outcome, World, call


def at_once(count: int, job: Callable[[], Outcome]) -> list[threading.Thread]:
    threads = [threading.Thread(target=job) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads


def test_a_base_that_hangs_does_not_starve_another(world: World) -> None:
    """F25, with the threads of the product: fifty callers hang, one elsewhere is answered."""
    hung, well = world.policy("plain", "silent"), world.policy("plain", "fine")
    with world.clients(hung, well) as clients:
        alone = Barrier(1)
        waiting = at_once(MANY, lambda: call(clients, hung.base, 3000, alone))
        time.sleep(0.3)
        outcome = call(clients, well.base, 10_000, alone)
        still = sum(thread.is_alive() for thread in waiting)
        for thread in waiting:
            thread.join()

    assert outcome.fetched.problem == ""
    assert still == MANY  # answered before the first of them gave up


def test_who_waits_for_a_thread_is_answered_at_the_deadline(world: World) -> None:
    policy = world.policy("plain", "silent")
    queries = [Query(str(number), f"Observation?_id={number}") for number in range(30)]
    started = time.monotonic()
    with world.clients(policy, threads=4) as clients:
        found = clients.fetch(policy.base, queries, "t", Deadline.after_ms(500))

    assert time.monotonic() - started < 0.5 + MARGIN_S
    assert Counter(f.detail for f in found) == {"answer": 2, "queue": 28}
    assert {f.problem for f in found} == {"timeout"}


def test_a_silent_resolver_holds_no_thread_of_the_pool(world: World) -> None:
    lost = Policy(world.base("silent-resolver", "fine"), allow_private=True, allow_http=True)
    well = world.policy("plain", "fine")
    before = set(threading.enumerate())  # the rows above may have left look-ups behind
    with world.clients(lost, well, threads=2) as clients:
        first = clients.fetch(lost.base, [QUERY] * 6, "t", Deadline.after_ms(300))
        time.sleep(0.1)
        (found,) = clients.fetch(well.base, [QUERY], "t", Deadline.after_ms(1000))
        new = set(threading.enumerate()) - before
        resolving = [thread for thread in new if thread.name == "resolve"]

    assert {f.problem for f in first} == {"timeout"}
    assert found.problem == ""
    assert len(resolving) <= 2  # one for each host


def test_the_breaker_turns_callers_away_and_looks_again(world: World) -> None:
    """F26."""
    policy = world.policy("plain", "status-500")
    plain = world.servers["plain"]
    now_s = [0.0]
    breaker = Breaker(open_s=5.0, clock=lambda: now_s[0])
    with world.clients(policy, breaker=lambda: breaker) as clients:

        def ask() -> Fetched:
            return clients.fetch(policy.base, [QUERY], "breaker", Deadline.after_ms(2000))[0]

        first = [ask().problem for _ in range(3)]
        shut = ask()
        now_s[0] = 6.0
        again = [ask().problem for _ in range(2)]

    assert first == ["http-5xx"] * 3
    assert (shut.problem, shut.detail) == ("blocked", "breaker")
    assert again == ["http-5xx", "blocked"]
    assert plain.tries("breaker") == 4


def test_one_chart_that_hangs_costs_only_itself(world: World) -> None:
    """All its queries time out together; the next order is asked for all the same."""
    slow, fine = world.policy("plain", "silent"), world.policy("plain", "fine")
    base = fine.base.removesuffix("/fine")
    policy = replace(fine, base=base)
    with world.clients(policy, breaker=Breaker) as clients:
        hangs = [Query("alp", f"{slow.base.removeprefix(base + '/')}/{QUERY.path}")] * 6
        good = Query("alp", f"fine/{QUERY.path}")
        first = clients.fetch(policy.base, hangs, "t", Deadline.after_ms(300))
        then = [clients.fetch(base, [good], "t", Deadline.after_ms(2000))[0] for _ in range(49)]

    assert {f.problem for f in first} == {"timeout"}
    assert {f.problem for f in then} == {""}


def test_hanging_opens_the_breaker_for_those_who_wait(world: World) -> None:
    policy = world.policy("plain", "silent")
    with world.clients(policy, breaker=Breaker) as clients:
        found = [
            {
                f.problem
                for f in clients.fetch(policy.base, [QUERY] * 6, "t", Deadline.after_ms(200))
            }
            for _ in range(4)
        ]

    assert found == [{"timeout"}] * 3 + [{"blocked"}]


def test_a_server_that_nobody_reaches_is_given_up_at_once(world: World) -> None:
    policy = world.policy("plain", "fine")
    gone = replace(policy, base=f"http://127.0.0.1:{closed_port()}/fhir")
    with world.clients(gone, breaker=Breaker) as clients:
        first, then = (
            {f.problem for f in clients.fetch(gone.base, [QUERY] * 6, "t", Deadline.after_ms(2000))}
            for _ in range(2)
        )

    assert (first, then) == ({"refused"}, {"blocked"})


def test_callers_who_come_late_themselves_do_not_open_the_breaker(world: World) -> None:
    """A healthy server must not be shut out because our own queue was long."""
    policy = world.policy("plain", "late-100ms")
    with world.clients(policy, breaker=Breaker) as clients:
        for _ in range(6):
            late = Deadline(time.monotonic() + 0.05, budget=1.0)
            assert clients.fetch(policy.base, [QUERY], "t", late)[0].problem == "timeout"
        time.sleep(0.05)
        (found,) = clients.fetch(policy.base, [QUERY], "t", Deadline.after_ms(2000))

    assert found.problem == ""


def test_a_refusal_does_not_open_the_breaker(world: World) -> None:
    policy = world.policy("plain", "status-403")
    with world.clients(policy, breaker=Breaker) as clients:
        found = [
            clients.fetch(policy.base, [QUERY], "t", Deadline.after_ms(2000))[0].problem
            for _ in range(8)
        ]

    assert found == ["http-4xx"] * 8
