"""A newer result that cannot be read is never hidden by an older normal one, whatever it is."""

from __future__ import annotations

import pytest

from tests.fhir.ask import answer, card, said, verdict
from tests.fhir.build import MISSING, Json, alp, bundle, concept, quantity, request

NORMAL = alp(80, "2024-01-01", id="ZZPHI-normal")
UNREAD: dict[str, Json] = {
    "a comparator we do not know": {"valueQuantity": quantity(28) | {"comparator": "~"}},
    "two units that disagree": {"valueQuantity": quantity(28) | {"unit": "mg/dL"}},
    "no unit": {"valueQuantity": {"value": 28}},
    "no activity": {"valueQuantity": quantity(28, "mg/dL")},
    "a number that is none": {"valueQuantity": quantity("28*")},
    "words": {"valueQuantity": MISSING, "valueString": "low"},
    "a coded word": {"valueQuantity": MISSING, "valueCodeableConcept": {"text": "low"}},
    "a range": {"valueQuantity": MISSING, "valueRange": {"low": quantity(20)}},
    "a ratio": {"valueQuantity": MISSING, "valueRatio": {"numerator": quantity(28)}},
    "another kind of value": {"valueQuantity": MISSING, "valueInteger": 28},
    "a status we do not know": {"status": "verified"},
    "a code we do not know": {"code": concept("ALKPHOS-S", "urn:oid:1.2.3.4")},
}


def newer(**more: object) -> Json:
    return request(alp=bundle(NORMAL, alp(28, "2025-06-01", id="ZZPHI-newer", **more)))


def test_the_older_result_alone_is_normal() -> None:
    assert verdict(answer(request(alp=bundle(NORMAL)))) == ("complete", "alpNotLow")


@pytest.mark.parametrize("why", sorted(UNREAD))
def test_a_newer_result_that_cannot_be_read_is_said(why: str) -> None:
    given = answer(newer(**UNREAD[why]))

    assert said(given)["verdict"] == "alpUnclear"
    assert said(given)["row"] == "13-newer-unread"
    assert len(given.body["cards"]) == 1


@pytest.mark.parametrize(
    "status",
    [
        "final",
        "Final",
        " FINAL ",
        "F",
        "C",
        "corrected",
        "Amended",
        "appended",
        "unknown",
        "",
        None,
    ],
)
def test_a_status_that_counts_does_so_however_it_is_written(status: str | None) -> None:
    lows = [alp(28, "2025-06-01", status=status), alp(27, "2025-03-01", status=status)]

    assert verdict(answer(request(alp=bundle(*lows)))) == ("complete", "hppSuspected")


@pytest.mark.parametrize(
    "status",
    ["preliminary", "P", "R", "partial", "registered", "I", "O", "cancelled", "X", "W", "D",
     "entered-in-error", "Entered in error", "ENTERED_IN_ERROR"],
)  # fmt: skip
def test_a_status_that_does_not_count_leaves_nothing_on_file(status: str) -> None:
    lows = [alp(28, "2025-06-01", status=status), alp(27, "2025-03-01", status=status)]

    assert said(answer(request(alp=bundle(*lows))))["verdict"] == "alpNotOnFile"


@pytest.mark.parametrize("status", ["verified", "complete", "completed", "CM", "void", "A", "ok"])
def test_a_status_that_is_none_is_neither_counted_nor_passed_over(status: str) -> None:
    """`void` looks like `valid` to a machine: nobody can tell whether the result counts."""
    lows = [alp(28, "2025-06-01", status=status), alp(27, "2025-03-01", status=status)]
    given = answer(request(alp=bundle(*lows)))

    assert said(given)["verdict"] == "alpUnclear"
    assert "a status that is not known" in str(card(given))


@pytest.mark.parametrize(
    ("sign", "shown"), [("≤", "hppSuspected"), ("＜", "hppSuspected"), ("≥", "alpUnclear")]
)
def test_the_signs_of_a_comparator_are_read(sign: str, shown: str) -> None:
    lows = [
        alp(0, day, valueQuantity=quantity(28) | {"comparator": sign})
        for day in ("2025-06-01", "2025-03-01")
    ]

    assert said(answer(request(alp=bundle(*lows))))["verdict"] == shown
