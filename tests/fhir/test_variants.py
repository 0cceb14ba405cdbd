"""ALPL variants: what significance counts, and whether it is only likely."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fhir.ask import answer
from tests.fhir.build import LOINC, MISSING, Json, bundle, concept, lab, request

GENE = {"code": concept("48018-6"), "valueCodeableConcept": concept("HGNC:438", "urn:genes")}


def significance(*codes: str, **text: str) -> Json:
    coded = {"coding": [{"system": LOINC, "code": code} for code in codes], **text}
    return {"code": concept("53037-8"), "valueCodeableConcept": coded}


def variant(*parts: Json, **more: Any) -> Json:
    own = {"valueQuantity": MISSING, "component": [GENE, *parts]}
    return lab("69548-6", 0, "", **{**own, **more})


@pytest.mark.parametrize(
    ("parts", "pathogenic", "likely"),
    [
        ([significance("LA6668-3")], True, False),
        ([significance("LA26332-9")], True, True),
        ([significance(text="Likely pathogenic")], True, True),
        ([significance(text="Pathogenic")], True, False),
        ([significance("LA26332-9"), significance("LA6668-3")], True, False),
        ([significance("LA26333-7")], False, False),
        ([significance(text="Not pathogenic")], False, False),
        ([], False, False),
    ],
)
def test_a_significance_counts_or_is_likely(
    parts: list[Json], pathogenic: bool, likely: bool
) -> None:
    chart = answer(request(labs=bundle(variant(*parts)))).chart

    assert chart is not None
    (seen,) = chart.variants
    assert (seen.pathogenic, seen.likely) == (pathogenic, likely)
    assert "#" not in seen.reference  # the Observation, not a part of it


@pytest.mark.parametrize(
    ("value", "counts"),
    [
        (concept("LA9633-4", text="Present"), True),
        (concept("LA9634-2"), False),
        ({"text": "Not detected"}, False),
        ({"text": "Indeterminate"}, False),
    ],
)
def test_a_variant_that_was_looked_for_and_not_found_counts_for_nothing(
    value: Json, counts: bool
) -> None:
    """The pathogenic variant of a relative, of which the patient is free."""
    sent = variant(significance("LA6668-3"), valueCodeableConcept=value)
    chart = answer(request(labs=bundle(sent))).chart

    assert chart is not None
    (seen,) = chart.variants
    assert seen.pathogenic == counts


@pytest.mark.parametrize(
    "value",
    [
        {"valueCodeableConcept": concept("HGNC:2197", "urn:genes", text="COL1A1")},
        {"valueString": "COL1A1"},
        {"valueString": ""},
        {},
    ],
)
def test_a_variant_of_another_gene_is_none_of_ours(value: Json) -> None:
    gene = {"code": concept("48018-6"), **value}
    sent = variant(significance("LA6668-3"), component=[gene, significance("LA6668-3")])
    chart = answer(request(labs=bundle(sent))).chart

    assert chart is not None
    assert chart.variants == ()


def test_the_day_it_was_known_is_that_of_its_report() -> None:
    sent = variant(significance("LA6668-3"), issued="2025-06-03T09:00:00Z")
    chart = answer(request(labs=bundle(sent))).chart

    assert chart is not None
    (seen,) = chart.variants
    assert (str(seen.day), str(seen.issued)) == ("2025-06-01", "2025-06-03")
