"""Reference ranges that laboratories send as text only."""

from __future__ import annotations

import pytest

from service.fhir.ranges import LONGEST_RANGE, read_range_text


def sides(written: str) -> tuple[str | None, str | None, str | None]:
    """Low, high and the unit of both."""
    found = read_range_text(written)
    units = {side.get("unit") for side in found.values()}
    assert len(units) <= 1
    low, high = (found.get(name, {}).get("value") for name in ("low", "high"))
    return low, high, units.pop() if units else None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("40-130 U/L", ("40", "130", "U/L")),
        ("40 – 130", ("40", "130", None)),
        ("40 -130", ("40", "130", None)),
        ("40‑130U/L", ("40", "130", "U/L")),
        (" 0.58 - 1.75 µkat/L ", ("0.58", "1.75", "µkat/L")),
        ("35\u00a0–\u00a0105 units per litre", ("35", "105", "units per litre")),
        ("３８－１１３　Ｕ／Ｌ", ("38", "113", "U/L")),
        ("40-130 [IU]/L{37Cel}", ("40", "130", "[IU]/L{37Cel}")),
        ("> 40", ("40", None, None)),
        (">=40 U/L", ("40", None, "U/L")),
        ("≥ 40.5 IU/L", ("40.5", None, "IU/L")),
        ("<130", (None, "130", None)),
        ("<= 130 U/L", (None, "130", "U/L")),
        ("≤130", (None, "130", None)),
        ("≧38", ("38", None, None)),
        ("40—130", ("40", "130", None)),
        ("40 − 130 U/L", ("40", "130", "U/L")),
        ("40 to 130 IU/L", ("40", "130", "IU/L")),
        ("40to130", ("40", "130", None)),
        ("40~130", ("40", "130", None)),
        ("３８～１１３", ("38", "113", None)),
        ("38〜113 U/L", ("38", "113", "U/L")),
        ("(40-130)", ("40", "130", None)),
        ("[40 - 130 U/L]", ("40", "130", "U/L")),
        ("( > 40 )", ("40", None, None)),
    ],
)
def test_a_text_that_is_plainly_a_range_is_one(
    written: str, expected: tuple[str | None, str | None, str | None]
) -> None:
    assert expected == sides(written)


@pytest.mark.hazard("H8")
@pytest.mark.parametrize(
    "written",
    [
        "",
        "40",
        "40 U/L",
        "40-",
        "-130",
        "-5-10",
        "35,5-105",
        "35-105,5 U/L",
        "1.000-2.000.000",
        "40--130",
        "40 −−130",
        "40-130-150",
        "40/130",
        "4²-130",
        "٤٠-١٣٠",
        "40-130 - 150",
        "40 U/L - 130 U/L",
        "40-130 50-150",
        "40-130; women 35-105",
        "adults: 40-130",
        "< 40 - 130",
        "(40-130",
        "((40-130))",
        "()",
        "40 too 130",
        "40 and 130",
        ">< 40",
        "=> 40",
        "= 40",
        "<",
        "> U/L",
        "1e2-1e3",
        "40-130\n35-105",
        "1234567-2345678",
        "40-130 " + "U" * LONGEST_RANGE,
    ],
)
def test_any_other_text_is_no_range(written: str) -> None:
    assert read_range_text(written) == {}


def test_what_stands_behind_is_left_to_the_conversion() -> None:
    """A word that is no unit has no factor, so its range has no limit (tests of units)."""
    assert sides("40-130 (adults)") == ("40", "130", "(adults)")
