"""The warehouse: every version of every record, with the interval in which it stood.

A table is a set of Parquet files, one for each year of event dates, named by their
content. `snapshot.json` names the files that count; renaming it into place is the one
moment at which a delivery takes effect, so a kill at any other leaves what was there.
Files that no snapshot names are left-overs, and the next delivery removes them.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from kexin.digest import canonical, digest, file_digest
from kexin.errors import WarehouseError
from kexin.language import Text
from kexin.registers.contract import contracts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from kexin.registers.contract import Table

SNAPSHOT = "snapshot.json"
QUARANTINE = "quarantine"
SHORT = 12
"""Digits of a digest that stand in a file's name."""


class Part(NamedTuple):
    """One Parquet file of a table.

    Attributes:
        path: Place below the warehouse's folder.
        sha256: Digest of its bytes.
        rows: Number of rows.
    """

    path: str
    sha256: str
    rows: int


Snapshot = dict[str, list[Part]]
"""The files of each table, in the order of their paths; the quarantine's beside them."""


class Warehouse(NamedTuple):
    """A warehouse, opened to be read.

    Attributes:
        tables: Every table that a contract declares; one that was never delivered is
            empty.
        digest: SHA-256 over all files that count.
        rows: Number of versions a table.
    """

    tables: Mapping[str, ir.Table]
    digest: str
    rows: Mapping[str, int]


def read_snapshot(folder: Path) -> Snapshot:
    """Return what stands in the warehouse; nothing where there is none yet."""
    path = folder / SNAPSHOT
    if not path.exists():
        return {}
    content = json.loads(path.read_text(encoding="utf-8"))
    return {
        name: [Part(**part) for part in parts]
        for name, parts in content["tables"].items()
    }


def commit(folder: Path, snapshot: Snapshot) -> None:
    """Put a snapshot in force: written beside, flushed to the disk, renamed.

    A snapshot that is in force already is left as it is, byte for byte.
    """
    content = {
        "format": 1,
        "tables": {
            name: [part._asdict() for part in parts]
            for name, parts in sorted(snapshot.items())
        },
    }
    text = canonical(content)
    path = folder / SNAPSHOT
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    beside = path.with_suffix(".part")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def snapshot_digest(snapshot: Snapshot) -> str:
    """Return the SHA-256 over the content of every file of every table."""
    tables = {name: parts for name, parts in snapshot.items() if name != QUARANTINE}
    return digest({name: [part.sha256 for part in p] for name, p in tables.items()})


def open_warehouse(folder: Path, connection: Backend) -> Warehouse:
    """Return the tables of a warehouse, read from their files when they are used.

    Raises:
        WarehouseError: Nothing was ever taken in, or a file is missing.
    """
    snapshot = read_snapshot(folder)
    if not snapshot:
        raise WarehouseError(
            Text("数据仓库是空的", "the warehouse is empty"),
            where=str(folder),
            expected=Text("至少一批已接收的数据", "at least one delivery taken in"),
            do=Text("先运行 kexin intake", "run kexin intake first"),
        )
    tables = {
        name: opened(folder, snapshot.get(name, []), contract, connection)
        for name, contract in contracts().items()
    }
    rows = {name: sum(part.rows for part in snapshot.get(name, [])) for name in tables}
    return Warehouse(tables, snapshot_digest(snapshot), rows)


def opened(
    folder: Path, parts: list[Part], contract: type[Table], connection: Backend
) -> ir.Table:
    """Return a table over its files; an empty one where there are none."""
    if not parts:
        return connection.sql(empty_sql(contract), dialect="duckdb")
    paths = [folder / part.path for part in parts]
    for path in paths:
        if not path.exists():
            raise lost(path)
    name = f"{contract.id}_{snapshot_digest({contract.id: parts})[:SHORT]}"
    return connection.read_parquet([str(path) for path in paths], table_name=name)


def empty_sql(contract: type[Table]) -> str:
    """Return a query that gives a contract's columns and no row."""
    columns = ", ".join(
        f'CAST(NULL AS {sql_type(dtype)}) AS "{name}"'
        for name, dtype in contract.columns().items()
    )
    return f"SELECT {columns} LIMIT 0"


def sql_type(dtype: str) -> str:
    """Return DuckDB's name of a type that Ibis names."""
    names = {
        "string": "VARCHAR",
        "int64": "BIGINT",
        "int32": "INTEGER",
        "timestamp(6)": "TIMESTAMP",
        "array<string>": "VARCHAR[]",
    }
    return names.get(dtype, dtype)


def lost(path: Path) -> WarehouseError:
    """Return the error for a file that the snapshot names and that is wrong."""
    return WarehouseError(
        Text("数据仓库文件缺失或被改动", "a file of the warehouse is missing or changed"),
        where=str(path),
        expected=Text("快照所列的文件", "the file that the snapshot names"),
        do=Text(
            "从备份恢复该文件，或清空数据仓库后重新接收全部数据",
            "restore it from a backup, or empty the warehouse and take all deliveries "
            "in again",
        ),
    )


def verify(folder: Path) -> None:
    """Recompute the digest of every file that counts.

    Raises:
        WarehouseError: A file is missing or was changed.
    """
    for parts in read_snapshot(folder).values():
        for part in parts:
            path = folder / part.path
            if not path.exists() or file_digest(path) != part.sha256:
                raise lost(path)


def add(folder: Path, beside: Path, name: str, stem: str, rows: int) -> Part:
    """Move a finished Parquet file to its place, named by its content."""
    sha256 = file_digest(beside)
    path = f"{name}/{stem}-{sha256[:SHORT]}.parquet"
    (folder / name).mkdir(exist_ok=True)
    beside.replace(folder / path)
    return Part(path, sha256, rows)


def sweep(folder: Path) -> None:
    """Remove files that the snapshot does not name: what a killed delivery left."""
    named = {part.path for parts in read_snapshot(folder).values() for part in parts}
    for path in folder.glob("*/*.parquet"):
        if str(path.relative_to(folder)) not in named:
            path.unlink()
    for path in folder.glob("*.part"):
        path.unlink()


def columns_sql(contract: type[Table]) -> str:
    """Return a contract's columns as the body of a SELECT."""
    return ", ".join(f'"{name}"' for name in contract.columns())


def write_sql(connection: Backend, query: str, path: Path) -> int:
    """Write a query's rows as Parquet, and return their number."""
    done: Any = connection.con.execute(
        f"COPY ({query}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)"
    )
    return int(done.fetchall()[0][0])
