"""A mapping: how a delivery's own columns, units and codes become a contract's.

A bureau whose files nobody has seen is a matter of writing such a file, not code; its
form is told in `docs/mappings.md`. Names of a delivery's columns and its codes are
compared after normalisation (`plain`), so that a full-width letter or a blank in front
matters nowhere.
"""

from __future__ import annotations

import unicodedata
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from kexin import tomlfile
from kexin.errors import ConfigurationError
from kexin.intake.fitting import mistakes
from kexin.language import Text
from kexin.registers.contract import ENVELOPE, contracts

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日", "%Y-%m-%d %H:%M:%S")
"""Forms of a day that are tried where a mapping names none."""

REGISTERED = tuple(name for name in ENVELOPE if name not in {"firm_step", "firm_conf"})
"""Columns of the envelope that every platform has (REGISTERS.md, section 0.1)."""

Constant = bool | int | Decimal | date | str


def plain(text: str) -> str:
    """Return text as it is compared: compatible characters unified (NFKC), no blanks.

    Examples:
        >>> plain("　ＡＢ１ ")
        'AB1'
    """
    return unicodedata.normalize("NFKC", text).strip()


class Column(tomlfile.Section):
    """How one column of a contract is filled: by exactly one of the first three keys.

    Attributes:
        source: Delivered column, written `from`.
        constant: The same value for every row.
        join: Delivered columns whose texts are joined; absent where one of them is.
        between: Sign between joined texts, written `with`.
        unit: Factor that turns the delivered number into the contract's unit.
        codes: Delivered code to the contract's.
        unknown: Code for delivered codes that are not listed; refused without it.
        dates: Forms of a day, tried in order.
        decimal: Sign before the decimals.
        thousands: Sign between thousands; empty where there is none.
        local: Whether the value is a party known by a local id, to be prefixed.
        absent: Delivered texts that say that there is no value, such as `-`.
    """

    source: str = Field("", alias="from")
    constant: Constant | None = None
    join: tuple[str, ...] = ()
    between: str = Field("|", alias="with")
    unit: Decimal = Field(Decimal(1), gt=0)
    codes: dict[str, str] = Field({})
    unknown: str = ""
    dates: tuple[str, ...] = DATES
    decimal: str = "."
    thousands: str = ""
    local: bool = False
    absent: tuple[str, ...] = ()

    @model_validator(mode="after")
    def one_origin(self) -> Column:
        """Refuse a column with no origin, or with several."""
        given = (bool(self.source), bool(self.join), self.constant is not None)
        if sum(given) != 1:
            raise PydanticCustomError(
                "one_origin",
                "exactly one of from, join, constant",
                {"zh": "from、join、constant 三者之一"},
            )
        return self

    @property
    def read(self) -> tuple[str, ...]:
        """Delivered columns that it reads."""
        return (self.source,) if self.source else self.join


def as_column(spec: Any) -> Any:  # noqa: ANN401  (any TOML value)
    """Return `"heading"` as the column that takes it."""
    return {"from": spec} if isinstance(spec, str) else spec


class Condition(tomlfile.Section):
    """What a record must be for a rule of `set` to apply.

    Attributes:
        column: Column of the contract.
        equals: Its value, written `is`.
        below: Bound that it lies below.
        above: Bound that it lies above.
    """

    column: str
    equals: Constant | None = Field(None, alias="is")
    below: Decimal | None = None
    above: Decimal | None = None

    @model_validator(mode="after")
    def some_bound(self) -> Condition:
        """Refuse a condition that says nothing."""
        if self.equals is None and self.below is None and self.above is None:
            raise PydanticCustomError(
                "some_bound",
                "at least one of is, below, above",
                {"zh": "is、below、above 至少其一"},
            )
        return self


class Change(tomlfile.Section):
    """A column that is set where all conditions hold."""

    column: str
    to: Constant
    where: tuple[Condition, ...] = Field(min_length=1)


class Reconciliation(tomlfile.Section):
    """A delivered total that must equal a sum of columns, or the record is flagged.

    Attributes:
        total: Delivered column.
        equals: Contract columns whose sum it should be.
        tolerance: Difference that is let pass, in the contract's unit.
        flag: Flag of records that differ by more.
    """

    total: str
    equals: tuple[str, ...] = Field(min_length=1)
    tolerance: Decimal = Decimal("0.01")
    flag: str = "total_mismatch"


class KnownAt(tomlfile.Section):
    """When records are taken to have been known; on receipt where nothing is said.

    Attributes:
        after: Day from which `days` are counted; nothing else can be said yet.
        days: Days after it; `"register"`, as without it, for the contract's lag.
        on: A fixed day instead.
        column: Delivered column in which the bureau says when it handed the record
            over; the day of receipt where it says nothing.
    """

    after: Literal["event_date"] | None = None
    days: int | Literal["register"] | None = None
    on: date | None = None
    column: str = ""

    @model_validator(mode="after")
    def one_rule(self) -> KnownAt:
        """Refuse a day that is told in two ways."""
        if sum((self.on is not None, self.counted, self.column != "")) > 1:
            raise PydanticCustomError(
                "one_rule",
                "one of on, column, or after and days",
                {"zh": "on、column、after与days三者之一"},
            )
        return self

    @property
    def counted(self) -> bool:
        """Whether the day is counted from the event."""
        return self.after is not None or self.days is not None

    @property
    def reconstructed(self) -> bool:
        """Whether the day is a reconstruction, not the day of receipt."""
        return self.on is not None or self.counted


