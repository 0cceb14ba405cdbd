"""hpp-cds.toml: every fault at once, by file and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.settings import ENVIRONMENT, BadSettings, Settings, load_settings


def written(folder: Path, text: str) -> Path:
    path = folder / "hpp-cds.toml"
    path.write_text(text)
    return path


def faults_of(path: Path) -> list[str]:
    with pytest.raises(BadSettings) as caught:
        load_settings(path)
    return [str(fault) for fault in caught.value.faults]


def test_nothing_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)

    assert load_settings() == Settings()
    assert load_settings().is_development


def test_a_file_means_production(tmp_path: Path) -> None:
    assert load_settings(written(tmp_path, "")).mode == "production"


def test_the_environment_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(written(tmp_path, '[site]\ntime_zone = "Europe/Berlin"')))

    assert load_settings().time_zone == "Europe/Berlin"


@pytest.mark.hazard("O6", "H17")
def test_all_faults_are_reported_at_once_with_the_likely_mistake(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
        [site]
        mode = "developement"
        time_zone = "Mars/Olympus"
        public_base = "https://cds.example.org"
        [content]
        dir = "nowhere"
        [client]
        """,
    )

    assert faults_of(path) == [
        "hpp-cds.toml: client: is not a table here; did you mean clients?",
        "hpp-cds.toml: site.mode: must be one of production, development; "
        "did you mean development?",
        "hpp-cds.toml: site.time_zone: is not a time zone, such as Europe/Berlin",
        "hpp-cds.toml: site.public_base: is not a key here; did you mean public_base_url?",
        "hpp-cds.toml: content.dir: is not a folder (a relative path starts at this file's folder)",
    ]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("deadline_ms = 99", "clients[1].deadline_ms: must be whole milliseconds from 100 "
         "to 30000"),
        ('accepted_gaps = ["alp"]', "clients[1].accepted_gaps: may hold only labs, medications, "
         "conditions, procedures"),
        ('on_unavailable = "500"', "clients[1].on_unavailable: must be one of card, 412"),
        ("shadow = 1", "clients[1].shadow: must be true or false"),
    ],
)  # fmt: skip
def test_a_wrong_client_key_is_named(tmp_path: Path, line: str, fault: str) -> None:
    head = '[[clients]]\nname = "a"\nissuer = "https://a.example"\njwks = "keys.json"\n'

    assert [f"hpp-cds.toml: {fault}"] == faults_of(written(tmp_path, head + line))


def test_a_client_needs_name_issuer_and_keys(tmp_path: Path) -> None:
    assert [
        f"hpp-cds.toml: clients[1].{key}: is missing" for key in ("name", "issuer", "jwks")
    ] == faults_of(written(tmp_path, "[[clients]]\n"))


def test_a_relative_folder_starts_at_the_file(tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    settings = load_settings(written(tmp_path, '[content]\ndir = "ours"'))

    assert settings.content_dir == (tmp_path / "ours").resolve()


@pytest.mark.hazard("O6")
@pytest.mark.parametrize("raw", [b"[site", b"\xff\xfe", b'[site]\nmode = "a"\nmode = "b"'])
def test_a_broken_file_is_one_clear_fault(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "hpp-cds.toml"
    path.write_bytes(raw)

    assert len(faults_of(path)) == 1


def test_a_missing_file_says_where_to_look(tmp_path: Path) -> None:
    assert faults_of(tmp_path / "none.toml") == [
        "none.toml: cannot be read; check --config or HPP_CDS_CONFIG"
    ]
