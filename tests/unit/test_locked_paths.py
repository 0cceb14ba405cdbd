"""Paths behind a folder that the service's user may not enter: named, never a traceback."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from service.commands.check import check_all
from tests.unit.site_folders import LOCAL, written

SITE = '[site]\nmode = "development"\n'
CLIENT = '[[clients]]\nname = "a"\nissuer = "https://a.example"\njwks = "https://a.example/keys"\n'
NOT_ENTERED = "lies in a folder that this user may not enter; check its permissions"


pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that every user may enter, as none of pytest's is."""
    with TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


def said_of(folder: Path, locked: Path, mode: int = 0o700) -> list[str]:
    """The faults of `check` as another user finds them, in a process of its own."""
    check_all(folder / "hpp-cds.toml", offline=True)  # imports what that user may not read
    locked.chmod(mode)
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.setgid(65534)
        os.setuid(65534)
        try:
            found = list(map(str, check_all(folder / "hpp-cds.toml", offline=True).faults))
        except Exception as error:
            found = [repr(error)]
        os.write(writer, json.dumps(found).encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        return list(json.loads(answer.read()))


@pytest.mark.hazard("O6")
@pytest.mark.parametrize(
    ("table", "key", "said"),
    [
        ('[content]\ndir = "s/c"\n', "content.dir", NOT_ENTERED),
        ('[site]\nmode = "development"\ndata_dir = "s/d"\n', "site.data_dir", "cannot write to"),
        ('[store]\npseudonym_key = "s/k"\n', "store.pseudonym_key", "cannot be read"),
        ('[metrics]\ntoken_file = "s/k"\n', "metrics.token_file", NOT_ENTERED),
        (CLIENT.replace("https://a.example/keys", "s/k"), "clients[1].jwks", NOT_ENTERED),
        (f'{CLIENT}ca_file = "s/k"\n', "clients[1].ca_file", NOT_ENTERED),
    ],
)
def test_a_setting_that_leads_behind_a_locked_folder(
    folder: Path, table: str, key: str, said: str
) -> None:
    text = table if table.startswith("[site]") else SITE + table
    written(folder, {"hpp-cds.toml": text, "s/c/x": "", "s/d/x": "", "s/k": ""})
    (fault,) = said_of(folder, folder / "s")

    assert fault.startswith(f"hpp-cds.toml: {key}: ")
    assert said in fault


@pytest.mark.hazard("O6")
@pytest.mark.parametrize("locked", [".", "codes", "texts", "valuesets", "cases"])
@pytest.mark.parametrize(("mode", "said"), [(0o700, "listed"), (0o744, "entered")])
def test_content_that_only_its_owner_may_read_is_not_left_out(
    folder: Path, locked: str, mode: int, said: str
) -> None:
    text = f'{SITE}[content]\ndir = "ours"\n'
    written(folder, {"hpp-cds.toml": text, f"ours/{locked}/x.csv": LOCAL})
    (fault,) = said_of(folder, folder / "ours" / locked, mode)

    assert fault.endswith(f"cannot be {said}; check its permissions")
