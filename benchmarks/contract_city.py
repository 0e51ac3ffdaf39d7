"""A city in contract form as the tables of a warehouse: for the benchmarks beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kexin.algebra.engine import connect, stored
from kexin.panel.files import Held
from kexin.registers.contract import contracts
from kexin.settings import Engine

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import ibis.expr.types as ir

THREADS, MEMORY = 2, "8GB"


def opened(city: Path) -> dict[str, ir.Table]:
    """Return the tables of a city; those that it did not write have no rows."""
    engine = connect(Engine(threads=THREADS, memory=MEMORY))
    found = {}
    for name, contract in contracts().items():
        path = city / "tables" / f"{name}.parquet"
        files = [str(path)] if path.exists() else []
        found[name] = stored(engine, name, contract.columns(), files)
    return found


def held(tables: Mapping[str, ir.Table], digest: str) -> Held:
    """Return what panels are made of, under a digest that tells worlds apart."""
    first = {name: table.known_at.min() for name, table in tables.items()}
    told = {name: moment.to_pyarrow().as_py() for name, moment in first.items()}
    known_from = {name: moment.date() for name, moment in told.items() if moment}
    return Held(tables, digest, known_from)
