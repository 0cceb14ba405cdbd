"""`hpp-cds clients`: who may call, how old their keys are, and why callers were refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from service.content.faults import Fault, Faulty
from service.reports.clients import alarms_of
from service.settings import Client, Settings
from service.store import StoreDown
from service.store.database import is_new, open_store
from service.store.trust_notes import KEYS, KEYS_FAILED, NOBODY, REFUSED, Note, TrustNotes
from service.trust.key_sets import from_file
from service.trust.keys import read_key_set
from service.trust.refusal import HINTS

UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


@dataclass(frozen=True, slots=True)
class ClientReport:
    """What an operator should know of one client; name `(unknown)`: of callers that are none.

    facts: (what, value).  keys: lines about its key set.  refused: lines, the latest first.
    behaviour: what is otherwise than it used to be.
    """

    name: str
    facts: tuple[tuple[str, str], ...] = ()
    keys: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    behaviour: tuple[str, ...] = ()


def report(settings: Settings, now_s: float) -> list[ClientReport]:
    """One entry for each client, and one for callers of unknown issuers where there were any.

    Reads what the running service noted in the store, and creates none: it would be the
    operator's own.  Raises Faulty where the store does not answer.
    """
    notes, changed = ((), {}) if is_new(settings) else _read(settings, now_s)
    entries = [
        replace(
            _entry(client, settings, notes, now_s), behaviour=tuple(changed.get(client.name, ()))
        )
        for client in settings.clients
    ]
    strangers = _refused(NOBODY, notes, now_s)
    return entries + ([ClientReport(NOBODY, refused=strangers)] if strangers else [])


def _read(settings: Settings, now_s: float) -> tuple[Sequence[Note], Mapping[str, Sequence[str]]]:
    store = open_store(settings)
    try:
        return TrustNotes(store).all(), alarms_of(store, now_s)
    except StoreDown:
        raise Faulty([Fault("store", "", "does not answer")]) from None
    finally:
        store.close()


def _entry(client: Client, settings: Settings, notes: Sequence[Note], now_s: float) -> ClientReport:
    base = settings.public_base_url.rstrip("/") or "(where it listens)"
    audience = [f"{base}/cds-services/SERVICE", *client.audience]
    facts = {
        "profile": client.profile,
        "issuer": client.issuer,
        "audience": ", ".join(audience) + (" and no other" if client.single_audience else ""),
        "tenants": ", ".join(client.tenants),
        "services": ", ".join(client.services) or "all",
        "FHIR base": client.fhir_base,
        "key set": client.jwks,
    }
    shown = tuple((what, value) for what, value in facts.items() if value)
    keys = (
        _file_keys(client, settings, now_s)
        if client.has_key_file
        else _url_keys(client, notes, now_s)
    )
    return ClientReport(client.name, shown, tuple(keys), _refused(client.name, notes, now_s))


def _file_keys(client: Client, settings: Settings, now_s: float) -> Iterator[str]:
    """A file is read on the spot: no other process knows more."""
    path = Path(client.jwks)
    document = from_file(path)()
    ring = read_key_set(document.body, allow_published=settings.is_development)
    if document.problem or ring is None:
        yield document.problem or "is not a key set"
        return
    changed = ago(now_s - path.stat().st_mtime)
    yield f"{_count(len(ring.keys), 'usable key')}, file changed {changed}"
    for reason, count in ring.refused.items():
        yield f"{_count(count, 'key')} refused: {reason}"


def _url_keys(client: Client, notes: Sequence[Note], now_s: float) -> Iterator[str]:
    ours = [note for note in notes if note.client == client.name]
    good = [note for note in ours if note.about == KEYS]
    for note in good:
        yield f"{_count(note.count, 'usable key')}, read {ago(now_s - note.last_s)}"
    for note in ours:
        if note.about == KEYS_FAILED:
            yield f"failed {ago(now_s - note.last_s)}: {note.word}"
    if not good:
        yield "never read by the running service"


def _refused(name: str, notes: Sequence[Note], now_s: float) -> tuple[str, ...]:
    ours = [note for note in notes if note.client == name and note.about == REFUSED]
    return tuple(
        f"{note.word}: {HINTS.get(note.word, 'unknown here')} "
        f"({_count(note.count, 'time')}, last {ago(now_s - note.last_s)})"
        for note in ours
    )


def ago(seconds: float) -> str:
    """How long ago, in the largest unit that fits: `3 minutes ago`."""
    for size, unit in UNITS:
        if seconds >= size:
            return f"{_count(int(seconds // size), unit)} ago"
    return "just now"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
