"""Tokens that are wrong in one thing: one answer for all, the reason for the log alone.

The rows are those of the hazard log, table A; the odd spellings are those that JOSE libraries
are known to accept.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt import get_algorithm_by_name

from service.trust.refusal import Refused
from service.trust.tokens import read_token
from tests.trust.callers import (
    EHR,
    LEFT_OUT,
    SIGN,
    Caller,
    b64,
    client_of,
    compact,
    key_file,
    private_key,
    public_jwk,
    site,
)
from tests.trust.door import URL, Door, bearer, listening, open_door


def test_a_good_token_is_let_in_with_either_algorithm(door: Door, other: Caller) -> None:
    assert door.let_in(EHR.token(URL))
    assert door.let_in(other.token(URL))


@pytest.mark.hazard("A1")
@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", "", " none"])
@pytest.mark.parametrize("signature", ["", "c2ln"])
def test_a_token_without_a_signature_is_refused(door: Door, algorithm: str, signature: str) -> None:
    head = compact(EHR.header(alg=algorithm), EHR.claims(URL), lambda _: b"")

    assert door.reason(f"Bearer {head}{signature}") in ("algorithm", "bad-base64url")


@pytest.mark.hazard("A2")
@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
@pytest.mark.parametrize("secret", ["jwk", "pem", "kid"])
def test_the_public_key_is_no_secret(door: Door, algorithm: str, secret: str) -> None:
    pem = EHR.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    words = {"jwk": json.dumps(EHR.jwk()).encode(), "pem": pem, "kid": EHR.key_id.encode()}[secret]
    hmac: Any = get_algorithm_by_name(algorithm)
    token = compact(
        EHR.header(alg=algorithm), EHR.claims(URL), lambda message: hmac.sign(message, words)
    )

    assert door.reason(f"Bearer {token}") == "algorithm"


@pytest.mark.hazard("A3")
@pytest.mark.parametrize("algorithm", ["RS256", "PS384", "RS512", "ES256", "ES512", "EdDSA", "X"])
def test_only_two_algorithms_are_read(door: Door, algorithm: str) -> None:
    assert door.reason(bearer(EHR, header={"alg": algorithm})) == "algorithm"


@pytest.mark.hazard("A3")
def test_the_algorithm_is_that_of_the_key(door: Door, other: Caller) -> None:
    """Each names the other's algorithm, and is signed by it with its own kind of key."""
    for caller, wrong in ((EHR, "RS384"), (other, "ES384")):
        key = private_key(wrong, 9)
        token = compact(
            caller.header(alg=wrong),
            caller.claims(URL),
            lambda m, c=caller, w=wrong, k=key: c.sign(m, w, k),
        )

        assert door.reason(f"Bearer {token}") == "algorithm"


@pytest.mark.hazard("A3")
def test_a_signature_on_another_curve_is_refused(door: Door) -> None:
    small = private_key("ES256")
    token = compact(EHR.header(), EHR.claims(URL), lambda m: EHR.sign(m, "ES256", small))

    assert door.reason(f"Bearer {token}") == "signature"


@pytest.mark.hazard("A4")
@pytest.mark.parametrize("member", ["jwk", "x5c", "x5u"])
def test_a_token_that_brings_its_own_key_is_refused(door: Door, member: str) -> None:
    """Signed with the key it brings."""
    own = Caller(issuer=EHR.issuer, number=7)
    brought = {"jwk": own.jwk(), "x5c": ["MIIB"], "x5u": "https://evil.example/cert"}[member]

    assert door.reason(bearer(own, header={member: brought})) == "embedded-key"


@pytest.mark.hazard("A5")
def test_the_key_of_one_issuer_is_no_key_of_another(door: Door, other: Caller) -> None:
    forged = Caller(issuer=EHR.issuer, algorithm="RS384", number=1, key_id=other.key_id)

    assert door.reason(bearer(forged)) == "algorithm"
    as_other = Caller(issuer=other.issuer, number=0)
    assert door.reason(bearer(as_other)) == "algorithm"


@pytest.mark.hazard("A5")
def test_a_key_with_the_right_kid_and_the_wrong_value_is_refused(door: Door) -> None:
    assert door.reason(bearer(Caller(number=5))) == "signature"


@pytest.mark.hazard("A6")
def test_a_kid_that_stands_twice_names_no_key() -> None:
    """Neither the first nor the second, in either order."""
    twin = Caller(number=5)
    for first, second in ((EHR, twin), (twin, EHR)):
        third = Caller(number=6, key_id="third")
        document = {"keys": [first.jwk(), second.jwk(), third.jwk()]}
        door = open_door(site(client_of(jwks=key_file(document=document))))

        assert door.reason(bearer(EHR)) == "unknown-key"
        assert door.reason(bearer(twin)) == "unknown-key"
        assert door.let_in(third.token(URL))


