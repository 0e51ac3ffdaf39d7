"""Which kind of value a formula gives; a formula that mixes kinds is refused.

Engines would find the same faults, each in words of its own and only when they run;
here a declaration fails when it is loaded, in words for the person who wrote it.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal

from kexin.algebra.nodes import (
    AsOf,
    Call,
    Choose,
    ClosedMonth,
    Coded,
    Column,
    Constant,
    IsIn,
    Operation,
    Statistic,
    children,
)
from kexin.algebra.reductions import (
    ALL_REDUCTIONS,
    Across,
    Aggregate,
    Circle,
    LongestGap,
    Peers,
    Turns,
    reductions,
)
from kexin.algebra.views import Derived, View
from kexin.errors import DeclarationError
from kexin.language import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kexin.algebra.nodes import Function, Node, Value
    from kexin.algebra.reductions import AnyReduction

    Leaf = Callable[[Node], "Kind"]
    Known = Callable[[str, str], "Kind | None"]

Kind = Literal["any", "number", "truth", "text", "day", "moment", "set"]

NAMES: dict[Kind, Text] = {
    "any": Text("任何值", "any value"),
    "number": Text("数值", "a number"),
    "truth": Text("是否", "a yes or no"),
    "text": Text("文本或代码", "a text or code"),
    "day": Text("日期", "a day"),
    "moment": Text("时刻", "a moment"),
    "set": Text("代码集合", "a set of codes"),
}

STANDARD: dict[str, Kind] = {
    "firm_key": "text",
    "event_date": "day",
    "known_at": "moment",
    "superseded_at": "moment",
    "row_id": "text",
}
"""Columns of every view."""

FUNCTIONS: dict[Function, tuple[Sequence[Kind], Kind]] = {
    "abs": (["number"], "number"),
    "day": (["moment"], "day"),
    "days_between": (["day", "day"], "number"),
    "days_since": (["day"], "number"),
    "days_to_month_end": (["day"], "number"),
    "festival_days": (["number"], "number"),
    "is_absent": (["any"], "truth"),
    "ln": (["number"], "number"),
    "ln_1p": (["number"], "number"),
    "month_of_year": (["day"], "number"),
    "month_start": (["day"], "day"),
    "months_between": (["day", "day"], "number"),
    "months_since": (["day"], "number"),
    "n_ln_n": (["number"], "number"),
    "not": (["truth"], "truth"),
    "prefix": (["text", "number"], "text"),
    "square": (["number"], "number"),
    "year": (["day"], "number"),
}
"""What functions take and give; those that are not here take several of one kind."""


def firm_kind(node: Node, known: Known) -> Kind:
    """Return the kind of a firm formula.

    Args:
        node: The formula.
        known: Gives the kind of a table's column; None where there is none.

    Raises:
        DeclarationError: It mixes kinds, stands on a column outside a reduction, or on
            one that does not exist.
    """

    def leaf(part: Node) -> Kind:
        match part:
            case Peers(reduction=reduction, of=of, by=by):
                for key in by:
                    firm_kind(key, known)
                own = firm_kind(of, known)
                return own if reduction == "count" else must(own, "number", of)
            case Column():
                raise refused(
                    part,
                    Text("归约之外的列", "a column outside a reduction"),
                    Text("按企业归约的公式", "a formula over reductions"),
                )
        if isinstance(part, ALL_REDUCTIONS):
            return reduction_kind(part, known)
        raise TypeError(part)

    return kind(node, leaf)


def reduction_kind(node: AnyReduction, known: Known) -> Kind:
    """Return the kind of a reduction's value."""

    def row(part: Node | None, wanted: Kind = "any") -> Kind:
        return "any" if part is None else must(row_kind(part, known), wanted, part)

    if isinstance(node, Aggregate):
        row(node.where, "truth")
        row(node.on, "day")
        adds = node.reduction in {"sum", "median"}
        own = row(node.of, "number" if adds else "any")
        return "number" if node.reduction in {"count", "distinct"} else own
    match node:
        case Across(of=of, by=by, rank=rank):
            row(by)
            firm_kind(of, known)
            firm_kind(rank or of, known)
        case LongestGap(of=of, where=where):
            row(of, "day")
            row(where, "truth")
        case Turns(of=of, by=by):
            row(of, "truth")
            row(by)
        case Circle(end=end, where=where):
            row(end, "text")
            row(where, "truth")
    return "number"


