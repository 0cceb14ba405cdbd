"""A site folder of the version before layers, whole files throughout, on the version of today."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from service.commands.check import Report, check_all
from service.content.accepted import changes
from service.content.layers import Layers

ROOT = Path(__file__).parents[2]
BEFORE = "8e739b9"  # the last version whose sites had to copy whole files
FOLDERS = {"service/hpp/knowledge/valuesets/": "valuesets/", "cards/texts/": "texts/"}


def git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"the history of the repository is not here: git {words[0]} fails")
    return done.stdout.decode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every value set and text as it was shipped then, and one sentence that is the site's."""
    found = tmp_path_factory.mktemp("site")
    for theirs, ours in FOLDERS.items():
        (found / ours).mkdir()
        for path in git("ls-tree", "-r", "--name-only", BEFORE, theirs).split():
            (found / ours / Path(path).name).write_text(git("show", f"{BEFORE}:{path}"), "utf-8")
    text = found / "texts" / "lowAlpOnce.md"
    text.write_text(text.read_text("utf-8") + "\nCall the bone clinic: extension 4711.\n", "utf-8")
    (found / "hpp-cds.toml").write_text('[site]\nmode = "development"\n[content]\ndir = "."\n')
    return found


@pytest.fixture(scope="module")
def report(folder: Path) -> Report:
    return check_all(folder / "hpp-cds.toml", offline=True)


def test_it_starts_and_judges_as_before(report: Report) -> None:
    """Words differ, as the site's texts are the older ones; no verdict and no indicator does."""
    assert report.faults == ()
    assert report.switched_off == ()
    assert {difference.what for difference in report.differences} == {"summary"}


def test_what_an_older_text_asks_for_in_vain_is_a_warning(report: Report) -> None:
    said = [line for line in report.warnings if "no situation any more" in line]

    assert said
    assert all(line.startswith("texts/alpUnclear.md") for line in said)


def test_the_difference_names_the_texts_and_no_row_that_we_once_shipped(folder: Path) -> None:
    found = {change.entry.name: change.beneath for change in changes(Layers(folder))}

    assert found["texts/lowAlpOnce.md"] == "unknown"
    assert found["texts/phrases.toml: sentence.result_head"] == "unknown"
    assert not [name for name in found if "bp_ibandronate http://snomed.info" in name]


def test_what_changed_beneath_is_told_once_the_older_version_was_accepted(folder: Path) -> None:
    """What `content accept` wrote then: the hashes of the older shipped texts."""
    before = {
        path.removeprefix("cards/"): git("show", f"{BEFORE}:{path}")
        for path in git("ls-tree", "-r", "--name-only", BEFORE, "cards/texts/").split()
    }
    accepted(folder, before)
    found = {change.entry.name: change.beneath for change in changes(Layers(folder))}
    (folder / "accepted.toml").unlink()

    assert found["texts/lowAlpOnce.md"] == "changed"
    assert found["texts/hppSuspected.md"] == "changed"


def accepted(folder: Path, texts: Mapping[str, str]) -> None:
    lines = [
        f"{json.dumps(name)} = {json.dumps(hashlib.sha256(text.encode()).hexdigest()[:16])}\n"
        for name, text in texts.items()
        if name.endswith(".md")
    ]
    (folder / "accepted.toml").write_text(f"[beneath]\n{''.join(lines)}", "utf-8")
