"""A PLP of a laboratory elsewhere has often no code that anyone maps, only its name."""

from __future__ import annotations

import pytest

from tests.fhir.ask import answer, said
from tests.fhir.build import Json, bundle, lab, request


def verdict_beside(name: str) -> str:
    """With two lows; a raised PLP makes them probable."""
    result: Json = lab({"text": name}, 300, "nmol/L")
    found: str = said(answer(request(labs=bundle(result))))["verdict"]
    return found


@pytest.mark.parametrize(
    "name",
    [
        "Vitamin B6 (Pyridoxal 5-Phosphate)",
        "Pyridoxal 5'-Phosphate",
        "PYRIDOXAL 5-PHOSPHATE (PLP), P",
        "Pyridoxal-5-phosphate",
        "pyridoxal phosphate",
    ],
)
def test_plp_by_name(name: str) -> None:
    assert verdict_beside(name) == "hppProbable"


@pytest.mark.parametrize(
    "name", ["Vitamin B6", "Pyridoxine", "Pyridoxic Acid (PA), P", "Pyridoxal", "Phosphate"]
)
def test_what_may_be_all_of_vitamin_b6_is_no_plp(name: str) -> None:
    assert verdict_beside(name) == "hppSuspected"
