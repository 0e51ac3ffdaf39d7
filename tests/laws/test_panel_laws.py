"""What holds of every panel, whatever the invoices are."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexin.algebra.dates import months_before
from kexin.panel.build import panel
from laws.direct import DIRECT, Firm
from laws.engine import DAYS, SIGNALS, agrees, examples, to_the_byte, told
from laws.invoices import AS_OFS, CODES, city, history, placed, sale
from laws.reference import City
from laws.small import schema_of

if TYPE_CHECKING:
    from random import Random

    from laws.engine import Panels, Record, Values

randoms = st.randoms(use_true_random=True)
days = st.sampled_from(AS_OFS)

NEVER = [s for s in SIGNALS.values() if s.absent == "never"]
NO_RECORDS = [s for s in SIGNALS.values() if s.absent == "no_records"]


def midnight_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(1), time())


def same(found: dict[str, Values], first: str, second: str) -> bool:
    return to_the_byte(found[first]) == to_the_byte(found[second])


def as_firm(firm_key: str, records: list[Record]) -> list[Record]:
    return [{**record, "firm_key": firm_key} for record in records]


@pytest.mark.parametrize("as_of", AS_OFS, ids=str)
@examples(2)
@given(random=randoms)
def test_the_engine_agrees_with_the_reference_and_with_the_text(
    panels: Panels, as_of: date, random: Random
) -> None:
    histories = city(random, as_of, 40)
    found = panels.of(histories, as_of)
    for key, records in histories.items():
        firm, judge = Firm(records, as_of), City({"tax_invoice": records}, as_of)
        for name, signal in SIGNALS.items():
            got, expected = found[key][name], judge.value(signal, key)
            case = f"{name} of {key} at {as_of}\n{told(records)}"
            assert agrees(got, expected), f"engine {got}, reference {expected}: {case}"
            if name in DIRECT:
                by_text = DIRECT[name](firm)
                assert agrees(got, by_text), f"engine {got}, text {by_text}: {case}"


@examples(1)
@given(random=randoms)
def test_the_examples_hold_both_values_and_absences_of_every_signal(
    panels: Panels, random: Random
) -> None:
    found = panels.of(city(random, AS_OFS[0], 500), AS_OFS[0]).values()
    for name, signal in SIGNALS.items():
        absent = [values[name] is None for values in found]
        assert not all(absent), name
        assert any(absent) or signal in NEVER, name


@examples(6)
@given(random=randoms, as_of=days)
def test_what_is_known_later_changes_nothing(
    panels: Panels, random: Random, as_of: date
) -> None:
    histories = {}
    for key, records in city(random, as_of, 12).items():
        histories[key] = records
        for change in (forgotten, added_to, rewritten):
            name = f"{key} {change.__name__}"
            histories[name] = as_firm(name, change(records, random, as_of))
    found = panels.of(histories, as_of)
    for key, records in histories.items():
        own = key.split()[0]
        assert same(found, own, key), f"{key} at {as_of}\n{told(records)}"


def forgotten(records: list[Record], _: Random, as_of: date) -> list[Record]:
    """The warehouse as it was at the end of the day."""
    end = midnight_after(as_of)
    return [
        {**record, "superseded_at": None if is_later(ended, end) else ended}
        for record in records
        if record["known_at"] < end
        for ended in [record["superseded_at"]]
    ]


def is_later(moment: datetime | None, end: datetime) -> bool:
    return moment is not None and moment >= end


def added_to(records: list[Record], random: Random, as_of: date) -> list[Record]:
    """More invoices of the past, known from the next midnight on."""
    end = midnight_after(as_of)
    more = [
        {**record, "known_at": end, "superseded_at": None}
        for record in history(random, as_of, "later")
        if record["version_no"] == 1
    ]
    return [*records, *more]


def rewritten(records: list[Record], random: Random, as_of: date) -> list[Record]:
    """Versions known later say something else."""
    end = midnight_after(as_of)
    other = {"amount_ex_tax": Decimal("77777.77"), "invoice_status": "normal"}
    return [
        {**record, **other, "counterparty_code": random.choice(CODES), "op": "U"}
        if record["known_at"] >= end
        else record
        for record in records
    ]


@examples(6)
@given(random=randoms, as_of=days)
def test_a_void_counts_from_the_day_it_is_known_and_not_before(
    panels: Panels, random: Random, as_of: date
) -> None:
    histories: dict[str, list[Record]] = {}
    for key, records in city(random, as_of, 20).items():
        good = sale(key, as_of - timedelta(random.randint(10, 300)), "60000.01")
        bad = {**good, "invoice_status": "void"}
        day = as_of + timedelta(random.choice((-2, -1, 0, 1)))
        hour = random.choice((time(0), time(23, 59, 59, 999999)))
        void = {**bad, "op": "U", "known_at": datetime.combine(day, hour)}
        seen = void["known_at"] < midnight_after(as_of)
        histories[key] = [*records, bad if seen else good]
        changed = f"{key} voided {day} {hour}"
        both = placed([good, void])
        histories[changed] = as_firm(changed, [*records, *both])
    found = panels.of(histories, as_of)
    for key, records in histories.items():
        own = key.split()[0]
        assert same(found, own, key), f"{key} at {as_of}\n{told(records)}"


@pytest.mark.parametrize(
    ("as_of", "day", "counts"),
    [
        ("2019-03-31", "2018-03-31", False),
        ("2019-03-31", "2018-04-01", True),
        ("2019-03-31", "2019-03-31", True),
        ("2020-02-29", "2019-02-28", False),
        ("2020-02-29", "2019-03-01", True),
        ("2019-02-28", "2018-02-28", False),
        ("2019-02-28", "2018-03-01", True),
        ("2019-07-15", "2018-07-15", False),
        ("2019-07-15", "2018-07-16", True),
    ],
)
def test_a_window_is_half_open_in_calendar_months(
    panels: Panels, as_of: str, day: str, *, counts: bool
) -> None:
    rows = {"A": [sale("A", date.fromisoformat(day), "100.00")]}
    found = panels.of(rows, date.fromisoformat(as_of))["A"]
    assert found["inv.sales_12m"] == (100 if counts else 0)
    assert found["inv.sales_days_12m"] == (1 if counts else 0)
    assert found["inv.sales_36m"] == 100


@pytest.mark.parametrize(
    ("as_of", "latest"),
    [
        ("2020-02-29", "2020-01"),  # February is closed, but not known yet
        ("2020-03-02", "2020-01"),  # two days are not three
        ("2020-03-03", "2020-02"),
        ("2020-03-30", "2020-02"),
    ],
)
def test_silence_is_known_three_days_after_the_month(
    panels: Panels, as_of: str, latest: str
) -> None:
    day = months_before(date.fromisoformat(f"{latest}-15"), 3)
    rows = {"A": [sale("A", day, "100.00")]}
    found = panels.of(rows, date.fromisoformat(as_of))["A"]
    assert found["inv.sales_zero_streak"] == 3


@examples(3)
@given(random=randoms, as_of=days)
def test_the_order_of_rows_and_the_number_of_threads_change_no_digit(
    panels: Panels, random: Random, as_of: date
) -> None:
    histories = city(random, as_of, 30)
    panels.use(threads=2)
    found = panels.of(histories, as_of)
    again = dict(random.sample(sorted(histories.items()), len(histories)))
    for records in again.values():
        random.shuffle(records)
    for threads in (2, 1):
        panels.use(threads)
        other = panels.of(again, as_of)
        assert list(other) == sorted(histories)
        for key in histories:
            assert to_the_byte(other[key]) == to_the_byte(found[key]), key


@examples(1)
@given(random=randoms)
def test_many_rows_give_the_same_bytes_on_one_thread_and_on_two(
    panels: Panels, random: Random
) -> None:
    histories = city(random, AS_OFS[0], 20)
    panels.of(histories, AS_OFS[0])
    panels.multiply(400)
    found = []
    for threads in (2, 1):
        panels.use(threads)
        found.append([to_the_byte_of(row) for row in panels.ask(*DAYS)])
    panels.use(threads=2)
    assert found[0] == found[1]


def to_the_byte_of(row: dict[str, Any]) -> str:
    return to_the_byte({name: row[name] for name in SIGNALS})


@examples(3)
@given(random=randoms, as_of=days)
def test_firms_do_not_influence_each_other(
    panels: Panels, random: Random, as_of: date
) -> None:
    histories = city(random, as_of, 30)
    together = panels.of(histories, as_of)
    few = dict(list(histories.items())[::7])
    alone = panels.of(few, as_of)
    panels.fill([r for own in histories.values() for r in own], few, as_of)
    asked_for = panels.ask(*DAYS)
    assert [row["firm_key"] for row in asked_for] == list(few)
    for key, row in zip(few, asked_for, strict=True):
        assert to_the_byte(alone[key]) == to_the_byte(together[key]), key
        assert to_the_byte_of(row) == to_the_byte(together[key]), key


@examples(2)
@given(random=randoms, as_of=days)
def test_a_signal_is_absent_only_for_the_reason_it_declares(
    panels: Panels, random: Random, as_of: date
) -> None:
    histories = {**city(random, as_of, 60), "nobody": []}
    found = panels.of(histories, as_of)
    for key, records in histories.items():
        told_of = [r for r in Firm(records, as_of).seen if r["event_date"] <= as_of]
        for signal in NEVER:
            assert found[key][signal.id] is not None, signal
        for signal in NO_RECORDS:
            is_absent = found[key][signal.id] is None
            assert is_absent == (not told_of), (signal, key)
    assert {n for n, v in found["nobody"].items() if v is not None} == {
        signal.id for signal in NEVER
    }


def test_observations_come_in_the_order_of_days_and_firms(panels: Panels) -> None:
    early, late = AS_OFS[0], AS_OFS[1]
    asked = [("B", late), ("A", late), ("C", early), ("B", early)]
    records = {"tax_invoice": [sale("A", date(2019, 3, 1), "5.00")]}
    found = panels.of_city(records, asked, DAYS)
    assert list(found) == [("B", early), ("C", early), ("A", late), ("B", late)]
    assert found["A", late]["inv.sales_12m"] == 5
    assert found["B", late]["inv.sales_12m"] is None


def test_a_panel_can_be_asked_of_tables_in_memory() -> None:
    day, rows = date(2019, 3, 31), [sale("A", date(2019, 3, 1), "5.00")]
    table = pa.Table.from_pylist(rows, schema=schema_of("tax_invoice"))
    asked = panel(
        SIGNALS.values(),
        ibis.memtable({"firm_key": ["A"], "as_of": [day]}),
        [day],
        {"tax_invoice": ibis.memtable(table)},
    )
    assert asked.to_pyarrow()["inv.sales_12m"].to_pylist() == [5.0]
    assert asked.columns == ("firm_key", "as_of", *SIGNALS)
