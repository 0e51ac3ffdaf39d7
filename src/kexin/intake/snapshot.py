"""Which files of a warehouse count, and the one moment at which that changes.

`snapshot.json` names the files of every table; renaming it into place is the commit, so
a kill at any other moment leaves what was there. Files that no snapshot names are
left-overs, and the next delivery removes them.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb

from kexin.digest import canonical, digest, file_digest
from kexin.errors import WarehouseError
from kexin.language import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SNAPSHOT = "snapshot.json"
QUARANTINE = "quarantine"
LOCK = "intake.lock"
STAGING = "staging"
"""Folder of what waits to be merged."""

SPILLED = "spilled"
"""Folder of what the engine's memory has no room for."""

FORMAT = 1
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


class Held(NamedTuple):
    """What a warehouse holds of one table.

    Attributes:
        parts: Its files, in the order of their paths.
        columns: Name and type of its columns when it was last written.
        first_known: Day from which its first record was known; empty for none.
    """

    parts: list[Part]
    columns: dict[str, str]
    first_known: str = ""

    @property
    def rows(self) -> int:
        """Number of rows in all files."""
        return sum(part.rows for part in self.parts)


Snapshot = dict[str, Held]
"""What is held of each table, and of the quarantine."""


def read_snapshot(folder: Path) -> Snapshot:
    """Return what stands in the warehouse; nothing where there is none yet.

    Raises:
        WarehouseError: The snapshot is damaged, or of another format.
    """
    path = folder / SNAPSHOT
    if not path.exists():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise another_format(path, content["format"])
        return {name: as_held(told) for name, told in content["tables"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise lost(path) from error


def as_held(told: dict[str, Any]) -> Held:
    """Return a table out of a snapshot."""
    parts = [Part(**part) for part in told["parts"]]
    return Held(parts, told["columns"], told["first_known"])


def commit(folder: Path, snapshot: Snapshot) -> None:
    """Put a snapshot in force: written beside, flushed to the disk, renamed.

    A snapshot that is in force already is left as it is, byte for byte.
    """
    tables = {
        name: {
            "parts": [part._asdict() for part in held.parts],
            "columns": held.columns,
            "first_known": held.first_known,
            "rows": held.rows,
        }
        for name, held in snapshot.items()
    }
    text = canonical({"format": FORMAT, "tables": tables})
    path = folder / SNAPSHOT
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    beside = path.with_suffix(".part")
    beside.write_text(text, encoding="utf-8")
    flushed(beside)
    beside.replace(path)
    flushed(folder)


def flushed(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def snapshot_digest(snapshot: Snapshot) -> str:
    """Return the SHA-256 over the content of every file of every table."""
    tables = {name: held for name, held in snapshot.items() if name != QUARANTINE}
    return digest(
        {name: [part.sha256 for part in held.parts] for name, held in tables.items()}
    )


def verify(folder: Path) -> None:
    """Recompute the digest of every file that counts.

    Raises:
        WarehouseError: A file is missing or was changed.
    """
    for held in read_snapshot(folder).values():
        for part in held.parts:
            path = folder / part.path
            if not path.exists() or file_digest(path) != part.sha256:
                raise lost(path)


def add(folder: Path, beside: Path, name: str, stem: str, rows: int) -> Part:
    """Move a finished Parquet file to its place, named by its content."""
    sha256 = file_digest(beside)
    path = f"{name}/{stem}-{sha256[:SHORT]}.parquet"
    (folder / name).mkdir(exist_ok=True)
    flushed(beside)
    beside.replace(folder / path)
    flushed(folder / name)
    return Part(path, sha256, rows)


def sweep(folder: Path) -> None:
    """Remove files that the snapshot does not name: what a delivery left.

    Called before a delivery, as one may have been killed, and after it.
    """
    named = {
        part.path for held in read_snapshot(folder).values() for part in held.parts
    }
    for path in folder.glob("*/*.parquet"):
        if path.relative_to(folder).as_posix() not in named:
            path.unlink()
    for path in folder.glob("*.part"):
        path.unlink()
    shutil.rmtree(folder / STAGING, ignore_errors=True)


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a warehouse, so that no other process changes it; a kill lets go of it.

    Raises:
        WarehouseError: Another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        # DuckDB locks its files on every system, and the lock dies with the process.
        lock = duckdb.connect(folder / LOCK)
    except duckdb.IOException as error:
        raise WarehouseError(
            Text("另一个进程正在写入数据仓库", "another process is writing here"),
            where=str(folder),
            expected=Text("同一时间只有一个接收进程", "one intake at a time"),
            do=Text("待其结束后重试", "try again when it has ended"),
        ) from error
    with lock:
        yield


def another_format(path: Path, found: object) -> WarehouseError:
    """Return the error for a warehouse that another version of Kexin wrote."""
    return WarehouseError(
        Text(f"快照格式为{found}", f"the snapshot has format {found}"),
        where=str(path),
        expected=Text(f"格式{FORMAT}", f"format {FORMAT}"),
        do=Text("请使用写入该仓库的科信版本", "use the version of Kexin that wrote it"),
    )


def lost(path: Path) -> WarehouseError:
    """Return the error for a file of the warehouse that is missing or wrong."""
    return WarehouseError(
        Text(
            "数据仓库文件缺失或被改动", "a file of the warehouse is missing or changed"
        ),
        where=str(path),
        expected=Text("快照所列的文件", "the file that the snapshot names"),
        do=Text(
            "从备份恢复该文件，或清空数据仓库后重新接收全部数据",
            "restore it from a backup, or empty the warehouse and take all deliveries "
            "in again",
        ),
    )
