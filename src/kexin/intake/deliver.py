"""One delivery, all or nothing: files to warehouse and quarantine, with the account.

Rows read = rows accepted + rows held already + rows quarantined, for every table. The
same delivery taken in twice changes nothing.
"""

from __future__ import annotations

import difflib
import fnmatch
import json
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from kexin.digest import canonical, file_digest
from kexin.errors import DeliveryError, WarehouseError
from kexin.intake import quarantine
from kexin.intake.readers import opened
from kexin.intake.validate import Delivery, checked
from kexin.intake.versions import PLACED_LAST, merge
from kexin.intake.warehouse import (
    QUARANTINE,
    SHORT,
    commit,
    read_snapshot,
    sql_type,
    sweep,
)
from kexin.language import Text
from kexin.registers.contract import contracts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from ibis.backends.duckdb import Backend

    from kexin.intake.mapping import Mapping, Source
    from kexin.intake.readers import Delivered
    from kexin.registers.contract import Table

    Progress = Callable[[int, int], None]

ACCOUNTS = "accounts.jsonl"


class Count(NamedTuple):
    """The account of one table: read = accepted + already_held + quarantined."""

    table: str
    read: int
    accepted: int
    already_held: int
    quarantined: int


class Account(NamedTuple):
    """What became of a delivery.

    Attributes:
        tables: One count a table.
        notes: What a person should know: files and columns that were left out.
    """

    tables: list[Count]
    notes: list[Text]


class File(NamedTuple):
    """A delivered file and the source of the mapping that it belongs to."""

    path: Path
    source: Source


def deliver(  # noqa: PLR0913  (what is delivered, how, whereto, when)
    paths: Sequence[Path],
    mapping: Mapping,
    folder: Path,
    received: date,
    connection: Backend,
    *,
    progress: Progress = lambda _done, _of: None,
) -> Account:
    """Take files into the warehouse.

    Args:
        paths: Files and folders; of folders, the files directly in them.
        mapping: How they become contracts.
        folder: The warehouse.
        received: Day of receipt.
        connection: An empty engine to work on.
        progress: Called with how many files are done, and of how many.

    Raises:
        DeliveryError: A file cannot be read, or lacks a column of the mapping.
        WarehouseError: The account does not balance; nothing was changed.
    """
    files, notes = sorted_files(paths, mapping)
    folder.mkdir(parents=True, exist_ok=True)
    sweep(folder)
    cleared(connection)
    read: dict[str, int] = {}
    for done, file in enumerate(files):
        progress(done, len(files))
        table = file.source.table
        delivery = Delivery(
            mapping, file.source, contracts()[table], batch_of(file.path), received
        )
        content = opened(file.path, file.source)
        notes += headings_checked(content.headings, file)
        read[table] = read.get(table, 0) + stage(connection, content, delivery)
    progress(len(files), len(files))
    return settle(connection, folder, read, notes)


def cleared(connection: Backend) -> None:
    """Drop what an earlier delivery staged on the same connection."""
    for name in ("refused", "seen", *(f"incoming_{table}" for table in contracts())):
        connection.con.execute(f"DROP TABLE IF EXISTS {name}")


def sorted_files(
    paths: Sequence[Path], mapping: Mapping
) -> tuple[list[File], list[Text]]:
    """Return each file with the sources that take it, and notes on those left out.

    Raises:
        DeliveryError: A path does not exist, or no file fits the mapping.
    """
    files: list[File] = []
    notes: list[Text] = []
    for path in [file for given in paths for file in files_at(given)]:
        own = [s for s in mapping.sources if fits(path, s.files)]
        files += [File(path, source) for source in own]
        if not own and not fits(path, tuple(mapping.ignored_files)):
            notes.append(
                Text(
                    f"文件未被映射，未接收：{path.name}",
                    f"no source of the mapping takes {path.name}: left out",
                )
            )
    if not files:
        patterns = [pattern for s in mapping.sources for pattern in s.files]
        raise DeliveryError(
            Text("没有符合映射的文件", "no file fits the mapping"),
            where=", ".join(str(path) for path in paths),
            expected=Text(
                f"形如 {'、'.join(patterns)} 的文件", f"files like {', '.join(patterns)}"
            ),
            do=Text("请检查路径与映射的files", "check the path, or mend `files`"),
        )
    return files, notes


