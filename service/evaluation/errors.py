"""Why a request ends without an answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing wrong with a request: where (a JSON pointer), and what, without its value."""

    pointer: str
    message: str


class DataUnavailable(Exception):
    """Needed data was neither sent nor can be obtained (412 over HTTP).

    gaps: (kind, prefetch key) of what was not seen, for whoever keeps and counts it.
    """

    def __init__(self, *issues: Issue, gaps: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__("needed data is not available")
        self.issues, self.gaps = issues, gaps
