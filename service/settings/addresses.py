"""Where the FHIR client may go: registered bases, and the addresses their hosts resolve to.

Nothing here opens a socket or looks a name up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

LONGEST_URL = 8192
PORTS = {"https": 443, "http": 80}
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\\]")  # also a space: none belongs in a base
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\\]")
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,251}[a-z0-9])?")
_PATH = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@-]+)*")


class Kind(StrEnum):
    """What an address is good for.  `FORBIDDEN` leads nowhere an EHR can be, or hides where."""

    PUBLIC = "public"
    PRIVATE = "private"
    LOOPBACK = "loopback"
    FORBIDDEN = "forbidden"


# Written out, because `ipaddress.is_global` calls NAT64, 6to4 and multicast global, and what it
# says of some blocks changed between patch releases of Python.
_LOOPBACK = [ip_network(net) for net in ("127.0.0.0/8", "::1/128")]
_PRIVATE = [
    ip_network(net)
    for net in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",  # carrier-grade NAT
        "fc00::/7",  # unique local
    )
]
_FORBIDDEN = [
    ip_network(net)
    for net in (
        "0.0.0.0/8",
        "169.254.0.0/16",  # link-local: the metadata service of a cloud machine
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, reserved, broadcast
        "2001::/23",  # Teredo and other protocol assignments
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address inside
        "3fff::/20",
    )
]
# Outside it lie NAT64, IPv4-compatible, link-local, site-local and multicast addresses.
_GLOBAL_UNICAST = ip_network("2000::/3")


def kind_of(written: str) -> Kind:
    """The kind of an address as a resolver gives it; what cannot be read is forbidden."""
    try:
        address = ip_address(written)
    except ValueError:
        return Kind.FORBIDDEN
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if any(address in net for net in _LOOPBACK):
        return Kind.LOOPBACK
    if any(address in net for net in _PRIVATE):
        return Kind.PRIVATE
    if any(address in net for net in _FORBIDDEN):
        return Kind.FORBIDDEN
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return Kind.FORBIDDEN
    return Kind.PUBLIC


@dataclass(frozen=True, slots=True)
class Base:
    """A FHIR service base URL.  Two are the same only where all four parts are."""

    scheme: str
    host: str
    port: int
    path: str = ""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"

    @property
    def is_loopback(self) -> bool:
        """Loopback as written; a name other than `localhost` is not, whatever it resolves to."""
        return self.host == "localhost" or kind_of(self.host) is Kind.LOOPBACK

    def resolve(self, reference: str) -> str:
        """The URL of a query or a `next` link, relative or absolute; empty where it leads out.

        No `.` or `..`: `Patient/.` would be a list of all patients once they are undone.
        """
        if not reference or _CONTROL.search(reference) or _has_dots(reference.partition("?")[0]):
            return ""
        try:
            url = urljoin(f"{self}/", reference)
        except ValueError:
            return ""
        return url if self.covers(url) else ""

    def covers(self, url: str) -> bool:
        """Whether a URL is under this base, also after a server has undone its escapes."""
        if len(url) > LONGEST_URL or _CONTROL.search(url) or "#" in url:
            return False
        try:
            parts = urlsplit(url)
            same = (parts.scheme, (parts.hostname or ""), _port(parts)) == (
                self.scheme,
                self.host,
                self.port,
            )
        except ValueError:
            return False
        inside = parts.path == self.path or parts.path.startswith(f"{self.path}/")
        beyond = parts.path[len(self.path) :]
        return same and "@" not in parts.netloc and inside and not _may_leave(beyond)


def read_base(written: object) -> Base | str:
    """A base as someone wrote it, or in one word what is wrong with it.

    `text`, `characters`, `scheme`, `userinfo`, `query`, `fragment`, `host`, `port`, `path`.
    """
    if not isinstance(written, str) or not written or len(written) > LONGEST_URL:
        return "text"
    if _UNSEEN.search(written) or not written.isascii():
        return "characters"
    if "#" in written or "?" in written:
        return "fragment" if "#" in written else "query"
    try:
        parts = urlsplit(written)
        host, port = _host(parts), _port(parts)
    except ValueError:
        return "port"
    if parts.scheme not in PORTS:
        return "scheme"
    if "@" in parts.netloc:
        return "userinfo"
    if not host:
        return "host"
    if parts.netloc.endswith(":") or not 0 < port < 65536:
        return "port"
    path = parts.path.rstrip("/")
    if not _PATH.fullmatch(path) or _has_dots(path):
        return "path"
    return Base(parts.scheme, host, port, path)


def _may_leave(path: str) -> bool:
    """Whether a server might read more into a path than stands there.

    Some cut a segment at `;` before they look for dots, some undo escapes twice, some read a dot
    written in more bytes than it needs (`%C0%AE`) or in full width.
    """
    plain = unquote(path)
    hides = ";" in plain or "%" in plain or not plain.isascii() or _CONTROL.search(plain)
    return bool(hides) or _has_dots(plain)


def _has_dots(path: str) -> bool:
    return bool({".", ".."} & set(path.split("/")))


def _port(parts: SplitResult) -> int:
    return parts.port if parts.port is not None else PORTS.get(parts.scheme, 0)


def _host(parts: SplitResult) -> str:
    """The host in lower case; an IPv6 address in its shortest form; empty if it is neither."""
    host = parts.hostname or ""
    if "[" in parts.netloc:
        try:
            return str(IPv6Address(host)) if "%" not in host else ""
        except ValueError:
            return ""
    return host if _NAME.fullmatch(host) and ".." not in host else ""
