"""The warehouse, to be read: every version of every record, with its interval.

A table is a set of Parquet files, one for each year of event dates, named by their
content; `kexin.intake.snapshot` says which of them count.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from kexin.algebra.engine import stored
from kexin.errors import WarehouseError
from kexin.intake.snapshot import (
    QUARANTINE,
    SHORT,
    lost,
    read_snapshot,
    snapshot_digest,
    verify,
)
from kexin.language import Text
from kexin.registers.contract import contracts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import ibis.expr.types as ir
    from ibis.backends import BaseBackend

    from kexin.intake.snapshot import Held
    from kexin.registers.contract import Table

__all__ = ["Warehouse", "open_warehouse", "verify"]


class Warehouse(NamedTuple):
    """A warehouse, opened to be read.

    Attributes:
        tables: Every table that a contract declares; one that was never delivered is
            empty.
        digest: SHA-256 over all files of tables that count.
        rows: Number of versions a table.
        known_from: Day from which the first record of a table was known; tables
            without a record are left out.
        quarantined: Number of failures in quarantine.
    """

    tables: Mapping[str, ir.Table]
    digest: str
    rows: Mapping[str, int]
    known_from: Mapping[str, date]
    quarantined: int

    def first_known(self, table: str) -> date | None:
        """Return the day from which a table's first record was known."""
        return self.known_from.get(table)


def open_warehouse(folder: Path, connection: BaseBackend, files: str = "") -> Warehouse:
    """Return the tables of a warehouse, read from their files when they are used.

    Args:
        folder: The warehouse.
        connection: The engine that reads it.
        files: Where the engine finds the files that the snapshot in the folder names,
            if not there.

    Raises:
        WarehouseError: Nothing was ever taken in, the snapshot is damaged, or a file
            is missing.
    """
    snapshot = read_snapshot(folder)
    if not snapshot:
        raise WarehouseError(
            Text("数据仓库是空的", "the warehouse is empty"),
            where=str(folder),
            expected=Text("至少一批已接收的数据", "at least one delivery taken in"),
            do=Text("先运行 kexin intake", "run kexin intake first"),
        )
    held = {name: snapshot[name] for name in contracts() if name in snapshot}
    return Warehouse(
        tables={
            name: opened(folder, held.get(name), contract, connection, files)
            for name, contract in contracts().items()
        },
        digest=snapshot_digest(snapshot),
        rows={name: held[name].rows if name in held else 0 for name in contracts()},
        known_from={
            name: date.fromisoformat(table.first_known)
            for name, table in held.items()
            if table.first_known
        },
        quarantined=snapshot[QUARANTINE].rows if QUARANTINE in snapshot else 0,
    )


def opened(
    folder: Path,
    held: Held | None,
    contract: type[Table],
    connection: BaseBackend,
    files: str = "",
) -> ir.Table:
    """Return a table over its files; an empty one where there are none.

    A column that the contract was given after a file was written is absent there.
    """
    if held is None or not held.parts:
        return stored(connection, f"empty_{contract.id}", contract.columns(), [])
    for path in () if files else [folder / part.path for part in held.parts]:
        if not path.exists():
            raise lost(path)
    # Spark looks for a path without a scheme in the file system of its cluster.
    local = "file://" if connection.name == "pyspark" else ""
    root = files.rstrip("/") or f"{local}{folder.absolute()}"
    name = f"{contract.id}_{snapshot_digest({contract.id: held})[:SHORT]}"
    listed = [f"{root}/{part.path}" for part in held.parts]
    return stored(connection, name, contract.columns(), listed)
