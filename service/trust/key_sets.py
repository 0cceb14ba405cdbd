"""The key set of one issuer: asked for when needed, kept when it cannot be had, never flooded."""

from __future__ import annotations

import time
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from service import strict_json
from service.outbound.calls import Deadline
from service.outbound.single import Endpoint
from service.trust.keys import Key, KeyName, KeyRing, read_key_set
from service.trust.refusal import Reason
from service.trust.tokens import Algorithm

MOST_BYTES = 262_144
DEADLINE_MS = 1000
KEPT_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Document:
    """What was read, or a word that says why nothing was."""

    body: object = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a source is read.

    fresh_s: a set is used without asking.  pause_s: at least between two reads, whatever kids
    callers invent.  retry_s: the pause while there is no set at all.
    """

    fresh_s: float
    pause_s: float
    retry_s: float


OF_URL = Pace(fresh_s=300, pause_s=30, retry_s=5)
OF_FILE = Pace(fresh_s=10, pause_s=10, retry_s=1)
Read = Callable[[], Document]
Told = Callable[[KeyRing | None, str], None]


class KeySet:
    """One issuer's keys.

    One thread at a time reads the source; the others go on with the last good set, or wait for
    the reader where there is none or the kid is new.  A source that fails leaves the last good
    set in use for a day.  told: hears of every read.
    """

    def __init__(
        self,
        read: Read,
        pace: Pace,
        *,
        allow_published: bool = False,
        told: Told = lambda ring, problem: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read, self._pace, self._clock, self._told = read, pace, clock, told
        self._allow_published = allow_published
        self._lock = Lock()
        self._ring = KeyRing()
        self._good_at = self._read_at = float("-inf")

    def find(self, key_id: str, algorithm: Algorithm) -> Key | Reason:
        """The key of a kid and an algorithm, or why there is none."""
        wanted = key_id, algorithm
        if self._clock() - self._good_at > self._pace.fresh_s:
            self._refresh(wait=not self._keys())
        if wanted not in self._keys():
            self._refresh(wait=True)
        keys = self._keys()
        if not keys:
            return Reason.NO_KEYS
        known = any(kid == key_id for kid, _ in keys)
        return keys.get(wanted) or (Reason.ALGORITHM if known else Reason.UNKNOWN_KEY)

    @property
    def is_ready(self) -> bool:
        """Whether a caller could be verified now, without asking anybody."""
        return bool(self._keys())

    @property
    def read_at_s(self) -> float:
        """When the source was last asked, on this set's clock."""
        return self._read_at

    def warm(self) -> None:
        """Read the source where nothing is known, unless another does or just did."""
        if not self._keys():
            self._refresh(wait=False)

    def _keys(self) -> Mapping[KeyName, Key]:
        """The last good set, unless it is too old to be believed."""
        return self._ring.keys if self._clock() - self._good_at <= KEPT_S else {}

    def _refresh(self, wait: bool) -> None:
        """Read the source, unless that was done a moment ago or is being done by another."""
        asked_at = self._clock()
        if not self._lock.acquire(timeout=1.2 * DEADLINE_MS / 1000 if wait else 0):
            return
        try:
            pause = self._pace.pause_s if self._keys() else self._pace.retry_s
            if asked_at - self._read_at >= pause:
                self._take(self._read())
        finally:
            self._lock.release()

    def _take(self, document: Document) -> None:
        """Keep what is good; a set without one usable key is a mishap, not a rotation."""
        self._read_at = self._clock()
        ring = read_key_set(document.body, allow_published=self._allow_published)
        problem = document.problem or ("not-a-key-set" if ring is None else "")
        if ring is not None and not ring.keys:
            problem = problem or "no-usable-key"
        if ring is not None and not problem:
            self._ring, self._good_at = ring, self._read_at
        self._told(ring, problem)


def from_url(url: str, ca_file: str = "") -> Read:
    """A read of a URL: a second at most, 256 kB at most, no redirect."""
    endpoint = Endpoint(url, MOST_BYTES, ca_file)

    def read() -> Document:
        page = endpoint.get(Deadline.after_ms(DEADLINE_MS))
        if page.fault is not None:
            return Document(problem=f"{page.fault.problem} ({page.fault.detail})")
        return Document(page.body)

    return read


def from_file(path: Path) -> Read:
    def read() -> Document:
        try:
            raw = path.read_bytes().removeprefix(BOM_UTF8)  # as editors of Windows write it
            return Document(strict_json.load(raw) if len(raw) <= MOST_BYTES else None)
        except OSError:
            return Document(problem="cannot be read")
        except strict_json.BadJson:
            return Document(problem="is not JSON")

    return read
