"""Why a caller was refused: for the log and the operator, never for the caller."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Reason(StrEnum):
    """A closed set, so that a log line can hold one and nothing of a token."""

    ABSENT = "absent"
    NOT_BEARER = "not-bearer"
    TOO_LONG = "too-long"
    NOT_A_JWS = "not-a-jws"
    BAD_BASE64 = "bad-base64url"
    BAD_JSON = "bad-json"
    ALGORITHM = "algorithm"
    TYPE = "typ"
    KEY_ID = "kid"
    EMBEDDED_KEY = "embedded-key"
    CRITICAL = "critical-header"
    ISSUER = "issuer"
    AUDIENCE = "audience"
    CLAIMS = "claims"
    EXPIRED = "expired"
    NOT_YET = "not-yet-valid"
    LIFETIME = "lifetime"
    TENANT = "tenant"
    SERVICE = "service"
    KEY_URL = "jku"
    NO_KEYS = "keys-unavailable"
    UNKNOWN_KEY = "unknown-key"
    SIGNATURE = "signature"
    REPLAYED = "replayed"


# By the word itself: a note may be of a version that knows more of them.
HINTS: Mapping[str, str] = {
    Reason.ABSENT: "no Authorization header",
    Reason.NOT_BEARER: "the Authorization header is not one `Bearer` and a token",
    Reason.TOO_LONG: "the token or its header is too long",
    Reason.NOT_A_JWS: "not three parts with dots between them",
    Reason.BAD_BASE64: "a part is not base64url without padding",
    Reason.BAD_JSON: "header or claims are not one JSON object, or repeat a member",
    Reason.ALGORITHM: "alg is not ES384 or RS384, or not that of the key",
    Reason.TYPE: "typ is not JWT",
    Reason.KEY_ID: "kid is missing or not 1 to 256 printable characters",
    Reason.EMBEDDED_KEY: "the header brings a key of its own (jwk, x5c, x5u)",
    Reason.CRITICAL: "the header has crit, b64, zip, enc or cty",
    Reason.ISSUER: "iss is not the issuer of a client, to the letter",
    Reason.AUDIENCE: "aud is not the URL that was called",
    Reason.CLAIMS: "a claim is missing or of the wrong type (exp, iat: whole numbers; jti)",
    Reason.EXPIRED: "exp is over; compare the clocks",
    Reason.NOT_YET: "iat or nbf is in the future; compare the clocks",
    Reason.LIFETIME: "exp is further from iat than max_token_life_s allows",
    Reason.TENANT: "tenant is not one of the client's tenants",
    Reason.SERVICE: "the client may not call this service",
    Reason.KEY_URL: "jku is not the configured one",
    Reason.NO_KEYS: "the key set could not be had",
    Reason.UNKNOWN_KEY: "the key set has no usable key of this kid",
    Reason.SIGNATURE: "the signature is not that of the key",
    Reason.REPLAYED: "the token was used before",
}


class Refused(Exception):
    """A caller is not let in.  client: the configured name, once an issuer was recognised."""

    def __init__(self, reason: Reason, client: str = "") -> None:
        super().__init__(reason.value)
        self.reason, self.client = reason, client
