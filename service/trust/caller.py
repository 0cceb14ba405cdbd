"""Who calls."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from service.settings import Client


class Caller(NamedTuple):
    """tenant: as the site lists it, a digest of any other, or empty."""

    client: Client
    tenant: str = ""


def caller_of(client: Client, claim: object) -> Caller:
    """claim: the `tenant` of a token.  What no one listed may be any text, and is a digest."""
    if not isinstance(claim, str) or not claim:
        return Caller(client.of_tenant(claim))
    listed = claim in client.tenants
    return Caller(client.of_tenant(claim), claim if listed else _digest(claim))


def _digest(claim: str) -> str:
    return f"sha256:{hashlib.sha256(claim.encode()).hexdigest()[:32]}"
