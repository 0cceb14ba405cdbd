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


@pytest.mark.hazard("A24")
@pytest.mark.parametrize(
    ("member", "value"),
    [("crit", ["exp"]), ("crit", []), ("b64", False), ("b64", True), ("zip", "DEF"),
     ("enc", "A256GCM"), ("cty", "JWT")],
)  # fmt: skip
def test_a_header_that_changes_the_meaning_is_refused(door: Door, member: str, value: Any) -> None:
    assert door.reason(bearer(EHR, header={member: value})) == "critical-header"


def named(value: object) -> str:
    return "left out" if value is LEFT_OUT else repr(value)


@pytest.mark.hazard("A24")
@pytest.mark.parametrize("kind", ["at+jwt", "JOSE", "", None, 7, LEFT_OUT, "JWT "], ids=named)
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

    assert [line["client"] for line in listener.lines] == ["this-ehr", "", "this-ehr"]


def test_what_is_said_of_a_token_holds_nothing_of_it() -> None:
    token = EHR.token(URL)

    assert token not in repr(read_token(token))
    with pytest.raises(Refused) as caught:
        read_token(f"{token}=")
    assert str(caught.value) == "bad-base64url"


def test_the_key_of_the_tests_is_as_an_ehr_would_publish_it() -> None:
    assert set(public_jwk(EHR.key)) == {"kty", "crv", "x", "y", "use"}
