"""Who asks, and what is asked: a known EHR, with a fresh token for every call."""

from __future__ import annotations

from datetime import date
from functools import cache

from flask import Flask

from service.app import create_app
from tests.fhir.build import TODAY
from tests.trust.callers import Caller, client_of, site

DAY = [TODAY]
BASE = "https://cds.example.org"
# RS384: a token is checked in a tenth of the time of ES384, which leaves it to the requests.
EHR = Caller(algorithm="RS384")


def set_day(day: date) -> None:
    """Stories are judged on their own days."""
    DAY[0] = day


@cache
def application() -> Flask:
    """In production mode there is no page, and no FHIR server that was not registered is asked."""
    settings = site(client_of(EHR, name="ehr"), mode="production", public_base_url=BASE)
    return create_app(settings, today=lambda: DAY[0])


def headers(path: str) -> dict[str, str]:
    """What shows who is calling: a token that is good for this path, once."""
    return {"Host": "cds.example.org", "Authorization": f"Bearer {EHR.token(BASE + path)}"}
