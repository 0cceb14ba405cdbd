"""`python -m tests.trust.replay`: many processes post the same tokens to two nodes of one service.

    python -m tests.trust.replay --tokens 10000 --processes 8
    python -m tests.trust.replay --database postgresql

Each token must be accepted once in all.  Prints how often each status was answered.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.store.databases import postgres
from tests.trust.callers import EHR, SIGN, key_file

PUBLIC = "http://cds.example.org"
# Nothing is ordered: the cost is that of verifying, and little else.
BODY = json.dumps(
    {
        "hook": "order-sign",
        "hookInstance": "00000000-0000-4000-8000-000000000001",
        "context": {
            "userId": "Practitioner/1",
            "patientId": "1",
            "draftOrders": {"resourceType": "Bundle", "entry": []},
        },
    }
)


@contextmanager
def node(config: Path) -> Iterator[int]:
    """One served process; its port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "service", "serve", "--port", "0", "--config", str(config)],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    port = re.search(r":(\d+)$", process.stderr.readline().strip())
    assert port is not None
    drain = subprocess.Popen(["cat"], stdin=process.stderr, stdout=subprocess.DEVNULL)
    try:
        yield int(port[1])
    finally:
        process.terminate()
        process.wait(20)
        process.stderr.close()
        drain.wait(20)


def configure(folder: Path, store_url: str) -> Path:
    store = f'[store]\nurl = "{store_url}"\n' if store_url else ""
    path = folder / "hpp-cds.toml"
    path.write_text(
        f'[site]\nmode = "development"\ndata_dir = "data"\npublic_base_url = "{PUBLIC}"\n{store}'
        f'[[clients]]\nname = "ehr"\nissuer = "{EHR.issuer}"\njwks = "{key_file()}"\n'
    )
    return path


def post_all(tokens: Path, seed: int, ports: list[int]) -> Counter[int]:
    """What one process does: every token once, in an order of its own, now here, now there."""
    lines = [HTTPConnection("127.0.0.1", port, timeout=60) for port in ports]
    listed = tokens.read_text().split()
    Random(seed).shuffle(listed)
    statuses: Counter[int] = Counter()
    for n, token in enumerate(listed):
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        line = lines[(n + seed) % len(lines)]
        line.request("POST", SIGN, BODY, {**headers, "Host": "cds.example.org"})
        answer = line.getresponse()
        answer.read()
        statuses[answer.status] += 1
    for line in lines:
        line.close()
    return statuses


def race(tokens: int, processes: int, store_url: str = "", nodes: int = 2) -> Counter[int]:
    """The statuses of all processes together."""
    with TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        written = folder / "tokens"
        written.write_text("\n".join(EHR.token(f"{PUBLIC}{SIGN}") for _ in range(tokens)))
        config = configure(folder, store_url)
        ports = [stack.enter_context(node(config)) for _ in range(nodes)]
        command = [sys.executable, "-m", "tests.trust.replay", "--worker", str(written)]
        racing = [
            subprocess.Popen(
                [*command, "--seed", str(seed), "--ports", *map(str, ports)],
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": "."},
            )
            for seed in range(processes)
        ]
        total: Counter[int] = Counter()
        for process in racing:
            said = json.loads(process.communicate()[0])
            total.update({int(status): count for status, count in said.items()})
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--tokens", type=int, default=10_000)
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--worker", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--ports", type=int, nargs="*", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.worker:
        print(json.dumps(post_all(asked.worker, asked.seed, asked.ports)))
        return
    with ExitStack() as stack:
        url = stack.enter_context(postgres()).url if asked.database == "postgresql" else ""
        statuses = race(asked.tokens, asked.processes, url)
    print(f"{asked.processes} processes, {asked.tokens} tokens, 2 nodes, {asked.database}")
    print(*(f"{status}: {count}" for status, count in sorted(statuses.items())), sep="\n")
    sys.exit(statuses[200] != asked.tokens)


if __name__ == "__main__":
    main()
