"""Whose a resource is: only the context patient's counts, all else is dropped and reported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from service.evaluation.answer import Answer
from service.hpp.model import Chart
from service.settings import Settings
from tests.fhir.ask import DEFAULTS, answer, card, gaps, result_of, said, site, verdict
from tests.fhir.build import (
    ALENDRONATE,
    ALP,
    ATC,
    BASE,
    CARDIAC_SURGERY,
    HPP,
    KEYS,
    MISSING,
    PATIENT_ID,
    administration,
    alp,
    bundle,
    condition,
    draft,
    drug,
    encounter,
    entry,
    patient,
    procedure,
    quantity,
    request,
)

Json = dict[str, Any]
UUID = "urn:uuid:8b5ad5a9-52a3-4a1c-9a3f-0d7d0b1f2a11"
OTHER_BASE = "https://elsewhere.example.org/fhir"
MRN = {"system": "urn:mrn", "value": "ZZPHI-100"}
KNOWN = patient(identifier=[MRN])


def inside(**more: Any) -> Json:
    return {"contained": [{"resourceType": "Patient", "id": "p", **more}]}


# One resource of each type, and whether a chart shows that it was used.
KINDS: dict[str, tuple[str, Callable[..., Json], Callable[[Chart], bool]]] = {
    "Observation": (
        "alp",
        lambda **more: alp(20, "2025-06-10", **more),
        lambda chart: any(r.value == 20 for r in chart.results),
    ),
    "Condition": (
        "conditions",
        lambda **more: condition(HPP, "2020-01-01", **more),
        lambda chart: bool(chart.conditions),
    ),
    "MedicationRequest": (
        "medications",
        lambda **more: drug(ALENDRONATE, **more),
        lambda chart: bool(chart.drugs),
    ),
    "Encounter": (
        "encounters",
        lambda **more: encounter("IMP", "2025-01-01", "2025-12-31", **more),
        lambda chart: any(result.encounter_classes for result in chart.results),
    ),
    "MedicationAdministration": (
        "administrations",
        lambda **more: administration(ALENDRONATE, "2025-01-01", **more),
        lambda chart: bool(chart.drugs),
    ),
    "Procedure": (
        "procedures",
        lambda **more: procedure(CARDIAC_SURGERY, "2025-06-01", **more),
        lambda chart: bool(chart.conditions),
    ),
}

# what is written as the subject -> is it our patient's?  ("unclear": it cannot be told)
SUBJECTS: dict[str, tuple[Json, str]] = {
    "relative": ({"subject": {"reference": f"Patient/{PATIENT_ID}"}}, "ours"),
    "versioned": ({"subject": {"reference": f"Patient/{PATIENT_ID}/_history/3"}}, "ours"),
    "absolute under fhirServer": (
        {"subject": {"reference": f"{BASE}/Patient/{PATIENT_ID}"}},
        "ours",
    ),
    "absolute and versioned": (
        {"subject": {"reference": f"{BASE}/Patient/{PATIENT_ID}/_history/3"}},
        "ours",
    ),
    "DSTU2 spelling": (
        {"subject": MISSING, "patient": {"reference": f"Patient/{PATIENT_ID}"}},
        "ours",
    ),
    "urn:uuid of the id": ({"subject": {"reference": f"urn:uuid:{PATIENT_ID}"}}, "ours"),
    "identifier only": ({"subject": {"identifier": MRN}}, "ours"),
    "contained with identifier": (
        {"subject": {"reference": "#p"}, **inside(identifier=[MRN])},
        "ours",
    ),
    "absolute elsewhere": (
        {"subject": {"reference": f"{OTHER_BASE}/Patient/{PATIENT_ID}"}},
        "foreign",
    ),
    "absolute under a longer base": (
        {"subject": {"reference": f"{BASE}/tenant/Patient/{PATIENT_ID}"}},
        "foreign",
    ),
    "absolute under a look-alike base": (
        {"subject": {"reference": f"{BASE}.evil.example/Patient/{PATIENT_ID}"}},
        "foreign",
    ),
    "another patient": ({"subject": {"reference": "Patient/ZZPHI-2"}}, "foreign"),
    "another patient, absolute": ({"subject": {"reference": f"{BASE}/Patient/ZZPHI-2"}}, "foreign"),
    "an id in another case": ({"subject": {"reference": "Patient/zzphi-1"}}, "foreign"),
    "an id that begins like ours": (
        {"subject": {"reference": f"Patient/{PATIENT_ID}0"}},
        "foreign",
    ),
    "another type": ({"subject": {"reference": f"Group/{PATIENT_ID}"}}, "foreign"),
    "a bare id": ({"subject": {"reference": PATIENT_ID}}, "foreign"),
    "another urn:uuid": ({"subject": {"reference": UUID}}, "foreign"),
    "a search": ({"subject": {"reference": f"Patient?identifier={PATIENT_ID}"}}, "foreign"),
    "missing": ({"subject": MISSING}, "unclear"),
    "null": ({"subject": None}, "unclear"),
    "a string": ({"subject": f"Patient/{PATIENT_ID}"}, "unclear"),
    "display only": ({"subject": {"display": "ZZPHI"}}, "unclear"),
    "another identifier": (
        {"subject": {"identifier": {"system": "urn:mrn", "value": "ZZPHI-200"}}},
        "unclear",
    ),
    "identifier of another system": (
        {"subject": {"identifier": {"system": "urn:else", "value": "ZZPHI-100"}}},
        "unclear",
    ),
    "contained among others": (
        {
            "subject": {"reference": "#p"},
            "contained": [
                {"resourceType": "Organization", "id": "p", "identifier": [MRN]},
                {"resourceType": "Practitioner", "id": "p", "identifier": [MRN]},
                {"resourceType": "Patient", "id": "p", "identifier": [{"value": "1"}, MRN]},
            ],
        },
        "ours",
    ),
    "contained, of another type": (
        {
            "subject": {"reference": "#p"},
            "contained": [
                {"resourceType": "Organization", "id": "p", "identifier": [MRN]},
                {"resourceType": "Practitioner", "id": "p", "identifier": [MRN]},
            ],
        },
        "unclear",
    ),
    "another one that is contained": (
        {
            "subject": {"reference": "#p"},
            "contained": [
                {"resourceType": "Patient", "id": "o", "identifier": [MRN]},
                {"resourceType": "Patient", "id": "q", "identifier": [MRN]},
            ],
        },
        "unclear",
    ),
    "an identifier without a value": (
        {"subject": {"identifier": {"system": "urn:mrn"}}},
        "unclear",
    ),
    "contained without identifier": ({"subject": {"reference": "#p"}, **inside()}, "unclear"),
    "contained and not there": ({"subject": {"reference": "#q"}, **inside()}, "unclear"),
}
GAP = {"ours": None, "foreign": "foreign-patient", "unclear": "unreadable"}


def ask(kind: str, subject: Json, settings: Settings = DEFAULTS, **members: Any) -> Answer:
    """A clean record with one more resource of this subject."""
    key, make, _ = KINDS[kind]
    mine = [alp(60)] if key == "alp" else []
    sent: Json = {"patient": KNOWN, "alp": bundle(alp(60)), key: bundle(*mine, make(**subject))}
    return answer(request(members={"fhirServer": BASE, **members}, **sent), settings)


@pytest.mark.hazard("H2")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SUBJECTS)
def test_only_a_resource_that_is_the_patient_s_is_used(kind: str, name: str) -> None:
    """Design, decision 6: dropped, counted and reported."""
    key, _, is_used = KINDS[kind]
    subject, owner = SUBJECTS[name]
    given = ask(kind, subject)
    reported = [kind for kind, where in gaps(given) if where == key]

    assert given.chart is not None
    assert (owner == "ours") is is_used(given.chart)
    assert ([GAP[owner]] if GAP[owner] else []) == reported


# No verdict waits for these: what was dropped of them is counted and reported, no more.
OPENS_NOTHING = ("procedures", "encounters", "administrations")


@pytest.mark.hazard("H2")
@pytest.mark.parametrize("kind", [k for k, (key, *_) in KINDS.items() if key not in OPENS_NOTHING])
@pytest.mark.parametrize("name", [n for n, (_, owner) in SUBJECTS.items() if owner != "ours"])
def test_an_answer_that_dropped_something_is_never_a_silent_all_clear(kind: str, name: str) -> None:
    """What was dropped could have been a diagnosis, a low result or a mask."""
    given = ask(kind, SUBJECTS[name][0])

    assert given.status != "complete" or given.body["cards"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_urn_counts_where_it_is_the_full_url_of_the_patient(kind: str) -> None:
    key, make, is_used = KINDS[kind]
    patients = {"entry": [entry(KNOWN, fullUrl=UUID)], "resourceType": "Bundle"}
    sent: Json = {"patient": patients, key: bundle(make(subject={"reference": UUID}))}
    given = answer(request(**sent))

    assert given.chart is not None
    assert is_used(given.chart)
    assert gaps(given) == []


@pytest.mark.hazard("H2")
@pytest.mark.parametrize("kind", KINDS)
def test_the_urn_of_another_patient_who_was_sent_is_not_the_patient_s(kind: str) -> None:
    key, make, is_used = KINDS[kind]
    other = entry(patient(id="ZZPHI-2", birthDate="2020-01-01"), fullUrl=UUID)
    patients = {"entry": [entry(KNOWN), other], "resourceType": "Bundle"}
    sent: Json = {"patient": patients, key: bundle(make(subject={"reference": UUID}))}
    given = answer(request(**sent))

    assert given.chart is not None
    assert not is_used(given.chart)
    assert ("foreign-patient", key) in gaps(given)


ABSOLUTE = {"subject": {"reference": f"{BASE}/Patient/{PATIENT_ID}"}}


@pytest.mark.parametrize(
    ("members", "settings", "expected"),
    [
        ({"fhirServer": BASE}, Settings(), True),
        ({"fhirServer": f"{BASE}/"}, Settings(), True),
        ({"fhirServer": BASE.replace("https:", "http:")}, Settings(), True),
        ({"fhirServer": BASE.replace("ehr", "EHR")}, Settings(), True),
        ({"fhirServer": BASE.replace(".org/", ".org:443/")}, Settings(), True),
        ({"fhirServer": BASE.replace(".org/", ".org:8443/")}, Settings(), False),
        ({"fhirServer": BASE.replace("/fhir", "/FHIR")}, Settings(), False),
        ({"fhirServer": OTHER_BASE}, Settings(), False),
        ({"fhirServer": MISSING}, Settings(), True),
        ({"fhirServer": MISSING}, site(fhir_base=BASE), True),
        ({"fhirServer": MISSING}, site(fhir_base=f"{BASE}/"), True),
        ({"fhirServer": MISSING}, site(fhir_base=OTHER_BASE), False),
        ({"fhirServer": OTHER_BASE}, site(fhir_base=BASE), True),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_an_absolute_subject_counts_under_a_known_base_or_where_none_is_known(
    kind: str, members: Json, settings: Settings, expected: bool
) -> None:
    """The request's fhirServer or the client's fhir_base; where neither is known, the id."""
    given = ask(kind, ABSOLUTE, settings, **members)

    assert given.chart is not None
    assert expected is KINDS[kind][2](given.chart)


@pytest.mark.hazard("H2")
def test_dropped_resources_are_counted_and_never_quoted() -> None:
    foreign = [alp(20, f"2025-0{n}-01", subject={"reference": "Patient/ZZPHI-2"}) for n in (3, 4)]
    given = answer(request(alp=bundle(alp(60), *foreign)))

    assert said(given)["gaps"] == [{"kind": "foreign-patient", "key": "alp", "count": 2}]
    assert "ZZPHI-2" not in str(given.body)
    assert "of another patient, left out (2)" in card(given)["detail"]


# Patient


@pytest.mark.hazard("H2")
def test_a_patient_of_another_id_makes_the_evaluation_unavailable() -> None:
    """Nothing of any key is believed."""
    given = answer(request(patient=patient(id="ZZPHI-2"), conditions=bundle(condition(HPP))))

    assert verdict(given) == ("unavailable", "notEvaluated")
    assert [("foreign-patient", key) for key in KEYS] == gaps(given)


@pytest.mark.hazard("H2")
@pytest.mark.parametrize("identity", [MISSING, None, 1, "", "zzphi-1"])
def test_a_patient_that_does_not_name_the_id_is_not_the_patient(identity: object) -> None:
    given = answer(request(patient=patient(id=identity)))

    assert verdict(given) == ("unavailable", "notEvaluated")


def test_among_several_patients_the_one_of_the_context_is_found() -> None:
    both = bundle(patient(id="ZZPHI-2", birthDate="2020-01-01"), patient())

    assert result_of(request(patient=both)) == "200 complete hppSuspected"


# Draft orders


@pytest.mark.hazard("H3")
@pytest.mark.parametrize("name", SUBJECTS)
def test_only_a_draft_for_the_patient_is_judged(name: str) -> None:
    """A draft without subject is the client's own and is judged; another's is reported."""
    subject, owner = SUBJECTS[name]
    body = request(draft(**subject), members={"fhirServer": BASE}, patient=KNOWN)
    given = answer(body)
    judged = owner == "ours" or name in ("missing", "null")

    assert ("complete" if judged else "partial") == given.status
    assert judged is (("foreign-order", "draftOrders") not in gaps(given))
    assert judged is (said(given)["verdict"] == "hppSuspected")
    assert len(given.body["cards"]) == 1


@pytest.mark.hazard("H3")
def test_beside_a_foreign_draft_the_own_one_is_judged_and_the_card_says_so() -> None:
    """Hazard H3."""
    foreign = draft(id="ZZPHI-draft-2", subject={"reference": "Patient/ZZPHI-2"})
    given = answer(request(foreign, draft()))
    deleted = [s["actions"][0]["resourceId"] for s in removals(card(given))]

    assert verdict(given) == ("partial", "hppSuspected")
    assert deleted == ["MedicationRequest/ZZPHI-draft-1"]
    assert "for another patient, not judged" in card(given)["detail"]


def removals(found: Json) -> list[Json]:
    return [s for s in found["suggestions"] if s["actions"][0]["type"] == "delete"]


@pytest.mark.hazard("H3")
def test_a_foreign_draft_beside_a_normal_alp_is_said_on_a_card() -> None:
    """Never silent: the verdict itself has no card."""
    foreign = draft(id="ZZPHI-draft-2", subject={"reference": "Patient/ZZPHI-2"})
    given = answer(request(foreign, draft(), alp=bundle(alp(60))))

    assert verdict(given) == ("partial", "alpNotLow")
    assert "for another patient, not judged" in card(given)["summary"]


def test_a_foreign_draft_of_a_drug_of_no_interest_is_nothing() -> None:
    foreign = draft("1191", subject={"reference": "Patient/ZZPHI-2"})

    assert result_of(request(foreign)) == "200 not-applicable notApplicable"


# Resources that mean something else


@pytest.mark.parametrize(
    "more", [{"modifierExtension": [{"url": "urn:x"}]}, {"implicitRules": "x"}]
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_resource_modified_in_a_way_we_do_not_know_is_a_gap(kind: str, more: Json) -> None:
    key, _, is_used = KINDS[kind]
    given = ask(kind, more)

    assert given.chart is not None
    assert not is_used(given.chart)
    assert [("unreadable", key)] == gaps(given)


def test_the_codes_of_the_builders_are_what_they_say() -> None:
    """The tests above would prove nothing if their resources were not recognised."""
    given = answer(
        request(
            draft(medicationCodeableConcept={"coding": [{"system": ATC, "code": "M05BA04"}]}),
            alp=bundle(alp(28, valueQuantity=quantity(28))),
            conditions=bundle(condition(HPP)),
            medications=bundle(drug(ALENDRONATE)),
            procedures=bundle(procedure(CARDIAC_SURGERY, "2025-05-30")),
        )
    )
    chart = given.chart

    assert chart is not None
    assert ALP == "6768-6"
    assert (len(chart.results), len(chart.conditions), len(chart.drugs)) == (1, 2, 1)
