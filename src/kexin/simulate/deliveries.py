"""The city's deliveries: files as bureaus write them, by source and month.

Rows go to the files of the month in which they are handed over. A file grows chunk by
chunk under a name that is not final, and gets its name when all is written; each table
is written by one process alone, so that the number of processes changes nothing. When
all are done, `finish` puts a manifest beside the files of each source and month.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from kexin.simulate import clock, lags, traces, written
from kexin.simulate.again import Standing, coming_again
from kexin.simulate.contractform import HOUR, SYNTHETIC
from kexin.simulate.dirt import Rates, damaged
from kexin.simulate.draws import stream
from kexin.simulate.lags import Known
from kexin.simulate.looks.look import looks
from kexin.simulate.mapped import MANIFEST
from kexin.simulate.rows import kept
from kexin.simulate.sheet import below, clean, noted, operations, ordered, whole

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow.parquet as pq

    from kexin.simulate.arrays import Days, Ints
    from kexin.simulate.looks.look import Look
    from kexin.simulate.rows import Rows
    from kexin.simulate.sheet import Sheet
    from kexin.simulate.world import World

DELIVERIES, TRUTH = "deliveries", "truth/gt_map"
PARTS = ".parts"
"""Where what the manifests are made of waits until all processes are done."""

SENT = f"%Y-%m-%d {HOUR.astype(int):02}:00:00"
"""How the time of transfer is written; it is that of the nightly exchange."""

PIECE = 500_000
"""Versions that are written together, so that memory stays bounded."""

AGAIN = "重报"
"""Word in the name of a file that restates earlier ones."""


class Name(NamedTuple):
    """A file of a table.

    Attributes:
        month: Month of the delivery.
        again: Whether it restates earlier ones.
    """

    month: np.datetime64
    again: bool


@dataclass
class File:
    """A file that is being written.

    Attributes:
        path: Its final place.
        digest: SHA-256 of what it has so far.
        rows: Rows that it has so far.
        first: First day of an event in it.
        last: Last day of an event in it.
    """

    path: Path
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)
    rows: int = 0
    first: str = ""
    last: str = ""

    @property
    def part(self) -> Path:
        """Where it is written."""
        return self.path.with_name(f"{self.path.name}.part")

    def add(self, content: bytes) -> None:
        """Append to it."""
        with self.part.open("ab") as stream:
            stream.write(content)
        self.digest.update(content)


class Deliveries:
    """Where records go that are to be delivered by their bureaus.

    Args:
        world: The city.
        folder: Folder that gets `deliveries` and `truth`.
        rates: What goes wrong on the way, and how often.
    """

    def __init__(self, world: World, folder: Path, rates: Rates | None = None) -> None:
        self.world, self.folder = world, folder
        self.rates = Rates() if rates is None else rates
        self.files: dict[str, dict[Name, File]] = {}
        self.truth: dict[str, pq.ParquetWriter] = {}
        self.pieces: dict[str, int] = {}

    def take(self, rows: Rows, known: Known) -> None:
        """Write the versions that are handed over by the city's last day."""
        number, end = lags.numbers(rows, known.day)
        for start in range(0, rows.size, PIECE):
            place = np.arange(start, min(start + PIECE, rows.size))
            own = Known(known.day[place], known.late[place])
            self.take_piece(kept(rows, place), own, number[place], end[place])

    def take_piece(self, rows: Rows, known: Known, number: Ints, end: Days) -> None:
        """Write some versions.

        Args:
            rows: The versions.
            known: When each is known.
            number: Number of each among those of its record.
            end: Day on which the next of its record is known; absent if none.
        """
        random = self.random(rows.table)
        plain = clean(self.world, rows, known)
        sheet = noted(plain, "late", np.flatnonzero(known.late))
        every = sheet = damaged(sheet, self.world, rows, self.rates, random)
        tells = np.ones(rows.size, np.bool_)
        if rows.withdrawn is not None:
            tells = ~rows.withdrawn
        standing, seed = Standing(tells, end, days_of(plain)), self.world.city.seed
        for more in coming_again(sheet, standing, seed, self.rates, random):
            every = below(every, more)
        sheet = sorted_by_file(every)
        if not sheet.size:
            return
        words = operations(rows, number, sheet.look).take(pa.array(sheet.place))
        names, row = self.write(sheet, words, standing.event[sheet.place])
        told = traces.traces(sheet, self.world, rows, plain.table, names, row)
        if told.num_rows:
            self.writer(rows.table).write_table(told)

    def random(self, table: str) -> np.random.Generator:
        """Return the stream of a table's next piece.

        A table's pieces come in a fixed order, so that their count tells them apart.
        """
        piece = self.pieces.get(table, 0)
        self.pieces[table] = piece + 1
        return stream(self.world.city.seed, f"dirt.{table}", piece)

    def write(
        self, sheet: Sheet, words: pa.Array, events: Days
    ) -> tuple[pa.Array, Ints]:
        """Append rows to their files; return each row's file, and its number there."""
        look = sheet.look
        sent = written.days(pa.array(sheet.day), SENT)
        cells = written.cells(look, sheet.table, words, sent)
        ready = written.lines(cells, look.supplier)
        months = sheet.day.astype("datetime64[M]")
        edges = np.flatnonzero(
            (months[1:] != months[:-1]) | (sheet.again[1:] != sheet.again[:-1])
        )
        starts = [0, *(edges + 1).tolist(), sheet.size]
        number = np.empty(sheet.size, np.int64)
        names: list[str] = []
        for start, stop in itertools.pairwise(starts):
            name = Name(months[start], bool(sheet.again[start]))
            file = self.file(look, name)
            first = file.rows + (2 if look.supplier.form == "csv" else 1)
            number[start:stop] = np.arange(first, first + stop - start)
            names.append(file.path.relative_to(self.folder / DELIVERIES).as_posix())
            file.add(written.as_bytes(ready.slice(start, stop - start), look.supplier))
            file.rows += stop - start
            count_days(file, events[start:stop])
        places = np.repeat(np.arange(len(names)), np.diff(starts))
        return pa.array(names).dictionary_encode().take(pa.array(places)), number

    def file(self, look: Look, name: Name) -> File:
        """Return a file of a table, begun where it is not yet."""
        own = self.files.setdefault(look.table.id, {})
        if name not in own:
            folder = self.folder / DELIVERIES / look.supplier.id / str(name.month)
            folder.mkdir(parents=True, exist_ok=True)
            month = str(name.month).replace("-", "")
            again = f"_{AGAIN}" if name.again else ""
            file = File(folder / f"{look.file}_{month}{again}.{look.supplier.form}")
            file.part.unlink(missing_ok=True)
            file.add(written.heading_bytes(look))
            own[name] = file
        return own[name]

    def writer(self, table: str) -> pq.ParquetWriter:
        """Return the writer of a table's truth, opened where it is not yet."""
        if table not in self.truth:
            self.truth[table] = traces.opened(self.folder / TRUTH, table)
        return self.truth[table]

    def close(self) -> None:
        """Give all files their names, and note down what the manifests will tell."""
        for table, writer in self.truth.items():
            writer.close()
            part = self.folder / TRUTH / f"{table}.parquet.part"
            part.replace(self.folder / TRUTH / f"{table}.parquet")
        parts = self.folder / DELIVERIES / PARTS
        for table, files in self.files.items():
            parts.mkdir(parents=True, exist_ok=True)
            told = []
            for name, file in files.items():
                file.part.replace(file.path)
                told.append(entry(table, name, file))
            content = json.dumps(told, ensure_ascii=False)
            (parts / f"{table}.json").write_text(content, encoding="utf-8")


