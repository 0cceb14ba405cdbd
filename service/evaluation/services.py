"""The services offered, and how discovery describes them in the words of the content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cards.words import Words
from service.evaluation.searches import prefetch_templates
from service.fhir.releases import Release
from service.hpp.knowledge.model import Knowledge


@dataclass(frozen=True, slots=True)
class Service:
    """One CDS service: its id and its hook."""

    id: str
    hook: str

    @property
    def judges_orders(self) -> bool:
        return self.hook != "patient-view"


SERVICES = (
    Service("hpp-order-sign", "order-sign"),
    Service("hpp-order-select", "order-select"),
    Service("hpp-patient-view", "patient-view"),
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
                "title": words.phrase("service_title", service.id),
                "description": words.phrase("service_description", service.id),
                "usageRequirements": usage,
                "prefetch": templates,
            }
            for service in SERVICES
        ]
    }
