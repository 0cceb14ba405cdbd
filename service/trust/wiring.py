"""Settings and a store -> the gate that verifies callers."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from service.content.faults import Fault, Faulty
from service.content.files import NOT_THERE, missing
from service.settings import Client, Settings
from service.store.database import Store
from service.store.spent_tokens import SpentTokens
from service.store.trust_notes import TrustNotes
from service.trust.gate import Gate
from service.trust.key_sets import OF_FILE, OF_URL, KeySet, from_file, from_url
from service.trust.keys import KeyRing, read_key_set
from service.watch import metrics
from service.watch.health import HealthCheck
from service.watch.logs import ERROR, WARNING, log

# Why a key of a file is refused, for who has to mend the file.
IN_WORDS = {
    "algorithm": "algorithm: RS384 with an RSA key or ES384 with a P-384 key is verified",
    "kid": "kid: a key needs one, as tokens name it",
    "not-for-verifying": 'not-for-verifying: use is not "sig", or key_ops is without "verify"',
    "private": "private: the set holds a private key, which stays with its owner",
    "weak": "weak: RSA keys have 2048 to 8192 bits",
}


@dataclass(frozen=True)
class Trust:
    """What verifying callers needs; there is none where no client is configured."""

    gate: Gate
    store: Store
    notes: TrustNotes

    def health_checks(self) -> list[HealthCheck]:
        """Someone can be let in: replay can be ruled out, and a key set is there."""
        up, keys = self.store.is_up(), self.gate.readiness()
        usable = sum(keys)
        return [
            HealthCheck("store", up, "answers" if up else "does not answer"),
            HealthCheck("callers", usable > 0, f"{usable} of {len(keys)} key sets can be used"),
        ]


def open_trust(settings: Settings, store: Store) -> Trust:
    """Raises Faulty where a key file cannot be used."""
    faults = key_file_faults(settings)
    if faults:
        raise Faulty(faults)
    notes = TrustNotes(store)
    key_sets = {client.issuer: _key_set(client, settings, notes) for client in settings.clients}
    return Trust(Gate(settings.clients, key_sets, SpentTokens(store)), store, notes)


def _key_set(client: Client, settings: Settings, notes: TrustNotes) -> KeySet:
    if client.has_key_file:
        read, pace = from_file(Path(client.jwks)), OF_FILE
    else:
        read, pace = from_url(client.jwks, client.ca_file), OF_URL
    told = partial(_tell, client.name, notes)
    return KeySet(read, pace, allow_published=settings.is_development, told=told)


def _tell(client: str, notes: TrustNotes, ring: KeyRing | None, problem: str) -> None:
    """A read of a key set, for the log and the operator; refused keys are an alarm."""
    usable = len(ring.keys) if ring else 0
    if problem:
        log("key-set-not-read", WARNING, client=client, problem=problem)
    else:
        metrics.KEYS_READ.labels(client).set(time.time())
    for reason in ring.refused if ring else ():
        log("key-refused", ERROR, client=client, problem=reason)
    notes.keys_read(client, usable, problem, time.time())


def key_file_faults(settings: Settings) -> list[Fault]:
    """A key file is there at start, or the settings are wrong; a URL may be down for a while."""
    return [
        Fault(settings.file_name, f"clients[{position}].jwks", problem)
        for position, client in enumerate(settings.clients, 1)
        if client.has_key_file and (problem := _key_file_problem(client, settings))
    ]


def _key_file_problem(client: Client, settings: Settings) -> str:
    """Why a file holds no key that can be used, and what it seems to be instead."""
    path = Path(client.jwks)
    document = from_file(path)()
    ring = read_key_set(document.body, allow_published=settings.is_development)
    if ring is not None and ring.keys:
        return ""
    if gone := missing(path):
        start = " (a relative path starts at the settings file)" if gone == NOT_THERE else ""
        return f"{path} {gone}{start}"
    if path.is_dir():
        return f"{path} is a folder; name the file in it"
    if document.problem == "cannot be read":
        return f"{path} cannot be read: its permissions do not let this user"
    if document.problem:
        return f"holds no key that can be used: it {_instead_of_json(path)}, and not a JWK set"
    if isinstance(document.body, dict) and "kty" in document.body:
        return 'holds no key that can be used: it is one JWK; put it in {"keys": [...]}'
    refused = (
        "; ".join(IN_WORDS.get(reason, reason) for reason in sorted(ring.refused))
        if ring
        else 'it is not a JWK set, which is {"keys": [...]}'
    )
    return f"holds no key that can be used ({refused or 'the set is empty'})"


def _instead_of_json(path: Path) -> str:
    raw = path.read_bytes()[:4096]
    if not raw.strip():
        return "is empty"
    if b"PRIVATE KEY-----" in raw:
        return "is a private key, which stays with its owner"
    if b"-----BEGIN" in raw:
        return "is PEM"
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "is UTF-16 and not UTF-8"
    return "is a certificate or key in DER" if raw[:1] == b"\x30" else "is not JSON"
