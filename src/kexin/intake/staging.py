"""Rows of files on the engine: checked, and each put where it belongs.

Accepted rows wait in Parquet files below the warehouse until they are merged, so that a
delivery may be larger than memory; refused ones wait on the engine.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

import ibis

from kexin.intake import quarantine, sql
from kexin.intake.accounts import Count, balanced
from kexin.intake.arrivals import FILE, ahead, chunks
from kexin.intake.snapshot import STAGING
from kexin.intake.validate import checked
from kexin.intake.values import Rows
from kexin.intake.versions import PLACED_LAST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ibis.backends.duckdb import Backend

    from kexin.intake.arrivals import Arrived, Chunk
    from kexin.intake.checks import Check
    from kexin.intake.validate import Delivery
    from kexin.registers.contract import Table

    Beside = Callable[[Rows, Delivery], Rows]

LEVEL = "FORMAT parquet, COMPRESSION lz4_raw, PRESERVE_ORDER false"
"""How waiting rows are written: read once, and soon."""


STEPS = ("staged", "tried", "matched", "kept", "marked", "incoming")
"""Views of a table on its way."""


class Staged(NamedTuple):
    """What became of a file's rows before they meet those that are held.

    Attributes:
        read: Rows of the file, broken lines included.
        passed: Rows that passed every check.
        refused: Rows that did not, broken lines included.
    """

    read: int
    passed: int
    refused: int


class Plan(NamedTuple):
    """How the rows of a source are checked, made once for all its files.

    Attributes:
        rows: The rows, as `delivered_rows`.
        checks: What they are put to.
        query: The query that gives them in the contract's form.
    """

    rows: Rows
    checks: list[Check]
    query: str


def stage(
    connection: Backend, folder: Path, files: Iterator[Arrived], beside: Beside
) -> Iterator[tuple[Arrived, Staged]]:
    """Check the rows of files; put them to `folder`, or to `refused`.

    Args:
        connection: The engine.
        folder: The warehouse.
        files: The files; those of one source stand together. Read in another thread.
        beside: Puts beside a source's rows what other tables know of them; asked once
            a source, when all files before it are staged.

    Yields:
        Each file when it is done, and what became of its rows.
    """
    plans: dict[tuple[int, tuple[str, ...]], Plan] = {}
    counted: dict[int, Staged] = {}
    seen: list[Delivery] = []
    for chunk in ahead(chunks(files)):
        like = (id(chunk.delivery.source), chunk.headings)
        if like not in plans:
            plans[like] = planned(connection, chunk, beside)
        for number, rows in put(connection, folder, chunk, plans[like]).items():
            counted[number] = added(counted.get(number, Staged(0, 0, 0)), rows)
        for file in chunk.ended:
            broken = quarantine.put_broken(
                connection, file.delivery, file.content.broken
            )
            whole = counted.pop(file.number, Staged(0, 0, 0))
            seen.append(file.delivery)
            yield file, added(whole, Staged(broken, 0, broken))
    quarantine.put_seen(connection, seen)


def added(one: Staged, other: Staged) -> Staged:
    """Return the counts of two parts of a file together."""
    return Staged(*(left + right for left, right in zip(one, other, strict=True)))


def planned(connection: Backend, chunk: Chunk, beside: Beside) -> Plan:
    """Return how a source's rows with the headings of a chunk are checked."""
    places = {name: place for place, name in enumerate(chunk.headings)}
    schema = {
        name: "int64" if name in {"_row", "_delivered"} else "string"
        for name in chunk.rows.column_names
    }
    plain = Rows(ibis.table(schema, name="delivered_rows"), places)
    rows = beside(plain, chunk.delivery)
    table, checks = checked(rows, chunk.delivery)
    own = staged_columns(chunk.delivery.contract)
    columns = ", ".join(f'"{name}"::{kind} AS "{name}"' for name, kind in own.items())
    passed = " AND ".join(f"NOT fails_{number}" for number in range(len(checks)))
    failed = ", ".join(
        f"CASE WHEN fails_{number} THEN {number} END" for number in range(len(checks))
    )
    query = f"""
    SELECT {columns}, CASE WHEN {passed} THEN NULL ELSE
           list_filter([{failed}], lambda number: number IS NOT NULL) END AS failed
    FROM ({connection.compile(table)})
    """  # noqa: S608
    return Plan(rows, checks, query)