def as_known_at(rule: Any) -> Any:  # noqa: ANN401  (any TOML value)
    """Return `"received"` and a plain day as sections."""
    if isinstance(rule, date):
        return {"on": rule}
    if isinstance(rule, str) and rule != "received":
        raise PydanticCustomError(
            "known_at",
            '"received", a day, {{ column = ... }}, or '
            '{{ after = "event_date", days = ... }}',
            {
                "zh": '"received"、日期、{ column = … }，'
                '或 { after = "event_date", days = … }'
            },
        )
    return {} if isinstance(rule, str) else rule


class Source(tomlfile.Section):
    """One kind of file in the delivery, and the table that it fills.

    Attributes:
        table: Table of the contract.
        supplier: Who delivers it, where that is not the mapping's `source`.
        files: Patterns of file names, relative to the path that is taken in.
        encoding: Encoding of text files.
        delimiter: Sign between the columns of text files.
        sheet: Sheet of an Excel file; the first if empty.
        heading_row: Row of the headings in text files and sheets; what stands above,
            such as a title, is left out.
        firm: Delivered column with the firm's code or local id; empty where a name is
            all there is, or the records are no single firm's.
        firm_name: Delivered column with the firm's name; empty where there is none.
        columns: Contract column to how it is filled.
        ignored: Delivered columns that are left out, each with the reason.
        not_delivered: Contract columns that the delivery does not have.
        event_date: Event date of every record, where its column is not delivered.
        known_at: When records were known: on receipt, or reconstructed.
        envelope: Whether the files have the envelope's columns, as another platform's
            have: firm, days of knowing, versions and flags are then kept.
        withdrawn: Delivered column that says a record is withdrawn, and its code.
        changes: Columns set by conditions, written `set`.
        reconcile: Totals that are checked.
    """

    table: str
    supplier: str = ""
    files: tuple[str, ...] = Field(min_length=1)
    encoding: str = "utf-8"
    delimiter: str = Field(",", min_length=1, max_length=1)
    sheet: str = ""
    heading_row: int = Field(1, ge=1)
    firm: str = ""
    firm_name: str = ""
    columns: dict[str, Annotated[Column, BeforeValidator(as_column)]]
    ignored: dict[str, str] = Field({})
    not_delivered: tuple[str, ...] = ()
    event_date: date | None = None
    known_at: Annotated[KnownAt, BeforeValidator(as_known_at)] = KnownAt()
    envelope: bool = False
    withdrawn: dict[str, str] = Field({})
    changes: tuple[Change, ...] = Field((), alias="set")
    reconcile: tuple[Reconciliation, ...] = ()

    @property
    def read(self) -> tuple[str, ...]:
        """Delivered columns that the source reads, in their first order."""
        columns = [name for column in self.columns.values() for name in column.read]
        told = self.known_at.column
        named = [self.firm, self.firm_name, told, *columns, *self.withdrawn]
        totals = [rule.total for rule in self.reconcile]
        own = REGISTERED if self.envelope else ()
        return tuple(dict.fromkeys(name for name in [*named, *totals, *own] if name))


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
    ignored_files: dict[str, str] = Field({})
    sources: tuple[Source, ...] = Field(min_length=1)


def contract_form(names: Iterable[str]) -> Mapping:
    """Return the mapping of tables that are in contract form already, one file each.

    Args:
        names: The tables; each stands in `<table>.parquet`.
    """
    sources = [
        {
            "table": name,
            "files": [f"{name}.parquet", f"*/{name}.parquet"],
            "firm": "src_code",
            "firm_name": "src_name",
            "envelope": True,
            "columns": {column: column for column in contracts()[name].fields()},
        }
        for name in names
    ]
    content = {"name": "contract form", "source": "migration", "sources": sources}
    return Mapping.model_validate(content)


def read_mapping(path: Path) -> Mapping:
    """Return a mapping that fits the contracts; that of all bureaus, from a folder.

    Raises:
        ConfigurationError: The file is wrong in form, or names a table, column or code
            that no contract has, or leaves out a column that the contract requires.
    """
    if path.is_dir():
        return read_together(path)
    mapping = tomlfile.read(path, Mapping)
    for number, source in enumerate(mapping.sources):
        for mistake in mistakes(source, ("sources", number)):
            raise ConfigurationError(
                mistake.found,
                where=tomlfile.place(path, mistake.key),
                expected=mistake.expected,
                do=Text("请修正映射文件", "mend the mapping"),
            )
    return mapping


def read_together(folder: Path) -> Mapping:
    """Return the mappings of a folder as one; each source keeps its supplier.

    Raises:
        ConfigurationError: There is none, one of them is wrong, or one knows firms by
            local ids, which would then hold for all.
    """
    paths = sorted(folder.glob("*.toml"))
    every = [read_mapping(path) for path in paths]
    local = [p for p, own in zip(paths, every, strict=True) if own.firm_prefix]
    if not every or local:
        raise ConfigurationError(
            Text("使用了firm_prefix", "it has a firm_prefix")
            if local
            else Text("没有映射文件", "there is no mapping in it"),
            where=str(local[0] if local else folder),
            expected=Text(
                "以代码或名称指明企业的映射文件(*.toml)",
                "mappings (*.toml) that know firms by codes or names",
            ),
            do=Text("请单独使用该映射，或检查路径", "use it alone, or check the path"),
        )
    sources = [
        source.model_copy(update={"supplier": source.supplier or own.source})
        for own in every
        for source in own.sources
    ]
    return Mapping.model_construct(
        name=folder.name,
        source=folder.name,
        firm_prefix="",
        ignored_files={k: v for own in every for k, v in own.ignored_files.items()},
        sources=tuple(sources),
    )
