"""One configured URL, asked now and then: the same sockets, deadline and caps as for FHIR."""

from __future__ import annotations

import socket

from service.outbound.calls import Deadline, HttpGet, Lookup, Resolver, Route
from service.outbound.exchange import FRAMING_BYTES, Allowance, Limits, Page, exchange
from service.outbound.transport import open_session
from service.settings.addresses import Base, Kind, read_base

# The operator chose the URL, so an intranet is fine; what hides where it leads is not.
_KINDS = frozenset({Kind.PUBLIC, Kind.PRIVATE, Kind.LOOPBACK})
CONNECT_S = 0.5


class Endpoint:
    """A JSON document behind one URL.  No token is sent, no redirect followed.

    ca_file: as in `Policy`.  Raises ValueError where the URL cannot be asked, in words that do
    not repeat it.
    """

    def __init__(
        self, url: str, most_bytes: int, ca_file: str = "", lookup: Lookup = socket.getaddrinfo
    ) -> None:
        base = read_base(url.partition("?")[0])
        if not isinstance(base, Base):
            raise ValueError(f"not a URL that can be asked: {base}")
        self._url, self._most_bytes = url, most_bytes
        self._route = Route(base, _KINDS, CONNECT_S, Resolver(lookup))
        self._session = open_session(base, ca_file, 1)
        self._session.headers["Accept"] = "application/json"

    def get(self, deadline: Deadline) -> Page:
        call = HttpGet(self._route, deadline, self._most_bytes + FRAMING_BYTES)
        limits = Limits(self._most_bytes, Allowance(self._most_bytes))
        return exchange(self._session, self._url, "", call, limits)
