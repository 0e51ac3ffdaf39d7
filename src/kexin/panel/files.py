"""Panels as files: one Parquet file a day, with the digests from which it came."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from kexin.algebra.to_ibis import visible
from kexin.digest import canonical, digest, file_digest
from kexin.intake.flags import RECONSTRUCTED
from kexin.panel.build import panel
from kexin.panel.firms import population

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date
    from pathlib import Path

    import ibis.expr.types as ir

    from kexin.signals.signal import Signal


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


def write_panel(
    signals: Collection[Signal],
    as_of: date,
    tables: Mapping[str, ir.Table],
    warehouse_digest: str,
    folder: Path,
) -> Panel:
    """Compute the panel of a day for every firm known then, and write it.

    The file `<as_of>.parquet` holds `firm_key`, `as_of` and a double a signal, in the
    order of firms; its metadata hold the digests of warehouse and catalogue and the
    count of reconstructed records. It is written beside and renamed.

    Raises:
        WarehouseError: No firm was known on the day.
    """
    firms = population(tables, as_of)
    table = panel(signals, as_of, firms, tables).to_pyarrow().combine_chunks()
    marked = {name: reconstructed(seen, as_of) for name, seen in tables.items()}
    marked = {name: rows for name, rows in marked.items() if rows}
    notes = {
        "kexin.as_of": str(as_of),
        "kexin.warehouse": warehouse_digest,
        "kexin.catalogue": digest(list(signals)),
        "kexin.known_at_reconstructed": canonical(marked),
    }
    path = folder / f"{as_of}.parquet"
    write(table.replace_schema_metadata(notes), path)
    return Panel(as_of, path, file_digest(path), len(table), marked)


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
