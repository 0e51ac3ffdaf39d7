"""The few forms of DuckDB's SQL that are written by hand, for intake above all."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ibis.backends.duckdb import Backend

TYPES = {
    "string": "VARCHAR",
    "int64": "BIGINT",
    "int32": "INTEGER",
    "float64": "DOUBLE",
    "timestamp(6)": "TIMESTAMP",
    "array<string>": "VARCHAR[]",
}
"""DuckDB's names of the types that contracts name in Ibis's words; others agree."""


def sql_type(dtype: str) -> str:
    """Return DuckDB's name of a type."""
    return TYPES.get(dtype, dtype)


def name(column: str) -> str:
    """Return the name of a column as SQL writes it."""
    return f'"{column}"'


def text(value: str) -> str:
    """Return a text literal.

    Examples:
        >>> text("d'or")
        "'d''or'"
    """
    return "'" + value.replace("'", "''") + "'"


def files(paths: Iterable[Path]) -> str:
    """Return the table of some Parquet files; a column that one lacks is absent."""
    listed = ", ".join(text(str(path)) for path in paths)
    return f"read_parquet([{listed}], union_by_name = true)"


def number(connection: Backend, query: str) -> int:
    """Return the one number that a query gives."""
    return int(connection.con.execute(query).fetchall()[0][0])


def counts(connection: Backend, query: str) -> dict[str, int]:
    """Return numbers by name, out of a query of two columns."""
    return dict(connection.con.execute(query).fetchall())


def write(connection: Backend, query: str, path: Path) -> int:
    """Write a query's rows as Parquet, and return their number."""
    return number(
        connection,
        f"COPY ({query}) TO {text(str(path))} (FORMAT parquet, COMPRESSION zstd)",
    )
