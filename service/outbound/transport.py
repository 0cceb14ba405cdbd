"""Sockets that keep a deadline, a byte limit and the address that was checked.

`requests` and urllib3 limit each read, not the whole answer, and look a name up themselves.
So the limits sit in the socket: each receive gets only the time that is left of the whole, so
a server that drips ends at the deadline wherever it drips, without a second thread that shuts
sockets down (and might shut one that already serves the next call).
"""

from __future__ import annotations

import logging
import socket
import ssl
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.ssl_ import create_urllib3_context

from service.outbound.calls import HttpGet, Stopped, under_way
from service.settings.addresses import Base, kind_of

MOST_ADDRESSES = 3

# urllib3 logs the path and query of each request, which name a patient, at levels a site may
# well turn on.  A filter holds where a level or a handler would be configured away.
for _name in ("connection", "connectionpool", "poolmanager", "response", "util.retry"):
    logging.getLogger(f"urllib3.{_name}").addFilter(lambda _record: False)


class _Socket(socket.socket):
    """A plain socket within the limits of the call under way."""

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        call = under_way()
        self.settimeout(call.left("answer"))
        with call.watch("answer"):
            return call.count(super().recv_into(buffer, nbytes, flags))

    def sendall(self, data: Any, flags: int = 0) -> None:
        call = under_way()
        self.settimeout(call.left("answer"))
        with call.watch("answer"):
            super().sendall(data, flags)


class _TlsSocket(ssl.SSLSocket):
    """The same over TLS.  OpenSSL keeps the limit over a whole handshake or record."""

    def do_handshake(self, block: bool = False) -> None:
        call = under_way()
        self.settimeout(call.left("tls", call.route.connect_s))
        with call.watch("tls"):
            super().do_handshake(block)

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        call = under_way()
        self.settimeout(call.left("answer"))
        with call.watch("answer"):
            return call.count(super().recv_into(buffer, nbytes, flags))

    def send(self, data: Any, flags: int = 0) -> int:
        call = under_way()
        self.settimeout(call.left("answer"))
        with call.watch("answer"):
            return super().send(data, flags)


def _dial() -> socket.socket:
    """A connection to an address that was checked, and to no other."""
    call = under_way()
    for family, _, protocol, _, address in _checked(call)[:MOST_ADDRESSES]:
        limit = call.left("connect", call.route.connect_s)
        sock = _Socket(family, socket.SOCK_STREAM, protocol)
        try:
            sock.settimeout(limit)
            with call.watch("connect"):
                sock.connect(address)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError:
            sock.close()
        else:
            call.fault = None
            return sock
    raise Stopped


def _checked(call: HttpGet) -> list[tuple[Any, ...]]:
    """Look the host up once.  One address that is not allowed spoils the whole answer."""
    base = call.route.base
    limit = call.left("dns")
    with call.watch("dns"):
        found = call.route.resolver.resolve(base.host, base.port, limit)
    if not found:
        call.stop("refused", "dns")
    if any(kind_of(str(item[4][0])) not in call.route.kinds for item in found):
        call.stop("blocked", "address")
    return found


class _Plain(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _dial()


class _Secure(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _dial()


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class _Adapter(HTTPAdapter):
    """Our connections, and one TLS context for a base, loaded once and always verifying."""

    def __init__(self, context: ssl.SSLContext | None, width: int) -> None:
        self._context = context
        super().__init__(pool_connections=1, pool_maxsize=width, max_retries=0)

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any
    ) -> None:
        super().init_poolmanager(
            connections, maxsize, block, ssl_context=self._context, **pool_kwargs
        )
        classes = {"http": _PlainPool, "https": _SecurePool}
        self.poolmanager.pool_classes_by_scheme = classes

    def build_connection_pool_key_attributes(
        self, request: Any, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        host, _ = super().build_connection_pool_key_attributes(request, True, None)
        return host, {"cert_reqs": "CERT_REQUIRED"} if self._context else {}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Nothing to add: requests would load the authorities again for each connection."""


class _Session(requests.Session):
    """A session that keeps no cookies and sees no redirect."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


def open_session(base: Base, ca_file: str, width: int) -> requests.Session:
    """The pooled session of one base.  OSError where the file of authorities is unusable."""
    session = _Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers = CaseInsensitiveDict(
        {"Accept": "application/fhir+json", "Accept-Encoding": "identity", "User-Agent": "hpp-cds"}
    )
    context = None
    if base.scheme == "https":
        context = create_urllib3_context(ssl_minimum_version=ssl.TLSVersion.TLSv1_2)
        context.load_verify_locations(ca_file or DEFAULT_CA_BUNDLE_PATH)
        context.sslsocket_class = _TlsSocket
    session.adapters.clear()
    session.mount(f"{base.scheme}://", _Adapter(context, width))
    return session
