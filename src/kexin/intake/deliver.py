"""One delivery, all or nothing: files to warehouse and quarantine, with the account.

Rows read = rows accepted + rows held already + rows quarantined, for every table. The
same delivery taken in twice changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kexin.algebra.engine import spill
from kexin.digest import file_digest
from kexin.identity.ladder import Thresholds
from kexin.intake import quarantine
from kexin.intake.accounts import Account, Count, FileCount, accounts
from kexin.intake.arrivals import Arrived
from kexin.intake.files import File, fits, headings_checked, sorted_files
from kexin.intake.readers import opened
from kexin.intake.settle import Taken, settle
from kexin.intake.snapshot import SHORT, SPILLED, alone, read_snapshot, sweep
from kexin.intake.staging import stage
from kexin.intake.traces import place_in_order, traced
from kexin.intake.validate import Delivery
from kexin.language import Text
from kexin.registers.contract import contracts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from ibis.backends.duckdb import Backend

    from kexin.intake.coverage import Coverage
    from kexin.intake.mapping import Mapping
    from kexin.intake.quarantine import Batch
    from kexin.intake.staging import Beside

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
    told: dict[int, list[Text]] = {}
    with alone(folder):
        prepared(connection, folder)
        progress(0, len(files))
        taken = {}
        arriving = arrivals(files, mapping, received, told)
        beside = beside_held(connection, folder)
        for file, staged in stage(connection, folder, arriving, beside):
            taken[file.number] = Taken(file.delivery, staged)
            progress(len(taken), len(files))
        in_order = [taken[number] for number in sorted(taken)]
        for number, done in enumerate(in_order):
            notes += [*told[number], *without_rows(done)]
        return settle(
            connection, folder, in_order, notes, mapping.name, received,
            who=who, covered=covered,
        )  # fmt: skip


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
        again.sort(key=lambda file: place_in_order(file.delivery.contract.id))
        beside = beside_held(connection, folder)
        taken = [
            Taken(file.delivery, staged)
            for file, staged in stage(connection, folder, iter(again), beside)
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
    spill(connection, folder / SPILLED)
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
    ordered = sorted(
        enumerate(files),
        key=lambda file: (
            place_in_order(file[1].source.table),
            sources[id(file[1].source)],
        ),
    )
    for number, file in ordered:
        name, source = file.path.name, file.source
        batch = f"{name}:{file_digest(file.path)[:SHORT]}"
        contract = contracts()[source.table]
        content = opened(file.path, source)
        notes[number] = headings_checked(content, file)
        delivery = Delivery(mapping, source, contract, batch, name, received)
        yield Arrived(number, delivery, content)


def beside_held(connection: Backend, folder: Path) -> Beside:
    """Return what puts beside rows what warehouse and earlier files know of them."""
    held = read_snapshot(folder)
    return lambda rows, delivery: traced(connection, rows, delivery, folder, held)


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
