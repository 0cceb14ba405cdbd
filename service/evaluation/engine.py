"""What every evaluation stands on, made once a process: content, words, queries, servers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from typing import Protocol

from cards.build import CardContent
from service.fhir.queries import Fetch, KeyQueries
from service.fhir.releases import Release
from service.fhir.terminology import Terminology
from service.hpp.knowledge.model import Knowledge
from service.settings import Client

ANYONE = Client()
VISITOR = Client(profile="sandbox")  # anyone, in development mode without clients


class FhirServers(Protocol):
    """The part of the FHIR client that an evaluation needs."""

    def knows(self, base: str, client: Client) -> bool: ...

    def asking(self, base: str, token: str, client: Client) -> Fetch: ...


@dataclass(frozen=True)
class Engine:
    """Content checked whole, and what is made of it.

    queries: how each release is asked.  servers: how FHIR servers are asked, or None where
    nothing is ever asked.  spoken: the cards in each language in use beside English.
    """

    terminology: Terminology
    cards: CardContent
    zone: tzinfo
    configuration: str
    queries: Mapping[Release, Mapping[str, KeyQueries]]
    servers: FhirServers | None = None
    spoken: Mapping[str, CardContent] = field(default_factory=dict)

    @property
    def languages(self) -> tuple[str, ...]:
        """Those in use beside English."""
        return tuple(self.spoken)

    def speaking(self, language: str) -> Engine:
        """The same engine: it judges alike, and says it in another language."""
        cards = self.spoken.get(language)
        return replace(self, cards=cards) if cards else self

    @property
    def knowledge(self) -> Knowledge:
        return self.terminology.knowledge
