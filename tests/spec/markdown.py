"""Text in the cells of a Markdown table."""

from tests.spec.vignette import IT


def cell(text: str) -> str:
    return text.replace(IT, "…").replace("<", "&lt;").replace("|", "\\|")
