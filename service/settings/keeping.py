"""What is remembered, for how long, and who may read it: five tables of hpp-cds.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from service.settings import checks
from service.settings.checks import Check

MOST_REPEAT_DAYS = 180


@dataclass(frozen=True, slots=True)
class Keeping:
    """What a site keeps.

    pseudonym_key: the file whose key makes pseudonyms of patient ids; by default one in data_dir.
    comments: whether free text of feedback is kept.  repeat: reason of an override -> days for
    which the same card is not shown again; none by default.  metrics_token: the file whose token
    opens /metrics to others than this machine.
    """

    pseudonym_key: Path | None = None
    comments: bool = False
    decisions_days: int = 730
    feedback_days: int = 730
    unmapped_days: int = 365
    repeat: Mapping[str, int] = field(default_factory=dict, hash=False)
    metrics_token: Path | None = None


def reasons(value: Any) -> str:
    """{ reason = days }; the reasons themselves are content and compared with it later."""
    good = isinstance(value, dict) and all(
        not checks.whole(1, MOST_REPEAT_DAYS, "days")(days) for days in value.values()
    )
    return "" if good else f"must be reasons with whole days from 1 to {MOST_REPEAT_DAYS}"


KEEPING_TABLES: Mapping[str, Mapping[str, Check]] = {
    "store": {
        "url": checks.store_url,
        "pseudonym_key": checks.path,
    },
    "retention": {
        "decisions_days": checks.whole(1, 3660, "days"),
        "feedback_days": checks.whole(1, 3660, "days"),
        "unmapped_days": checks.whole(1, 3660, "days"),
    },
    "feedback": {"comments": checks.yes_or_no},
    "repeat": {"days": reasons},
    "metrics": {"token_file": checks.path},
}


def read_keeping(tables: Mapping[str, Mapping[str, Any]], file: Path) -> Keeping:
    """The good values of the tables."""
    return Keeping(
        **tables["retention"],
        pseudonym_key=checks.beside(file, tables["store"].get("pseudonym_key")),
        comments=tables["feedback"].get("comments", False),
        repeat=tables["repeat"].get("days", {}),
        metrics_token=checks.beside(file, tables["metrics"].get("token_file")),
    )
