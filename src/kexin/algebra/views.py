"""Views: tables made of tables, for what one table alone cannot tell.

A view's rows are versions, as a table's are: what a row says was known from the moment
that the last of its parts was, and until the first of them ended. So a view is made
once for all days, and time travel stays two comparisons. Signals stand on views as on
tables, and evidence follows a row back to the records of which it is made.

A row of a view has `firm_key`, `event_date`, `known_at`, `superseded_at`, `row_id`, and
the columns that are named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from kexin.algebra.nodes import Column, Node, walk
from kexin.errors import DeclarationError
from kexin.language import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

Named = tuple[tuple[str, Node], ...]

STANDARD = ("firm_key", "event_date")
"""Columns of every view that formulas may name, and that a view may fill anew."""

RESERVED = re.compile(
    r"known_at|superseded_at|row_id|as_of|midnight|month_number|group_name|last_name"
    r"|(on|took)_\d+"
)
"""Names that a panel gives to columns of its own: it would write over a view's."""


@dataclass(frozen=True, kw_only=True, eq=False)
class View:
    """Any view; two views are the same if they have the same name.

    Args:
        name: Its name, in full: no table and no other view has it.
        columns: Column name to what it holds, a formula over the view's sources.
            `firm_key` and `event_date` are those of the (left) source unless named.
    """

    name: str
    columns: Named

    def __post_init__(self) -> None:
        """Refuse names that a panel gives to columns of its own.

        Raises:
            DeclarationError: A column has such a name.
        """
        for name in filter(RESERVED.fullmatch, dict(self.columns)):
            raise DeclarationError(
                Text(
                    f"列名“{name}”由面板自用",
                    f"panels have a column {name!r} themselves",
                ),
                where=f"view {self.name}",
                expected=Text("说明其内容的列名", "a name that says what it holds"),
                do=Text("请为该列另取名称", "give the column another name"),
            )

    def __getitem__(self, name: str) -> Column:
        """Return a column, for use in formulas.

        Raises:
            DeclarationError: The view has no such column.
        """
        if name not in {*STANDARD, *dict(self.columns)}:
            raise DeclarationError(
                Text(f"视图没有列“{name}”", f"the view has no column {name!r}"),
                where=f"view {self.name}",
                expected=Text(
                    f"以下之一：{'、'.join(dict(self.columns))}",
                    f"one of {', '.join(dict(self.columns))}",
                ),
                do=Text("请改正列名或声明该列", "mend the name, or declare it"),
            )
        return Column(self, name)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Return the tables and views of which it is made."""
        return ()

    def digested(self) -> dict[str, str]:
        """Return what stands for the view where a formula names it.

        What it is, `definitions` tells once: a view of views would be written out at
        each of its columns, and each of theirs.
        """
        return {"view": self.name}

    def __hash__(self) -> int:
        return hash(self.name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, View) and self.name == other.name


Source = str | View


@dataclass(frozen=True, kw_only=True, eq=False)
class Selected(View):
    """Some records of one source, under other names or for another firm.

    Args:
        source: Table or view.
        where: Which records; all if None.
    """

    source: Source
    where: Node | None = None

    @property
    def sources(self) -> tuple[Source, ...]:
        """Return the one source."""
        return (self.source,)


@dataclass(frozen=True, kw_only=True, eq=False)
class Joined(View):
    """Pairs of records of two sources that agree; those without a partner are left out.

    Args:
        left: Table or view.
        right: Another one; to join a source with itself, select it under a second name.
        on: Pairs of formulas, over the left and over the right, that must be equal.
        where: What else must hold of a pair.
    """

    left: Source
    right: Source
    on: tuple[tuple[Node, Node], ...]
    where: Node | None = None

    @property
    def sources(self) -> tuple[Source, ...]:
        """Return both sources."""
        return (self.left, self.right)


@dataclass(frozen=True, kw_only=True, eq=False)
class Without(View):
    """Records of one source while no record of another agrees with them.

    United with what `Joined` makes of the same two, it keeps those without a partner.

    Args:
        left: Table or view; its columns alone may be named.
        right: Another one.
        on: Pairs of formulas, over the left and over the right, that must not all be
            equal.
    """

    left: Source
    right: Source
    on: tuple[tuple[Node, Node], ...]

    @property
    def sources(self) -> tuple[Source, ...]:
        """Return both sources."""
        return (self.left, self.right)


@dataclass(frozen=True, kw_only=True, eq=False)
class United(View):
    """The rows of several views that have the same columns.

    Args:
        parts: The views; the first one's columns and types are those of the whole. A
            record of which two of them tell stands twice.
    """

    parts: tuple[View, ...]
    columns: Named = field(init=False)

    def __post_init__(self) -> None:
        # What a united view's columns hold is told by its parts.
        object.__setattr__(self, "columns", self.parts[0].columns)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Return the parts."""
        return self.parts


@dataclass(frozen=True, kw_only=True, eq=False)
class Spread(View):
    """One row for each calendar month that a record covers, as `event_date`.

    The day is the month's first. The months are those in which `start` and `end` fall
    and all between, none before 1990 or after 2040; without an end they go on to 2040.

    Args:
        source: Table or view.
        start: First day that is covered.
        end: Last day; absent where it is still open.
    """

    source: Source
    start: Node
    end: Node

    @property
    def sources(self) -> tuple[Source, ...]:
        """Return the one source."""
        return (self.source,)


@dataclass(frozen=True, kw_only=True, eq=False)
class Derived(View):
    """A table that the panel makes out of others, under its name; see `panel.derived`.

    Args:
        tables: Tables of which it is made.
    """

    tables: tuple[str, ...]

    @property
    def sources(self) -> tuple[Source, ...]:
        """Return the tables."""
        return self.tables


def named(source: Source, *same: str, **columns: Node) -> Named:
    """Return columns for a view: some under the name that they have, others as told."""
    kept: Mapping[str, Node] = {name: Column(source, name) for name in same}
    return (*kept.items(), *columns.items())


def definitions(node: Node) -> dict[str, dict[str, object]]:
    """Return what the views are on which a formula stands, by name."""
    found: dict[str, dict[str, object]] = {}
    waiting = [p.table for p in walk(node) if isinstance(p, Column)]
    while waiting:
        source = waiting.pop()
        if isinstance(source, View) and source.name not in found:
            own = {f.name: getattr(source, f.name) for f in fields(source)}
            found[source.name] = {"is": type(source).__name__, **own}
            waiting += source.sources
    return dict(sorted(found.items()))


def name_of(source: Source) -> str:
    """Return the name of a table or view."""
    return source if isinstance(source, str) else source.name


def tables_in(node: Node) -> frozenset[str]:
    """Return the names of the tables on which a formula stands."""
    sources = {part.table for part in walk(node) if isinstance(part, Column)}
    return frozenset().union(*map(tables_of, sources))


def tables_of(source: Source) -> frozenset[str]:
    """Return the names of the tables on which a source stands."""
    if isinstance(source, str):
        return frozenset({source})
    return frozenset().union(*map(tables_of, source.sources))