@pytest.mark.hazard("A7")
@pytest.mark.parametrize(
    ("key_id", "reason"),
    [
        ("../../dev/null", "unknown-key"),
        ("' OR 1=1--", "unknown-key"),
        ("d3bm+/", "unknown-key"),
        ("D3BM+/=", "unknown-key"),
        ("a\nb", "kid"),
        ("a\x00", "kid"),
        ("schlüssel", "kid"),
        ("k" * 257, "kid"),
        ("", "kid"),
        (7, "kid"),
        (None, "kid"),
        (["d3bm+/="], "kid"),
        (LEFT_OUT, "kid"),
        ("k" * 1_000_000, "too-long"),
    ],
)
def test_a_kid_is_only_ever_compared(door: Door, key_id: Any, reason: str) -> None:
    assert door.reason(bearer(EHR, header={"kid": key_id})) == reason


@pytest.mark.hazard("A9")
@pytest.mark.parametrize("claim", ["iss", "aud", "exp", "iat", "jti"])
def test_a_missing_claim_is_refused(door: Door, claim: str) -> None:
    expected = {"iss": "issuer"}.get(claim, "claims")

    assert expected == door.reason(bearer(EHR, **{claim: LEFT_OUT}))


MISTYPED = ["1700000000", True, None, 1.5, 17e8, [], {}, "", "soon"]


@pytest.mark.hazard("A9")
@pytest.mark.parametrize("claim", ["exp", "iat", "nbf"])
@pytest.mark.parametrize("value", MISTYPED, ids=repr)
def test_a_time_is_a_whole_number(door: Door, claim: str, value: Any) -> None:
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
        f"{URL}/",
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

    assert door.ask(bearer(EHR, f"{URL}/feedback"), feedback).status_code == 404
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
        "ZZPHI-ehr",
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


def test_where_no_tenant_is_configured_the_claim_is_not_looked_at(door: Door) -> None:
    assert door.let_in(EHR.token(URL, tenant={"any": "thing"}))


def test_a_client_may_call_its_services_and_no_other() -> None:
    only = open_door(site(client_of(services=("hpp-order-select",))))

    assert only.reason(bearer(EHR)) == "service"


@pytest.mark.hazard("A15")
def test_a_token_has_one_spelling(door: Door) -> None:
    """Else one could be used twice, or mean two things."""
    head, claims, signature = EHR.token(URL).split(".")
    padded = [f"{head}.{claims}.{signature}=", f"{head}=.{claims}.{signature}"]
    odd = [
        f"{head}.{claims}.{signature[:-1]}",
        f"{head}.{claims.replace('A', '+', 1)}.{signature}",
        f"{head}.{claims}.{signature[:10]}%{signature[10:]}",
        f"{head}.{claims}.{signature[:10]} {signature[10:]}",
    ]
    for token in padded + odd:
        assert door.reason(f"Bearer {token}") in ("bad-base64url", "not-bearer", "signature")


@pytest.mark.hazard("A15")
def test_bits_that_stand_for_nothing_are_zero(door: Door) -> None:
    """`QQ` and `QR` are the same byte."""
    token = f"{b64(b'{}')}.{b64(b'{}')}.QR"

    assert door.reason(f"Bearer {token}") == "bad-base64url"


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


@pytest.mark.hazard("A24")
@pytest.mark.parametrize(
    ("member", "value"),
    [("crit", ["exp"]), ("crit", []), ("b64", False), ("b64", True), ("zip", "DEF"),
     ("enc", "A256GCM"), ("cty", "JWT")],
)  # fmt: skip
def test_a_header_that_changes_the_meaning_is_refused(door: Door, member: str, value: Any) -> None:
    assert door.reason(bearer(EHR, header={member: value})) == "critical-header"


@pytest.mark.hazard("A24")
@pytest.mark.parametrize("kind", ["at+jwt", "JOSE", "", None, 7, LEFT_OUT, "JWT "], ids=repr)
def test_a_token_of_another_type_is_refused(door: Door, kind: Any) -> None:
    assert door.reason(bearer(EHR, header={"typ": kind})) == "typ"


@pytest.mark.hazard("A24")
@pytest.mark.parametrize("parts", [1, 2, 4, 5, 50])
def test_a_token_has_three_parts(door: Door, parts: int) -> None:
    assert door.reason("Bearer " + ".".join(["e30"] * parts)) == "not-a-jws"


