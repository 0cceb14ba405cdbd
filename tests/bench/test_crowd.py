"""The command that measures a crowd: that it calls, and that its ratio can fail.  Nothing timed."""

from __future__ import annotations

import sys

import pytest

from tests.bench import crowd

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into Linux's /proc")


@pytest.mark.parametrize(("most", "ended"), [(1e9, 0), (0.0, 1)])
def test_the_seven_are_compared_with_themselves(
    most: float,
    ended: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(crowd, "MOST_RATIO", most)

    status = crowd.main(seconds=1.0, results=40, servers=("waitress",))

    cells = [cell.strip() for cell in capsys.readouterr().out.splitlines()[-1].split("|")]
    assert (status, cells[1], cells[-2]) == (ended, "waitress", "0")
