"""The application for a WSGI server, `service.server.wsgi:app`; settings from HPP_CDS_CONFIG.

What `hpp-cds serve` refuses, this refuses: one sentence for each fault on standard error, and
exit status 78.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.app import create_app
from service.content.faults import Faulty
from service.server.refusal import end_with_faults
from service.server.serve import may_listen
from service.settings import load_settings
from service.watch import logs

if TYPE_CHECKING:
    from flask import Flask

# The server listens, not we: who can reach it is not known here.
SOMEWHERE = "an unknown address"


def create(allow_anyone: bool = False) -> Flask:
    """`service.server.wsgi:create(allow_anyone=True)` is `hpp-cds serve --allow-anyone`."""
    try:
        settings = load_settings()
        refused = may_listen(settings, SOMEWHERE, allow_anyone)
        if refused:
            raise Faulty([refused])
        app = create_app(settings)
    except Faulty as error:
        end_with_faults(error.faults)
    logs.to_standard_error()
    return app


def __getattr__(name: str) -> Flask:
    """`app` is made when it is asked for, so that a reload makes another."""
    if name == "app":
        return create()
    raise AttributeError(name)
