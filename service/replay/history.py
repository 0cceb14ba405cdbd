"""One patient's record -> the decisions that each order of the past would have got.

Pure, and the same whatever engine brings the resources: nothing is read here by any rule but
the service's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from service.evaluation.answer import EXTENSION, Answer
from service.evaluation.engine import ANYONE, Engine
from service.evaluation.errors import DataUnavailable
from service.evaluation.evaluate import answer_on
from service.evaluation.gathering import Gathered, gather_for
from service.evaluation.request import HookRequest
from service.evaluation.services import BY_ID, Service
from service.fhir.budget import TooMuchText
from service.fhir.context import Context
from service.fhir.dates import read_days
from service.fhir.gather import TYPES
from service.fhir.observations import is_alp
from service.fhir.read import NOTHING_LEFT_OUT
from service.fhir.references import Index
from service.fhir.releases import AUTHORED, ENCOUNTER, ORDERS, first_of
from service.fhir.tolerant import NOTHING, Json, obj, objs, text
from service.hpp.decide import NOT_EVALUATED
from service.replay.candidates import as_draft, bundle, of_interest
from service.replay.known import Known, known_days
from service.settings import Client

# What an order is made of is judged as a draft; these never were one that somebody placed.
NEVER_PLACED = frozenset({"draft", "entered-in-error", "cancelled"})
NOT_AN_ORDER = frozenset({"proposal", "plan", "option"})
SIGN, VIEW = BY_ID["hpp-order-sign"], BY_ID["hpp-patient-view"]
# Sent only where the source has any: none on file is not the same as not looked.
MAY_BE_MISSING = ("labs", "medications", "conditions", "procedures")
# What an evaluation reads; whatever else lies in an export is no part of the question.
KINDS = frozenset[str]().union(*TYPES.values()) | {"Medication"}
_ByKey = Mapping[str, Sequence[Known]]
DEPARTMENT = "urn:hpp-cds:department"  # an extension of orders that come from a warehouse


class Judging(NamedTuple):
    """An engine that judges a record, as whom it is asked, and what the source holds nothing of."""

    engine: Engine
    client: Client
    missing: frozenset[str]


@dataclass(frozen=True, slots=True)
class Judges:
    """Who judges a record: the engine of a site, and another to compare with, if any.

    missing: prefetch keys of which the whole source holds nothing, so that nobody looked.
    client, against_client: as whom each is asked.
    """

    engine: Engine
    against: Engine | None = None
    missing: frozenset[str] = frozenset()
    client: Client = ANYONE
    against_client: Client = ANYONE

    @property
    def each(self) -> list[Judging]:
        engines = [(self.engine, self.client)]
        engines += [(self.against, self.against_client)] if self.against else []
        return [Judging(engine, client, self.missing) for engine, client in engines]

    def of_interest(self, orders: Sequence[Json], medications: Sequence[Json]) -> list[Json]:
        """The orders that any of them would judge.  medications: those that orders may name."""
        found = {
            id(order)
            for asked in self.each
            for order in of_interest(orders, medications, asked.engine)
        }
        return [order for order in orders if id(order) in found]


@dataclass(frozen=True, slots=True)
class PastDecision:
    """One order of the past (or one patient's last day), and what would have been said.

    patient, order: ids of the record.  department: where it was ordered, or empty.  answer: as
    over HTTP on that day; against: by the other engine.
    """

    patient: str
    order: str
    day: date
    department: str
    answer: Answer
    against: Answer | None = None

    @property
    def said(self) -> dict[str, Any]:
        return said_by(self.answer)

    @property
    def card(self) -> dict[str, Any] | None:
        return card_of(self.answer)


def said_by(answer: Answer) -> dict[str, Any]:
    """The evaluation extension of an answer."""
    found: dict[str, Any] = answer.body["extension"][EXTENSION]
    return found


def card_of(answer: Answer) -> dict[str, Any] | None:
    return next(iter(answer.body["cards"]), None)


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """An order of a drug of interest that somebody placed.  day: None where it cannot be told."""

    order: Json
    day: date | None


def placed_orders(resources: Sequence[Json], judges: Judges) -> list[PlacedOrder]:
    """The orders of one patient that are asked about; resources: as in judge_orders."""
    medications = [r for r in resources if r.get("resourceType") == "Medication"]
    orders = judges.of_interest([r for r in resources if _was_placed(r)], medications)
    days = (read_days(first_of(order, AUTHORED), judges.engine.zone) for order in orders)
    return [PlacedOrder(o, d.last if d else None) for o, d in zip(orders, days, strict=True)]


def _was_placed(resource: Json) -> bool:
    return (
        resource.get("resourceType") in ORDERS
        and text(resource.get("status")) not in NEVER_PLACED
        and text(resource.get("intent")) not in NOT_AN_ORDER
    )


def judge_orders(
    patient: str, resources: Sequence[Json], placed: Sequence[PlacedOrder], judges: Judges
) -> Iterator[PastDecision]:
    """Each of these orders that has a day, judged on it with what was known then.

    resources: everything on record of this patient, of any type, in any order; read once.
    """
    dated = [(item.day, text(item.order.get("id")), item.order) for item in placed if item.day]
    orders = [order for _, _, order in dated]
    records = [_Record(patient, resources, orders, SIGN, asked) for asked in judges.each]
    for day, name, order in sorted(dated, key=lambda item: item[:2]):
        answers = (record.answer(day, order) for record in records)
        yield PastDecision(patient, name, day, department_of(order, resources), *answers)


def judge_last_day(
    patient: str, resources: Sequence[Json], judges: Judges
) -> Iterator[PastDecision]:
    """The patient's last day on record, as if the chart were opened then."""
    read = [resource for resource in resources if resource.get("resourceType") in KINDS]
    days = [day for resource in read if (day := _last_day(resource, judges.engine))]
    if days:
        day = max(days)
        records = (_Record(patient, resources, (), VIEW, asked) for asked in judges.each)
        yield PastDecision(patient, "", day, "", *(record.answer(day) for record in records))


def department_of(order: Json, resources: Sequence[Json]) -> str:
    """Where the order was placed: as a warehouse says, else of its encounter; or empty."""
    for extension in objs(order.get("extension")):
        if extension.get("url") == DEPARTMENT:
            return text(extension.get("valueString"))
    wanted = text(obj(first_of(order, ENCOUNTER)).get("reference")).rpartition("/")[2]
    for encounter in resources if wanted else ():
        if encounter.get("resourceType") == "Encounter" and encounter.get("id") == wanted:
            places = [obj(item.get("location")) for item in objs(encounter.get("location"))]
            places.append(obj(encounter.get("serviceProvider")))
            return next(filter(None, (text(place.get("display")) for place in places)), "")
    return ""


class _Record:
    """All that one patient has on record, gathered and read once for all days by who is asked.

    For a day on which what was known is read with the help of what was not yet (a result that a
    later report speaks of, say), it is gathered anew, without that.
    """

    def __init__(
        self,
        patient: str,
        resources: Sequence[Json],
        orders: Sequence[Json],
        service: Service,
        asked: Judging,
    ) -> None:
        self._patient, self._service, self._asked = patient, service, asked
        self._by_key = _by_key(resources, asked.engine, asked.missing)
        self._drafts = {id(order): as_draft(order) for order in orders}
        try:
            self._whole: Gathered | Answer = self._gathered(NOTHING_LEFT_OUT)
        except TooMuchText as error:  # in the orders of all days together
            self._whole = _too_large(error)

    def answer(self, day: date, order: Json = NOTHING) -> Answer:
        """To an order as it was signed, or to the chart as it was opened."""
        draft, gathered = self._drafts.get(id(order)), self._whole
        if isinstance(gathered, Answer):
            return gathered
        left_out = self._not_yet(day, order)
        try:
            if gathered.reader.depends_on(left_out, day):
                gathered = self._gathered(left_out)
            drafts = [read for read in gathered.drafts if read.resource is draft]
            return answer_on(gathered, day, drafts, left_out)
        except DataUnavailable as error:
            return _refused(error.gaps)
        except TooMuchText as error:
            return _too_large(error)

    def _not_yet(self, day: date, order: Json) -> Set[int]:
        """Identities of what was not on record: what became known later, the order itself, which
        was a draft, and the drafts of all others."""
        later = {
            id(resource)
            for resources in self._by_key.values()
            for resource, since in resources
            if since is not None and since > day
        }
        others = {id(draft) for signed, draft in self._drafts.items() if signed != id(order)}
        return later | others | {id(order)}

    def _gathered(self, left_out: Set[int]) -> Gathered:
        """What an EHR would have sent, each order as the draft it was."""
        prefetch: dict[str, Any] = {
            key: bundle(item for item, _ in resources if id(item) not in left_out)
            for key, resources in self._by_key.items()
        }
        prefetch["patient"] = next((item for item, _ in self._by_key["patient"]), None)
        drafts = (draft for draft in self._drafts.values() if id(draft) not in left_out)
        request = HookRequest(
            hook=self._service.hook,
            hook_instance="replay",
            patient_id=self._patient,
            user_reference="",
            prefetch=prefetch,
            draft_orders=bundle(drafts),
        )
        return gather_for(request, self._service, self._asked.engine, self._asked.client)


def _too_large(error: TooMuchText) -> Answer:
    return _refused([("too-large", error.pointer.rpartition("/")[2])])


def _refused(gaps: Iterable[tuple[str, str]]) -> Answer:
    """What HTTP answers with 412 or 413 is a decision as well: nobody could look."""
    said = {
        "status": "unavailable",
        "verdict": NOT_EVALUATED,
        "row": "none",
        "openRows": [],
        "gaps": [{"kind": kind, "key": key} for kind, key in gaps],
    }
    return Answer({"cards": [], "extension": {EXTENSION: said}}, "unavailable")


def _by_key(resources: Sequence[Json], engine: Engine, missing: frozenset[str]) -> _ByKey:
    """Resources under the prefetch key that would have held them, and since when."""
    found: dict[str, list[Known]] = {key: [] for key in TYPES if key not in missing}
    read = [resource for resource in resources if resource.get("resourceType") in KINDS]
    for resource, since in known_days(read, Context(engine.terminology, Index(), engine.zone)):
        found.setdefault(_key_of(resource, engine), []).append((resource, since))
    return found


def _key_of(resource: Json, engine: Engine) -> str:
    """ALP results are asked for apart from the other results; a Medication rides along."""
    kind = resource.get("resourceType")
    if kind == "Observation":
        return "alp" if is_alp(resource, engine.terminology) else "labs"
    return next((key for key, kinds in TYPES.items() if kind in kinds), "medications")


_DATED = ("effectiveDateTime", "issued", "authoredOn", "recordedDate", "performedDateTime",
          "dateWritten", "assertedDate", "dateRecorded", "occurrenceDateTime")  # fmt: skip


def _last_day(resource: Json, engine: Engine) -> date | None:
    days = [read_days(resource.get(name), engine.zone) for name in _DATED]
    return max((day.last for day in days if day), default=None)
