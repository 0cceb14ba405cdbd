"""Who asks, and what is asked: the one place that knows how a caller is recognised."""

from __future__ import annotations

from datetime import date
from functools import cache

from flask import Flask

from service.app import create_app
from service.settings import Settings
from tests.fhir.build import TODAY

DAY = [TODAY]


def set_day(day: date) -> None:
    """Stories are judged on their own days."""
    DAY[0] = day


@cache
def application() -> Flask:
    """In production mode there is no page, and no FHIR server that was not registered is asked."""
    return create_app(Settings(mode="production"), today=lambda: DAY[0])


def headers(path: str) -> dict[str, str]:
    """What shows who is calling: nothing, as no client is configured."""
    return {}
