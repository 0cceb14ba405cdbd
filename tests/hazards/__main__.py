"""Write service/HAZARDS.md: python -m tests.hazards"""

from tests.hazards.log import read_log
from tests.hazards.render import DOCUMENT, document, report


def main() -> None:
    rows = read_log()
    DOCUMENT.write_text(document(rows), encoding="utf-8")
    print(f"wrote {DOCUMENT}\n{report(rows)}")


if __name__ == "__main__":
    main()
