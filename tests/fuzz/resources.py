"""Hypothesis strategies for FHIR R4 resources as EHRs really send them, odd but readable.

What is wrong beyond that (types, lost members, nonsense) comes later, in any release: see
strategies.py.  Codes come from the value sets, so that every finding can be met.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from service.hpp.knowledge.model import Code
from tests.fhir.ask import engine
from tests.fhir.build import (
    MISSING,
    SUBJECT,
    TODAY,
    UCUM,
    condition,
    draft,
    drug,
    lab,
    medication,
    patient,
    procedure,
)
from tests.fuzz.canary import HOSTILE
from tests.fuzz.mutate import DATES, NUMBERS

Json = dict[str, Any]
Draw = st.DrawFn
FOREIGN = {"reference": "Patient/ZZPHI-other"}
SUBJECTS = (
    SUBJECT, {"reference": "Patient/ZZPHI-1/_history/3"}, {"display": "ZZPHI"},
    {"reference": "https://ehr.example.org/fhir/Patient/ZZPHI-1"}, {"reference": "urn:uuid:ZZPHI"},
    {"identifier": {"system": "urn:example:mrn", "value": "ZZPHI-mrn"}}, FOREIGN, MISSING,
)  # fmt: skip
UNITS = (
    "U/L", "IU/L", "[IU]/L", "unit per liter", "UNITS/L", "ukat/L", "µkat/L", "μkat/L", "nkat/L",
    "mmol/L", "mg/dL", "", "x",
)  # fmt: skip
STATUSES = (
    "final", "unknown", "corrected", "amended", "appended", "preliminary", "registered",
    "cancelled", "entered-in-error",
)  # fmt: skip
STRINGS = ("<1", "<=20 U/L", "> 20", "<1.005", "0-2", "Negative", "28", "28 U/L", "", *HOSTILE[:6])


def seldom(odd: st.SearchStrategy[Any], usual: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The odd one in one of eight."""
    return st.integers(0, 7).flatmap(lambda n: odd if n == 7 else usual)


def codes(*prefixes: str) -> st.SearchStrategy[Code]:
    """Active codes of the groups whose names begin so, every group as often as any other."""
    groups: dict[str, list[Code]] = {}
    for code in engine().knowledge.codes:
        if code.active and code.code and code.group.startswith(prefixes):
            groups.setdefault(code.group, []).append(code)
    return st.sampled_from(sorted(groups)).flatmap(lambda name: st.sampled_from(groups[name]))


@st.composite
def concepts(draw: Draw, code: st.SearchStrategy[Code]) -> Json:
    """A CodeableConcept: several codings, a vendor's first, text alone, or nothing useful."""
    found = draw(code)
    if found.system == "name":
        return {"text": found.code}
    coding = {"system": found.system, "code": found.code, "display": found.display}
    vendor = {"system": "urn:oid:1.2.3.4.5", "code": "ZZPHI-local", "display": "Local"}
    plain: Json = {"coding": [coding]}
    odd: Sequence[Json] = (
        {"coding": [vendor, coding], "text": found.display},
        {"coding": [{**coding, "system": f" {found.system}"}]},
        {"coding": [{"code": found.code}], "text": found.display},
        {"coding": [{"display": found.display}]},
        {"text": found.display},
        {"coding": [vendor]},
        {},
    )
    return draw(seldom(st.sampled_from(odd), st.just(plain)))


@st.composite
def days(draw: Draw, years: int = 8) -> str:
    """A date of any precision in the past years; sometimes nonsense."""
    day = TODAY - timedelta(days=draw(st.integers(-20, years * 365)))
    clock = draw(
        st.sampled_from(("T08:15:00-05:00", "T23:59:59.999Z", "T00:00", "T08:15:00+14:00"))
    )
    usual = st.sampled_from((day.isoformat(), day.isoformat() + clock, day.isoformat()))
    odd = st.sampled_from((str(day.year), day.isoformat()[:7], *DATES))
    text: str = draw(seldom(odd, usual))
    return text


@st.composite
def quantities(draw: Draw, values: st.SearchStrategy[Any]) -> Json:
    unit = draw(seldom(st.sampled_from(UNITS), st.just("U/L")))
    value = draw(seldom(st.sampled_from(NUMBERS), values))
    whole = {"value": value, "unit": unit, "system": UCUM, "code": unit}
    comparator = draw(seldom(st.sampled_from(("<", "<=", ">", ">=", "ad", "")), st.just(None)))
    if comparator is not None:
        whole["comparator"] = comparator
    lost = draw(seldom(st.sampled_from(("value", "unit", "code", "system")), st.just(None)))
    return {name: item for name, item in whole.items() if name != lost}


ALP_VALUES = st.one_of(
    st.integers(5, 45), st.integers(20, 140), st.decimals(8, 60, places=1).map(float)
)
LAB_VALUES = st.one_of(st.integers(0, 300), st.decimals(0, 20, places=2).map(float))


@st.composite
def ranges(draw: Draw) -> list[Json]:
    """None, one, one-sided, 0 to 0, as text, several by sex or age."""
    low = {"value": draw(st.sampled_from((35, 40, 30, 150, 0))), "unit": "U/L"}
    high = {"value": draw(st.sampled_from((105, 129, 0, 10))), "unit": "U/L"}
    woman, man = {"text": "Females"}, {"coding": [{"code": "male"}]}
    return draw(
        st.sampled_from(
            (
                [],
                [{"low": low, "high": high, "text": "35-105 U/L"}],
                [{"low": low}],
                [{"high": high}],
                [{"text": "35 - 105"}],
                [{"low": low, "appliesTo": [woman]}, {"low": high, "appliesTo": [man]}],
                [{"low": low, "age": {"low": {"value": 18, "code": "a"}}}],
                [{"low": low, "type": {"coding": [{"code": "therapeutic"}]}}],
            )
        )
    )


