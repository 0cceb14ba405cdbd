"""Value sets to a terminology server and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.codesystem import CodeSystem
from fhir.resources.R4B.valueset import ValueSet

from tests.cli.test_commands import hpp_cds

LOINC = "http://loinc.org"


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fhir")
    assert hpp_cds("codes", "export", "--fhir", str(folder)).returncode == 0
    return folder


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def test_every_group_verdict_and_reason_is_a_valid_resource(exported: Path) -> None:
    sets = {path.name: ValueSet.model_validate(read(path)) for path in exported.glob("ValueSet-*")}
    systems = {p.name: CodeSystem.model_validate(read(p)) for p in exported.glob("CodeSystem-*")}

    assert set(systems) == {"CodeSystem-verdicts.json", "CodeSystem-override-reasons.json"}
    assert {"ValueSet-alp-total.json", "ValueSet-bp-alendronate.json"} <= set(sets)
    total = read(exported / "ValueSet-alp-total.json")
    assert {"code": "6768-6", "display": "ALP SerPl-cCnc"} in total["compose"]["include"][0][
        "concept"
    ]


def expansion(*contains: dict[str, Any]) -> str:
    return json.dumps({"resourceType": "ValueSet", "expansion": {"contains": list(contains)}})


def test_an_expansion_becomes_rows_of_what_is_new(tmp_path: Path) -> None:
    """Known codes and codes of another group are counted, and inactive ones left out."""
    (tmp_path / "set.json").write_text(
        expansion(
            {"system": LOINC, "code": "6768-6", "display": "ALP"},
            {"system": LOINC, "code": "1777-2", "display": "bone ALP"},
            {"system": LOINC, "code": "99999-5", "display": "new",
             "contains": [{"system": LOINC, "code": "88888-9", "inactive": True}]},
            {"system": "http://other.example", "code": "X"},
        )
    )  # fmt: skip
    shown = hpp_cds(
        "codes", "import", "--valueset", str(tmp_path / "set.json"), "--group", "alp_total"
    )

    assert shown.returncode == 0
    assert shown.stdout.decode().splitlines() == [
        "action,group,system,code,display,unit,note",
        "add,alp_total,http://loinc.org,99999-5,new,,from set.json",
    ]
    assert b"1777-2 bone ALP is of alp_bone here" in shown.stderr
    assert b"1 new, 1 known, 1 in conflict, 1 of an unknown system" in shown.stderr


def test_what_was_exported_is_known_when_it_comes_back(exported: Path) -> None:
    file = str(exported / "ValueSet-bp-alendronate.json")
    shown = hpp_cds("codes", "import", "--valueset", file, "--group", "bp_alendronate")

    assert len(shown.stdout.splitlines()) == 1
    assert b"0 new" in shown.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "is not a FHIR ValueSet"),
        ("<ValueSet/>", "is not JSON"),
        (expansion(), "lists no code; ask the terminology server for its expansion"),
    ],
)
def test_a_file_that_lists_no_codes_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "x.json").write_text(text)
    shown = hpp_cds(
        "codes", "import", "--valueset", str(tmp_path / "x.json"), "--group", "alp_total"
    )

    assert (shown.returncode, said in shown.stderr.decode()) == (78, True)
