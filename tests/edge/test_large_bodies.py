"""Of large bodies one is judged at a time; small ones go past it."""

from __future__ import annotations

import subprocess
import sys
import threading
from threading import Event

import pytest

from service.hooks.large_bodies import LARGE_BYTES, turn


@pytest.mark.hazard("C15")
def test_a_second_large_body_waits_and_a_small_one_does_not() -> None:
    judged, first_is_in, first_may_go = list[str](), Event(), Event()

    def first() -> None:
        with turn(LARGE_BYTES + 1):
            first_is_in.set()
            first_may_go.wait(10)
            judged.append("first")

    def second() -> None:
        with turn(LARGE_BYTES + 1):
            judged.append("second")

    threads = [threading.Thread(target=first)]
    threads[0].start()
    first_is_in.wait(10)
    threads.append(threading.Thread(target=second))
    threads[1].start()
    with turn(LARGE_BYTES):
        judged.append("small")
    first_may_go.set()
    for thread in threads:
        thread.join(10)

    assert judged == ["small", "first", "second"]


@pytest.mark.hazard("C15")
def test_a_thread_lets_the_others_in_five_times_sooner_than_usual() -> None:
    """In a process of its own: it is set for all threads of one."""
    program = "import sys\nfrom service.server import serve\nserve.settle_interpreter()\n"
    program += "print(sys.getswitchinterval())"

    said = subprocess.check_output([sys.executable, "-c", program], text=True)

    assert float(said) == pytest.approx(0.001)


def test_a_turn_ends_with_a_failure() -> None:
    try:
        with turn(LARGE_BYTES + 1):
            raise ValueError
    except ValueError:
        pass
    with turn(LARGE_BYTES + 1):
        pass
