"""Without prefetch the service fetches for itself, and says what it would have said."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from service.demo.translate import RELEASES, in_release
from tests.answers.asking import (
    KEYS,
    PATIENTS,
    WHOLE,
    Patient,
    engine,
    post,
    registered,
    request_of,
    said,
    token,
    visitor,
)
from tests.answers.faults import LATE
from tests.answers.ward import Bed, Ward
from tests.stories.golden import normalised

each_story = pytest.mark.parametrize("story", WHOLE, ids=lambda story: story.id)
PATHS = {"DSTU2": "/r2", "STU3": "/r3", "R4": "/r4", "R5": "/r5"}
OTHER_DRUGS = [
    story for story in PATIENTS.values() if said(story.response)["status"] == "not-applicable"
]


@pytest.mark.hazard("B12")
@each_story
def test_a_served_record_is_answered_as_a_prefetched_one(story: Patient, ward: Ward) -> None:
    base = ward.lay(story.id, Bed(story.prefetch))
    body = post(visitor(), request_of(story, base, *KEYS), story).get_json()

    assert normalised(body, engine()) == story.response
    assert sorted(ward.asked(story.id)) == sorted(KEYS)


@each_story
@pytest.mark.parametrize("release", [name for name in RELEASES if name != "R4"])
def test_every_release_is_asked_and_read_in_its_own_words(
    story: Patient, release: str, ward: Ward
) -> None:
    translated = in_release(story.request, release)
    base = ward.lay(story.id, Bed(translated["prefetch"]))
    body = {**translated, "fhirServer": base}
    del body["prefetch"]
    answer = post(visitor(), body, story, PATHS[release])
    orders = {target.split("/")[2].split("?")[0] for target in ward.targets(story.id)}

    assert said(answer) == said(story.response)
    assert ("MedicationOrder" in orders) == (release == "DSTU2")
    assert ("MedicationRequest" in orders) == (release != "DSTU2")


@pytest.mark.hazard("E12")
@each_story
def test_only_what_was_not_sent_is_asked(story: Patient, ward: Ward) -> None:
    for key in KEYS:
        base = ward.lay(story.id, Bed(story.prefetch))
        body = post(visitor(), request_of(story, base, key), story).get_json()

        assert normalised(body, engine()) == story.response
        assert ward.asked(story.id) == [key]


@each_story
def test_what_was_sent_is_never_asked_again(story: Patient, ward: Ward) -> None:
    base = ward.lay(story.id, Bed(story.prefetch))
    post(visitor(), request_of(story, base), story)

    assert ward.asked(story.id) == []


def test_answers_that_come_late_but_in_time_count(ward: Ward) -> None:
    for story in WHOLE[:8]:
        bed = Bed(story.prefetch, dict.fromkeys(KEYS, LATE))
        base = ward.lay(story.id, bed)
        body = post(visitor(), request_of(story, base, *KEYS), story).get_json()

        assert normalised(body, engine()) == story.response


def test_many_callers_at_once_get_their_own_patient_s_answer(ward: Ward) -> None:
    client = visitor()

    def ask(story: Patient) -> bool:
        base = ward.lay(f"{story.id}-at-once", Bed(story.prefetch))
        answer = post(client, request_of(story, base, "labs"), story)
        return said(answer) == said(story.response)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, WHOLE * 2))


@pytest.mark.hazard("B9", "E12")
@pytest.mark.parametrize("story", OTHER_DRUGS, ids=lambda story: story.id)
def test_without_a_drug_of_interest_nothing_is_asked(story: Patient, ward: Ward) -> None:
    base = ward.lay(story.id, Bed(story.prefetch))
    before = ward.server.connections
    answer = post(visitor(), request_of(story, base, *KEYS, fhirAuthorization=token()), story)

    assert said(answer)["status"] == "not-applicable"
    assert answer.get_json()["cards"] == []
    assert ward.asked(story.id) == []
    assert ward.server.connections == before


def test_a_registered_server_is_asked_with_the_token(ward: Ward) -> None:
    story = PATIENTS["persistently-low-adult"]
    base = ward.lay(story.id, Bed(story.prefetch))
    body = request_of(story, base, *KEYS, fhirAuthorization=token())
    answer = post(registered(base), body, story)

    assert normalised(answer.get_json(), engine()) == story.response
    assert ward.tokens(story.id) == {"Bearer ZZPHI-secret"}


@pytest.mark.parametrize("written", ["{}/", "{}//"])
def test_a_slash_at_the_end_of_the_base_does_not_matter(written: str, ward: Ward) -> None:
    story = PATIENTS["persistently-low-adult"]
    base = ward.lay(story.id, Bed(story.prefetch))
    answer = post(registered(base), request_of(story, written.format(base), *KEYS), story)

    assert said(answer) == said(story.response)
