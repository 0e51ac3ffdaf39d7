"""One new file declares a signal; panel, reason, dictionary and evidence have it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import ibis
import pyarrow.parquet as pq
import pytest

from kexin.dictionary.content import content, filled_in
from kexin.explain.reasons import reasons
from kexin.panel.evidence import evidence, value_from
from kexin.panel.files import Held, write_panels
from kexin.signals.catalogue import catalogue
from laws.small import warehouse

if TYPE_CHECKING:
    from pathlib import Path

DECLARED = """
from kexin.algebra.reductions import Window, count
from kexin.language import Text
from kexin.registers.ip import IpPatentEvent
from kexin.signals.signal import Signal

lapses_24m = Signal(
    id="own.lapses_24m",
    register="ip",
    name=Text("近24月专利失效数", "Patents lapsed, 24 months"),
    formula=count(
        IpPatentEvent.event_date,
        Window(24),
        IpPatentEvent.event_code.is_in("lapse_fee"),
    ),
    unit="count", direction=1, absent="never", family="assets",
    reason=Text("近24个月有{v}件专利失效", "{v} patent(s) lapsed in 24 months"),
    why="A firm that cannot pay its yearly fees lets patents go", source="a question",
)
"""
DAY = date(2024, 6, 30)
FIRMS = {"A": 2, "B": 0}


def event(firm: str, number: int, day: date) -> dict[str, object]:
    known = datetime(day.year, day.month, day.day)
    return {
        "row_id": f"{firm}-{number}",
        "firm_key": firm,
        "app_no": f"{firm}{number}",
        "event_code": "lapse_fee",
        "event_date": day,
        "known_at": known,
        "op": "I",
        "dq_flags": [],
    }


@pytest.fixture
def held() -> Held:
    days = [date(2022, 6, 30), date(2022, 7, 1), date(2024, 6, 30), date(2024, 7, 1)]
    lapses = [event("A", n, day) for n, day in enumerate(days)]
    firms = [
        {
            "row_id": firm,
            "firm_key": firm,
            "event_date": date(2015, 1, 1),
            "known_at": datetime(2015, 1, 1),
            "op": "I",
            "dq_flags": [],
        }
        for firm in FIRMS
    ]
    tables = {"reg_firm": firms, "ip_patent_event": lapses}
    known = {"reg_firm": date(2015, 1, 1), "ip_patent_event": date(2015, 1, 1)}
    return Held(warehouse(ibis.duckdb.connect(threads=1), tables), "digest", known)


def test_a_new_file_is_all_that_a_signal_needs(tmp_path: Path, held: Held) -> None:
    own = tmp_path / "signals"
    own.mkdir()
    (own / "lapses.py").write_text(DECLARED, encoding="utf-8")
    declared = catalogue(own)
    signal = declared["own.lapses_24m"]
    some = [signal, declared["reg.age_m"]]

    (written,) = write_panels(some, [DAY], held, tmp_path / "panels")
    panel = pq.read_table(written.path).to_pydict()
    assert dict(zip(panel["firm_key"], panel[signal.id], strict=True)) == FIRMS

    (reason,) = reasons({signal.id: -4.0}, {signal.id: 2.0}, declared)
    assert reason.text.said("en").startswith("2 patent(s) lapsed in 24 months")
    assert reason.text.said("zh").startswith("近24个月有2件专利失效")

    (entry,) = content([signal], filled_in({DAY: written.path}), [])
    assert entry["tables"] == [{"id": "ip_patent_event", "zh": "专利法律事件"}]
    assert entry["filled"][0]["share"] == 1

    found = evidence(signal, "A", DAY, held.tables)
    events = found["ip_patent_event"].order_by("event_date").to_pyarrow().to_pydict()
    assert events["event_date"] == [date(2022, 7, 1), DAY]
    nothing = {name: table.limit(0) for name, table in held.tables.items()}
    assert value_from(signal, "A", DAY, {**nothing, **found}) == 2
