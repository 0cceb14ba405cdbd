"""Listen with waitress, and refuse to listen where anybody could call unasked."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Thread
from types import FrameType

import click
from flask import Flask

from service import __version__
from service.app import create_app
from service.content.faults import Fault, Faulty
from service.evaluation.services import SERVICES
from service.server.reloading import Reloading
from service.server.waitress_server import Server, bind
from service.settings import Settings, load_settings
from service.watch import logs

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def may_listen(settings: Settings, host: str, allow_anyone: bool) -> Fault | None:
    """Why this service must not listen here, or None: it fails closed.

    Beyond loopback, or behind a proxy that brings others there, callers are verified and nothing
    is relaxed for development, unless somebody says in that mode that it is a test machine.
    """
    file = settings.file.name if settings.file else "command line"
    if allow_anyone and not settings.is_development:
        return Fault(file, "--allow-anyone", "is for development mode only")
    if allow_anyone or (host in LOOPBACK and not settings.trusted_proxies):
        return None
    if settings.clients and not settings.is_development:
        return None
    where = f"behind a proxy on {host}" if settings.trusted_proxies else f"on {host}"
    message = f"refusing to listen {where} {_unsafe(settings)}; {_ADVICE}"
    return Fault(file, "--host", message)


_ADVICE = "mount hpp-cds.toml, or add --allow-anyone on a test machine"


def _unsafe(settings: Settings) -> str:
    return "in development mode" if settings.clients else "without configured clients"


def run(settings: Settings, host: str, port: int, allow_anyone: bool = False) -> None:
    """Serve until a signal says stop; HUP reads settings and content anew.

    Says on standard error what runs and a line to try.
    """
    ending = _Ending()
    signal.signal(signal.SIGTERM, ending)
    signal.signal(signal.SIGINT, ending)
    with bind(host, port) as sock, _pid_written(settings.pid_file):
        port = sock.getsockname()[1]
        apps = Reloading(_Maker(settings, host, port, allow_anyone))
        logs.to_standard_error()
        server = ending.server = Server(apps, sock, behind_proxy=settings.trusted_proxies > 0)
        if hasattr(signal, "SIGHUP"):
            signal.signal(signal.SIGHUP, lambda *_: Thread(target=apps.reload).start())
        settle_interpreter()
        said = (apps.app.extensions[f"hpp-cds.{name}"] for name in ("review", "switched-off"))
        _announce(settings, host, port, *said)
        apps.start()
        done = server.run()
        apps.close()
        if not done:
            click.echo("Stopped with requests unfinished.", err=True)
            os._exit(1)  # threads that still ask a FHIR server are not waited for


class _Maker:
    """Makes the application: first of the settings that were read, then of those there are."""

    def __init__(self, settings: Settings, host: str, port: int, allow_anyone: bool) -> None:
        self._first: Settings | None = settings
        self._started = settings
        self._host, self._port, self._allow_anyone = host, port, allow_anyone

    def __call__(self) -> Flask:
        settings, self._first = self._first or load_settings(self._started.file), None
        refused = may_listen(settings, self._host, self._allow_anyone)
        if refused or settings.trusted_proxies != self._started.trusted_proxies:
            message = "changed, which needs a restart"
            raise Faulty([refused or Fault(settings.file_name, "site.trusted_proxies", message)])
        return create_app(_reached_at(settings, self._host, self._port))


@contextmanager
def _pid_written(path: Path | None) -> Iterator[None]:
    """The process id in a file while this serves.  Raises Faulty where it cannot be written."""
    if path is None:
        yield
        return
    try:
        path.write_text(f"{os.getpid()}\n", "ascii")
    except OSError as error:
        message = f"cannot be written ({(error.strerror or 'refused').lower()})"
        raise Faulty([Fault(str(path), "site.pid_file", message)]) from None
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


class _Ending:
    """What signals do: the first lets the server finish what it began, the second does not."""

    server: Server | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self.server is None or self.server.stopping:
            os._exit(128 + number)
        self.server.stop()


def _reached_at(settings: Settings, host: str, port: int) -> Settings:
    """On loopback the public base is where it listens; beyond, its name is not known here."""
    if settings.public_base_url or host not in LOOPBACK:
        return settings
    name = f"[{host}]" if ":" in host else host
    return replace(settings, public_base_url=f"http://{name}:{port}")


def settle_interpreter() -> None:
    """For a process that answers from here on, with threads that all need the processor.

    What start-up made lives for ever; collecting it costs tens of milliseconds a time.  And a
    thread that judges a large chart lets the others in after a millisecond: with Python's own 5
    a small call beside it, which stops to read and to write, took nearly three times as long.
    """
    sys.setswitchinterval(0.001)
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _announce(
    settings: Settings, host: str, port: int, review: str, switched_off: Sequence[str]
) -> None:
    base = settings.public_base_url or f"http://{host}:{port}"
    click.echo(f"hpp-cds {__version__}, {settings.mode} mode, listening on {host}:{port}", err=True)
    for service in SERVICES:
        click.echo(f"  POST {base}/cds-services/{service.id}", err=True)
    click.echo(f"Try: curl {base}/cds-services", err=True)
    if settings.has_page:
        _announce_demo(base)
    click.echo(review, err=True)
    for line in switched_off:
        click.secho(f"Switched off: {line}", err=True, fg="yellow")
    if host not in LOOPBACK and not settings.clients:
        message = "WARNING: anyone who reaches this address can call; use no real patient data"
        click.secho(message, err=True, fg="red")


def _announce_demo(base: str) -> None:
    """A page to look at, and one story to try from a terminal and in the public sandbox."""
    from fhir_fixtures import stories
    from service.demo.links import MAIN_STORY, curl_line, sandbox_link

    story = stories()[MAIN_STORY]
    click.echo(f"Look: {base}/", err=True)
    click.echo(f"Ask: {curl_line(story, base)}", err=True)
    click.echo(f"In the public sandbox: {sandbox_link(story, base)}", err=True)
