"""Every example that `--help` shows is run, in a folder that holds the files it names."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from fhir_fixtures import stories
from service.commands.cli import main
from service.demo.links import MAIN_STORY
from tests.deploy.processes import Running

ROOT = Path(__file__).parents[2]
ELSEWHERE = {
    "hpp-cds serve": "runs for the other examples, on a free port",
    "hpp-cds serve --port 5000": "the same on a port that anybody may use",
    "hpp-cds reload --config hpp-cds.toml": "needs a server with a pid file: tests/deploy",
    "hpp-cds replay --demo --out result/": "needs what replay installs: tests/replay",
    "hpp-cds replay export/ --out result/ --config hpp-cds.toml": "the same",
}


def examples(command: click.Command = main, name: str = "hpp-cds") -> Iterator[str]:
    """Each line of each example, in the order of the help."""
    shown = (command.help or "").partition("Example:")[2]
    yield from (line.strip() for line in shown.splitlines() if line.strip())
    for part, child in getattr(command, "commands", {}).items():
        yield from examples(child, f"{name} {part}")


def without_example(command: click.Command = main, name: str = "hpp-cds") -> Iterator[str]:
    children = getattr(command, "commands", {})
    if not children and "Example:" not in (command.help or ""):
        yield name
    for part, child in children.items():
        yield from without_example(child, f"{name} {part}")


EXAMPLES = list(dict.fromkeys(examples()))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that examples name, beside a site's folder."""
    place = tmp_path_factory.mktemp("examples")
    request = stories()[MAIN_STORY].request
    (place / "request.json").write_text(json.dumps(request))
    (place / "export.json").write_text(json.dumps(request["context"]["draftOrders"]))
    (place / "token.txt").write_text("none\n")
    (place / "catalogue.csv").write_text("code,name\n1,Alendronate 70 mg tablet\n")
    (place / "expansion.json").write_text(json.dumps(EXPANSION))
    (place / "codes").mkdir()
    run(place, "init our-site")
    return place


@pytest.fixture(scope="module")
def base(folder: Path) -> Iterator[str]:
    """`hpp-cds serve`: where the examples that need a server, or its store, find it."""
    command = [sys.executable, "-m", "service", "serve", "--port", "0"]
    running = Running.start(command, folder, XDG_DATA_HOME=str(folder / "data"))
    yield f"http://127.0.0.1:{running.port(r'Look: http://127.0.0.1:([0-9]+)/')}"
    running.stop()


EXPANSION = {
    "resourceType": "ValueSet",
    "url": "http://example.org/ValueSet/alendronate",
    "version": "1",
    "status": "active",
    "expansion": {
        "timestamp": "2026-01-01",
        "contains": [
            {
                "system": "http://www.nlm.nih.gov/research/umls/rxnorm",
                "code": "904396",
                "display": "alendronic acid 35 MG Oral Tablet",
            }
        ],
    },
}


def run(place: Path, arguments: str, data: Path | None = None) -> subprocess.CompletedProcess[str]:
    """As typed, with the command of this checkout and a data folder of its own."""
    command = f"{shlex.quote(sys.executable)} -m service {arguments}"
    return subprocess.run(
        ["sh", "-c", command],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(ROOT), "XDG_DATA_HOME": str(data or place / "data")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_every_command_has_an_example() -> None:
    assert list(without_example()) == []
    assert set(ELSEWHERE) <= set(EXAMPLES)


@pytest.mark.parametrize("example", [line for line in EXAMPLES if line not in ELSEWHERE])
def test_the_example_runs(example: str, folder: Path, base: str, tmp_path: Path) -> None:
    typed = re.sub(r"http://127\.0\.0\.1:8080/fhir", f"{base}/demo/fhir", example)
    typed = re.sub(r"http://127\.0\.0\.1:5000", base, typed)
    typed = typed.replace("--patient 123", f"--patient {MAIN_STORY}")
    typed = typed.replace("--client main-ehr", "--client anyone")  # none is configured here
    place = folder / "our-site" if "--config hpp-cds.toml" in example else folder
    if "audit verify" in example:
        run(folder, "audit export --since 365d --out audit.jsonl")
    if example.startswith("curl "):
        done = subprocess.run(shlex.split(typed), capture_output=True, text=True, check=False)
    else:
        at = tmp_path if "init" in example else place
        done = run(at, typed.removeprefix("hpp-cds "), folder / "data")

    assert done.returncode == 0, (typed, done.stdout[-600:], done.stderr[-600:])
