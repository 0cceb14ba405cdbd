"""The shipped content."""

import pytest

from service.hpp.knowledge.model import Knowledge
from tests.spec.render import engine


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return engine().knowledge
