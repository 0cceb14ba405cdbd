"""Slips in hpp-cds.toml that people make: each fault says how to mend it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from service.commands.check import check_all
from service.trust.key_sets import from_file
from tests.unit.site_folders import written

SITE = '[site]\nmode = "development"\n'
CLIENT = '[[clients]]\nname = "a"\nissuer = "https://a.example"\njwks = "https://a.example/keys"\n'


def said_of(folder: Path, text: str, **files: str) -> list[str]:
    written(folder, {"hpp-cds.toml": text, **files})
    return list(map(str, check_all(folder / "hpp-cds.toml", offline=True).faults))


@pytest.mark.hazard("O6")
@pytest.mark.parametrize(
    ("text", "key", "mend"),
    [
        ("[site]\nport = 8080\n", "site.port", "`hpp-cds serve` by --host and --port"),
        ("[server]\nport = 8080\n", "server", "`hpp-cds serve` by --host and --port"),
        ('time_zone = "UTC"\n', "time_zone", "it belongs under [site]"),
        ("[site]\ndecisions_days = 30\n", "site.decisions_days", "it belongs under [retention]"),
        ("[repeat]\nother = 9\n", "repeat.other", "is not a key here (known: days)"),
        ('[site]\nmode = "dev"\n', "site.mode", "did you mean development?"),
        ('[site]\nmode = "prod"\n', "site.mode", "did you mean production?"),
        (
            f'{SITE}{CLIENT}fhir_url = "https://a.example/r4"\n',
            "clients[1].fhir_url",
            "did you mean fhir_base?",
        ),
        (
            f'{SITE}{CLIENT}jwks_uri = "https://a.example/keys"\n',
            "clients[1].jwks_uri",
            "did you mean jwks?",
        ),
        ('[site]\ntrusted_proxies = "1"\n', "site.trusted_proxies", "write 1 without quotes"),
        ('[feedback]\ncomments = "true"\n', "feedback.comments", "write true without quotes"),
        ('[site]\ndata_dir = "~/x"\n', "site.data_dir", "~ stands for nothing; write it out"),
        ('[site]\ndata_dir = "$HOME/x"\n', "site.data_dir", "$ stands for nothing"),
        (
            '[site]\npublic_base_url = "https://a.example/cds-services"\n',
            "site.public_base_url",
            "does not hold it; write https://a.example",
        ),
        ('[site]\npublic_base_url = "https://a.example "\n', "site.public_base_url", "a blank"),
        (f'{SITE}pid_file = "."\n', "site.pid_file", "is a folder"),
        ('clients = ["a"]\n', "clients", "must be written as [[clients]]"),
        (f'{SITE}{CLIENT}language = "de-DE"\n', "clients[1].language", "did you mean de?"),
        (f'{SITE}{CLIENT}language = "en_US"\n', "clients[1].language", "did you mean en?"),
        (
            f"{SITE}{CLIENT}[clients.show.hpp-order-sgin]\n",
            "clients[1].show.hpp-order-sgin",
            "is not a service; did you mean hpp-order-sign?",
        ),
        (
            f'{SITE}{CLIENT}fhir_base = "https://a.example/r4/metadata"\n',
            "clients[1].fhir_base",
            "ends before /metadata; write https://a.example/r4",
        ),
        (
            f'{SITE}{CLIENT}fhir_base = "https://a.example/r4/Patient/"\n',
            "clients[1].fhir_base",
            "write https://a.example/r4",
        ),
    ],
)
def test_a_slip_is_one_fault_that_says_how_to_mend_it(
    tmp_path: Path, text: str, key: str, mend: str
) -> None:
    (said,) = said_of(tmp_path, text)

    assert said.startswith(f"hpp-cds.toml: {key}: ")
    assert mend in said


def test_a_second_settings_file_beside_the_content_is_said(tmp_path: Path) -> None:
    text = f'{SITE}[content]\ndir = "ours"\n'
    written(tmp_path, {"hpp-cds.toml": text, "ours/hpp-cds.toml": SITE})
    found = check_all(tmp_path / "hpp-cds.toml", offline=True).warnings

    assert any(f"{tmp_path / 'ours' / 'hpp-cds.toml'} is not read" in said for said in found)


def test_a_public_url_that_is_wrong_is_not_called_missing_as_well(tmp_path: Path) -> None:
    (said,) = said_of(tmp_path, f'[site]\npublic_base_url = "https://a b"\n{CLIENT}')

    assert "is missing" not in said


@pytest.mark.hazard("O6", "A12")
@pytest.mark.parametrize(
    "keys",
    [
        '\'{"keys": [{"d": "hidden"}]}\'',
        '"""-----BEGIN PRIVATE KEY-----\nhidden"""',
        "{ keys = [] }",
    ],
)
def test_keys_that_were_pasted_into_the_settings_are_not_repeated(
    tmp_path: Path, keys: str
) -> None:
    text = SITE + CLIENT.replace('"https://a.example/keys"', keys)

    assert said_of(tmp_path, text) == [
        "hpp-cds.toml: clients[1].jwks: must be a URL or a file: write the key set into a file of "
        "its own"
    ]


def test_a_key_set_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_bytes(b"\xef\xbb\xbf" + json.dumps({"keys": []}).encode())

    assert from_file(tmp_path / "keys.json")().body == {"keys": []}


def test_a_token_for_metrics_can_be_sent_in_a_header(tmp_path: Path) -> None:
    text = f'{SITE}[metrics]\ntoken_file = "token"\n'
    (tmp_path / "token").write_bytes(("0123456789" * 3).encode("utf-16"))
    (said,) = said_of(tmp_path, text)

    assert "of printable ASCII without blanks" in said
    assert said_of(tmp_path, text, token="0123456789" * 3 + "\n") == []
