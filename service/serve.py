"""Listen with waitress, and refuse to listen where anybody could call unasked."""

from __future__ import annotations

import gc
from typing import Any

import click
import waitress
from flask import Flask

from service import __version__
from service.app import MAX_BODY_BYTES, create_app
from service.faults import Fault
from service.hooks.services import SERVICES
from service.settings import Settings
from service.watch import logs

LOOPBACK = ("127.0.0.1", "localhost", "::1")
THREADS = 8


def may_listen(settings: Settings, host: str, allow_anyone: bool) -> Fault | None:
    """Why this service must not listen here, or None: it fails closed.

    Beyond loopback, callers are verified and nothing is relaxed for development, unless
    somebody says in development mode that it is a test machine.
    """
    file = settings.file.name if settings.file else "command line"
    if allow_anyone and not settings.is_development:
        return Fault(file, "--allow-anyone", "is for development mode only")
    if host in LOOPBACK or allow_anyone:
        return None
    if settings.clients and not settings.is_development:
        return None
    message = f"refusing to listen on {host} {_unsafe(settings)}; {_ADVICE}"
    return Fault(file, "--host", message)


_ADVICE = "mount hpp-cds.toml, or add --allow-anyone on a test machine"


def _unsafe(settings: Settings) -> str:
    return "in development mode" if settings.clients else "without configured clients"


def run(settings: Settings, host: str, port: int) -> None:
    """Serve until stopped.  Says on standard error what runs and a line to try."""
    app = create_app(settings)
    logs.to_standard_error()
    server = make_server(app, host, port)
    _keep_start_up_out_of_garbage_collection()
    _announce(settings, host, getattr(server, "effective_port", port))
    try:
        server.run()
    except KeyboardInterrupt:
        server.close()


def make_server(app: Flask, host: str, port: int, threads: int = THREADS) -> Any:
    """A waitress server that leaves the size limit to the application and writes no files."""
    beyond = 4 * MAX_BODY_BYTES
    return waitress.create_server(
        app,
        host=host,
        port=port,
        threads=threads,
        ident=None,
        max_request_body_size=beyond,
        inbuf_overflow=beyond,
    )


def _keep_start_up_out_of_garbage_collection() -> None:
    """What start-up made lives for ever; collecting it costs tens of milliseconds a time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _announce(settings: Settings, host: str, port: int) -> None:
    base = settings.public_base_url or f"http://{host}:{port}"
    click.echo(f"hpp-cds {__version__}, {settings.mode} mode, listening on {host}:{port}", err=True)
    for service in SERVICES:
        click.echo(f"  POST {base}/cds-services/{service.id}", err=True)
    click.echo(f"Try: curl {base}/cds-services", err=True)
    if settings.is_development:
        click.echo(f"Look: {base}/", err=True)
    click.echo("No clinician has signed the content.", err=True)
    if host not in LOOPBACK:
        message = "WARNING: anyone who reaches this address can call; use no real patient data"
        click.secho(message, err=True, fg="red")
