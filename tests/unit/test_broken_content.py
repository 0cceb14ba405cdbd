"""Whatever is wrong in a content file, it is a fault that names the file, never a crash."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from random import Random

import pytest

from service.app import load_content
from service.content.faults import Faulty
from service.content.knowledge import CONTENT_FILES
from service.content.text_files import FOLDER, TABLES, TEXTS
from service.settings import Settings

MUTATIONS = 5
PROSE = 8  # most lines of a text may say anything
FILES = [
    *(("service.hpp.knowledge", name) for name in CONTENT_FILES),
    *(("cards", f"{FOLDER}/{name}") for name in TABLES),
    *(("cards", f"{FOLDER}/{name}.md") for name in TEXTS),
]
JUNK = (
    "",
    "x = 1",
    "[row]",
    "a,b",
    "= =",
    "[[x]]",
    "label = 3",
    "when = 4",
    "+++",
    "$",
    "${x}",
    "\x00",
)


def damaged(text: str, rng: Random) -> str:
    """One to three lines dropped, doubled, cut, emptied or replaced."""
    lines = text.splitlines()
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(lines))
        line = lines[at]
        lines[at] = rng.choice(
            [
                "", line + "\n" + line, line[: len(line) // 2], rng.choice(JUNK),
                line.replace('"', ""), line.replace("=", "= 7 #"), line.replace("=", "= [] #"),
                line.replace("=", "= {} #"), line.replace(",", ";"), line.replace("$", "$$$"),
            ]
        )  # fmt: skip
    return "\n".join(lines) + "\n"


@pytest.mark.hazard("O6")
@pytest.mark.parametrize(("package", "name"), FILES, ids=[name for _, name in FILES])
def test_a_damaged_file_is_a_fault_and_never_a_crash(
    package: str, name: str, tmp_path: Path
) -> None:
    text, rng = files(package).joinpath(name).read_text("utf-8"), Random(name)
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    faults: list[str] = []
    for _ in range(PROSE if name.endswith(".md") else MUTATIONS):
        path.write_text(damaged(text, rng), "utf-8")
        try:
            load_content(Settings(content_dir=tmp_path))
        except Faulty as error:
            faults += map(str, error.faults)

    assert faults


def test_the_shipped_toml_files_hold_what_this_test_damages() -> None:
    assert all(
        tomllib.loads(files(package).joinpath(name).read_text("utf-8"))
        for package, name in FILES
        if name.endswith(".toml")
    )
