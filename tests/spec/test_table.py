"""The tables of the vignettes are read as README.md says, and nothing in them is ignored."""

from datetime import date

import pytest

from tests.spec.resources import Span, condition, medication, observation, patient, read_span
from tests.spec.table import BadTable, Line, read_table

TODAY = date(2025, 6, 15)


def test_a_line_has_the_cells_of_its_columns() -> None:
    table = read_table(
        """
        resource    | date  | code | value
        ------------+-------+------+-------
        Observation | -10 d | ALP  | 30 U/L
        Condition   |       | sepsis
        """
    )

    assert table.lines == (
        Line("Observation", date="-10 d", code="ALP", value="30 U/L"),
        Line("Condition", code="sepsis"),
    )
    assert table.cells[1] == ("Condition", "", "sepsis", "")


@pytest.mark.parametrize(
    "table",
    [
        "resource | colour\n---\nPatient | red",
        "resource | code\nObservation | ALP",
        "resource | code\n---\nObservation | ALP | 30 U/L",
        "resource | code\n---\nMedication | alendronate",
    ],
)
def test_what_is_not_known_in_a_table_is_an_error(table: str) -> None:
    with pytest.raises(BadTable):
        read_table(table)


@pytest.mark.parametrize(
    "line",
    [
        Line("Observation", code="APL", value="30 U/L"),
        Line("Observation", code="ALP", value="about 30"),
        Line("Observation", code="ALP", value="30 U/L", date="last week"),
        Line("Observation", code="ALP", value="30 U/L", notes=("spilled",)),
    ],
)
def test_a_word_that_is_not_known_is_an_error(line: Line) -> None:
    with pytest.raises(BadTable):
        observation(line, "line-1", TODAY)


def test_dates_are_absolute_or_counted_from_the_order() -> None:
    assert read_span("-15 d", TODAY) == Span("2025-05-31")
    assert read_span("+1 d", TODAY) == Span("2025-06-16")
    assert read_span("today", TODAY) == Span("2025-06-15")
    assert read_span("2024-02-29", TODAY) == Span("2024-02-29")
    assert read_span("2024", TODAY) == Span("2024")
    assert read_span("-20 d to -10 d", TODAY) == Span("2025-05-26", "2025-06-05", True)
    assert read_span("from -20 d", TODAY) == Span("2025-05-26", "", True)
    assert read_span("", TODAY) == Span()


def test_an_age_is_a_birth_date() -> None:
    assert patient(Line("Patient", code="girl", value="6574 d"), TODAY)["birthDate"] == "2007-06-16"
    assert patient(Line("Patient", code="man", value="67 y"), TODAY)["birthDate"] == "1958-06-15"
    assert "birthDate" not in patient(Line("Patient", code="man"), TODAY)
    assert "gender" not in patient(Line("Patient", code="sex unknown", value="9 y"), TODAY)


def test_values_keep_their_comparator_and_unit() -> None:
    value = observation(Line("Observation", code="ALP", value="<0.4 ukat/L"), "a", TODAY)

    assert value["valueQuantity"] == {
        "value": 0.4,
        "comparator": "<",
        "unit": "ukat/L",
        "system": "http://unitsofmeasure.org",
        "code": "ukat/L",
    }


def test_a_period_is_that_of_a_dosage_or_the_two_ends_of_a_diagnosis() -> None:
    drug = medication(Line("MedicationRequest", date="-9 d to -2 d", code="aspirin"), "a", TODAY)
    disease = condition(Line("Condition", date="-9 d to -2 d", code="sepsis"), "b", TODAY)

    assert drug["dosageInstruction"][0]["timing"]["repeat"]["boundsPeriod"] == {
        "start": "2025-06-06",
        "end": "2025-06-13",
    }
    assert (disease["onsetDateTime"], disease["abatementDateTime"]) == ("2025-06-06", "2025-06-13")
