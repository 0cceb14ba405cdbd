"""A value with a comparator is beside a limit only where that is certain."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from service.hpp.background import is_above, is_at_least, is_at_most, is_below
from service.hpp.limits import is_low, is_under
from service.hpp.model import Result

LIMIT = Decimal(5)
HOLDS: dict[Callable[[Result, Decimal], bool | None], str] = {
    is_at_least: "5 5.1 >5 >=5 >5.1 >=5.1",
    is_above: "5.1 >5 >5.1 >=5.1",
    is_at_most: "4.9 5 <5 <=5 <4.9 <=4.9",
    is_below: "4.9 <5 <4.9 <=4.9",
    is_under: "4.9 <5 <=5 <4.9 <=4.9",
    is_low: "4.9 <5 <=5 <4.9 <=4.9",
}
WRITTEN = [
    f"{comparator}{value}"
    for comparator in ("", "<", "<=", ">", ">=")
    for value in ("4.9", "5", "5.1")
]


def result(written: str) -> Result:
    value = written.lstrip("<>=")
    return Result("", "", None, Decimal(value), written.removesuffix(value))


@pytest.mark.parametrize("compare", HOLDS, ids=lambda function: function.__name__)
@pytest.mark.parametrize("written", WRITTEN)
def test_a_value_is_beside_a_limit_where_that_is_certain(
    written: str, compare: Callable[[Result, Decimal], bool | None]
) -> None:
    assert bool(compare(result(written), LIMIT)) is (written in HOLDS[compare].split())


@pytest.mark.parametrize("written", WRITTEN)
def test_whether_a_value_is_low_may_be_open(written: str) -> None:
    """A `<5.1` may lie on either side of 5, and so may a `>4.9`."""
    is_open = written in ("<5.1", "<=5.1", ">4.9", ">=4.9")

    assert (is_low(result(written), LIMIT) is None) is is_open


@pytest.mark.parametrize("compare", HOLDS, ids=lambda function: function.__name__)
def test_no_value_is_beside_no_limit(compare: Callable[[Result, Decimal], bool | None]) -> None:
    assert not compare(Result("", "", None), LIMIT)
