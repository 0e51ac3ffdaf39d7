"""The numbers of a delivery, counted on the engine from what the warehouse holds.

Each question is one grouped query over the columns that it needs, and what comes back
is small, however many records there are. The queries are SQL, as those of intake are.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any

from kexin.intake import quarantine, sql
from kexin.intake.flags import RECONSTRUCTED
from kexin.intake.snapshot import SHORT, Held, read_snapshot
from kexin.intake.warehouse import opened
from kexin.registers.contract import contracts
from kexin.report.numbers import (
    FORMAT,
    FileRows,
    Lags,
    Numbers,
    Reason,
    Rows,
    Step,
    Stream,
    TableNumbers,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from ibis.backends.duckdb import Backend

    from kexin.intake.snapshot import Snapshot
    from kexin.registers.contract import Field, Table
    from kexin.report.numbers import Counts

EXAMPLES = 3
"""Rows that are named of each reason for refusal."""

MONTHS = 12


def measured(
    told: Mapping[str, Any], number: int, of: int, folder: Path, connection: Backend
) -> Numbers:
    """Return the numbers of a delivery.

    Args:
        told: Its line in the history of accounts.
        number: Its place there, from 1.
        of: Number of deliveries there.
        folder: The warehouse.
        connection: An engine to work on.

    Raises:
        WarehouseError: The warehouse is damaged.
    """
    snapshot = read_snapshot(folder)
    files = tuple(
        FileRows(f["file"], f["batch_id"], f["table"], rows_of(f))
        for f in told["files"]
    )
    return Numbers(
        format=FORMAT,
        number=number,
        taken_after=of,
        mapping=told["mapping"],
        received=told["received"],
        files=files,
        tables=tuple(
            table_numbers(
                count["table"], rows_of(count), files, folder, snapshot, connection
            )
            for count in told["tables"]
        ),
        checks=tuple(told.get("checks", ())),
    )


def rows_of(count: Mapping[str, Any]) -> Rows:
    """Return what an account says of rows."""
    return Rows(
        count["read"], count["accepted"], count["already_held"], count["quarantined"]
    )


def table_numbers(
    name: str,
    rows: Rows,
    files: Iterable[FileRows],
    folder: Path,
    snapshot: Snapshot,
    connection: Backend,
) -> TableNumbers:
    """Return the numbers of one table of a delivery."""
    contract = contracts()[name]
    batches = sorted({file.batch_id for file in files if file.table == name})
    held = snapshot.get(name, Held([], contract.columns()))
    look_at(connection, opened(folder, held, contract, connection), batches)
    fields = contract.fields()
    absent = absences(connection, fields)
    records = absent.pop("")
    return TableNumbers(
        table=name,
        rows=rows,
        records=records,
        lags=lags(connection, contract),
        absent=absent,
        codes=code_counts(connection, fields),
        steps=steps(connection),
        flags=flag_counts(connection),
        reasons=reasons(connection, folder, name, batches),
        streams=streams(connection),
    )


def look_at(connection: Backend, table: Any, batches: list[str]) -> None:  # noqa: ANN401  (an Ibis table)
    """Make `held_records`, a table's records, and `reported`, those of some batches."""
    listed = ", ".join(sql.text(batch) for batch in batches) or "NULL"
    connection.con.execute(
        f"CREATE OR REPLACE TEMP VIEW held_records AS {connection.compile(table)}"
    )
    connection.con.execute(
        "CREATE OR REPLACE TEMP VIEW reported AS SELECT * FROM held_records "  # noqa: S608
        f"WHERE batch_id IN ({listed}) AND op <> 'D'"
    )


def absences(connection: Backend, fields: Iterable[str]) -> Counts:
    """Return the number of records without a value by column; of all under ""."""
    names = list(fields)
    counted = ", ".join(["count(*)", *(f'count("{name}")' for name in names)])
    query = f"SELECT {counted} FROM reported"  # noqa: S608
    records, *there = connection.con.execute(query).fetchall()[0]
    absent = {n: records - k for n, k in zip(names, there, strict=True)}
    return {"": records, **absent}


def lags(connection: Backend, contract: type[Table]) -> Lags:
    """Return how many days after the event new records were known.

    A record of a month is waited for from the month's last day on (READINGS.md, A01).
    """
    monthly = contract.fields()[contract.event].monthly
    happened = "last_day(event_date)" if monthly else "event_date"
    query = f"""
    SELECT known_at::DATE - {happened} AS days,
           coalesce(list_contains(dq_flags, '{RECONSTRUCTED}'), false), count(*)
    FROM reported WHERE op = 'I' AND event_date IS NOT NULL
    GROUP BY ALL ORDER BY days
    """  # noqa: S608
    rows = connection.con.execute(query).fetchall()
    real = [(days, records) for days, made, records in rows if not made]
    return Lags(
        measured=sum(records for _, records in real),
        reconstructed=sum(records for _, made, records in rows if made),
        late=sum(records for days, records in real if days > contract.lag_days),
        median=within(real, 5),
        p90=within(real, 9),
    )


