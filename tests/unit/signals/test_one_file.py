"""One new file declares a signal; panel, reason, dictionary and evidence have it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import ibis
import pyarrow.parquet as pq
import pytest

from kexin.dictionary.content import content, filled_in
from kexin.explain.reasons import reasons
from kexin.panel.evidence import evidence, values_from
from kexin.panel.files import Held, write_panels
from kexin.registers.contract import contracts
from kexin.signals.catalogue import catalogue
from laws.small import warehouse
from unit.signals.test_catalogue import GOOD, written

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2024, 6, 30)
FIRMS = {"A": 2, "B": 0}


def record(table: str, firm: str, day: date) -> dict[str, object]:
    return {
        "row_id": f"{table}-{firm}-{day}",
        "firm_key": firm,
        "event_date": day,
        "known_at": datetime(day.year, day.month, day.day),
        "op": "I",
        "dq_flags": [],
    }


@pytest.fixture
def held() -> Held:
    """Two firms; one has violations on both sides of both ends of the window."""
    found = [date(2019, 6, 30), date(2019, 7, 1), date(2024, 6, 30), date(2024, 7, 1)]
    violations = [
        {**record("tax_violation", "A", day), "found_date": day} for day in found
    ]
    founded = date(2015, 1, 1)
    firms = [record("reg_firm", firm, founded) for firm in FIRMS]
    tables = {"reg_firm": firms, "tax_violation": violations}
    known = dict.fromkeys(tables, founded)
    return Held(warehouse(ibis.duckdb.connect(threads=1), tables), "digest", known)


def test_a_new_file_is_all_that_a_signal_needs(tmp_path: Path, held: Held) -> None:
    own = tmp_path / "signals"
    own.mkdir()
    written(own, GOOD)
    declared = catalogue(own)
    signal = declared["own.violations_60m"]
    some = [signal, declared["reg.age_m"]]

    (made,) = write_panels(some, [DAY], held, tmp_path / "panels")
    panel = pq.read_table(made.path).to_pydict()
    assert dict(zip(panel["firm_key"], panel[signal.id], strict=True)) == FIRMS

    (reason,) = reasons({signal.id: -4.0}, {signal.id: 2.0}, declared)
    assert reason.text.said("en").startswith("2 violation(s) in 60 months")
    assert reason.text.said("zh").startswith("近60个月有2次违法")

    (entry,) = content([signal], filled_in({DAY: made.path}), [])
    assert entry["tables"] == [
        {"id": "tax_violation", "zh": contracts()["tax_violation"].zh}
    ]
    assert entry["filled"][0]["share"] == 1

    found = evidence(signal, ["A"], DAY, held.tables)
    rows = found["tax_violation"].order_by("event_date").to_pyarrow().to_pydict()
    assert rows["event_date"] == [date(2019, 7, 1), DAY]
    nothing = {name: table.limit(0) for name, table in held.tables.items()}
    assert values_from(signal, ["A"], DAY, {**nothing, **found}) == {"A": 2}
