"""The growth of a request's cost: that the fit can fail, and that every kind is what it says."""

from __future__ import annotations

import sys

import orjson
import pytest

from tests.bench import growth
from tests.bench.growth import Cost, Growth, exponent
from tests.bench.kinds import KINDS, request

GOOD = Cost(200, 0.1, 90)
forks = pytest.mark.skipif(sys.platform != "linux", reason="forks, and looks into Linux's /proc")


@pytest.mark.parametrize("power", [0.5, 1, 1.5, 2])
def test_the_power_of_a_growth_is_found(power: float) -> None:
    assert exponent((1, 2, 4, 8), [3 * n**power for n in (1, 2, 4, 8)]) == pytest.approx(power)


@pytest.mark.parametrize(
    ("costs", "at_once_mb", "faults"),
    [
        ([GOOD] * 4, 200, []),
        ([Cost(200, 0.01 * n**2, 90) for n in (1, 2, 4, 8)], 200, ["exponent"]),
        ([*[GOOD] * 3, Cost(200, 1.1, 90)], 200, ["CPU"]),
        ([*[GOOD] * 3, Cost(200, 0.1, 151)], 200, ["memory"]),
        ([GOOD] * 4, 513, ["memory at once"]),
        ([*[GOOD] * 3, Cost(500, 0.1, 90)], 200, ["status 500"]),
        ([GOOD, *[Cost(413, 0.1, 90)] * 3], 200, []),
        ([GOOD, *[Cost(413, 1.1, 90)] * 3], 200, ["CPU"]),
    ],
)
def test_what_exceeds_a_limit_is_named(
    costs: list[Cost], at_once_mb: float, faults: list[str]
) -> None:
    assert Growth("", 8, tuple(costs), at_once_mb).faults == faults


@pytest.mark.parametrize("kind", KINDS)
def test_a_body_holds_as_much_of_its_kind_as_it_is_told(kind: str) -> None:
    none, some, twice = (len(request(kind, n)) for n in (0, 400, 800))

    assert orjson.loads(request(kind, 3))["hook"] == "order-sign"
    assert 0.8 < (twice - some) / (some - none) < 1.3


@forks
def test_the_command_measures_and_says_whether_a_limit_was_exceeded(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = ("results", "ingredients")
    for process_wide in ("log_to_nowhere", "settle_interpreter"):
        monkeypatch.setattr(growth, process_wide, lambda: None)
    # How fast this machine is just now, and what else it does, is not what is tested.
    monkeypatch.setattr(growth, "MOST_EXPONENT", 99.0)
    monkeypatch.setattr(growth, "MOST_CPU_S", 99.0)
    monkeypatch.setattr(growth, "MOST_MB", 9999.0)
    monkeypatch.setattr(growth, "MOST_MB_AT_ONCE", 9999.0)
    good = growth.main(kinds, most=16)
    monkeypatch.setattr(growth, "MOST_MB", 1.0)
    bad = growth.main(kinds[:1], most=16)

    assert (good, bad) == (0, 1)
    assert [line.split("|")[1].strip() for line in capsys.readouterr().out.splitlines()] == [
        "kind", "---", *kinds, "kind", "---", "results",
    ]  # fmt: skip


@forks
def test_the_largest_of_a_kind_is_near_a_limit_and_not_beyond() -> None:
    most = growth.most_of("numbers")

    assert 90_000 < most < growth.MOST_MEMBERS
