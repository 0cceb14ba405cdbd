"""Whether calls are told to a collector of traces (OpenTelemetry), as the environment says.

Nothing of OpenTelemetry is imported unless OTEL_* names a collector.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

from service.watch.logs import WARNING, log

if TYPE_CHECKING:
    from service.watch.spans import Tracing

# https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
COLLECTORS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


def is_asked_for() -> bool:
    off = os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    exporter = os.environ.get("OTEL_TRACES_EXPORTER", "").strip() or "otlp"
    return not off and exporter == "otlp" and any(map(os.environ.get, COLLECTORS))


def open_tracing() -> Tracing | None:
    """None where no collector is named, or the extra `otel` is not installed, which is said."""
    return _opened() if is_asked_for() else None


@cache  # a reload makes another application, and no second thread that exports
def _opened() -> Tracing | None:
    try:
        from service.watch.spans import exporting
    except ImportError:
        log("tracing-not-installed", WARNING, problem="python -m pip install 'hpp-cds[otel]'")
        return None
    return exporting()
