"""Large bodies are judged one at a time in each process, so that small ones do not wait for many.

Judging is work of the processor: threads that judge large bodies side by side finish none of
them sooner, take their memory together, and slow every other caller down.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

LARGE_BYTES = 512 * 1024  # a chart of some 300 results
_TURN = Lock()


@contextmanager
def turn(size_bytes: int) -> Iterator[None]:
    """Run the body of the `with` at once, or where this is a large one, after the others."""
    if size_bytes <= LARGE_BYTES:
        yield
        return
    with _TURN:
        yield
