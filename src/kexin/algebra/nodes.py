"""Formulas as values: what is computed, never how.

A formula is a tree of frozen dataclasses. It holds no data and knows no engine, so it
can be compared, digested and read by a person. Three kinds of declaration are written
in it: a contract's rules, the signals, and a policy's rules.

There are three levels. A *row* formula stands on the columns of one record. A
*reduction* makes one value for a firm out of records or out of other firms: see
`kexin.algebra.reductions`. A *firm* formula stands on reductions.

`==` keeps its Python meaning, so that two equal declarations are equal values; equality
*in* a formula is `.is_in(...)`.

Absence: an operation on an absent value is absent, and so is a division by zero. `and`
and `or` follow SQL: false and absent is false, true or absent is true. A sum and a
count of nothing are 0, and an absent value adds nothing to them; a minimum, maximum or
latest value of nothing is absent. `.given(condition)` is the one way to make a value
absent on purpose.

Examples:
    >>> filed, due = Column("returns", "filed_at"), Column("returns", "due_date")
    >>> (filed > due) | filed.is_absent()
    (filed_at > due_date) or is_absent(filed_at)
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kexin.algebra.views import Source

Value = bool | int | float | str | date
Operator = Literal["+", "-", "*", "/", "<", "<=", ">", ">=", "and", "or"]
Function = Literal[
    "abs",
    "coalesce",
    "day",
    "days_between",
    "days_since",
    "days_to_month_end",
    "festival_days",
    "greatest",
    "is_absent",
    "key",
    "least",
    "ln",
    "ln_1p",
    "month_of_year",
    "month_start",
    "months_between",
    "months_since",
    "n_ln_n",
    "not",
    "prefix",
    "square",
    "year",
]
StatisticName = Literal["deviation", "leading_zeros", "max", "mean", "median", "slope"]


@dataclass(frozen=True)
class Node:
    """Any part of a formula."""

    def __add__(self, other: Node | float) -> Operation:
        return Operation("+", self, as_node(other))

    def __sub__(self, other: Node | float) -> Operation:
        return Operation("-", self, as_node(other))

    def __mul__(self, other: Node | float) -> Operation:
        return Operation("*", self, as_node(other))

    def __truediv__(self, other: Node | float) -> Operation:
        return Operation("/", self, as_node(other))

    def __lt__(self, other: Node | Value) -> Operation:
        return Operation("<", self, as_node(other))

    def __le__(self, other: Node | Value) -> Operation:
        return Operation("<=", self, as_node(other))

    def __gt__(self, other: Node | Value) -> Operation:
        return Operation(">", self, as_node(other))

    def __ge__(self, other: Node | Value) -> Operation:
        return Operation(">=", self, as_node(other))

    def __and__(self, other: Node) -> Operation:
        return Operation("and", self, other)

    def __or__(self, other: Node) -> Operation:
        return Operation("or", self, other)

    def __invert__(self) -> Call:
        return Call("not", (self,))

    def is_in(self, *values: Value) -> IsIn:
        """Whether the value is one of `values`; absent where the value is."""
        return IsIn(self, values)

    def is_absent(self) -> Call:
        """Whether there is no value; never absent itself."""
        return Call("is_absent", (self,))

    def given(self, condition: Node) -> Choose:
        """The value where the condition holds; absent where it does not, or is."""
        return Choose(condition, self, ABSENT)

    def clip(self, low: float, high: float) -> Call:
        """The value, moved into [low, high]; absent where the value is."""
        return Call("least", (Call("greatest", (self, as_node(low))), as_node(high)))


@dataclass(frozen=True, repr=False)
class Constant(Node):
    """A value that stands in the formula itself; None is absence."""

    value: Value | None

    def __repr__(self) -> str:
        return str(self.value) if isinstance(self.value, date) else repr(self.value)


ABSENT = Constant(None)
"""No value."""


@dataclass(frozen=True, repr=False)
class Column(Node):
    """A column of a table or of a view."""

    table: Source = ""
    name: str = ""

    def __repr__(self) -> str:
        return self.name


@dataclass(frozen=True, repr=False)
class AsOf(Node):
    """The day at which one stands, moved back by months, then forward by days.

    Months are calendar months, the day clipped to the month's length (READINGS.md,
    section 1). Not for the rules of contracts, which know no such day.
    """

    months: int = 0
    days: int = 0

    def __repr__(self) -> str:
        back = f" - {self.months}m" if self.months else ""
        forward = f" {self.days:+}d" if self.days else ""
        return f"as_of{back}{forward}"


@dataclass(frozen=True, repr=False)
class ClosedMonth(Node):
    """The last day of a month, counted back from the latest that is closed.

    Args:
        back: Months before it; below 0 for months after it.
        lag_days: Days after its last day at which a month counts as closed.
        quarterly: Whether only the months that end a quarter count as the latest.
    """

    back: int = 0
    lag_days: int = 0
    quarterly: bool = False

    def __repr__(self) -> str:
        kind = "quarter" if self.quarterly else "month"
        return f"end of closed {kind} - {self.back}m"


Moment = AsOf | ClosedMonth
"""A day that follows from the as-of date alone."""


@dataclass(frozen=True, repr=False)
class Operation(Node):
    """Two formulas joined by an operator. A quotient is a float, absent over zero."""

    operator: Operator
    left: Node
    right: Node

    def __repr__(self) -> str:
        return f"{inside(self.left)} {self.operator} {inside(self.right)}"


@dataclass(frozen=True, repr=False)
class IsIn(Node):
    """Whether a formula gives one of the listed values."""

    item: Node
    values: tuple[Value, ...]

    def __repr__(self) -> str:
        return f"{inside(self.item)} in {self.values!r}"


@dataclass(frozen=True, repr=False)
class Coded(Node):
    """The value that a list gives for an item; absent, or `otherwise`, for others."""

    item: Node
    values: tuple[tuple[Value, Value], ...]
    otherwise: Value | None = None

    def __repr__(self) -> str:
        return f"coded({self.item!r}, {dict(self.values)!r})"


@dataclass(frozen=True, repr=False)
class Choose(Node):
    """One formula where a condition holds, another where it does not or is absent."""

    condition: Node
    then: Node
    otherwise: Node

    def __repr__(self) -> str:
        if self.otherwise == ABSENT:
            return f"({self.then!r} given {self.condition!r})"
        return f"({self.then!r} if {self.condition!r} else {self.otherwise!r})"


@dataclass(frozen=True, repr=False)
class Call(Node):
    """A function of formulas.

    `day` is the day of a moment. `days_between` and `months_between` count from the
    first day to the second (months that are completed: READINGS.md, A65); `days_since`
    and `months_since` from a day to the as-of date. `days_to_month_end` is 0 on a
    month's last day. `festival_days` tells how many of the last n days belong to Spring
    Festival weeks that lie wholly in them. `greatest` and `least` are absent where any
    item is. `ln` is absent of what is not above zero, `ln_1p` of what is not above -1.
    `key` joins texts to one that is as good as all of them. `prefix` takes the first n
    signs of a text. `square` takes an amount with two decimals, exactly; `n_ln_n` is
    n ln n of a whole number, 0 of 0, with 12 decimals, so that sums of it do not depend
    on their order.
    """

    function: Function
    items: tuple[Node, ...]

    def __repr__(self) -> str:
        return f"{self.function}({', '.join(map(repr, self.items))})"


@dataclass(frozen=True, repr=False)
class Statistic(Node):
    """A statistic of a short series of firm formulas, in their order; floats.

    Absent items are left out of `max`, `mean`, `median`, `deviation` (of a sample,
    n - 1) and `slope` (least squares over the items' places 0, 1, ...; the first item
    is the oldest). `leading_zeros` counts the zeros before the first item that is not
    zero. Absent where too few items are left: none, or one for deviation and slope.
    """

    name: StatisticName
    items: tuple[Node, ...]

    def __repr__(self) -> str:
        return f"{self.name}({self.items[0]!r} ... {self.items[-1]!r})"


def as_node(value: Node | Value) -> Node:
    """Wrap a plain value; leave a formula as it is."""
    return value if isinstance(value, Node) else Constant(value)


def inside(node: Node) -> str:
    """Return a part of a formula as text, in brackets where the reader needs them."""
    return f"({node!r})" if isinstance(node, Operation) else repr(node)


def source_of(node: Node) -> Source:
    """Return the table or view on whose columns a row formula stands."""
    return next(part.table for part in walk(node) if isinstance(part, Column))


def children(node: Node) -> Iterator[Node]:
    """Yield the parts of a formula one step down, from left to right."""
    for field in fields(node):
        match getattr(node, field.name):
            case Node() as part:
                yield part
            case tuple() as parts:
                yield from (part for part in parts if isinstance(part, Node))


def walk(node: Node) -> Iterator[Node]:
    """Yield a formula and all its parts, from the top and from left to right."""
    yield node
    for child in children(node):
        yield from walk(child)
