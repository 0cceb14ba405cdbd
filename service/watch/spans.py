"""A call as spans of OpenTelemetry: itself, its steps, and each request to a FHIR server.

Attributes are of closed sets: names of configured clients, services, prefetch keys, steps, and
what was answered.  No id, URL or text of a request is one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    Tracer,
    format_span_id,
    format_trace_id,
    set_span_in_context,
)

from service import __version__
from service.watch.call import Call, Question

NS_IN_MS = 1_000_000
FACTS = ("client", "service", "hook", "status", "verdict", "row")  # of a call, closed sets all


class Tracing:
    """Follows calls.  provider: what makes spans, and whom they are told."""

    def __init__(self, provider: TracerProvider) -> None:
        self._tracer = provider.get_tracer("hpp-cds", __version__)

    @contextmanager
    def following(self, call: Call) -> Iterator[None]:
        """While a call is under way, which goes on with the trace that it came with."""
        span = self._tracer.start_span("POST", _caller_of(call), SpanKind.SERVER)
        _name(call, span.get_span_context())
        call.span = followed = FollowedCall(self._tracer, span, call)
        try:
            yield
        finally:
            followed.end()


class FollowedCall:
    """The span of a call, under which its steps and questions are."""

    def __init__(self, tracer: Tracer, span: Span, call: Call) -> None:
        self._tracer, self._span, self._call = tracer, span, call
        self._under = set_span_in_context(span)

    @contextmanager
    def asking(self, key: str) -> Iterator[Question]:
        """One request to a FHIR server, which is told this span as its parent."""
        span = self._tracer.start_span("GET", self._under, SpanKind.CLIENT)
        span.set_attributes({"http.request.method": "GET", "hpp_cds.key": key})
        question = Question(self._call.headers(format_span_id(span.get_span_context().span_id)))
        try:
            yield question
        finally:
            if question.outcome:
                span.set_attribute("error.type", question.outcome)
                span.set_status(StatusCode.ERROR)
            span.end()

    def end(self) -> None:
        call, span = self._call, self._span
        if span.is_recording():
            self._tell_steps(time.time_ns() - int(call.milliseconds * NS_IN_MS))
            known = {f"hpp_cds.{name}": call.facts[name] for name in FACTS if name in call.facts}
            status = call.http_status
            span.set_attributes({**known, "http.response.status_code": status})
            span.update_name(call.facts.get("service", "POST"))
            if status >= 500:
                span.set_status(StatusCode.ERROR)
        span.end()

    def _tell_steps(self, at_ns: int) -> None:
        """One follows the other; each is timed for the log line already."""
        for step, milliseconds in self._call.steps.items():
            span = self._tracer.start_span(step, self._under, start_time=at_ns)
            at_ns += int(milliseconds * NS_IN_MS)
            span.end(at_ns)


def exporting() -> Tracing:
    """Spans go to the collector that OTEL_* names, from a thread of their own."""
    ours = {SERVICE_VERSION: __version__}
    if not os.environ.get("OTEL_SERVICE_NAME"):
        ours[SERVICE_NAME] = "hpp-cds"
    provider = TracerProvider(resource=Resource.create(ours))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Tracing(provider)


def _caller_of(call: Call) -> Context | None:
    """The caller's span as context; none where the call came without one that is well formed."""
    if not call.parent:
        return None
    flags = TraceFlags(int(call.flags, 16))
    parent = SpanContext(int(call.trace_id, 16), int(call.parent, 16), True, flags)
    return set_span_in_context(NonRecordingSpan(parent))


def _name(call: Call, context: SpanContext) -> None:
    """The call is of this trace; its log lines say so."""
    trace_id = format_trace_id(context.trace_id)
    if call.request_id == call.trace_id:
        call.request_id = trace_id
    call.trace_id, call.flags = trace_id, f"{context.trace_flags:02x}"
    call.facts["trace_id"] = trace_id
