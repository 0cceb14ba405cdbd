"""Which JWK is a key: by kind, size, use and origin (RFC 7517; the oddities of JWK test suites)."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt import PyJWK

from service.trust import keys
from service.trust.keys import MOST_KEYS, Key, is_roca, read_key, read_key_set, thumbprint
from tests.trust.callers import LEFT_OUT, Caller, b64, private_key, public_jwk

Json = dict[str, Any]
EC = Caller()
RSA = Caller(algorithm="RS384")


def read(jwk: object) -> Key | str:
    return read_key(jwk, allow_published=False)


def number(value: int) -> str:
    return b64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


@pytest.mark.parametrize("caller", [EC, RSA], ids=lambda c: c.algorithm)
@pytest.mark.parametrize(
    "members",
    [{}, {"alg": LEFT_OUT}, {"use": LEFT_OUT}, {"use": LEFT_OUT, "key_ops": ["verify"]},
     {"x5t": "abc", "ext": True, "more": {"x": 1}}],
)  # fmt: skip
def test_a_public_key_for_verifying_is_read(caller: Caller, members: Json) -> None:
    key = read(caller.jwk(**members))

    assert isinstance(key, Key)
    assert (key.algorithm, key.key_id) == (caller.algorithm, caller.key_id)


def short_rsa() -> Json:
    return public_jwk(rsa.generate_private_key(65537, 1024), kid="a")  # noqa: S505  (the point)


def of_exponent_3() -> Json:
    return public_jwk(rsa.generate_private_key(3, 2048), kid="a")


def of_roca() -> Json:
    return {**RSA.jwk(), "n": number(roca_modulus())}


def roca_modulus() -> int:
    """Of the structure that the paper describes: two numbers k * M + (65537^a mod M)."""
    most = prod([2, *keys._ROCA_PRIMES])

    def factor(power: int) -> int:
        return (1 << 1024) // most * most + pow(65537, power, most)

    return factor(123_457) * factor(987_643)


def of_p256() -> Json:
    numbers = private_key("ES256").public_key().public_numbers()
    return {**EC.jwk(), "crv": "P-256", "x": number(numbers.x), "y": number(numbers.y)}


def off_the_curve() -> Json:
    numbers = EC.key.public_key().public_numbers()
    return {**EC.jwk(), "y": number(numbers.y ^ 1)}


REFUSED: list[tuple[str, Callable[[], object]]] = [
    ("weak", short_rsa),
    ("weak", of_exponent_3),
    ("weak", of_roca),
    ("algorithm", of_p256),
    ("algorithm", lambda: EC.jwk(alg="ES256")),
    ("algorithm", lambda: EC.jwk(alg="RS384")),
    ("algorithm", lambda: RSA.jwk(alg="RS256")),
    ("algorithm", lambda: RSA.jwk(alg="PS384")),
    ("algorithm", lambda: RSA.jwk(alg=None)),
    ("algorithm", lambda: {"kty": "oct", "k": "c2VjcmV0", "kid": "a", "alg": "HS384"}),
    ("algorithm", lambda: {"kty": "OKP", "crv": "Ed25519", "x": "abc", "kid": "a"}),
    ("algorithm", lambda: EC.jwk(kty="ec")),
    ("algorithm", lambda: EC.jwk(kty=LEFT_OUT)),
    ("algorithm", lambda: EC.jwk(crv=["P-384"])),
    ("not-for-verifying", lambda: EC.jwk(use="enc")),
    ("not-for-verifying", lambda: EC.jwk(use=None)),
    ("not-for-verifying", lambda: EC.jwk(key_ops=["sign"])),
    ("not-for-verifying", lambda: EC.jwk(key_ops=["encrypt"])),
    ("not-for-verifying", lambda: EC.jwk(key_ops=[])),
    ("not-for-verifying", lambda: EC.jwk(key_ops="verify")),
    ("private", lambda: EC.jwk(d="AAAA")),
    ("private", lambda: RSA.jwk(d="AAAA", p="AAAA", q="AAAA")),
    ("kid", lambda: EC.jwk(kid=LEFT_OUT)),
    ("kid", lambda: EC.jwk(kid="")),
    ("kid", lambda: EC.jwk(kid="a\nb")),
    ("kid", lambda: EC.jwk(kid=7)),
    ("kid", lambda: EC.jwk(kid="k" * 257)),
    ("not-a-key", off_the_curve),
    ("not-a-key", lambda: EC.jwk(x="AAAA")),
    ("not-a-key", lambda: EC.jwk(x=LEFT_OUT)),
    ("not-a-key", lambda: EC.jwk(y=7)),
    ("not-a-key", lambda: EC.jwk(x="!")),
    ("not-a-key", lambda: RSA.jwk(n="")),
    ("not-a-key", lambda: RSA.jwk(n=LEFT_OUT)),
    ("not-a-key", lambda: RSA.jwk(e="AA")),
    ("not-a-key", lambda: "key"),
    ("not-a-key", lambda: None),
    ("not-a-key", list),
]


@pytest.mark.hazard("A8")
@pytest.mark.parametrize(
    ("why", "made"), REFUSED, ids=[f"{n}-{why}" for n, (why, _) in enumerate(REFUSED)]
)
def test_a_key_that_is_weak_or_for_something_else_is_refused(
    why: str, made: Callable[[], object]
) -> None:
    assert why == read(made())


def test_a_longer_rsa_key_is_read_and_a_giant_is_not() -> None:
    numbers = RSA.key.public_key().public_numbers()
    giant = {**RSA.jwk(), "n": number((1 << 16_384) | numbers.n)}

    assert isinstance(read(public_jwk(rsa.generate_private_key(65537, 3072), kid="a")), Key)
    assert read(giant) == "weak"


def test_a_modulus_of_the_known_structure_is_told_from_others() -> None:
    assert is_roca(roca_modulus())
    assert not is_roca(RSA.key.public_key().public_numbers().n)


def test_a_thumbprint_is_that_of_the_standard() -> None:
    """The example of RFC 7638."""
    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECP"
        "ebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY"
        "368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0f"
        "M4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    )
    jwk = {"kty": "RSA", "n": modulus, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"}

    assert thumbprint(PyJWK(jwk).key) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


@pytest.mark.hazard("A23")
def test_a_key_whose_private_half_is_published_is_for_development_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The published keys themselves are not ours to ship; a thumbprint is added for the test."""
    monkeypatch.setitem(keys.PUBLISHED, thumbprint(EC.key.public_key()), "a test key")

    assert read_key(EC.jwk(), allow_published=False) == "published"
    assert isinstance(read_key(EC.jwk(), allow_published=True), Key)


