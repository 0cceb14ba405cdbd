"""waitress as this service runs it: it finishes what it began, and is JSON in its own words too."""

from __future__ import annotations

import resource
import select
import socket
import time
from typing import TYPE_CHECKING, Any

import orjson
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher, WSGITask
from waitress.utilities import RequestEntityTooLarge

from service.content.faults import Fault, Faulty
from service.hooks.edge import EVERYWHERE
from service.hooks.errors import status_outcome
from service.hooks.messages import MAX_BODY_BYTES

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

THREADS = 8
HEALTH = "/healthz"
# Connections; beyond them the one that was quiet for longest goes, never one that is answered.
MOST_OPEN = 256
OTHER_FILES = 96  # of the process: the store, FHIR servers, its own
FEWEST_OPEN = 16
MAX_HEADER_BYTES = 64 * 1024
# A little more than the application takes: all of it is held before anyone is asked who they are.
BEYOND_BYTES = MAX_BODY_BYTES + 64 * 1024
# Beside the content of a body that comes in chunks: each chunk costs more than its bytes.  A body
# of 4 MiB in chunks of 64 bytes has less.
MOST_FRAMING_BYTES = 512 * 1024
NO_FILE = 2**30  # bytes; an answer is in memory anyway, and never belongs into a file
QUIET_S = 60  # a connection on which nothing moved for so long is closed
TIME_TO_FINISH_S = 8.0  # container engines kill after 10 seconds
# An idle connection stays for so long: the client may be sending on it this moment.
LINGER_S = 1.0
REFUSAL_HEADERS = (
    ("Cache-Control", "no-store"),
    ("Content-Type", "application/json"),
    *EVERYWHERE.items(),
)


def bind(host: str, port: int) -> socket.socket:
    """A socket to serve on.  Port 0 is a real one from here on, and a taken one a fault."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        message = f"cannot listen on {host}:{port}: {error.strerror}"
        raise Faulty([Fault("command line", "--port", message)]) from None


class _Answer(WSGITask):
    """The application's answer, the last of its connection once the server is stopping."""

    def build_response_header(self) -> bytes:
        if self.channel.server.stopping:
            self.request.headers["CONNECTION"] = "close"
        header: bytes = super().build_response_header()
        return header


class _Refusal(ErrorTask):
    """What waitress refuses itself: malformed, or larger than anything the application reads."""

    def execute(self) -> None:
        error = self.request.error
        self.status = f"{error.code} {error.reason}"
        body = orjson.dumps(status_outcome(error.code, error.reason))
        self.response_headers.extend(REFUSAL_HEADERS)
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Parser(HTTPRequestParser):
    """One request as it comes in."""

    completed = False

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        if self.chunked and self.body_rcv is not None and not self.completed:
            if self.body_bytes_received - len(self.body_rcv) > MOST_FRAMING_BYTES:
                self.error = RequestEntityTooLarge("chunks too small")
                self.completed = True
        return consumed


class _Channel(HTTPChannel):
    """One connection."""

    parser_class = _Parser
    task_class = _Answer
    error_task_class = _Refusal

    @property
    def is_answering(self) -> bool:
        """A request is here whole and its answer is not wholly with the kernel."""
        return bool(self.requests or self.total_outbufs_len)

    @property
    def asks_for_health(self) -> bool:
        first = self.requests[0] if self.requests else None
        return first is not None and not first.error and first.path == HEALTH

    @property
    def has_begun(self) -> bool:
        return self.is_answering or self.request is not None


def most_open() -> int:
    """How many connections the limit of open files leaves room for, after raising it if need be.

    Raises Faulty where that is too few to serve.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_OPEN + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    room = MOST_OPEN if soft == resource.RLIM_INFINITY else min(MOST_OPEN, soft - OTHER_FILES)
    if room < FEWEST_OPEN:
        needed = FEWEST_OPEN + OTHER_FILES
        message = f"the limit of open files is {soft}; at least {needed} are needed (ulimit -n)"
        raise Faulty([Fault("this process", "", message)])
    return room


class Server(TcpWSGIServer):
    """Serves on a socket that is bound already.  No banner, and no file for what passes through.

    `stop` may be called from a signal handler or from another thread.
    Raises Faulty where too few files may be open.  behind_proxy: X-Forwarded-For reaches the
    application, which knows how much of it to believe.
    """

    channel_class = _Channel

    def __init__(
        self,
        app: WSGIApplication,
        sock: socket.socket,
        threads: int = THREADS,
        behind_proxy: bool = False,
    ) -> None:
        self.stopping = False
        self._most_open = most_open()
        self._health = ThreadedTaskDispatcher()
        self._health.set_thread_count(1)
        adjustments = Adjustments(
            sockets=[sock],
            threads=threads,
            ident=None,
            max_request_header_size=MAX_HEADER_BYTES,
            max_request_body_size=BEYOND_BYTES,
            inbuf_overflow=BEYOND_BYTES,
            outbuf_overflow=NO_FILE,
            connection_limit=self._most_open + threads + 2,
            asyncore_use_poll=True,
            log_socket_errors=False,
            channel_timeout=QUIET_S,
            clear_untrusted_proxy_headers=not behind_proxy,
        )
        where: Any = (sock.family, sock.type, sock.proto, sock.getsockname())
        super().__init__(app, _sock=sock, adj=adjustments, sockinfo=where, bind_socket=False)

    def run(self) -> bool:
        """Serve until stopped, then finish what was begun.  False where the time did not do."""
        while not self.stopping:
            self._turn(1.0)
        self._let_in_who_waits()
        wasyncore.dispatcher.close(self)  # the listening socket alone, not the trigger
        self._finish(TIME_TO_FINISH_S)
        done = not any(channel.is_answering for channel in self.active_channels.values())
        self.task_dispatcher.shutdown(timeout=0.5)
        self._health.shutdown(timeout=0.5)
        wasyncore.close_all(self._map)
        return done

    def add_task(self, task: _Channel) -> None:
        """A probe never waits for the threads that answer callers, whatever those wait for."""
        (self._health if task.asks_for_health else self.task_dispatcher).add_task(task)

    def handle_accept(self) -> None:
        super().handle_accept()
        if len(self.active_channels) > self._most_open:
            self._close_the_quietest()

    def _close_the_quietest(self) -> None:
        quiet = [c for c in self.active_channels.values() if not (c.is_answering or c.will_close)]
        if quiet:
            min(quiet, key=lambda channel: channel.last_activity).will_close = True

    def stop(self) -> None:
        self.stopping = True
        self.pull_trigger()

    close = stop  # what waitress calls where accepting fails for good

    def _let_in_who_waits(self) -> None:
        """The kernel has connected them already; closing would reset them."""
        for _ in range(self.adj.backlog):
            if not select.select([self.socket], [], [], 0)[0]:
                return
            self.handle_accept()

    def _finish(self, patience_s: float) -> None:
        started = time.monotonic()
        while self.active_channels and (waited := time.monotonic() - started) < patience_s:
            if waited > LINGER_S:
                for channel in self.active_channels.values():
                    channel.will_close |= not channel.has_begun
            self._turn(0.1)

    def _turn(self, timeout_s: float) -> None:
        wasyncore.loop(timeout_s, self.adj.asyncore_use_poll, self._map, count=1)
