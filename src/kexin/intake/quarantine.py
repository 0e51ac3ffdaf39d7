"""The quarantine: every refused row, as it was delivered, with all that is wrong.

One line a failed check, so that a row that fails several has several lines. The rows of
a file are known by its digest: delivered again, or tried again with a mended mapping,
they take the place of what the quarantine had of that file.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from kexin.intake import sql
from kexin.intake.layout import Delivered, as_batch
from kexin.intake.snapshot import QUARANTINE, SHORT, Held, add, read_snapshot
from kexin.language import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ibis.backends.duckdb import Backend

    from kexin.intake.checks import Check
    from kexin.intake.validate import Delivery
    from kexin.intake.values import Rows

COLUMNS = {
    "batch_id": "VARCHAR",
    "file": "VARCHAR",
    "row": "BIGINT",
    "table": "VARCHAR",
    "rule": "VARCHAR",
    "column": "VARCHAR",
    "found": "VARCHAR",
    "expected_zh": "VARCHAR",
    "expected_en": "VARCHAR",
    "raw": "VARCHAR",
}
"""Columns of the quarantine. `raw` is the row as JSON, heading to text; absent for a
broken line, whose text stands in `found`."""

LISTED = ", ".join(f'"{name}"' for name in COLUMNS)

SAME_FILE = f'(right(batch_id, {SHORT}), "table")'
"""What tells one file's rows for one table from another's."""

BROKEN = Text("与标题行相同的列数", "as many values as there are headings")
BROKEN_RULE = "columns"


FUTURE = "future"
"""The check whose expectation names the day of receipt."""


class Failure(NamedTuple):
    """One thing that is wrong with one refused row.

    Attributes:
        file: Name of the delivered file.
        row: Number of the row; the headings are row 1.
        table: Table that the row was for.
        rule: Check that it failed.
        column: Column of the contract; empty for a broken line.
        found: What was delivered; None where nothing was.
        expected: What was expected.
        raw: The row as delivered, heading to text; None for a broken line.
    """

    file: str
    row: int
    table: str
    rule: str
    column: str
    found: str | None
    expected: Text
    raw: str | None


class RuleCount(NamedTuple):
    """How many rows of a table fail a rule."""

    table: str
    column: str
    rule: str
    rows: int


def emptied(connection: Backend) -> None:
    """Make the staging tables anew: `refused`, and `seen`, the files of a delivery."""
    columns = ", ".join(f'"{name}" {kind}' for name, kind in COLUMNS.items())
    connection.con.execute(f"CREATE OR REPLACE TEMP TABLE refused ({columns})")
    connection.con.execute(
        'CREATE OR REPLACE TEMP TABLE seen (batch_id VARCHAR, "table" VARCHAR)'
    )


def put_refused(
    connection: Backend,
    delivery: Delivery,
    checks: list[Check],
    rows: Rows,
    checked: str,
) -> None:
    """Append the refused rows of `delivered_rows` to `refused`.

    Args:
        connection: The engine.
        delivery: What one of their files is.
        checks: What the rows were put to.
        rows: The rows.
        checked: Table with the numbers of the checks that each row `failed`.
    """
    engine = connection.con
    numbers = engine.execute(
        f"SELECT DISTINCT unnest(failed) FROM {checked} "  # noqa: S608
        "WHERE failed IS NOT NULL ORDER BY 1"
    ).fetchall()
    if not numbers:
        return
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE refused_rows AS "  # noqa: S608
        f"SELECT r.*, failed FROM delivered_rows r JOIN {checked} c "
        "ON r._delivered = c.delivered WHERE failed IS NOT NULL"
    )
    headings = ", ".join(
        f"{sql.text(name)}, raw_{place}" for name, place in rows.places.items()
    )
    for (number,) in numbers:
        check = checks[number]
        found = connection.compile(rows.table.select("_delivered", found=check.found))
        engine.execute(
            f"""
            WITH delivered_rows AS (FROM refused_rows)
            INSERT INTO refused
            SELECT _batch, _file, _row, $table, $rule, $column, found, $zh, $en,
                   json_object({headings})
            FROM refused_rows JOIN ({found}) AS told USING (_delivered)
            WHERE list_contains(failed, {number})
            """,  # noqa: S608
            told(delivery, check.rule, check.column, check.expected),
        )


def put_broken(connection: Backend, delivery: Delivery, broken: dict[int, str]) -> int:
    """Append lines with too few or too many values, and return their number."""
    if not broken:
        return 0
    engine = connection.con
    lines = pa.table({"row": list(broken), "text": list(broken.values())})
    engine.register("broken_lines", lines)
    engine.execute(
        "INSERT INTO refused SELECT $batch, $file, row, $table, $rule, $column, "
        "text, $zh, $en, NULL FROM broken_lines ORDER BY row",
        {
            "batch": delivery.batch,
            "file": delivery.file,
            **told(delivery, BROKEN_RULE, "", BROKEN),
        },
    )
    engine.unregister("broken_lines")
    return len(broken)


def put_seen(connection: Backend, files: list[Delivery]) -> None:
    """Note down files that were read: what the quarantine has of them is replaced."""
    batches = pa.array([file.batch for file in files], pa.string())
    tables = pa.array([file.contract.id for file in files], pa.string())
    engine = connection.con
    engine.register("read_files", pa.table({"batch_id": batches, "table": tables}))
    engine.execute("INSERT INTO seen FROM read_files")
    engine.unregister("read_files")


def told(delivery: Delivery, rule: str, column: str, expected: Text) -> dict[str, str]:
    """Return what is the same for all rows that fail one check."""
    return {
        "table": delivery.contract.id,
        "rule": rule,
        "column": column,
        "zh": expected.zh,
        "en": expected.en,
    }


def merge_refused(
    connection: Backend, folder: Path, before: Held | None
) -> Held | None:
    """Return the quarantine, the staged rows in place of what it had of their files."""
    old = "SELECT * FROM refused WHERE false"
    if before:
        held = sql.files(folder / part.path for part in before.parts)
        told_as_before(connection, held)
        old = (
            f"SELECT {LISTED} FROM {held} "  # noqa: S608
            f"WHERE {SAME_FILE} NOT IN (SELECT {SAME_FILE} FROM seen)"
        )
    query = (
        f"SELECT {LISTED} FROM ({old} UNION ALL SELECT DISTINCT * FROM refused) "  # noqa: S608
        'ORDER BY batch_id, "table", "row", "column", rule'
    )
    beside = folder / f"{QUARANTINE}.part"
    rows = sql.write(connection, query, beside)
    if rows == 0:
        beside.unlink()
        return None
    return Held([add(folder, beside, QUARANTINE, "refused", rows)], dict(COLUMNS))


def told_as_before(connection: Backend, held: str) -> None:
    """Let a file that comes again keep its first name, and its first day of receipt.

    Else a delivery that says nothing new would change the quarantine.
    """
    same_file = (
        f"right(refused.batch_id, {SHORT}) = right(old.batch_id, {SHORT}) "
        'AND refused."table" = old."table"'
    )
    connection.con.execute(
        "UPDATE refused SET expected_zh = old.expected_zh, "  # noqa: S608
        f"expected_en = old.expected_en FROM {held} AS old WHERE {same_file} "
        f'AND refused."row" = old."row" AND refused.rule = \'{FUTURE}\' '
        f"AND old.rule = '{FUTURE}'"
    )
    connection.con.execute(
        "UPDATE refused SET batch_id = old.batch_id, file = old.file "  # noqa: S608
        f"FROM {held} AS old WHERE {same_file}"
    )


def held_sql(folder: Path) -> str | None:
    """Return the quarantine as a table of SQL; None where it is empty."""
    held = read_snapshot(folder).get(QUARANTINE)
    return sql.files(folder / part.path for part in held.parts) if held else None


def failures(folder: Path, connection: Backend) -> Iterator[Failure]:
    """Yield what is wrong with every row in quarantine, by file and row."""
    held = held_sql(folder)
    if held is None:
        return
    rows = connection.con.execute(f"SELECT {LISTED} FROM {held}").fetchall()  # noqa: S608
    for _, file, row, table, rule, column, found, zh, en, raw in rows:
        yield Failure(file, row, table, rule, column, found, Text(zh, en), raw)


def summary(folder: Path, connection: Backend) -> list[RuleCount]:
    """Return how many rows fail each rule, the most frequent first."""
    held = held_sql(folder)
    if held is None:
        return []
    rows = connection.con.execute(
        f'SELECT "table", "column", rule, count(*) FROM {held} '  # noqa: S608
        "GROUP BY ALL ORDER BY 4 DESC, 1, 2, 3"
    ).fetchall()
    return [RuleCount(*row) for row in rows]


def export(folder: Path, connection: Backend, path: Path) -> int:
    """Write the quarantine as CSV, and return the number of its lines."""
    held = held_sql(folder)
    if held is None:
        return 0
    connection.con.execute(f"COPY (FROM {held}) TO {sql.text(str(path))} (HEADER)")
    return sql.number(connection, f"SELECT count(*) FROM {held}")  # noqa: S608


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
    """Yield the refused rows of each file and table, to be tried again."""
    held = held_sql(folder)
    if held is None:
        return
    groups = connection.con.execute(
        f'SELECT DISTINCT batch_id, file, "table" FROM {held} ORDER BY ALL'  # noqa: S608
    ).fetchall()
    for batch_id, file, table in groups:
        rows = connection.con.execute(
            f'SELECT DISTINCT "row", raw, CASE WHEN raw IS NULL THEN found END '  # noqa: S608
            f'FROM {held} WHERE batch_id = ? AND "table" = ? ORDER BY "row"',
            [batch_id, table],
        ).fetchall()
        yield Batch(batch_id, file, table, as_delivered(rows))


def as_delivered(rows: list[tuple[int, str | None, str | None]]) -> Delivered:
    """Return refused rows as a file that is delivered again."""
    records = [(row, json.loads(raw)) for row, raw, _ in rows if raw is not None]
    headings = list(dict.fromkeys(name for _, record in records for name in record))
    columns = [
        pa.array([record.get(name) for _, record in records], pa.string())
        for name in headings
    ]
    batch = as_batch(columns, [row for row, _ in records])
    broken = {row: text or "" for row, raw, text in rows if raw is None}
    return Delivered(headings, iter([batch]), broken)
