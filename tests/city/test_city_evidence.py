"""Reducing a signal's evidence gives its value again, for the firms of a whole city."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from kexin.algebra.engine import connect
from kexin.intake.warehouse import open_warehouse
from kexin.panel.evidence import evidence, values_from
from kexin.panel.files import Held, write_panels
from kexin.settings import Engine
from kexin.signals.catalogue import catalogue

if TYPE_CHECKING:
    from pathlib import Path

    from kexin.intake.warehouse import Warehouse

DAY = date(2026, 9, 30)
FIRMS = 1_000

pytestmark = pytest.mark.flow


@pytest.fixture(scope="module")
def held(warehouse: Path) -> Warehouse:
    return open_warehouse(warehouse, connect(Engine()))


@pytest.fixture(scope="module")
def values(held: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """All signals of a thousand firms, chosen at random."""
    every, folder = list(catalogue().values()), tmp_path_factory.mktemp("panel")
    made_of = Held(held.tables, held.digest, held.known_from)
    (made,) = write_panels(every, [DAY], made_of, folder)
    panel = pd.read_parquet(made.path).set_index("firm_key")
    return panel.sample(FIRMS, random_state=1).drop(columns="as_of")


def test_evidence_gives_every_value_again(
    values: pd.DataFrame, held: Warehouse
) -> None:
    present = values.loc[:, values.notna().any()]
    assert len(present.columns) >= 180
    assert present.count().sum() >= 100_000
    for name, column in present.items():
        told, signal = column.dropna(), catalogue()[str(name)]
        records = evidence(signal, list(told.index), DAY, held.tables)
        again = values_from(signal, list(told.index), DAY, records)
        assert again == pytest.approx(told.to_dict(), rel=1e-9), name
