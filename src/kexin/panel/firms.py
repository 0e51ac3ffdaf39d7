"""Which firms a panel has: those that the platform knew of on the day."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import ibis

from kexin.algebra.dates import next_midnight
from kexin.errors import WarehouseError
from kexin.language import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import ibis.expr.types as ir


def population(tables: Mapping[str, ir.Table], as_of: date) -> ir.Table:
    """Return one row a firm known by the end of a day: `firm_key`, in its order.

    A firm counts from the first version of its registry record on, also where that was
    withdrawn since; where no registry was ever delivered, from its first record in any
    table (READINGS.md, A03).

    Raises:
        WarehouseError: No firm was known yet.
    """
    registry = tables.get("reg_firm")
    has_registry = registry is not None and registry.count().execute() > 0
    sources = [registry] if has_registry else list(tables.values())
    midnight = ibis.literal(next_midnight(as_of))
    known = functools.reduce(
        lambda left, right: left.union(right),
        [
            table.filter(table.known_at < midnight, table.firm_key.notnull()).select(
                "firm_key"
            )
            for table in sources
            if table is not None
        ],
    )
    firms = known.distinct().order_by("firm_key")
    if firms.count().execute() == 0:
        raise nothing_known(tables, as_of)
    return firms


def nothing_known(tables: Mapping[str, ir.Table], as_of: date) -> WarehouseError:
    """Return the error that tells from which day on something is known."""
    days = [t.known_at.min().to_pyarrow().as_py() for t in tables.values()]
    first = min((day for day in days if day is not None), default=None)
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
