"""One of several processes that spend the same token ids: `python -m tests.keep.spend URL N`."""

from __future__ import annotations

import random
import sys

from service.keep.spent_tokens import SpentTokens
from service.keep.store import open_store
from service.settings import Settings

UNTIL_S = 4_000_000_000


def main(url: str, tokens: str, issuer: str) -> None:
    """Prints how many of the ids this process was the first to spend."""
    spent = SpentTokens(open_store(Settings(store_url=url)))
    ids = list(range(int(tokens)))
    random.shuffle(ids)
    print(sum(spent.spend(issuer, f"token-{n}", UNTIL_S) for n in ids))


if __name__ == "__main__":
    main(*sys.argv[1:])
