"""The seed of a run: the one that is asked for, else one a day; tests have always the same."""

from __future__ import annotations

import os
from datetime import UTC, datetime

VARIABLE = "HPP_CDS_FUZZ_SEED"
SEED = 20_260_301  # of the tests: what passed today passes tomorrow


def asked_seed(otherwise: int) -> int:
    """The environment variable's."""
    return int(os.environ.get(VARIABLE) or otherwise)


def seed_of_today() -> int:
    """The environment variable's, else the date as a number."""
    return asked_seed(int(datetime.now(UTC).strftime("%Y%m%d")))
