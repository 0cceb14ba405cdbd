"""What a trial from the command line met, in the words of the person who tries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from service.content.faults import hint
from service.evaluation.answer import EXTENSION
from service.hpp.knowledge.model import Knowledge

Json = dict[str, Any]


def remarks(
    body: Json, base: str, drug: str, deadline_ms: int, knowledge: Knowledge
) -> Iterator[str]:
    """Whether the drug, the patient or the server was not found; nothing where all were."""
    said = body.get("extension", {}).get(EXTENSION, {})
    if said.get("verdict") == "notApplicable":
        names = [known.name for known in knowledge.drugs.values()]
        yield f"{drug!r} is no drug that this service looks at{hint(drug, names)}"
    kinds = {gap["kind"] for gap in said.get("gaps", ()) if gap["key"] == "patient"}
    if kinds & {"timeout", "refused"}:
        yield f"no answer from {base} in {deadline_ms / 1000:g} s"
    elif kinds & {"http-4xx", "not-found"}:
        yield "no such patient on that server"
