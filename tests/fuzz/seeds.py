"""The seed of a run: another one every day, or the one that is asked for."""

from __future__ import annotations

import os
from datetime import UTC, datetime

VARIABLE = "HPP_CDS_FUZZ_SEED"


def seed_of_today() -> int:
    """The environment variable, else the date as a number."""
    return int(os.environ.get(VARIABLE) or datetime.now(UTC).strftime("%Y%m%d"))
