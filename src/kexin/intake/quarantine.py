"""The quarantine: every refused row, as it was delivered, with what is wrong with it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from kexin.intake.readers import Delivered
from kexin.intake.warehouse import QUARANTINE, add, read_snapshot, write_sql
from kexin.language import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ibis.backends.duckdb import Backend

    from kexin.intake.validate import Check, Delivery
    from kexin.intake.warehouse import Part

REFUSED = """
CREATE TEMP TABLE IF NOT EXISTS refused (
    batch_id VARCHAR, file VARCHAR, "row" BIGINT, "table" VARCHAR, rule VARCHAR,
    "column" VARCHAR, found VARCHAR, expected_zh VARCHAR, expected_en VARCHAR,
    raw VARCHAR
)
"""
"""One line a failed check; a row that fails several has several lines."""

SEEN = 'CREATE TEMP TABLE IF NOT EXISTS seen (batch_id VARCHAR, "table" VARCHAR)'
"""Batches of this delivery: their rows replace what the quarantine had of them."""

COLUMNS = (
    "batch_id",
    "file",
    "row",
    "table",
    "rule",
    "column",
    "found",
    "expected_zh",
    "expected_en",
    "raw",
)

BROKEN = Text("与标题行相同的列数", "as many values as there are headings")


class Failure(NamedTuple):
    """One thing that is wrong with one refused row.

    Attributes:
        file: Name of the delivered file.
        row: Number of the row; the headings are row 1.
        table: Table that the row was for.
        rule: Check that it failed.
        column: Column of the contract.
        found: What was delivered; None where nothing was.
        expected: What was expected.
    """

    file: str
    row: int
    table: str
    rule: str
    column: str
    found: str | None
    expected: Text


def put_refused(
    connection: Backend, delivery: Delivery, checks: list[Check], content: Delivered
) -> None:
    """Append a file's refused rows and broken lines to `refused`."""
    engine = connection.con
    engine.execute(REFUSED)
    engine.execute(SEEN)
    engine.execute("INSERT INTO seen VALUES (?, ?)", [delivery.batch, delivery.contract.id])
    file = delivery.batch.rpartition(":")[0]
    fixed = {"batch": delivery.batch, "file": file, "table": delivery.contract.id}
    for number, check in failing(connection, checks):
        engine.execute(
            f"""
            INSERT INTO refused
            SELECT $batch, $file, _row, $table, $rule, $column, found, $zh, $en,
                   to_json(raw)
            FROM raw JOIN ({found_sql(connection, check)}) AS told USING (_row)
            JOIN checked USING (_row)
            WHERE fails_{number}
            """,  # noqa: S608
            {
                **fixed,
                "rule": check.rule,
                "column": check.column,
                "zh": check.expected.zh,
                "en": check.expected.en,
            },
        )
    for row, text in sorted(content.broken.items()):
        engine.execute(
            "INSERT INTO refused VALUES ($batch, $file, $row, $table, 'columns', '', "
            "$text, $zh, $en, NULL)",
            {**fixed, "row": row, "text": text, "zh": BROKEN.zh, "en": BROKEN.en},
        )


def failing(connection: Backend, checks: list[Check]) -> list[tuple[int, Check]]:
    """Return the checks that some row fails, with their numbers."""
    sums = ", ".join(f"count_if(fails_{number})" for number in range(len(checks)))
    found = connection.con.execute(f"SELECT {sums} FROM checked").fetchall()[0]  # noqa: S608
    numbered = enumerate(zip(checks, found, strict=True))
    return [(number, check) for number, (check, rows) in numbered if rows]


def found_sql(connection: Backend, check: Check) -> str:
    """Return the query of the text that a check looked at, by row."""
    raw = connection.table("raw")
    return str(connection.compile(raw.select("_row", found=check.found)))


