"""Spans for a collector of traces, where the environment names one; nothing of a patient."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.settings import Settings
from tests.answers.asking import KEYS, PATIENTS, post, registered, request_of
from tests.answers.ward import Bed, Ward
from tests.deploy.processes import Running, ask, gunicorn
from tests.faults.server import Talk, closed_port
from tests.privacy.canary import CANARY, KEPT, all_marked

otel = pytest.importorskip("opentelemetry.sdk.trace", reason="the extra `otel` is not installed")
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider  # noqa: E402
from opentelemetry.sdk.trace.export import SimpleSpanProcessor  # noqa: E402
from opentelemetry.sdk.trace.export.in_memory_span_exporter import (  # noqa: E402
    InMemorySpanExporter,
)
from opentelemetry.trace import SpanKind, StatusCode  # noqa: E402

from service.watch.spans import Tracing  # noqa: E402
from tests.answers.collector import Collector  # noqa: E402

LOW = PATIENTS["persistently-low-adult"]
SIGN = f"/cds-services/{LOW.service}"
TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"
STEPS = ["receive", "trust", "parse", "gather", "fetch", "judge", "say", "keep"]
MAY_BE_TOLD = {
    *(f"hpp_cds.{name}" for name in ("client", "service", "hook", "status", "verdict", "row")),
    "hpp_cds.key", "http.request.method", "http.response.status_code", "error.type",
}  # fmt: skip
Json = dict[str, Any]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """What a collector is told by each application that is made from here on."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr("service.app.open_tracing", lambda: Tracing(provider))
    return exporter


@pytest.fixture
def service(told: InMemorySpanExporter, tmp_path: Path) -> FlaskClient:
    return create_app(Settings(data_dir=tmp_path), today=lambda: LOW.today).test_client()


def of_kind(told: InMemorySpanExporter, kind: SpanKind) -> list[ReadableSpan]:
    return [span for span in told.get_finished_spans() if span.kind is kind]


def call_of(told: InMemorySpanExporter) -> ReadableSpan:
    (call,) = of_kind(told, SpanKind.SERVER)
    return call


def test_a_call_is_a_span_and_each_step_is_one_under_it(
    service: FlaskClient, told: InMemorySpanExporter
) -> None:
    service.post(SIGN, json=LOW.request)
    call, steps = call_of(told), of_kind(told, SpanKind.INTERNAL)

    assert call.name == LOW.service
    assert dict(call.attributes or {}) == {
        "hpp_cds.client": "anyone",
        "hpp_cds.service": LOW.service,
        "hpp_cds.hook": "order-sign",
        "hpp_cds.status": "complete",
        "hpp_cds.verdict": "hppSuspected",
        "hpp_cds.row": "5-persistent",
        "http.response.status_code": 200,
    }
    assert [step.name for step in steps] == STEPS
    assert {step.parent.span_id for step in steps if step.parent} == {call.context.span_id}
    assert all(a.end_time == b.start_time for a, b in pairwise(steps))
    assert steps[-1].end_time <= call.end_time  # type: ignore[operator]


@pytest.mark.parametrize(
    ("header", "parent"),
    [
        (f"00-{TRACE_ID}-{PARENT}-01", PARENT),
        (f"00-{TRACE_ID}-{'0' * 16}-01", ""),
        ("ZZPHI", ""),
        ("", ""),
    ],
)
def test_it_goes_on_with_the_trace_it_came_with_where_that_is_well_formed(
    service: FlaskClient, told: InMemorySpanExporter, header: str, parent: str
) -> None:
    answer = service.post(SIGN, json=LOW.request, headers={"traceparent": header})
    call = call_of(told)
    trace_id = f"{call.context.trace_id:032x}"

    assert (f"{call.parent.span_id:016x}" if call.parent else "") == parent
    assert (trace_id == TRACE_ID) == bool(parent)
    assert answer.headers["X-Request-ID"] == trace_id


def test_what_its_caller_does_not_record_it_does_not_either(
    service: FlaskClient, told: InMemorySpanExporter
) -> None:
    service.post(SIGN, json=LOW.request, headers={"traceparent": f"00-{TRACE_ID}-{PARENT}-00"})

    assert told.get_finished_spans() == ()


def test_a_refusal_is_a_span_and_a_probe_is_none(
    service: FlaskClient, told: InMemorySpanExporter
) -> None:
    service.post(SIGN, json={})
    service.post("/cds-services/ZZPHI", json={})
    for path in ("/healthz", "/readyz", "/metrics", "/cds-services"):
        service.get(path)
    calls = of_kind(told, SpanKind.SERVER)

    assert [(call.name, call.attributes["http.response.status_code"]) for call in calls] == [  # type: ignore[index]
        (LOW.service, 400), ("POST", 404),
    ]  # fmt: skip
    assert {call.status.status_code for call in calls} == {StatusCode.UNSET}


