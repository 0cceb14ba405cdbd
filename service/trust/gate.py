"""The gate: a token that is one of our clients' own, for this call, now, and for the first time.

The order is that of the best practices of CDS Hooks: issuer, audience, times, tenant, signature,
and only then the token id, so that strangers cannot fill the store or spend another's token.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from service.settings import Client
from service.trust.caller import Caller, caller_of
from service.trust.claims import check_claims
from service.trust.key_sets import KeySet
from service.trust.keys import Key
from service.trust.refusal import Reason, Refused
from service.trust.tokens import Token, bearer, read_token

CLOCK_MARGIN_S = 86_400  # a spent token is kept so much longer: the clocks of nodes may differ


class ReplayStore(Protocol):
    """What remembers the token ids that were used, for all workers and nodes, against replay."""

    def spend(self, issuer: str, token_id: str, until_s: int) -> bool:
        """True for the first who comes with this id.  Raises StoreDown where nobody can tell."""
        ...


class Gate:
    """Lets the configured clients in.  key_sets: by issuer.  clock: seconds since the epoch."""

    def __init__(
        self,
        clients: Sequence[Client],
        key_sets: Mapping[str, KeySet],
        spent: ReplayStore,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._clients = {client.issuer: client for client in clients}
        self._key_sets, self._spent, self._clock = key_sets, spent, clock

    def admit(self, authorization: str | None, called: tuple[str, ...], service_id: str) -> Caller:
        """Who calls.  Raises Refused, or StoreDown where replay cannot be ruled out.

        called: the URL that was called, in each spelling that means it.
        """
        token = read_token(bearer(authorization))
        client = self._client(token)
        check_claims(token.claims, client, called, self._clock())
        if client.services and service_id not in client.services:
            raise Refused(Reason.SERVICE, client.name)
        self._check_signature(token, client)
        until = math.ceil(token.claims["exp"]) + client.clock_leeway_s + CLOCK_MARGIN_S
        if not self._spent.spend(client.issuer, token.claims["jti"], until):
            raise Refused(Reason.REPLAYED, client.name)
        return caller_of(client, token.claims.get("tenant"))

    def readiness(self) -> list[bool]:
        """For each client, whether its tokens could be verified now.

        Reads one source at most, the one that was not asked for longest: a probe must not wait
        for every source that hangs.
        """
        sets = self._key_sets.values()
        cold = [keys for keys in sets if not keys.is_ready]
        if cold:
            min(cold, key=lambda keys: keys.read_at_s).warm()
        return [keys.is_ready for keys in sets]

    def _client(self, token: Token) -> Client:
        issuer = token.claims.get("iss")
        client = self._clients.get(issuer) if isinstance(issuer, str) else None
        if client is None:
            raise Refused(Reason.ISSUER)
        return client

    def _check_signature(self, token: Token, client: Client) -> None:
        """The key comes from where the client's settings say; a `jku` never causes a fetch."""
        expected = client.jku if client.has_key_file else client.jwks
        if token.key_url is not None and expected and token.key_url != expected:
            raise Refused(Reason.KEY_URL, client.name)
        found = self._key_sets[client.issuer].find(token.key_id, token.algorithm)
        if not isinstance(found, Key):
            raise Refused(found, client.name)
        if not found.has_signed(token):
            raise Refused(Reason.SIGNATURE, client.name)
