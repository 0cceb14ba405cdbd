"""One patient's record -> the decisions that each order of the past would have got.

Pure, and the same whatever engine brings the resources: nothing is read here by any rule but
the service's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from service.evaluation.answer import EXTENSION, Answer
from service.evaluation.engine import ANYONE, Engine
from service.evaluation.errors import DataUnavailable
from service.evaluation.evaluate import evaluate
from service.evaluation.request import HookRequest
from service.evaluation.services import BY_ID
from service.fhir.dates import read_days
from service.fhir.gather import TYPES
from service.fhir.observations import is_alp
from service.fhir.releases import AUTHORED, ENCOUNTER, ORDERS, first_of
from service.fhir.tolerant import Json, obj, objs, text
from service.hpp.decide import NOT_EVALUATED
from service.replay.candidates import is_of_interest
from service.settings import Client

# What an order is made of is judged as a draft; these never were one that somebody placed.
NEVER_PLACED = frozenset({"draft", "entered-in-error", "cancelled"})
NOT_AN_ORDER = frozenset({"proposal", "plan", "option"})
SIGN, VIEW = BY_ID["hpp-order-sign"], BY_ID["hpp-patient-view"]
# Sent only where the source has any: none on file is not the same as not looked.
MAY_BE_MISSING = ("labs", "medications", "conditions", "procedures")
# What an evaluation reads; whatever else lies in an export is no part of the question.
KINDS = frozenset[str]().union(*TYPES.values()) | {"Medication"}
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


def judge_orders(patient: str, resources: Sequence[Json], judges: Judges) -> Iterator[PastDecision]:
    """Each order of a drug of interest, judged on its own day with what was known then.

    resources: everything on record of this patient, of any type, in any order.
    """
    dated = [(order, day) for order, day in _placed(resources, judges) if day]
    for order, day in sorted(dated, key=lambda item: (item[1], text(item[0].get("id")))):
        name, where = text(order.get("id")), department_of(order, resources)
        yield PastDecision(
            patient, name, day, *_answers(patient, resources, order, day, judges), where
        )


def judge_last_day(
    patient: str, resources: Sequence[Json], judges: Judges
) -> Iterator[PastDecision]:
    """The patient's last day on record, as if the chart were opened then."""
    read = [resource for resource in resources if resource.get("resourceType") in KINDS]
    days = [day for resource in read if (day := _last_day(resource, judges.engine))]
    if days:
        day = max(days)
        yield PastDecision(patient, "", day, *_answers(patient, resources, None, day, judges))


def undated_orders(resources: Sequence[Json], judges: Judges) -> list[Json]:
    """Placed orders of interest that cannot be placed in time, so are not judged."""
    return [order for order, day in _placed(resources, judges) if day is None]


def _placed(resources: Sequence[Json], judges: Judges) -> Iterator[tuple[Json, date | None]]:
    """Orders of a drug of interest that somebody placed, and when."""
    medications = [r for r in resources if r.get("resourceType") == "Medication"]
    for order in resources:
        if (
            order.get("resourceType") in ORDERS
            and text(order.get("status")) not in NEVER_PLACED
            and text(order.get("intent")) not in NOT_AN_ORDER
            and judges.are_interested(order, medications)
        ):
            days = read_days(first_of(order, AUTHORED), judges.engine.zone)
            yield order, days.last if days else None


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


def _answers(
    patient: str, resources: Sequence[Json], order: Json | None, day: date, judges: Judges
) -> tuple[Answer, Answer | None]:
    service = SIGN if order else VIEW

    def answer(engine: Engine, client: Client) -> Answer:
        by_key = _by_key(resources, order, engine, judges.missing)
        try:
            return evaluate(_request(patient, by_key, order), service, engine, day, client=client)
        except DataUnavailable as error:
            return _refused(error)

    other = answer(judges.against, judges.against_client) if judges.against else None
    return answer(judges.engine, judges.client), other


def _refused(error: DataUnavailable) -> Answer:
    """What HTTP answers with 412 is a decision as well: nobody could look."""
    said = {
        "status": "unavailable",
        "verdict": NOT_EVALUATED,
        "row": "none",
        "openRows": [],
        "gaps": [{"kind": kind, "key": key} for kind, key in error.gaps],
    }
    return Answer({"cards": [], "extension": {EXTENSION: said}}, "unavailable")


def _request(patient: str, by_key: Mapping[str, Sequence[Json]], order: Json | None) -> HookRequest:
    """What an EHR would have sent: the whole record, and the order as the draft it once was."""
    prefetch: dict[str, Any] = {key: _bundle(resources) for key, resources in by_key.items()}
    prefetch["patient"] = next(iter(by_key["patient"]), None)
    draft = {**order, "status": "draft", "intent": "order"} if order else None
    return HookRequest(
        hook=SIGN.hook if draft else VIEW.hook,
        hook_instance="replay",
        patient_id=patient,
        user_reference="",
        prefetch=prefetch,
        draft_orders=_bundle([draft]) if draft else None,
    )


def _by_key(
    resources: Sequence[Json], order: Json | None, engine: Engine, missing: frozenset[str]
) -> dict[str, list[Json]]:
    """Resources but the order itself, under the prefetch key that would have held them."""
    found: dict[str, list[Json]] = {key: [] for key in TYPES if key not in missing}
    for resource in resources:
        if resource is not order and resource.get("resourceType") in KINDS:
            found.setdefault(_key_of(resource, engine), []).append(resource)
    return found


def _key_of(resource: Json, engine: Engine) -> str:
    """ALP results are asked for apart from the other results; a Medication rides along."""
    kind = resource.get("resourceType")
    if kind == "Observation":
        return "alp" if is_alp(resource, engine.terminology) else "labs"
    return next((key for key, kinds in TYPES.items() if kind in kinds), "medications")


def _bundle(resources: Sequence[Json]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "entry": [{"resource": item} for item in resources]}


_DATED = ("effectiveDateTime", "issued", "authoredOn", "recordedDate", "performedDateTime",
          "dateWritten", "assertedDate", "dateRecorded", "occurrenceDateTime")  # fmt: skip


def _last_day(resource: Json, engine: Engine) -> date | None:
    days = [read_days(resource.get(name), engine.zone) for name in _DATED]
    return max((day.last for day in days if day), default=None)