def refuse(talk: Talk, _: Json) -> bool:
    return talk.answer(b"{}", 404)


def test_each_request_to_a_fhir_server_is_a_span_that_the_server_is_told(
    told: InMemorySpanExporter, ward: Ward
) -> None:
    bed = Bed(LOW.prefetch, {"labs": refuse})
    client = registered(ward.lay("traced", bed))
    client.environ_base["HTTP_TRACEPARENT"] = f"00-{TRACE_ID}-{PARENT}-01"
    post(client, request_of(LOW, ward.base("traced"), *KEYS), LOW)
    spans = of_kind(told, SpanKind.CLIENT)
    named = {f"00-{TRACE_ID}-{span.context.span_id:016x}-01" for span in spans}
    outcomes = {
        (span.attributes["hpp_cds.key"], span.attributes.get("error.type"))  # type: ignore[index,union-attr]
        for span in spans
    }

    assert named == {seen.headers["traceparent"] for seen in bed.seen}
    assert {span.parent.span_id for span in spans if span.parent} == {call_of(told).context.span_id}
    assert outcomes == {(key, "http-4xx 404" if key == "labs" else None) for key in KEYS}


def test_attributes_are_of_closed_sets_and_hold_nothing_of_a_patient(
    told: InMemorySpanExporter, ward: Ward, service: FlaskClient
) -> None:
    for number, story in enumerate(PATIENTS.values()):
        marked = all_marked(story.request)
        service.post(f"/cds-services/{story.service}", json=marked)
        body = {"card": CANARY, "outcome": "overridden", "overrideReason": {"userComment": CANARY}}
        service.post(f"/cds-services/{story.service}/feedback", json={"feedback": [body]})
        if number < 5:
            base = ward.lay(f"marked-{number}", Bed(all_marked(story.prefetch)))
            post(registered(base), request_of(story, base, *KEYS), story)
    spans = told.get_finished_spans()
    text = "".join(span.to_json() for span in spans)

    assert {name for span in spans for name in span.attributes or {}} <= MAY_BE_TOLD
    assert not {CANARY, KEPT, "ZZPHI"} & {word for word in (CANARY, KEPT, "ZZPHI") if word in text}


# Where it is off


OFF = """
import sys
from service.app import create_app
create_app().test_client().post("/cds-services/hpp-order-sign", json={})
print(sorted(name for name in sys.modules if name.startswith("opentelemetry")))
"""


def printed(code: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("OTEL_")}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env=kept | {"HOME": str(home), **environment},
    )  # fmt: skip


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"OTEL_SERVICE_NAME": "x"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_SDK_DISABLED": "true"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_TRACES_EXPORTER": "none"},
    ],
)
def test_where_no_collector_is_named_nothing_of_it_is_imported(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    assert printed(OFF, tmp_path, **environment).stdout.strip() == "[]"


def test_where_the_extra_is_not_installed_that_is_said_and_all_goes_on(tmp_path: Path) -> None:
    without = f"import sys; sys.modules['opentelemetry'] = None\n{OFF}"
    run = printed(without, tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9")

    assert run.stdout.strip() == "['opentelemetry']"
    assert "tracing-not-installed" in run.stderr


# A collector, and the served process


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as collector:
        yield collector


@pytest.fixture
def workers(tmp_path: Path, collector: Collector) -> Iterator[tuple[Running, int]]:
    running, port = gunicorn(
        tmp_path, HOME=str(tmp_path), OTEL_EXPORTER_OTLP_ENDPOINT=collector.origin
    )
    yield running, port
    running.stop()


def test_forked_workers_tell_a_collector_what_they_did_before_they_end(
    workers: tuple[Running, int], collector: Collector
) -> None:
    running, port = workers
    statuses = {ask(port, SIGN, LOW.request).status for _ in range(20)}
    running.stop()
    until = time.monotonic() + 10
    while collector.names.count(f"hpp-cds {LOW.service}") < 20 and time.monotonic() < until:
        time.sleep(0.05)

    assert statuses == {200}
    assert collector.names.count(f"hpp-cds {LOW.service}") == 20
    assert collector.names.count("hpp-cds judge") == 20
    assert "opentelemetry" not in running.said


def test_a_collector_that_is_not_there_holds_nobody_up(tmp_path: Path) -> None:
    gone = f"127.0.0.1:{closed_port()}"
    running, port = gunicorn(
        tmp_path, HOME=str(tmp_path), OTEL_EXPORTER_OTLP_ENDPOINT=f"http://{gone}",
        OTEL_EXPORTER_OTLP_TIMEOUT="1",
    )  # fmt: skip
    try:
        statuses = {ask(port, SIGN, LOW.request).status for _ in range(5)}
    finally:
        running.stop()

    assert statuses == {200}
    assert '"event":"opentelemetry.' in running.said
    assert gone not in running.said
