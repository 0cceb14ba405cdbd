"""What is worked out once, or filled in faster than the standard library does it."""

from __future__ import annotations

from string import Template

import pytest

from cards.blanks import Text
from service.lazy import lazy


class Counted:
    """How often something was worked out."""

    times = 0

    @lazy
    def answer(self) -> int:
        """Docs of the answer."""
        self.times += 1
        return 42


def test_a_lazy_value_is_worked_out_once_for_each_object() -> None:
    one, other = Counted(), Counted()

    assert [one.answer, one.answer, other.answer] == [42, 42, 42]
    assert (one.times, other.times) == (1, 1)


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
