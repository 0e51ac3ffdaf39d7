"""Which firms a panel has on a day: those that the platform knew of by then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kexin.algebra.dates import next_midnight
from kexin.errors import WarehouseError
from kexin.language import Text
from kexin.panel.days import days

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    import ibis.expr.types as ir


def population(tables: Mapping[str, ir.Table], as_ofs: Sequence[date]) -> ir.Table:
    """Return one row a firm and day by whose end it was known: `firm_key`, `as_of`.

    A firm counts from the first version of its registry record on, also where that was
    withdrawn since; where no registry was ever delivered, from its first record in any
    table (READINGS.md, A03).

    Raises:
        WarehouseError: On one of the days no firm was known yet.
    """
    registry = tables.get("reg_firm")
    has_registry = registry is not None and registry.count().execute() > 0
    sources = [registry] if has_registry else list(tables.values())
    versions = [
        table.filter(table.firm_key.notnull()).select("firm_key", "known_at")
        for table in sources
        if table is not None
    ]
    every = stacked(versions)
    first = every.group_by("firm_key").agg(known_at=every.known_at.min())
    begun = first.known_at.min().to_pyarrow().as_py()
    for day in sorted(as_ofs):
        if begun is None or begun >= next_midnight(day):
            raise nothing_known(begun, day)
    known = days(as_ofs, ()).table
    both = first.cross_join(known)
    return both.filter(both.known_at < both.midnight).select("firm_key", "as_of")


def stacked(parts: Sequence[ir.Table]) -> ir.Table:
    """Return the rows of all parts, as a union of halves: compilers recurse into it."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return stacked(parts[:middle]).union(stacked(parts[middle:]))


def nothing_known(first: datetime | None, as_of: date) -> WarehouseError:
    """Return the error that tells from which day on something is known."""
    if first is None:
        return WarehouseError(
            Text("数据仓库是空的", "the warehouse is empty"),
            where=f"as_of {as_of}",
            expected=Text("至少一批已接收的数据", "at least one delivery taken in"),
            do=Text("先运行 kexin intake", "run kexin intake first"),
        )
    return WarehouseError(
        Text(f"{as_of}当日尚无任何已知记录", f"nothing was known yet on {as_of}"),
        where=f"as_of {as_of}",
        expected=Text(
            f"不早于{first:%Y-%m-%d}的日期(最早一条记录的知悉日)",
            f"a day from {first:%Y-%m-%d} on, when the first record was known",
        ),
        do=Text("请选择较晚的日期", "choose a later day"),
    )
