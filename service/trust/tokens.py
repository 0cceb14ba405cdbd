"""A compact JWS as it was sent: strict in every byte, because nothing in it is proven yet.

PyJWT, as others, accepts padding, repeated members and header parameters that say other things
than they seem to; a token that could be spelt twice could be used twice (RFC 7515, RFC 8725).
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass, field
from typing import Any, Literal, TypeGuard

from service import strict_json
from service.trust.refusal import Reason, Refused

Json = dict[str, Any]
Algorithm = Literal["ES384", "RS384"]
ALGORITHMS: tuple[Algorithm, ...] = ("ES384", "RS384")
LONGEST_TOKEN, LONGEST_HEADER_BYTES = 8192, 4096
_PART = re.compile(r"[A-Za-z0-9_-]+")
_ID = re.compile(r"[\x20-\x7e]{1,256}")
_BRINGS_A_KEY = frozenset({"jwk", "x5c", "x5u"})
_CHANGES_THE_MEANING = frozenset({"crit", "b64", "zip", "enc", "cty"})


@dataclass(frozen=True, slots=True)
class Token:
    """What a token claims, the bytes that say so, and their signature; never shown."""

    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    algorithm: Algorithm
    key_id: str
    key_url: str | None
    claims: Json = field(repr=False)


def bearer(authorization: str | None) -> str:
    """The token of one `Authorization: Bearer` header; the scheme is case-insensitive."""
    if not authorization:
        raise Refused(Reason.ABSENT)
    scheme, _, text = authorization.partition(" ")
    if scheme.lower() != "bearer" or not text or text != text.strip() or "," in text:
        raise Refused(Reason.NOT_BEARER)
    return text


def read_token(text: str) -> Token:
    """Read a token.  Raises Refused for anything that is not one plain signed JWT."""
    if len(text) > LONGEST_TOKEN:
        raise Refused(Reason.TOO_LONG)
    parts = text.split(".")
    if len(parts) != 3:
        raise Refused(Reason.NOT_A_JWS)
    raw_header, raw_claims, signature = map(_decoded, parts)
    if len(raw_header) > LONGEST_HEADER_BYTES:
        raise Refused(Reason.TOO_LONG)
    header = _object(raw_header)
    _check_header(header)
    signed = text[: text.rindex(".")].encode()
    return Token(
        signed, signature, header["alg"], header["kid"], header.get("jku"), _object(raw_claims)
    )


def is_id(value: object) -> TypeGuard[str]:
    """Whether this can be a `kid` or `jti`: short, printable, and only ever compared."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _decoded(part: str) -> bytes:
    """Only the one canonical spelling of each byte string is accepted."""
    if not _PART.fullmatch(part):
        raise Refused(Reason.BAD_BASE64)
    try:
        raw = urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except NotBase64:
        raise Refused(Reason.BAD_BASE64) from None
    if urlsafe_b64encode(raw).rstrip(b"=") != part.encode():
        raise Refused(Reason.BAD_BASE64)
    return raw


def _object(raw: bytes) -> Json:
    try:
        value = strict_json.load(raw)
    except strict_json.BadJson:
        raise Refused(Reason.BAD_JSON) from None
    if not isinstance(value, dict):
        raise Refused(Reason.BAD_JSON)
    return value


def _check_header(header: Json) -> None:
    if header.get("alg") not in ALGORITHMS:
        raise Refused(Reason.ALGORITHM)
    if _BRINGS_A_KEY & header.keys():
        raise Refused(Reason.EMBEDDED_KEY)
    if _CHANGES_THE_MEANING & header.keys():
        raise Refused(Reason.CRITICAL)
    kind, key_id, key_url = header.get("typ"), header.get("kid"), header.get("jku")
    if not isinstance(kind, str) or kind.upper() != "JWT":
        raise Refused(Reason.TYPE)
    if not is_id(key_id):
        raise Refused(Reason.KEY_ID)
    if key_url is not None and not isinstance(key_url, str):
        raise Refused(Reason.KEY_URL)
