"""`hpp-cds reload`: the running server reads settings and content anew."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from service.app import build_engine
from service.content.faults import Fault, Faulty
from service.settings import load_settings
from service.trust.wiring import key_file_faults


def reload_server(config: Path | None) -> str:
    """Send HUP to the process of the pid file.  Raises Faulty, with nothing sent, for settings or
    content that the server would refuse, and where no server runs."""
    settings = load_settings(config)
    build_engine(settings)
    if faults := key_file_faults(settings):
        raise Faulty(faults)
    if settings.pid_file is None:
        message = "is not set, so the server cannot be found; send it the signal HUP"
        raise Faulty([Fault(settings.file_name, "site.pid_file", message)])
    try:
        process = int(settings.pid_file.read_text("ascii"))
        os.kill(process, signal.SIGHUP)
    except (OSError, ValueError):
        message = f"names no server that runs: {settings.pid_file}"
        raise Faulty([Fault(settings.file_name, "site.pid_file", message)]) from None
    return f"process {process} reads settings and content anew; /readyz says whether it could"
