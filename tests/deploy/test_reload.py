"""Settings and content are read anew while answers go on; what cannot be used changes nothing."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fhir_fixtures import stories
from service.evaluation.answer import EXTENSION
from tests.deploy.processes import ROOT, SIGN, Answer, Running, ask, gunicorn, until

STORY = stories()["persistently-low-adult"].request
EACH_S = 0.02  # fifty requests a second
DAY = '[lookback_adult]\nvalue = {days}\nunit = "d"\nsource = "ours"\n'


@dataclass
class Site:
    """A served folder."""

    folder: Path
    running: Running
    port: int

    def write(self, days: str) -> None:
        (self.folder / "thresholds.toml").write_text(DAY.format(days=days))

    def say(self, word: str) -> None:
        """One sentence of every card begins with this word."""
        (self.folder / "texts").mkdir(exist_ok=True)
        text = f'[sentence]\nscreening = "{word}"\n'
        (self.folder / "texts" / "phrases.toml").write_text(text)

    def said(self) -> dict[str, Any]:
        answer = ask(self.port, SIGN, STORY)
        found: dict[str, Any] = answer.json["extension"][EXTENSION]
        return found

    def ready(self) -> dict[str, Any]:
        found: dict[str, Any] = ask(self.port, "/readyz").json
        return found

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "service", *words, "--config", self.folder / "hpp-cds.toml"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
        )


def served_by_waitress(folder: Path) -> tuple[Running, int]:
    command = [sys.executable, "-m", "service", "serve", "--port", "0"]
    running = Running.start([*command, "--config", str(folder / "hpp-cds.toml")], folder)
    return running, running.port(r"listening on 127\.0\.0\.1:(\d+)")


def served_by_gunicorn(folder: Path) -> tuple[Running, int]:
    return gunicorn(folder, HPP_CDS_CONFIG=str(folder / "hpp-cds.toml"))


@pytest.fixture(params=[served_by_waitress, served_by_gunicorn])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    (tmp_path / "hpp-cds.toml").write_text(
        '[site]\nmode = "development"\npid_file = "pid"\n[content]\ndir = "."\n'
    )
    start: Callable[[Path], tuple[Running, int]] = request.param
    running, port = start(tmp_path)
    yield Site(tmp_path, running, port)
    running.stop()


def test_a_reload_is_seen_and_a_refused_one_changes_nothing_but_readiness(site: Site) -> None:
    before = site.said()["knowledge"]
    site.write("3000")

    assert site.command("reload").returncode == 0
    assert until(lambda: site.said()["knowledge"] != before)
    good = site.said()["knowledge"]
    assert site.ready()["status"] == "ready"

    site.write("3")
    refused = site.command("reload")
    assert (refused.returncode, "thresholds.toml: lookback_adult.value" in refused.stderr) == (
        78, True,
    )  # fmt: skip
    site.running.signal(signal.SIGHUP)  # as somebody would without the command
    assert until(lambda: site.ready()["status"] == "degraded")
    (check,) = [c for c in site.ready()["checks"] if c["name"] == "reload"]
    assert check["detail"] == "refused: thresholds.toml: lookback_adult.value"
    assert site.said()["knowledge"] == good

    site.write("2000")
    assert site.command("reload").returncode == 0
    assert until(lambda: site.ready()["status"] == "ready")
    assert site.running.popen.poll() is None


def test_under_load_no_answer_fails_or_mixes_versions(site: Site) -> None:
    """The words of a card are always those of the version that its extension names."""
    answers: list[Answer] = []
    ends = time.monotonic() + 5

    def call(number: int) -> None:
        while time.monotonic() < ends:
            answers.append(ask(site.port, SIGN, STORY))
            time.sleep(EACH_S * 4)

    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(call, number) for number in range(4)]
        for word in ("Sign1", "Sign2", "${refused}", "Sign3"):
            site.say(word)
            site.running.signal(signal.SIGHUP)
            time.sleep(1)
        for job in jobs:
            job.result()
    said = {
        (answer.json["extension"][EXTENSION]["knowledge"], word_of(answer)) for answer in answers
    }

    assert {answer.status for answer in answers} == {200}
    assert len(answers) > 40
    assert len(said) > 1
    assert len(said) == len({version for version, _ in said}) == len({word for _, word in said})


def word_of(answer: Answer) -> str:
    found = re.search(r"Sign\d", answer.json["cards"][0]["detail"])
    return found[0] if found else ""


def test_without_a_pid_file_or_a_server_the_command_says_so(tmp_path: Path) -> None:
    site = Site(tmp_path, None, 0)  # type: ignore[arg-type]
    (tmp_path / "hpp-cds.toml").write_text('[site]\nmode = "development"\n')
    assert "site.pid_file: is not set" in site.command("reload").stderr

    (tmp_path / "hpp-cds.toml").write_text('[site]\nmode = "development"\npid_file = "pid"\n')
    shown = site.command("reload")
    assert (shown.returncode, "names no server that runs" in shown.stderr) == (78, True)