@pytest.mark.hazard("A24")
@pytest.mark.parametrize("size", [4_100, 20_000])
def test_a_long_header_or_token_is_refused(door: Door, size: int) -> None:
    assert door.reason(bearer(EHR, header={"x": "h" * size})) == "too-long"
    assert door.reason(bearer(EHR, x="c" * size * 2)) == "too-long"


@pytest.mark.hazard("A24")
@pytest.mark.parametrize(
    ("header", "claims"),
    [
        ('{"alg":"none","alg":"ES384","typ":"JWT","kid":"d3bm+/="}', "{}"),
        (None, '{"iss":"a","iss":"b"}'),
        ("[]", "{}"),
        ("7", "{}"),
        (None, "[]"),
        (None, "null"),
        (None, '"x"'),
        (None, ""),
        ("{", "{}"),
        ("﻿{}", "{}"),
        (None, '{"a":' * 300 + "1" + "}" * 300),
        (None, '{"a":"\ud800"}'),
    ],
)
def test_header_and_claims_are_one_plain_object_each(
    door: Door, header: str | None, claims: str
) -> None:
    token = compact(header or EHR.header(), claims, EHR.sign)

    assert door.reason(f"Bearer {token}") in ("bad-json", "bad-base64url")


@pytest.mark.hazard("A25")
@pytest.mark.parametrize(
    "path",
    [f"{SIGN}?access_token=x", f"{SIGN}?a=b&id_token=x", f"{SIGN}?jwt=x", f"{SIGN}?t=eyJhbGciOi",
     "/cds-services/eyJhbGciOi"],
)  # fmt: skip
def test_a_token_in_the_url_is_refused(door: Door, path: str) -> None:
    assert door.ask(bearer(EHR), path).status_code == 400


@pytest.mark.hazard("A26")
@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (None, "absent"),
        ("", "absent"),
        ("Bearer", "not-bearer"),
        ("Bearer ", "not-bearer"),
        ("Basic {token}", "not-bearer"),
        ("{token}", "not-bearer"),
        ("Bearer  {token}", "not-bearer"),
        ("Bearer {token}, Bearer {token}", "not-bearer"),
        ("Bearer {token},{token}", "not-bearer"),
        ("Bearer {token} x", "bad-base64url"),
        ("Bearer\t{token}", "not-bearer"),
        ("MAC {token}", "not-bearer"),
    ],
)
def test_there_is_one_bearer_token_or_none(door: Door, written: str | None, reason: str) -> None:
    sent = written if written is None else written.format(token=EHR.token(URL))

    assert reason == door.reason(sent)


@pytest.mark.hazard("A26")
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_may_be_written_in_any_case(door: Door, scheme: str) -> None:
    assert door.ask(f"{scheme} {EHR.token(URL)}").status_code == 200


def test_the_signature_is_over_these_very_bytes(door: Door) -> None:
    """Any change of a signed part, in any place."""
    token = EHR.token(URL)
    head, claims, signature = token.split(".")
    mine = b64(json.dumps(EHR.claims(URL, sub="me")).encode())
    swapped = b64(json.dumps(EHR.header(jku="https://evil.example/keys")).encode())

    assert door.reason(f"Bearer {head}.{mine}.{signature}") == "signature"
    assert door.reason(f"Bearer {swapped}.{claims}.{signature}") == "signature"
    assert door.reason(f"Bearer {head}.{claims}.{b64(bytes(96))}") == "signature"
    assert door.reason(f"Bearer {head}.{claims}.{b64(b'short')}") == "signature"


def test_a_der_signature_is_refused(door: Door) -> None:
    token = compact(
        EHR.header(), EHR.claims(URL), lambda m: EHR.key.sign(m, ec.ECDSA(hashes.SHA384()))
    )

    assert door.reason(f"Bearer {token}") == "signature"


def test_the_caller_s_client_is_named_in_the_log_once_it_is_known(door: Door) -> None:
    with listening() as listener:
        door.ask(bearer(EHR, aud="x"))
        door.ask(bearer(EHR, iss="x"))
        door.ask(bearer(EHR))

    assert [line["client"] for line in listener.lines] == ["ZZPHI-ehr", "", "ZZPHI-ehr"]


def test_what_is_said_of_a_token_holds_nothing_of_it() -> None:
    token = EHR.token(URL)

    assert token not in repr(read_token(token))
    with pytest.raises(Refused) as caught:
        read_token(f"{token}=")
    assert str(caught.value) == "bad-base64url"


def test_the_key_of_the_tests_is_as_an_ehr_would_publish_it() -> None:
    assert set(public_jwk(EHR.key)) == {"kty", "crv", "x", "y", "use"}
