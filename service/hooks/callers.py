"""Who calls, for a view: anyone where no client is configured, else who has a valid token."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import request

from service.evaluation.engine import ANYONE, VISITOR
from service.hooks.errors import ServiceError, StoreUnavailable, TooManyFailures, Unauthorized
from service.settings import Settings
from service.settings.checks import LOOPBACK_NAMES, is_loopback
from service.store import StoreDown
from service.trust.caller import Caller
from service.trust.failure_limit import FailureLimit
from service.trust.refusal import Refused
from service.watch.call import note

if TYPE_CHECKING:
    from service.trust.wiring import Trust


class Callers:
    """Identifies the caller of the request under way."""

    def __init__(self, settings: Settings, trust: Trust | None) -> None:
        self._trust = trust
        self._unverified = VISITOR if settings.is_development else ANYONE
        self._bases = spellings(settings.base_url)
        self._failures = FailureLimit()

    @property
    def are_verified(self) -> bool:
        return self._trust is not None

    def identify(self, service_id: str) -> Caller:
        """Raises Unauthorized, TooManyFailures or StoreUnavailable."""
        trust = self._trust
        if trust is None:
            note(client=self._unverified.name)
            return Caller(self._unverified)
        called = tuple(f"{base}{request.path}" for base in self._bases)
        try:
            authorization = request.headers.get("Authorization")
            caller = trust.gate.admit(authorization, called, service_id)
        except Refused as refused:
            raise self._refusal(refused, trust) from None
        except StoreDown:
            raise StoreUnavailable from None
        note(client=caller.client.name)
        return caller

    def _refusal(self, refused: Refused, trust: Trust) -> ServiceError:
        logged = {"reason": refused.reason, "client": refused.client}
        if self._failures.is_full(request.remote_addr or ""):
            return TooManyFailures(logged=logged)
        trust.notes.refused(refused.client, refused.reason, time.time())
        return Unauthorized(logged=logged)


def spellings(base: str) -> tuple[str, ...]:
    """A public base as configured; on loopback, a person may type any of its names."""
    base = base.rstrip("/")
    parts = urlsplit(base)
    if not is_loopback(parts.hostname or ""):
        return (base,)
    port = f":{parts.port}" if parts.port else ""
    others = (f"{parts.scheme}://{name}{port}{parts.path}" for name in LOOPBACK_NAMES)
    return tuple(dict.fromkeys((base, *others)))