def refused_by_table(connection: Backend) -> dict[str, int]:
    """Return how many rows were refused, by table."""
    rows = connection.con.execute(
        'SELECT "table", count(*) FROM '
        '(SELECT DISTINCT batch_id, "row", "table" FROM refused) GROUP BY 1'
    ).fetchall()
    return dict(rows)


def merge_refused(connection: Backend, folder: Path, parts: list[Part]) -> list[Part]:
    """Return the quarantine's files with the staged rows in place of their batches'."""
    listed = ", ".join(f'"{name}"' for name in COLUMNS)
    old = "SELECT * FROM refused WHERE false"
    if parts:
        paths = ", ".join(f"'{folder / part.path}'" for part in parts)
        old = (
            f"SELECT {listed} FROM read_parquet([{paths}]) "  # noqa: S608
            "WHERE (batch_id, \"table\") NOT IN (SELECT batch_id, \"table\" FROM seen)"
        )
    query = (
        f"SELECT {listed} FROM ({old} UNION ALL SELECT * FROM refused) "  # noqa: S608
        'ORDER BY batch_id, "table", "row", "column", rule'
    )
    beside = folder / f"{QUARANTINE}.part"
    rows = write_sql(connection, query, beside)
    if rows == 0:
        beside.unlink()
        return []
    return [add(folder, beside, QUARANTINE, "refused", rows)]


def failures(folder: Path, connection: Backend) -> Iterator[Failure]:
    """Yield what is wrong with every row in quarantine, by file and row."""
    for part in read_snapshot(folder).get(QUARANTINE, []):
        rows = connection.con.execute(
            'SELECT file, "row", "table", rule, "column", found, expected_zh, '  # noqa: S608
            f"expected_en FROM read_parquet('{folder / part.path}')"
        ).fetchall()
        for *head, zh, en in rows:
            yield Failure(*head, Text(zh, en))


def export(folder: Path, connection: Backend, path: Path) -> int:
    """Write the quarantine as CSV, rows as they were delivered included."""
    parts = read_snapshot(folder).get(QUARANTINE, [])
    if not parts:
        return 0
    paths = ", ".join(f"'{folder / part.path}'" for part in parts)
    connection.con.execute(
        f"COPY (FROM read_parquet([{paths}])) TO '{path}' (HEADER)"
    )
    return sum(part.rows for part in parts)


class Batch(NamedTuple):
    """The refused rows of one file.

    Attributes:
        batch_id: Id of the batch.
        file: Name of the file.
        table: Table that they were for.
        content: The rows as they were delivered.
    """

    batch_id: str
    file: str
    table: str
    content: Delivered


def batches(folder: Path, connection: Backend) -> Iterator[Batch]:
    """Yield the refused rows of each file, to be tried again; broken lines are not."""
    for part in read_snapshot(folder).get(QUARANTINE, []):
        source = f"read_parquet('{folder / part.path}')"
        groups = connection.con.execute(
            f'SELECT DISTINCT batch_id, file, "table" FROM {source} ORDER BY ALL'  # noqa: S608
        ).fetchall()
        for batch_id, file, table in groups:
            rows = connection.con.execute(
                f'SELECT DISTINCT "row", raw, CASE WHEN raw IS NULL THEN found END '  # noqa: S608
                f'FROM {source} WHERE batch_id = ? AND "table" = ? ORDER BY "row"',
                [batch_id, table],
            ).fetchall()
            yield Batch(batch_id, file, table, as_delivered(rows))


def as_delivered(rows: list[tuple[int, str | None, str | None]]) -> Delivered:
    """Return refused rows as a file that is delivered again."""
    records = [json.loads(raw) for _, raw, _ in rows if raw is not None]
    headings = [name for name in (records[0] if records else {}) if name != "_row"]
    columns = {
        name: pa.array([record[name] for record in records], pa.string())
        for name in headings
    }
    numbers = pa.array([record["_row"] for record in records], pa.int64())
    table = pa.table({**columns, "_row": numbers})
    broken = {row: text or "" for row, raw, text in rows if raw is None}
    return Delivered(headings, iter(table.to_batches()), broken)
