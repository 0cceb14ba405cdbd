"""`python -m tests.bench pages`: what the answers of a FHIR server cost, however many there are.

A caller sends nothing but orders, and everything else is asked for.  A server on loopback, in a
process of its own, answers each search with one page after the other, of one kind.  Memory is the
most that the process ever held, the application with it; MALLOC_ARENA_MAX=1 makes it what the image
and the unit need.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from http.server import ThreadingHTTPServer
from threading import Thread
from typing import Any

import orjson

from service.app import create_app
from service.server.serve import settle_interpreter
from tests.bench.arms import log_to_nowhere
from tests.bench.bodies import SIZES, TODAY, body
from tests.bench.fetching import JsonAnswers
from tests.bench.growth import AT_ONCE, MOST_CPU_S, MOST_MB, MOST_MB_AT_ONCE, asking, forked
from tests.bench.process import peak_megabytes

PAGE_BYTES = 1_900_000
Json = dict[str, Any]


def _results() -> bytes:
    """Results as EHRs send them."""
    sent = orjson.loads(body(0, replace(SIZES["large"], results=1500)).raw)
    return _page(orjson.dumps(sent["prefetch"]["alp"]["entry"]))


def filled(one: bytes, most_bytes: int, most: int = 99_000) -> bytes:
    """A page of one resource with as many of the same as fit."""
    count = min(most_bytes // (len(one) + 1), most)
    inside = b",".join([one] * count)
    return _page(b'[{"resource":{"resourceType":"Observation","note":[' + inside + b"]}}]")


def _page(entries: bytes) -> bytes:
    return b'{"resourceType":"Bundle","type":"searchset","entry":' + entries + b"}"


KINDS = {
    "results": _results,
    "empty names": lambda: filled(b'{"":0}', PAGE_BYTES, 49_000),
    "empty lists": lambda: filled(b"[]", PAGE_BYTES),
    "long text": lambda: filled(b'"' + b"x" * (PAGE_BYTES - 200) + b'"', PAGE_BYTES),
    "escaped colons": lambda: filled(b'"\\u003a"', PAGE_BYTES),
}


class Pages(JsonAnswers):
    """Answers whatever is asked with the same page, and a link to one more."""

    page = b""

    def do_GET(self) -> None:
        here = f"http://127.0.0.1:{self.server.server_address[1]}"
        following = f'{{"link":[{{"relation":"next","url":"{here}{self.path}&p=1"}}],'
        self.send_json(following.encode() + self.page[1:])


@contextmanager
def _answering(page: bytes) -> Iterator[str]:
    """The base of a server with this page, in a process of its own."""
    Pages.page = page
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    child = os.fork()
    if child == 0:
        server.serve_forever()
    server.server_close()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/fhir"
    finally:
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)


def main() -> int:
    """Print the table; 1 where a kind exceeds a limit."""
    log_to_nowhere()
    settle_interpreter()
    print(f"| kind | page, MB | CPU ms | MB | MB, {AT_ONCE} at once | |\n|{' --- |' * 6}")
    return int(sum([_show(kind) for kind in KINDS]) > 0)


def _show(kind: str) -> bool:
    page = KINDS[kind]()
    with _answering(page) as base:
        raw = _with_orders_alone(base)
        (status, cpu_s, one_mb), (_, _, all_mb) = (
            forked(lambda n=n: _asked(raw, n)) for n in (1, AT_ONCE)
        )
    exceeds = cpu_s > MOST_CPU_S or one_mb > MOST_MB or all_mb > MOST_MB_AT_ONCE or status >= 500
    print(f"| {kind} | {len(page) / 1e6:.1f} | {cpu_s * 1000:.0f} | {one_mb:.0f} | {all_mb:.0f} "
          f"| {int(status)}{' above' if exceeds else ''} |", flush=True)  # fmt: skip
    return exceeds


def _with_orders_alone(base: str) -> bytes:
    sent: Json = orjson.loads(body(0, SIZES["small"]).raw)
    return orjson.dumps({**sent, "prefetch": {}, "fhirServer": base})


def _asked(raw: bytes, at_once: int) -> Sequence[float]:
    """Status, CPU seconds and megabytes of so many requests in one process."""
    ask, seen = asking(create_app(today=lambda: TODAY)), list[int]()
    ask(body(0, SIZES["small"]).raw)  # what is imported late
    started = time.process_time()
    threads = [Thread(target=lambda: seen.append(ask(raw))) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [max(seen), time.process_time() - started, peak_megabytes()]
