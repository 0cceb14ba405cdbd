"""Which release a request speaks, by the path, the settings, or the shape of its resources."""

from __future__ import annotations

import pytest

from service.fhir.releases import PATHS, Release, path_of, release_of, spoken
from tests.fhir.build import Json

ORDER = {"resourceType": "MedicationRequest"}
DIAGNOSIS = {"resourceType": "Condition"}
DSTU2, STU3, R4, R5 = Release
SHAPES: list[tuple[Json, Release]] = [
    ({"resourceType": "MedicationOrder"}, DSTU2),
    ({**ORDER, "medication": {"concept": {}}}, R5),
    ({**ORDER, "medication": "x", "requester": {"agent": {"display": "x"}}}, STU3),
    ({**ORDER, "requester": {"display": "x"}}, R4),
    ({**ORDER, "dosageInstruction": [{"doseQuantity": {"value": 1}}]}, STU3),
    ({**ORDER, "dosageInstruction": [{"text": "x"}, {"doseAndRate": []}]}, R4),
    ({**DIAGNOSIS, "patient": {}}, DSTU2),
    ({**DIAGNOSIS, "dateRecorded": "2025"}, DSTU2),
    ({**DIAGNOSIS, "clinicalStatus": "active"}, STU3),
    ({**DIAGNOSIS, "verificationStatus": "confirmed"}, STU3),
    ({**DIAGNOSIS, "clinicalStatus": {"text": "x"}, "verificationStatus": "confirmed"}, R4),
    ({**DIAGNOSIS, "assertedDate": "2025"}, STU3),
    (DIAGNOSIS, R4),
]


@pytest.mark.parametrize(("resource", "release"), SHAPES)
def test_a_shape_that_only_one_release_has_tells_it(resource: Json, release: Release) -> None:
    assert release_of("", "", iter([resource, DIAGNOSIS, ORDER])) is release


def test_shapes_of_two_releases_tell_nothing() -> None:
    (dstu2, _), (r5, _), *_ = SHAPES

    assert release_of("", "", iter([dstu2, r5])) is R4
    assert release_of("", "", iter([])) is R4


def test_the_path_goes_before_the_settings_and_these_before_the_shape() -> None:
    (dstu2, _), *_ = SHAPES

    assert release_of("r5", "STU3", iter([dstu2])) is R5
    assert release_of("", "STU3", iter([dstu2])) is STU3
    assert release_of("", "R4B", iter([dstu2])) is R4
    assert release_of("x", "", iter([dstu2])) is DSTU2


@pytest.mark.parametrize("path", PATHS)
def test_a_path_and_its_release_belong_together(path: str) -> None:
    assert path_of(PATHS[path]) == path


@pytest.mark.parametrize(
    ("version", "release"),
    [
        ("1.0.2", DSTU2), ("3.0.2", STU3), ("4.0.1", R4), ("4.3.0", R4), ("5.0.0", R5),
        ("DSTU2", DSTU2), ("STU3", STU3), ("6.0.0", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_a_server_says_its_release(version: object, release: Release | None) -> None:
    assert spoken({"fhirVersion": version}) is release
