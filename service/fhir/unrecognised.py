"""Results that came in answer to the query for ALP and are not known as ALP or as another test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from service.fhir.codings import Recognition, codings, texts
from service.fhir.context import Context
from service.fhir.lab_names import LONGEST
from service.fhir.observations import Part, has_any_value, read_parts, status_of
from service.fhir.tolerant import Json
from service.hpp.background import COUNTING
from service.hpp.model import ALP, UNRECOGNISED, Gap, Result

ALP_KEY = "alp"


class AlpQuery:
    """What the query for ALP brought, by what it is called.

    A result that is not recognised may be an ALP under a code or name that we do not know.  It
    is none where the query was plainly a wide one (all results of the laboratory, say): then
    results of more kinds lie under the key than the codes and names of one test in several
    laboratories can be (concepts.toml, most_alp_kinds).  Every kind counts, whether it is not
    recognised or known to be another test; parts of ALP (isoenzymes, shares) do not, as they are
    measured beside it.  A kind is a code, or a name without its digits where there is no code.

    What stands in one panel or report with a recognised ALP is another test: a panel measures
    ALP once.  A result whose name holds a name of ALP, beside words that we do not know, is
    never taken for another test, however wide the query and under whichever key.
    """

    def __init__(self) -> None:
        self._kinds: set[str] = set()
        self._waiting: list[tuple[int, Part, Json]] = []
        self._named: list[tuple[int, Part, Json]] = []
        self._recognised: set[int] = set()

    def note(self, parts: Sequence[Part], whole: Json, key: str, panel: int) -> None:
        """The parts of one Observation.  key: that under which it came.  panel: the same number
        for all that stands in one panel or report."""
        matters = key == ALP_KEY
        for part in parts:
            if part.concept.test == ALP:
                self._recognised.add(panel)
                return
            matters = matters or part.concept.says_alp
        if matters and status_of(whole) in COUNTING:
            self._note_others(parts, whole, key, panel)

    def _note_others(self, parts: Sequence[Part], whole: Json, key: str, panel: int) -> None:
        for part in parts:
            if part.concept.outcome is Recognition.EMPTY or not _may_be_measured(part, parts):
                continue
            if part.concept.says_alp:
                self._named.append((panel, part, whole))
            elif key == ALP_KEY and not part.concept.is_alp:
                self._kinds.add(_kind(part.sent.get("code")))
                if part.concept.outcome is Recognition.UNRECOGNISED:
                    self._waiting.append((panel, part, whole))

    def results(self, context: Context) -> list[Result]:
        """An ALP that could not be read, for each result that may be one."""
        wide = len(self._kinds) > context.knowledge.most_alp_kinds
        found = self._named if wide else [*self._waiting, *self._named]
        return [
            result
            for panel, part, whole in found
            if panel not in self._recognised
            for result in _unread(part, whole, context)
        ]


def gaps(results: Sequence[Result]) -> list[Gap]:
    return [Gap(UNRECOGNISED, ALP_KEY, 1, (result.reference,)) for result in results]


def _unread(part: Part, whole: Json, context: Context) -> Iterator[Result]:
    as_alp = part._replace(concept=replace(part.concept, test=ALP))
    for result in read_parts([as_alp], whole, context):
        yield result._replace(value=None, comparator="", problem=UNRECOGNISED)


def _may_be_measured(part: Part, parts: Sequence[Part]) -> bool:
    """Not a heading: an Observation with components or members needs no value of its own."""
    is_heading = part is parts[0] and (len(parts) > 1 or _has_members(part.sent))
    return has_any_value(part.sent) if is_heading else True


def _has_members(sent: Json) -> bool:
    return bool(sent.get("hasMember") or sent.get("related") or sent.get("contained"))


def _kind(concept: object) -> str:
    written = codings(concept)
    if written:
        return "|".join(written[0]).lower()
    return "".join(filter(str.isalpha, texts(concept)[0][:LONGEST].casefold()))
