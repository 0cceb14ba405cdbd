"""Paths behind a folder that the service's user may not enter: named, never a traceback."""

from __future__ import annotations

import ctypes
import json
import os
import sys
from pathlib import Path

import pytest

from service.commands.check import check_all
from tests.unit.site_folders import LOCAL, written

SITE = '[site]\nmode = "development"\n'
CLIENT = '[[clients]]\nname = "a"\nissuer = "https://a.example"\njwks = "https://a.example/keys"\n'
NOT_ENTERED = "lies in a folder that this user may not enter; check its permissions"


NOBODY = 65534
pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0,
    reason="only Linux's root can give a folder away and then not enter it",
)


def said_of(folder: Path, locked: Path, mode: int = 0o700) -> list[str]:
    """The faults of `check`, in a process of its own, as they are found where a folder is
    another user's.  That process gives up what lets root enter it all the same."""
    locked.chmod(mode)
    try:
        os.chown(locked, NOBODY, NOBODY)
    except OSError as error:
        pytest.skip(f"a folder cannot be given to another user here: {error.strerror}")
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            give_up_capabilities()
            found = list(map(str, check_all(folder / "hpp-cds.toml", offline=True).faults))
        except Exception as error:
            found = [repr(error)]
        os.write(writer, json.dumps(found).encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        return list(json.loads(answer.read()))


def give_up_capabilities() -> None:
    """capset(2) with nothing set: root enters what root owns, and nothing else."""
    version_3, this_process = 0x20080522, 0
    header = (ctypes.c_uint32 * 2)(version_3, this_process)
    if ctypes.CDLL(None).capset(header, (ctypes.c_uint32 * 6)()) != 0:
        raise OSError("capset")


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
    tmp_path: Path, table: str, key: str, said: str
) -> None:
    text = table if table.startswith("[site]") else SITE + table
    written(tmp_path, {"hpp-cds.toml": text, "s/c/x": "", "s/d/x": "", "s/k": ""})
    (fault,) = said_of(tmp_path, tmp_path / "s")

    assert fault.startswith(f"hpp-cds.toml: {key}: ")
    assert said in fault


@pytest.mark.hazard("O6")
@pytest.mark.parametrize("locked", [".", "codes", "texts", "valuesets", "cases"])
@pytest.mark.parametrize(("mode", "said"), [(0o700, "listed"), (0o744, "entered")])
def test_content_that_only_its_owner_may_read_is_not_left_out(
    tmp_path: Path, locked: str, mode: int, said: str
) -> None:
    text = f'{SITE}[content]\ndir = "ours"\n'
    written(tmp_path, {"hpp-cds.toml": text, f"ours/{locked}/x.csv": LOCAL})
    (fault,) = said_of(tmp_path, tmp_path / "ours" / locked, mode)

    assert fault.endswith(f"cannot be {said}; check its permissions")
