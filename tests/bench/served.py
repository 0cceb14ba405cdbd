"""What is put under load: the service, and beside it in the same process the no-op endpoint.

gunicorn tests.bench.served:application       or       python -m tests.bench.served PORT
"""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

from flask import Flask, Response, request

from service.app import create_app
from service.serve import keep_start_up_out_of_garbage_collection, make_server
from tests.bench.arms import log_to_nowhere
from tests.bench.bodies import TODAY

NOOP = "/noop"


def beside(service: Flask) -> Flask:
    """The service with one more endpoint, which only parses the body."""

    @service.post(NOOP)
    def parse() -> Response:
        json.loads(request.get_data(cache=False))
        return Response(b"{}", mimetype="application/json")

    return service


log_to_nowhere()
logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a queue is what is measured
application: Any = beside(create_app(today=lambda: TODAY))
keep_start_up_out_of_garbage_collection()

if __name__ == "__main__":
    make_server(application, "127.0.0.1", int(sys.argv[1])).run()
