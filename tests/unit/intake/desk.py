"""A desk that delivers rows of any table, in the contract's own words."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from kexin.intake.deliver import deliver, retry
from kexin.intake.mapping import Mapping
from kexin.intake.quarantine import failures
from kexin.intake.warehouse import open_warehouse
from kexin.registers.contract import contracts
from unit.identity.test_ladder import CITY, code_of
from unit.intake.bureau import engine

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from kexin.identity.ladder import Thresholds
    from kexin.intake.accounts import Account
    from kexin.intake.quarantine import Failure

FIRM, OTHER = code_of(21), code_of(22)
DAY = date(2024, 6, 30)

FIRST_ROW = {
    "tax_vat_return": {
        "sales_exempt": 0,
        "sales_export": 0,
        "output_tax": 0,
        "tax_payable": 0,
    },
}
"""What rows of a table have where a test does not say otherwise."""


@dataclass
class Desk:
    """Tables go in as rows of text; one looks at what is held and what is not."""

    folder: Path
    given: Thresholds = CITY
    sent: int = 0

    def send(
        self, *, on: date = DAY, src: str = "desk", **tables: list[dict[str, Any]]
    ) -> Account:
        """Deliver rows by table; `firm` and `name` say whose they are.

        A row that has `withdrawn` = 1 takes its record back.
        """
        self.sent += 1
        folder = self.folder / f"delivery{self.sent}"
        folder.mkdir()
        for table, rows in tables.items():
            path = folder / f"{table}.csv"
            path.write_text(as_csv(rows), encoding="utf-8")
        how = mapping(src, tables)
        return deliver([folder], how, self.warehouse, on, engine(), who=self.given)

    def retry(self, table: str, like: dict[str, Any], on: date = DAY) -> Account:
        how = mapping("desk", {table: [like]})
        return retry(how, self.warehouse, on, engine(), self.given)

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse"

    def held(self, table: str, *order: str) -> list[dict[str, Any]]:
        """Every version of a table."""
        found = open_warehouse(self.warehouse, engine()).tables[table]
        order = order or (*contracts()[table].key, "version_no")
        rows: list[dict[str, Any]] = found.order_by(*order).to_pyarrow().to_pylist()
        return rows

    def refused(self) -> list[Failure]:
        return list(failures(self.warehouse, engine()))


def as_csv(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    headings = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, headings, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def mapping(src: str, tables: dict[str, list[dict[str, Any]]]) -> Mapping:
    sources = [source(table, rows) for table, rows in tables.items()]
    return Mapping.model_validate({"name": src, "source": src, "sources": sources})


def source(table: str, rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
    headings = {name for row in rows for name in row}
    fields = contracts()[table].fields()
    return {
        "table": table,
        "files": [f"{table}.csv"],
        "firm": "firm" if "firm" in headings else "",
        "firm_name": "name" if "name" in headings else "",
        "withdrawn": {"withdrawn": "1"} if "withdrawn" in headings else {},
        "columns": {name: name for name in fields if name in headings},
        "not_delivered": sorted(
            name
            for name, field in fields.items()
            if name not in headings and not field.optional
        ),
    }


def flags(rows: Iterable[dict[str, Any]]) -> list[set[str]]:
    """The flags of rows, without what every delivery of the desk has."""
    return [set(row["dq_flags"]) - {"incomplete"} for row in rows]
