from __future__ import annotations

import pytest

from kexin.simulate.variant import variant
from kexin.simulate.world import World, world


@pytest.fixture(scope="session")
def town() -> World:
    return world(2_000, 7, variant("usual"))
