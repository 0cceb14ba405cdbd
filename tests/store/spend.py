"""One of several processes that spend the same ids: `python -m tests.store.spend WHERE N`."""

from __future__ import annotations

import random
import sys
from pathlib import Path

from service.settings import Settings
from service.store.database import open_store
from service.store.spent_tokens import SpentTokens

UNTIL_S = 4_000_000_000


def main(where: str, tokens: str, issuer: str) -> None:
    """Prints how many of the ids this process was the first to spend.  where: a URL or a folder."""
    settings = Settings(store_url=where) if "://" in where else Settings(data_dir=Path(where))
    spent = SpentTokens(open_store(settings))
    ids = list(range(int(tokens)))
    random.shuffle(ids)
    print(sum(spent.spend(issuer, f"token-{n}", UNTIL_S) for n in ids))


if __name__ == "__main__":
    main(*sys.argv[1:])
