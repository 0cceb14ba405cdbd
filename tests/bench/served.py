"""What is put under load: the service, and beside it in the same process the no-op endpoint.

gunicorn tests.bench.served:application       or       python -m tests.bench.served PORT
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable
from typing import Any

from service.app import create_app
from service.server.serve import settle_interpreter
from service.server.waitress_server import Server, bind
from tests.bench.arms import NOOP, log_to_nowhere, only_parsing
from tests.bench.bodies import TODAY

log_to_nowhere()
logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a queue is what is measured
_service, _noop = create_app(today=lambda: TODAY), only_parsing(NOOP)
settle_interpreter()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    chosen = _noop if environ["PATH_INFO"] == NOOP else _service
    return chosen(environ, start_response)


if __name__ == "__main__":
    served: Any = application
    Server(served, bind("127.0.0.1", int(sys.argv[1]))).run()
