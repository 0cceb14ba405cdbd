"""What a token claims: for this call, from a known issuer, with times and an id.

When it is good is in test_times.py.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from werkzeug.test import TestResponse

from service.evaluation.answer import EXTENSION
from service.settings.clients import SERVICE_IDS
from tests.trust.callers import EHR, LEFT_OUT, SIGN, client_of, compact, site
from tests.trust.door import URL, Door, bearer, open_door


@pytest.mark.hazard("A9")
@pytest.mark.parametrize("claim", ["iss", "aud", "exp", "iat", "jti"])
def test_a_missing_claim_is_refused(door: Door, claim: str) -> None:
    expected = {"iss": "issuer"}.get(claim, "claims")

    assert expected == door.reason(bearer(EHR, **{claim: LEFT_OUT}))


MISTYPED = ["1700000000", True, None, [], {}, "", "soon"]


@pytest.mark.hazard("A9")
@pytest.mark.parametrize("claim", ["exp", "iat", "nbf"])
@pytest.mark.parametrize("value", MISTYPED, ids=repr)
def test_a_time_is_a_number(door: Door, claim: str, value: Any) -> None:
    assert door.reason(bearer(EHR, **{claim: value})) == "claims"


@pytest.mark.hazard("A9")
@pytest.mark.parametrize("value", ["1e400", "NaN", "Infinity", "-Infinity", "01", "9" * 400])
def test_a_time_that_is_no_json_number_is_refused(door: Door, value: str) -> None:
    claims = json.dumps(EHR.claims(URL, exp=0)).replace('"exp": 0', f'"exp": {value}')
    token = compact(EHR.header(), claims, EHR.sign)

    assert door.reason(f"Bearer {token}") == "bad-json"


@pytest.mark.hazard("A11")
@pytest.mark.parametrize(
    "audience",
    [
        URL.replace("sign", "select"),
        f"{URL}//",
        f"{URL}/feedback",
        URL.upper(),
        URL.replace("http:", "https:"),
        URL.replace("5000", "5001"),
        "http://127.0.0.1:5000/cds-services",
        "http://127.0.0.1:5000",
        f"{URL}?x=1",
        f" {URL}",
        "sand_man",
        "*",
        "",
        [],
        ["https://elsewhere.example.org"],
    ],
    ids=repr,
)
def test_a_token_for_something_else_is_refused(door: Door, audience: Any) -> None:
    assert door.reason(bearer(EHR, aud=audience)) == "audience"


@pytest.mark.hazard("A11")
@pytest.mark.parametrize("audience", [None, 7, {}, {"url": URL}, [URL, 7], [[URL]], True], ids=repr)
def test_an_audience_is_text_or_a_list_of_texts(door: Door, audience: Any) -> None:
    assert door.reason(bearer(EHR, aud=audience)) == "claims"


@pytest.mark.hazard("A11")
def test_one_closing_slash_says_the_same(door: Door) -> None:
    assert door.let_in(EHR.token(URL, aud=f"{URL}/"))
    assert door.let_in(EHR.token(URL, aud=[f"{URL}/"]))


@pytest.mark.hazard("A9")
@pytest.mark.parametrize("shift_s", [0.25, -0.75])
def test_a_time_may_have_a_fraction_or_an_exponent(door: Door, shift_s: float) -> None:
    """RFC 7519, NumericDate; JavaScript's clocks give fractions."""
    claims = EHR.claims(URL)
    times = {name: claims[name] + shift_s for name in ("iat", "exp")}

    assert door.let_in(EHR.token(URL, **times))
    written = json.dumps(EHR.claims(URL, exp=0)).replace('"exp": 0', f'"exp": {claims["exp"]}e0')
    assert door.let_in(compact(EHR.header(), written, EHR.sign))


@pytest.mark.hazard("A11")
def test_an_audience_may_be_a_list_that_holds_the_url(door: Door) -> None:
    assert door.let_in(EHR.token(URL, aud=[URL]))
    assert door.let_in(EHR.token(URL, aud=["https://elsewhere.example.org", URL]))


@pytest.mark.hazard("A11")
def test_a_client_may_refuse_tokens_that_are_for_others_too() -> None:
    strict = open_door(site(client_of(single_audience=True)))

    assert strict.let_in(EHR.token(URL, aud=[URL]))
    assert strict.reason(bearer(EHR, aud=[URL, "https://elsewhere.example.org"])) == "audience"


@pytest.mark.hazard("A11")
def test_a_client_may_have_audiences_of_its_own() -> None:
    meld = open_door(site(client_of(audience=("sand_man",))))

    assert meld.let_in(EHR.token("sand_man"))
    assert meld.let_in(EHR.token(URL))
    assert meld.reason(bearer(EHR, aud="sand_man2")) == "audience"


