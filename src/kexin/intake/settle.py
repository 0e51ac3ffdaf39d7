"""From staged rows to a new snapshot: firms found, oddities marked, versions merged.

Everything before stages; everything here is one step that is put in force, or is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kexin.identity.directory import SOURCES
from kexin.intake import quarantine, sql
from kexin.intake.accounts import (
    Account,
    Count,
    FileCount,
    Restated,
    balanced,
    by_table,
    note_down,
)
from kexin.intake.checking import cross_checked
from kexin.intake.coverage import uncovered
from kexin.intake.reds import link_reds
from kexin.intake.resolving import resolved, settle_left_over, stage_again
from kexin.intake.snapshot import QUARANTINE, Held, commit, read_snapshot, sweep
from kexin.intake.staging import put_incoming
from kexin.intake.units import mark_units
from kexin.intake.versions import merge
from kexin.language import Text
from kexin.registers.contract import contracts
from kexin.registers.tax import TaxInvoice

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from ibis.backends.duckdb import Backend

    from kexin.identity.ladder import Thresholds
    from kexin.intake.coverage import Coverage
    from kexin.intake.snapshot import Snapshot
    from kexin.intake.staging import Staged
    from kexin.intake.validate import Delivery

    ByBatch = dict[tuple[str, str], int]


class Taken(NamedTuple):
    """A file that was staged: what it is, and what became of its rows."""

    delivery: Delivery
    staged: Staged


def settle(
    connection: Backend,
    folder: Path,
    taken: list[Taken],
    notes: list[Text],
    mapping: str,
    received: date,
    *,
    who: Thresholds,
    covered: Sequence[Coverage] | None = None,
) -> Account:
    """Find the firms of what was staged, merge it, and put the new snapshot in force.

    Raises:
        WarehouseError: The account does not balance.
    """
    snapshot = read_snapshot(folder)
    names = {file.delivery.contract.id for file in taken}
    for name in sorted(names):
        put_incoming(connection, folder, contracts()[name])
    check_staged(connection, taken)
    notes += uncovered(connection, covered, names)
    found = identify(connection, folder, names, snapshot, received, who)
    notes += [found_again(table, rows) for table, rows in found.items() if rows]
    names |= set(found)
    mark(connection, folder, names, snapshot)
    merged = merge_all(connection, folder, names, snapshot)
    files = counted(taken, merged.accepted, merged.already_held)
    checks = cross_checked(connection, folder, names, snapshot)
    tables = by_table(files)
    for count in tables:
        balanced(count)
    refused = quarantine.merge_refused(connection, folder, snapshot.get(QUARANTINE))
    snapshot.pop(QUARANTINE, None)
    if refused:
        snapshot[QUARANTINE] = refused
    commit(folder, snapshot)
    sweep(folder)
    account = Account(tables, notes, files, mapping, received, checks, merged.restated)
    note_down(folder, account)
    return account


def check_staged(connection: Backend, taken: list[Taken]) -> None:
    """Raise a WarehouseError where a row that passed is not staged."""
    for name in sorted({file.delivery.contract.id for file in taken}):
        passed = sum(f.staged.passed for f in taken if f.delivery.contract.id == name)
        staged = sql.number(connection, f"SELECT count(*) FROM incoming_{name}")  # noqa: S608
        balanced(Count(name, passed, staged, 0, 0))


def identify(
    connection: Backend,
    folder: Path,
    names: set[str],
    snapshot: Snapshot,
    received: date,
    who: Thresholds,
) -> dict[str, int]:
    """Find the firms of the staged records, and of those left over from before.

    Those left over are tried where something was learned: of a registry that tells who
    is who, or of a person, when nothing is delivered at all.

    Returns:
        Number of records from before that found their firm, by table.
    """
    again: list[str] = []
    if not names or names & set(SOURCES):
        again = stage_again(connection, folder, snapshot, received)
    resolved(connection, folder, names | set(again), snapshot, who)
    return {name: settle_left_over(connection, contracts()[name]) for name in again}


def mark(
    connection: Backend, folder: Path, names: set[str], snapshot: Snapshot
) -> None:
    """Flag what is odd about staged records beside the other records of their firms."""
    for name in sorted(names):
        mark_units(connection, contracts()[name], folder, snapshot, names)
    if TaxInvoice.id in names:
        link_reds(connection, folder, snapshot)


def found_again(table: str, rows: int) -> Text:
    """Return how many records from before found their firm, in words."""
    return Text(
        f"{table}：此前未匹配的{rows}条记录找到了企业",
        f"{table}: {rows} records held without a firm found theirs",
    )


class AllMerged(NamedTuple):
    """What became of the rows of all tables, each counted for itself.

    Attributes:
        accepted: Number of new versions, by table and batch.
        already_held: Number of rows held already, by table and batch.
        restated: How much of each batch changed what was held.
    """

    accepted: ByBatch
    already_held: ByBatch
    restated: list[Restated]


def merge_all(
    connection: Backend, folder: Path, names: set[str], snapshot: Snapshot
) -> AllMerged:
    """Merge every staged table into the snapshot."""
    accepted: ByBatch = {}
    already_held: ByBatch = {}
    changed: list[Restated] = []
    for name in sorted(names):
        contract = contracts()[name]
        before = snapshot.get(name, Held([], contract.columns()))
        merged = merge(connection, contract, folder, before)
        if merged.held.parts:
            snapshot[name] = merged.held
        accepted |= {(name, batch): n for batch, n in merged.accepted.items()}
        already_held |= {(name, batch): n for batch, n in merged.already_held.items()}
        changed += merged.restated
    return AllMerged(accepted, already_held, changed)


def counted(
    taken: list[Taken], accepted: ByBatch, already_held: ByBatch
) -> list[FileCount]:
    """Return the account of each file.

    A file that is in the delivery twice is one batch: its new versions are counted the
    first time, and of the rows held already each file has as many as it has left.
    """
    new_left, held_left = dict(accepted), dict(already_held)
    files = []
    for delivery, staged in taken:
        table = delivery.contract.id
        batch = (table, delivery.batch)
        new = new_left.pop(batch, 0)
        held = min(held_left.get(batch, 0), staged.passed - new)
        held_left[batch] = held_left.get(batch, 0) - held
        count = Count(table, staged.read, new, held, staged.refused)
        files.append(FileCount(delivery.file, delivery.batch, count))
    return files
