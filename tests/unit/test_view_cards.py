"""The card where a chart is opened: it fits a child, and speaks of no order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from service.settings import Client, Settings
from tests.fhir.ask import answer, card
from tests.fhir.build import ICD10CM, TODAY, alp, bundle, concept, condition, patient, request

Json = dict[str, Any]
CHILD = patient(birthDate=str(TODAY - timedelta(days=8 * 365)))
LOWS_OF_A_CHILD = bundle(alp(100, str(TODAY)), alp(100, str(TODAY - timedelta(days=20))))


def detail(language: str = "en", **sent: Any) -> str:
    settings = Settings(clients=(Client(name="this-ehr", language=language),))
    said: str = card(answer(request(hook="patient-view", **sent), settings))["detail"]
    return said


@pytest.mark.parametrize(
    ("language", "of_child", "of_adult"),
    [("en", "in a child", "in adults"), ("de", "bei einem Kind", "bei Erwachsenen kann")],
)
def test_it_opens_with_what_fits_the_age(language: str, of_child: str, of_adult: str) -> None:
    child = detail(language, patient=CHILD, alp=LOWS_OF_A_CHILD)

    assert of_child in child
    assert of_adult not in child
    assert of_adult in detail(language)


@pytest.mark.parametrize("code", ["C79.51", "M88.9"], ids=["bone metastasis", "Paget disease"])
def test_no_order_no_indication(code: str) -> None:
    seen = bundle(condition(concept(code, ICD10CM), "2025-01-01"))

    assert "ndication" not in detail(conditions=seen)
