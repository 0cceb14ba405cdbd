"""What is said of the product itself: the source attributes that US certification asks for."""

from __future__ import annotations

from typing import Any

from service.evaluation.engine import Engine

Json = dict[str, Any]


def source_attributes(engine: Engine) -> Json:
    """The body of `GET /about/source-attributes` (45 CFR 170.315(b)(11)(iv)(A))."""
    words, versions = engine.cards.words, _versions(engine)
    attributes = [
        {"attribute": name, "title": title, "says": says.fill(versions)}
        for name, (title, says) in words.attributes.each.items()
    ]
    return {
        **versions,
        "purpose": words.attributes.purpose,
        "conformity": words.attributes.conformity,
        "review": words.review,
        "attributes": attributes,
        "sources": [
            {
                "label": source.label,
                "says": source.says,
                **({"url": source.url} if source.url else {}),
            }
            for source in words.references.values()
        ],
    }


def _versions(engine: Engine) -> Json:
    return {"version": engine.cards.version, "knowledge": engine.knowledge.version}
