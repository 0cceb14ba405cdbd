"""What doctor remarks of a server that answers, and finds no ALP."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from service.commands.doctor import examine
from service.evaluation.engine import Engine
from service.fhir.queries import Fetch, Fetched, Query
from tests.fhir.build import PATIENT_ID, Json, alp, bundle, condition, lab, patient

BASE = "https://ehr.example.org/fhir"
POTASSIUM = lab("2823-3", 4.1, "mmol/L")


def server(alps: list[Json], results: list[Json], diagnoses: list[Json]) -> Fetch:
    """Answers each search by what it asks for."""

    def answer(query: Query) -> Json:
        if query.path.startswith("Patient/"):
            return patient()
        if "category=laboratory" in query.path:
            return bundle(*results)
        found = {"alp": alps, "conditions": diagnoses}.get(query.key, [])
        return bundle(*found)

    def ask(queries: Sequence[Query]) -> list[Fetched]:
        return [Fetched(query.key, (answer(query),)) for query in queries]

    return ask


@pytest.mark.parametrize(
    ("alps", "results", "expected"),
    [
        ([], [POTASSIUM], True),
        ([], [], False),
        ([alp(28)], [POTASSIUM], False),
    ],
)
def test_laboratory_results_and_no_alp_are_remarked(
    alps: list[Json], results: list[Json], expected: bool, engine: Engine
) -> None:
    """ALP may stand under a code that the site has not listed."""
    ask = server(alps, results, [condition("360792001")])
    found = examine(BASE, PATIENT_ID, ask, engine.knowledge)
    remarks = [remark for row in found.rows if row.key == "laboratory" for remark in row.remarks]

    assert bool(remarks) is expected
    assert all("compare the codes" in remark for remark in remarks)
