"""What an informatics team does with the command: begin, check, compare, accept, sign."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_commands import hpp_cds


@pytest.fixture
def site(tmp_path: Path) -> Path:
    assert hpp_cds("init", str(tmp_path / "site")).returncode == 0
    return tmp_path / "site"


def run(site: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    return hpp_cds(*words, "--config", str(site / "hpp-cds.toml"))


def test_a_first_folder_runs_and_is_never_written_over(site: Path) -> None:
    checked, again = run(site, "check", "--strict"), hpp_cds("init", str(site))

    assert checked.returncode == 0
    assert b"stories and 2 cases of this site; none not as expected" in checked.stdout
    assert again.returncode == 78
    assert b"is there already; nothing was written" in again.stderr


def test_check_shows_which_stories_differ_and_fails_only_when_strict(site: Path) -> None:
    change = '[[change]]\nid = "10-single-low"\noff = true\nreason = "agreed"\n'
    (site / "decision_table.toml").write_text(change)
    shown, strict = run(site, "check"), run(site, "check", "--strict", "--json")
    report = json.loads(strict.stdout)

    assert (shown.returncode, strict.returncode) == (0, 78)
    assert b"switched off: decision_table.toml: row 10-single-low" in shown.stdout
    assert {d["what"] for d in report["differences"]} == {"status", "cards"}
    assert any(d["story"] == "single-low" for d in report["differences"])


def test_a_case_that_is_answered_otherwise_is_named(site: Path) -> None:
    case = site / "cases" / "normal-alp.toml"
    case.write_text(case.read_text().replace("alpNotLow", "hppSuspected"))
    (site / "cases" / "lonely.json").write_text("{}")

    assert b"lonely.json: has no cases/lonely.toml beside it" in run(site, "check").stderr
    (site / "cases" / "lonely.json").unlink()
    (site / "cases" / "other.yaml").write_text("")
    assert b"other.yaml: is no case: a case is NAME.json" in run(site, "check").stderr
    (site / "cases" / "other.yaml").unlink()
    (line,) = [x for x in run(site, "check").stdout.splitlines() if x.startswith(b"cases/")]
    assert line.split() == [b"cases/normal-alp", b"verdict", b"hppSuspected", b"alpNotLow"]


def test_what_is_in_force_what_differs_and_what_was_accepted(site: Path) -> None:
    (site / "thresholds.toml").write_text(
        '[adult_low_default]\nvalue = 32\nunit = "U/L"\nsource = "ours"\n'
    )
    shown = run(site, "content", "show", "adult_low_default").stdout.decode()

    assert "adult_low_default.value = 32  (shipped: 35)  [site thresholds.toml line 2]" in shown
    assert b"not accepted yet" in run(site, "content", "diff").stdout
    assert b"2 entries accepted" in run(site, "content", "accept").stdout
    assert b"not accepted yet" not in run(site, "content", "diff").stdout
    assert (
        b"did you mean adult_low_default?"
        in run(site, "content", "show", "adult_low_defalt").stderr
    )


def test_a_signature_holds_until_the_file_changes(site: Path) -> None:
    signed = run(site, "content", "sign", "codes/local.csv", "--reviewer", "Dr A. Example")
    before = run(site, "check").stdout
    with (site / "codes" / "local.csv").open("a") as codes:
        codes.write("remove,alp_total,loinc,1783-0,,,not measured here\n")
    after = run(site, "check").stdout

    assert signed.returncode == 0
    assert b"codes/local.csv: not signed" not in before
    assert b"codes/local.csv: not signed; changed since Dr A. Example" in after


def test_a_shipped_file_is_printed_as_it_is() -> None:
    text = hpp_cds("content", "export", "thresholds.toml").stdout.decode()

    assert text == Path("service/hpp/knowledge/thresholds.toml").read_text("utf-8")
    assert b"did you mean thresholds.toml?" in hpp_cds("content", "export", "threshold.toml").stderr


@pytest.mark.hazard("O6", "W12")
@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"HPP_CDS_CONF": "hpp-cds.toml"}, "environment: HPP_CDS_CONF: is not a variable of ours; "
         "did you mean HPP_CDS_CONFIG?"),
        ({"HPP_CDS_CONFIG": '"hpp-cds.toml"'}, "write HPP_CDS_CONFIG without quotes"),
        ({"HPP_CDS_CONFIG": "."}, "is a folder; name the file in it"),
    ],
)  # fmt: skip
def test_a_variable_that_is_nearly_right_is_no_silent_default(
    tmp_path: Path, environment: dict[str, str], said: str
) -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "service", "check"],
        env={**os.environ, **environment, "PYTHONPATH": str(Path.cwd())},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert (shown.returncode, said in shown.stderr) == (78, True)
    assert "Traceback" not in shown.stderr


KEYS = "[[clients]]\nname = 'a'\nissuer = 'https://a.example'\nfhir_base = 'https://a.example/f'\n"
SITE = "[site]\npublic_base_url = 'https://cds.example.org'\n"


@pytest.mark.hazard("O6", "A12")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("-----BEGIN PUBLIC KEY-----\n", "it is PEM, and not a JWK set"),
        ("-----BEGIN RSA PRIVATE KEY-----\n", "it is a private key, which stays with its owner"),
        ("0x", "it is a certificate or key in DER"),
        ("", "it is empty"),
        ('{"keys": [{"kty": "oct", "kid": "a"}]}', "RS384 with an RSA key or ES384"),
        ('[{"kty": "EC"}]', 'it is not a JWK set, which is {"keys": [...]}'),
        ("nothing", "it is not JSON"),
        ('{"kty": "EC"}', 'it is one JWK; put it in {"keys": [...]}'),
        ('{"keys": []}', "the set is empty"),
        (None, "is not there"),
    ],
)
def test_a_key_file_that_is_none_says_what_it_is(
    tmp_path: Path, text: str | None, said: str
) -> None:
    if text is not None:
        (tmp_path / "keys").write_text(text)
    (tmp_path / "hpp-cds.toml").write_text(f"{SITE}{KEYS}jwks = 'keys'\n")
    shown = run(tmp_path, "check", "--offline")
    (line,) = shown.stderr.decode().splitlines()

    assert (shown.returncode, line.startswith("hpp-cds.toml: clients[1].jwks: ")) == (78, True)
    assert said in line


def test_a_key_set_that_cannot_be_had_now_is_seen(tmp_path: Path) -> None:
    text = f"{SITE}{KEYS}jwks = 'https://keys.invalid/set'\n"
    (tmp_path / "hpp-cds.toml").write_text(text + f"[store]\n# {tmp_path}\n")

    assert b"KEYS CANNOT BE HAD NOW" in run(tmp_path, "check").stdout
    assert b"(not asked)" in run(tmp_path, "check", "--offline").stdout


@pytest.mark.hazard("O6")
def test_a_data_folder_that_cannot_be_written_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "hpp-cds.toml").write_text("[site]\ndata_dir = 'file/data'\n")
    shown = run(tmp_path, "check")

    assert shown.returncode == 78
    assert shown.stderr.startswith(b"hpp-cds.toml: site.data_dir: ")
