"""Metrics in the Prometheus text format.  Every label is of a closed set, none is of a patient.

Under gunicorn each worker writes its numbers into files of PROMETHEUS_MULTIPROC_DIR (set by
gunicorn_conf), and whichever is asked adds them up.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from service.watch.call import Call

TEXT = "text/plain; version=0.0.4; charset=utf-8"
FILES = "PROMETHEUS_MULTIPROC_DIR"
REGISTRY = CollectorRegistry()
_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


def _counter(name: str, says: str, *labels: str) -> Counter:
    return Counter(f"hpp_cds_{name}", says, labels, registry=REGISTRY)


def _gauge(name: str, says: str, *labels: str, mode: str = "mostrecent") -> Gauge:
    return Gauge(f"hpp_cds_{name}", says, labels, registry=REGISTRY, multiprocess_mode=mode)  # type: ignore[arg-type]


def _histogram(name: str, says: str, *labels: str) -> Histogram:
    return Histogram(f"hpp_cds_{name}", says, labels, registry=REGISTRY, buckets=_BUCKETS_S)


CALLS = _counter(
    "calls", "Calls that were answered 200", "client", "service", "status", "verdict", "indicator"
)
NOT_SHOWN = _counter("cards_not_shown", "Cards held back on purpose", "client", "why")
CALL_SECONDS = _histogram("call_seconds", "Time of a call that was answered 200", "service")
STEP_SECONDS = _histogram("step_seconds", "Time of one step of a call", "step")
GAPS = _counter("gaps", "Answers with such a gap", "key", "kind")
COULD_NOT_LOOK = _counter(
    "could_not_look", "Calls in which the needed data could not be had", "client", "cause"
)
REFUSALS = _counter("refusals", "Calls that were refused", "client", "reason", "http_status")
FHIR = _counter("fhir_queries", "Queries to FHIR servers", "client", "outcome", "detail")
BREAKERS = _gauge(
    "fhir_breaker_open", "Workers that do not ask a server for now", "client", mode="livesum"
)
STORE_UP = _gauge("store_up", "Whether the store took the last thing it was given")
NOT_REMEMBERED = _counter("not_remembered", "Rows that were lost", "why")
FEEDBACK = _counter("feedback", "What became of cards", "client", "outcome", "matched")
OVERRIDES = _counter("override_reasons", "Reasons of overrides", "client", "reason")
LAST_CALL = _gauge("last_call_timestamp_seconds", "When a client called last", "client", mode="max")
LAST_FEEDBACK = _gauge(
    "last_feedback_timestamp_seconds", "When a client sent feedback last", "client", mode="max"
)
KEYS_READ = _gauge(
    "key_set_read_timestamp_seconds", "When a client's key set was read well", "client", mode="max"
)
UNMAPPED = _counter("unmapped", "Codes, units and code systems not recognised", "kind", "system")
CONTENT = _gauge(
    "content_info", "Versions in force, always 1", "version", "knowledge", "configuration"
)
UNSIGNED = _gauge("content_files_unsigned", "Content files that nobody has signed as they are")
RELOADS = _counter("reloads", "Reloads of settings and content", "outcome")
LAST_RELOAD_GOOD = _gauge("last_reload_good", "Whether the last reload was taken")
STORIES_CHANGED = _gauge(
    "stories_changed", "Built-in stories that are answered otherwise than in the last good state"
)
ALARM_NAMES = (
    "silent", "no-cards", "more-cards", "no-feedback", "cannot-look", "codes-changed",
)  # fmt: skip
ALARMS = _gauge(
    "client_alarm", "Whether a client behaves otherwise than it used to", "client", "alarm"
)


# Looked up for every call and step.
_call_seconds, _step_seconds = cache(CALL_SECONDS.labels), cache(STEP_SECONDS.labels)


def took(call: Call, service: str) -> None:
    """The steps of a call that was answered."""
    _call_seconds(service).observe(call.milliseconds / 1000)
    for step, milliseconds in call.steps.items():
        _step_seconds(step).observe(milliseconds / 1000)


def gaps(found: Iterable[tuple[str, str]]) -> None:
    """(kind, key) of each gap."""
    for kind, key in set(found):
        GAPS.labels(key, kind).inc()


def versions(of: Mapping[str, str]) -> None:
    """version, knowledge and configuration; those of before are gone."""
    CONTENT.clear()
    CONTENT.labels(**of).set(1)


def reloaded(good: bool) -> None:
    RELOADS.labels("good" if good else "refused").inc()
    LAST_RELOAD_GOOD.set(good)


def exposition() -> bytes:
    """Everything, over all workers where there are several."""
    if not os.environ.get(FILES):
        return generate_latest(REGISTRY)
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return generate_latest(together)
