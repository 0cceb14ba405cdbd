"""Draft orders whose drug is written in one way or another."""

from __future__ import annotations

from typing import Any

from tests.fhir.build import MISSING, draft

Json = dict[str, Any]
JUDGED = "200 complete hppSuspected"
NOTHING = "200 not-applicable notApplicable"
UUID = "urn:uuid:8b5ad5a9-52a3-4a1c-9a3f-0d7d0b1f2a11"
NO_CODE: Json = {"medicationCodeableConcept": MISSING}


def named(**members: Any) -> Json:
    """A draft whose drug is written only in these members."""
    return draft(**{**NO_CODE, **members})


def by_text(words: str) -> Json:
    return named(medicationCodeableConcept={"text": words})


def coding(system: str, code: str, **more: Any) -> Json:
    return {"system": system, "code": code, **more}


def deleted(found: Json) -> list[str]:
    """Ids in the suggestions to remove a draft."""
    actions = [a for s in found.get("suggestions", []) for a in s["actions"]]
    return [a["resourceId"] for a in actions if a["type"] == "delete"]
