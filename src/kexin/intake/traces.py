"""Court records without a date: when they happened, by what else is known of the case.

A case's day of filing is often missing. It is then the earliest of what the hearing's
notice, the judgment and the enforcement tell (REGISTERS.md 2.5), as far as they are
held or staged when the record comes; READINGS.md A46 lets signals use it as the day of
filing. A record of which nothing is known waits in quarantine, and can be retried.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from kexin.intake.numbers import case_read
from kexin.intake.snapshot import STAGING
from kexin.intake.warehouse import opened
from kexin.language import Text
from kexin.registers.contract import contracts
from kexin.registers.quality import TRACES

if TYPE_CHECKING:
    from pathlib import Path

    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from kexin.intake.snapshot import Snapshot
    from kexin.intake.validate import Delivery
    from kexin.intake.values import Rows
    from kexin.registers.contract import Table
    from kexin.registers.quality import Trace

INFERRED = "date_inferred"
TRACE = "_trace"
"""Column beside a file's rows: the day that is inferred for each."""


def place_in_order(table: str) -> int:
    """Return a table's place: those come last whose days others may tell."""
    last = list(TRACES)
    return last.index(table) + 1 if table in last else 0


def traced(
    connection: Backend, rows: Rows, delivery: Delivery, folder: Path, held: Snapshot
) -> Rows:
    """Return rows with the day that is inferred for each, where one may be."""
    contract = delivery.contract
    column = delivery.source.columns.get("case_id")
    if contract.id not in TRACES or column is None or not column.source:
        return rows
    case = case_read(rows.plain(column.source)).text
    engine = connection.con
    name = f"traces_{contract.id}"
    query = connection.compile(days_of_cases(connection, contract, folder, held))
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")
    days = ibis.table({"case_id": "string", "seen": "date"}, name=name)
    numbered = rows.table.mutate(_case=case)
    joined = numbered.left_join(days, numbered["_case"] == days.case_id)
    table = joined.select(*rows.table.columns, **{TRACE: days.seen})
    return rows._replace(table=table)


def days_of_cases(
    connection: Backend, contract: type[Table], folder: Path, held: Snapshot
) -> ir.Table:
    """Return the day that is inferred for each case of which there is a trace."""
    parts = [
        told(connection, trace, folder, held, rank=0 if trace.decides else 1)
        for trace in TRACES[contract.id]
    ]
    every = ibis.union(*parts)
    best = every.group_by("case_id").mutate(best=every["rank"].min())
    kept = best.filter(best["rank"] == best.best)
    return kept.group_by("case_id").agg(seen=kept.day.min())


def told(
    connection: Backend, trace: Trace, folder: Path, held: Snapshot, rank: int
) -> ir.Table:
    """Return what one kind of trace tells: `case_id`, `day`, `rank`."""
    contract = contracts()[trace.table]
    before = opened(folder, held.get(trace.table), contract, connection)
    standing = before.filter(before.superseded_at.isnull(), before["op"] != "D")
    rows = standing.select("case_id", day=trace.column)
    files = sorted((folder / STAGING / trace.table).glob("*.parquet"))
    if files:
        new = connection.read_parquet(
            [str(file) for file in files], table_name=f"told_by_{trace.table}"
        )
        kept = new.filter(new.failed.isnull(), new["op"] != "D")
        rows = rows.union(kept.select("case_id", day=trace.column))
    rows = rows.filter(rows.case_id.notnull(), rows.day.notnull())
    day = (rows.day - ibis.interval(days=trace.days_before)).cast("date")
    return rows.select("case_id", day=day, rank=ibis.literal(rank, "int8"))


def dated(
    rows: Rows, day: ir.DateValue, contract: type[Table]
) -> tuple[ir.DateValue, ir.BooleanValue]:
    """Return when records happened, and whether that was inferred."""
    if contract.id not in TRACES or TRACE not in rows.table.columns:
        return day, ibis.literal(False)  # noqa: FBT003
    trace = rows.table[TRACE]
    return ibis.coalesce(day, trace), day.isnull() & trace.notnull()


def expected(contract: type[Table]) -> Text:
    """Return what would date a record, in words."""
    if contract.id not in TRACES:
        return Text("不可为空", "a value")
    return Text(
        "日期；或先接收同一案号的开庭公告、裁判文书或执行记录，再重试",
        "a day; or first a hearing, a judgment or an enforcement of the same case, "
        "then try again",
    )
