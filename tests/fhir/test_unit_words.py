"""An activity per volume is understood, whatever words it is written in, and nothing else is."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.hpp.knowledge.unit_words import UnitWord
from service.hpp.knowledge.units import LONGEST, MOST_KEPT, Units
from tests.fhir.ask import engine
from tests.fhir.test_units import registry, rows, rows_of

SPELLINGS = tomllib.loads(Path(__file__).with_name("unit_spellings.toml").read_text("utf-8"))
READABLE = [(s, Decimal(g["factor"])) for g in SPELLINGS["readable"] for s in g["spellings"]]
UNREADABLE = [text for group in SPELLINGS["unreadable"] for text in group["spellings"]]
PUBLIC = [
    text
    for group in (*SPELLINGS["readable"], *SPELLINGS["unreadable"])
    if group["source"] != "variant"
    for text in group["spellings"]
]
UNITS = engine().knowledge.units

# Activity per volume to UCUM, and not to us, with the reason.
LEFT_UNREAD = {
    "umol/L/h": "an hour is 60 minutes: the factor has no end, and a limit could be missed",
    "nmol/h/L": "the same",
    "nmol/l/h": "the same",
    "pmol/h/mL": "the same",
    "U{25Cel}/L": "measured at 25 degrees: no limit of ours is for that",
    "U/mL{RBCs}": "of packed cells, not of serum",
    "U/L{RBC}": "of packed cells, not of serum",
    "kU/L{class}": "an allergy class",
    "10*3.U/L": "numbers are no words of a unit",
    "U/L/1.37": "the same",
    "MU/L": "mega by its capital, milli by what laboratories report",
    "Mkat/L": "the same",
    "EU/mL": "an exa-unit to UCUM, an endotoxin unit to everybody else",
}
# Nobody measures in a million litres: ML is mL in capitals, as the source of the spelling says.
READ_OTHERWISE = {"U/ML"}


def factor(written: str) -> Decimal | None:
    return UNITS.factor("activity", written)


def by_ucum(written: str) -> float | None:
    """What UCUM makes of it in U/L; None where it is no UCUM or no activity per volume."""
    try:
        target = registry().from_ucum("U/L")
        return float(registry().from_ucum(written).to(target.units).magnitude)
    except Exception:  # the parser and pint raise many kinds; any of them means no
        return None


@pytest.mark.hazard("H8")
@pytest.mark.parametrize(("written", "expected"), READABLE)
def test_an_activity_per_volume_is_understood(written: str, expected: Decimal) -> None:
    assert expected == factor(written)


@pytest.mark.hazard("H8")
@pytest.mark.parametrize("written", UNREADABLE)
def test_what_is_no_activity_per_volume_never_passes(written: str) -> None:
    assert factor(written) is None


def test_the_spellings_are_many_and_of_public_data() -> None:
    assert len(set(PUBLIC)) >= 150
    assert len(UNREADABLE) >= 100


@pytest.mark.hazard("H8")
@pytest.mark.parametrize(("written", "expected"), READABLE)
def test_respellings_change_nothing(written: str, expected: Decimal) -> None:
    """Width and blanks, around the signs and around the whole, and small letters."""
    wide = written.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
    spaced = written.replace("/", " / ").replace("·", " · ").replace("(", " ( ")
    respelt = (wide, spaced, f"\u00a0{written} ", written.lower())

    assert {expected} == {factor(text) for text in respelt}


@pytest.mark.hazard("H8")
@pytest.mark.parametrize(("written", "expected"), READABLE)
def test_capitals_change_nothing_but_where_m_could_be_mega(written: str, expected: Decimal) -> None:
    actual = factor(written.upper())

    assert actual in (expected, None)
    assert actual == expected or written.lstrip("[")[0].lower() in "mpｍм"


@pytest.mark.hazard("H8")
def test_a_spelling_that_ucum_reads_has_the_factor_of_ucum() -> None:
    """Whatever UCUM takes for an activity per volume is read alike, or left with a reason."""
    texts = [*READABLE, *((text, None) for text in UNREADABLE)]
    judged = {text: (ours, theirs) for text, ours in texts if (theirs := by_ucum(text)) is not None}
    unread = {text for text, (ours, _) in judged.items() if ours is None}

    assert set(LEFT_UNREAD) == unread
    assert len(judged) - len(unread) >= 30
    for text, (ours, theirs) in judged.items():
        assert (
            ours is None
            or text in READ_OTHERWISE
            or float(ours) == pytest.approx(theirs, rel=1e-12)
        )


ATOMS = (
    "U",
    "mU",
    "kU",
    "kat",
    "ukat",
    "nkat",
    "mol",
    "umol",
    "nmol",
    "min",
    "s",
    "L",
    "mL",
    "dL",
    "g",
)
terms = st.tuples(st.sampled_from(ATOMS), st.sampled_from(("", "", "", "-1", "2")))
powers = terms.map("".join)
expressions = st.recursive(
    powers,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("./"), powers).map("".join),
        st.tuples(powers, st.sampled_from("./"), inner.map("({})".format)).map("".join),
    ),
    max_leaves=4,
)


@pytest.mark.hazard("H8")
@given(expressions)
def test_no_expression_is_read_otherwise_than_ucum_reads_it(written: str) -> None:
    """Products, quotients, powers and brackets of units: what is read has the factor of UCUM."""
    ours = factor(written)

    assert ours is None or float(ours) == pytest.approx(by_ucum(written), rel=1e-12)


VOLUMES = ("L", "dL", "mL", "uL")
ENZYMES = ("U", "mU", "kU", "uU", "nU", "kat", "mkat", "ukat", "nkat", "pkat")
AMOUNTS = ("mol", "mmol", "umol", "nmol", "pmol")
ORDERS = ("{}/{}/{}", "{0}/{2}/{1}", "{}/({}.{})", "{}.{}-1.{}-1", "{}/{}.{}-1")


@pytest.mark.hazard("H8")
@pytest.mark.parametrize(
    "written",
    [
        *(
            form.format(*pair)
            for form in ("{}/{}", "{}.{}-1")
            for pair in product(ENZYMES, VOLUMES)
        ),
        *(
            form.format(amount, time, volume)
            for form in ORDERS
            for amount, time, volume in product(AMOUNTS, ("s", "min"), VOLUMES)
        ),
    ],
)
def test_every_multiple_per_volume_is_read_as_ucum_reads_it(written: str) -> None:
    assert float(factor(written) or 0) == pytest.approx(by_ucum(written), rel=1e-12)


@given(st.text(max_size=20))
def test_no_text_stops_the_reading(written: str) -> None:
    factor(written)


def test_a_long_text_is_no_unit() -> None:
    assert factor("U/L" + " " * (LONGEST - 3)) == 1
    assert factor("U/L" + " " * LONGEST) is None


def test_only_units_are_kept_and_only_so_many() -> None:
    """What people typed is not kept, and what was kept once gives the same answer again."""
    units: Any = Units(*content())
    for unit, before, behind in product(("U", "IU"), range(28), range(28)):
        assert units.factor("activity", f"{unit}{' ' * before}/{' ' * behind}L") == 1
        assert units.factor("activity", f"{unit}{' ' * before}/{behind}") is None
    assert 0 < len(units._kept) + len(units._unread) <= MOST_KEPT < 2 * 28 * 28
    assert all("L" in written for _, written in units._kept)


def content() -> tuple[dict[tuple[str, str], Decimal], list[UnitWord]]:
    """units.csv and unit_words.csv as shipped."""
    words = [
        UnitWord(row["kind"], row["word"], tuple(row["prefixes"].split()), Decimal(row["factor"]))
        for row in rows_of("unit_words.csv")
    ]
    return {row[:2]: row[2] for row in rows()}, words


def test_no_word_has_two_worths() -> None:
    """m and cu, mc and u: two ways to read one word would be two factors."""
    words = content()[1]
    prefixes = {row.word: row.factor for row in words if row.kind == "prefix"}
    worth: dict[str, set[tuple[str, Decimal]]] = {}
    for row in words:
        if row.kind in ("activity", "amount", "time", "volume"):
            for prefix in ("", *row.prefixes):
                key = (prefix + row.word).replace(" ", "")
                meant = (row.kind, prefixes.get(prefix, Decimal(1)) * row.factor)
                worth.setdefault(key, set()).add(meant)

    assert {word: meant for word, meant in worth.items() if len(meant) > 1} == {}


MEASURED = [
    ("calcium", "MG/DL", "mg/dL"),
    ("calcium", "milligrams per deciliter", "mg/dL"),
    ("calcium", "ｍｇ／ｄｌ", "mg/dL"),
    ("magnesium", "mEq / L", "mEq/L"),
    ("magnesium", "MMOL/L", "mmol/L"),
    ("tsh", "mcIU/mL", "uIU/mL"),
    ("tsh", "µ[iU]/mL", "uIU/mL"),
    ("tsh", "MU/L", "mU/L"),
    ("pyridoxal_phosphate", "mcg/L", "ug/L"),
    ("pyridoxal_phosphate", "NG/ML", "ng/mL"),
    ("zinc", "mcg/dL", "ug/dL"),
    ("zinc", "μmol/ℓ", "umol/L"),
    ("cobalamin", "PG/ML", "pg/mL"),
    ("folate", "ng/ml", "ng/mL"),
    ("calcidiol", "nmol/litre", "nmol/L"),
    ("filtration", "mL/min/1.73 m²", "mL/min/1.73m2"),
    ("filtration", "ml/min/1,73㎡", "mL/min/1.73m2"),
    ("filtration", "mL/min per 1.73 m^2", "mL/min/1.73m2"),
    ("filtration", "mL/min/{1.73}m2", "mL/min/1.73m2"),
    ("filtration", "ml/分/1.73㎡", "mL/min/1.73m2"),
    ("protein", "G/DL", "g/dL"),
]


@pytest.mark.parametrize(("measure", "written", "listed"), MEASURED)
def test_a_respelling_of_a_listed_unit_is_worth_the_same(
    measure: str, written: str, listed: str
) -> None:
    assert UNITS.factor(measure, listed) is not None
    assert UNITS.factor(measure, written) == UNITS.factor(measure, listed)


@pytest.mark.hazard("H8")
@pytest.mark.parametrize(
    ("measure", "written"),
    [
        ("calcium", "Mmol/L"),
        ("calcium", "Mg/dL"),
        ("calcium", "mg/g"),
        ("calcium", "mmol/24h"),
        ("calcium", "U/L"),
        ("protein", "G/L"),
        ("protein", "mg/g{creat}"),
        ("zinc", "ug/dL{RBC}"),
        ("zinc", "ug/g"),
        ("cobalamin", "pg/mL{FEU}"),
        ("folate", "ng/mL RBC"),
        ("filtration", "mL/min/m2"),
        ("filtration", "mL/s"),
        ("calcidiol", "nmol/mL"),
        ("calcidiol", ""),
        ("tsh", "U/L"),
    ],
)
def test_a_unit_of_something_else_is_worth_nothing(measure: str, written: str) -> None:
    assert UNITS.factor(measure, written) is None


def test_spellings_that_fold_alike_are_worth_the_same() -> None:
    listed = content()[0]
    folded: dict[tuple[str, str], set[Decimal]] = {}
    for (measure, spelling), worth in listed.items():
        folded.setdefault((measure, UNITS._fold(spelling)), set()).add(worth)

    assert all(len(worths) == 1 for worths in folded.values())
    assert all(text for _, text in folded)


def test_every_listed_activity_is_read_alike_by_its_words() -> None:
    table, words = content()
    by_words = Units({}, words)
    listed = {text: worth for (measure, text), worth in table.items() if measure == "activity"}

    assert listed == {text: by_words.factor("activity", text) for text in listed}
