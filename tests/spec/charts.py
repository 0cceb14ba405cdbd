"""Every chart that the properties are tried on: all vignettes and all patient stories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from fhir_fixtures import stories
from service.evaluation.services import BY_ID
from tests.fhir.build import Json
from tests.spec.contents import Chapter, chapters
from tests.spec.render import engine
from tests.spec.table import Table
from tests.spec.variants import hidden
from tests.spec.vignette import Case, Expected, Said, answer

STORIES = "patient stories"


@dataclass(frozen=True)
class Chart:
    """One request, with the service and the day it is for."""

    name: str
    request: Json
    case: Case

    @property
    def has_order(self) -> bool:
        return BY_ID[self.case.service].judges_orders

    @cached_property
    def said(self) -> Said:
        return self.ask(self.request)

    @cached_property
    def said_of_less(self) -> tuple[tuple[str, Said], ...]:
        """What is said to each request that says less than this one."""
        return tuple((how, self.ask(request)) for how, request in hidden(self.request))

    def ask(self, request: Json) -> Said:
        return answer(request, self.case, engine())


@cache
def charts() -> Mapping[str, tuple[Chart, ...]]:
    """Charts by chapter; one test for each chapter keeps the run short."""
    by_chapter = {chapter.title: tuple(_of_chapter(chapter)) for chapter in chapters()}
    return {STORIES: tuple(_of_stories()), **by_chapter}


def _of_stories() -> Iterator[Chart]:
    for story in stories().values():
        case = Case(Table(), Expected(), story.today, story.service)
        yield Chart(story.id, story.request, case)


def _of_chapter(chapter: Chapter) -> Iterator[Chart]:
    for section in chapter.sections:
        for paragraph in section.paragraphs:
            for number, case in enumerate(paragraph.cases, 1):
                yield Chart(f"{paragraph.title} ({number})", case.request(), case)


def urgency(row: str) -> int:
    """How urgent a row is by the table, before any modifier; -1 for what is no row."""
    found = [known.indicator.rank for known in engine().knowledge.table if known.id == row]
    return found[0] if found else -1


def verdict_of(row: str) -> str:
    return next((known.verdict for known in engine().knowledge.table if known.id == row), "")
