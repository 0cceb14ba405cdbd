"""Bundle -> its entries, those of Bundles inside it too, and what it says is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from service.fhir.tolerant import Json, obj, objs, text

MOST_NESTED = 8  # Bundles in Bundles; a batch of searches has two
FAILED_SEVERITIES = frozenset({"error", "fatal"})
OUTCOME = "OperationOutcome"


class Entry(NamedTuple):
    """A resource with its type, where it stands, its fullUrl, and why it was sent.

    kind: its type, as written.  mode: `match`, `include`, `outcome`, or empty where the Bundle
    does not say.
    """

    inside: str
    position: int | None
    kind: str
    resource: Json
    full_url: str
    mode: str

    @property
    def where(self) -> str:
        return place(self.inside, self.position)


@dataclass(frozen=True, slots=True)
class Read:
    """One Bundle without those inside it.

    unreadable, failed: where an entry holds no resource, and where what it asked for failed.
    """

    bundle: Json
    entries: list[Entry] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    @property
    def next_links(self) -> list[str]:
        """Where its further pages are; empty where it does not say where."""
        return next_links(self.bundle)


def next_links(bundle: Json) -> list[str]:
    """Where the further pages of a Bundle are; empty where it does not say where."""
    links = objs(bundle.get("link"))
    return [text(x.get("url")) for x in links if text(x.get("relation")).lower() == "next"]


def place(key: str, position: int | None) -> str:
    """Where a resource is that has no id to be named by; position: in a Bundle."""
    return key if position is None else f"{key}[{position}]"


def read_bundles(bundle: object, key: str) -> list[Read]:
    """A Bundle and those inside it (a batch of searches, a searchset as an entry)."""
    found: list[Read] = []
    _read(obj(bundle), key, 0, found)
    return found


def _read(bundle: Json, inside: str, depth: int, found: list[Read]) -> None:
    read = Read(bundle)
    found.append(read)
    sent = bundle.get("entry")
    if isinstance(sent, dict):
        sent = [sent] if sent else []
    if sent is not None and not isinstance(sent, list):
        read.unreadable.append(inside)
        return
    for position, item in enumerate(sent or ()):
        unread = item.get("resource") if isinstance(item, dict) else item
        if isinstance(unread, dict) and text(unread.get("resourceType")):
            kind = unread["resourceType"]
            if kind == "Bundle" and depth < MOST_NESTED:
                _read(unread, place(inside, position), depth + 1, found)
            else:
                mode = text(obj(item.get("search")).get("mode"))
                url = text(item.get("fullUrl"))
                read.entries.append(Entry(inside, position, kind, unread, url, mode))
            unread = None
        if unread is not None or not isinstance(item, dict) or "resourceType" in item:
            read.unreadable.append(place(inside, position))
        elif "response" in item and _is_refused(item):
            read.failed.append(place(inside, position))


def _is_refused(item: Json) -> bool:
    """One query of a batch was answered by an error."""
    response = obj(item["response"])
    return text(response.get("status"))[:1] in ("4", "5") or has_failed(
        obj(response.get("outcome"))
    )


def has_failed(outcome: Json) -> bool:
    return any(
        text(issue.get("severity")).lower() in FAILED_SEVERITIES
        for issue in objs(outcome.get("issue"))
    )


def resources(bundle: object, key: str) -> Iterator[Json]:
    """Every resource of a Bundle and of those inside it."""
    for read in read_bundles(bundle, key):
        for entry in read.entries:
            yield entry.resource


def is_short(announced: object, sent: Iterable[str], wanted: frozenset[str]) -> bool:
    """Whether a total says that more was found than was sent.  sent: the types of what was.

    FHIR counts matches; real servers also count the outcomes or the included resources that
    they send along (hapifhir/hapi-fhir issue 7153), and then have sent them all.
    """
    if not isinstance(announced, int) or announced <= 0:
        return False
    kinds = Counter(sent)
    matches, outcomes = sum(kinds[kind] for kind in wanted), kinds[OUTCOME]
    others = kinds.total() - matches - outcomes
    counted = {matches + outcomes, matches + others, matches + outcomes + others}
    return announced > matches and announced not in counted
