"""All stories in German: the same answer as in English, and not a word of English on a card."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from random import Random
from string import Template
from typing import Any

import pytest

from cards.build import MOST_WORDS, word_count
from fhir_fixtures import Story, stories
from service.app import build_engine
from service.content.languages import named
from service.evaluation.answer import EXTENSION
from service.evaluation.engine import Engine
from service.evaluation.services import BY_ID
from service.hooks.calls import evaluate_body
from service.hooks.errors import ServiceError
from service.hpp.knowledge.model import Knowledge
from service.settings import Client, Settings
from tests.restatement.as_fhir import as_request
from tests.restatement.patients import random_patient

Json = dict[str, Any]
GERMAN, ENGLISH = Client(language="de"), Client()
TOGETHER = replace(GERMAN, one_action_suggestions=False, card_style="plain")
ALL = list(stories().values())
KEYS = ("patient", "alp", "labs", "medications", "conditions", "procedures")
RANDOM_PATIENTS, DRAWN_ON = 300, date(2026, 11, 28)
BLANK = re.compile(r"\$\{?\w+\}?")
ENGLISH_WORDS = re.compile(
    r"\b(?:the|and|with|of|before|not|without|ordered|order|on record|low)\b(?!-)"
)
RESULT = re.compile(r"\||- \d\d\.\d\d\.\d{4}(?: \(.*?\))?: AP ")  # a row of the table, or a line
ISO_DAY, POINT = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d\.\d+ (?:U/L|[µumn]kat|mg|g|nmol)")


@cache
def engine() -> Engine:
    return build_engine(replace(Settings(), clients=(GERMAN,)))


def answer(request: Json, story: Story, client: Client) -> Json:
    """The body that HTTP would answer, errors included."""
    try:
        service = BY_ID[story.service]
        return evaluate_body(request, service, engine(), story.today, client).body
    except ServiceError as error:
        return error.outcome()


def read_by_people(card: Json) -> Iterator[str]:
    """Every string of a card that a clinician sees, also once a suggestion is taken."""
    yield from (card["summary"], card["detail"], card["source"]["label"])
    yield card["source"]["topic"]["display"]
    yield from (link["label"] for link in card.get("links", ()))
    yield from (reason["display"] for reason in card.get("overrideReasons", ()))
    for suggestion in card.get("suggestions", ()):
        yield suggestion["label"]
        for action in suggestion["actions"]:
            yield action["description"]
            resource = action.get("resource", {})
            if resource:
                yield resource["code"]["text"]
                yield from (note["text"] for note in resource.get("note", ()))


@cache
def german_texts() -> tuple[tuple[str, str], ...]:
    """(story, what is read): as it is, with each key left out, and as another EHR takes it."""
    found = []
    for story in ALL:
        prefetch = story.request["prefetch"]
        asked = [(story.request, GERMAN), (story.request, TOGETHER)]
        for key in KEYS:
            rest = {k: v for k, v in prefetch.items() if k != key}
            asked.append(({**story.request, "prefetch": rest}, GERMAN))
        for request, client in asked:
            body = answer(request, story, client)
            found += [(story.id, "\n".join(read_by_people(card))) for card in body.get("cards", ())]
            found += [(story.id, i["diagnostics"]) for i in body.get("issue", ())]
    return tuple(found)


# --- The same answer


@pytest.mark.hazard("O10")
@pytest.mark.parametrize("story", ALL, ids=lambda story: story.id)
def test_only_the_words_differ(story: Story) -> None:
    german, english = (answer(story.request, story, client) for client in (GERMAN, ENGLISH))

    assert german["extension"] == english["extension"]
    assert shape(german["cards"]) == shape(english["cards"])


def shape(value: object, key: str = "") -> object:
    """Without uuids and without what is read by people."""
    if isinstance(value, dict):
        return {k: shape(v, k) for k, v in value.items() if k != "uuid"}
    if isinstance(value, list):
        return [shape(item, key) for item in value]
    words = ("summary", "detail", "label", "description", "text", "display")
    return type(value).__name__ if key in words else value


def test_a_german_order_keeps_the_name_that_loinc_gives_its_code() -> None:
    story = stories()["no-alp-new-start"]
    (card,) = answer(story.request, story, GERMAN)["cards"]
    code = card["suggestions"][0]["actions"][0]["resource"]["code"]

    assert code["text"].startswith("Alkalische Phosphatase")
    assert code["coding"][0]["display"].startswith("Alkaline phosphatase")


# --- Not a word of English


def leaves(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Template):
        yield value.template
    elif isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)


def sentences(of: str) -> set[str]:
    """Every piece of the content of a language, between its blanks, line by line."""
    content = engine().speaking(of).cards
    words, names = content.words, named_groups(content.knowledge)
    pieces = [*leaves(dict(words.phrases)), *words.override_reasons.values(), *names]
    for text in words.texts.values():
        pieces += [text.summary.template, text.body.template, *leaves(dict(text.summary_for))]
        pieces += [*text.opening_for.values(), *text.consider_for.values()]
    for order in words.suggestions.values():
        pieces += [order.label.template, order.description, order.text, order.note]
    pieces += [reference.label for reference in words.references.values()]
    lines = (part for piece in pieces for part in re.split(rf"{BLANK.pattern}|\n", piece))
    return {line.strip(" -*|:;,.()") for line in lines}


def named_groups(knowledge: Knowledge) -> list[str]:
    tests = [test.name for test in knowledge.tests.values()]
    return [*knowledge.labels.values(), *tests, *(mask.name for mask in knowledge.masks.values())]


@pytest.mark.hazard("O10")
def test_no_sentence_of_the_english_content_is_on_a_german_card() -> None:
    """Two words or more: single ones are often the same in both languages."""
    german = sentences("de")
    english = {s for s in sentences("en") if " " in s and s not in german}
    read = german_texts()

    assert len(english) > 300
    assert [(story, s) for story, text in read for s in english if says(text, s)] == []


def says(text: str, sentence: str) -> bool:
    return sentence in text and re.search(rf"(?<!\w){re.escape(sentence)}(?!\w)", text) is not None


def test_no_english_word_date_or_decimal_point_is_on_a_german_card() -> None:
    for story, text in german_texts():
        for pattern in (ENGLISH_WORDS, ISO_DAY, POINT):
            assert pattern.search(text) is None, (story, pattern.search(text), text)


def test_the_comparison_would_see_an_english_card() -> None:
    story = stories()["persistently-low-adult"]
    (card,) = answer(story.request, story, ENGLISH)["cards"]
    text = "\n".join(read_by_people(card))

    assert len([s for s in sentences("en") if " " in s and says(text, s)]) > 10
    assert ENGLISH_WORDS.search(text)
    assert ISO_DAY.search(text)


@pytest.mark.hazard("O10")
def test_a_value_is_written_with_a_comma_and_a_day_as_germans_write_it() -> None:
    story = stories()["just-below-limit-in-ukat"]
    (card,) = answer(story.request, story, GERMAN)["cards"]

    assert re.search(r"\| \d\d\.\d\d\.\d{4} \| 0,583 µkat/L = 34,98 U/L \|", card["detail"])


# --- As short


def test_a_german_card_is_as_short_and_whole() -> None:
    for client in (GERMAN, TOGETHER):
        for story in ALL:
            for card in answer(story.request, story, client).get("cards", ()):
                lines = card["detail"].split("\n")
                beside = "\n".join(line for line in lines if not RESULT.match(line))
                assert word_count(beside) <= MOST_WORDS, story.id
                assert len(card["summary"]) < 140, story.id


@pytest.mark.parametrize("seed", range(0, RANDOM_PATIENTS, 50))
def test_cards_of_random_patients_are_as_short_and_whole(seed: int) -> None:
    """No blank is left, nothing is empty, whatever comes together."""
    made = 0
    for number in range(seed, seed + 50):
        request = as_request(random_patient(Random(number)))
        service = BY_ID[f"hpp-{request['hook']}"]
        for card in evaluate_body(request, service, engine(), DRAWN_ON, GERMAN).body["cards"]:
            made += 1
            text = f"{card['summary']}\n{card['detail']}"
            assert word_count(card["detail"]) <= MOST_WORDS, number
            assert len(card["summary"]) < 140, number
            assert not re.search(r"\$\{|\(\)|\( |  +\S| ,|: \.|None", text), number
            assert ENGLISH_WORDS.search(card["summary"]) is None, number
    assert made > 10


# --- Around the cards


def test_what_is_refused_is_refused_in_german() -> None:
    story = stories()["persistently-low-adult"]
    body = answer({**story.request, "prefetch": {}}, story, GERMAN)

    assert "nicht gesendet" in json.dumps(body, ensure_ascii=False)


def test_english_names_are_left_alone() -> None:
    english = engine().knowledge
    german = engine().speaking("de").cards.knowledge

    assert english.drugs["bp_alendronate"].name == "alendronate"
    assert german.drugs["bp_alendronate"].name == "Alendronat"
    assert named(english, engine().cards.words).drugs == english.drugs
    assert EXTENSION in answer(ALL[0].request, ALL[0], GERMAN)["extension"]
