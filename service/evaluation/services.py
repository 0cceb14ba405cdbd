"""The services offered, and how discovery describes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cards.words import Words
from service.evaluation.searches import prefetch_templates
from service.fhir.releases import Release
from service.hpp.knowledge.model import Knowledge


@dataclass(frozen=True, slots=True)
class Service:
    """One CDS service: its id, its hook, and what a reader of discovery is told."""

    id: str
    hook: str
    title: str
    description: str

    @property
    def judges_orders(self) -> bool:
        return self.hook != "patient-view"


SERVICES = (
    Service(
        "hpp-order-sign",
        "order-sign",
        "Low ALP before an antiresorptive (signing)",
        "Warns before a bisphosphonate or denosumab is signed when the ALP history makes "
        "hypophosphatasia likely, and says what was found and what was not known.",
    ),
    Service(
        "hpp-order-select",
        "order-select",
        "Low ALP before an antiresorptive (selecting)",
        "The same check for the orders that are being selected; other drafts are background.",
    ),
    Service(
        "hpp-patient-view",
        "patient-view",
        "Hypophosphatasia suspected",
        "An information card when the ALP history makes hypophosphatasia likely and nobody has "
        "written it down.",
    ),
)
BY_ID = {service.id: service for service in SERVICES}


def discovery(knowledge: Knowledge, words: Words, release: Release = Release.R4) -> dict[str, Any]:
    """The body of `GET /cds-services`, with the templates of one FHIR release."""
    templates = prefetch_templates(knowledge, release)
    usage = words.sentence("usage", review=words.review)
    return {
        "services": [
            {
                "hook": service.hook,
                "id": service.id,
                "title": service.title,
                "description": service.description,
                "usageRequirements": usage,
                "prefetch": templates,
            }
            for service in SERVICES
        ]
    }
