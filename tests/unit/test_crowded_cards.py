"""A card on which everything comes together stays short and says what decides."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from cards.build import MOST_WORDS, word_count
from service.settings import Client, Settings
from tests.fhir.ask import answer, card
from tests.fhir.build import (
    SNOMED,
    TODAY,
    administration,
    alp,
    bundle,
    concept,
    condition,
    drug,
    lab,
    request,
)

Json = dict[str, Any]
FEATURES = {
    "atypical femoral fracture": concept("M84.750A", "http://hl7.org/fhir/sid/icd-10-cm"),
    "chondrocalcinosis": concept("M11.20", "http://hl7.org/fhir/sid/icd-10-cm"),
    "poorly healing fracture": concept("302941001", SNOMED),
}
CAUSES = {
    "Wilson disease": "E83.01",
    "malnutrition": "E43",
    "zinc deficiency": "E60",
    "magnesium deficiency": "E83.42",
    "B12": "D51.9",
    "folate": "D52.9",
    "Cushing": "E24.9",
    "coeliac": "K90.0",
    "achondroplasia": "Q77.4",
    "kidney": "N18.5",
    "hypoparathyroidism": "E20.9",
}
# A line of the table: with bars, or in plain style with its day first.
RESULT = re.compile(r"\||- \d{4}-\d\d-\d\d: |- \d\d?\.\d\d?\.\d{4}: ")
LANGUAGES = pytest.mark.parametrize("language", ["en", "de"])
STYLES = pytest.mark.parametrize("style", ["markdown", "plain"])


def day(before: int) -> str:
    return str(TODAY - timedelta(days=before))


def causes(began: int) -> list[Json]:
    icd = "http://hl7.org/fhir/sid/icd-10-cm"
    return [condition(concept(code, icd), day(began), id=code) for code in CAUSES.values()]


def features() -> list[Json]:
    foot = concept("M84.374A", "http://hl7.org/fhir/sid/icd-10-cm")
    twice = [condition(foot, day(days), id=f"foot-{days}") for days in (1000, 600)]
    once = [condition(code, day(900), id=name[:4]) for name, code in FEATURES.items()]
    return [*once, *twice]


def crowded(conditions: list[Json], results: list[Json], **sent: Any) -> Json:
    """Three drafts by name, denosumab before, and an eGFR so low that it has a line of its own."""
    names = ("Prolia", "Zometa", "Fosamax")
    ordered = [drug({"text": name}, id=name, status="draft") for name in names]
    return request(
        *ordered,
        alp=bundle(*results),
        conditions=bundle(*conditions),
        labs=bundle(lab("33914-3", 12, "mL/min/{1.73_m2}", day(20))),
        administrations=bundle(administration({"text": "Prolia"}, day(600))),
        **sent,
    )


def lows(count: int) -> list[Json]:
    return [alp(20 + n % 9, day(10 + 40 * n)) for n in range(count)]


def detail_of(body: Json, language: str, style: str) -> str:
    client = Client(name="this-ehr", card_style=style, language=language)
    settings = Settings(clients=(client,))
    detail: str = card(answer(body, settings))["detail"]
    return detail


def beside_the_table(detail: str) -> str:
    return "\n".join(line for line in detail.split("\n") if not RESULT.match(line))


@LANGUAGES
@STYLES
@pytest.mark.parametrize("began", [300, 4000], ids=["causes that stand", "old causes"])
def test_a_card_with_every_feature_and_cause_stays_short(
    language: str, style: str, began: int
) -> None:
    body = crowded([*features(), *causes(began)], lows(30))

    assert word_count(beside_the_table(detail_of(body, language, style))) <= MOST_WORDS


@LANGUAGES
@pytest.mark.parametrize("count", [1, 2])
def test_a_card_with_every_cause_stays_short(language: str, count: int) -> None:
    body = crowded(causes(300), lows(count))

    assert word_count(beside_the_table(detail_of(body, language, "markdown"))) <= MOST_WORDS


def test_every_feature_is_named_however_much_there_is() -> None:
    detail = detail_of(crowded([*features(), *causes(300)], lows(30)), "en", "markdown").lower()

    assert [name for name in FEATURES if name not in detail] == []
    assert "metatarsal" in detail
    assert re.search(r"possible cause: [^.]+, and \d+ more\.", detail)


def test_few_causes_are_named_in_full() -> None:
    two = causes(300)[1:3]
    detail = detail_of(request(alp=bundle(*lows(1)), conditions=bundle(*two)), "en", "markdown")

    assert "Possible cause: malnutrition or malabsorption" in detail
    assert "zinc deficiency" in detail
    assert "more" not in detail
