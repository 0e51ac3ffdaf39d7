"""Which versions stand on the days of a panel, to the microsecond."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import product

import ibis
import pyarrow as pa
import pytest

from kexin.panel.days import days, meeting, standing

FIRST, LAST = date(2020, 1, 31), date(2020, 4, 30)
MIDNIGHTS = (datetime(2020, 2, 1), datetime(2020, 5, 1))
INSTANT = timedelta(microseconds=1)
NEAR = [end + step * INSTANT for end, step in product(MIDNIGHTS, (-1, 0, 1))]


def versions() -> pa.Table:
    """A version for each beginning and end near the ends of the days."""
    spells = [(b, e) for b, e in product(NEAR, [*NEAR, None]) if e is None or b < e]
    return pa.table(
        {
            "number": pa.array(range(len(spells)), pa.int64()),
            "known_at": pa.array([begin for begin, _ in spells], pa.timestamp("us")),
            "superseded_at": pa.array([end for _, end in spells], pa.timestamp("us")),
        }
    )


@pytest.mark.parametrize("as_ofs", [(FIRST,), (LAST,), (FIRST, LAST)])
def test_versions_that_stand_on_any_day_are_those_that_meet_one(
    as_ofs: tuple[date, ...],
) -> None:
    table, known = ibis.memtable(versions()), days(as_ofs, ())
    met = meeting(table, known).to_pyarrow()["number"].to_pylist()
    stood = standing(table, known).to_pyarrow()["number"].to_pylist()
    between = {
        row["number"]
        for row in versions().to_pylist()
        if MIDNIGHTS[0] <= row["known_at"] and row["superseded_at"] is not None
        if row["superseded_at"] < MIDNIGHTS[1]
    }
    assert set(met) <= set(stood)
    assert set(stood) - set(met) <= (between if len(as_ofs) > 1 else set())
