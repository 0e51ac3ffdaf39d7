"""The numbers of one delivery: counts only, so that several add up exactly.

They are taken once, when the delivery came in, and kept beside its report: those of
earlier deliveries are what a later one is compared with. No value of a record stands in
them but codes of closed lists, days and the names of files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from kexin.digest import canonical

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 1

Counts = dict[str, int]


@dataclass(frozen=True)
class Rows:
    """What became of rows, as the account of the delivery has it."""

    read: int
    accepted: int
    already_held: int
    quarantined: int


@dataclass(frozen=True)
class FileRows:
    """The account of one file and table."""

    file: str
    batch_id: str
    table: str
    rows: Rows


@dataclass(frozen=True)
class Lags:
    """Days from the event to its being known, of records that were new.

    Args:
        measured: Records with a day of knowing that nobody reconstructed.
        reconstructed: Records whose day was reconstructed from the expected lag, which
            tell nothing about it.
        late: Measured records beyond the contract's `lag_days`.
        median: Days within which half of the measured records were known; None for
            none.
        p90: Days within which nine of ten were.
    """

    measured: int
    reconstructed: int
    late: int
    median: int | None
    p90: int | None


@dataclass(frozen=True)
class Step:
    """How many records found their firm by one step of the ladder.

    Args:
        step: The step; empty where no firm was looked for, or none was found.
        records: Number of records.
        confidence: Mean confidence; None where the step has none.
    """

    step: str
    records: int
    confidence: float | None


@dataclass(frozen=True)
class Reason:
    """Why rows of one file were refused.

    Args:
        file: Name of the file.
        column: Column of the contract; empty for a broken line.
        rule: Check that they failed.
        zh: What was expected, in Chinese.
        en: What was expected, in English.
        rows: Number of rows.
        examples: Numbers of the first of them; the headings are row 1.
    """

    file: str
    column: str
    rule: str
    zh: str
    en: str
    rows: int
    examples: tuple[int, ...]


@dataclass(frozen=True)
class Stream:
    """The records of a table from one source, of all deliveries up to this one.

    Args:
        source: The source, as records name it.
        newest: Day of the newest event.
        months: New records by month of the event, months with records only.
    """

    source: str
    newest: str
    months: Counts


@dataclass(frozen=True)
class TableNumbers:
    """The numbers of one table of a delivery.

    Args:
        table: The table.
        rows: Its account.
        records: Versions that the warehouse holds of the delivery's files, withdrawals
            left out. All that follows is counted over them.
        lags: How late they were known.
        absent: Records without a value, by column.
        codes: Records by code, for each column of codes and each yes or no.
        steps: How they found their firm.
        flags: Records by quality flag.
        reasons: Why rows were refused.
        streams: The table's sources.
    """

    table: str
    rows: Rows
    records: int
    lags: Lags
    absent: Counts
    codes: dict[str, Counts]
    steps: tuple[Step, ...]
    flags: Counts
    reasons: tuple[Reason, ...]
    streams: tuple[Stream, ...]


@dataclass(frozen=True)
class Numbers:
    """The numbers of one delivery.

    Args:
        format: Format of this content.
        number: Its place among all deliveries, from 1.
        taken_after: Number of the last delivery when the numbers were taken; a greater
            one says that they were taken again later.
        mapping: Name of its mapping.
        received: Day of receipt.
        files: The account of its files.
        tables: The numbers of its tables, by name.
        checks: The cross-register checks of its account; none where it has none.
    """

    format: int
    number: int
    taken_after: int
    mapping: str
    received: str
    files: tuple[FileRows, ...]
    tables: tuple[TableNumbers, ...]
    checks: tuple[dict[str, Any], ...]

    def table(self, name: str) -> TableNumbers | None:
        """Return the numbers of a table, None where the delivery has none of it."""
        return next((table for table in self.tables if table.table == name), None)


FORM = TypeAdapter(Numbers)


def written(numbers: Numbers) -> str:
    """Return numbers as JSON."""
    return canonical(FORM.dump_python(numbers, mode="json"))


def read(path: Path) -> Numbers | None:
    """Return the numbers in a file; None where there are none of this format."""
    try:
        found = FORM.validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
    return found if found.format == FORMAT else None
