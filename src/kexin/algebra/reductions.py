"""Reductions: how many records, or many firms, become one value of a firm on a day.

`Aggregate` reduces records; `Across` groups of records; `LongestGap` and `Turns` read
them in the order of their days. `Peers` reduces the firms that share something with a
firm, `Circle` those that are tied to it. The first four see one firm's visible records
of one table or view, and nothing else.

Examples:
    >>> sales = Column("tax_invoice", "amount_ex_tax")
    >>> total(sales, Window(12)) / total(sales, Window(12, ending=12)) - 1
    (sum(amount_ex_tax)[12m] / sum(amount_ex_tax)[12m, 12m ago]) - 1
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kexin.algebra.nodes import Column, Node, children, source_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kexin.algebra.nodes import Moment
    from kexin.algebra.views import Source

Reduction = Literal[
    "sum", "count", "distinct", "min", "max", "median", "latest", "earliest"
]
GroupReduction = Literal["sum", "count", "max"]
PeerReduction = Literal["sum", "count", "median"]


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
    section 0.2; READINGS.md, A01 and A01b). It may differ from firm to firm. For firms
    that report by the quarter it is the last month of the latest quarter that is known
    in this sense (A07).

    Args:
        where: Records that belong to the series.
        lag_days: Days after a month's end at which its silence counts as known.
        quarterly: A firm formula, true for firms that report by the quarter.
    """

    where: Node
    lag_days: int
    quarterly: Node | None = None

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
    """The days (after, until]; what a window becomes once its months are chosen."""

    after: Moment | None
    until: Moment | None

    def __str__(self) -> str:
        return f"({self.after or ''}, {self.until or ''}]"


ALWAYS = Span(None, None)
"""All days, those to come too: for what is announced, such as a hearing."""

AnyWindow = Window | Months | Span


@dataclass(frozen=True, repr=False)
class Aggregate(Node):
    """One number for a firm out of its visible records in a window.

    Args:
        reduction: How many values become one. `latest` is the value of the record with
            the greatest event date, then known date, even where it is absent (A05b);
            of two that are equal in both, the one with the greater `row_id`, so that
            the engine is left no choice. `earliest` is the first in that order.
            `median` is for whole numbers: it does not depend on the order of rows.
        of: What is reduced: a formula over the columns of one table or view.
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
    def source(self) -> Source:
        """Table or view whose records are reduced."""
        return source_of(self.of)

    def __repr__(self) -> str:
        where = f" where {self.where!r}" if self.where else ""
        on = f" by {self.on!r}" if self.on else ""
        return f"{self.reduction}({self.of!r}{where}{on})[{self.window}]"


@dataclass(frozen=True, repr=False)
class Across(Node):
    """One number for a firm out of groups of its records.

    A group takes part where one of its records counts in one of the aggregates. Records
    whose group has no name (`by` is absent) belong to no group.

    Args:
        reduction: How the groups' values become one; absent values are left out.
        of: What is reduced: a formula over aggregates, each taken in one group.
        by: The group: a formula over the columns of one table or view.
        top: Only the groups with the greatest `rank`, this many; all if None. Ties go
            to the group that comes first in the order of its name.
        rank: By what groups are ranked; groups without it are left out.
        skip: Groups left out at the head of that order.
    """

    reduction: GroupReduction
    of: Node
    by: Node
    top: int | None = None
    rank: Node | None = None
    skip: int = 0

    @property
    def source(self) -> Source:
        """Table or view whose records are grouped."""
        return source_of(self.by)

    def __repr__(self) -> str:
        after = f" after {self.skip}" if self.skip else ""
        top = f", top {self.top}{after} by {self.rank!r}" if self.top else ""
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
    def source(self) -> Source:
        """Table or view whose days are compared."""
        return source_of(self.of)

    def __repr__(self) -> str:
        return f"longest_gap({self.of!r} where {self.where!r})[{self.window}]"


@dataclass(frozen=True, repr=False)
class Turns(Node):
    """How often a condition became true in a window, from one record to the next.

    Records of a group stand in the order of event date, known date and `row_id`. A
    record counts if the condition holds for it and did not for the one before, or if it
    is the group's first (READINGS.md, A58). The window limits what is counted, not what
    is compared. Records whose group has no name (`by` is absent) belong to no group.

    Args:
        of: The condition.
        by: The group: an account, say.
        window: Which event dates count.
    """

    of: Node
    by: Node
    window: AnyWindow

    @property
    def source(self) -> Source:
        """Table or view whose records are read."""
        return source_of(self.of)

    def __repr__(self) -> str:
        return f"turns({self.of!r} by {self.by!r})[{self.window}]"


@dataclass(frozen=True, repr=False)
class Peers(Node):
    """One number for a firm out of the firms that share something with it.

    All firms of the panel take part, as they stand on the same day.

    Args:
        reduction: How the firms' values become one: absent values are left out; sum and
            count of nothing are 0.
        of: A firm formula; for a sum, of whole numbers or decimals.
        by: What they share, each a firm formula; nothing for all firms. Absent where
            the firm itself lacks it.
        others: Whether the firm itself is left out; not for a median.
    """

    reduction: PeerReduction
    of: Node
    by: tuple[Node, ...]
    others: bool = False

    def __repr__(self) -> str:
        who = "other firms" if self.others else "firms"
        return f"{self.reduction}({self.of!r}) of {who} by {self.by!r}"


@dataclass(frozen=True, repr=False)
class Circle(Node):
    """Number of firms that ties hold together with a firm, itself included.

    Ties have no direction and reach over any number of firms: the size of the connected
    component. Absent where the firm has no tie.

    Args:
        end: The other end of a tie, a firm's key; the tie's own firm is one end.
        where: Which ties count.
    """

    end: Column
    where: Node

    @property
    def source(self) -> Source:
        """Table or view of the ties."""
        return self.end.table

    def __repr__(self) -> str:
        return f"circle({self.end!r} where {self.where!r})"


RecordReduction = Aggregate | Across | LongestGap | Turns
AnyReduction = RecordReduction | Circle
ALL_REDUCTIONS = (Aggregate, Across, LongestGap, Turns, Circle)


def total(of: Node, window: AnyWindow, where: Node | None = None) -> Aggregate:
    """Sum of `of` in the window, in the unit of `of`; 0 without a record."""
    return Aggregate("sum", of, window, where)


def count(of: Node, window: AnyWindow, where: Node | None = None) -> Aggregate:
    """Number of records with a value of `of` in the window; 0 without one."""
    return Aggregate("count", of, window, where)


def latest(of: Node, where: Node | None = None) -> Aggregate:
    """The value of the latest visible record (SIGNALS.md 1.1, LAST)."""
    return Aggregate("latest", of, Window(), where)


def month_by_month(
    of: Node, series: MonthSeries, last: int, where: Node | None = None
) -> tuple[Aggregate, ...]:
    """Sums of `of` in each known month, from the latest (1) back to `last`."""
    return tuple(total(of, series.months(k, k), where) for k in range(1, last + 1))


def reductions(node: Node) -> Iterator[AnyReduction]:
    """Yield the outermost reductions of a formula, from left to right.

    Those that `Peers` takes of others are among them: they are taken of every firm.
    """
    if isinstance(node, ALL_REDUCTIONS):
        yield node
        return
    for child in children(node):
        yield from reductions(child)
