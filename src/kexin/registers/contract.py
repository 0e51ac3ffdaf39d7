"""How a register's table is declared.

From one declaration come the checks of intake, the schema of the warehouse, the page of
the data dictionary, and the columns that signals may name. A contract is a class, so
that `TaxInvoice.issue_date` is known to the editor and to the type checker.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import kexin.registers
from kexin.algebra.nodes import Column
from kexin.collect import modules
from kexin.errors import DeclarationError
from kexin.language import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kexin.algebra.nodes import Node

ENVELOPE: Mapping[str, str] = {
    "row_id": "string",
    "firm_key": "string",
    "src_code": "string",
    "src_name": "string",
    "src_system": "string",
    "batch_id": "string",
    "event_date": "date",
    "published_at": "timestamp(6)",
    "known_at": "timestamp(6)",
    "superseded_at": "timestamp(6)",
    "version_no": "int32",
    "op": "string",
    "dq_flags": "array<string>",
    "firm_step": "string",
    "firm_conf": "decimal(4, 3)",
}
"""Columns that every table has besides its own, with their types (REGISTERS.md 0.1).

The last two tell how the firm was found: the step of the matching ladder and how far it
is trusted (section 1.6), so that a rule can ask for more than a signal does.
"""

Found = Literal["firm_key", "firm_step", "firm_conf", "via_branch"]
"""What resolving tells of a record."""


USCC = "[0-9A-HJ-NPQRTUWXY]{18}"
"""Form of a unified social credit code (REGISTERS.md, section 1.1)."""

REGISTRATION_NUMBER = "[0-9]{15}"
"""Form of a registration number (section 1.2)."""

PATENT_NUMBER = "([0-9]{4})?[0-9]{8}[0-9X]"
"""Form of a patent's application number, without its dot; before 2003-10-01 with a year
of two digits (section 1.5)."""


@dataclass(frozen=True, repr=False, kw_only=True)
class Field(Column):
    """One column of a table, as its bureau must fill it.

    Args:
        zh: Chinese name, as on the bureau's form.
        dtype: Type in the warehouse, in Ibis's words.
        unit: Unit of the value; None for names, codes and days.
        optional: Whether the value may be absent.
        codes: Closed list of codes with their Chinese labels.
        form: Pattern that the whole text must match; None for any.
        monthly: Whether the day stands for its month, and is the first of it.
    """

    zh: str
    dtype: str
    unit: str | None = None
    optional: bool = False
    codes: Mapping[str, str] | None = None
    form: str | None = None
    monthly: bool = False

    def __set_name__(self, owner: type[Table], name: str) -> None:
        # The class body is the one place where a field learns its name.
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "table", snake(owner.__name__))

    def __hash__(self) -> int:
        return hash((self.table, self.name))


def text(zh: str, *, optional: bool = False, form: str | None = None) -> Field:
    """Declare a name or a number that is not calculated with."""
    return Field(zh=zh, dtype="string", optional=optional, form=form)


def money(zh: str, *, optional: bool = False) -> Field:
    """Declare an amount in yuan; the mapping turns 万元 into yuan before it comes."""
    return Field(zh=zh, dtype="decimal(18, 2)", unit="CNY", optional=optional)


def decimal(
    zh: str, unit: str, digits: int, decimals: int, *, optional: bool = False
) -> Field:
    """Declare an exact number of another kind than an amount in yuan."""
    return Field(
        zh=zh, dtype=f"decimal({digits}, {decimals})", unit=unit, optional=optional
    )


def integer(zh: str, unit: str | None, *, optional: bool = False) -> Field:
    """Declare a whole number; one without a unit is a place in an order."""
    return Field(zh=zh, dtype="int64", unit=unit, optional=optional)


def day(zh: str, *, optional: bool = False) -> Field:
    """Declare a calendar day in Asia/Shanghai."""
    return Field(zh=zh, dtype="date", optional=optional)


def month(zh: str, *, optional: bool = False) -> Field:
    """Declare a calendar month, held as its first day."""
    return Field(zh=zh, dtype="date", optional=optional, monthly=True)


def moment(zh: str, *, optional: bool = False) -> Field:
    """Declare a moment in Asia/Shanghai."""
    return Field(zh=zh, dtype="timestamp(6)", optional=optional)


def digest(zh: str, *, optional: bool = False) -> Field:
    """Declare a keyed hash in the place of a person's name, number or account."""
    return Field(zh=zh, dtype="string", optional=optional)


