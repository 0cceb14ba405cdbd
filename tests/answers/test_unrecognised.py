"""An ALP under a code that nobody knows is said, by prefetch as by our own query."""

from __future__ import annotations

from copy import deepcopy

import pytest

from tests.answers.asking import KEYS, PATIENTS, Json, post, request_of, said, visitor
from tests.answers.ward import Bed, Ward

STORY = PATIENTS["persistently-low-adult"]


def disguised() -> Json:
    """The story's record, its ALP results under a local code and name."""
    prefetch = deepcopy(STORY.prefetch)
    for entry in prefetch["alp"]["entry"]:
        coding = {"system": "urn:oid:1.2.3.4.5", "code": "LAB77", "display": "AFX"}
        entry["resource"]["code"] = {"coding": [coding]}
    return prefetch


@pytest.mark.parametrize("asked", [(), ("alp",), KEYS], ids=["prefetch", "alp", "everything"])
@pytest.mark.parametrize("sent_as_labs", [False, True])
def test_what_is_not_recognised_is_never_no_alp_on_file(
    asked: tuple[str, ...], sent_as_labs: bool, ward: Ward
) -> None:
    """Also where the same results came as other laboratory results before they were asked for."""
    record = disguised()
    if sent_as_labs:
        record["labs"] = record["alp"]
    base = ward.lay(STORY.id, Bed(record))
    body = request_of(STORY, base)
    body["prefetch"] = {key: value for key, value in record.items() if key not in asked}
    answer = said(post(visitor(), body, STORY))
    count = len(record["alp"]["entry"])

    assert {"kind": "unrecognised", "key": "alp", "count": count} in answer["gaps"]
    assert (answer["status"], answer["verdict"]) == ("partial", "alpUnclear")
    assert sorted(ward.asked(STORY.id)) == sorted(asked)
