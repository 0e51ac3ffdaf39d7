"""What is declared of a bureau's files, and where all declarations are found."""

from __future__ import annotations

import functools
import pkgutil
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Literal

import kexin.simulate.looks
from kexin.registers.contract import contracts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kexin.registers.contract import Field, Table

EXCEL = "excel"
"""Days as Excel counts them."""

TEN_THOUSAND, PERCENT = 4, -2
"""Digits by which a delivered number is smaller (万元) or larger (%) than ours."""


@dataclass(frozen=True, kw_only=True)
class Supplier:
    """A bureau, and what all its files have in common.

    Args:
        id: The register that it keeps; the folder of its deliveries.
        zh: Its name.
        form: Kind of its files.
        encoding: Encoding of the text.
        delimiter: Sign between columns.
        days: How it writes days: parts as `strptime` knows them, or Excel's.
        padded: Whether days and months of one digit have a zero before them.
        months: How it writes months.
        yes: Its word for yes.
        no: Its word for no.
        code: Heading of the firm's code.
        name: Heading of the firm's name.
        sent: Heading of the time of transfer.
        operation: Heading of what a row does.
        new: Its word for a new record.
        changed: Its word for a record told again.
        deleted: Its word for a record that it withdraws.
    """

    id: str
    zh: str
    form: Literal["csv", "jsonl"] = "csv"
    encoding: str = "utf-8"
    delimiter: str = ","
    days: str = "%Y-%m-%d"
    padded: bool = True
    months: str = "%Y-%m"
    yes: str = "是"
    no: str = "否"
    code: str = "统一社会信用代码"
    name: str = "企业名称"
    sent: str = "推送时间"
    operation: str = "操作类型"
    new: str = "新增"
    changed: str = "更新"
    deleted: str = "删除"


@dataclass(frozen=True, kw_only=True)
class Look:
    """How a bureau writes one table.

    Args:
        table: The table.
        supplier: The bureau.
        file: Beginning of its files' names; the month follows.
        headings: Its headings; the contract's Chinese name where none is given.
        digits: By how many digits its numbers are smaller than the contract's.
        codes: Its codes; the contract's Chinese labels where none are given.
        own_code: Column of the contract that is the firm's code; delivered once.
        own_name: Column of the contract that is the firm's name; delivered once.
        code: Heading of the code, where it is not that of all the bureau's files.
        name: Heading of the name, where it is not that of all the bureau's files.
    """

    table: type[Table]
    supplier: Supplier
    file: str
    headings: Mapping[str, str] = field(default_factory=dict)
    digits: Mapping[str, int] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    own_code: str = ""
    own_name: str = ""
    code: str = ""
    name: str = ""

    @property
    def code_heading(self) -> str:
        """Heading of the firm's code."""
        if self.own_code:
            return self.heading(self.own_code)
        return self.code or self.supplier.code

    @property
    def name_heading(self) -> str:
        """Heading of the firm's name."""
        if self.own_name:
            return self.heading(self.own_name)
        return self.name or self.supplier.name

    def heading(self, column: str) -> str:
        """Return the heading of a column of the contract."""
        return self.headings.get(column, self.table.fields()[column].zh)

    def fields(self) -> dict[str, Field]:
        """Return the columns that are delivered, without the firm's code and name."""
        left_out = {*self.table.derived, self.own_code, self.own_name}
        return {n: f for n, f in self.table.fields().items() if n not in left_out}

    def labels(self, column: str) -> Mapping[str, str]:
        """Return what a column's codes are delivered as."""
        return self.codes.get(column, self.table.fields()[column].codes or {})


@functools.cache
def looks() -> dict[str, Look]:
    """Return how every table is written, by its name."""
    path, package = kexin.simulate.looks.__path__, kexin.simulate.looks.__name__
    found = [
        value
        for module in sorted(m.name for m in pkgutil.iter_modules(path))
        for value in vars(import_module(f"{package}.{module}")).values()
        if isinstance(value, Look)
    ]
    by_table = {look.table.id: look for look in found}
    return {name: by_table[name] for name in contracts() if name in by_table}
