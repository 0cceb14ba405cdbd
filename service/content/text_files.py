"""Which files hold the words of cards, and what may stand in each."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from service.content.shape import OLD_KEYS

FOLDER = "texts"
TABLES = (
    "phrases.toml", "suggestions.toml", "references.toml", "override_reasons.toml",
    "source_attributes.toml",
)  # fmt: skip
TEXTS = tuple(
    sorted(e.name[:-3] for e in files("cards").joinpath(FOLDER).iterdir() if e.name.endswith(".md"))
)
TEXT_FILES = (*(f"{FOLDER}/{name}.md" for name in TEXTS), *(f"{FOLDER}/{name}" for name in TABLES))
FRONT_SHAPE = {
    "verdict": str,
    "summary": str,
    "summary_child?": str,
    "summary_for?": {"*": str},
    "opening_for?": {"*": str},
    "consider_for?": {"*": str},
    "leaves_out?": [str],
    "source": str,
    "source_child?": str,
    "suggestions": [str],
    "references": [str],
    "references_child?": [str],
    "override_reasons?": [str],
    "override_reasons_for?": {"*": [str]},
    **OLD_KEYS,
}
# What the rest of the code looks up by name; a site's phrases.toml must hold it all.
PHRASE_TABLES = (
    "format", "service_title", "service_description", "verdict", "class", "whose", "reason",
    "excluded", "gap", "key", "finding", "modifier", "verification", "short", "heading", "remedy",
    "sentence",
)  # fmt: skip
SHAPES: Mapping[str, Any] = {
    "phrases.toml": {
        **OLD_KEYS, "source": str, **{name: {"*": str} for name in PHRASE_TABLES},
    },
    "suggestions.toml": {
        **OLD_KEYS,
        "source": str,
        "*": {
            "label": str, "description?": str, "text?": str, "loinc?": str, "test?": str,
            "note?": str, "tests?": [str], "rank?": int,
        },
    },
    "references.toml": {
        **OLD_KEYS, "*": {"label": str, "says": str, "url?": str, "publisher?": str},
    },
    "override_reasons.toml": {
        **OLD_KEYS, "source": str, "system": str, "reasons": {"*": str},
    },
    "source_attributes.toml": {
        **OLD_KEYS, "source": str, "purpose": str, "conformity": str,
        "attribute": {"*": {"title": str, "says": str}},
    },
}  # fmt: skip
