"""Examples: a few records as small tables of text, and what the signals are, by hand.

A table is named by its contract. The first line of its text names columns; the others
are records of the firm F unless a column `firm` says otherwise. A hyphen is absence.
What is not named is absent too, but for what every record has: the contract tells which
column is its event date; it is known at noon of that day (`known`) and stands ever
since (`until`). `row` is the record's id, `op` its operation.
"""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kexin.registers.contract import Table, contracts
from kexin.registers.reference import ESTIMATES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kexin.language import Text

Record = dict[str, Any]

FIRM = "F"
"""The firm of which an example speaks."""

ENVELOPE_NAMES = {"firm": "firm_key", "known": "known_at", "until": "superseded_at"}
ENVELOPE_NAMES |= {"row": "row_id", "event": "event_date"}


@dataclasses.dataclass(frozen=True)
class Example:
    """Firms on one day.

    Attributes:
        shows: What a reader should learn.
        as_of: The day.
        tables: Text of each table, by its contract's name.
        expected: Signals of the firm F by id; None where the signal is absent.
        tolerance: Relative difference that is let pass; for values worked out by hand
            to a few digits.
        alone: Whether it needs a city of its own, because its signals compare the firm
            with all others of the day.
    """

    shows: Text
    as_of: str
    tables: Mapping[str, str]
    expected: Mapping[str, float | None]
    tolerance: float = 1e-9
    alone: bool = False


def examples() -> dict[str, list[Example]]:
    """Return the package's examples by the name of their module."""
    package = importlib.import_module("kexin.dictionary.examples")
    return {
        found.name: importlib.import_module(f"{package.__name__}.{found.name}").SPEC
        for found in pkgutil.iter_modules(package.__path__)
    }


def records(example: Example) -> dict[str, list[Record]]:
    """Return the versions that an example's tables describe, by table."""
    return {
        name: [
            estimate(name, row)
            if name in ESTIMATES
            else record(contracts()[name], row, f"{name}-{number}")
            for number, row in enumerate(rows(text))
        ]
        for name, text in example.tables.items()
    }


def rows(text: str) -> list[dict[str, str]]:
    """Return the lines of a text by column."""
    lines = [line.split() for line in text.strip().splitlines() if line.strip()]
    if not lines:
        return []
    head, *body = lines
    names = [ENVELOPE_NAMES.get(name, name) for name in head]
    return [dict(zip(names, line, strict=True)) for line in body]


def record(contract: type[Table], row: dict[str, str], row_id: str) -> Record:
    """Return one version out of one line.

    Raises:
        KeyError: The line names a column that the table has not.
    """
    types = contract.columns()
    told = {name: value(text, types[name]) for name, text in row.items()}
    usual = {"row_id": row_id, "firm_key": FIRM, "version_no": 1, "op": "I"}
    own = {**dict.fromkeys(types), **usual, **told}
    if "event_date" not in told:
        own["event_date"] = day_of(own[contract.event])
    if "known_at" not in told:
        own["known_at"] = datetime.combine(own["event_date"], time(12))
    return own


def estimate(table: str, row: dict[str, str]) -> Record:
    """One row of a table of estimates, which has no envelope."""
    types = ESTIMATES[table]
    told = {name: value(text, types[name]) for name, text in row.items()}
    return {**dict.fromkeys(types), **told}


def day_of(moment: date | datetime) -> date:
    """Return the day of a moment; a day is its own."""
    return moment.date() if isinstance(moment, datetime) else moment


def value(text: str, dtype: str) -> Any:  # noqa: ANN401  (as the type says)
    """Return a value of a type out of its text; a hyphen is absence."""
    if text == "-":
        return None
    kind = dtype.partition("(")[0]
    return READ[kind](text)


READ: dict[str, Callable[[str], Any]] = {
    "string": str,
    "date": date.fromisoformat,
    "timestamp": datetime.fromisoformat,
    "decimal": Decimal,
    "int64": int,
    "int32": int,
    "boolean": lambda text: {"yes": True, "no": False}[text],
    "array<string>": lambda text: text.split("+"),
}
"""How a value of each type is written."""
