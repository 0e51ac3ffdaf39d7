"""How far each supplier's deliveries reach, and the months that are missing (Q4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kexin.algebra.dates import months_before
from kexin.intake.snapshot import read_snapshot
from kexin.intake.warehouse import opened
from kexin.registers.contract import contracts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from pathlib import Path

    from ibis.backends.duckdb import Backend


class Watermark(NamedTuple):
    """How far one supplier's records of one table reach.

    Attributes:
        src_system: The supplier.
        table: The table.
        records: Versions held.
        last_event: Day of the newest event that is not announced for later.
        last_known: When the newest version was known.
        late: Versions known more than three times the register's lag after the event.
        missing: Months between the first event and the last without any record; each
            is an alarm where the register is delivered monthly.
    """

    src_system: str
    table: str
    records: int
    last_event: date
    last_known: datetime
    late: int
    missing: tuple[date, ...]


def watermarks(folder: Path, connection: Backend) -> list[Watermark]:
    """Return the watermark of every supplier and table, by table and supplier."""
    found = []
    for name, held in sorted(read_snapshot(folder).items()):
        contract = contracts().get(name)
        if contract is None:
            continue
        rows = connection.compile(opened(folder, held, contract, connection))
        reached = connection.con.execute(
            f"""
            SELECT src_system, count(*),
                   max(event_date) FILTER (event_date <= known_at), max(known_at),
                   count_if(known_at::DATE - event_date > 3 * {contract.lag_days}),
                   list_sort(list_distinct(list(date_trunc('month', event_date)::DATE)))
            FROM ({rows}) GROUP BY 1 ORDER BY 1
            """  # noqa: S608
        ).fetchall()
        found += [
            Watermark(source, name, rows_held, event, known, late, gaps(months))
            for source, rows_held, event, known, late, months in reached
        ]
    return found


def gaps(months: Sequence[date]) -> tuple[date, ...]:
    """Return the months between the first and the last that are not there.

    Examples:
        >>> from datetime import date
        >>> gaps([date(2023, 11, 1), date(2024, 2, 1)])
        (datetime.date(2023, 12, 1), datetime.date(2024, 1, 1))
    """
    there, missing = set(months), []
    month = months_before(months[0], -1)
    while month < months[-1]:
        if month not in there:
            missing.append(month)
        month = months_before(month, -1)
    return tuple(missing)