def days_of(sheet: Sheet) -> Days:
    """Return the day of each row's event."""
    event = whole(sheet.table[sheet.look.table.event].cast(pa.date32()))
    return event.to_numpy(zero_copy_only=False).astype("datetime64[D]")


def sorted_by_file(sheet: Sheet) -> Sheet:
    """Return the rows that are delivered, in the order of their files."""
    delivered = np.flatnonzero(sheet.day <= clock.LAST_DAY)
    months = sheet.day[delivered].astype("datetime64[M]").astype(int)
    order = np.lexsort([sheet.again[delivered], months])
    return ordered(sheet, delivered[order])


def count_days(file: File, events: Days) -> None:
    """Note down the first and the last day of what was added to a file."""
    known = events[~np.isnat(events)]
    if len(known):
        file.first = min(filter(None, (file.first, str(known.min()))))
        file.last = max(file.last, str(known.max()))


def entry(table: str, name: Name, file: File) -> dict[str, object]:
    """Return what a manifest tells of a file."""
    return {
        "folder": f"{file.path.parent.parent.name}/{file.path.parent.name}",
        "file": file.path.name,
        "table": table,
        "restates": name.again,
        "rows": file.rows,
        "first_event": file.first or None,
        "last_event": file.last or None,
        "sha256": file.digest.hexdigest(),
    }


def finish(folder: Path) -> None:
    """Write the manifest of every source and month, once all is written.

    Args:
        folder: The folder that the deliveries were written to.
    """
    deliveries = folder / DELIVERIES
    parts = sorted((deliveries / PARTS).glob("*.json"))
    told = [e for part in parts for e in json.loads(part.read_text(encoding="utf-8"))]
    by_folder: dict[str, list[dict[str, object]]] = {}
    for file in told:
        by_folder.setdefault(str(file["folder"]), []).append(file)
    for name, files in sorted(by_folder.items()):
        manifest = {
            "source": SYNTHETIC,
            "supplier": suppliers()[name.partition("/")[0]],
            "month": name.partition("/")[2],
            "files": [
                {key: value for key, value in file.items() if key != "folder"}
                for file in sorted(files, key=lambda file: str(file["file"]))
            ],
        }
        content = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
        path = deliveries / name / MANIFEST
        beside = path.with_name(f".{MANIFEST}")
        beside.write_text(content, encoding="utf-8")
        beside.replace(path)
    for part in parts:
        part.unlink()
    if parts:
        (deliveries / PARTS).rmdir()


def suppliers() -> dict[str, str]:
    """Return the names of the bureaus by their folders."""
    return {look.supplier.id: look.supplier.zh for look in looks().values()}
