"""The page for informatics teams is run as it stands."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from service.settings import load_settings

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "service/settings/README.md").read_text("utf-8")


def test_every_command_of_the_page_runs_in_its_order(tmp_path: Path) -> None:
    command = tmp_path / "bin" / "hpp-cds"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m service "$@"\n')
    command.chmod(0o755)
    blocks = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    path = f"{command.parent}{os.pathsep}{os.environ['PATH']}"
    shown = subprocess.run(
        ["sh", "-euc", "\n".join(blocks)],
        cwd=tmp_path,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert shown.returncode == 0, shown.stderr
    assert len(blocks) == 9
    assert "switched off: codes/local.csv line 3: 1783-0" in shown.stdout
    assert "switched off: decision_table.toml: row 10-single-low" in shown.stdout
    assert "adult_low_default.value = 32  (shipped: 35)" in shown.stdout
    assert "3 signatures of Dr A. Example, bone clinic" in shown.stdout


def test_the_settings_shown_are_read(tmp_path: Path) -> None:
    *_, tenant = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    client = "[[clients]]\nname = 'a'\nissuer = 'https://a.example'\njwks = 'https://a.example/k'\n"
    head = "[site]\npublic_base_url = 'https://cds.example.org'\n"
    (tmp_path / "hpp-cds.toml").write_text(head + client + tenant)
    (read,) = load_settings(tmp_path / "hpp-cds.toml").clients

    assert read.of_tenant("north").fhir_base == "https://fhir.example.org/north"
