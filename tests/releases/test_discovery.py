"""What each base path asks an EHR for, in the words of its release."""

from __future__ import annotations

import re
from typing import Any

import pytest

from service.fhir.gather import KEYS
from tests.edge.calls import breaches
from tests.releases.places import BASES, office

# Search parameters by release, from the resource pages of FHIR 1.0.2, 3.0.2, 4.0.1 and 5.0.0.
SEARCHES = {
    "DSTU2": {
        "Observation": {"patient", "code", "category", "date"},
        "MedicationOrder": {"patient", "datewritten", "status"},
        "Condition": {"patient", "date-recorded", "onset", "code"},
        "Procedure": {"patient", "code", "date"},
        "Encounter": {"patient", "date"},
        "MedicationAdministration": {"patient", "effectivetime"},
    },
    "STU3": {
        "Observation": {"patient", "code", "category", "date"},
        "MedicationRequest": {"patient", "authoredon", "date", "status"},
        "Condition": {"patient", "asserted-date", "onset-date", "code"},
        "Procedure": {"patient", "code", "date"},
        "Encounter": {"patient", "date"},
        "MedicationAdministration": {"patient", "effective-time"},
    },
    "R4": {
        "Observation": {"patient", "code", "category", "date"},
        "MedicationRequest": {"patient", "authoredon", "date", "status"},
        "Condition": {"patient", "recorded-date", "onset-date", "code"},
        "Procedure": {"patient", "code", "date"},
        "Encounter": {"patient", "date"},
        "MedicationAdministration": {"patient", "effective-time"},
    },
    "R5": {
        "Observation": {"patient", "code", "category", "date"},
        "MedicationRequest": {"patient", "authoredon", "combo-date", "status"},
        "Condition": {"patient", "recorded-date", "onset-date", "code"},
        "Procedure": {"patient", "code", "date"},
        "Encounter": {"patient", "date"},
        "MedicationAdministration": {"patient", "date"},
    },
}
EVERYWHERE = {"_count"}
SORT = re.compile(r"_sort(?P<descending>:desc)?=(?P<minus>-)?(?P<by>[a-z-]+)")
each_base = pytest.mark.parametrize("base", BASES, ids=lambda base: base or "plain")


def discovered(base: str) -> dict[str, Any]:
    answer = office().client.get(f"{base}/cds-services")
    assert answer.status_code == 200
    body: dict[str, Any] = answer.get_json()
    return body


def templates(base: str) -> dict[str, str]:
    """Those of all services, which are the same."""
    first, *rest = [service["prefetch"] for service in discovered(base)["services"]]
    assert all(other == first for other in rest)
    found: dict[str, str] = first
    return found


@each_base
def test_discovery_keeps_the_protocol_s_schema(base: str) -> None:
    assert breaches(discovered(base), "discoveryResponse") == []


@each_base
def test_discovery_answers_with_a_trailing_slash_too(base: str) -> None:
    assert office().client.get(f"{base}/cds-services/").get_json() == discovered(base)


@pytest.mark.hazard("H24")
@each_base
def test_services_and_keys_are_the_same_in_every_release(base: str) -> None:
    """A body that was written for one release is understood under the path of another."""
    known = [(s["id"], s["hook"]) for s in discovered("")["services"]]

    assert [(s["id"], s["hook"]) for s in discovered(base)["services"]] == known
    assert tuple(templates(base)) == KEYS


@each_base
def test_templates_name_resources_and_parameters_of_their_release(base: str) -> None:
    known = SEARCHES[BASES[base]]
    asked = templates(base)

    assert asked.pop("patient") == "Patient/{{context.patientId}}"
    for template in asked.values():
        resource, _, query = template.partition("?")
        names = {pair.split("=")[0].split(":")[0] for pair in query.split("&")} - {"_sort"}
        assert resource in known
        assert names <= known[resource] | EVERYWHERE


@each_base
def test_templates_sort_newest_first_as_their_release_writes_it(base: str) -> None:
    """`_sort:desc=date` in DSTU2, `_sort=-date` since."""
    release = BASES[base]
    for key, template in templates(base).items():
        if key == "patient":
            continue
        (found,) = SORT.finditer(template)
        assert bool(found["descending"]) == (release == "DSTU2")
        assert bool(found["minus"]) == (release != "DSTU2")
        assert found["by"] in SEARCHES[release][template.partition("?")[0]]


def test_the_plain_path_is_r4() -> None:
    assert discovered("") == discovered("/r4")


@pytest.mark.parametrize("base", ["/r1", "/r4b", "/r6", "/R4", "/r4/r4"])
def test_an_unknown_base_has_no_services(base: str) -> None:
    assert office().client.get(f"{base}/cds-services").status_code == 404
