"""Groups of a firm's records, and what is counted in them."""

from __future__ import annotations

from datetime import date, datetime

import ibis
import pyarrow as pa

from kexin.algebra.nodes import Column
from kexin.algebra.reductions import ALWAYS, Across, Aggregate, Window
from kexin.panel.build import values_of

AS_OF = date(2020, 6, 30)
COLUMNS = pa.schema(
    [
        ("firm_key", pa.string()),
        ("row_id", pa.string()),
        ("event_date", pa.date32()),
        ("known_at", pa.timestamp("us")),
        ("superseded_at", pa.timestamp("us")),
        ("account", pa.string()),
        ("lender", pa.string()),
    ]
)
LENDERS = Aggregate("distinct", Column("loans", "lender"), Window(12))


def loans(*told: tuple[str, str | None]) -> ibis.Table:
    """Records of one firm, by account and lender."""
    return ibis.memtable(
        pa.Table.from_pylist(
            [
                {
                    "firm_key": "F",
                    "row_id": str(number),
                    "event_date": date(2020, 3, 31),
                    "known_at": datetime(2020, 4, 1),
                    "account": account,
                    "lender": lender,
                }
                for number, (account, lender) in enumerate(told)
            ],
            COLUMNS,
        )
    )


def value(formula: Across, table: ibis.Table) -> object:
    """What a formula gives for the firm."""
    keys = {"firm_key": ["F"], "as_of": pa.array([AS_OF], pa.date32())}
    asked = ibis.memtable(pa.table(keys))
    made = values_of({"value": formula}, asked, [AS_OF], {"loans": table})
    return made.to_pyarrow()["value"][0].as_py()


def test_a_group_without_a_value_counts_none_that_differ() -> None:
    each = Across("sum", LENDERS, Column("loans", "account"))
    assert value(each, loans(("a", "X"), ("a", "Y"), ("b", None), ("b", None))) == 2
    assert value(each, loans(("b", None))) == 0


def test_a_window_over_all_days_lets_every_group_take_part() -> None:
    ever = Aggregate("max", Column("loans", "event_date"), ALWAYS)
    groups = Across("count", ever, Column("loans", "account"))
    assert value(groups, loans(("a", "X"), ("b", None), ("b", "Y"))) == 2
