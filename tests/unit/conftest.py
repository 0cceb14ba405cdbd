"""Fixtures of this folder."""

from __future__ import annotations

import pytest

from service.content.knowledge import load_knowledge
from service.hpp.knowledge.model import Knowledge


@pytest.fixture(scope="module")
def shipped() -> Knowledge:
    return load_knowledge()
