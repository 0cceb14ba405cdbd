"""Why a replay does not begin, or does not go on."""

from __future__ import annotations

from collections.abc import Iterable

from service.content.faults import Fault, Faulty

INPUT, USAGE = 1, 2  # exit status: the input is at fault, or what was asked for


class CannotReplay(Faulty):
    """Nothing of the site's settings or content is wrong.  status: how the process ends."""

    def __init__(self, faults: Iterable[Fault], status: int = INPUT) -> None:
        super().__init__(faults)
        self.status = status
