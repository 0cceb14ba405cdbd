"""What stops a start is said by `check` before."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.commands.check import check_all
from tests.unit.site_folders import written

SITE = '[site]\nmode = "development"\n'


def said_of(folder: Path, tables: str, **files: str) -> list[str]:
    written(folder, {"hpp-cds.toml": SITE + tables, **files})
    return list(map(str, check_all(folder / "hpp-cds.toml", offline=True).faults))


def test_a_reason_that_no_card_offers_is_not_waited_for(tmp_path: Path) -> None:
    (said,) = said_of(tmp_path, "[repeat]\ndays = { specialist = 40 }\n")

    assert said.startswith("hpp-cds.toml: repeat.days.specialist: is no reason; did you mean")


@pytest.mark.parametrize("held", [None, "", "short"])
def test_a_file_that_holds_no_token_for_metrics(tmp_path: Path, held: str | None) -> None:
    files = {} if held is None else {"metrics.token": held}
    (said,) = said_of(tmp_path, '[metrics]\ntoken_file = "metrics.token"\n', **files)

    assert said.startswith("hpp-cds.toml: metrics.token_file: holds no token of at least")


@pytest.mark.parametrize("held", ["", "not a key", "00" * 31])
def test_a_file_that_holds_no_key_of_pseudonyms(tmp_path: Path, held: str) -> None:
    tables = '[store]\npseudonym_key = "pseudonym.key"\n'
    (said,) = said_of(tmp_path, tables, **{"pseudonym.key": held})

    assert said.startswith("hpp-cds.toml: store.pseudonym_key: cannot be read, or is no key")
