"""Formulas as values: what is computed, never how.

A formula is a tree of frozen dataclasses. It holds no data and knows no engine, so it
can be compared, digested and read by a person. Three kinds of declaration are written
in it: a contract's rules, the signals, and a policy's rules.

There are three levels. A *row* formula stands on the columns of one record. A
*reduction* makes one value for a firm out of its visible records: `Aggregate` over
records, `Across` over groups of records, `LongestGap` over days. A *firm* formula
stands on reductions.

`==` keeps its Python meaning, so that two equal declarations are equal values; equality
*in* a formula is `.is_in(...)`.

Absence: an operation on an absent value is absent, and so is a division by zero. `and`
and `or` follow SQL: false and absent is false, true or absent is true. A sum and a
count of nothing are 0, and an absent value adds nothing to them; a minimum, maximum or
latest value of nothing is absent. `.given(condition)` is the one way to make a value
absent on purpose.

Examples:
    >>> sales = Column("tax_invoice", "amount_ex_tax")
    >>> total(sales, Window(12)) / total(sales, Window(12, ending=12)) - 1
    (sum(amount_ex_tax)[12m] / sum(amount_ex_tax)[12m, 12m ago]) - 1
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

Value = bool | int | float | str | date
Reduction = Literal["sum", "count", "distinct", "min", "max", "latest"]
GroupReduction = Literal["sum", "count", "max"]
Operator = Literal["+", "-", "*", "/", "<", "<=", ">", ">=", "and", "or"]
Function = Literal[
    "abs",
    "coalesce",
    "days_since",
    "days_to_month_end",
    "festival_days",
    "greatest",
    "is_absent",
    "least",
    "ln_1p",
    "month_start",
    "months_since",
    "not",
    "square",
]
StatisticName = Literal["deviation", "leading_zeros", "mean", "median", "slope"]


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
    """A column of a table."""

    table: str = ""
    name: str = ""

    def __repr__(self) -> str:
        return self.name


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

    `days_since` and `months_since` count from a day to the as-of date (months that are
    completed: READINGS.md, A65). `days_to_month_end` is 0 on a month's last day.
    `festival_days` tells how many of the last n days belong to Spring Festival weeks
    that lie wholly in them.
    `greatest` and `least` are absent where any item is. `square` takes an amount with
    two decimals, exactly.
    """

    function: Function
    items: tuple[Node, ...]

    def __repr__(self) -> str:
        return f"{self.function}({', '.join(map(repr, self.items))})"


@dataclass(frozen=True, repr=False)
class Statistic(Node):
    """A statistic of a short series of firm formulas, in their order; floats.

    Absent items are left out of `mean`, `median`, `deviation` (of a sample, n - 1) and
    `slope` (least squares over the items' places 0, 1, ...; the first item is the
    oldest). `leading_zeros` counts the zeros before the first item that is not zero.
    Absent where too few items are left: none, or one for deviation and slope.
    """

    name: StatisticName
    items: tuple[Node, ...]

    def __repr__(self) -> str:
        return f"{self.name}({self.items[0]!r} ... {self.items[-1]!r})"


@dataclass(frozen=True)
class Window:
    """Event dates in (as_of - ending - months, as_of - ending], in calendar months.

    `months=None` reaches back without end.
    """

    months: int | None = None
    ending: int = 0

    def __str__(self) -> str:
        length = "ever" if self.months is None else f"{self.months}m"
        return f"{length}, {self.ending}m ago" if self.ending else length


@dataclass(frozen=True)
class MonthSeries:
    """The records that make a month known, and how long one waits for them.

    Month k = 1 is the latest closed month that is known: a visible record that meets
    `where` falls in it, or its last day and `lag_days` more have passed (REGISTERS.md
    section 0.2; READINGS.md, A01 and A01b). It may differ from firm to firm.

    Args:
        where: Records that belong to the series.
        lag_days: Days after a month's end at which its silence counts as known.
    """

    where: Node
    lag_days: int

    def months(self, first: int, last: int) -> Months:
        """Return the window of months `first` to `last`, counted backwards from 1."""
        return Months(first, last, self)


@dataclass(frozen=True)
class Months:
    """Whole calendar months, counted backwards from 1.

    With a series, month 1 is its latest known closed month; without, the latest closed
    month whatever is known of it (READINGS.md, A77).
    """

    first: int
    last: int
    series: MonthSeries | None = None

    def __str__(self) -> str:
        kind = "known " if self.series else ""
        return f"{kind}months {self.first}..{self.last}"


