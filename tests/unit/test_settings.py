"""hpp-cds.toml: every fault at once, by file and key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import trustme

from service.evaluation.services import BY_ID
from service.server.serve import may_listen
from service.settings import (
    CLIENT_KEYS,
    ENVIRONMENT,
    BadSettings,
    Client,
    Settings,
    load_settings,
)
from service.settings.clients import SERVICE_IDS
from service.settings.profiles import PROFILES

SITE = '[site]\npublic_base_url = "https://cds.example.org"\n'
CLIENT = '[[clients]]\nname = "a"\nissuer = "https://a.example"\njwks = "keys.json"\n'


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
        f"hpp-cds.toml: content.dir: {tmp_path / 'nowhere'} is not a folder "
        "(a relative path starts at this file)",
    ]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("deadline_ms = 99", "clients[1].deadline_ms: must be whole milliseconds from 100 "
         "to 30000"),
        ('accepted_gaps = ["alp"]', "clients[1].accepted_gaps: may hold only labs, medications, "
         "conditions, procedures, encounters, administrations"),
        ('on_unavailable = "500"', "clients[1].on_unavailable: must be one of card, 412"),
        ("shadow = 1", "clients[1].shadow: must be true, false or a list of services"),
    ],
)  # fmt: skip
def test_a_wrong_client_key_is_named(tmp_path: Path, line: str, fault: str) -> None:
    assert [f"hpp-cds.toml: {fault}"] == faults_of(written(tmp_path, SITE + CLIENT + line))


def test_a_client_needs_name_issuer_and_keys(tmp_path: Path) -> None:
    assert [
        f"hpp-cds.toml: clients[1].{key}: is missing" for key in ("name", "issuer", "jwks")
    ] == faults_of(written(tmp_path, f"{SITE}[[clients]]\n"))


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
        "none.toml: is not there; check --config or HPP_CDS_CONFIG"
    ]


# Who may call


def clients_of(folder: Path, text: str, mode: str = "production") -> tuple[Client, ...]:
    head = SITE.replace("[site]", f'[site]\nmode = "{mode}"')
    return load_settings(written(folder, head + text)).clients


def test_a_client_has_all_its_settings(tmp_path: Path) -> None:
    (client,) = clients_of(
        tmp_path,
        CLIENT
        + """
        audience = ["extra"]
        single_audience = true
        tenants = ["north"]
        max_token_life_s = 300
        services = ["hpp-order-sign"]
        cors_origins = ["https://ehr.example.org"]
        fhir_base = "https://a.example/fhir"
        fhir_release = "R4"
        on_unavailable = "412"
        deadline_ms = 2000
        selection_behavior = "at-most-one"
        one_action_suggestions = false
        card_style = "plain"
        says_autolaunchable = true
        """,
    )

    assert (
        Client(
            name="a",
            issuer="https://a.example",
            jwks=str((tmp_path / "keys.json").resolve()),
            audience=("extra",),
            single_audience=True,
            tenants=("north",),
            max_token_life_s=300,
            services=("hpp-order-sign",),
            cors_origins=("https://ehr.example.org",),
            fhir_base="https://a.example/fhir",
            fhir_release="R4",
            on_unavailable="412",
            deadline_ms=2000,
            selection_behavior="at-most-one",
            one_action_suggestions=False,
            card_style="plain",
            says_autolaunchable=True,
        )
        == client
    )


def test_a_file_of_authorities_is_read_at_start(tmp_path: Path) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    (tmp_path / "no.pem").write_text("nothing")
    (client,) = clients_of(tmp_path, CLIENT + 'ca_file = "ca.pem"\n')

    assert client.ca_file == str((tmp_path / "ca.pem").resolve())
    wrong = {
        "no.pem": "holds no certificate authority that can be read",
        "none.pem": f"{tmp_path.resolve() / 'none.pem'} is not there",
    }
    for name, said in wrong.items():
        assert faults_of(written(tmp_path, f'{SITE}{CLIENT}ca_file = "{name}"\n')) == [
            f"hpp-cds.toml: clients[1].ca_file: {said}"
        ]


def test_a_profile_fills_what_the_entry_leaves_out(tmp_path: Path) -> None:
    text = '[[clients]]\nname = "s"\nprofile = "sandbox"\nfhir_release = "DSTU2"\n'
    (client,) = clients_of(tmp_path, text, "development")

    assert (client.issuer, client.max_token_life_s, client.fhir_release) == (
        "https://sandbox.cds-hooks.org", 300, "DSTU2",
    )  # fmt: skip
    assert client.cors_origins == ("https://sandbox.cds-hooks.org",)


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_holds_known_keys_and_says_where_its_facts_come_from(name: str) -> None:
    profile = PROFILES[name]

    assert {key: CLIENT_KEYS[key](value) for key, value in profile.values.items()} == dict.fromkeys(
        profile.values, ""
    )
    assert profile.title
    assert profile.source
    assert profile.quirks


def test_the_services_a_client_may_call_are_those_there_are() -> None:
    assert set(SERVICE_IDS) == set(BY_ID)


@pytest.mark.hazard("A12")
@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (CLIENT + CLIENT, ["clients[2].name: is that of another client",
                           "clients[2].issuer: is that of another client"]),
        (CLIENT + 'jku = "https://a.example/k"\nprofile = "epik"',
         ["clients[1].profile: must be one of generic, sandbox, epic, meld; did you mean epic?"]),
        (CLIENT.replace("keys.json", "ftp://a.example/k"),
         ["clients[1].jwks: must be a URL or a file (wrong: scheme)"]),
        (CLIENT.replace("keys.json", "file:///etc/passwd"),
         ["clients[1].jwks: must be a URL or a file (wrong: scheme)"]),
        (CLIENT.replace("keys.json", "https://a.example/a%2Fk"),
         ["clients[1].jwks: must be a URL or a file (wrong: path)"]),
        (CLIENT.replace("keys.json", "https://u:p@a.example/k"),
         ["clients[1].jwks: must be a URL or a file (wrong: userinfo, a user or password before "
          "the host)"]),
        (CLIENT.replace("keys.json", "HTTPS://a.example/k"),
         ["clients[1].jwks: must be a URL or a file (write https://a.example/k)"]),
        (CLIENT.replace("keys.json", "k\\u0000"), ["clients[1].jwks: must be text, not empty, "
         "without control characters"]),
        (CLIENT + 'fhir_base = "HTTP://a.example/fhir"',
         ["clients[1].fhir_base: is not a FHIR base URL (write http://a.example/fhir)",]),
        (CLIENT + 'cors_origins = ["https://a.example:443"]',
         ["clients[1].cors_origins: each must be an origin such as https://ehr.example.org"]),
        (CLIENT.replace("keys.json", "http://a.example/k"), ["clients[1].jwks: must be https"]),
        (CLIENT.replace("keys.json", "https://a.example/k") + 'jku = "https://a.example/k"',
         ["clients[1].jku: goes with a key set in a file; here it must equal jwks"]),
        (CLIENT + "max_token_life_s = 3601",
         ["clients[1].max_token_life_s: must be whole seconds from 30 to 3600"]),
        (CLIENT + 'cors_origins = ["https://a.example/"]',
         ["clients[1].cors_origins: each must be an origin such as https://ehr.example.org"]),
        (CLIENT + 'services = ["hpp-order"]', ["clients[1].services: may hold only hpp-order-sign, "
         "hpp-order-select, hpp-patient-view; did you mean hpp-order-sign?"]),
        (CLIENT + 'selection_behaviour = "any"',
         ["clients[1].selection_behaviour: is not a key here; did you mean selection_behavior?"]),
    ],
)  # fmt: skip
def test_a_client_that_cannot_be_told_apart_or_verified_is_refused(
    tmp_path: Path, text: str, fault: list[str]
) -> None:
    assert [f"hpp-cds.toml: {one}" for one in fault] == faults_of(written(tmp_path, SITE + text))


@pytest.mark.hazard("A18", "A23")
@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('profile = "sandbox"', "profile: is for development mode only: its tokens can be forged"),
        ('profile = "meld"', "profile: is for development mode only: its tokens can be forged"),
        ('issuer = "https://inferno.healthit.gov/suites/custom/x"',
         "issuer: is for development mode only: its private key is published"),
        ('issuer = "https://sandbox.cds-hooks.org"',
         "issuer: is for development mode only: its private key is published"),
        ('jwks = "http://127.0.0.1:9/keys"', "jwks: must be https in production mode"),
        ('fhir_base = "http://10.0.0.1/fhir"', "fhir_base: must be https in production mode"),
        ('cors_origins = ["http://a.example"]', "cors_origins: must be https in production mode"),
    ],
)  # fmt: skip
def test_what_could_be_forged_or_overheard_is_for_development_only(
    tmp_path: Path, line: str, fault: str
) -> None:
    lines = [known for known in CLIENT.splitlines() if known.split(" ")[0] != line.split(" ")[0]]
    text = "\n".join([*lines, line])

    assert [f"hpp-cds.toml: clients[1].{fault}"] == faults_of(written(tmp_path, SITE + text))
    assert clients_of(tmp_path, text, "development")


def test_clients_in_production_need_the_public_url(tmp_path: Path) -> None:
    plain = '[site]\npublic_base_url = "http://cds.example.org"\n'

    assert faults_of(written(tmp_path, CLIENT)) == [
        "hpp-cds.toml: site.public_base_url: is missing; callers' tokens are compared with it"
    ]
    assert faults_of(written(tmp_path, plain + CLIENT)) == [
        "hpp-cds.toml: site.public_base_url: must be https in production mode"
    ]


@pytest.mark.parametrize("url", ["https://.example.org", "https://a..b", "https://CDS.example.org",
                                 "https://cds.example.org:443", "https://h:",
                                 "cds.example.org", "https://", "https://a b", "https://h:99999",
                                 "https://h?x", "https://h#x", "https://u@h", 7])  # fmt: skip
def test_the_public_url_is_exact(tmp_path: Path, url: object) -> None:
    text = f"[site]\npublic_base_url = {url!r}\n"

    assert len(faults_of(written(tmp_path, text))) == 1


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("sqlite:///x.db", "must be a postgresql:// URL; for SQLite write site.data_dir"),
        *((url, "must be a postgresql:// URL") for url in ("mysql://h/d", "postgres://h/d", "", 7)),
        ("postgresql://u:secret@h:54x/d", "has a port that is no number from 1 to 65535"),
        ("postgresql://u:secret@h:65536/d", "has a port that is no number from 1 to 65535"),
        ("postgresql://u:secret@x@h/d", "holds an @ in a user's name or password: write it as %40"),
    ],
)
def test_the_store_is_sqlite_in_the_data_folder_or_postgresql(
    tmp_path: Path, url: object, fault: str
) -> None:
    text = f"[store]\nurl = {url!r}\n"

    assert faults_of(written(tmp_path, text)) == [f"hpp-cds.toml: store.url: {fault}"]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://h/d", "postgresql+psycopg://u:p@h:5432/d", "postgresql:///d?host=/run/x",
        "postgresql://u:a:b/c@[::1]:5432/d", "postgresql://[::1]/d", "postgresql://h/d?user=a@b",
        "postgresql://a:5432,b:5433/d",
    ],
)  # fmt: skip
def test_a_url_of_postgresql_is_read_as_its_driver_does(tmp_path: Path, url: str) -> None:
    assert load_settings(written(tmp_path, f"[store]\nurl = {url!r}\n")).store_url == url


# Where it may be served


@pytest.mark.hazard("W12")
@pytest.mark.parametrize(
    ("mode", "with_clients", "host", "allow_anyone", "may"),
    [
        ("development", False, "127.0.0.1", False, True),
        ("development", False, "10.0.0.5", False, False),
        ("development", False, "10.0.0.5", True, True),
        ("development", True, "127.0.0.1", False, True),
        ("development", True, "10.0.0.5", False, False),
        ("development", True, "10.0.0.5", True, True),
        ("production", False, "127.0.0.1", False, True),
        ("production", False, "10.0.0.5", False, False),
        ("production", False, "127.0.0.1", True, False),
        ("production", True, "10.0.0.5", False, True),
        ("production", True, "10.0.0.5", True, False),
    ],
)
def test_beyond_loopback_callers_are_verified_and_nothing_is_relaxed(
    mode: str, with_clients: bool, host: str, allow_anyone: bool, may: bool
) -> None:
    settings = Settings(mode=mode, clients=(Client(),) if with_clients else ())

    assert may == (may_listen(settings, host, allow_anyone) is None)


@pytest.mark.hazard("W12")
def test_behind_a_proxy_loopback_is_not_the_end_of_the_way() -> None:
    def may(**more: Any) -> bool:
        return may_listen(Settings(trusted_proxies=1, **more), "127.0.0.1", False) is None

    assert may(mode="production", clients=(Client(),))
    assert not may(mode="production")
    assert not may(mode="development", clients=(Client(),))
