"""The FHIR server of the demo record: read and search, nothing is ever written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from fhir_fixtures import stories
from service.demo.links import BASES, fhir_base
from service.demo.record import DemoRecord, patients, record_of, request_of
from service.demo.search import Search, found_by, read_search, searchset
from service.evaluation.searches import key_queries
from service.fhir.queries import KeyQueries
from service.fhir.releases import Release
from service.hpp.knowledge.model import Knowledge

Json = dict[str, Any]
VERSIONS = {Release.DSTU2: "1.0.2", Release.STU3: "3.0.2", Release.R4: "4.0.1"}
MEDIA_TYPES = {Release.DSTU2: "application/json+fhir"}
FHIR_JSON = "application/fhir+json"
NOTHING_SENT = "This record's EHR does not give out this part of it."


@dataclass(frozen=True, slots=True)
class Demo:
    """One release of the record.  today: the day to which all stories are moved."""

    release: Release
    queries: Mapping[str, KeyQueries]
    today: Callable[[], date]

    @property
    def base(self) -> str:
        return fhir_base(request.host_url, self.release)

    @property
    def kinds(self) -> set[str]:
        """The resource types that our own queries name, and what orders refer to."""
        return {*map(_kind_of, self.queries.values()), "Medication"}

    def record(self, patient: str) -> DemoRecord | None:
        known = patient in patients()
        return record_of(patient, self.release, self.today()) if known else None


def demo_routes(knowledge: Knowledge, today: Callable[[], date]) -> Blueprint:
    """`/demo/fhir` in R4, `/demo/r2/fhir`, `/demo/r3/fhir`, and each story's request of today."""
    routes = Blueprint("demo", __name__)
    for release in BASES:
        _add_server(routes, Demo(release, key_queries(knowledge, release), today))

    @routes.get("/demo/requests/<name>")
    def story_request(name: str) -> Response:
        if name not in stories():
            raise NotFound
        base = fhir_base(request.host_url, Release.R4)
        body = json.dumps(request_of(stories()[name], base, today()), indent=2)
        return Response(body, mimetype="application/json")

    return routes


def _add_server(routes: Blueprint, demo: Demo) -> None:
    def capabilities() -> Response:
        return _fhir(capability_statement(demo), demo)

    def smart() -> Response:
        """Open: no authorisation endpoint, and no capability that would need one."""
        return Response(json.dumps({"capabilities": []}), mimetype="application/json")

    def search(kind: str) -> Response:
        return _search(kind, demo)

    def read(kind: str, identity: str) -> Response:
        return _read(kind, identity, demo)

    root, name = BASES[demo.release], demo.release
    add = routes.add_url_rule
    add(f"{root}/metadata", f"metadata-{name}", capabilities)
    add(f"{root}/.well-known/smart-configuration", f"smart-{name}", smart)
    add(f"{root}/<kind>", f"search-{name}", search)
    add(f"{root}/<kind>/_search", f"post-{name}", search, methods=["POST"])
    add(f"{root}/<kind>/<identity>", f"read-{name}", read)


def capability_statement(demo: Demo) -> Json:
    """What this server does; DSTU2 calls it a Conformance."""
    is_first = demo.release is Release.DSTU2
    names = ("patient", "_id", "code") if not is_first else ("patient", "code")
    searches = [{"name": name, "type": _type_of(name)} for name in names]
    interaction = [{"code": "read"}, {"code": "search-type"}]
    return {
        "resourceType": "Conformance" if is_first else "CapabilityStatement",
        "status": "active",
        "date": "2025-01-01",
        "kind": "instance",
        "description": "Fictional patients to try a CDS service on; read-only, no token needed.",
        "fhirVersion": VERSIONS[demo.release],
        "acceptUnknown": "both",
        "format": ["json"],
        "rest": [
            {
                "mode": "server",
                "resource": [
                    {"type": kind, "interaction": interaction, "searchParam": searches}
                    for kind in sorted(demo.kinds)
                ],
            }
        ],
    }


def _type_of(name: str) -> str:
    return {"patient": "reference"}.get(name, "token")


def _search(kind: str, demo: Demo) -> Response:
    if kind not in demo.kinds:
        return _refused(404, "not-supported", "There are no resources of this type here.", demo)
    search = read_search(kind, request.form if request.method == "POST" else request.args)
    key = _key_of(search, demo.queries)
    record = demo.record(search.patient)
    if record is not None and key in record.refused:
        return _not_given(record.refused[key], demo)
    more = record is not None and key in record.cut_off
    if more and search.offset:
        return _refused(503, "timeout", "Older results cannot be had now.", demo)
    held = [record] if record else [] if search.patient else list(_all_records(demo))
    found = found_by(search, (r for one in held for r in one.resources.get(kind, ())))
    medications = (m for one in held for m in one.resources.get("Medication", ()))
    return _fhir(searchset(search, found, demo.base, medications, more), demo)


def _read(kind: str, identity: str, demo: Demo) -> Response:
    """Ids begin with the id of the patient."""
    record = demo.record(identity.partition(".")[0]) if kind in demo.kinds else None
    held = record.resources.get(kind, ()) if record else ()
    found = next((resource for resource in held if resource["id"] == identity), None)
    if found is None:
        return _refused(404, "not-found", "There is no such resource here.", demo)
    return _fhir(found, demo)


def _all_records(demo: Demo) -> Iterator[DemoRecord]:
    return (record_of(name, demo.release, demo.today()) for name in stories())


def _key_of(search: Search, queries: Mapping[str, KeyQueries]) -> str:
    """The prefetch key that asks for the same: by type, and by any code in common.

    What is asked without a code asks for other results than ALP, too.
    """
    keys = [key for key, query in queries.items() if _kind_of(query) == search.kind]
    asked = {token.rpartition("|")[2] for token in search.codes}
    by_code = (key for key in keys if not asked.isdisjoint(_codes_of(queries[key])))
    return next(by_code, keys[-1] if keys else "")


def _kind_of(query: KeyQueries) -> str:
    return query.template.partition("?")[0].partition("/")[0]


def _codes_of(query: KeyQueries) -> set[str]:
    """Of every search for a key, without their systems."""
    lists = (path.partition("&code=")[2].partition("&")[0] for path in query.searches)
    return {token.rpartition("|")[2] for tokens in lists for token in tokens.split(",")}


def _not_given(outcome: Json | None, demo: Demo) -> Response:
    """What the story's EHR answered, or a refusal where it sent nothing."""
    if outcome is None:
        return _refused(403, "forbidden", NOTHING_SENT, demo)
    return _fhir(outcome, demo, 503)


def _refused(status: int, code: str, words: str, demo: Demo) -> Response:
    issue = {"severity": "error", "code": code, "diagnostics": words}
    return _fhir({"resourceType": "OperationOutcome", "issue": [issue]}, demo, status)


def _fhir(body: Any, demo: Demo, status: int = 200) -> Response:
    media_type = MEDIA_TYPES.get(demo.release, FHIR_JSON)
    return Response(json.dumps(body), status, content_type=f"{media_type}; charset=utf-8")
