"""Write SPEC.md: python -m tests.spec"""

from tests.spec.render import DOCUMENT, document


def main() -> None:
    DOCUMENT.write_text(document(), encoding="utf-8")
    print(f"wrote {DOCUMENT}")


if __name__ == "__main__":
    main()
