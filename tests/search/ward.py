"""Every patient of the export, asked about with an alendronate draft in several ways."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from service.app import build_engine
from service.evaluation.answer import EXTENSION
from service.evaluation.engine import Engine
from service.evaluation.explain import explain
from service.evaluation.searches import templates_for
from service.evaluation.services import BY_ID
from service.fhir.releases import Release
from service.hooks.calls import evaluate_body
from service.hooks.errors import ServiceError
from service.outbound.registered import open_servers
from service.settings import Client, Settings
from tests.fhir.build import draft
from tests.npm import NotHere, packages
from tests.search.engine import PACKAGES, SearchServer
from tests.search.export import PLACE, Export, export_folder, read_export, write_export

Json = dict[str, Any]
Prefetch = dict[str, Json]

SERVICE = BY_ID["hpp-order-sign"]
ALENDRONATE = {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "904419"}
PATIENT = Client(deadline_ms=30_000)  # a slow test machine is no finding


@dataclass(frozen=True)
class Said:
    """What was answered, without what is new in every answer; equal where nothing differs."""

    status: int
    body: Json
    explanation: Json | None = None

    @property
    def extension(self) -> Json:
        found: Json = self.body.get("extension", {}).get(EXTENSION, {})
        return found

    @property
    def verdict(self) -> str:
        return str(self.extension.get("verdict", ""))

    @property
    def gaps(self) -> list[tuple[str, str]]:
        """Kind and key of everything that was not seen."""
        return [(gap["kind"], gap["key"]) for gap in self.extension.get("gaps", [])]


@dataclass(frozen=True)
class Ward:
    """The search_server with the export in it, the engine that judges, and the day it judges on."""

    search_server: SearchServer
    export: Export
    engine: Engine
    today: date

    @property
    def patients(self) -> list[str]:
        return [patient["id"] for patient in self.export["Patient"]]

    def queries(self, patient_id: str) -> dict[str, str]:
        """The service's own templates for one patient."""
        return templates_for(self.engine.knowledge, Release.R4, patient_id)

    def prefetched(self, patient_id: str, most: int = 0) -> Prefetch:
        """What an EHR sends that runs the templates against this server; one page of each."""
        base = self.search_server.base(most)
        return {key: self.search_server.get(q, base) for key, q in self.queries(patient_id).items()}

    def ask(self, patient_id: str, prefetch: Prefetch | None, base: str = "") -> Said:
        """base: the FHIR server that the request names; none by default."""
        body = request_for(patient_id, prefetch, base)
        try:
            found = evaluate_body(body, SERVICE, self.engine, self.today, client=PATIENT)
        except ServiceError as error:
            return Said(error.status, error.outcome())
        return Said(200, plain(found.body), plain(explain(found, self.engine, self.today)))


def request_for(patient_id: str, prefetch: Prefetch | None, base: str) -> Json:
    subject = {"reference": f"Patient/{patient_id}"}
    order = draft({"coding": [ALENDRONATE]}, id="draft-1", subject=subject)
    request: Json = {
        "hook": "order-sign",
        "hookInstance": "4b1c2a52-2f6c-4a53-9d0b-0d1f6f2a9c11",
        "context": {
            "userId": "Practitioner/1",
            "patientId": patient_id,
            "draftOrders": {"resourceType": "Bundle", "entry": [{"resource": order}]},
        },
    }
    if prefetch is not None:
        request["prefetch"] = dict(prefetch)
    if base:
        request["fhirServer"] = base
    return request


def plain(value: Any) -> Any:
    """Without the ids that every card and suggestion is given anew."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items() if name != "uuid"}
    return [plain(item) for item in value] if isinstance(value, list) else value


@contextmanager
def open_ward(today: date) -> Iterator[Ward]:
    """Raises NotHere where the export, Node.js or the packages cannot be had."""
    folder = export_folder()
    if not (folder / "Patient.ndjson").is_file():
        raise NotHere(f"no bulk export of patients; {PLACE} may name its folder")
    settings = Settings()
    engine = build_engine(settings, open_servers(settings))
    export = read_export(folder, today)
    installed = packages(PACKAGES)
    with TemporaryDirectory() as place:
        write_export(export, Path(place))
        with SearchServer(installed, Path(place)) as search_server:
            yield Ward(search_server, export, engine, today)
