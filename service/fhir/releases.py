"""What differs between the FHIR releases an EHR may speak: one table, read by everything.

Reading does not ask for the release: it takes a member under whichever of its names was
sent.  Asking and writing do: queries and orders are made in the client's release.
Sources: the resource pages of FHIR 1.0.2, 3.0.2, 4.0.1 and 5.0.0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from service.fhir.tolerant import Json, obj, objs, text


class Release(StrEnum):
    DSTU2 = "DSTU2"
    STU3 = "STU3"
    R4 = "R4"
    R5 = "R5"


# Path segment of a release's own discovery; the plain base is R4.
PATHS = {"r2": Release.DSTU2, "r3": Release.STU3, "r4": Release.R4, "r5": Release.R5}

# Other names of one member, oldest release last: the first that was sent is read.
RECORDED = ("recordedDate", "assertedDate", "dateRecorded")
AUTHORED = ("authoredOn", "dateWritten")
PERFORMED = ("performedDateTime", "occurrenceDateTime")
PERFORMED_PERIOD = ("performedPeriod", "occurrencePeriod")
SUBJECT = ("subject", "patient")
RANGE_TYPE = ("type", "meaning")
ENCOUNTER = ("encounter", "context")
STAYED = ("period", "actualPeriod")
# What a person took or was given: when (`occurence` is R5's own spelling), and that it was not.
TAKEN_AT = (
    "effectiveDateTime", "occurenceDateTime", "occurrenceDateTime", "effectiveTimeDateTime",
    "whenHandedOver", "whenPrepared",
)  # fmt: skip
TAKEN_DURING = ("effectivePeriod", "occurencePeriod", "occurrencePeriod", "effectiveTimePeriod")
NOT_TAKEN_FLAGS = ("wasNotGiven", "notGiven", "wasNotTaken", "notDone")
# Result statuses that interfaces pass through from HL7 v2 (table 0085, as HL7's own map to
# observation-status in the v2-to-FHIR guide reads them).
LETTERS = {
    "C": "corrected", "D": "entered-in-error", "F": "final", "I": "registered", "N": "registered",
    "O": "registered", "P": "preliminary", "R": "preliminary", "S": "preliminary", "U": "final",
    "W": "entered-in-error", "X": "cancelled",
}  # fmt: skip
# ObservationStatus of all releases.
STATUSES = frozenset({
    "registered", "specimen-in-process", "preliminary", "partial", "final", "amended", "corrected",
    "appended", "cancelled", "entered-in-error", "unknown",
})  # fmt: skip
ORDERS = frozenset({"MedicationRequest", "MedicationOrder"})
TAKEN = frozenset({"MedicationAdministration", "MedicationDispense", "MedicationStatement"})
DRUGS = ORDERS | TAKEN
SERVICES = frozenset({"ServiceRequest", "ProcedureRequest"})


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one release is asked: order resource, and sorting newest first by a parameter."""

    medication_order: str
    authored: str
    recorded: str
    administered: str
    newest_first: str  # a format with the name of the search parameter


DIALECTS = {
    Release.DSTU2: Dialect(
        "MedicationOrder", "datewritten", "date-recorded", "effectivetime", "_sort:desc={}"
    ),
    Release.STU3: Dialect(
        "MedicationRequest", "authoredon", "asserted-date", "effective-time", "_sort=-{}"
    ),
    Release.R4: Dialect(
        "MedicationRequest", "authoredon", "recorded-date", "effective-time", "_sort=-{}"
    ),
    Release.R5: Dialect("MedicationRequest", "authoredon", "recorded-date", "date", "_sort=-{}"),
}


# How a capability statement's fhirVersion begins.
VERSIONS = {
    "1.": Release.DSTU2, "3.": Release.STU3, "4.": Release.R4, "5.": Release.R5,
    "DSTU2": Release.DSTU2, "STU3": Release.STU3,
}  # fmt: skip


def spoken(statement: Json) -> Release | None:
    """The release that a server's capability statement (DSTU2: Conformance) names."""
    version = text(statement.get("fhirVersion"))
    found = (release for start, release in VERSIONS.items() if version.startswith(start))
    return next(found, None)


def path_of(release: Release) -> str:
    """The path segment of a release's own discovery."""
    return next(path for path, known in PATHS.items() if known is release)


def first_of(resource: Json, names: tuple[str, ...]) -> object:
    """The member under the first of its names that was sent."""
    for name in names:
        if value := resource.get(name):
            return value
    return None


def medication_pointer(order: Json) -> Json:
    """The Reference to a Medication, where an order has one (R5 keeps it in `medication`)."""
    return obj(order.get("medicationReference") or obj(order.get("medication")).get("reference"))


def ingredients_of(medication: Json) -> Iterator[tuple[object, Json]]:
    """The concept of each ingredient, or the Reference to a Substance or another Medication."""
    product = obj(medication.get("product"))
    for item in objs(medication.get("ingredient") or product.get("ingredient")):
        inner = obj(item.get("item"))
        own = item.get("itemCodeableConcept") or inner.get("concept")
        pointer = obj(item.get("itemReference") or inner.get("reference")) or inner
        yield own, {} if own else pointer


def release_of(path: str, configured: str, resources: Iterator[Json]) -> Release:
    """By the path that was called, else the client's configuration, else the resources."""
    if path in PATHS:
        return PATHS[path]
    if configured:
        return Release(configured.replace("R4B", "R4"))
    shapes = {shape for resource in resources if (shape := _shape(resource))}
    return shapes.pop() if len(shapes) == 1 else Release.R4


def _shape(resource: Json) -> Release | None:
    """The release that only this shape of a medication order fits; None where several do."""
    if resource.get("resourceType") == "Condition":
        return _shape_of_condition(resource)
    if resource.get("resourceType") == "MedicationOrder":
        return Release.DSTU2
    if isinstance(resource.get("medication"), dict):
        return Release.R5
    if obj(resource.get("requester")).get("agent"):
        return Release.STU3
    members = set().union(*objs(resource.get("dosageInstruction")))
    if "doseQuantity" in members:
        return Release.STU3
    return Release.R4 if "doseAndRate" in members else None


def _shape_of_condition(resource: Json) -> Release | None:
    """A `patient` or a recording date tells DSTU2; a status that is a plain code, STU3."""
    if "patient" in resource or "dateRecorded" in resource:
        return Release.DSTU2
    plain = isinstance(resource.get("clinicalStatus") or resource.get("verificationStatus"), str)
    return Release.STU3 if plain or "assertedDate" in resource else None