@dataclass(frozen=True)
class Span:
    """The days (after, until]; what a window becomes on a given day."""

    after: date | None
    until: date

    def __str__(self) -> str:
        return f"({self.after or ''}, {self.until}]"


AnyWindow = Window | Months | Span


@dataclass(frozen=True, repr=False)
class Aggregate(Node):
    """One number for a firm out of its visible records in a window.

    Args:
        reduction: How many values become one. `latest` is the value of the record with
            the greatest event date, then known date, even where it is absent (A05b);
            of two that are equal in both, the one with the greater `row_id`, so that
            the engine is left no choice.
        of: What is reduced: a formula over the columns of one table.
        window: Which days count.
        where: Which records count; all if None.
        on: The day that must fall in the window; the event date if None.
    """

    reduction: Reduction
    of: Node
    window: AnyWindow = Window()
    where: Node | None = None
    on: Node | None = None

    @property
    def table(self) -> str:
        """Name of the table whose records are reduced."""
        return table_of(self.of)

    def __repr__(self) -> str:
        where = f" where {self.where!r}" if self.where else ""
        on = f" by {self.on!r}" if self.on else ""
        return f"{self.reduction}({self.of!r}{where}{on})[{self.window}]"


@dataclass(frozen=True, repr=False)
class Across(Node):
    """One number for a firm out of groups of its records.

    Records whose group has no name (`by` is absent) belong to no group.

    Args:
        reduction: How the groups' values become one; absent values are left out.
        of: What is reduced: a formula over aggregates, each taken in one group.
        by: The group: a formula over the columns of one table.
        top: Only the groups with the greatest `rank`, this many; all if None. Ties go
            to the group that comes first in the order of its name.
        rank: By what groups are ranked; groups without it are left out.
    """

    reduction: GroupReduction
    of: Node
    by: Node
    top: int | None = None
    rank: Node | None = None

    @property
    def table(self) -> str:
        """Name of the table whose records are grouped."""
        return table_of(self.by)

    def __repr__(self) -> str:
        top = f", top {self.top} by {self.rank!r}" if self.top else ""
        return f"{self.reduction} across {self.by!r} of {self.of!r}{top}"


@dataclass(frozen=True, repr=False)
class LongestGap(Node):
    """The greatest number of days between neighbouring event dates in a window.

    The stretch from the last event date to the window's end counts as well. A Spring
    Festival week that lies wholly inside a stretch, no event on any of its days, is
    taken off (READINGS.md, A32). Absent without a record in the window.

    Args:
        of: The days.
        window: Which event dates count.
        where: Which records count.
    """

    of: Node
    window: AnyWindow
    where: Node

    @property
    def table(self) -> str:
        """Name of the table whose days are compared."""
        return table_of(self.of)

    def __repr__(self) -> str:
        return f"longest_gap({self.of!r} where {self.where!r})[{self.window}]"


AnyReduction = Aggregate | Across | LongestGap


def total(of: Node, window: AnyWindow, where: Node | None = None) -> Aggregate:
    """Sum of `of` in the window, in the unit of `of`; 0 without a record."""
    return Aggregate("sum", of, window, where)


def count(of: Node, window: AnyWindow, where: Node | None = None) -> Aggregate:
    """Number of records with a value of `of` in the window; 0 without one."""
    return Aggregate("count", of, window, where)


def month_by_month(
    of: Node, series: MonthSeries, last: int, where: Node | None = None
) -> tuple[Aggregate, ...]:
    """Sums of `of` in each known month, from the latest (1) back to `last`."""
    return tuple(total(of, series.months(k, k), where) for k in range(1, last + 1))


def as_node(value: Node | Value) -> Node:
    """Wrap a plain value; leave a formula as it is."""
    return value if isinstance(value, Node) else Constant(value)


def inside(node: Node) -> str:
    """Return a part of a formula as text, in brackets where the reader needs them."""
    return f"({node!r})" if isinstance(node, Operation) else repr(node)


def table_of(node: Node) -> str:
    """Return the name of the table on whose columns a row formula stands."""
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


def reductions(node: Node) -> Iterator[AnyReduction]:
    """Yield the outermost reductions of a formula, from left to right."""
    if isinstance(node, Aggregate | Across | LongestGap):
        yield node
        return
    for child in children(node):
        yield from reductions(child)
