"""What every signal must be before anything is computed from it.

A declaration that is not complete, or whose formula makes no sense, fails when the
catalogue is loaded: the message names the file, the signal, the field, and the part.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from kexin.algebra.kinds import firm_kind
from kexin.algebra.nodes import walk
from kexin.algebra.reductions import Aggregate, Peers, Window
from kexin.algebra.views import tables_in
from kexin.errors import DeclarationError
from kexin.language import Text
from kexin.registers.contract import contracts
from kexin.registers.core import REGISTER
from kexin.signals.signal import ABSENCE, PLACE, Signal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from kexin.algebra.kinds import Kind
    from kexin.registers.contract import Table

FORM = re.compile(r"[a-z]+\.[a-z][a-z0-9_]*")

LISTS: dict[str, Collection[object]] = {
    "register": REGISTER,
    "absent": ABSENCE,
    "direction": (-1, 0, 1),
}
"""What fields may hold."""

ONE_STATE = (("firm_key",), ("uscc",))
"""Keys of tables that hold one state a firm, not events."""

KINDS: dict[str, Kind] = {
    "string": "text",
    "boolean": "truth",
    "date": "day",
    "timestamp": "moment",
    "array<string>": "set",
}


def checked(signal: Signal, file: str) -> Signal:
    """Return a signal that is as a signal must be.

    Args:
        signal: The signal.
        file: Where it is declared.

    Raises:
        DeclarationError: It is not; the first fault is told.
    """
    for field, found, expected in faults(signal):
        raise DeclarationError(
            found,
            where=f"{file}: signal {signal.id}, {field}",
            expected=expected,
            do=Text("请改正该字段", "mend the field"),
        )
    try:
        kind = firm_kind(signal.formula, column_kind)
    except DeclarationError as error:
        where = f"{file}: signal {signal.id}, formula, {error.where}"
        raise DeclarationError(
            error.found, where=where, expected=error.expected, do=error.do
        ) from error
    if kind not in {"number", "truth", "any"}:
        raise DeclarationError(
            Text(f"公式的值不是数值：{kind}", f"the formula gives no number: {kind}"),
            where=f"{file}: signal {signal.id}, formula",
            expected=Text("数值或是否", "a number, or a yes or no"),
            do=Text("请改正公式", "mend the formula"),
        )
    return signal


def faults(signal: Signal) -> Iterator[tuple[str, Text, Text]]:
    """Yield each field that is wrong: its name, what was found, what was expected."""
    if not FORM.fullmatch(signal.id):
        yield "id", as_found(signal.id), Text("形如tax.sales_12m", "like tax.sales_12m")
    for field, known in LISTS.items():
        value = getattr(signal, field)
        if value not in known:
            listed = ", ".join(map(str, known))
            yield field, as_found(str(value)), Text(listed, listed)
    yield from unsaid(signal)
    if not tables_in(signal.formula):
        found = Text("公式不读取任何表", "the formula reads no table")
        yield "formula", found, Text("对表中记录的归约", "a reduction of its records")
    yield from peers_of_peers(signal)
    yield from windows_on_states(signal)


def unsaid(signal: Signal) -> Iterator[tuple[str, Text, Text]]:
    """Yield each text that is missing, or a reason without a place for the value."""
    for field in ("unit", "family", "source"):
        if not getattr(signal, field).strip():
            yield field, as_found(""), Text("必须写明", "it must be told")
    for field in ("name", "reason", "why"):
        said = getattr(signal, field)
        if not isinstance(said, Text) or not all(text.strip() for text in said):
            both = Text("中英文各一句：Text(…, …)", "both languages: Text(…, …)")
            yield field, as_found(str(said)), both
    for text in signal.reason:
        if not PLACE.search(text):
            yield "reason", as_found(text), Text("含{v}的句子", "a sentence with a {v}")


def peers_of_peers(signal: Signal) -> Iterator[tuple[str, Text, Text]]:
    """Yield comparisons inside comparisons: firms are compared once a day, not twice."""
    for whole in walk(signal.formula):
        inner = [part for part in walk(whole) if isinstance(part, Peers)]
        if isinstance(whole, Peers) and len(inner) > 1:
            yield (
                "formula",
                Text(f"比较中又有比较：{whole!r}", f"Peers inside Peers: {whole!r}"),
                Text("只比较一次", "firms compared once"),
            )


def windows_on_states(signal: Signal) -> Iterator[tuple[str, Text, Text]]:
    """Yield windows over tables that hold one state a firm: they have no events."""
    for part in walk(signal.formula):
        if not isinstance(part, Aggregate) or not isinstance(part.source, str):
            continue
        if key_of(part.source) in ONE_STATE and has_months(part):
            yield (
                "formula",
                Text(f"状态表上有窗口：{part!r}", f"a window on a state: {part!r}"),
                Text("latest(列)", "latest(column)"),
            )


def has_months(part: Aggregate) -> bool:
    """Whether an aggregate looks back over a number of months."""
    return not (isinstance(part.window, Window) and part.window.months is None)


def as_found(text: str) -> Text:
    """Return what stands in a field, as it was found."""
    return Text(f"写的是“{text}”", f"found {text!r}")


@functools.cache
def declared() -> dict[str, type[Table]]:
    """Return every contract, looked for once."""
    return contracts()


def columns_of(table: str) -> dict[str, str]:
    """Return a table's columns and their types; none for a table without contract."""
    return declared()[table].columns() if table in declared() else {}


def key_of(table: str) -> tuple[str, ...]:
    """Return a table's key; none for a table without contract."""
    return declared()[table].key if table in declared() else ()


def column_kind(table: str, name: str) -> Kind | None:
    """Return the kind of a column of a table that a contract declares."""
    dtype = columns_of(table).get(name)
    if dtype is None:
        return None
    return KINDS.get(dtype.partition("(")[0], "number")