@st.composite
def observations(draw: Draw, *groups: str) -> Json:
    """A laboratory result of one of these groups."""
    values = ALP_VALUES if groups == ("alp_total",) else LAB_VALUES
    quantity = draw(quantities(values))
    code = draw(concepts(codes(*groups)))
    shape: Json = draw(
        seldom(
            st.sampled_from(
                (
                    {"valueQuantity": MISSING, "valueString": draw(st.sampled_from(STRINGS))},
                    {
                        "valueQuantity": MISSING,
                        "component": [{"code": code, "valueQuantity": quantity}],
                    },
                    {"valueQuantity": MISSING, "dataAbsentReason": {"text": "unknown"}},
                    {"valueQuantity": MISSING, "_valueQuantity": {"extension": []}},
                    {"effectiveDateTime": MISSING, "issued": draw(days())},
                    {"effectiveDateTime": MISSING, "effectivePeriod": {"start": draw(days())}},
                    {"effectiveDateTime": MISSING},
                    {"id": MISSING},
                )
            ),
            st.just({}),
        )
    )
    members = {
        "id": f"ZZPHI-{draw(st.integers(0, 10**6))}",
        "code": code,
        "valueQuantity": quantity,
        "status": draw(seldom(st.sampled_from(STATUSES), st.just("final"))),
        "subject": draw(seldom(st.sampled_from(SUBJECTS), st.just(SUBJECT))),
        "referenceRange": draw(ranges()),
    }
    return lab("", 0, "", draw(days()), **{**members, **shape})


@st.composite
def patients(draw: Draw) -> Json:
    """Every age and sex, with what else a Patient may lack or have."""
    born = TODAY - timedelta(days=draw(st.one_of(st.integers(0, 6600), st.integers(6600, 38000))))
    odd = (str(born.year), born.isoformat()[:7], MISSING, *DATES[:8])
    more = draw(
        seldom(
            st.sampled_from(
                (
                    {"active": False},
                    {"deceasedDateTime": "2025-01-01"},
                    {"link": [{"type": "replaced-by", "other": FOREIGN}]},
                    {"id": "ZZPHI-other"},
                    {"id": MISSING},
                    {"identifier": [{"system": "urn:example:mrn", "value": "ZZPHI-mrn"}]},
                )
            ),
            st.just({}),
        )
    )
    return patient(
        birthDate=draw(seldom(st.sampled_from(odd), st.just(born.isoformat()))),
        gender=draw(st.sampled_from(("female", "male", "female", "other", "unknown", MISSING))),
        name=[{"family": "ZZPHI", "given": ["ZZPHI"]}],
        **more,
    )


@st.composite
def conditions(draw: Draw) -> Json:
    code = draw(codes("cond_", "sec_", "mask_"))
    found = condition(code.code, draw(days(30)), code.system, draw(st.sampled_from(CLINICAL)))
    found["code"] = draw(concepts(st.just(code)))
    terms = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
    verified = draw(st.sampled_from(("confirmed", "confirmed", "refuted", "provisional")))
    found["verificationStatus"] = {"coding": [{"system": terms, "code": verified}]}
    found["subject"] = draw(seldom(st.sampled_from(SUBJECTS[:-1]), st.just(SUBJECT)))
    return found


CLINICAL = ("active", "active", "resolved", "inactive", "recurrence")


@st.composite
def orders(draw: Draw, *groups: str, is_draft: bool = False) -> Json:
    """A medication order: by concept, contained, by reference to what was not sent, as text."""
    concept = draw(concepts(codes(*groups)))
    by_reference = {
        "medicationCodeableConcept": MISSING,
        "medicationReference": {"reference": "#m"},
        "contained": [medication(id="m", code=concept)],
    }
    odd: Sequence[Json] = (
        by_reference,
        {
            **by_reference,
            "contained": MISSING,
            "medicationReference": {"reference": "Medication/x"},
        },
        {"medicationCodeableConcept": MISSING},
        {"authoredOn": MISSING, "intent": "option"},
        {"doNotPerform": True},
        {"subject": FOREIGN},
        {"id": MISSING},
    )
    members = {
        "id": f"ZZPHI-{draw(st.integers(0, 10**6))}",
        "medicationCodeableConcept": concept,
        "status": draw(st.sampled_from(ORDER_STATUSES)),
        **draw(seldom(st.sampled_from(odd), st.just({}))),
    }
    if is_draft:
        return draft(**{**members, "status": "draft"})
    return drug("", draw(days()), **members)


ORDER_STATUSES = (
    "active",
    "active",
    "completed",
    "stopped",
    "on-hold",
    "unknown",
    "entered-in-error",
)


@st.composite
def procedures(draw: Draw) -> Json:
    code = draw(codes("sec_cardiac_surgery", "sec_transfusion"))
    found = procedure(code.code, draw(days(3)))
    found["code"] = draw(concepts(st.just(code)))
    found["status"] = draw(st.sampled_from(("completed", "in-progress", "not-done")))
    return found
