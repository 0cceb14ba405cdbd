"""`python -m tests.bench.fetching`: what it costs to ask an EHR for missing keys.

A FHIR server on loopback answers every search after 30 ms.  Requests with 0, 1 and 3 keys
left out are evaluated by several callers at once, beside the bare parallel fetch of the same
three searches.  Requests a second and p50/p99 in milliseconds, all in one run.
"""

from __future__ import annotations

import json
import statistics
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

from service.app import build_engine
from service.evaluation.answer import EXTENSION
from service.evaluation.searches import templates_for
from service.evaluation.services import BY_ID
from service.fhir.releases import Release
from service.hooks.calls import evaluate_body
from service.outbound.registered import open_servers
from service.settings import Settings
from tests.bench.bodies import SIZES, TODAY
from tests.bench.bodies import body as sized

LATENCY_SECONDS = 0.030
CALLERS, CALLS = 4, 400
LEFT_OUT = ((), ("labs",), ("labs", "medications", "conditions"))
Json = dict[str, Any]


class JsonAnswers(BaseHTTPRequestHandler):
    """Sends FHIR and says nothing on standard error."""

    def send_json(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/fhir+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Fhir(JsonAnswers):
    """Answers each search of the typical patient, late."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or each answer waits 40 ms for an acknowledgement
    answers: dict[str, bytes] = {}  # noqa: RUF012 - set once, before the server starts

    def do_GET(self) -> None:
        time.sleep(LATENCY_SECONDS)
        self.send_json(self.answers[self.path])


def timed(call: Callable[[], None]) -> tuple[float, list[float]]:
    """Requests a second and each call's milliseconds, by several callers at once."""

    def once(_: int) -> float:
        started = time.perf_counter()
        call()
        return (time.perf_counter() - started) * 1000

    with ThreadPoolExecutor(CALLERS) as pool:
        list(pool.map(once, range(CALLERS * 4)))
        started = time.perf_counter()
        costs = list(pool.map(once, range(CALLS)))
    return CALLS / (time.perf_counter() - started), costs


def show(name: str, rate: float, costs: list[float]) -> None:
    cuts = statistics.quantiles(costs, n=100)
    print(f"| {name} | {rate:.0f} | {cuts[49]:.1f} | {cuts[98]:.1f} |")


def without(body: Json, keys: tuple[str, ...], base: str) -> Json:
    prefetch = {key: value for key, value in body["prefetch"].items() if key not in keys}
    return {**body, "prefetch": prefetch, "fhirServer": base}


def main() -> None:
    body = json.loads(sized(1, SIZES["typical"]).raw)
    engine = build_engine(Settings(), open_servers(Settings()))
    asked = templates_for(engine.knowledge, Release.R4, body["context"]["patientId"])
    paths = {key: requests.Request("GET", f"http://h/{p}").prepare() for key, p in asked.items()}
    Fhir.answers = {
        f"/fhir{paths[key].path_url}": json.dumps(body["prefetch"][key]).encode() for key in asked
    }
    server = ThreadingHTTPServer(("127.0.0.1", 0), Fhir)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}/fhir"
    print(f"{CALLERS} callers, {CALLS} calls each row, {LATENCY_SECONDS * 1000:.0f} ms a search")
    print("| what | requests/s | p50 ms | p99 ms |\n| --- | --- | --- | --- |")
    for keys in LEFT_OUT:
        request = without(body, keys, base)

        def judged(request: Json = request) -> None:
            answer = evaluate_body(request, BY_ID["hpp-order-sign"], engine, TODAY)
            assert answer.body["extension"][EXTENSION]["status"] == "complete"

        show(f"evaluation, {len(keys)} missing keys", *timed(judged))
    session, pool = requests.Session(), ThreadPoolExecutor(CALLERS * 3)
    session.trust_env = False

    def bare() -> None:
        urls = [f"{base}{paths[key].path_url}" for key in LEFT_OUT[-1]]
        assert all(answer.ok for answer in pool.map(session.get, urls))

    show("bare parallel fetch of the same 3", *timed(bare))
    server.shutdown()


if __name__ == "__main__":
    main()
