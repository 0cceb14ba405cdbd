"""The `vignette` fixture: the shipped service, called without HTTP."""

import pytest

from tests.spec.render import engine
from tests.spec.vignette import Runner


@pytest.fixture
def vignette() -> Runner:
    return Runner(engine())
