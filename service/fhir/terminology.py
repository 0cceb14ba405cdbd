"""What coded content means, worked out once for each content and kept from request to request.

Laboratories, formularies and problem lists say the same things of every patient.  Kept is what
a content means in our words, and a digest of it: people type into `text`, so nothing that was
written is kept, and nothing that tells whose it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Protocol, TypeVar

from orjson import dumps

from service.fhir.budget import Budget
from service.fhir.codings import read_drug, read_lab
from service.fhir.diagnoses import read_diagnosis
from service.fhir.vocabulary import Vocabulary
from service.hpp.knowledge.model import Knowledge

MOST_KEPT = 4096  # contents of each kind, the next one starts afresh; 5 MB when all are full
LONGEST_KEPT = 4096  # bytes; a usual concept has 200, one with ten codings 1,200
NO_LIMIT = Budget()
Meaning = TypeVar("Meaning", covariant=True)


class Reader(Protocol[Meaning]):
    """What a concept means; what was not known is taken off a budget."""

    def __call__(self, concept: object, budget: Budget = NO_LIMIT) -> Meaning: ...


class Terminology:
    """The meaning of CodeableConcepts under one knowledge, by what they stand for.

    What is no concept means nothing.  kept: digest -> meaning, of each kind.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.vocabulary = Vocabulary(knowledge)
        self.kept: list[Mapping[bytes, object]] = []
        self.lab = self._keeping(read_lab)
        self.diagnosis = self._keeping(read_diagnosis)
        self.drug = self._keeping(read_drug)

    def _keeping(self, read: Callable[[object, Vocabulary, Budget], Meaning]) -> Reader[Meaning]:
        kept: dict[bytes, Meaning] = {}
        self.kept.append(kept)
        vocabulary = self.vocabulary

        def meaning(concept: object, budget: Budget = NO_LIMIT) -> Meaning:
            try:
                content = dumps(concept)
            except TypeError:  # nested beyond reason
                return read(concept, vocabulary, budget)
            if len(content) > LONGEST_KEPT:
                return read(concept, vocabulary, budget)
            digest = blake2b(content, digest_size=16).digest()
            known = kept.get(digest)
            if known is None:
                if len(kept) >= MOST_KEPT:
                    kept.clear()
                known = kept[digest] = read(concept, vocabulary, budget)
            return known

        return meaning
