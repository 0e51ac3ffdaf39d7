"""The engine on which formulas run: DuckDB, embedded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

    from kexin.settings import Engine


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