def staged_columns(contract: type[Table]) -> dict[str, str]:
    """Return the columns of staged rows, with DuckDB's types.

    They are the contract's without those that come from neighbours; `delivered`, the
    rows' order; `ended`, when a version was ended that brings its own envelope; and
    `dated`, whether it does.
    """
    own = {
        name: sql.sql_type(kind)
        for name, kind in contract.columns().items()
        if name not in PLACED_LAST
    }
    return {**own, "delivered": "BIGINT", "ended": "TIMESTAMP", "dated": "BOOLEAN"}


def put(
    connection: Backend, folder: Path, chunk: Chunk, plan: Plan
) -> dict[int, Staged]:
    """Check a chunk, write what passed and note what did not; counts by file."""
    engine = connection.con
    if chunk.rows.num_rows == 0:
        return {}
    engine.register("delivered_rows", chunk.rows)
    path = put_checked(connection, folder, chunk.delivery, plan.query)
    checked_rows = f"read_parquet({sql.text(str(path))})"
    quarantine.put_refused(
        connection, chunk.delivery, plan.checks, plan.rows, checked_rows
    )
    engine.unregister("delivered_rows")
    found = engine.execute(
        f"SELECT delivered >> {FILE}, count(*), count_if(failed IS NULL), "  # noqa: S608
        f"count(*) FILTER (len(failed) > 0) FROM {checked_rows} GROUP BY 1"
    ).fetchall()
    read = sum(rows for _, rows, _, _ in found)
    balanced(Count(chunk.delivery.contract.id, chunk.rows.num_rows, read, 0, 0))
    return {number: Staged(*counts) for number, *counts in found}


def put_checked(
    connection: Backend, folder: Path, delivery: Delivery, query: str
) -> Path:
    """Write checked rows beside those of their table, and return the file."""
    place = folder / STAGING / delivery.contract.id
    place.mkdir(parents=True, exist_ok=True)
    path = place / f"{sum(1 for _ in place.iterdir())}.parquet"
    connection.con.execute(f"COPY ({query}) TO {sql.text(str(path))} ({LEVEL})")
    return path


def put_staged(connection: Backend, view: str, query: str, path: Path) -> None:
    """Write the rows of a query to a file, and let a view read them from there."""
    engine, file = connection.con, sql.text(str(path))
    engine.execute(f"COPY ({query}) TO {file} ({LEVEL})")
    engine.execute(f"CREATE OR REPLACE TEMP VIEW {view} AS FROM read_parquet({file})")


def put_incoming(connection: Backend, folder: Path, contract: type[Table]) -> None:
    """Make the views of a table on its way, each out of the one before it.

    `staged_<table>` has the rows that passed, `tried_<table>` also those left over from
    before, `matched_<table>` their firms; `kept_<table>` is without those left over
    that found none, `marked_<table>` is flagged beside the firm's other records, and
    `incoming_<table>` is what is merged. Until somebody says more, they are the same.
    """
    name, engine = contract.id, connection.con
    own = staged_columns(contract)
    columns = ", ".join(sql.name(column) for column in own)
    nothing = ", ".join(f"NULL::{kind} AS {sql.name(n)}" for n, kind in own.items())
    files = sorted((folder / STAGING / name).glob("*.parquet"))
    rows = (
        f"SELECT {columns} FROM {sql.files(files)} WHERE failed IS NULL"  # noqa: S608
        if files
        else f"SELECT {nothing} LIMIT 0"
    )
    engine.execute(f"CREATE OR REPLACE TEMP VIEW staged_{name} AS {rows}")
    for made, of in itertools.pairwise(STEPS):
        engine.execute(f"CREATE OR REPLACE TEMP VIEW {of}_{name} AS FROM {made}_{name}")
