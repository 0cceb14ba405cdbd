"""Bone drugs by a name that stands in Japanese and Chinese orders without a blank beside it."""

from __future__ import annotations

import pytest

from service.evaluation.engine import Engine
from service.fhir.codings import most_specific
from service.fhir.terminology import Terminology
from tests.fhir.test_drug_names import rows


@pytest.mark.parametrize("row", rows("wordless_orders.csv"), ids=lambda row: row["text"])
def test_an_order_without_blanks_is_read_by_its_name(row: dict[str, str], engine: Engine) -> None:
    concept = Terminology(engine.knowledge).drug({"text": row["text"]})

    assert {row["group"]} == most_specific(concept.coded | concept.named, engine.knowledge)
