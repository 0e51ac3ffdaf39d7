"""The checks between registers, run on what a batch touched."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kexin.intake.consistency import CHECKS, FIRM_CODES
from kexin.intake.examined import Scope
from kexin.intake.warehouse import opened
from kexin.registers.contract import contracts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from kexin.intake.consistency import CrossCheck
    from kexin.intake.snapshot import Snapshot
    from kexin.language import Text

TOUCHED = "touched_firms"


class Checked(NamedTuple):
    """What a check found of one supplier's records.

    Attributes:
        id: The check.
        tables: What it read.
        src_system: The supplier.
        examined: How many things were looked at.
        failed: Of how many it does not hold.
        expected: Share of which it is expected to hold; None where none is published.
        text: What must hold.
    """

    id: str
    tables: tuple[str, ...]
    src_system: str
    examined: int
    failed: int
    expected: float | None
    text: Text

    @property
    def share(self) -> float:
        """Share of which it holds."""
        return 1 - self.failed / self.examined


def cross_checked(
    connection: Backend, folder: Path, names: Collection[str], snapshot: Snapshot
) -> list[Checked]:
    """Return what the checks find of the firms that a batch touched.

    Args:
        connection: Holds `incoming_<table>` for each of the tables.
        folder: The warehouse.
        names: Tables that the batch brought.
        snapshot: The warehouse's tables, the batch in them.
    """
    brought = sorted(set(names) & set(snapshot))
    if not brought:
        return []
    firms = " UNION ".join(
        f"SELECT firm_key FROM incoming_{name} WHERE firm_key IS NOT NULL"  # noqa: S608
        for name in brought
    )
    connection.con.execute(f"CREATE OR REPLACE TEMP TABLE {TOUCHED} AS {firms}")
    scope = scope_of(connection, folder, snapshot)
    due = [c for c in CHECKS if set(c.tables) & set(brought) and has(c, snapshot)]
    found = [each for check in due for each in counted(connection, check, scope)]
    staged = {name: connection.table(f"incoming_{name}") for name in brought}
    return [*found, *counted(connection, FIRM_CODES, Scope(staged, {}))]


def has(check: CrossCheck, snapshot: Snapshot) -> bool:
    """Whether all tables of a check are held."""
    return set(check.tables) <= set(snapshot)


def scope_of(connection: Backend, folder: Path, snapshot: Snapshot) -> Scope:
    """Return what the checks look at."""
    every: dict[str, ir.Table] = {}
    own: dict[str, ir.Table] = {}
    firms = connection.table(TOUCHED)
    for name in sorted({table for check in CHECKS for table in check.tables}):
        table = opened(folder, snapshot.get(name), contracts()[name], connection)
        every[name] = table
        standing = table.filter(table.superseded_at.isnull(), table["op"] != "D")
        own[name] = standing.semi_join(firms, "firm_key")
    return Scope(own, every)


def counted(connection: Backend, check: CrossCheck, scope: Scope) -> Iterator[Checked]:
    """Yield what a check finds, one supplier at a time; none where nothing is there."""
    rows = check.examined(scope)
    holds = rows.holds.fill_null(False)  # noqa: FBT003
    counts = rows.group_by("src_system").agg(
        examined=rows.count(), failed=(~holds).sum()
    )
    query = connection.compile(counts.order_by("src_system"))
    for source, examined, failed in connection.con.execute(query).fetchall():
        yield Checked(
            check.id,
            check.tables,
            source,
            examined,
            int(failed),
            check.expected,
            check.text,
        )
