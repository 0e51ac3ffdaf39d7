"""Which registers are delivered at all, for whom and since when (Q25).

«No record» means that nothing happened only where the register is covered
(REGISTERS.md 0.4). Coverage is data: `coverage.csv` in the workspace, one row a
register, district and period, without the envelope of delivered tables (READINGS.md
O3). A workspace without the file counts as covered; a register without a row in it, as
not covered (A04, O4).
"""

from __future__ import annotations

import csv
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from kexin.errors import ConfigurationError
from kexin.language import Text
from kexin.registers.contract import contracts
from kexin.registers.core import REGISTER

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from ibis.backends.duckdb import Backend

HEADINGS = (
    "src_system",
    "district_code",
    "from",
    "to",
    "lag_median_days",
    "completeness",
)


class Coverage(NamedTuple):
    """A register that is delivered for a district over a period.

    Attributes:
        src_system: Code of the register: `tax`, `si`, `court`.
        district_code: District of the firm; empty for all.
        first: First day that is covered.
        until: Day from which it is covered no more; None while it is.
        lag_median_days: Days after the event on which half of the records are known.
        completeness: Share of the records that are delivered at all, from 0 to 1.
    """

    src_system: str
    district_code: str
    first: date
    until: date | None
    lag_median_days: int | None
    completeness: float | None

    def holds(self, day: date, district_code: str | None) -> bool:
        """Whether it covers a firm of a district on a day."""
        own = self.district_code in {"", district_code}
        return own and self.first <= day and (self.until is None or day < self.until)


def coverage(path: Path) -> tuple[Coverage, ...] | None:
    """Return what a workspace's coverage says; None where it says nothing.

    Raises:
        ConfigurationError: The file has other columns, or a row cannot be read.
    """
    if not path.exists():
        return None
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != HEADINGS:
            raise unreadable(path, 1, ",".join(reader.fieldnames or ()))
        return tuple(row_of(path, number, row) for number, row in enumerate(reader, 2))


def row_of(path: Path, number: int, row: dict[str, str]) -> Coverage:
    """Return one row of the file."""
    if None in row or None in row.values():
        raise unreadable(path, number, str(row))
    try:
        read = Coverage(
            src_system=row["src_system"],
            district_code=row["district_code"],
            first=date.fromisoformat(row["from"]),
            until=date.fromisoformat(row["to"]) if row["to"] else None,
            lag_median_days=int(row["lag_median_days"] or 0) or None,
            completeness=float(row["completeness"]) if row["completeness"] else None,
        )
    except (TypeError, ValueError) as error:
        raise unreadable(path, number, str(row)) from error
    if read.src_system not in REGISTER or not 0 <= (read.completeness or 0) <= 1:
        raise unreadable(path, number, str(row))
    return read


def unreadable(path: Path, number: int, found: str) -> ConfigurationError:
    """Return the error for a row that cannot be read."""
    return ConfigurationError(
        Text(f"读到“{found}”", f"found {found!r}"),
        where=f"{path}:{number}",
        expected=Text(
            f"列{','.join(HEADINGS)}；src_system为{'、'.join(REGISTER)}之一",
            f"columns {','.join(HEADINGS)}; src_system one of {', '.join(REGISTER)}",
        ),
        do=Text("请修正该行", "mend the row"),
    )


def is_covered(
    told: Sequence[Coverage] | None,
    register: str,
    day: date,
    district_code: str | None = None,
) -> bool:
    """Whether a register is delivered for a firm of a district on a day.

    Examples:
        >>> since = Coverage("tax", "", date(2024, 1, 1), None, 19, 0.99)
        >>> is_covered([since], "tax", date(2024, 1, 1), "330106")
        True
        >>> is_covered([since], "tax", date(2023, 12, 31), "330106")
        False
        >>> is_covered([since], "si", date(2024, 1, 1))
        False
        >>> is_covered(None, "si", date(2024, 1, 1))
        True
    """
    if told is None:
        return True
    return any(
        row.src_system == register and row.holds(day, district_code) for row in told
    )


def register_of(table: str) -> str | None:
    """Return the register of a table; None for the platform's own."""
    prefix = table.partition("_")[0]
    return prefix if prefix in REGISTER else None


def uncovered(
    connection: Backend, told: Sequence[Coverage] | None, names: Iterable[str]
) -> list[Text]:
    """Return a note for each table of a batch with records that nothing covers.

    Districts are left out of account here: a record does not tell its firm's.
    """
    notes = []
    for name in sorted(names):
        register = register_of(name)
        if told is None or register is None:
            continue
        rows = rows_outside(connection, name, [r for r in told if r[0] == register])
        if rows:
            zh = f"{name}：{rows}条记录不在{register}的覆盖期内"
            en = f"{name}: {rows} records of days on which {register} is not covered"
            notes.append(Text(zh, en))
    return notes


def rows_outside(connection: Backend, name: str, told: Sequence[Coverage]) -> int:
    """Return how many staged records happened outside of all periods."""
    table = connection.table(f"staged_{contracts()[name].id}")
    outside = table
    for row in told:
        inside = table.event_date >= row.first
        if row.until is not None:
            inside &= table.event_date < row.until
        outside = outside.filter(~inside)
    return int(connection.execute(outside.count()))
