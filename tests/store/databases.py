"""A real PostgreSQL on loopback for as long as it is needed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

from tests.faults.server import closed_port

MISSING = "PostgreSQL's server is not here (Debian: postgresql)"


def binaries() -> Path | None:
    """The newest server's folder: Debian keeps it out of PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    named = shutil.which("initdb")
    return found[-1].parent if found else Path(named).parent if named else None


class Postgres:
    """One cluster in a folder of its own; it can be stopped and started again."""

    def __init__(self, bin_folder: Path, folder: Path) -> None:
        self._bin, self._folder, self._port = bin_folder, folder, closed_port()

    @property
    def url(self) -> str:
        return f"postgresql://keeper@127.0.0.1:{self._port}/postgres"

    def create(self) -> None:
        self._run("initdb", "-D", str(self._data), "-U", "keeper", "-A", "trust", "--no-sync")

    def start(self) -> None:
        options = f"-p {self._port} -k {self._folder} -c listen_addresses=127.0.0.1"
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", str(self._data), "-w", "-l", log, "-o", options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self._data), "-w", "-m", "immediate", "stop")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """All its processes stand still, and their sockets stay open."""
        first = int((self._data / "postmaster.pid").read_text().split()[0])
        listed = subprocess.run(["pgrep", "-P", str(first)], capture_output=True, check=False)
        processes = [first, *map(int, listed.stdout.split())]
        try:
            _send(signal.SIGSTOP, processes)
            yield
        finally:
            _send(signal.SIGCONT, processes)

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _run(self, name: str, *arguments: str) -> None:
        """As another user where we are root: the server refuses to run as root."""
        command = [str(self._bin / name), *arguments]
        if os.getuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self._folder)


def _send(number: signal.Signals, processes: Sequence[int]) -> None:
    for process in processes:
        with suppress(ProcessLookupError):  # its workers come and go
            os.kill(process, number)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A running cluster.  Raises LookupError where no server is installed."""
    bin_folder = binaries()
    if bin_folder is None:
        raise LookupError(MISSING)
    folder = Path(mkdtemp(prefix="hpp-cds-pg-"))
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    server = Postgres(bin_folder, folder)
    server.create()
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
