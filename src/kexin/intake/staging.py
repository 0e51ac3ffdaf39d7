"""One file on the engine: its text, its rows checked, and each where it belongs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from kexin.intake import quarantine, sql
from kexin.intake.validate import checked
from kexin.intake.values import Rows
from kexin.intake.versions import PLACED_LAST

if TYPE_CHECKING:
    from collections.abc import Callable

    from ibis.backends.duckdb import Backend

    from kexin.intake.layout import Delivered
    from kexin.intake.validate import Delivery
    from kexin.registers.contract import Table


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


def as_it_is(rows: Rows) -> Rows:
    """Return rows with nothing beside them."""
    return rows


def stage(
    connection: Backend,
    content: Delivered,
    delivery: Delivery,
    beside: Callable[[Rows], Rows] = as_it_is,
) -> Staged:
    """Check a file's rows; put them to `incoming_<table>` or `refused`.

    Args:
        connection: The engine.
        content: The file, opened.
        delivery: What the batch is.
        beside: Puts beside the rows what other tables know of them.
    """
    read = load(connection, content)
    places = {name: place for place, name in enumerate(content.headings)}
    rows = beside(Rows(connection.table("delivered_rows"), places))
    table, checks = checked(rows, delivery)
    connection.con.execute(
        f"CREATE OR REPLACE TEMP TABLE checked AS {connection.compile(table)}"
    )
    passed = put_accepted(connection, delivery, len(checks))
    refused = quarantine.put_refused(connection, delivery, checks, rows)
    broken = quarantine.put_broken(connection, delivery, content.broken)
    return Staged(read + broken, passed, refused + broken)


def load(connection: Backend, content: Delivered) -> int:
    """Put a file's rows to `delivered_rows` (see `Rows`), and return their number."""
    engine = connection.con
    places = range(len(content.headings))
    columns = [
        f"{kind}_{place} VARCHAR" for place in places for kind in ("plain", "raw")
    ]
    listed = ", ".join([*columns, "_row BIGINT"])
    engine.execute(f"CREATE OR REPLACE TEMP TABLE delivered_rows ({listed})")
    read = 0
    for batch in content.batches:
        engine.register("batch", normalised(batch))
        engine.execute("INSERT INTO delivered_rows BY NAME SELECT * FROM batch")
        engine.unregister("batch")
        read += batch.num_rows
    return read


def normalised(batch: pa.RecordBatch) -> pa.Table:
    """Return each column in its plain form, and as delivered where that differs."""
    columns = {"_row": batch["_row"]}
    for place in range(batch.num_columns - 1):
        raw = batch.column(place)
        plain = plain_text(raw)
        same = pc.equal(raw, plain)
        columns[f"raw_{place}"] = pc.if_else(same, pa.scalar(None, pa.string()), raw)
        empty = pc.equal(plain, "")
        columns[f"plain_{place}"] = pc.if_else(
            empty, pa.scalar(None, pa.string()), plain
        )
    return pa.table(columns)


def plain_text(texts: pa.Array) -> pa.Array:
    """Return texts with compatible characters unified (NFKC), without outer blanks."""
    ascii_only = pc.all(pc.string_is_ascii(texts)).as_py()
    unified = texts if ascii_only else pc.utf8_normalize(texts, form="NFKC")
    return pc.utf8_trim_whitespace(unified)


def put_accepted(connection: Backend, delivery: Delivery, checks: int) -> int:
    """Append the rows that passed every check to `incoming_<table>`; their number."""
    contract = delivery.contract
    incoming = f"incoming_{contract.id}"
    own = staged_as(connection, contract)
    before = sql.number(connection, f"SELECT count(*) FROM {incoming}")  # noqa: S608
    columns = ", ".join(f'"{name}"' for name in own)
    passed = " AND ".join(f"NOT fails_{number}" for number in range(checks))
    return sql.number(
        connection,
        f"INSERT INTO {incoming} SELECT {columns}, "  # noqa: S608
        f"{before} + row_number() OVER (ORDER BY _row), ended, dated "
        f"FROM checked WHERE {passed}",
    )


def staged_as(connection: Backend, contract: type[Table]) -> dict[str, str]:
    """Make `incoming_<table>` where there is none, and return its columns by type."""
    own = {c: t for c, t in contract.columns().items() if c not in PLACED_LAST}
    declared = ", ".join(f'"{n}" {sql.sql_type(dtype)}' for n, dtype in own.items())
    connection.con.execute(
        f"CREATE TEMP TABLE IF NOT EXISTS incoming_{contract.id} "
        f"({declared}, delivered BIGINT, ended TIMESTAMP, dated BOOLEAN)"
    )
    return own
