"""Small tables of invoices as text, each with what the signals are, worked out by hand.

The first line of a table names its columns, others take what is usual: a sale on paper
to party A, known at noon of its day and standing ever since. A hyphen is absence.
"""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from kexin.registers.tax import TaxInvoice

if TYPE_CHECKING:
    from collections.abc import Mapping

USUAL = {"way": "out", "party": "A", "name": "-", "kind": "paper_normal", "tax": "0"}
USUAL |= {"status": "normal", "amount": "100", "known": "-", "until": "-"}


class Example(NamedTuple):
    """One firm on one day.

    Attributes:
        shows: What a reader should learn.
        as_of: The day.
        rows: The table.
        expected: Signals by id; None where the signal is absent.
    """

    shows: str
    as_of: str
    rows: str
    expected: Mapping[str, float | None]


def records(example: Example) -> list[dict[str, Any]]:
    """The versions that a table describes."""
    lines = [line.split() for line in example.rows.strip().splitlines() if line.strip()]
    if not lines:
        return []
    head, *body = lines
    rows = [USUAL | dict(zip(head, line, strict=True)) for line in body]
    return [record(row, n, example.shows) for n, row in enumerate(rows)]


def record(row: dict[str, str], number: int, firm_key: str) -> dict[str, Any]:
    """One version out of one line."""
    issued = date.fromisoformat(row["issued"])
    noon = datetime.combine(issued, time(12))
    return {
        **dict.fromkeys(TaxInvoice.columns()),
        "row_id": str(number),
        "firm_key": firm_key,
        "event_date": issued,
        "known_at": moment(row["known"]) or noon,
        "superseded_at": moment(row["until"]),
        "version_no": 1,
        "op": "I",
        "invoice_uid": str(number),
        "direction": row["way"],
        "invoice_kind": row["kind"],
        "issue_date": issued,
        "counterparty_code": None if row["party"] == "-" else row["party"],
        "counterparty_name": None if row["name"] == "-" else row["name"],
        "amount_ex_tax": Decimal(row["amount"]),
        "tax_amount": Decimal(row["tax"]),
        "invoice_status": row["status"],
    }


def moment(text: str) -> datetime | None:
    """A moment such as 2019-03-31T23:59; a day alone is its first moment."""
    return None if text == "-" else datetime.fromisoformat(text)
