"""Where a firm is: what its newest record of the registry says, or does not say."""

from __future__ import annotations

from datetime import date, datetime

import ibis
import pyarrow as pa
import pytest

from kexin.panel.days import days
from kexin.panel.readable import district_of

DAY = date(2020, 12, 31)
ROWS = [
    ("moved", "1", date(2019, 1, 1), "330106"),
    ("moved", "2", date(2020, 1, 1), "330110"),
    ("left", "3", date(2019, 1, 1), "330106"),
    ("left", "4", date(2020, 1, 1), None),
]


@pytest.mark.parametrize("as_ofs", [[DAY], [date(2020, 6, 30), DAY]])
def test_a_firm_is_where_its_newest_record_says_and_else_nowhere(
    as_ofs: list[date],
) -> None:
    rows = pa.table(
        {
            "firm_key": [row[0] for row in ROWS],
            "row_id": [row[1] for row in ROWS],
            "event_date": [row[2] for row in ROWS],
            "known_at": [datetime.combine(row[2], datetime.min.time()) for row in ROWS],
            "superseded_at": pa.nulls(len(ROWS), pa.timestamp("us")),
            "district_code": [row[3] for row in ROWS],
        }
    )
    found = district_of(days(as_ofs, ()), {"reg_firm": ibis.memtable(rows)})
    at = {row["firm_key"]: row["district"] for row in found.to_pyarrow().to_pylist()}
    assert at == {"moved": "330110", "left": None}