@pytest.mark.hazard("A11")
def test_the_audience_is_the_public_url_and_never_the_host_header() -> None:
    settings = site(public_base_url="https://cds.example.org/hpp/")
    public = open_door(settings)
    url = f"https://cds.example.org/hpp{SIGN}"
    asked = {"Host": "cds.example.org", "X-Forwarded-Host": "evil.example"}

    assert public.ask(bearer(EHR, url), headers=asked).status_code == 200
    assert public.ask(bearer(EHR, URL), headers={"Host": "127.0.0.1:5000"}).status_code == 401
    evil = public.ask(bearer(EHR, f"https://evil.example{SIGN}"), headers={"Host": "evil.example"})
    assert evil.status_code == 400


@pytest.mark.hazard("A11")
def test_feedback_and_every_release_have_urls_of_their_own(door: Door) -> None:
    feedback = f"{SIGN}/feedback"

    heard = door.ask(bearer(EHR, f"{URL}/feedback"), feedback)
    assert heard.status_code == 400  # a call of the hook is no feedback, and its token is right
    assert door.reason(bearer(EHR), feedback) == "audience"
    assert door.let_in(EHR.token(URL.replace("/cds", "/r4/cds")), f"/r4{SIGN}")
    assert door.reason(bearer(EHR), f"/r4{SIGN}") == "audience"
    assert door.let_in(EHR.token(URL.replace("s/hpp", "s//hpp")), SIGN.replace("s/hpp", "s//hpp"))


@pytest.mark.hazard("A12")
@pytest.mark.parametrize(
    "issuer",
    [
        f"{EHR.issuer}/",
        EHR.issuer.upper(),
        EHR.issuer[:-1],
        f"{EHR.issuer}x",
        f" {EHR.issuer}",
        [EHR.issuer],
        {"iss": EHR.issuer},
        None,
        7,
        "",
        "this-ehr",
        "https://unknown.example.org",
    ],
    ids=repr,
)
def test_an_issuer_is_known_to_the_letter_or_unknown(door: Door, issuer: Any) -> None:
    assert door.reason(bearer(EHR, iss=issuer)) == "issuer"


@pytest.mark.hazard("A13")
def test_where_tenants_are_configured_the_token_must_name_one() -> None:
    tenants = open_door(site(client_of(tenants=("north", "south"))))

    assert tenants.let_in(EHR.token(URL, tenant="south"))
    for wrong in (LEFT_OUT, "east", "North", None, ["north"], 7):
        assert tenants.reason(bearer(EHR, tenant=wrong)) == "tenant"


@pytest.mark.hazard("A13")
def test_a_tenant_is_served_by_its_own_settings_and_an_unknown_one_is_the_same_401() -> None:
    """One issuer signs for many hospitals; each may have its own server asked and no other's."""
    base = client_of(tenants=("north", "south"))
    north = replace(base, name="ehr/north", tenants=("north",), shadow=SERVICE_IDS)
    door = open_door(site(replace(base, by_tenant=(north,))))

    assert status_of(door.ask(bearer(EHR, tenant="north"))) == "shadow"
    assert status_of(door.ask(bearer(EHR, tenant="south"))) != "shadow"
    assert door.reason(bearer(EHR, tenant="east")) == "tenant"


def status_of(answer: TestResponse) -> str:
    assert answer.json is not None
    return str(answer.json["extension"][EXTENSION]["status"])


def test_where_no_tenant_is_configured_the_claim_is_not_looked_at(door: Door) -> None:
    assert door.let_in(EHR.token(URL, tenant={"any": "thing"}))


def test_a_client_may_call_its_services_and_no_other() -> None:
    only = open_door(site(client_of(services=("hpp-order-select",))))

    assert only.reason(bearer(EHR)) == "service"


@pytest.mark.hazard("A16")
@pytest.mark.parametrize(
    ("token_id", "reason"),
    [("", "claims"), ("j" * 257, "claims"), ("a\x00b", "claims"), ("a\nb", "claims"),
     ("ü", "claims"), (7, "claims"), (None, "claims"), (["a"], "claims"),
     ("j" * 1_000_000, "too-long")],
)  # fmt: skip
def test_a_token_id_is_short_and_printable(door: Door, token_id: Any, reason: str) -> None:
    assert door.reason(bearer(EHR, jti=token_id)) == reason


@pytest.mark.hazard("A16")
def test_a_token_id_with_a_lone_surrogate_is_refused(door: Door) -> None:
    claims = json.dumps(EHR.claims(URL, jti="X")).replace('"X"', '"\\ud800"')
    token = compact(EHR.header(), claims, EHR.sign)

    assert door.reason(f"Bearer {token}") == "bad-json"


def test_token_ids_as_ehrs_make_them_are_taken(door: Door) -> None:
    for token_id in ("f" * 64, "j" * 256, "urn:uuid:1", "a b", "{1}"):
        assert door.let_in(EHR.token(URL, jti=token_id))
