"""One line of JSON for each call, from an allow-list of fields; never a body, id or message."""

from __future__ import annotations

import logging
import sys
from typing import Any

import orjson

LOGGER = logging.getLogger("hpp-cds")
FIELDS = (
    "event", "service", "client", "reason", "http_status", "status", "verdict", "row",
    "open_rows", "gap_kinds", "cards", "knowledge", "configuration", "milliseconds", "error",
    "where", "problem",
)  # fmt: skip


class JsonLines(logging.Formatter):
    """Only the fields of the allow-list reach the line, whatever a caller passes."""

    def format(self, record: logging.LogRecord) -> str:
        given: dict[str, Any] = getattr(record, "fields", {})
        line = {"level": record.levelname.lower(), "event": record.name}
        line |= {name: given[name] for name in FIELDS if name in given}
        return orjson.dumps(line, option=orjson.OPT_SORT_KEYS, default=str).decode()


def to_standard_error() -> None:
    """Send the service's log to standard error; standard output is for results."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    LOGGER.handlers[:] = [handler]
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False
    # waitress counts waiting requests in plain words; `milliseconds` tells the same.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)


def log(event: str, **fields: Any) -> None:
    LOGGER.info(event, extra={"fields": {"event": event, **fields}})
