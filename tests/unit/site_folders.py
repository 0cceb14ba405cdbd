"""A site's folder of content, and what is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.app import load_content
from service.content.faults import Fault, Faulty
from service.settings import Settings

LOCAL = "action,group,system,code,display,unit,note\n"


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def faults_of(folder: Path) -> list[str]:
    with pytest.raises(Faulty) as caught:
        load_content(Settings(content_dir=folder))
    return [str(fault) for fault in caught.value.faults]


def warnings_of(folder: Path) -> list[str]:
    found: list[Fault] = []
    load_content(Settings(content_dir=folder), found)
    return list(map(str, found))
