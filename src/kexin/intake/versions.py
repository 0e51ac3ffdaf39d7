"""From accepted rows to versions: who stood when, computed once, at intake.

The versions of a record are the rows with its natural key, ordered by the moment they
were known. Each stands until the next is known. A row that says what its predecessor
says is held already, and so is one that the same file or another told for the same
moment: an old file that is delivered again does not turn back what came after it. A
withdrawal ends the version before it
and never stands itself: its interval is empty.

The query is SQL, as it is made of window functions over an engine that is DuckDB's
alone: warehouses are written by one engine, whatever reads them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kexin.intake.warehouse import add, columns_sql, empty_sql, write_sql

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ibis.backends.duckdb import Backend

    from kexin.intake.warehouse import Part
    from kexin.registers.contract import Table

PLACED_LAST = ("row_id", "superseded_at", "version_no")
"""Columns that a version gets from its neighbours."""


ORDER = "known_at, delivered IS NOT NULL, number_before, delivered"
"""Order of a record's versions: what stood before comes first on the same moment."""


class Merged(NamedTuple):
    """What became of a table's accepted rows.

    Attributes:
        held: Rows that said what was known already.
        parts: The files of the table as they are to be.
    """

    held: int
    parts: list[Part]


def merge(
    connection: Backend, contract: type[Table], folder: Path, parts: list[Part]
) -> Merged:
    """Merge the rows of `incoming_<table>` into a table's files.

    Args:
        connection: Holds `incoming_<table>`: the contract's columns without those that
            come from neighbours, and `delivered`, the rows' order.
        contract: The table.
        folder: The warehouse.
        parts: The table's files as they stand.

    Returns:
        Count of rows held already, and the table's files; the same ones where nothing
        new came. Files are rewritten only for years in which a version changes.
    """
    link_existing(connection, contract, folder, parts)
    connection.con.execute(versions_sql(contract))
    name = contract.id
    came = count(connection, f"SELECT count(*) FROM incoming_{name}")  # noqa: S608
    new = count(connection, f"SELECT count(delivered) FROM versions_{name}")  # noqa: S608
    years = connection.con.execute(
        f"SELECT DISTINCT year(event_date) FROM versions_{name} "  # noqa: S608
        "WHERE changed ORDER BY 1"
    ).fetchall()
    kept = [part for part in parts if year_of(part) not in {year for (year,) in years}]
    made = [write_year(connection, contract, folder, year) for (year,) in years]
    return Merged(came - new, sorted([*kept, *made]))


def link_existing(
    connection: Backend, contract: type[Table], folder: Path, parts: list[Part]
) -> None:
    """Make `existing_<table>` a view of the table's files."""
    if parts:
        paths = ", ".join(f"'{folder / part.path}'" for part in parts)
        body = f"SELECT {columns_sql(contract)} FROM read_parquet([{paths}])"  # noqa: S608
    else:
        body = empty_sql(contract)
    connection.con.execute(
        f"CREATE OR REPLACE TEMP VIEW existing_{contract.id} AS {body}"
    )


def versions_sql(contract: type[Table]) -> str:
    """Return the query that makes `versions_<table>` of all rows with delivered keys.

    `delivered` is absent for versions that stood before; `changed` marks versions that
    are new, or whose interval or number is another than before.
    """
    name = contract.id
    own = [c for c in contract.columns() if c not in PLACED_LAST]
    listed = ", ".join(f'"{column}"' for column in own)
    content = joined(["firm_key", *contract.fields()])
    return f"""
    CREATE OR REPLACE TEMP TABLE versions_{name} AS
    WITH incoming AS (
        SELECT {listed}, {key_sql(contract)} AS key_, delivered,
               NULL::TIMESTAMP AS ended_before, NULL::INTEGER AS number_before
        FROM incoming_{name}
    ), existing AS (
        SELECT {listed}, {key_sql(contract)} AS key_, NULL::BIGINT AS delivered,
               superseded_at AS ended_before, version_no AS number_before
        FROM existing_{name}
        WHERE {key_sql(contract)} IN (SELECT key_ FROM incoming)
    ), together AS (
        SELECT * REPLACE (CASE op WHEN 'D' THEN 'D' ELSE '' END AS op)
        FROM (FROM existing UNION ALL BY NAME FROM incoming)
    ), marked AS (
        SELECT *, sha256(concat_ws(chr(31), '{name}', op, {content})) AS content_
        FROM together
    ), fresh AS (
        SELECT * FROM marked
        QUALIFY delivered IS NULL OR (
            row_number() OVER (PARTITION BY key_, content_, known_at ORDER BY {ORDER})
            = 1 AND
            row_number() OVER (PARTITION BY key_, content_, batch_id ORDER BY {ORDER})
            = 1)
    ), compared AS (
        SELECT *, delivered IS NOT NULL AND coalesce(
            content_ = lag(content_) OVER record_, false) AS held_
        FROM fresh
        WINDOW record_ AS (PARTITION BY key_ ORDER BY {ORDER})
    ), numbered AS (
        SELECT * EXCLUDE (held_), lead(known_at) OVER record_ AS next_,
               CAST(row_number() OVER record_ AS INTEGER) AS version_no
        FROM compared WHERE NOT held_
        WINDOW record_ AS (PARTITION BY key_ ORDER BY {ORDER})
    ), placed AS (
        SELECT * REPLACE (CASE WHEN op = 'D' THEN 'D' WHEN version_no = 1 THEN 'I'
                               ELSE 'U' END AS op),
               CASE WHEN op = 'D' THEN known_at ELSE next_ END AS superseded_at
        FROM numbered
    )
    SELECT *, left(sha256(concat_ws(chr(31), content_, known_at)), 24) AS row_id,
           superseded_at IS DISTINCT FROM ended_before
           OR version_no IS DISTINCT FROM number_before AS changed
    FROM placed
    """  # noqa: S608


def key_sql(contract: type[Table]) -> str:
    """Return a record's natural key as one text."""
    return f"concat_ws(chr(31), {joined(contract.key)})"


def joined(columns: Iterable[str]) -> str:
    """Return columns as text, each with a sign of its own where it is absent."""
    return ", ".join(f'coalesce("{column}"::VARCHAR, chr(30))' for column in columns)


def count(connection: Backend, query: str) -> int:
    """Return the one number that a query gives."""
    return int(connection.con.execute(query).fetchall()[0][0])


def year_of(part: Part) -> int:
    """Return the year of event dates that a file holds."""
    return int(part.path.rpartition("/")[2].partition("-")[0])


def write_year(
    connection: Backend, contract: type[Table], folder: Path, year: int
) -> Part:
    """Write a year's versions as a new file: the touched records and all others."""
    name, columns = contract.id, columns_sql(contract)
    order = ", ".join(f'"{column}"' for column in contract.key)
    query = f"""
    SELECT {columns} FROM (
        SELECT {columns} FROM existing_{name}
        WHERE year(event_date) = {year}
          AND {key_sql(contract)} NOT IN (SELECT key_ FROM versions_{name})
        UNION ALL
        SELECT {columns} FROM versions_{name} WHERE year(event_date) = {year}
    ) ORDER BY {order}, version_no
    """  # noqa: S608
    beside = folder / f"{name}-{year}.part"
    rows = write_sql(connection, query, beside)
    return add(folder, beside, name, str(year), rows)
