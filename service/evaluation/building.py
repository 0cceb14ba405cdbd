"""Settings and content -> the engine of a process.  Knows no web server."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import replace

from cards.build import CardContent
from cards.orders import OrderBook
from cards.words import Words
from service import __version__
from service.content.faults import Fault, Notes
from service.content.knowledge import ContentFault, load_knowledge
from service.content.reviews import load_review
from service.content.words import load_words
from service.evaluation.engine import Engine, FhirServers
from service.evaluation.searches import key_queries
from service.evaluation.switches import switch_faults
from service.fhir.releases import Release
from service.fhir.terminology import Terminology
from service.hpp.knowledge.model import Knowledge
from service.settings import Settings


def build_engine(
    settings: Settings, servers: FhirServers | None = None, warnings: list[Fault] | None = None
) -> Engine:
    """Content and words, checked whole.  Raises ContentFault with every fault of both.

    servers: how FHIR servers are asked; None asks none.  warnings: as in `load_content`.
    """
    knowledge, words = load_content(settings, warnings)
    faults = list(switch_faults(settings, knowledge))
    if faults:
        raise ContentFault(faults)
    cards = CardContent(words, knowledge, OrderBook(words.suggestions), __version__, _new_uuid)
    queries = {release: key_queries(knowledge, release) for release in Release}
    terminology = Terminology(knowledge)
    return Engine(terminology, cards, settings.zone, settings.version, queries, servers)


def load_content(
    settings: Settings, warnings: list[Fault] | None = None
) -> tuple[Knowledge, Words]:
    """Knowledge and words under the site's folder.  Raises ContentFault with all of both.

    warnings: what is odd in them and stops no start is added to it.
    """
    notes = Notes()
    folder, intervals = settings.content_dir, settings.reference_intervals
    try:
        knowledge = load_knowledge(folder, intervals, notes.warnings)
    except ContentFault as error:
        notes.faults += error.faults
        knowledge = load_knowledge()
    words = load_words(knowledge, notes, folder)
    review = load_review(folder, notes.fault)
    if warnings is not None:
        warnings += notes.warnings
    if notes.faults:
        raise ContentFault(notes.faults)
    words = replace(words, review=review.sentence(words.sentence))
    return replace(knowledge, version=_version(knowledge, words)), words


def _version(knowledge: Knowledge, words: Words) -> str:
    """One version for all content: what is judged by and what is said."""
    return hashlib.sha256(f"{knowledge.version} {words.version}".encode()).hexdigest()[:12]


def _new_uuid() -> str:
    return str(uuid.uuid4())
