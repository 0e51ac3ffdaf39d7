"""One delivery, all or nothing: files to warehouse and quarantine, with the account.

Rows read = rows accepted + rows held already + rows quarantined, for every table. The
same delivery taken in twice changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kexin.digest import file_digest
from kexin.identity.ladder import Thresholds
from kexin.intake import quarantine
from kexin.intake.accounts import Account, Count, FileCount, accounts
from kexin.intake.coverage import uncovered
from kexin.intake.files import File, fits, headings_checked, sorted_files
from kexin.intake.readers import opened
from kexin.intake.settle import Taken, settle
from kexin.intake.snapshot import SHORT, alone, read_snapshot, sweep
from kexin.intake.staging import stage
from kexin.intake.traces import in_order, traced
from kexin.intake.validate import Delivery
from kexin.language import Text
from kexin.registers.contract import contracts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

    from ibis.backends.duckdb import Backend

    from kexin.intake.coverage import Coverage
    from kexin.intake.layout import Delivered
    from kexin.intake.mapping import Mapping
    from kexin.intake.quarantine import Batch
    from kexin.intake.staging import Staged

    Progress = Callable[[int, int], None]

DEFAULT = Thresholds()

__all__ = ["Account", "Count", "FileCount", "accounts", "deliver", "retry"]


def deliver(
    paths: Sequence[Path],
    mapping: Mapping,
    folder: Path,
    received: date,
    connection: Backend,
    *,
    who: Thresholds = DEFAULT,
    covered: Sequence[Coverage] | None = None,
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
        covered: Which registers are delivered; a note is made of records outside.
        progress: Called with how many files are done, and of how many.

    Raises:
        DeliveryError: A file cannot be read, or lacks a column of the mapping.
        WarehouseError: The warehouse is damaged, or another process writes to it, or
            the account does not balance. Nothing was changed, whatever is raised.
    """
    files, notes = sorted_files(paths, mapping)
    with alone(folder):
        prepared(connection, folder)
        taken = []
        for done, file in enumerate(in_order(files)):
            progress(done, len(files))
            taken.append(take(connection, file, mapping, folder, received, notes))
        progress(len(files), len(files))
        brought = {file.delivery.contract.id for file in taken}
        notes += uncovered(connection, covered, brought)
        return settle(connection, folder, taken, notes, mapping.name, received, who=who)


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
        taken = [
            done
            for batch in quarantine.batches(folder, connection)
            if (done := take_again(connection, batch, mapping, folder, received, notes))
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
    for table in contracts():
        connection.con.execute(f"DROP TABLE IF EXISTS incoming_{table}")
    quarantine.emptied(connection)


def take(
    connection: Backend,
    file: File,
    mapping: Mapping,
    folder: Path,
    received: date,
    notes: list[Text],
) -> Taken:
    """Read and stage one file; what a person should know is added to `notes`."""
    name, source = file.path.name, file.source
    contract = contracts()[source.table]
    batch = f"{name}:{file_digest(file.path)[:SHORT]}"
    delivery = Delivery(mapping, source, contract, batch, name, received)
    content = opened(file.path, source)
    notes += headings_checked(content, file)
    staged = staged_beside(connection, content, delivery, folder)
    if staged.read == 0:
        notes.append(Text(f"{name}只有标题行", f"{name} has headings and no row"))
    return Taken(delivery, staged)


def take_again(
    connection: Backend,
    batch: Batch,
    mapping: Mapping,
    folder: Path,
    received: date,
    notes: list[Text],
) -> Taken | None:
    """Stage one file's rows out of the quarantine; None where no source takes them."""
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
    delivery = Delivery(
        mapping, sources[0], contract, batch.batch_id, batch.file, received
    )
    return Taken(delivery, staged_beside(connection, batch.content, delivery, folder))


def staged_beside(
    connection: Backend, content: Delivered, delivery: Delivery, folder: Path
) -> Staged:
    """Stage a file's rows beside what the warehouse holds."""
    held = read_snapshot(folder)
    return stage(
        connection,
        content,
        delivery,
        lambda rows: traced(connection, rows, delivery, folder, held),
    )
