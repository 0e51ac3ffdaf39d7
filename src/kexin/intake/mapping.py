"""A mapping: how a delivery's own columns, units and codes become a contract's.

A bureau whose files nobody has seen is a matter of writing such a file, not code; its
form is told in `docs/mappings.md`.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from kexin import tomlfile
from kexin.errors import ConfigurationError
from kexin.language import Text
from kexin.registers.contract import contracts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kexin.registers.contract import Table

DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日", "%Y-%m-%d %H:%M:%S")
"""Forms of a day that are tried where a mapping names none."""

EXCEL = "excel"
"""Form of a day as Excel counts it: days since 1899-12-30."""


class Column(tomlfile.Section):
    """How one column of a contract is filled.

    Attributes:
        source: Delivered column, written `from`.
        constant: The same value for every row.
        join: Delivered columns whose texts are joined, with `between` between them.
        unit: Factor that turns the delivered number into the contract's unit.
        codes: Delivered code to the contract's.
        unknown: Code for delivered codes that are not listed; refused without it.
        dates: Forms of a day, tried in order.
        decimal: Sign before the decimals.
        thousands: Sign between thousands.
        local: Whether the value is a party known by a local id, to be prefixed.
    """

    source: str = Field("", alias="from")
    constant: str | int | date = ""
    join: tuple[str, ...] = ()
    between: str = "|"
    unit: int = 1
    codes: dict[str, str] = {}
    unknown: str = ""
    dates: tuple[str, ...] = DATES
    decimal: str = "."
    thousands: str = ","
    local: bool = False


def as_column(spec: Any) -> Any:  # noqa: ANN401  (any TOML value)
    """Return `"heading"` as the column that takes it."""
    return {"from": spec} if isinstance(spec, str) else spec


class Condition(tomlfile.Section):
    """What a record must be for a rule of `set` to apply."""

    column: str
    equals: str = Field("", alias="is")
    below: float | None = None
    above: float | None = None


class Change(tomlfile.Section):
    """A column that is set where all conditions hold."""

    column: str
    to: str
    where: tuple[Condition, ...]


class Reconciliation(tomlfile.Section):
    """A delivered total that must equal a sum of columns, or the record is flagged."""

    total: str
    equals: tuple[str, ...]
    tolerance: float = 0.01
    flag: str = "total_mismatch"


class KnownAt(tomlfile.Section):
    """When a record of history is taken to have been known.

    Attributes:
        days: Days after the event; `"register"` for the contract's lag.
        on: A fixed day instead.
    """

    days: int | Literal["register"] = "register"
    on: date | None = None


class Source(tomlfile.Section):
    """One kind of file in the delivery, and the table that it fills.

    Attributes:
        table: Table of the contract.
        files: Patterns of file names.
        encoding: Encoding of text files.
        delimiter: Sign between the columns of text files.
        sheet: Sheet of an Excel file; the first if empty.
        firm: Delivered column with the firm's code or local id.
        columns: Contract column to how it is filled.
        ignored: Delivered columns that are left out, each with the reason.
        not_delivered: Contract columns that the delivery does not have.
        event_date: Event date of every record, where its column is not delivered.
        known_at: When records were known: on receipt, or reconstructed.
        withdrawn: Delivered column that says a record is withdrawn, and its code.
        changes: Columns set by conditions, written `set`.
        reconcile: Totals that are checked.
    """

    table: str
    files: tuple[str, ...]
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str = ""
    firm: str
    columns: dict[str, Annotated[Column, BeforeValidator(as_column)]]
    ignored: dict[str, str] = {}
    not_delivered: tuple[str, ...] = ()
    event_date: date | None = None
    known_at: Literal["received"] | KnownAt = "received"
    withdrawn: dict[str, str] = {}
    changes: tuple[Change, ...] = Field((), alias="set")
    reconcile: tuple[Reconciliation, ...] = ()


class Mapping(tomlfile.Section):
    """How one bureau's delivery becomes contracts.

    Attributes:
        name: Name of the mapping.
        source: The supplier, as `src_system` of every record.
        firm_prefix: Prefix of firms that are known by a local id; empty for codes.
        ignored_files: Patterns of files that are left out, each with the reason.
        sources: The kinds of files.
    """

    name: str
    source: str
    firm_prefix: str = ""
    ignored_files: dict[str, str] = {}
    sources: tuple[Source, ...]


def read_mapping(path: Path) -> Mapping:
    """Return a mapping that fits the contracts.

    Raises:
        ConfigurationError: The file is wrong in form, or names a table, column or code
            that no contract has, or leaves out a column that the contract requires.
    """
    mapping = tomlfile.read(path, Mapping)
    for number, source in enumerate(mapping.sources):
        for key, wrong, known in mistakes(source, ("sources", number)):
            raise ConfigurationError(
                wrong,
                where=tomlfile.place(path, key),
                expected=Text(f"{'、'.join(known)}", f"{', '.join(known)}"),
                do=Text("请修正映射文件", "mend the mapping"),
            )
    return mapping


Mistake = tuple[tomlfile.Key, Text, list[str]]


def mistakes(source: Source, key: tomlfile.Key) -> Iterator[Mistake]:
    """Yield what a source says that its contract does not know: key, what, known."""
    known = contracts()
    if source.table not in known:
        yield (
            (*key, "table"),
            Text(f"没有表“{source.table}”", f"there is no table {source.table!r}"),
            sorted(known),
        )
        return
    contract = known[source.table]
    yield from unknown_columns(source, contract, key)
    yield from unknown_codes(source, contract, key)
    yield from left_out(source, contract, key)


def unknown_columns(
    source: Source, contract: type[Table], key: tomlfile.Key
) -> Iterator[Mistake]:
    """Yield columns that the contract does not have."""
    fields = contract.fields()
    named: Iterable[tuple[tomlfile.Key, str]] = [
        *(((*key, "columns", name), name) for name in source.columns),
        *(((*key, "not_delivered"), name) for name in source.not_delivered),
        *(((*key, "set"), change.column) for change in source.changes),
    ]
    for place, name in named:
        if name not in fields:
            wrong = Text(
                f"表{contract.id}没有列“{name}”",
                f"{contract.id} has no column {name!r}",
            )
            yield place, wrong, list(fields)


def unknown_codes(
    source: Source, contract: type[Table], key: tomlfile.Key
) -> Iterator[Mistake]:
    """Yield codes that lead outside of the contract's list."""
    fields = contract.fields()
    for name, column in source.columns.items():
        listed = fields[name].codes if name in fields else None
        constant = [str(column.constant)] if column.constant else []
        unknown = [column.unknown] if column.unknown else []
        for code in [*column.codes.values(), *unknown, *constant]:
            if listed is not None and code not in listed:
                wrong = Text(
                    f"“{code}”不在代码表中", f"{code!r} is not in the code list"
                )
                yield (*key, "columns", name), wrong, list(listed)


def left_out(
    source: Source, contract: type[Table], key: tomlfile.Key
) -> Iterator[Mistake]:
    """Yield columns that the contract requires and the source neither has nor waives."""
    for name, field in contract.fields().items():
        if field.optional or name in source.columns or name in source.not_delivered:
            continue
        wrong = Text(f"必填列“{name}”未映射", f"required column {name!r} is not mapped")
        how = [f"columns.{name} = ...", f'not_delivered = ["{name}", ...]']
        yield (*key, "columns"), wrong, how
    if contract.event in source.not_delivered and source.event_date is None:
        wrong = Text(f"事件日期列“{contract.event}”缺失", f"no {contract.event!r}")
        yield (*key, "not_delivered"), wrong, ["event_date = YYYY-MM-DD"]
