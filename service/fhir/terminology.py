"""What coded content means, worked out once for each content and kept from request to request.

Laboratories, formularies and problem lists say the same things of every patient.  Kept is what
a content means in our words, and a digest of it: people type into `text`, so nothing that was
written is kept, and nothing that tells whose it was.
"""

from __future__ import annotations

from hashlib import blake2b

from orjson import dumps

from service.fhir.codings import Concept, meaning_of
from service.hpp.knowledge.model import Knowledge

MOST_KEPT = 8192  # contents, about 3 MB; the next one starts afresh


class Terminology:
    """The meaning of concepts under one knowledge."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self._kept: dict[bytes, Concept] = {}

    def concept(self, written: object) -> Concept:
        """What a CodeableConcept means; what is none means nothing."""
        try:
            digest = blake2b(dumps(written), digest_size=16).digest()
        except TypeError:  # nested beyond reason
            return meaning_of(written, self.knowledge)
        known = self._kept.get(digest)
        return known or self._keep(digest, meaning_of(written, self.knowledge))

    def _keep(self, digest: bytes, meaning: Concept) -> Concept:
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[digest] = meaning
        return meaning
