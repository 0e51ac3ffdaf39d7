"""The engine on which formulas run: DuckDB, embedded."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import ibis

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from kexin.settings import Engine

    Aside = Callable[[str, ir.Table], ir.Table]


def connect(engine: Engine) -> Backend:
    """Return a connection to an empty database in memory, limited as the settings say.

    Tables that stand in files are read from there; nothing is kept in the connection.
    """
    limits: dict[str, Any] = {}
    if engine.threads:
        limits["threads"] = engine.threads
    if engine.memory:
        limits["memory_limit"] = engine.memory
    connection = ibis.duckdb.connect(**limits)
    # DuckDB draws its bar on standard output, where a command's JSON must stand alone.
    # In a notebook it draws none, and refuses the setting where ipywidgets is missing.
    setting = connection.raw_sql("SELECT current_setting('enable_progress_bar')")
    if setting.fetchone()[0]:
        connection.raw_sql("SET enable_progress_bar = false")
    return connection


@contextmanager
def put_aside(engine: Backend) -> Iterator[Aside]:
    """Give a function that computes parts of a query and keeps them to the end.

    A query of many parts is planned and held in memory as a whole; parts that were
    computed before it are only read, and what does not fit into memory goes to disk.
    """
    names: list[str] = []

    def aside(name: str, table: ir.Table) -> ir.Table:
        names.append(f"aside_{len(names)}_{name}")
        return engine.create_table(names[-1], table, temp=True)

    try:
        yield aside
    finally:
        for name in names:
            # Ibis 12 writes a DROP that names nothing for DuckDB 2.
            engine.raw_sql(f"DROP TABLE IF EXISTS {name}")
