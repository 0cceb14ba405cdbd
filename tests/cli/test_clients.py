"""`hpp-cds clients`: what an operator is told, and a caller is not."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from click import BadParameter

from service.commands.offline import caller_named, client_named
from service.settings import Client, Settings
from service.store.database import FILE, open_store
from service.store.trust_notes import TrustNotes
from service.trust.refusal import HINTS, Reason
from service.trust.report import ago, report
from tests.cli.test_commands import hpp_cds
from tests.trust.callers import EHR, Caller, client_of, key_file, site
from tests.trust.door import bearer, open_door

NOW_S = time.time()


def shown(settings: Settings) -> str:
    """All lines of a report."""
    entries = report(settings, NOW_S)
    return "\n".join(
        f"{entry.name} {what} {value}"
        for entry in entries
        for what, value in (
            *entry.facts,
            *(("keys", line) for line in entry.keys),
            *(("refused", line) for line in entry.refused),
        )
    )


def test_the_reason_that_a_caller_is_not_told_is_shown_with_the_likely_mistake() -> None:
    settings = site()
    door = open_door(settings)
    for authorization in (bearer(EHR, aud="x"), bearer(EHR, aud="y"), bearer(EHR, iss="z")):
        door.ask(authorization)
    lines = shown(settings)

    assert "this-ehr refused audience: aud is not the URL that was called (2 times, last" in lines
    assert "(unknown) refused issuer: iss is not the issuer of a client" in lines


def test_a_file_s_keys_are_counted_and_dated_on_the_spot() -> None:
    path = key_file(document=EHR.key_set(Caller(number=3, key_id="second").jwk(), {"kty": "oct"}))
    lines = shown(site(client_of(jwks=path)))

    assert "this-ehr keys 2 usable keys, file changed" in lines
    assert "this-ehr keys 1 key refused: algorithm" in lines


def test_of_a_url_the_last_good_read_and_the_failures_are_dated() -> None:
    settings = site(client_of(jwks="https://ehr.example.org/keys"))
    assert "keys never read by the running service" in shown(settings)
    store = open_store(settings)
    TrustNotes(store).keys_read("this-ehr", 2, "", NOW_S - 7200)
    TrustNotes(store).keys_read("this-ehr", 0, "timeout (tls)", NOW_S - 90)
    store.close()
    lines = shown(settings)

    assert "keys 2 usable keys, read 2 hours ago" in lines
    assert "keys failed 1 minute ago: timeout (tls)" in lines


def test_looking_creates_no_store() -> None:
    settings = site()
    shown(settings)

    assert settings.data_dir is not None
    assert not (settings.data_dir / FILE).exists()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "just now"), (1, "1 second ago"), (59, "59 seconds ago"), (60, "1 minute ago"),
     (7199, "1 hour ago"), (200_000, "2 days ago"), (-5, "just now")],
)  # fmt: skip
def test_an_age_is_said_in_the_largest_unit_that_fits(seconds: float, words: str) -> None:
    assert words == ago(seconds)


def test_the_command_lists_clients_and_needs_none(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text(json.dumps(EHR.key_set()))
    config = tmp_path / "hpp-cds.toml"
    config.write_text(
        '[site]\nmode = "development"\ndata_dir = "data"\n'
        f'[[clients]]\nname = "main"\nissuer = "{EHR.issuer}"\njwks = "keys.json"\n'
    )
    listed, none = hpp_cds("clients", "--config", str(config)), hpp_cds("clients")

    assert (listed.returncode, none.returncode) == (0, 0)
    assert f"issuer    {EHR.issuer}".encode() in listed.stdout
    assert b"1 usable key" in listed.stdout
    assert b"no client is configured" in none.stdout


def test_an_answer_is_that_of_the_client_that_is_named() -> None:
    first, second = Client(name="first"), Client(name="second", on_unavailable="412")
    settings = Settings(clients=(first, second))

    assert client_named("", settings) is first
    assert client_named("second", settings) is second
    with pytest.raises(BadParameter, match=r"known: first, second; did you mean second\?"):
        client_named("secondd", settings)


def test_a_client_that_is_none_is_usage() -> None:
    """As for `report`."""
    refused = hpp_cds("evaluate", "-", "--client", "nobody", stdin=b"{}")

    assert refused.returncode == 2
    assert b"no client of that name; known: none" in refused.stderr


def test_an_answer_is_that_of_the_tenant_that_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    main = Client(name="main", tenants=("north", "south"))
    south = replace(main, name="main/south", tenants=("south",))
    settings = Settings(clients=(replace(main, by_tenant=(south,)), Client(name="other")))

    assert caller_named("", "", settings) == (settings.clients[0], "north")
    assert "answered as tenant north; --tenant names another" in capsys.readouterr().err
    assert caller_named("main", "south", settings) == (south, "south")
    assert caller_named("main/south", "", settings) == (south, "south")
    assert caller_named("other", "", settings) == (settings.clients[1], "")
    assert caller_named("other", "east", settings).tenant.startswith("sha256:")
    assert capsys.readouterr().err == ""
    with pytest.raises(BadParameter, match=r"no tenant of main of that name; known: north, south;"):
        caller_named("main", "sout", settings)


def test_every_reason_has_a_hint() -> None:
    assert {reason.value for reason in Reason} == set(HINTS)
