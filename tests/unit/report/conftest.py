from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from unit.intake.bureau import Bureau
from unit.report.monthly import FORM, send

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def four_months(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a bureau that delivered four ordinary months; only to be copied."""
    bureau = Bureau(tmp_path_factory.mktemp("months") / "bureau", FORM)
    bureau.folder.mkdir()
    for month in range(1, 5):
        send(bureau, month)
    return bureau.folder


@pytest.fixture
def usual(four_months: Path, tmp_path: Path) -> Bureau:
    """A bureau that delivered four ordinary months."""
    folder = tmp_path / "usual"
    shutil.copytree(four_months, folder)
    return Bureau(folder, FORM, sent=4)


@pytest.fixture
def bureau(tmp_path: Path) -> Bureau:
    return Bureau(tmp_path)
