"""EHRs that call: real keys, their key sets, tokens that are right or wrong in one thing."""

from __future__ import annotations

import json
import time
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from flask.testing import FlaskClient
from jwt import get_algorithm_by_name
from werkzeug.test import TestResponse

from service.app import create_app
from service.settings import Client, Settings

Json = dict[str, Any]
BASE = "http://127.0.0.1:5000"
SIGN = "/cds-services/hpp-order-sign"
LEFT_OUT: Any = object()
_HOME = TemporaryDirectory(prefix="hpp-cds-tests-")


def b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


@cache
def private_key(algorithm: str, number: int = 0) -> Any:
    """A real key; another number is another key."""
    if algorithm.startswith("ES"):
        curve: Any = ec.SECP256R1() if algorithm == "ES256" else ec.SECP384R1()
        return ec.generate_private_key(curve)
    return rsa.generate_private_key(65537, 2048)


def public_jwk(key: Any, **members: Any) -> Json:
    """The public half as a JWK; a member set to LEFT_OUT is left out."""
    name = "ES384" if isinstance(key, ec.EllipticCurvePrivateKey) else "RS384"
    jwk = json.loads(get_algorithm_by_name(name).to_jwk(key.public_key()))
    for more in ("key_ops", "use", "alg"):
        jwk.pop(more, None)
    jwk |= {"use": "sig", **members}
    return {key: value for key, value in jwk.items() if value is not LEFT_OUT}


def compact(header: Json | str, claims: Json | str, sign: Callable[[bytes], bytes]) -> str:
    """A JWS of a header and claims, which may be text that says what no library would write."""
    parts = [p if isinstance(p, str) else json.dumps(p) for p in (header, claims)]
    head = ".".join(b64(part.encode("utf-8", "surrogatepass")) for part in parts)
    return f"{head}.{b64(sign(head.encode()))}"


@dataclass
class Caller:
    """One EHR.  Its tokens are good for a URL, unless a claim or header is changed."""

    issuer: str = "https://ehr.example.org/fhir"
    algorithm: str = "ES384"
    key_id: str = "d3bm+/="
    number: int = 0
    tokens: list[str] = field(default_factory=list)

    @property
    def key(self) -> Any:
        return private_key(self.algorithm, self.number)

    def jwk(self, **members: Any) -> Json:
        return public_jwk(self.key, **{"kid": self.key_id, "alg": self.algorithm, **members})

    def key_set(self, *more: Json) -> Json:
        return {"keys": [self.jwk(), *more]}

    def sign(self, message: bytes, algorithm: str = "", key: Any = None) -> bytes:
        signer = get_algorithm_by_name(algorithm or self.algorithm)
        return signer.sign(message, key or self.key)

    def header(self, **changes: Any) -> Json:
        header = {"alg": self.algorithm, "typ": "JWT", "kid": self.key_id, **changes}
        return {name: value for name, value in header.items() if value is not LEFT_OUT}

    def claims(self, url: str, **changes: Any) -> Json:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": url,
            "exp": now + 300,
            "iat": now,
            "jti": str(uuid.uuid4()),
            **changes,
        }
        return {name: value for name, value in claims.items() if value is not LEFT_OUT}

    def token(self, url: str, header: Json | None = None, **claims: Any) -> str:
        return compact(self.header(**(header or {})), self.claims(url, **claims), self.sign)


EHR = Caller()


def key_file(caller: Caller = EHR, document: Json | None = None) -> str:
    """The path of a new key set file."""
    path = Path(_HOME.name) / f"{uuid.uuid4()}.json"
    path.write_text(json.dumps(document or caller.key_set()))
    return str(path)


def client_of(caller: Caller = EHR, **more: Any) -> Client:
    named = {"name": "this-ehr", "issuer": caller.issuer, **more}
    return Client(**{"jwks": key_file(caller), **named})


def site(*clients: Client, **more: Any) -> Settings:
    """Settings with these clients and a store of their own."""
    folder = Path(_HOME.name) / str(uuid.uuid4())
    return Settings(
        **{"mode": "development", "clients": clients or (client_of(),), "data_dir": folder, **more}
    )


class SigningClient(FlaskClient):
    """Every call brings a fresh token of the EHR for the URL that is called."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        path = str(args[0]).partition("?")[0]
        headers = dict(kwargs.pop("headers", None) or {})
        headers.setdefault("Authorization", f"Bearer {EHR.token(BASE + path)}")
        return super().open(*args, headers=headers, **kwargs)


def signing(settings: Settings, today: Callable[[], date] | None = None) -> FlaskClient:
    """A client of the application that is let in."""
    app = create_app(settings, today=today)
    app.test_client_class = SigningClient
    return app.test_client()
