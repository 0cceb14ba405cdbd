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
    [
        ("", (), "is empty"),
        ("{", ("--fhir",), "is not JSON"),
        ("{}\n{", ("--fhir",), "is not JSON"),
        ("[]", ("--fhir",), "is not a FHIR resource"),
        ("{}", ("--fhir",), "is not a FHIR resource"),
        (b"display\n\xe4pfel\n", (), "is not UTF-8 text"),
    ],
)
def test_what_is_no_catalogue_is_said(
    given: str | bytes, options: tuple[str, ...], said: str
) -> None:
    found = CliRunner().invoke(main, ["codes", "check", "-", *options], input=given)

    assert found.exit_code == 1
    assert said in found.output


@pytest.mark.parametrize(
    ("pasted", "expected"),
    [
        ("Alendronsäure 70 mg\nAlk Phos\n", ["bp_alendronate", "alp_total"]),
        ("4711;Prolia\n4712;Aspirin\n", ["ar_denosumab", "another drug"]),
        ("http://loinc.org\t6768-6\t\n", ["alp_total"]),
        ("\ufeffSystem,Code,Name\r\nhttp://loinc.org,1783-0,x\r\n", ["alp_total"]),
        ("name\n\nAclasta\n", ["bp_zoledronate"]),
    ],
)
def test_a_pasted_list_needs_no_first_line(pasted: str, expected: list[str]) -> None:
    assert [line["recognised_as"] for line in checked(pasted)] == expected


def test_a_code_without_its_system_is_said_to_lack_it() -> None:
    (line,) = checked("code,display\n6768-6,\n")

    assert (line["recognised_as"], line["by"]) == ("not recognised", "without its system (loinc)")


def test_a_column_that_is_not_read_is_said() -> None:
    given = "code;Bezeichnung\n1;Prolia\n"
    found = CliRunner().invoke(main, ["codes", "check", "-"], input=given)

    assert "not read: bezeichnung" in found.output


EXPORTED = [
    {"resourceType": "MedicationRequest", "medicationReference": {"display": "Fosamax"}},
    {"resourceType": "MedicationRequest", "medicationReference": {"reference": "#m"},
     "contained": [{"resourceType": "Medication", "id": "m", "code": {"text": "Prolia"}}]},
    {"resourceType": "MedicationRequest", "medication": {"concept": {"text": "Aclasta"}}},
    {"resourceType": "Medication",
     "ingredient": [{"itemCodeableConcept": {"text": "risedronate"}}]},
    {"resourceType": "DiagnosticReport",
     "contained": [{"resourceType": "Observation", "code": {"text": "CMP"},
                    "component": [{"code": {"text": "Alk Phos"}}]}]},
]  # fmt: skip


@pytest.mark.parametrize("as_lines", [True, False])
def test_an_export_s_drugs_and_results_are_found_wherever_they_stand(as_lines: bool) -> None:
    bundle = {"resourceType": "Bundle", "entry": [{"resource": r} for r in EXPORTED]}
    given = "\n".join(map(json.dumps, EXPORTED)) if as_lines else json.dumps(bundle)

    assert [line["recognised_as"] for line in checked(given, "--fhir")] == [
        "bp_alendronate",
        "ar_denosumab",
        "bp_zoledronate",
        "bp_risedronate",
        "not recognised",
        "alp_total",
    ]


def test_without_csv_it_draws_a_table_with_totals() -> None:
    found = CliRunner().invoke(main, ["codes", "check", "-", "--kind", "drug"], input=CATALOGUE)

    assert "2 recognised, 2 another drug, 1 not recognised" in found.output
