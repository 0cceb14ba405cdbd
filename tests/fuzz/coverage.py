"""`python -m tests.fuzz.coverage TARGET [--minutes M] [--runs N] [--corpus FOLDER]`.

Coverage-guided fuzzing with atheris of one target (targets.py).  Exit status 0 where nothing
was found; a crash prints its traceback and the file of the bytes that did it; 69 where
atheris or the target is not there.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.fuzz.seeds import seed_of_today

UNAVAILABLE = 69  # as in sysexits.h


def main() -> None:
    asked = arguments()
    try:
        import atheris
    except ImportError:
        leave("atheris is not installed: it has wheels for Linux on x86-64 below Python 3.14 only")
    with atheris.instrument_imports(include=["service", "cards"]):
        from tests.fuzz import targets

        try:
            target = targets.TARGETS[asked.target]()
        except targets.NotThere as reason:
            leave(str(reason))
    folder = asked.corpus or Path(tempfile.mkdtemp(prefix=f"hpp-cds-{asked.target}-"))
    for number, raw in enumerate(targets.seeds(asked.target)):
        (folder / f"seed-{number}").write_bytes(raw)
    atheris.Setup([sys.argv[0], *flags(asked, folder)], target)
    atheris.Fuzz()


def arguments() -> argparse.Namespace:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("target", choices=NAMES)
    reader.add_argument("--minutes", type=float, default=1.0)
    reader.add_argument("--runs", type=int, default=-1, help="stop after so many")
    reader.add_argument("--seed", type=int, default=seed_of_today(), help="(the date)")
    reader.add_argument("--corpus", type=Path, help="a folder to begin with and to add to")
    return reader.parse_args()


NAMES = ("json", "dates", "numbers", "quantities", "tokens", "markdown")


def flags(asked: argparse.Namespace, folder: Path) -> list[str]:
    """How libFuzzer is told."""
    return [
        f"-max_total_time={max(1, round(asked.minutes * 60))}",
        f"-runs={asked.runs}",
        f"-seed={asked.seed % 2**32 or 1}",
        f"-artifact_prefix={folder}/",
        "-max_len=4096",
        "-timeout=5",
        "-print_final_stats=1",
        str(folder),
    ]


def leave(reason: str) -> None:
    print(reason, file=sys.stderr)
    sys.exit(UNAVAILABLE)


if __name__ == "__main__":
    main()