def row_kind(node: Node, known: Known) -> Kind:
    """Return the kind of a formula over the columns of one table or view."""
    if next(reductions(node), None) is not None:
        raise refused(
            node,
            Text("行公式中含有归约", "a reduction inside a row formula"),
            Text("只用一张表的列", "columns of one table alone"),
        )
    return kind(node, lambda part: column_kind(part, known))


def column_kind(part: Node, known: Known) -> Kind:
    """Return the kind of a column of a table or view."""
    if not isinstance(part, Column):
        raise TypeError(part)
    source, name = part.table, part.name
    if isinstance(source, str):
        found = known(source, name)
    elif isinstance(source, Derived):
        found = STANDARD.get(name, "any")
    else:
        found = view_kind(source, name, known)
    if found is None:
        raise refused(
            part,
            Text(f"没有列“{source}.{name}”", f"there is no column {source}.{name}"),
            Text("契约或视图声明的列", "a column that a contract or view declares"),
        )
    return found


def view_kind(view: View, name: str, known: Known) -> Kind | None:
    """Return the kind of a view's column."""
    if name in dict(view.columns):
        return row_kind(dict(view.columns)[name], known)
    return STANDARD.get(name)


def kind(node: Node, leaf: Leaf) -> Kind:  # noqa: C901, PLR0911  (a case a node)
    """Return the kind of any formula, where `leaf` knows its leaves."""
    match node:
        case AsOf() | ClosedMonth():
            return "day"
        case Constant(value=value):
            return kind_of(value)
        case Operation():
            return operation_kind(node, leaf)
        case IsIn(item=item, values=values):
            for value in values:
                alike([kind(item, leaf), kind_of(value)], node)
            return "truth"
        case Coded(item=item, values=pairs):
            for code, _ in pairs:
                alike([kind(item, leaf), kind_of(code)], node)
            return alike([kind_of(value) for _, value in pairs], node)
        case Choose(condition=condition, then=then, otherwise=otherwise):
            must(kind(condition, leaf), "truth", condition)
            return alike([kind(then, leaf), kind(otherwise, leaf)], node)
        case Call():
            return call_kind(node, leaf)
        case Statistic(items=items):
            return must(alike([kind(i, leaf) for i in items], node), "number", node)
    return leaf(node)


def operation_kind(node: Operation, leaf: Leaf) -> Kind:
    """Return the kind of two formulas joined by an operator."""
    sides = [kind(node.left, leaf), kind(node.right, leaf)]
    match node.operator:
        case "+" | "-" | "*" | "/":
            wanted: Kind = "number"
        case "and" | "or":
            wanted = "truth"
        case _:
            alike(sides, node)
            return "truth"
    for own, part in zip(sides, children(node), strict=True):
        must(own, wanted, part)
    return wanted


def call_kind(node: Call, leaf: Leaf) -> Kind:
    """Return the kind of a function's value."""
    own = [kind(item, leaf) for item in node.items]
    if node.function not in FUNCTIONS:
        return alike(own, node)
    wanted, given = FUNCTIONS[node.function]
    if len(wanted) != len(own):
        raise refused(
            node,
            Text(f"{len(own)}个参数", f"{len(own)} items"),
            Text(f"{len(wanted)}个参数", f"{len(wanted)} items"),
        )
    for got, want, part in zip(own, wanted, node.items, strict=True):
        must(got, want, part)
    return given


def kind_of(value: Value | None) -> Kind:
    """Return the kind of a constant; absence is of any."""
    match value:
        case None:
            return "any"
        case bool():
            return "truth"
        case str():
            return "text"
        case date():
            return "day"
    return "number"


def must(own: Kind, wanted: Kind, part: Node) -> Kind:
    """Return a kind that is as wanted.

    Raises:
        DeclarationError: It is another.
    """
    if "any" in {own, wanted} or own == wanted:
        return own if wanted == "any" else wanted
    raise refused(part, NAMES[own], NAMES[wanted])


def alike(kinds: Sequence[Kind], node: Node) -> Kind:
    """Return the one kind of several.

    Raises:
        DeclarationError: They are not of one kind.
    """
    told: list[Kind] = [own for own in kinds if own != "any"]
    for own in told[1:]:
        must(own, told[0], node)
    return told[0] if told else "any"


def refused(part: Node, found: Text, expected: Text) -> DeclarationError:
    """Return the error for a part of a formula."""
    return DeclarationError(
        found,
        where=repr(part),
        expected=expected,
        do=Text("请改正公式中的这一部分", "mend this part of the formula"),
    )
