"""`python -m tests.fuzz.coverage TARGET [--minutes M] [--runs N] [--folder FOLDER]`.

Coverage-guided fuzzing with atheris of one target (targets.py).  Exit status 0 where nothing
was found; a crash prints its traceback and the file of the bytes that did it; 69 where
atheris or the target is not there.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

from tests.fuzz.seeds import seed_of_today

UNAVAILABLE = 69  # as in sysexits.h
# Those of targets.py, which must not be imported before its imports can be instrumented.
NAMES = ("json", "dates", "numbers", "quantities", "tokens", "markdown")


def main() -> None:
    asked = arguments()
    try:
        import atheris
    except ImportError:
        leave("atheris is not installed: it has wheels for Linux on x86-64 below Python 3.14 only")
    with atheris.instrument_imports(include=["service", "cards", "markdown_it"]):
        from tests.fuzz import targets

        try:
            target = targets.TARGETS[asked.target]()
        except targets.NotThere as reason:
            leave(str(reason))
    folder = asked.folder or Path(tempfile.mkdtemp(prefix=f"hpp-cds-{asked.target}-"))
    lay_out(folder, targets.seeds(asked.target), targets.TOKENS)
    atheris.Setup([sys.argv[0], *flags(asked, folder)], target)
    atheris.Fuzz()


def lay_out(folder: Path, seeds: Iterable[bytes], words: Iterable[bytes]) -> None:
    """A corpus to begin with, and a dictionary of words to put together."""
    corpus = folder / "corpus"
    corpus.mkdir(exist_ok=True)
    for number, raw in enumerate(seeds):
        (corpus / f"seed-{number}").write_bytes(raw)
    quoted = ("".join(f"\\x{byte:02x}" for byte in word) for word in words if len(word) < 60)
    (folder / "dictionary").write_text("".join(f'"{word}"\n' for word in quoted), "ascii")


def arguments() -> argparse.Namespace:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("target", choices=NAMES)
    reader.add_argument("--minutes", type=float, default=1.0)
    reader.add_argument("--runs", type=int, default=-1, help="stop after so many")
    reader.add_argument("--seed", type=int, default=seed_of_today(), help="(the date)")
    reader.add_argument("--folder", type=Path, help="keeps the corpus and what crashed (a new one)")
    return reader.parse_args()


def flags(asked: argparse.Namespace, folder: Path) -> list[str]:
    """How libFuzzer is told."""
    return [
        f"-max_total_time={max(1, round(asked.minutes * 60))}",
        f"-runs={asked.runs}",
        f"-seed={asked.seed % 2**32 or 1}",
        f"-artifact_prefix={folder}/",
        f"-dict={folder}/dictionary",
        "-max_len=4096",
        "-timeout=5",
        "-print_final_stats=1",
        str(folder / "corpus"),
    ]


def leave(reason: str) -> NoReturn:
    print(reason, file=sys.stderr)
    sys.exit(UNAVAILABLE)


if __name__ == "__main__":
    main()
