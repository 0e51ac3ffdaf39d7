"""Panels as files: one Parquet file a day, with the digests from which it came."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kexin.algebra.to_ibis import visible
from kexin.digest import canonical, digest, file_digest
from kexin.intake.flags import RECONSTRUCTED
from kexin.panel.build import panel
from kexin.panel.firms import population

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    import ibis.expr.types as ir

    from kexin.intake.coverage import Coverage
    from kexin.signals.signal import Signal


class Held(NamedTuple):
    """What panels are made of.

    Attributes:
        tables: The warehouse's tables.
        digest: SHA-256 over them.
        covered: What the workspace says of the registers' coverage; None for nothing.
    """

    tables: Mapping[str, ir.Table]
    digest: str
    covered: Sequence[Coverage] | None = None


class Panel(NamedTuple):
    """One day's panel as it stands in its file.

    Attributes:
        as_of: The day.
        path: The file.
        digest: SHA-256 of its bytes.
        firms: Number of firms.
        reconstructed: Visible records, by table, whose day of knowing is reconstructed.
    """

    as_of: date
    path: Path
    digest: str
    firms: int
    reconstructed: Mapping[str, int]


def write_panels(
    signals: Collection[Signal],
    as_ofs: Sequence[date],
    held: Held,
    folder: Path,
) -> list[Panel]:
    """Compute the panels of some days for every firm known then, and write them.

    A day's file `<as_of>.parquet` holds `firm_key`, `as_of` and a double a signal, in
    the order of firms; its metadata hold the digests of warehouse and catalogue and the
    count of reconstructed records. It is written beside and renamed.

    Raises:
        WarehouseError: No firm was known on one of the days.
    """
    firms = population(held.tables, as_ofs)
    made = panel(signals, firms, as_ofs, held.tables, covered=held.covered)
    table = made.to_pyarrow()
    catalogue = digest(list(signals))
    return [
        write_day(table, day, held, catalogue, folder / f"{day}.parquet")
        for day in sorted(set(as_ofs))
    ]


def write_day(
    table: pa.Table, as_of: date, held: Held, catalogue: str, path: Path
) -> Panel:
    """Write one day's rows of a panel."""
    rows = table.filter(pc.field("as_of") == as_of).combine_chunks()
    counts = {name: reconstructed(seen, as_of) for name, seen in held.tables.items()}
    marked = {name: number for name, number in counts.items() if number}
    notes = {
        "kexin.as_of": str(as_of),
        "kexin.warehouse": held.digest,
        "kexin.catalogue": catalogue,
        "kexin.known_at_reconstructed": canonical(marked),
    }
    write(rows.replace_schema_metadata(notes), path)
    return Panel(as_of, path, file_digest(path), len(rows), marked)


def digests_of(path: Path) -> dict[str, str]:
    """Return the digests of warehouse and catalogue that a panel's file carries."""
    notes = pq.read_schema(path).metadata
    return {
        name: notes[f"kexin.{name}".encode()].decode()
        for name in ("warehouse", "catalogue")
    }


def write(table: pa.Table, path: Path) -> None:
    """Write a table as Parquet beside its place, then rename it there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    pq.write_table(table, beside, compression="zstd")
    beside.replace(path)


def join_panels(panels: Collection[Panel], path: Path) -> None:
    """Write several days' panels as one file, in the order of their days."""
    tables = [pq.read_table(item.path) for item in panels]
    write(pa.concat_tables(tables, promote_options="default"), path)


def reconstructed(table: ir.Table, as_of: date) -> int:
    """Return how many records visible on a day carry a reconstructed day of knowing."""
    flags = visible(table, as_of).dq_flags
    return int(flags.contains(RECONSTRUCTED).fill_null(False).sum().execute() or 0)  # noqa: FBT003