def flag(zh: str, *, optional: bool = False) -> Field:
    """Declare a yes or no."""
    return Field(zh=zh, dtype="boolean", optional=optional)


def code(zh: str, codes: Mapping[str, str], *, optional: bool = False) -> Field:
    """Declare a code out of a closed list."""
    return Field(zh=zh, dtype="string", codes=codes, optional=optional)


def codes(zh: str, codes: Mapping[str, str], *, optional: bool = False) -> Field:
    """Declare a set of codes out of a closed list, held in their order."""
    return Field(zh=zh, dtype="array<string>", codes=codes, optional=optional)


@dataclass(frozen=True)
class Rule:
    """A condition that every record must meet; absent counts as met.

    Args:
        met: The condition.
        column: Column that the person who mends it should look at first.
        expected: What was expected, for the quarantine.
    """

    met: Node
    column: str
    expected: Text


class Table:
    """A contract: what one table of a register must look like.

    Columns and rules are class attributes; the docstring is the grain of the table.

    Attributes:
        id: Name of the table.
        zh: Chinese name.
        key: Columns that tell one record from another. A second record with the same
            key and other content is a new version of it.
        event: Column that says when it happened; copied into `event_date`.
        lag_days: Days after the event within which nine of ten records are known.
        measure: Column whose sum tells a person how much is behind a value.
        source: Law, form or section that prescribes the table.
        place: Column that tells where it happened: a division, or a case number with
            its court's sign.
        announced: Whether it may be told before it happens, as a hearing is.
        derived: Columns that no bureau fills, and what resolving writes there.
    """

    id: ClassVar[str]
    zh: ClassVar[str]
    key: ClassVar[tuple[str, ...]]
    event: ClassVar[str]
    lag_days: ClassVar[int]
    measure: ClassVar[str | None]
    source: ClassVar[str]
    place: ClassVar[str | None]
    announced: ClassVar[bool]
    derived: ClassVar[Mapping[str, Found]]

    @classmethod
    def fields(cls) -> dict[str, Field]:
        """Return the columns by name, in the order of declaration."""
        return {n: v for n, v in vars(cls).items() if isinstance(v, Field)}

    @classmethod
    def rules(cls) -> dict[str, Rule]:
        """Return the rules by the name under which a record is refused."""
        return {n: v for n, v in vars(cls).items() if isinstance(v, Rule)}

    @classmethod
    def columns(cls) -> dict[str, str]:
        """Return name and type of every warehouse column: envelope, then own."""
        own = {name: field.dtype for name, field in cls.fields().items()}
        return {**ENVELOPE, **own}

    @classmethod
    def envelope(cls, name: str) -> Column:
        """Return an envelope column of the table, for use in formulas."""
        return Column(cls.id, name)

    def __init_subclass__(
        cls,
        *,
        zh: str,
        key: tuple[str, ...],
        event: str,
        lag_days: int,
        source: str,
        measure: str | None = None,
        place: str | None = None,
        announced: bool = False,
        derived: Mapping[str, Found] | None = None,
    ) -> None:
        cls.id = snake(cls.__name__)
        cls.zh, cls.key, cls.event = zh, key, event
        cls.lag_days, cls.measure, cls.source = lag_days, measure, source
        cls.place, cls.announced, cls.derived = place, announced, derived or {}
        known = {*cls.fields(), "firm_key"}
        single = [name for name in (measure, place) if name]
        named = (*key, event, *single, *cls.derived)
        for name in (*named, *(rule.column for rule in cls.rules().values())):
            if name not in known:
                raise DeclarationError(
                    Text(f"列“{name}”未声明", f"column {name!r} is not declared"),
                    where=f"contract {cls.__name__}",
                    expected=Text(
                        f"以下之一：{'、'.join(sorted(known))}",
                        f"one of {', '.join(sorted(known))}",
                    ),
                    do=Text("请声明该列或改正其名", "declare it, or mend the name"),
                )


def snake(name: str) -> str:
    """Return the table's name of a contract's class.

    Examples:
        >>> snake("CoreLoanOutcome")
        'core_loan_outcome'
    """
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def contracts() -> dict[str, type[Table]]:
    """Return every contract of the package by the name of its table."""
    found = [
        value
        for module in modules(kexin.registers)
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Table) and value is not Table
    ]
    return {table.id: table for table in sorted(found, key=lambda table: table.id)}
