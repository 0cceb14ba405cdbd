"""`python -m tests.bench tracing`: what a call costs that a collector is told of.

Its spans are made, written and sent by a thread of the same process, whose CPU time counts; the
collector is a process of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

import service.app
from service.watch.spans import Tracing
from tests.answers.collector import Collector
from tests.bench.bodies import SIZES, body
from tests.bench.measure import Arm, Ratio, ratio
from tests.bench.remembering import without_store

ROUNDS, BODIES = 200, 10
UNRECORDED = {"HTTP_TRACEPARENT": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"}


def main(row: Callable[..., None], shown: Callable[[Ratio], str]) -> int:
    """row and shown: how a line and a ratio are printed."""
    bodies = [body(number, SIZES["typical"]) for number in range(BODIES)]
    off = without_store()
    print(f"CPU time of typical bodies, over the same without tracing; {ROUNDS} rounds\n")
    row("control", shown(ratio(off, off, bodies, ROUNDS)))
    with collecting() as origin:
        provider = TracerProvider()
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{origin}/v1/traces")))
        told, unrecorded = traced(provider), traced(provider, UNRECORDED)
        row("told", shown(ratio(told, off, bodies, ROUNDS)))
        row("caller records none", shown(ratio(unrecorded, off, bodies, ROUNDS)))
        provider.shutdown()
    return 0


def traced(provider: TracerProvider, headers: Mapping[str, str] = {}) -> Arm:
    opening = service.app.open_tracing
    service.app.open_tracing = lambda: Tracing(provider)
    try:
        return without_store(lambda: headers)
    finally:
        service.app.open_tracing = opening


@contextmanager
def collecting() -> Iterator[str]:
    """A collector's address."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_collect, args=(theirs,), daemon=True)
    process.start()
    yield ours.recv()
    ours.send("enough")
    process.join()


def _collect(line: Connection) -> None:
    with Collector() as collector:
        line.send(collector.origin)
        line.recv()
