"""One delivery, all or nothing: files to warehouse and quarantine, with the account.

Rows read = rows accepted + rows held already + rows quarantined, for every table. The
same delivery taken in twice changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kexin.digest import file_digest
from kexin.identity.directory import SOURCES
from kexin.identity.ladder import Thresholds
from kexin.intake import quarantine, sql
from kexin.intake.accounts import (
    Account,
    Count,
    FileCount,
    accounts,
    balanced,
    by_table,
    note_down,
)
from kexin.intake.arrivals import Arrived
from kexin.intake.files import File, fits, headings_checked, sorted_files
from kexin.intake.readers import opened
from kexin.intake.resolving import resolved, settle_left_over, stage_again
from kexin.intake.snapshot import (
    QUARANTINE,
    SHORT,
    SPILLED,
    Held,
    alone,
    commit,
    read_snapshot,
    sweep,
)
from kexin.intake.staging import put_incoming, stage
from kexin.intake.validate import Delivery
from kexin.intake.versions import merge
from kexin.language import Text
from kexin.registers.contract import contracts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from ibis.backends.duckdb import Backend

    from kexin.intake.mapping import Mapping
    from kexin.intake.quarantine import Batch
    from kexin.intake.snapshot import Snapshot
    from kexin.intake.staging import Staged

    Progress = Callable[[int, int], None]
    ByBatch = dict[tuple[str, str], int]

DEFAULT = Thresholds()

__all__ = ["Account", "Count", "FileCount", "accounts", "deliver", "retry"]


class Taken(NamedTuple):
    """A file that was staged: what it is, and what became of its rows."""

    delivery: Delivery
    staged: Staged


def deliver(
    paths: Sequence[Path],
    mapping: Mapping,
    folder: Path,
    received: date,
    connection: Backend,
    *,
    who: Thresholds = DEFAULT,
    progress: Progress = lambda _done, _of: None,
) -> Account:
    """Take files into the warehouse.

    Args:
        paths: Files and folders; of folders, all files below them.
        mapping: How they become contracts.
        folder: The warehouse.
        received: Day of receipt.
        connection: An engine to work on; tables of earlier deliveries are replaced.
        who: What counts as certain when records are matched to firms.
        progress: Called with how many files are done, and of how many.

    Raises:
        DeliveryError: A file cannot be read, or lacks a column of the mapping.
        WarehouseError: The warehouse is damaged, or another process writes to it, or
            the account does not balance. Nothing was changed, whatever is raised.
    """
    files, notes = sorted_files(paths, mapping)
    told: dict[int, list[Text]] = {}
    with alone(folder):
        prepared(connection, folder)
        progress(0, len(files))
        taken = {}
        arriving = arrivals(files, mapping, received, told)
        for file, staged in stage(connection, folder, arriving):
            taken[file.number] = Taken(file.delivery, staged)
            progress(len(taken), len(files))
        in_order = [taken[number] for number in sorted(taken)]
        for number, done in enumerate(in_order):
            notes += [*told[number], *without_rows(done)]
        return settle(
            connection, folder, in_order, notes, mapping.name, received, who=who
        )


def retry(
    mapping: Mapping,
    folder: Path,
    received: date,
    connection: Backend,
    who: Thresholds = DEFAULT,
) -> Account:
    """Put the rows in quarantine to a mended mapping; those that pass leave it.

    They are known from the day of the retry, unless the mapping reconstructs the day.
    Rows of files that the mapping does not know stay as they are, with a note.

    Raises:
        DeliveryError: The rows lack a column of the mapping.
        WarehouseError: As `deliver` does.
    """
    notes: list[Text] = []
    with alone(folder):
        prepared(connection, folder)
        again = [
            Arrived(number, delivery, batch.content)
            for number, batch in enumerate(quarantine.batches(folder, connection))
            if (delivery := delivered_again(batch, mapping, received, notes))
        ]
        taken = [
            Taken(file.delivery, staged)
            for file, staged in stage(connection, folder, iter(again))
        ]
        return settle(connection, folder, taken, notes, mapping.name, received, who=who)


def rematch(
    folder: Path, received: date, connection: Backend, who: Thresholds
) -> Account:
    """Try the records that are held without a firm again, after a person decided.

    Raises:
        WarehouseError: As `deliver` does.
    """
    with alone(folder):
        prepared(connection, folder)
        return settle(connection, folder, [], [], "identity", received, who=who)


def prepared(connection: Backend, folder: Path) -> None:
    """Clear what a killed delivery left, on disk and on the engine."""
    sweep(folder)
    sql.spill(connection, folder / SPILLED)
    quarantine.emptied(connection)


def arrivals(
    files: Sequence[File],
    mapping: Mapping,
    received: date,
    notes: dict[int, list[Text]],
) -> Iterator[Arrived]:
    """Yield the files, opened, those of one source together.

    Args:
        files: The files.
        mapping: How they become contracts.
        received: Day of receipt.
        notes: Where to put what a person should know, by the file's place in `files`.
    """
    sources = {id(source): place for place, source in enumerate(mapping.sources)}
    ordered = sorted(enumerate(files), key=lambda file: sources[id(file[1].source)])
    for number, file in ordered:
        name, source = file.path.name, file.source
        batch = f"{name}:{file_digest(file.path)[:SHORT]}"
        contract = contracts()[source.table]
        content = opened(file.path, source)
        notes[number] = headings_checked(content, file)
        delivery = Delivery(mapping, source, contract, batch, name, received)
        yield Arrived(number, delivery, content)


def without_rows(file: Taken) -> list[Text]:
    """Return a note where a file has no row."""
    name = file.delivery.file
    note = Text(f"{name}只有标题行", f"{name} has headings and no row")
    return [] if file.staged.read else [note]


def delivered_again(
    batch: Batch, mapping: Mapping, received: date, notes: list[Text]
) -> Delivery | None:
    """Return what a file in quarantine is now; None where no source takes it."""
    own = [s for s in mapping.sources if s.table == batch.table]
    sources = [
        s
        for s in own
        if any(fits(batch.file, (p.rpartition("/")[2],)) for p in s.files)
    ]
    if not sources or not batch.content.headings:
        notes.append(
            Text(
                f"{batch.file}的行未重试", f"rows of {batch.file} were not tried again"
            )
        )
        return None
    contract = contracts()[batch.table]
    return Delivery(mapping, sources[0], contract, batch.batch_id, batch.file, received)


def settle(
    connection: Backend,
    folder: Path,
    taken: list[Taken],
    notes: list[Text],
    mapping: str,
    received: date,
    *,
    who: Thresholds,
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
    found = identify(connection, folder, names, snapshot, received, who)
    notes += [found_again(table, rows) for table, rows in found.items()]
    names |= set(found)
    files = counted(taken, *merge_all(connection, folder, names, snapshot))
    tables = by_table(files)
    for count in tables:
        balanced(count)
    refused = quarantine.merge_refused(connection, folder, snapshot.get(QUARANTINE))
    snapshot.pop(QUARANTINE, None)
    if refused:
        snapshot[QUARANTINE] = refused
    commit(folder, snapshot)
    sweep(folder)
    account = Account(tables, notes, files, mapping, received)
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


def found_again(table: str, rows: int) -> Text:
    """Return how many records from before found their firm, in words."""
    return Text(
        f"{table}：此前未匹配的{rows}条记录找到了企业",
        f"{table}: {rows} records held without a firm found theirs",
    )


def merge_all(
    connection: Backend, folder: Path, names: set[str], snapshot: Snapshot
) -> tuple[ByBatch, ByBatch]:
    """Merge every staged table into the snapshot.

    Returns:
        Number of new versions, and of rows held already, each counted for itself.
    """
    accepted: ByBatch = {}
    already_held: ByBatch = {}
    for name in sorted(names):
        contract = contracts()[name]
        before = snapshot.get(name, Held([], contract.columns()))
        merged = merge(connection, contract, folder, before)
        if merged.held.parts:
            snapshot[name] = merged.held
        accepted |= {(name, batch): n for batch, n in merged.accepted.items()}
        already_held |= {(name, batch): n for batch, n in merged.already_held.items()}
    return accepted, already_held


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
