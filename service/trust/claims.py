"""What a token must claim to be for this call, now (CDS Hooks 2.0, "Trusting CDS Clients")."""

from __future__ import annotations

import math
from typing import Any

from service.settings import Client
from service.trust.refusal import Reason, Refused
from service.trust.tokens import is_id

Json = dict[str, Any]


def check_claims(claims: Json, client: Client, called: tuple[str, ...], now_s: float) -> None:
    """Audience, times, tenant and token id.  Raises Refused.

    called: the spellings of the URL that was called.
    """
    _check_audience(claims.get("aud"), client, called)
    _check_times(claims, client, now_s)
    if client.tenants and claims.get("tenant") not in client.tenants:
        raise Refused(Reason.TENANT, client.name)
    if not is_id(claims.get("jti")):
        raise Refused(Reason.CLAIMS, client.name)


def _check_audience(audience: object, client: Client, called: tuple[str, ...]) -> None:
    named = [audience] if isinstance(audience, str) else audience
    if not isinstance(named, list) or not all(isinstance(item, str) for item in named):
        raise Refused(Reason.CLAIMS, client.name)
    ours = {_without_slash(url) for url in (*called, *client.audience)}
    meant = {_without_slash(url) for url in named}
    if ours.isdisjoint(meant) or (client.single_audience and not ours.issuperset(meant)):
        raise Refused(Reason.AUDIENCE, client.name)


def _without_slash(url: str) -> str:
    """People type a base with one closing slash or without; all else is compared to the letter."""
    return url.removesuffix("/")


def _check_times(claims: Json, client: Client, now_s: float) -> None:
    expires, issued = _seconds(claims, "exp", client), _seconds(claims, "iat", client)
    begins = _seconds(claims, "nbf", client) if "nbf" in claims else issued
    if expires <= now_s - client.clock_leeway_s:
        raise Refused(Reason.EXPIRED, client.name)
    if max(issued, begins) > now_s + client.clock_leeway_s:
        raise Refused(Reason.NOT_YET, client.name)
    if not 0 < expires - issued <= client.max_token_life_s:
        raise Refused(Reason.LIFETIME, client.name)


def _seconds(claims: Json, name: str, client: Client) -> float:
    """A NumericDate (RFC 7519): any JSON number, so no boolean and no text."""
    value = claims.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return value
    raise Refused(Reason.CLAIMS, client.name)