def files_at(path: Path) -> list[Path]:
    """Return a file, or the files directly in a folder, by name.

    Raises:
        DeliveryError: There is nothing at the path.
    """
    if path.is_dir():
        return sorted(found for found in path.iterdir() if found.is_file())
    if path.exists():
        return [path]
    raise DeliveryError(
        Text("路径不存在", "there is nothing here"),
        where=str(path),
        expected=Text("交付的文件或文件夹", "a delivered file or folder"),
        do=Text("请检查路径", "check the path"),
    )


def fits(path: Path, patterns: Sequence[str]) -> bool:
    """Whether a file's name fits one of some patterns."""
    return any(fnmatch.fnmatch(path.name, pattern) for pattern in patterns)


def batch_of(path: Path) -> str:
    """Return a batch's id: the file's name and the start of its digest."""
    return f"{path.name}:{file_digest(path)[:SHORT]}"


def needed(source: Source) -> list[str]:
    """Return the delivered columns that a source reads, in order."""
    named = [source.firm]
    for column in source.columns.values():
        named += [*([column.source] if column.source else []), *column.join]
    named += [rule.total for rule in source.reconcile]
    return list(dict.fromkeys([*named, *source.withdrawn]))


def headings_checked(headings: list[str], file: File) -> list[Text]:
    """Return notes on columns that nobody reads.

    Raises:
        DeliveryError: A column that the mapping reads is not there.
    """
    wanted = needed(file.source)
    for name in wanted:
        if name not in headings:
            raise missing(name, headings, file)
    extra = [h for h in headings if h not in wanted and h not in file.source.ignored]
    return [
        Text(
            f"{file.path.name}：列“{name}”未映射，未读取",
            f"{file.path.name}: column {name!r} is not in the mapping and was not read",
        )
        for name in extra
    ]


def missing(name: str, headings: list[str], file: File) -> DeliveryError:
    """Return the error for a column that is not there, with the nearest that is."""
    near = difflib.get_close_matches(name, headings, n=1, cutoff=0.4)
    guess = near[0] if near else "?"
    told = ", ".join(headings)
    delimiter = file.source.delimiter
    one = len(headings) == 1
    hint = f" (delimiter = {delimiter!r})" if one else ""
    return DeliveryError(
        Text(
            f"缺少列“{name}”；文件的列为：{told}",
            f"no column {name!r}; the file has: {told}",
        ),
        where=f"{file.path}, row 1",
        expected=Text(
            f"列“{name}”，分隔符{delimiter!r}", f"a column {name!r}{hint}"
        ),
        do=Text(
            f"若该列改名为“{guess}”，请改映射；否则请重新交付",
            f"if it is now called {guess!r}, mend the mapping; else have the file "
            "delivered again",
        )
        if not one
        else Text(
            "只读到一列：请检查映射的delimiter与encoding",
            "only one column was read: check `delimiter` and `encoding` in the mapping",
        ),
    )


def stage(connection: Backend, content: Delivered, delivery: Delivery) -> int:
    """Check a file's rows; put them to `incoming_<table>` or `refused`.

    Returns:
        Number of rows read, broken lines included.
    """
    engine = connection.con
    schema = pa.schema(
        [*((name, pa.string()) for name in content.headings), ("_row", pa.int64())]
    )
    reader = pa.RecordBatchReader.from_batches(schema, content.batches)
    engine.register("batches", reader)
    engine.execute("CREATE OR REPLACE TEMP TABLE raw AS SELECT * FROM batches")
    engine.unregister("batches")
    raw = connection.table("raw")
    table, checks = checked(raw, delivery)
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE checked AS {connection.compile(table)}"
    )
    put_accepted(connection, delivery, len(checks))
    quarantine.put_refused(connection, delivery, checks, content)
    rows = engine.execute("SELECT count(*) FROM raw").fetchall()[0][0]
    return int(rows) + len(content.broken)


