"""A PostgreSQL connection that waits for its server so long and no longer.

The server's own time-outs do not help where it is frozen, nor those of TCP where its kernel still
answers: a caller would hold its thread for ever, and others would follow.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

from psycopg import Connection
from psycopg.pq import TransactionStatus

from service.store.database import WAIT_S

LOOK_S = 0.1
T = TypeVar("T")


class BoundedConnection(Connection[Any]):
    """Each exchange with the server has WAIT_S; one that takes longer gives the connection up."""

    def wait(
        self, gen: Generator[Any, Any, T], interval: float = LOOK_S, timeout: float | None = None
    ) -> T:
        try:
            return super().wait(gen, interval, WAIT_S if timeout is None else timeout)
        except BaseException:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()  # what comes now would be the answer to something else
            raise


def connect(_dialect: Any, _record: Any, arguments: Any, options: Any) -> BoundedConnection:
    """SQLAlchemy's `do_connect`."""
    return BoundedConnection.connect(*arguments, **options)
