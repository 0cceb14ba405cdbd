"""gunicorn with the shipped settings: refusals, forks, reloads, and an end without losses."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.deploy.conftest import Slow, is_whole
from tests.deploy.processes import (
    GUNICORN,
    ROOT,
    SHIPPED_APP,
    SIGN,
    WORKERS,
    Running,
    ask,
    gunicorn,
    read_all,
    send,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into Linux's /proc")

OPEN_TO_ALL = '[site]\nmode = "development"\n'
Served = tuple[Running, int]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    running, port = gunicorn(tmp_path, HOME=str(tmp_path))
    yield running, port
    running.stop()


def workers(running: Running) -> set[int]:
    children = Path(f"/proc/{running.popen.pid}/task/{running.popen.pid}/children")
    return {int(pid) for pid in children.read_text().split()}


def knowledge_and_configuration(port: int) -> list[str]:
    checks = ask(port, "/readyz").json["checks"]
    return [c["detail"] for c in checks if c["name"] in ("knowledge", "configuration")]


# Refusals


@pytest.mark.hazard("W12")
@pytest.mark.parametrize(
    ("settings", "lines"),
    [
        (None, 1),
        ('[site]\nmode = "development"\n', 1),
        ('[site]\nmode = "production"\n', 1),
        ('[site]\nmod = "production"\ntime_zone = "Mars/Base"\n', 2),
        ("[site\n", 1),
    ],
    ids=["no file", "development", "production without clients", "two faults", "not TOML"],
)
def test_what_may_not_be_served_ends_gunicorn_with_78(
    tmp_path: Path, settings: str | None, lines: int
) -> None:
    """Once, with a sentence for each fault: it does not try again for ever."""
    environment = {"PATH": os.environ["PATH"], "WEB_CONCURRENCY": "2"}
    if settings is not None:
        path = tmp_path / "hpp-cds.toml"
        path.write_text(settings)
        environment["HPP_CDS_CONFIG"] = str(path)
    refused = subprocess.run(
        [*GUNICORN, "--bind", "127.0.0.1:0", SHIPPED_APP],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=20,
    )  # fmt: skip

    assert refused.returncode == 78
    assert refused.stdout == ""
    assert lines == len(refused.stderr.splitlines())


@pytest.mark.hazard("W12")
def test_the_switch_for_test_machines_is_refused_in_production(tmp_path: Path) -> None:
    path = tmp_path / "hpp-cds.toml"
    path.write_text('[site]\nmode = "production"\n')
    with pytest.raises(AssertionError, match="--allow-anyone: is for development mode only"):
        gunicorn(tmp_path, HPP_CDS_CONFIG=str(path))


# The fork


def test_before_the_fork_nothing_is_open_but_the_listening_socket(served: Served) -> None:
    running, port = served
    ask(port)

    assert held_by_the_master(running) == ["socket"]


def held_by_the_master(running: Running) -> list[str]:
    """Sockets, files and further threads: whatever is open there is shared by all workers."""
    master = Path(f"/proc/{running.popen.pid}")
    opened = [os.readlink(entry) for entry in (master / "fd").iterdir()]
    # Files of workers: their heartbeat, and their metrics, which each opens anew for itself.
    own = ("wgunicorn-", "hpp-cds-metrics-")
    files = [n for n in opened if n.startswith("/") and not any(part in n for part in own)]
    threads = [task.name for task in (master / "task").iterdir()]
    return [
        *["socket" for name in opened if name.startswith("socket:")],
        *[name for name in files if name not in ("/dev/null", str(running.log))],
        *threads[1:],
    ]


def test_it_writes_no_file_in_the_home_folder_but_in_the_data_folder(
    served: Served, tmp_path: Path
) -> None:
    running, _ = served
    files = {path for path in tmp_path.rglob("*") if path.is_file()} - {running.log}

    assert {path.parent for path in files} == {tmp_path / ".local/share/hpp-cds"}


def test_what_start_up_made_is_out_of_garbage_collection() -> None:
    program = (
        "import gc; from types import SimpleNamespace as N;"
        "from service.server import gunicorn_conf, wsgi;"
        "app = wsgi.create(allow_anyone=True); gunicorn_conf.when_ready(N(app=N(callable=app)));"
        "print(gc.get_freeze_count() > 50_000, *gc.get_threshold())"
    )
    printed = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True)

    assert printed.stdout == b"True 50000 20 50\n"


# What it says


@pytest.mark.hazard("E1")
def test_a_malformed_request_is_not_quoted_in_the_log(served: Served) -> None:
    running, port = served
    for data in (
        b"GET /ZZPHI\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /ZZPHI HTTP/1.1\r\nHost: x\r\nAuthorization : ZZPHI\r\n\r\n",
        b"GET /ZZPHI?ZZPHI HTTP/9.9\r\nHost: x\r\n\r\n",
        b"ZZPHI\r\n\r\n",
    ):
        assert b"ZZPHI" not in read_all(send(port, data))

    assert running.said.count("Refused a malformed request") == 4
    assert "ZZPHI" not in running.said


def test_a_failure_is_logged_by_its_kind_alone() -> None:
    program = (
        "from types import SimpleNamespace as N\n"
        "from gunicorn.config import Config\n"
        "from service.server.gunicorn_conf import logger_class\n"
        "log = logger_class(Config())\n"
        "try: raise ValueError('ZZPHI')\n"
        "except ValueError: log.exception('Error handling request %s %s', 'GET', '/ZZPHI')\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True
    ).stderr

    assert said.endswith("Failed: ValueError\n")
    assert "ZZPHI" not in said


# Reload and end


def test_a_reload_reads_the_settings_anew_and_keeps_good_ones(tmp_path: Path) -> None:
    path = tmp_path / "hpp-cds.toml"
    path.write_text(OPEN_TO_ALL)
    running, port = gunicorn(tmp_path, HPP_CDS_CONFIG=str(path))
    try:
        first = knowledge_and_configuration(port)
        path.write_text(OPEN_TO_ALL + 'time_zone = "Europe/Berlin"\n')
        reload(running)
        second = knowledge_and_configuration(port)
        path.write_text("[site\n")
        reload(running)
        third = knowledge_and_configuration(port)
    finally:
        running.stop()

    assert first != second
    assert second == third
    assert "the last good ones stay" in running.said


def reload(running: Running) -> None:
    """HUP, and wait until none of the old workers is left."""
    old = workers(running)
    running.signal(signal.SIGHUP)
    until = time.monotonic() + 60
    while old & workers(running) or len(workers(running)) < WORKERS:
        assert time.monotonic() < until, running.said
        time.sleep(0.02)


def test_a_worker_that_is_killed_is_replaced_and_the_others_answer(served: Served) -> None:
    running, port = served
    ask(port)
    until = time.monotonic() + 10
    while len(before := workers(running)) < 2:
        assert time.monotonic() < until
    os.kill(min(before), signal.SIGKILL)
    until = time.monotonic() + 20
    while not workers(running) - before:
        assert ask(port).status == 200
        assert time.monotonic() < until


def test_a_request_under_way_is_answered_whole(served: Served, slow: Slow) -> None:
    running, port = served
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(ask, port, SIGN, slow.request)
        assert slow.asked.wait(10)
        started = time.monotonic()
        running.signal(signal.SIGTERM)

        assert running.ends() == 0
        assert time.monotonic() - started < 10
        assert is_whole(asked.result())