def within(lag: list[tuple[int, int]], tenths: int) -> int | None:
    """Return the least number of days within which some tenths of records were known.

    Args:
        lag: Days in their order, each with its number of records.
        tenths: How many of ten.

    Examples:
        >>> within([(1, 8), (3, 1), (30, 1)], 9)
        3
    """
    reached = accumulate(records for _, records in lag)
    total = sum(records for _, records in lag)
    for (days, _), sofar in zip(lag, reached, strict=True):
        if 10 * sofar >= tenths * total:
            return days
    return None


def code_counts(connection: Backend, fields: Mapping[str, Field]) -> dict[str, Counts]:
    """Return the records by code of each column of codes, and of each yes or no."""
    coded = {n: f for n, f in fields.items() if f.codes or f.dtype == "boolean"}
    if not coded:
        return {}
    parts = [
        f"SELECT '{name}' AS name, code, count(*) AS records FROM ("  # noqa: S608
        f'SELECT {code_of(field)} AS code FROM reported WHERE "{name}" IS NOT NULL'
        ") GROUP BY ALL"
        for name, field in coded.items()
    ]
    found: dict[str, Counts] = {name: {} for name in coded}
    query = " UNION ALL ".join(parts) + " ORDER BY ALL"
    for name, code, records in connection.con.execute(query).fetchall():
        found[name][code] = records
    return found


def code_of(field: Field) -> str:
    """Return a column's code as text; of a set of codes, each of them."""
    name = f'"{field.name}"'
    return f"unnest({name})" if field.dtype.startswith("array") else f"{name}::VARCHAR"


def steps(connection: Backend) -> tuple[Step, ...]:
    """Return how records found their firm, by step."""
    rows = connection.con.execute(
        "SELECT coalesce(firm_step, ''), count(*), sum(firm_conf), count(firm_conf) "
        "FROM reported GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return tuple(
        Step(step, records, round(float(total) / trusted, 3) if trusted else None)
        for step, records, total, trusted in rows
    )


def flag_counts(connection: Backend) -> Counts:
    """Return the records by quality flag."""
    # Sets of flags are few, and cheap to count; their members are counted after.
    return sql.counts(
        connection,
        "SELECT flag, sum(records)::BIGINT FROM ("
        "SELECT unnest(list_distinct(dq_flags)) AS flag, records FROM ("
        "SELECT dq_flags, count(*) AS records FROM reported GROUP BY 1)) "
        "GROUP BY 1 ORDER BY 1",
    )


def reasons(
    connection: Backend, folder: Path, table: str, batches: list[str]
) -> tuple[Reason, ...]:
    """Return why rows of some batches are in quarantine, the most frequent first.

    The quarantine knows a file by its digest, whatever its name was the first time.
    """
    held = quarantine.held_sql(folder)
    if held is None:
        return ()
    digests = [batch[-SHORT:] for batch in batches]
    query = f"""
    SELECT file, "column", rule, expected_zh, expected_en,
           count(DISTINCT "row") AS rows, min("row", {EXAMPLES})
    FROM (SELECT DISTINCT file, "column", rule, expected_zh, expected_en, "row"
          FROM {held} WHERE "table" = $table AND right(batch_id, {SHORT}) IN $digests)
    GROUP BY ALL ORDER BY rows DESC, 1, 2, 3, 5
    """  # noqa: S608
    given = {"table": table, "digests": digests}
    rows = connection.con.execute(query, given).fetchall()
    return tuple(
        Reason(file, column, rule, zh, en, count, tuple(first))
        for file, column, rule, zh, en, count, first in rows
    )


def streams(connection: Backend) -> tuple[Stream, ...]:
    """Return what the table has of each source, by month of the event."""
    query = f"""
    SELECT coalesce(src_system, ''),
           year(event_date) * {MONTHS} + month(event_date) - 1 AS month_,
           count(*), max(event_date)
    FROM held_records WHERE op = 'I' AND event_date IS NOT NULL
    GROUP BY ALL ORDER BY 1, 2
    """  # noqa: S608
    found: dict[str, Counts] = {}
    newest: dict[str, str] = {}
    for source, place, records, last in connection.con.execute(query).fetchall():
        found.setdefault(source, {})[month_named(place)] = records
        newest[source] = str(last)
    return tuple(Stream(name, newest[name], months) for name, months in found.items())


def month_named(place: int) -> str:
    """Return a month, numbered from the year 0, as people write it.

    Examples:
        >>> month_named(2020 * 12 + 1)
        '2020-02'
    """
    return f"{place // MONTHS:04}-{place % MONTHS + 1:02}"
