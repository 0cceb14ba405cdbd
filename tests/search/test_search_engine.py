"""The service's own queries against a real FHIR search server, for every patient of an export.

However the record arrives, by prefetch or by search or both, whole or in pages, the answer and
its whole reasoning are the same; where a part is left out, the answer says which.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from service.commands.doctor import examine
from service.evaluation.answer import EXTENSION
from service.outbound.registered import one_server
from service.outbound.servers import Policy
from service.settings import Client
from tests.search.export import owner
from tests.search.ward import Prefetch, Said, Ward

ROOT = Path(__file__).parents[2]
MOST_PAGES = Policy("").max_pages  # of one query
SEARCHED = {
    "alp": "Observation",
    "labs": "Observation",
    "medications": "MedicationRequest",
    "conditions": "Condition",
    "procedures": "Procedure",
}
# What doctor says of a patient of whom a search finds nothing.
REMARKED = {
    "patient=": {"nothing found: try another --patient"},
    "laboratory": {"has laboratory results, and none under the codes of alp: compare the codes"},
}
Sent = dict[str, Prefetch]
Answers = dict[str, Said]


def differing(ward: Ward, expected: Answers, ask: Callable[[str], Said]) -> dict[str, Said]:
    """What was answered otherwise than expected."""
    answers = {patient: ask(patient) for patient in ward.patients}
    return {patient: said for patient, said in answers.items() if said != expected[patient]}


def hpp_cds(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "service", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "COLUMNS": "100"},
    )


# The search_server


def test_the_export_holds_26_patients_with_something_to_find(ward: Ward, sent: Sent) -> None:
    found = {key: sum(sent[one][key]["total"] for one in ward.patients) for key in SEARCHED}

    assert len(ward.patients) == 26
    assert all(found.values()), found


def test_the_engine_finds_exactly_what_the_templates_ask_for(ward: Ward, sent: Sent) -> None:
    """Counted a second time from the export, without an search_server."""
    for patient in ward.patients:
        for key, kind in SEARCHED.items():
            found = {entry["resource"]["id"] for entry in sent[patient][key].get("entry", [])}

            assert found == by_hand(ward, patient, key, kind), (patient, key)


def by_hand(ward: Ward, patient: str, key: str, kind: str) -> set[str]:
    asked = parse_qs(urlsplit(ward.queries(patient)[key]).query)
    tokens = asked.get("code", asked.get("category", [""]))[0].split(",")
    member = "code" if "code" in asked else "category"
    return {
        resource["id"]
        for resource in ward.export[kind]
        if owner(resource) == patient
        if tokens == [""] or not said_in(resource.get(member)).isdisjoint(tokens)
    }


def said_in(concepts: object) -> set[str]:
    """`system|code` and code of every coding."""
    listed = concepts if isinstance(concepts, list) else [concepts or {}]
    found = [coding for concept in listed for coding in concept.get("coding", [])]
    return {f"{c.get('system')}|{c.get('code')}" for c in found} | {str(c["code"]) for c in found}


# The same answer, however the record arrives


def test_every_patient_is_judged_whole(expected: Answers) -> None:
    for patient, said in expected.items():
        found = (said.status, said.extension.get("status"), said.gaps)

        assert found == (200, "complete", []), patient
    assert {said.verdict for said in expected.values()} >= {
        "lowAlpPossibleCause",
        "lowAlpOnce",
        "alpNotLow",
        "alpNotOnFile",
    }


def test_nothing_prefetched(ward: Ward, expected: Answers) -> None:
    base = ward.search_server.base()

    assert differing(ward, expected, lambda one: ward.ask(one, None, base)) == {}


def test_only_patient_and_alp_prefetched(ward: Ward, sent: Sent, expected: Answers) -> None:
    base = ward.search_server.base()

    def ask(patient: str) -> Said:
        needed = {key: sent[patient][key] for key in ("patient", "alp")}
        return ward.ask(patient, needed, base)

    assert differing(ward, expected, ask) == {}


def test_all_prefetched_and_no_server(ward: Ward, sent: Sent, expected: Answers) -> None:
    """Only a Medication that an order refers to is missing then, and the answer says so."""
    pointing = {
        owner(order) for order in ward.export["MedicationRequest"] if "medicationReference" in order
    }
    others = differing(ward, expected, lambda one: ward.ask(one, sent[one]))

    assert pointing
    assert set(others) == pointing
    for said in others.values():
        assert said.gaps == [("unknown-drug", "medications")]
        assert said.extension["status"] == "partial"


# Pages


def test_pages_of_25(ward: Ward, sent: Sent, expected: Answers) -> None:
    """The longest list takes several pages, and no answer changes."""
    longest = max(sent[one][key]["total"] for one in ward.patients for key in SEARCHED)
    base = ward.search_server.base(25)

    assert 25 < longest <= 25 * MOST_PAGES
    assert differing(ward, expected, lambda one: ward.ask(one, None, base)) == {}


def test_only_the_first_pages_prefetched(ward: Ward, expected: Answers) -> None:
    base = ward.search_server.base(25)

    def ask(patient: str) -> Said:
        return ward.ask(patient, ward.prefetched(patient, most=25), base)

    assert differing(ward, expected, ask) == {}


@pytest.mark.hazard("H10")
def test_pages_of_5(ward: Ward, sent: Sent, expected: Answers) -> None:
    """More pages than the client reads are a gap, and a verdict that changes is partial."""
    base = ward.search_server.base(5)
    others = differing(ward, expected, lambda one: ward.ask(one, None, base))
    cut = {
        patient: {key for key in SEARCHED if sent[patient][key]["total"] > 5 * MOST_PAGES}
        for patient in ward.patients
    }

    assert set(others) == {patient for patient, keys in cut.items() if keys}
    assert len(others) < len(ward.patients)
    for patient, said in others.items():
        same = said.verdict == expected[patient].verdict

        assert set(said.gaps) == {("truncated", key) for key in cut[patient]}
        assert same or said.extension["status"] == "partial"


# The commands


@pytest.mark.parametrize("verdict", ["lowAlpPossibleCause", "alpNotLow"])
def test_evaluate_reads_the_server(ward: Ward, expected: Answers, verdict: str) -> None:
    """The draft names its drug in words here, and is judged alike."""
    patient = next(one for one, said in expected.items() if said.verdict == verdict)
    server = ("--fhir-server", ward.search_server.base(), "--patient", patient)
    printed = hpp_cds(
        "evaluate", *server, "--drug", "alendronate", "--today", ward.today.isoformat()
    )

    assert printed.returncode == 0, printed.stderr
    found = json.loads(printed.stdout)["extension"][EXTENSION]
    assert found == expected[patient].extension


def test_doctor_lists_every_query_and_ends_well(ward: Ward, sent: Sent) -> None:
    printed = hpp_cds("doctor", ward.search_server.base())
    rows = doctor_rows(printed.stdout)
    totals = {key: bundle.get("total", 1) for key, bundle in sent[ward.patients[0]].items()}

    assert printed.returncode == 0, printed.stderr
    assert printed.stdout.startswith("release: R4 (FHIR 4.0.1)")
    assert rows == {
        key: ("works" if total else "empty", total, "") for key, total in totals.items()
    }


def doctor_rows(printed: str) -> dict[str, tuple[str, int, str]]:
    """Key -> how it ended, how many entries, remarks."""
    form = re.compile(r"^(\w+) +(works|empty|fails) +\d+ ms +(\d+) entries *(.*)$", re.MULTILINE)
    return {key: (how, int(count), why) for key, how, count, why in form.findall(printed)}


@pytest.mark.parametrize(("most", "remarked"), [(0, set()), (25, {"pages"})])
def test_doctor_remarks_only_what_is_true(ward: Ward, most: int, remarked: set[str]) -> None:
    """Order, codes and owners are right for every patient; where there are pages, it says so."""
    base = ward.search_server.base(most)
    ask = one_server(base).asking(base, "", Client(deadline_ms=60_000))
    found = {one: examine(base, one, ask, ward.engine.knowledge) for one in ward.patients}
    rows = [row for each in found.values() for row in each.rows]
    remarks = {key: {r for row in rows if row.key == key for r in row.remarks} for key in REMARKED}
    others = {remark for row in rows if row.key not in REMARKED for remark in row.remarks}
    told = {one for one, each in found.items() if any(r.key == "laboratory" for r in each.rows)}

    assert all(each.healthy for each in found.values())
    assert others - {"slow"} == remarked
    assert remarks == REMARKED
    assert told == {one for one in ward.patients if has_results_and_no_alp(ward, one)}


def has_results_and_no_alp(ward: Ward, patient: str) -> bool:
    """Counted from the export: such a patient may have none, or one that is coded otherwise."""
    mine = [result for result in ward.export["Observation"] if owner(result) == patient]
    has_results = any("laboratory" in said_in(result.get("category")) for result in mine)
    return has_results and not by_hand(ward, patient, "alp", "Observation")


def test_doctor_finds_an_engine_that_wants_patient_references_whole(ward: Ward) -> None:
    """`patient=ID` is legal; where it finds nothing every answer would be a false all-clear."""
    shown = hpp_cds("doctor", ward.search_server.as_is)

    assert shown.returncode == 1
    assert "does not understand patient=ID" in " ".join(shown.stdout.split())
