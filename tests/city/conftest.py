from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from kexin.algebra.engine import connect
from kexin.identity.ladder import Thresholds
from kexin.intake.deliver import deliver
from kexin.intake.mapping import read_mapping
from kexin.settings import Engine
from kexin.simulate.export import Asked, export
from kexin.simulate.mapped import write_mappings

if TYPE_CHECKING:
    from pathlib import Path

FIRMS, SEED = 1_200, 20261123


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small city that fills every table (1,000 firms know no customs penalty)."""
    folder = tmp_path_factory.mktemp("city") / "city"
    export(folder, Asked(FIRMS, SEED), threads=2)
    return folder


@pytest.fixture(scope="session")
def warehouse(city: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse that took all of it in, at once."""

    folder = tmp_path_factory.mktemp("taken")
    write_mappings(folder / "mappings")
    deliver(
        [city / "deliveries"],
        read_mapping(folder / "mappings"),
        folder / "warehouse",
        date(2026, 11, 1),
        connect(Engine()),
        who=Thresholds(synthetic=True),
    )
    return folder / "warehouse"
