"""JWK -> a public key fixed to one algorithm, or in one word why not (RFC 7517, RFC 7518).

A key set is as untrusted as what it is fetched from: a key that is weak, meant for something
else, or whose private half the whole world has, is no key.
"""

from __future__ import annotations

import csv
import hashlib
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from jwt.exceptions import PyJWTError

from service.trust.tokens import Algorithm, Token, is_id

Json = Mapping[str, Any]
MOST_KEYS = 64
RSA_BITS = range(2048, 8193)
_PUBLIC_MEMBERS: Mapping[str, tuple[str, ...]] = {
    "EC": ("crv", "kty", "x", "y"),
    "RSA": ("e", "kty", "n"),
}


# RFC 7517, "kid": keys of different types may share a kid where they serve alternatives.
KeyName = tuple[str, Algorithm]


@dataclass(frozen=True, slots=True)
class Key:
    """A public key, good for one algorithm.  thumbprint: RFC 7638, SHA-256."""

    key_id: str
    algorithm: Algorithm
    thumbprint: str
    jwk: PyJWK = field(repr=False, compare=False)

    @property
    def name(self) -> KeyName:
        return self.key_id, self.algorithm

    def has_signed(self, token: Token) -> bool:
        """Whether the token's signature is this key's, by this key's algorithm and no other."""
        return token.algorithm == self.algorithm and self.jwk.Algorithm.verify(
            token.signed, self.jwk.key, token.signature
        )


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The usable keys of one issuer, and how many were refused for which reason."""

    keys: Mapping[KeyName, Key] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)


def read_key_set(document: object, *, allow_published: bool) -> KeyRing | None:
    """A JWK Set; None where it is none.  A kid that stands twice for one algorithm names no key.

    Of more keys than MOST_KEYS that fit our algorithms, the first are used.
    allow_published: development mode lets the published test keys in.
    """
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        return None
    fitting = [item for item in listed if isinstance(item, dict) and _algorithm(item)]
    read = [read_key(item, allow_published=allow_published) for item in fitting[:MOST_KEYS]]
    refused = Counter(item for item in read if isinstance(item, str))
    good = [item for item in read if isinstance(item, Key)]
    times = Counter(key.name for key in good)
    refused["algorithm"] = len(listed) - len(fitting)
    refused["beyond-the-most"] = max(0, len(fitting) - MOST_KEYS)
    refused["duplicate-kid"] = sum(count for count in times.values() if count > 1)
    ring = {key.name: key for key in good if times[key.name] == 1}
    return KeyRing(ring, {reason: count for reason, count in refused.items() if count})


def read_key(jwk: object, *, allow_published: bool) -> Key | str:
    """One JWK, or what is wrong with it."""
    if not isinstance(jwk, dict):
        return "not-a-key"
    key_id, algorithm = jwk.get("kid"), _algorithm(jwk)
    if algorithm is None:
        return "algorithm"
    if not is_id(key_id):
        return "kid"
    if not _may_verify(jwk):
        return "not-for-verifying"
    if jwk.keys() & {"d", "p", "q", "k"}:
        return "private"
    try:
        key = PyJWK({name: jwk[name] for name in _PUBLIC_MEMBERS[jwk["kty"]]}, algorithm)
    except (PyJWTError, KeyError, ValueError, TypeError):
        return "not-a-key"
    return _checked(Key(key_id, algorithm, thumbprint(key.key), key), allow_published)


def _checked(key: Key, allow_published: bool) -> Key | str:
    if not _is_strong(key.jwk.key):
        return "weak"
    if key.thumbprint in PUBLISHED and not allow_published:
        return "published"
    return key


def _algorithm(jwk: Json) -> Algorithm | None:
    """From the kind of key; an `alg` that says otherwise makes the key unusable."""
    fits: Algorithm | None = None
    if jwk.get("kty") == "EC" and jwk.get("crv") == "P-384":
        fits = "ES384"
    elif jwk.get("kty") == "RSA":
        fits = "RS384"
    return fits if jwk.get("alg", fits) == fits else None


def _may_verify(jwk: Json) -> bool:
    operations = jwk.get("key_ops", ["verify"])
    return (
        jwk.get("use", "sig") == "sig" and isinstance(operations, list) and "verify" in operations
    )


def _is_strong(key: object) -> bool:
    if isinstance(key, RSAPublicKey):
        numbers = key.public_numbers()
        return key.key_size in RSA_BITS and numbers.e >= 65537 and not is_roca(numbers.n)
    return isinstance(key, EllipticCurvePublicKey)


def thumbprint(key: EllipticCurvePublicKey | RSAPublicKey) -> str:
    """RFC 7638: SHA-256 over the required members, in this order, without white space.

    Of the key itself: a JWK can spell one number in many ways.
    """
    if isinstance(key, EllipticCurvePublicKey):
        jwk = ECAlgorithm.to_jwk(key, as_dict=True)
    else:
        jwk = RSAAlgorithm.to_jwk(key, as_dict=True)
    members = {name: jwk[name] for name in _PUBLIC_MEMBERS[jwk["kty"]]}
    digest = hashlib.sha256(orjson.dumps(members, option=orjson.OPT_SORT_KEYS)).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def _powers(prime: int) -> frozenset[int]:
    """The subgroup that 65537 generates modulo a prime."""
    return frozenset(pow(65537, exponent, prime) for exponent in range(prime - 1))


_ROCA_PRIMES = (
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
    101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
)  # fmt: skip
_ROCA = {prime: _powers(prime) for prime in _ROCA_PRIMES}


def is_roca(modulus: int) -> bool:
    """Whether an RSA modulus has the structure of CVE-2017-15361, which can be factored.

    Its primes are 65537^a modulo the product of the first primes, so the modulus lies in the
    subgroup of 65537 modulo each of them; another modulus does once in about 2^27 times.
    Source: Nemec et al., The Return of Coppersmith's Attack, CCS 2017.
    """
    return all(modulus % prime in group for prime, group in _ROCA.items())


def _published() -> dict[str, str]:
    text = files("service.trust").joinpath("published_keys.csv").read_text("utf-8")
    return {row["thumbprint"]: row["key"] for row in csv.DictReader(text.splitlines())}


PUBLISHED = _published()
