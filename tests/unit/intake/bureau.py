"""A small bureau: it delivers files, and one looks at what became of them."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import ibis

from kexin.intake import quarantine
from kexin.intake.deliver import deliver, retry
from kexin.intake.mapping import read_mapping
from kexin.intake.snapshot import SNAPSHOT
from kexin.intake.warehouse import open_warehouse

if TYPE_CHECKING:
    from pathlib import Path

    from kexin.intake.accounts import Account, Count
    from kexin.intake.mapping import Mapping

DAY = date(2024, 6, 30)

MAPPING = """\
name = "bureau"
source = "bureau:test"
firm_prefix = "TEST"

[[sources]]
table = "tax_invoice"
files = ["*.csv", "*.csv.gz", "*.xlsx", "*.parquet"]
firm = "企业"

[sources.columns]
invoice_uid = { join = ["企业", "号码"] }
direction = { constant = "out" }
invoice_kind = { constant = "other" }
issue_date = "日期"
counterparty_code = { from = "对方", local = true }
amount_ex_tax = "金额"
tax_amount = "税额"
invoice_status = { from = "状态", codes = { "有效" = "normal", "作废" = "void" } }
"""

HEADINGS = ("企业", "号码", "日期", "对方", "金额", "税额", "状态")

GOOD = ("E1", "1", "2024-05-02", "P1", "100.00", "13.00", "有效")


def row(**changes: str) -> tuple[str, ...]:
    """Return a good row with some values changed: `row(金额="-5")`."""
    values = dict(zip(HEADINGS, GOOD, strict=True))
    assert changes.keys() <= values.keys()
    return tuple({**values, **changes}.values())


def text_of(rows: list[tuple[str, ...]], between: str = ",") -> str:
    """Return rows under their headings as a text file."""
    return "".join(between.join(values) + "\n" for values in [HEADINGS, *rows])


def engine(threads: int = 2) -> Any:
    """Return an engine of its own."""
    return ibis.duckdb.connect(threads=threads)


@dataclass
class Bureau:
    """A bureau and the warehouse to which it delivers."""

    folder: Path
    form: str = MAPPING
    sent: int = field(default=0)

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse"

    @property
    def snapshot(self) -> bytes:
        return (self.warehouse / SNAPSHOT).read_bytes()

    def mapping(self) -> Mapping:
        path = self.folder / "mapping.toml"
        path.write_text(self.form, encoding="utf-8")
        return read_mapping(path)

    def file(self, content: str | bytes, name: str = "a.csv") -> Path:
        """Write a file of a delivery of its own; text in UTF-8."""
        self.sent += 1
        path = self.folder / f"delivery{self.sent}" / name
        path.parent.mkdir(parents=True)
        data = content.encode() if isinstance(content, str) else content
        path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
        return path

    def deliver(self, *paths: Path, on: date = DAY, threads: int = 2) -> Account:
        return deliver(paths, self.mapping(), self.warehouse, on, engine(threads))

    def send(
        self, *rows: tuple[str, ...], name: str = "a.csv", on: date = DAY
    ) -> Count:
        """Deliver rows as a file, and return the account of their table."""
        account = self.deliver(self.file(text_of(list(rows)), name), on=on)
        return account.tables[0]

    def retry(self, on: date = DAY) -> Account:
        return retry(self.mapping(), self.warehouse, on, engine())

    def held(self, table: str = "tax_invoice") -> list[dict[str, Any]]:
        """Return every version of a table, by key and number."""
        opened = open_warehouse(self.warehouse, engine()).tables[table]
        rows: list[dict[str, Any]] = opened.to_pyarrow().to_pylist()
        return rows

    def failures(self) -> list[quarantine.Failure]:
        return list(quarantine.failures(self.warehouse, engine()))
