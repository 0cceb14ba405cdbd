"""Shared fixtures: the house with the shipped content, and a client of the application."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient

from service.app import build_house, create_app
from service.evaluation import House
from service.settings import Settings

TODAY = date(2026, 3, 1)


@pytest.fixture(scope="session")
def house() -> House:
    return build_house(Settings())


@pytest.fixture(scope="session")
def client() -> FlaskClient:
    return create_app(Settings(), today=lambda: TODAY).test_client()
