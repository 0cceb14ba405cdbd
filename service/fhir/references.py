"""References and whose a resource is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeVar

from service.fhir.releases import SUBJECT, first_of
from service.fhir.tolerant import NOTHING, Json, obj, objs, text

# With an underscore, which FHIR does not know and several servers hand out.
ID = re.compile(r"[A-Za-z0-9\-._]{1,64}")
LONGEST_ID = 256  # characters; FHIR allows 64, and drafts have had 200
LONGEST_REFERENCE = 2048  # characters; a longer one leads nowhere, and is not looked at
_REFERENCE = re.compile(
    r"(?:(?P<base>https?://[^\s?#]+)/)?(?P<type>[A-Z][A-Za-z]+)/(?P<id>[^/\s?#]+)"
)

_USUAL_PORT = re.compile(r":(?:80|443)\Z")


class Owner(Enum):
    """Whose a resource is: the context patient's, another's, or not to be told."""

    OURS = "ours"
    FOREIGN = "foreign"
    UNCLEAR = "unclear"


OURS, FOREIGN, UNCLEAR = Owner


Made = TypeVar("Made")


class OfLists(Generic[Made]):
    """What was made of lists of resources, each known by the list itself, which orders inside
    another share with it."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[object, Made]] = {}

    def of(self, sent: object, make: Callable[[Sequence[Json]], Made]) -> Made:
        known = self._made.get(id(sent))
        if known is None or known[0] is not sent:
            known = self._made[id(sent)] = (sent, make(objs(sent)))
        return known[1]


@dataclass(frozen=True)
class Subject:
    """The patient of the request, and the FHIR bases under which an absolute reference counts,
    by their keys."""

    patient_id: str
    bases: tuple[str, ...] = ()
    identifiers: frozenset[tuple[str, str]] = frozenset()
    full_urls: frozenset[str] = field(default=frozenset())
    _owners: dict[str, Owner] = field(default_factory=dict, compare=False)
    _inside: OfLists[Mapping[str, Owner]] = field(default_factory=OfLists, compare=False)

    def owner_of(self, resource: Json) -> Owner:
        """Whose `subject` (or DSTU2 `patient`) this is."""
        subject = first_of(resource, SUBJECT)
        if not isinstance(subject, dict):
            return UNCLEAR
        written = subject.get("reference")
        known = self._owners.get(written) if isinstance(written, str) else None
        return known or self._read_owner(resource, subject, written)

    def _read_owner(self, resource: Json, subject: Json, written: object) -> Owner:
        if isinstance(written, str) and len(written) > LONGEST_REFERENCE:
            return UNCLEAR
        reference = text(written)
        if not reference:
            return self._identified(obj(subject.get("identifier")))
        if reference.startswith("#"):
            return self._contained(resource, reference[1:])
        return self._owners.setdefault(reference, self._referenced(reference))

    def _referenced(self, reference: str) -> Owner:
        if reference in self.full_urls:
            return OURS
        if reference.startswith("urn:uuid:"):
            return OURS if reference[9:] == self.patient_id else FOREIGN
        match = _REFERENCE.fullmatch(reference.partition("/_history/")[0])
        if match is None or match["type"] != "Patient" or match["id"] != self.patient_id:
            return FOREIGN
        base = match["base"]
        known = base is None or not self.bases or base_key(base) in self.bases
        return OURS if known else FOREIGN

    def _contained(self, resource: Json, wanted: str) -> Owner:
        owners = self._inside.of(resource.get("contained"), self._patients_among)
        return owners.get(wanted, UNCLEAR)

    def _patients_among(self, contained: Sequence[Json]) -> Mapping[str, Owner]:
        """Whose the Patients are, by their ids; of two of one id the first."""
        owners = {}
        for item in reversed(contained):
            if item.get("resourceType") == "Patient":
                known = {self._identified(one) for one in objs(item.get("identifier"))}
                owners[_inner_id(item)] = OURS if OURS in known else UNCLEAR
        return owners

    def _identified(self, identifier: Json) -> Owner:
        return OURS if identity_of(identifier) in self.identifiers else UNCLEAR


def base_key(base: str) -> str:
    """The base of a FHIR server without what does not tell it from another: capitals in its
    host, the usual port, closing slashes, and the scheme, which a proxy in front of it changes."""
    host, slash, path = base.partition("://")[2].rstrip("/").partition("/")
    return _USUAL_PORT.sub("", host.lower()) + slash + path


def identity_of(identifier: Json) -> tuple[str, str] | None:
    """System and value; None without a value, and where one is longer than is looked at."""
    system, value = identifier.get("system"), identifier.get("value")
    if any(isinstance(part, str) and len(part) > LONGEST_REFERENCE for part in (system, value)):
        return None
    return (text(system), text(value)) if text(value) else None


def local_reference(reference: object) -> str:
    """`Type/id` of a relative or absolute reference, or the reference as it is."""
    plain = text(reference).partition("/_history/")[0]
    if "://" not in plain:
        return plain
    match = _REFERENCE.fullmatch(plain)
    return f"{match['type']}/{match['id']}" if match else plain


def _by_id(contained: Sequence[Json]) -> Mapping[str, Json]:
    return {_inner_id(item): item for item in reversed(contained)}


def _inner_id(contained: Json) -> str:
    """Some write the `#` of the reference before the id, too."""
    return text(contained.get("id")).removeprefix("#")


class Index(dict[str, Json]):
    """What references lead to: `Type/id`, fullUrl or content -> resource.

    What a resource contains is listed once, however many references lead into it.  used: the
    identities of a resource and of another that was read for it.  reader: that of the resource
    which is being read; 0 where each is read by itself.
    """

    def __init__(self, known: Mapping[str, Json] = NOTHING) -> None:
        super().__init__(known)
        self.used: set[tuple[int, int]] = set()
        self.reader = 0
        self._inside = OfLists[Mapping[str, Json]]()
        self._local: dict[str, str] = {}

    def contained(self, resource: Json) -> Mapping[str, Json]:
        """The contained resources by their ids; of two of one id the first."""
        return self._inside.of(resource.get("contained"), _by_id)

    def resolve(self, reference: object, resource: Json) -> Json:
        """What a reference in a resource points at: contained, or sent beside it; empty where
        it was not sent."""
        if not isinstance(reference, str) or len(reference) > LONGEST_REFERENCE:
            return NOTHING
        written = reference.strip()
        if written.startswith("#"):
            return self.contained(resource).get(written[1:], NOTHING)
        found = self.get(written)
        if found is None and ("://" in written or "/_history/" in written):
            found = self.get(self._locally(written))
        if not found:
            return NOTHING
        self.used.add((self.reader or id(resource), id(found)))
        return found

    def _locally(self, reference: str) -> str:
        """Each is taken apart once: what a panel contains shares its encounter."""
        known = self._local.get(reference)
        if known is None:
            known = self._local[reference] = local_reference(reference)
        return known
