"""What is worked out once, or filled in faster than the standard library does it."""

from __future__ import annotations

from string import Template

import pytest

from cards.blanks import Text


@pytest.mark.parametrize(
    "written",
    [
        "no blank at all",
        "${a} and $b",
        "100 % of ${a}, %s, %(a)s, %%",
        "$$5 for ${a}$b$$",
        "${A_1}${a}\n| ${b} |",
    ],
)
def test_a_text_is_filled_as_a_template_is(written: str) -> None:
    blanks = {"a": "x % $ y", "b": 7, "A_1": "{}"}

    assert Template(written).substitute(blanks) == Text(written).fill(blanks)


def test_a_text_wants_every_blank() -> None:
    with pytest.raises(KeyError):
        Text("${a}").fill({})
