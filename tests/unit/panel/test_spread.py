"""A record over its months: what is made of days that say nothing, or too much."""

from __future__ import annotations

from datetime import date, datetime

import ibis
import pyarrow as pa
import pytest

from kexin.algebra.nodes import Column
from kexin.algebra.views import Spread
from kexin.panel.sources import spread

PLANS = Spread(
    name="plan_month",
    source="plan",
    columns=(),
    start=Column("plan", "begun"),
    end=Column("plan", "ended"),
)


def months_of(begun: date | None, ended: date | None) -> list[date]:
    """The months of one record, in order."""
    plan = pa.table(
        {
            "firm_key": ["F"],
            "event_date": [date(2020, 1, 1)],
            "known_at": [datetime(2020, 1, 1)],
            "superseded_at": pa.array([None], pa.timestamp("us")),
            "row_id": ["1"],
            "begun": pa.array([begun], pa.date32()),
            "ended": pa.array([ended], pa.date32()),
        }
    )
    rows = spread(PLANS, {"plan": ibis.memtable(plan)})
    found = ibis.duckdb.connect().to_pyarrow(rows.order_by("event_date"))
    return found["event_date"].to_pylist()


@pytest.mark.parametrize(
    ("begun", "ended", "first", "last", "number"),
    [
        (date(2023, 11, 30), date(2024, 1, 1), (2023, 11), (2024, 1), 3),
        (date(2040, 11, 5), None, (2040, 11), (2040, 12), 2),
        (date(2040, 12, 31), date(9999, 12, 31), (2040, 12), (2040, 12), 1),
        (date(1, 1, 1), date(1990, 2, 3), (1990, 1), (1990, 2), 2),
    ],
)
def test_a_record_is_spread_over_its_months(
    begun: date,
    ended: date | None,
    first: tuple[int, int],
    last: tuple[int, int],
    number: int,
) -> None:
    months = months_of(begun, ended)
    assert (months[0], months[-1]) == (date(*first, 1), date(*last, 1))
    assert len(months) == number


@pytest.mark.parametrize(
    ("begun", "ended"),
    [
        (None, date(2024, 1, 1)),
        (None, None),
        (date(2024, 2, 1), date(2024, 1, 31)),
        (date(1985, 1, 1), date(1989, 12, 31)),
        (date(2041, 1, 1), None),
    ],
)
def test_a_record_without_a_start_or_outside_of_all_months_has_none(
    begun: date | None, ended: date | None
) -> None:
    assert months_of(begun, ended) == []