@pytest.mark.hazard("A23")
def test_a_published_key_is_known_however_it_is_spelt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(keys.PUBLISHED, thumbprint(RSA.key.public_key()), "a test key")
    numbers = RSA.key.public_key().public_numbers()
    zero = b"\0" + numbers.n.to_bytes(256, "big")
    spellings = [{"n": b64(zero)}, {"n": f"{RSA.jwk()['n']}="}, {"e": "AAEAAQ"}]

    assert [read({**RSA.jwk(), **odd}) for odd in spellings] == ["published"] * 3


@pytest.mark.hazard("A23")
def test_the_known_published_keys_are_listed_with_a_source() -> None:
    assert len(keys.PUBLISHED) == 7
    assert all(len(found) == 43 for found in keys.PUBLISHED)


def test_a_key_set_keeps_the_good_and_counts_the_others() -> None:
    second = Caller(number=3, key_id="second")
    document = {
        "keys": [
            EC.jwk(),
            second.jwk(),
            EC.jwk(use="enc"),
            short_rsa(),
            {},
            "x",
            RSA.jwk(kid="a b"),
        ]
    }
    ring = read_key_set(document, allow_published=False)

    assert ring is not None
    assert {kid for kid, _ in ring.keys} == {EC.key_id, "second", "a b"}
    assert ring.refused == {"not-for-verifying": 1, "weak": 1, "algorithm": 2}


@pytest.mark.hazard("A6")
def test_a_private_entry_beside_its_public_one_is_no_twin() -> None:
    """As test kits publish them: one kid, the private half for signing."""
    ring = read_key_set(
        {"keys": [EC.jwk(d="AAAA", key_ops=["sign"]), EC.jwk()]}, allow_published=False
    )

    assert ring is not None
    assert list(ring.keys) == [(EC.key_id, "ES384")]


@pytest.mark.parametrize("document", [None, [], {}, "", {"keys": None}, {"keys": {}}])
def test_what_is_no_key_set_is_none(document: object) -> None:
    assert read_key_set(document, allow_published=False) is None


def test_one_kid_may_name_a_key_of_each_type() -> None:
    """RFC 7517, "kid": alternatives for one use may share a kid."""
    both = [EC.jwk(), RSA.jwk(kid=EC.key_id)]
    ring = read_key_set({"keys": both}, allow_published=False)

    assert ring is not None
    assert set(ring.keys) == {(EC.key_id, "ES384"), (EC.key_id, "RS384")}
    assert ring.refused == {}


def test_of_too_many_keys_the_first_that_fit_are_used() -> None:
    foreign = [{"kty": "OKP", "crv": "Ed25519", "kid": str(n)} for n in range(MOST_KEYS)]
    keys = [*foreign, *(EC.jwk(kid=str(n)) for n in range(MOST_KEYS + 1))]
    ring = read_key_set({"keys": keys}, allow_published=False)

    assert ring is not None
    assert [kid for kid, _ in ring.keys] == [str(n) for n in range(MOST_KEYS)]
    assert ring.refused == {"algorithm": MOST_KEYS, "beyond-the-most": 1}


def test_a_curve_point_is_checked() -> None:
    assert isinstance(EC.key, ec.EllipticCurvePrivateKey)
    assert read(off_the_curve()) == "not-a-key"
