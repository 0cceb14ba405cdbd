"""What cards say of numbers, and what fills the blanks of their summaries."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from cards.summary import OF_SUMMARY, SITUATIONS
from cards.words import shown_number
from service.content.words import SUMMARY_BLANKS


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("26", "26"),
        ("26.0", "26"),
        ("26.50", "26.5"),
        ("34.999", "34.99"),
        ("0.004", "0"),
        ("100", "100"),
        ("2E+1", "20"),
        ("1E-7", "0"),
        ("9999999999999999", "9999999999999999"),
        ("123456789012345678901234567890.000", "1.23e+29"),
        ("1E+300", "1e+300"),
    ],
)
def test_a_number_is_shown_with_two_decimals_rounded_down(written: str, expected: str) -> None:
    shown = shown_number(Decimal(written))

    assert expected == shown


def test_every_blank_of_a_summary_can_be_filled() -> None:
    filled = set(OF_SUMMARY)

    assert filled == SUMMARY_BLANKS


def test_every_word_of_a_situation_is_written_down() -> None:
    readme = (Path(__file__).parents[2] / "cards" / "README.md").read_text("utf-8")

    assert [word for word in SITUATIONS if f"`{word}`" not in readme] == []
