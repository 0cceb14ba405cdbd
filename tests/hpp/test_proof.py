"""What values near a day say of a cause, for all days at once as for each."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from service.hpp.as_of import as_of
from service.hpp.background import Background
from service.hpp.knowledge.model import Knowledge
from service.hpp.proof import Measured, Proof, Says
from tests.hpp.charts import TODAY, ago, chart, lab

NOW = TODAY.toordinal()
TSH, HYPOTHYROIDISM = "lab_tsh", "sec_hypothyroid"


def test_each_day_has_the_value_that_is_nearest() -> None:
    """Of two that are equally near the greater one decides."""
    rng = Random(5)
    for _ in range(400):
        days = sorted(rng.sample(range(NOW, NOW + 12), rng.randint(1, 5)))
        values = [lab(TSH, "1", n, name=f"Observation/{n}") for n in range(len(days))]
        said = tuple((rng.choice([*Says]), value) for value in values)
        measured, window_days = Measured(tuple(days), said), rng.randint(0, 4)
        spans = list(measured.spans(window_days))
        for day in range(NOW - 6, NOW + 18):
            found = [says for says, (first, last) in spans if first <= day <= last]
            near = measured.near(ago(NOW - day), window_days)
            assert found == ([near[0]] if near else []), (days, said, window_days, day)


@pytest.mark.hazard("C7")
def test_whether_a_cause_is_proven_or_contradicted_is_the_same_for_all_days_at_once(
    knowledge: Knowledge,
) -> None:
    rng, seen = Random(6), set[tuple[bool, bool]]()
    for _ in range(20):
        values = [lab(TSH, rng.choice(["0.1", "2", "12"]), rng.randint(0, 900)) for _ in range(6)]
        known = chart(*values)
        proof = Proof(Background(as_of(known, TODAY), TODAY, knowledge))
        contradicted = proof.contradicted_days(HYPOTHYROIDISM)
        confirmed = proof.confirmed_days(HYPOTHYROIDISM)
        for days in range(0, 1200, 7):
            day = TODAY - timedelta(days=days)
            near = proof._near(HYPOTHYROIDISM, day)
            assert (day in confirmed) is any(says is Says.CONFIRMS for _, says, _ in near)
            assert (day in contradicted) is (proof.contradicting(HYPOTHYROIDISM, day) is not None)
            seen.add((day in confirmed, day in contradicted))
    assert len(seen) == 3  # never both
