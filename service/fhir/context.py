"""What reading one request's resources needs beside a resource.

The results of a panel share their time and their printed ranges: each is read once for a
request, and does not outlive it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, tzinfo
from typing import NamedTuple

from service.fhir.budget import Budget
from service.fhir.codings import DrugConcept, LabConcept, merged
from service.fhir.dates import Days, read_days
from service.fhir.diagnoses import ConditionConcept
from service.fhir.encounters import Encounters
from service.fhir.folding import LONGEST, fold
from service.fhir.references import Index
from service.fhir.terminology import Terminology
from service.fhir.tolerant import Json
from service.hpp.knowledge.model import Knowledge
from service.hpp.model import Patient, PrintedRange


class NamedDrug(NamedTuple):
    """What the concepts of one drug say together.

    said: their names, folded and cut.  is_whole: each ingredient says something.
    """

    concept: DrugConcept
    said: str
    is_whole: bool = True


NOT_NAMED = NamedDrug(merged(()), "")


@dataclass
class Context:
    """zone: for dates with a time.  printed: ranges that were read, by what they were read from.

    medications, substances, reasons: what a Medication, what it consists of and a Condition say
    that other resources refer to; wholes: the panel or report of a result; all by identity.
    doses, injected: whether names of a drug say a dose used in cancer, or a form that is injected.
    words: those beside ranges, as they are compared.
    """

    terminology: Terminology
    index: Index
    zone: tzinfo = UTC
    budget: Budget = field(default_factory=Budget)
    patient: Patient = field(default_factory=Patient)
    printed: dict[bytes, PrintedRange] = field(default_factory=dict)
    wholes: dict[int, Json] = field(default_factory=dict)
    medications: dict[int, NamedDrug] = field(default_factory=dict)
    substances: dict[int, NamedDrug | None] = field(default_factory=dict)
    reasons: dict[int, frozenset[str]] = field(default_factory=dict)
    doses: dict[tuple[str, str], bool] = field(default_factory=dict)
    injected: dict[str, bool] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    _days: dict[str, Days | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.knowledge: Knowledge = self.terminology.knowledge
        self.encounters = Encounters(self.terminology.vocabulary, self.index)

    def lab(self, concept: object) -> LabConcept:
        """What a test is.  Each of these three takes names that are new off the budget."""
        return self.terminology.lab(concept, self.budget)

    def diagnosis(self, concept: object) -> ConditionConcept:
        return self.terminology.diagnosis(concept, self.budget)

    def drug(self, concept: object) -> DrugConcept:
        return self.terminology.drug(concept, self.budget)

    def folded(self, written: str) -> str:
        """A text beside a range; one that is new is taken off the budget."""
        short = written[:LONGEST]
        if short not in self.words:
            self.budget.spend(len(short))
            self.words[short] = fold(short)
        return self.words[short]

    def days(self, written: object) -> Days | None:
        if not isinstance(written, str):
            return None
        try:
            return self._days[written]
        except KeyError:
            days = self._days[written] = read_days(written, self.zone)
            return days

    def first_day(self, written: object) -> date | None:
        days = self.days(written)
        return days.first if days else None

    def last_day(self, written: object) -> date | None:
        days = self.days(written)
        return days.last if days else None