def put_accepted(connection: Backend, delivery: Delivery, checks: int) -> None:
    """Append the rows that passed every check to `incoming_<table>`."""
    contract = delivery.contract
    own = {c: t for c, t in contract.columns().items() if c not in PLACED_LAST}
    declared = ", ".join(f'"{name}" {sql_type(dtype)}' for name, dtype in own.items())
    connection.con.execute(
        f"CREATE TEMP TABLE IF NOT EXISTS incoming_{contract.id} "
        f"({declared}, delivered BIGINT)"
    )
    before = connection.con.execute(
        f"SELECT count(*) FROM incoming_{contract.id}"  # noqa: S608
    ).fetchall()[0][0]
    fixed = {
        "src_system": f"'{delivery.mapping.source}'",
        "batch_id": "$batch",
        "src_name": "NULL",
        "published_at": "NULL",
    }
    columns = ", ".join(fixed.get(name, f'"{name}"') for name in own)
    passed = " AND ".join(f"NOT fails_{number}" for number in range(checks))
    connection.con.execute(
        f"INSERT INTO incoming_{contract.id} SELECT {columns}, "  # noqa: S608
        f"{before} + row_number() OVER (ORDER BY _row) FROM checked WHERE {passed}",
        {"batch": delivery.batch},
    )


def settle(
    connection: Backend, folder: Path, read: dict[str, int], notes: list[Text]
) -> Account:
    """Merge what was staged, check the account, and put the new snapshot in force.

    Raises:
        WarehouseError: The account does not balance.
    """
    snapshot = read_snapshot(folder)
    refused = quarantine.refused_by_table(connection)
    counts = []
    for name in sorted(read):
        merged = merge(connection, contracts()[name], folder, snapshot.get(name, []))
        staged = connection.con.execute(
            f"SELECT count(*) FROM incoming_{name}"  # noqa: S608
        ).fetchall()[0][0]
        if merged.parts:
            snapshot[name] = merged.parts
        counts.append(
            Count(
                table=name,
                read=read[name],
                accepted=staged - merged.held,
                already_held=merged.held,
                quarantined=refused.get(name, 0),
            )
        )
    for count in counts:
        balanced(count)
    parts = quarantine.merge_refused(connection, folder, snapshot.get(QUARANTINE, []))
    if parts:
        snapshot[QUARANTINE] = parts
    else:
        snapshot.pop(QUARANTINE, None)
    commit(folder, snapshot)
    account = Account(counts, notes)
    note_down(folder, account)
    return account


def balanced(count: Count) -> None:
    """Raise where rows were lost or made on the way."""
    told = count.accepted + count.already_held + count.quarantined
    if count.read != told:
        raise WarehouseError(
            Text(
                f"表{count.table}账目不平：读{count.read}行，去向{told}行",
                f"{count.table} does not balance: {count.read} rows read, {told} found",
            ),
            where=count.table,
            expected=Text(
                "读取 = 接收 + 已有 + 隔离", "read = accepted + already held + quarantined"
            ),
            do=Text(
                "数据仓库未改动；请报告此问题",
                "the warehouse was not changed; please report this as a defect",
            ),
        )


def note_down(folder: Path, account: Account) -> None:
    """Append an account to the warehouse's history of accounts."""
    tables = [count._asdict() for count in account.tables]
    with (folder / ACCOUNTS).open("a", encoding="utf-8") as file:
        file.write(canonical({"tables": tables}) + "\n")


def accounts(folder: Path) -> Iterator[list[Count]]:
    """Yield the accounts of all deliveries, the oldest first."""
    path = folder / ACCOUNTS
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        yield [Count(**count) for count in json.loads(line)["tables"]]
