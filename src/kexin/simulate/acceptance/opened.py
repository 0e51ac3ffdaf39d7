"""A city on disk, opened to be judged: its tables as they stand in the end, its truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa

from kexin.registers.contract import ENVELOPE, contracts
from kexin.simulate import clock
from kexin.simulate.rows import arrow_type

if TYPE_CHECKING:
    from pathlib import Path

    from kexin.registers.contract import Table
    from kexin.simulate.arrays import Floats

MONTHS = clock.MONTHS - clock.BURN_IN
"""Delivered months; the first is January 2019."""


def opened(folder: Path) -> duckdb.DuckDBPyConnection:
    """Return a connection on which every table of a city is a view.

    A view of a register's table holds the versions that stand on the city's last day;
    `all_<table>` holds all versions. A table that was not written is empty.
    """
    engine = duckdb.connect()
    for path in sorted((folder / "truth").glob("gt_*.parquet")):
        engine.execute(f"CREATE VIEW {path.stem} AS FROM '{path}'")
    for name, contract in contracts().items():
        path = folder / "tables" / f"{name}.parquet"
        if path.exists():
            engine.execute(f"CREATE VIEW all_{name} AS FROM '{path}'")
        else:
            engine.register(f"all_{name}", nothing(contract))
        engine.execute(
            f"CREATE VIEW {name} AS FROM all_{name} "
            "WHERE op <> 'D' AND superseded_at IS NULL"
        )
    engine.execute(
        "CREATE TABLE firm AS SELECT *, file_row_number::INTEGER AS place "
        f"FROM read_parquet('{folder}/truth/gt_firm.parquet', file_row_number = true)"
    )
    engine.execute("CREATE VIEW who AS SELECT firm_key, place FROM firm")
    return engine


def nothing(contract: type[Table]) -> pa.Table:
    """Return a table of a contract without a record."""
    own = {name: arrow_type(field) for name, field in contract.fields().items()}
    kinds = {
        "int32": pa.int32(),
        "date": pa.date32(),
        "timestamp(6)": pa.timestamp("us"),
    }
    envelope = {name: kinds.get(kind, pa.string()) for name, kind in ENVELOPE.items()}
    return pa.schema(list({**envelope, **own}.items())).empty_table()


def matrix(engine: duckdb.DuckDBPyConnection, query: str) -> Floats:
    """Return months x firms of what a query counts; 0 where it has no row.

    Args:
        engine: An opened city.
        query: Gives `firm_key`, `day` and `value`; values of a month are added.
    """
    firms = engine.execute("SELECT count(*) FROM firm").fetchall()[0][0]
    told = engine.execute(
        f"""
        SELECT place, datediff('month', DATE '2019-01-01', day)::INTEGER AS month,
               sum(value)::DOUBLE AS value
        FROM ({query}) JOIN who USING (firm_key) GROUP BY ALL
        """
    ).fetchnumpy()
    inside = (told["month"] >= 0) & (told["month"] < MONTHS)
    found = np.zeros((MONTHS, firms), np.float32)
    found[told["month"][inside], told["place"][inside]] = told["value"][inside]
    return found
