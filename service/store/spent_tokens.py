"""Token ids that were used: one atomic insert, shared by all workers and nodes.

Kept as digests: a row has one size whatever callers call their tokens, and tells nothing.
A clock that is set forward and back again must not make a used token good.  What a process cannot
know is whether its clock was right when it started or since it was set; once it has gone on by
itself for longer than any token lives, whatever was used before has expired by every clock.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count

from sqlalchemy import delete, select

from service.store import StoreDown
from service.store.database import Store
from service.store.tables import SPENT

PURGE_EVERY, PURGED_AT_ONCE = 100, 500
STEADY_S = 7200  # longer than any token can be used: its life and the leeway, 3600 and 2 x 120 s
STEP_S = 60  # a clock that moved by more was set, and not slowed or hastened


class SpentTokens:
    """Who inserts an (issuer, token id) first has not been seen before; everyone else has.

    clock: seconds since the epoch, which may be set.  passing: seconds that only pass.
    """

    def __init__(
        self,
        store: Store,
        clock: Callable[[], float] = time.time,
        passing: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._calls = store, count()
        self._is_first = store.inserter(SPENT)
        self._clock, self._passing = clock, passing
        self._set = (clock() - passing(), passing())

    def spend(self, issuer: str, token_id: str, until_s: int) -> bool:
        """True once for each pair.  until_s: when it may be forgotten.  Raises StoreDown."""
        digest = hashlib.sha256(f"{issuer}\0{token_id}".encode()).digest()
        first = self._is_first({"digest": digest, "until_s": until_s})
        now_s = self._clock()
        if self._is_steady(now_s) and next(self._calls) % PURGE_EVERY == 0:
            with suppress(StoreDown):  # a purge that has to wait can wait for the next one
                self.purge(now_s)
        return first

    def _is_steady(self, now_s: float) -> bool:
        """Whether the clock has not been set for so long that what it says can do no harm."""
        passed_s = self._passing()
        ahead_s, since_s = self._set
        if abs(now_s - passed_s - ahead_s) > STEP_S:
            self._set = (now_s - passed_s, passed_s)
            return False
        return passed_s - since_s > STEADY_S

    def purge(self, now_s: float) -> int:
        """Forget some of what has expired; how many.  Small steps: nobody waits long for a lock."""
        expired = select(SPENT.c.digest).where(SPENT.c.until_s < int(now_s)).limit(PURGED_AT_ONCE)
        with self._store.begin() as connection:
            purged = connection.execute(delete(SPENT).where(SPENT.c.digest.in_(expired))).rowcount
            if purged:
                self._store.shrink(connection)
        return purged
