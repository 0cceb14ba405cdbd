"""What is asked of a FHIR server and what came back, without knowing how it is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from service.fhir.tolerant import Json


@dataclass(frozen=True, slots=True)
class KeyQueries:
    """How one prefetch key is asked for.

    template: what an EHR prefetches.  searches: all that is wanted, where it sent nothing: one
    unless the codes need more room than a URL has.  rest: what the template leaves out.
    by_category: the template asks for more than is wanted, and is cut short the sooner; then
    the searches find what a next page may not.
    """

    template: str
    searches: tuple[str, ...]
    rest: tuple[str, ...] = ()
    by_category: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A read or search for a prefetch key; path is relative to the base, or a next link."""

    key: str
    path: str = field(repr=False)  # holds a patient id


@dataclass(frozen=True, slots=True)
class Fetched:
    """The pages of one query, in order, kept even where a later one failed.

    problem: a gap kind (`timeout`, `refused`, `http-4xx`, `http-5xx`, `malformed`, `too-large`,
    `truncated`, `blocked`) or empty.  detail: a finer word from a closed set, for the log.
    """

    key: str
    pages: tuple[Json, ...] = field(default=(), repr=False)
    problem: str = ""
    detail: str = ""


Fetch = Callable[[Sequence[Query]], Sequence[Fetched]]
