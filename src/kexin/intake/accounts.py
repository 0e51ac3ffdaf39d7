"""The account of a delivery: no row is lost, and none is made, on the way."""

from __future__ import annotations

import contextlib
import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from kexin.digest import canonical
from kexin.errors import WarehouseError
from kexin.language import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from kexin.intake.checking import Checked

ACCOUNTS = "accounts.jsonl"


class Count(NamedTuple):
    """The account of one table: read = accepted + already_held + quarantined."""

    table: str
    read: int
    accepted: int
    already_held: int
    quarantined: int


class FileCount(NamedTuple):
    """The account of one file and table.

    Attributes:
        file: Name of the file.
        batch_id: Its batch, as its records name it.
        rows: What became of its rows.
    """

    file: str
    batch_id: str
    rows: Count


class Restated(NamedTuple):
    """How much of a batch changed what was held before (quality problem Q23).

    Attributes:
        table: The table.
        batch_id: The batch.
        new: Records that were not held before.
        changed: Versions of records that were.
        withdrawn: Withdrawals.
        months: Months of events in which a record changed or was withdrawn.
    """

    table: str
    batch_id: str
    new: int
    changed: int
    withdrawn: int
    months: int


class Account(NamedTuple):
    """What became of a delivery.

    Attributes:
        tables: One count a table.
        notes: What a person should know: files and columns that were left out.
        files: One count a file and table, in the order of the delivery.
        mapping: Name of the mapping.
        received: Day of receipt.
        checks: What the checks between registers found.
        restated: How much of each batch changed what was held before.
    """

    tables: list[Count]
    notes: list[Text]
    files: list[FileCount]
    mapping: str
    received: date
    checks: Sequence[Checked] = ()
    restated: Sequence[Restated] = ()


def by_table(files: Iterable[FileCount]) -> list[Count]:
    """Return the counts of files added up by table, in the order of their names."""
    groups: dict[str, list[Count]] = defaultdict(list)
    for file in files:
        groups[file.rows.table].append(file.rows)
    return [
        Count(
            table=name,
            read=sum(count.read for count in counts),
            accepted=sum(count.accepted for count in counts),
            already_held=sum(count.already_held for count in counts),
            quarantined=sum(count.quarantined for count in counts),
        )
        for name, counts in sorted(groups.items())
    ]


def balanced(count: Count) -> None:
    """Raise where rows were lost or made on the way.

    Raises:
        WarehouseError: The parts do not add up to the rows read, or one is negative.
    """
    told = count.accepted + count.already_held + count.quarantined
    if count.read == told and min(count[1:]) >= 0:
        return
    raise WarehouseError(
        Text(
            f"表{count.table}账目不平：读{count.read}行，去向{told}行",
            f"{count.table} does not balance: {count.read} rows read, {told} found",
        ),
        where=count.table,
        expected=Text(
            "读取 = 接收 + 已有 + 隔离",
            "read = accepted + already held + quarantined",
        ),
        do=Text(
            "数据仓库未改动；请报告此问题",
            "the warehouse was not changed; please report this as a defect",
        ),
    )


def note_down(folder: Path, account: Account) -> None:
    """Append an account to the warehouse's history of accounts, on a line of its own.

    A kill may have cut the last line off.
    """
    path = folder / ACCOUNTS
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    begin = "" if not text or text.endswith("\n") else "\n"
    with path.open("a", encoding="utf-8") as file:
        file.write(begin + canonical(as_content(account)) + "\n")


def as_content(account: Account) -> dict[str, Any]:
    """Return an account as what JSON can write."""
    return {
        "mapping": account.mapping,
        "received": account.received,
        "tables": [count._asdict() for count in account.tables],
        "files": [
            {"file": file.file, "batch_id": file.batch_id, **file.rows._asdict()}
            for file in account.files
        ],
        "notes": [note._asdict() for note in account.notes],
        "checks": [check_content(check) for check in account.checks],
        "restated": [batch._asdict() for batch in account.restated],
    }


def check_content(check: Checked) -> dict[str, Any]:
    """Return what a check found as what JSON can write."""
    return {
        "id": check.id,
        "tables": list(check.tables),
        "src_system": check.src_system,
        "examined": check.examined,
        "failed": check.failed,
        "share": round(check.share, 6),
        "expected": check.expected,
        **check.text._asdict(),
    }


def accounts(folder: Path) -> Iterator[list[Count]]:
    """Yield the accounts of all deliveries by table, the oldest first."""
    for told in history(folder):
        yield [Count(**count) for count in told["tables"]]


def history(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the accounts of all deliveries as they were written, the oldest first.

    A line that a kill cut off is passed over: its delivery stands, and was told.
    """
    path = folder / ACCOUNTS
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        with contextlib.suppress(json.JSONDecodeError):
            yield json.loads(line)
