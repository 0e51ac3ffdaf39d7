"""Workspaces that hold a random city, with no intake between."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from kexin.intake.coverage import HEADINGS
from kexin.intake.snapshot import Held, Snapshot, add, commit
from kexin.registers.contract import contracts
from laws.small import schema_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from kexin.intake.coverage import Coverage
    from laws.cities import Tables

FILES = 2
"""Files of a table, so that engines read several."""


def workspace(folder: Path, settings: str, covered: Iterable[Coverage]) -> Path:
    """A workspace with such settings and coverage, and nothing taken in."""
    (folder / "data" / "warehouse").mkdir(parents=True)
    (folder / "kexin.toml").write_text(settings, encoding="utf-8")
    with (folder / "coverage.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        writer.writerows(["" if v is None else v for v in row] for row in covered)
    return folder


def hold(warehouse: Path, tables: Tables) -> None:
    """Put the versions of a city into a warehouse, as intake would leave them."""
    snapshot: Snapshot = {}
    for name in contracts():
        rows = sorted(tables.get(name, []), key=lambda row: str(row["row_id"]))
        if not rows:
            continue
        parts = []
        for number in range(FILES):
            own = pa.Table.from_pylist(rows[number::FILES], schema_of(name))
            beside = warehouse / f"{name}.part"
            pq.write_table(own, beside)
            parts.append(add(warehouse, beside, name, f"{number}", len(own)))
        first = min(row["known_at"] for row in rows).date()
        columns = contracts()[name].columns()
        snapshot[name] = Held(sorted(parts), dict(columns), str(first))
    commit(warehouse, snapshot)
