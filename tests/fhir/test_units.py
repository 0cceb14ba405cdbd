"""The unit table against UCUM, and that the spelling of a unit never changes a value."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ucumvert import PintUcumRegistry  # type: ignore[import-untyped]

from service.fhir.units import Reading, read_quantity, read_string
from tests.fhir.ask import engine

# The unit a measure is judged in, as UCUM writes it.
JUDGED_IN = {
    "activity": "U/L",
    "potassium": "mmol/L",
    "calcium": "mmol/L",
    "magnesium": "mmol/L",
    "tsh": "m[IU]/L",
    "pyridoxal_phosphate": "nmol/L",
    "protein": "g/L",
    "zinc": "umol/L",
    "cobalamin": "pmol/L",
    "folate": "nmol/L",
    "calcidiol": "nmol/L",
    "filtration": "mL/min/{1.73_m2}",
    "body_mass_index": "kg/m2",
}
# g/mol, for factors between mass and amount, which UCUM cannot know.
MOLAR_MASS = {
    "calcium": 40.078,
    "magnesium": 24.305,
    "pyridoxal_phosphate": 247.14,
    "zinc": 65.38,
    "cobalamin": 1355.37,
    "folate": 441.40,
    "calcidiol": 400.64,
}

NOT_UCUM = "not a UCUM expression: a spelling or a display that real records use"
ARBITRARY = "an international unit is an arbitrary unit in UCUM, which converts to nothing else"
VALENCE = "UCUM takes one equivalent for one mole; this ion carries two charges"
MOLAR = "mass to amount: only the molar mass of the substance converts it"
AREA = "strict UCUM reads the 73.m2 as a multiplication"

# Every spelling that ucumvert cannot judge, with the reason.
BEYOND_UCUM: dict[str, dict[str, tuple[str, ...]]] = {
    NOT_UCUM: {
        "activity": (
            "IU/L", "IU/l", "UNITS/L", "Units/L", "units/L", "unit per liter", "units per liter",
            "unit per litre", "units per litre", "enzyme unit per liter",
            "international unit per liter", "µkat/L", "µkat/l", "μkat/L", "μkat/l",
            "microkatal per liter", "nanokatal per liter",
        ),
        "potassium": ("mEq/L", "millimole per liter", "milliequivalent per liter"),
        "calcium": ("mEq/L", "millimole per liter", "milligram per deciliter"),
        "magnesium": ("mEq/L", "millimole per liter", "milligram per deciliter"),
        "tsh": (
            "mIU/L", "uIU/mL", "µIU/mL", "μIU/mL", "mUI/L", "uUI/mL",
            "milli international unit per liter", "micro international unit per milliliter",
        ),
        "pyridoxal_phosphate": (
            "µg/L", "μg/L", "nanomole per liter", "microgram per liter", "nanogram per milliliter",
        ),
        "protein": ("gram per liter", "gram per deciliter", "milligram per deciliter"),
        "zinc": (
            "µmol/L", "μmol/L", "µg/dL", "μg/dL", "micromole per liter", "microgram per deciliter",
        ),
        "cobalamin": ("picomole per liter", "picogram per milliliter", "nanogram per liter"),
        "folate": ("nanomole per liter", "nanogram per milliliter", "microgram per liter"),
        "calcidiol": ("nanomole per liter", "nanogram per milliliter", "microgram per liter"),
        "filtration": (
            "mL/min/1.73_m2", "mL/min/1.73m2", "mL/min/1.73 m2", "mL/min/1.73m*2", "mL/分/1.73m2",
            "milliliter per minute per 1.73 square meter",
        ),
        "body_mass_index": ("kilogram per square meter",),
    },
    ARBITRARY: {
        "activity": ("[IU]/L", "[IU]/l", "[iU]/L"),
        "tsh": ("mU/L", "uU/mL"),
    },
    VALENCE: {"calcium": ("meq/L",), "magnesium": ("meq/L",)},
    MOLAR: {
        "calcium": ("mg/dL", "mg/dl", "mg/L"),
        "magnesium": ("mg/dL", "mg/dl", "mg/L"),
        "pyridoxal_phosphate": ("ug/L", "ng/mL"),
        "zinc": ("ug/dL", "ug/L", "ug/mL", "mg/L"),
        "cobalamin": ("pg/mL", "ng/L"),
        "folate": ("ng/mL", "ug/L"),
        "calcidiol": ("ng/mL", "ug/L"),
    },
    AREA: {"filtration": ("mL/min/1.73.m2",)},
}  # fmt: skip


def rows_of(file: str) -> Iterator[dict[str, str]]:
    text = files("service.hpp.knowledge").joinpath(file).read_text("utf-8")
    yield from csv.DictReader(text.splitlines())


def rows() -> Iterator[tuple[str, str, Decimal]]:
    for row in rows_of("units.csv"):
        yield row["measure"], row["spelling"], Decimal(row["factor"])


def of_reason(*reasons: str) -> set[tuple[str, str]]:
    return {
        (measure, spelling)
        for reason in reasons
        for measure, spellings in BEYOND_UCUM[reason].items()
        for spelling in spellings
    }


BEYOND = of_reason(*BEYOND_UCUM)
JUDGED = [row for row in rows() if row[:2] not in BEYOND]
BY_MASS = [row for row in rows() if row[:2] in of_reason(MOLAR)]


@cache
def registry() -> Any:
    return PintUcumRegistry()


@pytest.mark.hazard("H8")
@pytest.mark.parametrize(("measure", "spelling", "factor"), JUDGED)
def test_a_ucum_spelling_has_the_factor_of_ucum(
    measure: str, spelling: str, factor: Decimal
) -> None:
    """Every spelling that is UCUM and convertible."""
    target = registry().from_ucum(JUDGED_IN[measure])
    actual = registry().from_ucum(spelling).to(target.units).magnitude

    assert float(factor) == pytest.approx(actual, rel=1e-12)


@pytest.mark.parametrize(("measure", "spelling", "factor"), BY_MASS)
def test_a_factor_between_mass_and_amount_is_that_of_the_molar_mass(
    measure: str, spelling: str, factor: Decimal
) -> None:
    """Rounded as laboratories round it: within half a percent."""
    ucum = registry()
    molar = ucum.from_ucum("g/mol") * MOLAR_MASS[measure]
    target = ucum.from_ucum(JUDGED_IN[measure])
    actual = (ucum.from_ucum(spelling) / molar).to(target.units).magnitude

    assert float(factor) == pytest.approx(actual, rel=0.005)


@pytest.mark.parametrize(("measure", "spelling"), sorted(of_reason(VALENCE)))
def test_an_equivalent_of_a_twofold_ion_is_half_a_mole(measure: str, spelling: str) -> None:
    factors = {row[:2]: row[2] for row in rows()}

    assert Decimal("0.5") == factors[measure, spelling]


# The UCUM spelling that a spelling of real records stands for.
TWINS = {
    "IU/L": "U/L", "IU/l": "U/L", "[IU]/L": "U/L", "[IU]/l": "U/L", "[iU]/L": "U/L",
    "UNITS/L": "U/L", "Units/L": "U/L", "units/L": "U/L",
    "unit per liter": "U/L", "units per liter": "U/L", "unit per litre": "U/L",
    "units per litre": "U/L", "enzyme unit per liter": "U/L",
    "international unit per liter": "U/L", "microkatal per liter": "ukat/L",
    "nanokatal per liter": "nkat/L", "mEq/L": "meq/L", "mIU/L": "m[IU]/L",
    "uIU/mL": "u[IU]/mL", "mU/L": "m[IU]/L", "uU/mL": "u[IU]/mL",
    "mUI/L": "m[IU]/L", "uUI/mL": "u[IU]/mL", "milli international unit per liter": "m[IU]/L",
    "micro international unit per milliliter": "u[IU]/mL", "millimole per liter": "mmol/L",
    "milliequivalent per liter": "meq/L", "milligram per deciliter": "mg/dL",
    "nanomole per liter": "nmol/L", "microgram per liter": "ug/L",
    "nanogram per milliliter": "ng/mL", "gram per liter": "g/L", "gram per deciliter": "g/dL",
    "micromole per liter": "umol/L", "microgram per deciliter": "ug/dL",
    "picomole per liter": "pmol/L", "picogram per milliliter": "pg/mL",
    "nanogram per liter": "ng/L", "kilogram per square meter": "kg/m2",
    "mL/min/1.73m*2": "mL/min/{1.73_m2}", "mL/分/1.73m2": "mL/min/{1.73_m2}",
    "milliliter per minute per 1.73 square meter": "mL/min/{1.73_m2}",
    "mL/min/1.73_m2": "mL/min/{1.73_m2}", "mL/min/1.73m2": "mL/min/{1.73_m2}",
    "mL/min/1.73 m2": "mL/min/{1.73_m2}", "mL/min/1.73.m2": "mL/min/{1.73_m2}",
}  # fmt: skip


@pytest.mark.parametrize(("measure", "spelling"), sorted(of_reason(NOT_UCUM, ARBITRARY, AREA)))
def test_a_spelling_beyond_ucum_has_the_factor_of_its_ucum_twin(
    measure: str, spelling: str
) -> None:
    """Micro signs, displays and local spellings are worth what the UCUM spelling is worth."""
    factors = {row[:2]: row[2] for row in rows()}
    plain = spelling.replace("µ", "u").replace("μ", "u")

    assert factors[measure, TWINS.get(plain, plain)] == factors[measure, spelling]


def test_what_ucum_cannot_judge_is_listed_and_nothing_else() -> None:
    """A new row is either checked against UCUM or listed here with its reason."""
    known = {row[:2] for row in rows()}
    unjudged = {row[:2] for row in rows() if not _convertible(row[0], row[1])}

    assert set() == BEYOND - known
    assert unjudged | of_reason(VALENCE) == BEYOND


def _convertible(measure: str, spelling: str) -> bool:
    try:
        target = registry().from_ucum(JUDGED_IN[measure])
        registry().from_ucum(spelling).to(target.units)
    except Exception:  # the parser and pint raise many kinds; any of them means no
        return False
    return True


def test_no_unit_is_listed_twice_for_a_measure() -> None:
    listed = [row[:2] for row in rows()]

    assert len(set(listed)) == len(listed)


KNOWLEDGE = engine().knowledge


def read_alp(value: object, unit: str) -> Reading:
    written = {"value": value, "unit": unit, "code": unit}
    return read_quantity(written, KNOWLEDGE.tests["alp_total"], KNOWLEDGE)


# Start from ukat/L: a whole number of U/L is no finite number of katal.
activities = st.integers(min_value=1, max_value=200_000).map(lambda n: Decimal(n) / 1000)


@pytest.mark.hazard("H8")
@given(activities)
def test_one_activity_reads_the_same_in_every_unit(microkatals: Decimal) -> None:
    """The same enzyme, written in ukat/L, nkat/L and U/L, is the same exact number."""
    expected = microkatals * 60
    written = {
        "ukat/L": microkatals,
        "µkat/L": microkatals,
        "μkat/L": microkatals,
        "nkat/L": microkatals * 1000,
        "U/L": expected,
        "[IU]/L": expected,
        "mU/mL": expected,
    }
    actual = {read_alp(f"{value:f}", unit).value for unit, value in written.items()}

    assert {expected} == actual


@given(activities)
def test_one_activity_reads_the_same_as_number_and_as_string(microkatals: Decimal) -> None:
    """JSON numbers arrive as binary floats; their shortest writing is what was meant."""
    actual = read_alp(float(microkatals), "ukat/L").value

    assert read_alp(f"{microkatals:f}", "ukat/L").value == actual


@pytest.mark.hazard("H8")
@given(st.text(max_size=12))
def test_a_unit_that_is_not_understood_makes_the_value_unusable_and_is_named(unit: str) -> None:
    """Never guessed; blanks around a spelling do not count."""
    known = KNOWLEDGE.units.factor("activity", unit.strip()) is not None
    reading = read_alp(28, unit)

    assert known is (reading.value is not None)
    assert reading.problem == ("" if known else "unit" if unit.strip() else "no-unit")
    assert reading.shown == f"28 {unit.strip()}".strip()


@pytest.mark.hazard("H8")
@pytest.mark.parametrize(
    ("code", "unit", "expected"),
    [
        ("U/L", "ukat/L", "unit-conflict"),
        ("U/L", "U/mL", "unit-conflict"),
        ("U/L", "mg/dL", "unit-conflict"),
        ("U/L", "MG/DL", "unit-conflict"),
        ("mmol/L", "U/L", "unit-conflict"),
        ("U/L", "UI/L", ""),
        ("[IU]/L", "IU/L/37℃", ""),
        ("U/L", "enzyme units", ""),
        ("258947003", "U/L", ""),
        ("", "mg/dL", "unit"),
        ("mmol/L", "mmol/L", "unit"),
        ("", "", "no-unit"),
    ],
)
def test_a_code_and_a_text_that_disagree_are_a_problem(code: str, unit: str, expected: str) -> None:
    """A text that is no unit of anything says nothing beside a readable code."""
    written = {"value": 28, "unit": unit, "code": code}
    reading = read_quantity(written, KNOWLEDGE.tests["alp_total"], KNOWLEDGE)

    assert expected == reading.problem
    assert (reading.value == 28) is (expected == "")


@pytest.mark.parametrize("unit", ["MU/L", "U", "L/U", "ukat", "U/L/d", "U L", "U/L (25 °C)"])
def test_units_near_the_known_ones_are_not_taken_for_them(unit: str) -> None:
    assert read_alp(28, unit).problem == "unit"


@pytest.mark.parametrize(
    ("comparator", "expected"),
    [
        ("", ""),
        ("=", ""),
        (None, ""),
        (" ", ""),
        ("<", ""),
        ("<=>", "comparator"),
        (7, "comparator"),
    ],
)
def test_an_empty_comparator_and_an_equals_sign_are_none(comparator: object, expected: str) -> None:
    written = {"value": 28, "unit": "U/L", "comparator": comparator}
    reading = read_quantity(written, KNOWLEDGE.tests["alp_total"], KNOWLEDGE)

    assert expected == reading.problem


@pytest.mark.parametrize(
    ("written", "expected"),
    [("<20 IntlUnit/L", 20), ("<= 0.3 µkat / l", 18), ("< 20 units per litre", 20), ("<20", 20)],
)
def test_a_comparator_and_a_number_are_read_with_their_unit(written: str, expected: int) -> None:
    test = KNOWLEDGE.tests["alp_total"]

    assert expected == read_string(written, "U/L", test, KNOWLEDGE).value


def test_a_very_long_unit_is_shown_cut() -> None:
    assert len(read_alp(28, "U" * 5000).shown) <= len("28 ") + 40


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_is_read_and_shown_in_a_few_characters(value: float) -> None:
    """A float beyond 1e26 with many digits once stopped the whole evaluation."""
    reading = read_alp(value, "U/L")

    assert reading.problem == ("negative" if value < 0 else "")
    assert len(reading.shown) <= len("-1234567890123456.78 U/L")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (28.000000000000004, "28.00 U/L"),
        (2.222222222222e34, "2.22222e+34 U/L"),
        (-1.2345678901234567e300, "-1.23457e+300 U/L"),
        (1.2345678901e-300, "0.00 U/L"),
    ],
)
def test_a_float_of_many_digits_is_shown_short(value: float, expected: str) -> None:
    assert expected == read_alp(value, "U/L").shown
