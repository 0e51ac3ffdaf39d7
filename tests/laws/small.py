"""Small warehouses in memory, and panels of them through the public function."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa

from kexin.panel.build import panel
from kexin.registers.contract import contracts
from kexin.registers.reference import ESTIMATES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    from ibis.backends.duckdb import Backend

    from kexin.signals.signal import Signal

    Record = dict[str, Any]
    Observation = tuple[str, date]
    Values = dict[str, float | None]


@functools.cache
def schema_of(table: str) -> pa.Schema:
    """The columns of a table."""
    if table in ESTIMATES:
        return ibis.schema(ESTIMATES[table]).to_pyarrow()
    return ibis.schema(contracts()[table].columns()).to_pyarrow()


def warehouse(
    engine: Backend, tables: Mapping[str, Iterable[Record]]
) -> dict[str, ibis.Table]:
    """Every table that a contract declares, filled with the records given.

    A table of estimates is there only where it is given.
    """
    held = {}
    for name in {**contracts(), **tables}:
        rows = pa.Table.from_pylist(list(tables.get(name, [])), schema=schema_of(name))
        engine.con.register("rows", rows)
        engine.con.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM rows")
        engine.con.unregister("rows")
        held[name] = engine.table(name)
    return held


def values(
    signals: Collection[Signal],
    tables: Mapping[str, Iterable[Record]],
    observations: Collection[Observation],
    threads: int = 2,
) -> dict[Observation, Values]:
    """The signals of some observations, by observation and id."""
    engine = ibis.duckdb.connect(threads=threads)
    asked = ibis.memtable(
        pa.table(
            {
                "firm_key": pa.array([firm for firm, _ in observations], pa.string()),
                "as_of": pa.array([day for _, day in observations], pa.date32()),
            }
        )
    )
    days = sorted({day for _, day in observations})
    made = panel(signals, asked, days, warehouse(engine, tables))
    return {
        (row.pop("firm_key"), row.pop("as_of")): row
        for row in engine.to_pyarrow(made).to_pylist()
    }
