"""A fault server: real sockets on 127.0.0.1, a thread for each connection, bytes by hand.

The first segment of a path names the scenario; what each does is in scenarios.py.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Event, Lock, Thread
from urllib.parse import parse_qs, urlsplit

import orjson

Play = Callable[["Talk"], bool]


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it arrived.  headers: names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    name: str = ""

    @property
    def scenario(self) -> str:
        return urlsplit(self.target).path.split("/")[1]

    @property
    def page(self) -> int:
        return int(parse_qs(urlsplit(self.target).query).get("page", ["1"])[0])

    @property
    def token(self) -> str:
        return self.headers.get("authorization", "").removeprefix("Bearer ")


class FaultServer:
    """Counts connections and keeps every request, so that a test can say what was seen.

    context: speak TLS.  drip: instead of listening, send this a byte at a time, then nothing.
    """

    def __init__(
        self,
        scenarios: Mapping[str, Play],
        context: ssl.SSLContext | None = None,
        drip: bytes | None = None,
    ) -> None:
        self._scenarios, self._context, self._drip = scenarios, context, drip
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self._lock, self._open = Lock(), set[socket.socket]()
        self._threads: list[Thread] = []
        self.closing = Event()
        self.other = ""
        self.connections = 0
        self.requests: list[Seen] = []
        self._tries: Counter[str] = Counter()
        self._thread = Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def origin(self) -> str:
        return f"{'https' if self._context else 'http'}://127.0.0.1:{self.port}"

    def tries(self, token: str) -> int:
        """How often a caller has asked so far: in the tests each has a token of its own."""
        with self._lock:
            return self._tries[token]

    def close(self) -> None:
        self.closing.set()
        with self._lock:
            for conn in self._open:
                with contextlib.suppress(OSError):
                    conn.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                conn, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                self._open.add(conn)
            thread = Thread(target=self._serve, args=(conn,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, conn: socket.socket) -> None:
        """One connection.  That the client goes away is what most scenarios are about."""
        wrapped = conn
        try:
            if self._drip is not None:
                Talk(self, conn, NOTHING).drip(self._drip, 0.05)
                self.closing.wait(30)
            elif self._context is not None:
                wrapped = self._context.wrap_socket(conn, server_side=True)
                self._converse(wrapped)
            else:
                self._converse(conn)
        except (OSError, ValueError):
            pass
        finally:
            with self._lock:
                self._open.discard(conn)
            wrapped.close()
            conn.close()

    def _converse(self, conn: socket.socket) -> None:
        name = str(getattr(conn, "server_name_seen", ""))
        while head := _head(conn):
            seen = _read(head, name)
            with self._lock:
                self.requests.append(seen)
                self._tries[seen.token] += 1
            if not self._scenarios[seen.scenario](Talk(self, conn, seen)):
                return


NOTHING = Seen("", "/", {})


class Talk:
    """One request under way and the means to answer it badly."""

    def __init__(self, server: FaultServer, conn: socket.socket, seen: Seen) -> None:
        self.server, self.conn, self.seen = server, conn, seen

    @property
    def base(self) -> str:
        return f"{self.server.origin}/{self.seen.scenario}"

    def send(self, data: bytes) -> None:
        self.conn.sendall(data)

    def head(self, status: int = 200, **headers: str) -> None:
        lines = [f"HTTP/1.1 {status} Whatever"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.send("\r\n".join([*lines, "", ""]).encode("latin-1"))

    def answer(self, body: bytes, status: int = 200, **headers: str) -> bool:
        """A whole answer; the connection stays."""
        headers = {"Content_Type": "application/fhir+json", **headers}
        self.head(status, Content_Length=str(len(body)), **headers)
        self.send(body)
        return True

    def bundle(self, following: str = "", **more: object) -> bool:
        """A search set, with the page asked for as its id."""
        links = [{"relation": "self", "url": self.base}]
        links += [{"relation": "next", "url": following}] if following else []
        page = {"resourceType": "Bundle", "id": str(self.seen.page), "link": links, **more}
        return self.answer(orjson.dumps(page))

    def drip(self, data: bytes, every: float) -> None:
        for byte in data:
            self.send(bytes([byte]))
            if self.pause(every):
                return

    def pause(self, seconds: float) -> bool:
        """Wait; whether the server is being closed."""
        return self.server.closing.wait(seconds)

    def endless(self, data: bytes) -> bool:
        while not self.server.closing.is_set():
            self.send(data)
        return False

    def reset(self) -> bool:
        """Close with RST instead of FIN."""
        self.conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False


def _head(conn: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        part = conn.recv(65_536)
        if not part:
            return b""
        head += part
    return head


def _read(head: bytes, name: str) -> Seen:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    pairs = (line.partition(":") for line in lines if line)
    return Seen(method, target, {key.lower(): value.strip() for key, _, value in pairs}, name)


class BlackHole:
    """A port whose SYNs get no answer: its queue of connections is full and nobody accepts."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=0)
        self._filler: list[socket.socket] = []
        self.port = int(self._listener.getsockname()[1])
        for _ in range(64):
            sock = socket.socket()
            sock.settimeout(0.1)
            self._filler.append(sock)
            try:
                sock.connect(("127.0.0.1", self.port))
            except TimeoutError:
                return
        raise AssertionError("the queue never filled")

    def close(self) -> None:
        for sock in (*self._filler, self._listener):
            sock.close()


def closed_port() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
