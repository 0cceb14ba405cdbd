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
from service.content.languages import check_languages, in_use, load_language, named
from service.content.reviews import load_review
from service.content.words import load_words
from service.evaluation.engine import Engine, FhirServers
from service.evaluation.searches import key_queries
from service.evaluation.switches import repeat_faults, switch_faults
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
    faults = [
        *switch_faults(settings, knowledge),
        *repeat_faults(settings, words.override_reasons),
    ]
    if faults:
        raise ContentFault(faults)
    cards = _card_content(words, knowledge)
    spoken = {other: _card_content(w, named(knowledge, w)) for other, w in words.others.items()}
    queries = {release: key_queries(knowledge, release) for release in Release}
    terminology = Terminology(knowledge)
    return Engine(terminology, cards, settings.zone, settings.version, queries, servers, spoken)


def _card_content(words: Words, knowledge: Knowledge) -> CardContent:
    return CardContent(words, knowledge, OrderBook(words.suggestions), __version__, _new_uuid)


def load_content(
    settings: Settings, warnings: list[Fault] | None = None
) -> tuple[Knowledge, Words]:
    """Knowledge and words under the site's folder, the words in each language in use.

    Raises ContentFault with the faults of all.

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
    check_languages(settings.languages, folder, settings.file_name, notes.fault)
    others = in_use([language for _, language in settings.languages], folder)
    spoken = {name: load_language(name, words, knowledge, notes, folder) for name in others}
    review = load_review(folder, notes.fault, others)
    if warnings is not None:
        warnings += notes.warnings
    if notes.faults:
        raise ContentFault(notes.faults)
    spoken = {name: replace(w, review=review.sentence(w)) for name, w in spoken.items()}
    words = replace(words, review=review.sentence(words), others=spoken)
    return replace(knowledge, version=_version(knowledge, words)), words


def _version(knowledge: Knowledge, words: Words) -> str:
    """One version for all content: what is judged by and what is said, in each language."""
    said = " ".join((words.version, *(other.version for other in words.others.values())))
    return hashlib.sha256(f"{knowledge.version} {said}".encode()).hexdigest()[:12]


def _new_uuid() -> str:
    return str(uuid.uuid4())
