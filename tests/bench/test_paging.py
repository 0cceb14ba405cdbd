"""What pages cost: that each kind is what it says, and that the command can fail."""

from __future__ import annotations

import sys

import pytest

from service.outbound.servers import Policy
from service.strict_json import load
from tests.bench import paging

linux = pytest.mark.skipif(sys.platform != "linux", reason="forks, and looks into Linux's /proc")


@pytest.mark.parametrize("kind", paging.KINDS)
def test_a_page_is_one_that_is_read(kind: str) -> None:
    page = paging.KINDS[kind]()

    assert 250_000 < len(page) < Policy("").max_page_bytes
    assert load(page)["entry"][0]["resource"]["resourceType"] == "Observation"


@linux
@pytest.mark.parametrize(("most", "ended"), [(9999.0, 0), (1.0, 1)])
def test_the_command_says_whether_a_limit_was_exceeded(
    most: float, ended: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for process_wide in ("log_to_nowhere", "settle_interpreter"):
        monkeypatch.setattr(paging, process_wide, lambda: None)
    monkeypatch.setattr(paging, "KINDS", {"few": lambda: paging.filled(b"[]", 40)})
    monkeypatch.setattr(paging, "MOST_CPU_S", 99.0)
    for limit in ("MOST_MB", "MOST_MB_AT_ONCE"):
        monkeypatch.setattr(paging, limit, most)

    status = paging.main()

    cells = [cell.strip() for cell in capsys.readouterr().out.splitlines()[-1].split("|")]
    assert (status, cells[1], cells[-2][:3]) == (ended, "few", "200")
