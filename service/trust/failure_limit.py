"""Failed authentications: who fails too often is told to slow down, and nobody else is."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from ipaddress import IPv6Interface
from threading import Lock

MOST_A_MINUTE = 200
MOST_ADDRESSES = 10_000


class FailureLimit:
    """Failed authentications of each address in the running minute, in this process.

    A hospital's callers share one address, so a failure never shuts out who has a valid token.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, Lock()
        self._minute, self._failures = 0, Counter[str]()

    def is_full(self, address: str) -> bool:
        """Count one more failure; whether there have been too many."""
        minute = int(self._clock() // 60)
        with self._lock:
            if minute != self._minute or len(self._failures) >= MOST_ADDRESSES:
                self._minute, self._failures = minute, Counter()
            network = _network(address)
            self._failures[network] += 1
            return self._failures[network] > MOST_A_MINUTE


def _network(address: str) -> str:
    """Who has one IPv6 address has a whole /64 of them."""
    try:
        return str(IPv6Interface(f"{address}/64").network)
    except ValueError:
        return address
