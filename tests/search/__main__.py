"""`python -m tests.search`: every patient of the export, read from the live search server."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import UTC, datetime

from tests.npm import NotHere
from tests.search.ward import open_ward


def main() -> None:
    counts: Counter[str] = Counter()
    with open_ward(datetime.now(UTC).date()) as ward:
        print("| patient | verdict | row | status | open rows | gaps | card |")
        print("| --- | --- | --- | --- | --- | --- | --- |")
        for patient in ward.patients:
            said = ward.ask(patient, None, ward.search_server.base())
            found = said.extension
            card = next((card["summary"] for card in said.body.get("cards", [])), "")
            gaps = ", ".join(f"{key} {kind}" for kind, key in said.gaps)
            counts[said.verdict] += 1
            print(
                f"| {patient[:13]} | {said.verdict} | {found.get('row')} | {found.get('status')} "
                f"| {', '.join(found.get('openRows', []))} | {gaps} | {card} |"
            )
    print(dict(counts))


if __name__ == "__main__":
    try:
        main()
    except NotHere as reason:
        sys.exit(str(reason))
