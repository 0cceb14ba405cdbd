"""CSV extracts of a warehouse say the same as the resources of an export."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.content.faults import Faulty
from service.replay.run import Plan, replay
from service.settings import Settings
from tests.replay.test_run import run

PATIENTS = "patient,birth_date,sex\np,1960-01-01,F\n"
RESULTS = (
    "patient,system,code,name,value,unit,low,taken\n"
    "p,http://loinc.org,6768-6,ALP,22,U/L,35,2018-01-05\n"
    'p,,,Alkaline phosphatase,"<20",U/L,35,2019-01-05\n'
)
ORDERS = "patient,name,ordered\np,alendronate 70 mg,2019-06-01\np,aspirin,2019-06-02\n"


def extracts(folder: Path, **files: str) -> Path:
    folder.mkdir()
    for name, text in {"patients": PATIENTS, "results": RESULTS, "orders": ORDERS, **files}.items():
        ending = ".toml" if name == "mapping" else ".csv"
        (folder / f"{name}{ending}").write_text(text, "utf-8")
    return folder


def test_extracts_with_our_columns_are_judged(tmp_path: Path) -> None:
    (row,) = run(extracts(tmp_path / "site"), tmp_path / "out")

    assert row["verdict"] == "hppSuspected"
    assert [item["u_per_l"] for item in row["alp"]] == [22.0, 20.0]


def test_a_mapping_names_a_site_s_own_files_and_columns(tmp_path: Path) -> None:
    mapping = """
        [results]
        file = "LABS.csv"
        patient = "PAT_ID"
        name = "TEST"
        value = "RESULT"
        taken = "DRAWN"
        unit = { value = "U/L" }
    """
    folder = extracts(tmp_path / "site", mapping=mapping)
    (folder / "results.csv").unlink()
    labs = "PAT_ID,TEST,RESULT,DRAWN\np,ALP,22,2018-01-05\np,ALP,21,2019-01-05\n"
    (folder / "LABS.csv").write_text(labs)
    (row,) = run(folder, tmp_path / "out")

    assert row["verdict"] == "hppSuspected"


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        (
            '[result]\nfile = "x"',
            "mapping.toml: result: is not a table here; did you mean results?",
        ),
        ('[results]\nvalues = "x"', "results.values: is not a column here; did you mean value?"),
        ('[results]\ncode = "CODES"', "results.csv: CODES: is not a column"),
        ('[results]\nfile = "x.csv"', "x.csv: results: is not there"),
        ("[results", "mapping.toml: is not TOML"),
    ],
)
def test_a_mistake_is_named_by_file_and_key(tmp_path: Path, mapping: str, said: str) -> None:
    folder = extracts(tmp_path / "site", mapping=mapping)

    with pytest.raises(Faulty) as caught:
        replay(Plan(folder, tmp_path / "out", Settings()))
    assert said in str(caught.value)
