"""How much of a text is read: whole up to its bound, and behind it cut or taken for prose."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest

from service.fhir.dates import read_days
from service.fhir.lab_names import Named
from service.fhir.ranges import read_range_text
from service.fhir.systems import spellings, system_key
from service.fhir.units import read_quantity, read_string
from service.hpp.model import ALP
from tests.fhir.ask import engine
from tests.fhir.build import quantity

KNOWLEDGE = engine().knowledge
TEST = KNOWLEDGE.tests[ALP]


@pytest.mark.parametrize(("characters", "is_read"), [(39, True), (40, True), (41, False)])
def test_a_date_has_at_most_forty_characters(characters: int, is_read: bool) -> None:
    written = "2025-06-01T10:00:00."
    written += "0" * (characters - len(written) - 1) + "Z"

    assert (read_days(written, UTC) is not None) is is_read


@pytest.mark.parametrize(("characters", "is_read"), [(79, True), (80, True), (81, False)])
def test_a_range_has_at_most_eighty_characters(characters: int, is_read: bool) -> None:
    written = "40-130 " + "x" * (characters - 7)

    assert bool(read_range_text(written)) is is_read


@pytest.mark.parametrize(("characters", "is_read"), [(199, True), (200, True), (201, False)])
def test_the_name_of_a_test_is_read_up_to_two_hundred_characters(
    characters: int, is_read: bool
) -> None:
    """What stands behind may name anything."""
    names = engine().terminology.vocabulary.tests
    written = "serum " * 40

    read, _ = names.read(f"{written[: characters - 4]} alp")
    assert (read is Named.ALP) is is_read


@pytest.mark.parametrize(("characters", "is_read"), [(60, True), (61, False)])
def test_a_unit_has_at_most_sixty_characters(characters: int, is_read: bool) -> None:
    written = "U/L" + " " * (characters - 3)

    assert (KNOWLEDGE.units.factor("activity", written) is not None) is is_read
    assert KNOWLEDGE.units.is_unit(written) is is_read


@pytest.mark.parametrize(("characters", "is_read"), [(99, True), (100, True), (101, False)])
def test_a_plain_value_has_at_most_a_hundred_characters(characters: int, is_read: bool) -> None:
    """What stands around it does not count."""
    written = f"  <{' ' * (characters - 7)}20 U/L  "

    assert (read_string(written, "", TEST, KNOWLEDGE).value is not None) is is_read


def test_of_what_was_written_only_the_beginning_is_shown() -> None:
    """Of a unit and of a text forty characters, of a value twenty."""
    unit, digits = "u" * 50, "1" * 30

    assert read_quantity(quantity(1, unit), TEST, KNOWLEDGE).shown == f"1 {unit[:40]}"
    assert read_string("x" * 50, "", TEST, KNOWLEDGE).shown == "x" * 40
    assert read_quantity(quantity(digits, "U/L"), TEST, KNOWLEDGE).shown == f"{digits[:20]} U/L"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.12345678, "0.12345678 U/L"),
        (0.123456789, "0.12 U/L"),
        (28.999999999, "28.99 U/L"),
        (1e15 + 0.5, "1000000000000000.50 U/L"),
        (1e16, "1e+16 U/L"),
        (123456789.5, "123456789.50 U/L"),
        (True, "U/L"),
        (28, "28 U/L"),
    ],
)
def test_a_float_of_more_than_ten_characters_is_shown_to_two_decimals(
    value: Any, shown: str
) -> None:
    assert read_quantity(quantity(value), TEST, KNOWLEDGE).shown == shown


@pytest.mark.parametrize(("characters", "is_read"), [(64, True), (65, False)])
def test_a_code_is_cut_at_sixty_four_characters(characters: int, is_read: bool) -> None:
    ((_, spelled),) = spellings("loinc", "1" * characters)

    assert (spelled == "1" * characters) is is_read


@pytest.mark.parametrize(("characters", "is_read"), [(256, True), (257, False)])
def test_the_address_of_a_system_is_cut_at_256_characters(characters: int, is_read: bool) -> None:
    address = "x" * characters

    assert (system_key(address) == address) is is_read
