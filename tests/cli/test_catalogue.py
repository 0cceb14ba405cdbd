"""`hpp-cds codes check`: per line, what we make of a site's codes."""

from __future__ import annotations

import csv
import io
import json

import pytest
from click.testing import CliRunner

from service.commands.cli import main

CATALOGUE = (
    "system;code;display\n"
    "http://www.nlm.nih.gov/research/umls/rxnorm;904431;\n"
    "http://fhir.de/CodeSystem/ifa/pzn;01234567;Alendronsäure AL 70 mg\n"
    "http://fhir.de/CodeSystem/ifa/pzn;7654321;Aspirin 100 mg\n"
    "urn:local;42;\n"
    ";;=HYPERLINK(1)\n"
)


def checked(text: str, *options: str) -> list[dict[str, str]]:
    found = CliRunner().invoke(main, ["codes", "check", "-", "--csv", *options], input=text)
    assert found.exit_code == 0, found.output
    return list(csv.DictReader(io.StringIO(found.output)))


def test_each_line_says_what_it_is_and_by_what() -> None:
    lines = checked(CATALOGUE, "--kind", "drug")

    assert [(line["recognised_as"], line["by"]) for line in lines] == [
        ("bp_alendronate", "code"),
        ("bp_alendronate", "name"),
        ("another drug", "code or name"),
        ("not recognised", ""),
        ("another drug", "code or name"),
    ]
    assert lines[4]["display"] == "'=HYPERLINK(1)"


def test_a_bundle_s_orders_and_results_are_read_each_once() -> None:
    alp = {"resourceType": "Observation", "code": {"text": "Alkalische Phosphatase"}}
    order = {"resourceType": "MedicationRequest", "medicationCodeableConcept": {"text": "Prolia"}}
    bundle = {"resourceType": "Bundle", "entry": [{"resource": r} for r in (alp, alp, order)]}

    assert [line["recognised_as"] for line in checked(json.dumps(bundle), "--fhir")] == [
        "alp_total",
        "ar_denosumab",
    ]


@pytest.mark.parametrize(
    ("given", "options", "said"),
    [("a,b\n1,2\n", (), "must name its columns"), ("{", ("--fhir",), "is not JSON")],
)
def test_what_is_no_catalogue_is_said(given: str, options: tuple[str, ...], said: str) -> None:
    found = CliRunner().invoke(main, ["codes", "check", "-", *options], input=given)

    assert found.exit_code == 78
    assert said in found.output


def test_without_csv_it_draws_a_table_with_totals() -> None:
    found = CliRunner().invoke(main, ["codes", "check", "-", "--kind", "drug"], input=CATALOGUE)

    assert "2 recognised, 2 another drug, 1 not recognised" in found.output
