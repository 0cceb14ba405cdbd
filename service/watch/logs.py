"""One line of JSON for each call, from an allow-list of fields; never a body, id or message.

Levels: `info` is the usual, `warning` what somebody should look at some day (a caller that is
refused, a key set that was not read), `error` what somebody should look at now (the store is down,
a fault of our own, settings that were refused).
"""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import Any

import orjson

from service.watch.call import under_way

LOGGER = logging.getLogger("hpp-cds")
INFO, WARNING, ERROR = logging.INFO, logging.WARNING, logging.ERROR
FIELDS = (
    "event", "request_id", "trace_id", "client", "service", "hook", "hook_instance", "reason",
    "http_status",
    "status", "not_shown", "remembered", "verdict", "row", "open_rows", "gap_kinds", "cards",
    "items", "unmatched", "lost", "knowledge", "configuration", "milliseconds", "steps", "error",
    "where", "problem", "command", "alarm",
)  # fmt: skip


class JsonLines(logging.Formatter):
    """Only the fields of the allow-list reach the line, whatever a caller passes."""

    def format(self, record: logging.LogRecord) -> str:
        given: dict[str, Any] = getattr(record, "fields", {})
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {
            "time": at.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "event": record.name,
        }
        line |= {name: given[name] for name in FIELDS if name in given}
        return orjson.dumps(line, default=str).decode()


def to_standard_error() -> None:
    """Send the service's log to standard error; standard output is for results."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    LOGGER.handlers[:] = [handler]
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False
    # waitress counts waiting requests in plain words; `milliseconds` tells the same.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    # A collector that does not answer is an event, too; its words may hold a URL.
    logging.getLogger("opentelemetry").handlers[:] = [handler]


def log(event: str, level: int = INFO, **fields: Any) -> None:
    """One line, with what is known of the call under way."""
    if not LOGGER.isEnabledFor(level):
        return
    call = under_way()
    known = {"request_id": call.request_id, **call.facts} if call else {}
    LOGGER.log(level, event, extra={"fields": {"event": event, **known, **fields}})
