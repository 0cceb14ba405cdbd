"""What the benchmark sends: verdicts as promised, and texts that nobody sent before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from service.app import create_app
from service.evaluation.answer import EXTENSION
from tests.bench.arms import calling
from tests.bench.bodies import NOTE, SIZES, TODAY, body
from tests.bench.further import charts

# Of conditions, orders on record and laboratory results, in typical bodies.
TYPED = {"conditions": 2, "medications": 1, "labs": 1}


def texts(raw: bytes, key: str) -> Iterator[str]:
    for entry in orjson.loads(raw)["prefetch"][key]["entry"]:
        resource: dict[str, Any] = entry["resource"]
        yield (resource.get("code") or resource["medicationCodeableConcept"])["text"]


@pytest.mark.parametrize("size", SIZES)
def test_retyped_bodies_get_the_verdict_they_promise(size: str) -> None:
    bodies = [body(number, SIZES[size]) for number in range(4)]
    judge = calling(create_app(today=lambda: TODAY))

    answers = [orjson.loads(judge(each.retyped())) for each in bodies]

    given = [answer["extension"][EXTENSION]["verdict"] for answer in answers]
    assert [each.verdict for each in bodies] == given


@pytest.mark.parametrize(("only_alp", "alps"), [(False, 13), (True, 50)])
def test_charts_hold_as_many_results_and_alp_as_they_are_measured_with(
    only_alp: bool, alps: int
) -> None:
    for each in charts(50, only_alp, lean=True):
        prefetch = orjson.loads(each.raw)["prefetch"]

        assert (alps, 50 - alps) == tuple(prefetch[key]["total"] for key in ("alp", "labs"))


@pytest.mark.parametrize("number", range(4))
def test_some_texts_are_as_somebody_typed_them(number: int) -> None:
    raw = body(number, SIZES["typical"]).raw

    typed = {key: sum(NOTE in text for text in texts(raw, key)) for key in TYPED}

    assert typed == TYPED


def test_no_typed_text_is_sent_twice() -> None:
    bodies = [body(number, SIZES["typical"]) for number in range(4)]
    raws = [each.retyped() for each in bodies * 2]

    typed = [t for raw in raws for key in TYPED for t in texts(raw, key) if "note" in t]

    assert 8 * sum(TYPED.values()) == len(set(typed))


def test_a_known_cause_keeps_its_name() -> None:
    *_, last = texts(body(1, SIZES["small"]).raw, "conditions")

    assert last == "Wilson disease"
