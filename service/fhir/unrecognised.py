"""Results that came in answer to the query for ALP and are not known as ALP or as another test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

from service.fhir.codings import Recognition, codings, texts
from service.fhir.context import Context
from service.fhir.lab_names import LONGEST
from service.fhir.observations import Part, has_any_value, read_parts, status_of
from service.fhir.tolerant import Json
from service.hpp.background import COUNTING
from service.hpp.model import ALP, UNRECOGNISED, Gap, Result

ALP_KEY = "alp"


class _Noted(NamedTuple):
    """A part of an Observation that may be an ALP, and where it stands."""

    source: int
    panel: int
    part: Part
    whole: Json


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
        self._kinds: list[tuple[int, str]] = []
        self._waiting: list[_Noted] = []
        self._named: list[_Noted] = []
        self._recognised: list[tuple[int, int]] = []

    def note(self, parts: Sequence[Part], whole: Json, key: str, place: tuple[int, int]) -> None:
        """The parts of one Observation.  key: that under which it came.  place: the identity of
        the resource, and a number that is the same for all that stands in one panel or report."""
        matters = key == ALP_KEY
        for part in parts:
            if part.concept.test == ALP:
                self._recognised.append(place)
                return
            matters = matters or part.concept.says_alp
        if matters and status_of(whole) in COUNTING:
            self._note_others(parts, whole, key, place)

    def _note_others(
        self, parts: Sequence[Part], whole: Json, key: str, place: tuple[int, int]
    ) -> None:
        for part in parts:
            if part.concept.outcome is Recognition.EMPTY or not _may_be_measured(part, parts):
                continue
            if part.concept.says_alp:
                self._named.append(_Noted(*place, part, whole))
            elif key == ALP_KEY and not part.concept.is_alp:
                self._kinds.append((place[0], _kind(part.sent.get("code"))))
                if part.concept.outcome is Recognition.UNRECOGNISED:
                    self._waiting.append(_Noted(*place, part, whole))

    def results(self, context: Context, left_out: Set[int]) -> list[Result]:
        """An ALP that could not be read, for each result that may be one.

        left_out: identities of resources that were not on record.
        """
        kinds = {kind for source, kind in self._kinds if source not in left_out}
        wide = len(kinds) > context.knowledge.most_alp_kinds
        known = {panel for source, panel in self._recognised if source not in left_out}
        open_to_it = [
            noted
            for noted in (self._named if wide else [*self._waiting, *self._named])
            if noted.panel not in known and noted.source not in left_out
        ]
        return [
            result
            for _, parts in groupby(open_to_it, key=lambda noted: id(noted.whole))
            for result in _unread(list(parts), context)
        ]


def gaps(results: Sequence[Result]) -> list[Gap]:
    return [Gap(UNRECOGNISED, ALP_KEY, 1, (result.reference,)) for result in results]


def _unread(noted: Sequence[_Noted], context: Context) -> Iterator[Result]:
    """Of parts of one Observation, whose circumstances are read once for all of them."""
    as_alp = [one.part._replace(concept=replace(one.part.concept, test=ALP)) for one in noted]
    for result in read_parts(as_alp, noted[0].whole, context):
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
