"""Write the specification: python -m tests.spec"""

from tests.spec.render import documents


def main() -> None:
    for path, text in documents().items():
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
