"""gunicorn's settings for this service, behind a proxy that buffers (deploy/README.md).

    gunicorn --config python:service.server.gunicorn_conf service.server.wsgi:app

Options on the command line win over what is here.  HUP reads hpp-cds.toml and the content anew.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import sys
from tempfile import mkdtemp
from typing import Any

# The workers' metrics are added up from files; the client library looks for the folder when it is
# imported.  What is there of an earlier start would be counted again, so the folder is a new one.
_METRICS = os.environ["PROMETHEUS_MULTIPROC_DIR"] = mkdtemp(prefix="hpp-cds-metrics-")
_OWNER = os.getpid()

import orjson  # noqa: E402
from flask import Flask  # noqa: E402
from gunicorn import util  # noqa: E402
from gunicorn.glogging import Logger  # noqa: E402
from gunicorn.http.errors import ParseException  # noqa: E402
from gunicorn.http.wsgi import Response  # noqa: E402
from prometheus_client.multiprocess import mark_process_dead  # noqa: E402
from werkzeug.exceptions import BadRequest  # noqa: E402

from service.content.faults import Fault  # noqa: E402
from service.hooks.errors import status_outcome  # noqa: E402
from service.hooks.routes import answer_http_error  # noqa: E402
from service.server.refusal import BadConfiguration  # noqa: E402
from service.server.reloading import pid_file, refuse  # noqa: E402
from service.server.serve import settle_interpreter  # noqa: E402
from service.server.waitress_server import REFUSAL_HEADERS  # noqa: E402
from service.watch.metrics import reloaded  # noqa: E402

bind = "127.0.0.1:8000"
workers = int(os.environ.get("WEB_CONCURRENCY") or min(4, os.cpu_count() or 1))
worker_class = "gthread"
threads = 8  # a request that waits for a FHIR server holds one
preload_app = True  # one copy of the content, and refused settings end gunicorn itself
graceful_timeout = 9  # container engines kill after 10 seconds
timeout = 30
keepalive = 75  # longer than a proxy keeps an idle connection, so that it is the one to close
limit_request_fields = 64
limit_request_field_size = 16_380  # a token of 8 kB is refused by the application, as a token
forwarded_allow_ips = "127.0.0.1,::1"
forwarder_headers = ""
accesslog = None  # a path may hold an id; the service's own log holds none
control_socket_disable = True
pidfile = pid_file()  # of the master, which `hpp-cds reload` finds there


@atexit.register
def remove_metrics() -> None:
    """Forked workers end with the same functions, and must leave what the others still write."""
    if os.getpid() == _OWNER:
        shutil.rmtree(_METRICS, ignore_errors=True)


def when_ready(server: Any) -> None:
    """Before the first fork: what the workers share stays shared."""
    _settle(server.app.callable)


def post_fork(server: Any, worker: Any) -> None:
    """Until a worker hears signals itself, TERM ends it; as the master's child it would miss it."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def post_worker_init(worker: Any) -> None:
    """Each worker looks after itself from here on."""
    if memory := worker.app.callable.extensions["hpp-cds.memory"]:
        memory.start()


def worker_exit(server: Any, worker: Any) -> None:
    """What waits to be remembered is written."""
    if memory := worker.app.callable.extensions["hpp-cds.memory"]:
        memory.close()


def child_exit(server: Any, worker: Any) -> None:
    """Gauges of a worker that is gone are no longer added; what it counted stays."""
    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_reload(server: Any) -> None:
    """Settings and content anew; where they cannot be used, the last good ones stay."""
    try:
        server.app.callable = server.app.load()
        reloaded(good=True)
    except BadConfiguration as error:
        refuse(server.app.callable, error.faults)
        server.log.error("The settings cannot be used; the last good ones stay.")
    except (SystemExit, Exception):  # whatever is wrong with them, a reload ends nothing
        refuse(server.app.callable, [Fault("settings", "", "cannot be read")])
        server.log.error("The settings cannot be used; the last good ones stay.")
    _settle(server.app.callable)


def _settle(app: Flask) -> None:
    """A chunk that gunicorn cannot read shows only when the application reads the body."""
    app.register_error_handler(ParseException, lambda _: answer_http_error(BadRequest()))
    settle_interpreter()


class logger_class(Logger):
    """gunicorn's own log, without what it would quote of a request: lines, headers, messages.

    A setting like those above, hence its name.
    """

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        if msg.startswith("Invalid request"):
            msg, args = "Refused a malformed request", ()
        super().warning(msg, *args, **kwargs)

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        kind = sys.exc_info()[0]
        if msg.startswith("Error handling request") and kind:
            super().error("Failed: %s", kind.__name__)
        else:
            super().exception(msg, *args, **kwargs)


def _refuse(sock: Any, status: int, reason: str, _quoted: str) -> None:
    """What gunicorn refuses itself, as JSON; its page would quote what was sent."""
    body = orjson.dumps(status_outcome(status, reason))
    headers = (("Connection", "close"), ("Content-Length", len(body)), *REFUSAL_HEADERS)
    head = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers)]
    util.write_nonblock(sock, "\r\n".join([*head, "", ""]).encode() + body)


def _without_banner(response: Any) -> list[str]:
    return [line for line in _default_headers(response) if not line.startswith("Server:")]


# gunicorn has no settings for these two.
util.write_error = _refuse
_default_headers = Response.default_headers
Response.default_headers = _without_banner
