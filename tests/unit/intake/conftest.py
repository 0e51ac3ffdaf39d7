from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from unit.intake.bureau import Bureau
from unit.intake.desk import Desk

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def bureau(tmp_path: Path) -> Bureau:
    return Bureau(tmp_path)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)
