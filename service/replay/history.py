"""One patient's record -> the decisions that each order of the past would have got.

Pure, and the same whatever engine brings the resources: nothing is read here by any rule but
the service's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from service.evaluation.answer import EXTENSION, Answer
from service.evaluation.engine import ANYONE, Engine
from service.evaluation.errors import DataUnavailable
from service.evaluation.evaluate import evaluate
from service.evaluation.request import HookRequest
from service.evaluation.services import BY_ID
from service.fhir.budget import TooMuchText
from service.fhir.context import Context
from service.fhir.dates import read_days
from service.fhir.gather import TYPES
from service.fhir.observations import is_alp
from service.fhir.references import Index
from service.fhir.releases import AUTHORED, ENCOUNTER, ORDERS, first_of
from service.fhir.tolerant import Json, obj, objs, text
from service.hpp.decide import NOT_EVALUATED
from service.replay.candidates import is_of_interest
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

    def are_interested(self, order: Json, medications: Sequence[Json]) -> bool:
        engines = (self.engine, self.against) if self.against else (self.engine,)
        return any(is_of_interest(order, medications, engine) for engine in engines)


@dataclass(frozen=True, slots=True)
class PastDecision:
    """One order of the past (or one patient's last day), and what would have been said.

    patient, order: ids of the record.  answer: as over HTTP on that day; against: by the other
    engine.  department: where it was ordered, or empty.
    """

    patient: str
    order: str
    day: date
    answer: Answer
    against: Answer | None = None
    department: str = ""

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
    found = []
    for order in resources:
        if (
            order.get("resourceType") in ORDERS
            and text(order.get("status")) not in NEVER_PLACED
            and text(order.get("intent")) not in NOT_AN_ORDER
            and judges.are_interested(order, medications)
        ):
            days = read_days(first_of(order, AUTHORED), judges.engine.zone)
            found.append(PlacedOrder(order, days.last if days else None))
    return found


def judge_orders(
    patient: str, resources: Sequence[Json], placed: Sequence[PlacedOrder], judges: Judges
) -> Iterator[PastDecision]:
    """Each of these orders that has a day, judged on it with what was known then.

    resources: everything on record of this patient, of any type, in any order.
    """
    answers = _Answers(patient, resources, judges)
    dated = [(item.day, text(item.order.get("id")), item.order) for item in placed if item.day]
    for day, name, order in sorted(dated, key=lambda item: item[:2]):
        where = department_of(order, resources)
        yield PastDecision(patient, name, day, *answers.of(order, day), where)


def judge_last_day(
    patient: str, resources: Sequence[Json], judges: Judges
) -> Iterator[PastDecision]:
    """The patient's last day on record, as if the chart were opened then."""
    read = [resource for resource in resources if resource.get("resourceType") in KINDS]
    days = [day for resource in read if (day := _last_day(resource, judges.engine))]
    if days:
        day = max(days)
        answers = _Answers(patient, resources, judges)
        yield PastDecision(patient, "", day, *answers.of(None, day))


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


class _Answers:
    """What both engines say of one patient; the record is sorted by prefetch key once for each."""

    def __init__(self, patient: str, resources: Sequence[Json], judges: Judges) -> None:
        self._patient = patient
        asked = [(judges.engine, judges.client)]
        asked += [(judges.against, judges.against_client)] if judges.against else []
        self._asked = [
            (engine, client, _by_key(resources, engine, judges.missing)) for engine, client in asked
        ]

    def of(self, order: Json | None, day: date) -> tuple[Answer, Answer | None]:
        """Of an order as it was signed, or of the chart as it was opened."""
        answers = [self._answer(order, day, *asked) for asked in self._asked]
        return answers[0], answers[1] if len(answers) > 1 else None

    def _answer(
        self, order: Json | None, day: date, engine: Engine, client: Client, by_key: _ByKey
    ) -> Answer:
        request = _request(self._patient, by_key, order, day)
        try:
            return evaluate(request, SIGN if order else VIEW, engine, day, client=client)
        except DataUnavailable as error:
            return _refused(error.gaps)
        except TooMuchText as error:
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


def _request(patient: str, by_key: _ByKey, order: Json | None, day: date) -> HookRequest:
    """What an EHR would have sent: all that was known, but the order, which is the draft it was."""
    prefetch: dict[str, Any] = {}
    for key, resources in by_key.items():
        known = (item for item, since in resources if since is None or since <= day)
        prefetch[key] = _bundle(item for item in known if item is not order)
    prefetch["patient"] = next((item for item, _ in by_key["patient"]), None)
    draft = {**order, "status": "draft", "intent": "order"} if order else None
    return HookRequest(
        hook=SIGN.hook if draft else VIEW.hook,
        hook_instance="replay",
        patient_id=patient,
        user_reference="",
        prefetch=prefetch,
        draft_orders=_bundle([draft]) if draft else None,
    )


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


def _bundle(resources: Iterable[Json]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "entry": [{"resource": item} for item in resources]}


_DATED = ("effectiveDateTime", "issued", "authoredOn", "recordedDate", "performedDateTime",
          "dateWritten", "assertedDate", "dateRecorded", "occurrenceDateTime")  # fmt: skip


def _last_day(resource: Json, engine: Engine) -> date | None:
    days = [read_days(resource.get(name), engine.zone) for name in _DATED]
    return max((day.last for day in days if day), default=None)
