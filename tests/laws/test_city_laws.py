"""What holds of every panel of every warehouse, whatever the registers say.

The cities are small and drawn from the contracts; asked are the whole catalogue and the
trial signals, in one query for many days.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexin.intake.coverage import Coverage
from kexin.panel import folding
from kexin.signals.catalogue import catalogue
from laws.cities import FIRMS, drawn, tables_read
from laws.engine import SIGNALS as INVOICE_SIGNALS
from laws.engine import Panels, agrees, examples, to_the_byte
from laws.invoices import AS_OFS
from laws.reference import City
from laws.trials import TRIALS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from kexin.signals.signal import Signal
    from laws.cities import Record, Tables
    from laws.engine import Observed, Values

SIGNALS = (*catalogue().values(), *TRIALS.values())

DAYS = (
    *AS_OFS,
    date(2019, 12, 31),  # a year's end
    date(2020, 1, 20),  # December's staff is known, whoever is silent
    date(2020, 2, 26),  # January's VAT returns are due, as far as they are known
    date(2020, 3, 6),  # January is known to the customs
    date(2020, 4, 26),  # the first quarter's VAT returns
)
SEVERAL = 3
"""Days of a city: few, so that each has records on its edges."""

ONE_DAY = DAYS[8]
"""A day for which the laws write a query of its own."""

randoms = st.randoms(use_true_random=True)

COVERED = (
    Coverage("tax", "", date(2019, 7, 15), None, None, None),
    Coverage("court", "330106", date(2016, 1, 1), date(2020, 1, 31), None, None),
    Coverage("court", "330108", date(2016, 1, 1), date(2020, 2, 1), None, None),
    Coverage("reg", "", date(2000, 1, 1), None, None, None),
    Coverage("si", "110105", date(2020, 3, 2), None, None, None),
    Coverage("pboc", "330106", date(2016, 1, 1), date(2019, 3, 31), None, None),
    Coverage("pboc", "", date(2020, 1, 31), None, None, None),
)
SELDOM = {
    # Their tables of estimates are not drawn.
    "court.coverage", "court.def_rel_12m", "cus.us_share", "inv.big_share",
    "net.cust_pd", "si.base_pp_rel", "si.base_pp_yoy",
    # They need more of a kind than a firm of these cities has.
    "court.lose_rate_36m", "cus.cancel_rate", "cus.export_yoy_6m", "cus.import_tech",
    "inv.red_old_6m", "ip.activity_drop", "ip.bought_share", "ip.breadth",
    "ip.claims_avg", "ip.inv_valid", "ip.lapse_rate_24m", "ip.per_head",
    "ip.pledge_now", "ip.remain_years", "net.addr_bad_share", "reg.district_bad_12m",
    "reg.industry_bad_12m", "trial.3",
}  # fmt: skip
"""Signals of which these cities tell one value at most: examples alone hold them."""

SOME = (
    "cases",
    "VAT sales",
    "heads",
    "rescheduled",
    "peers of an industry",
    "industry",
)


def panels_of(signals: Sequence[Signal]) -> Panels:
    names = tables_read(signals) | {"core_consent", "reg_firm"}
    return Panels(threads=2, signals=signals, names=names)


@pytest.fixture(scope="module")
def panels() -> Panels:
    return panels_of(SIGNALS)


@pytest.fixture(scope="module")
def both_ways() -> dict[str, Panels]:
    """Signals of months and documents, twice: each keeps the query it wrote first."""
    own = tuple(s for s in SIGNALS if s.register in {"inv", "tax", "si", "cus"})
    return {"cells": panels_of(own), "records": panels_of(own)}


def city_of(random: Random, days: Collection[date], panels: Panels) -> Tables:
    """A city of all tables that are read; in half of them consents are asked for."""
    asked = random.random() < 0.5
    return drawn(random, list(days), panels.signals, panels.names, consents=asked)


def asked_of(days: Collection[date]) -> list[Observed]:
    return [(firm, day) for firm in FIRMS for day in days]


def bytes_of(found: dict[Observed, Values]) -> dict[Observed, str]:
    return {pair: to_the_byte(values) for pair, values in found.items()}


def differing(
    found: dict[Observed, Values], other: dict[Observed, Values]
) -> dict[str, tuple[Observed, float | None, float | None]]:
    """An observation for each signal of which two panels tell different bytes."""
    return {
        name: (pair, value, other[pair][name])
        for pair, values in found.items()
        for name, value in values.items()
        if to_the_byte({name: value}) != to_the_byte({name: other[pair][name]})
    }


@examples(3)
@given(random=randoms)
def test_every_signal_is_what_the_reference_says(
    panels: Panels, random: Random
) -> None:
    days = random.sample(DAYS, SEVERAL)
    tables = city_of(random, days, panels)
    found = panels.of_city(tables, asked_of(days), DAYS)
    wrong = wrong_in(found, tables, days, panels)
    assert not wrong, "engine, reference"


class Everything:
    """Holds whatever is looked for in it."""

    def __contains__(self, _: object) -> bool:
        return True


@examples(2)
@given(random=randoms)
def test_cells_give_the_values_of_the_records_themselves(
    both_ways: dict[str, Panels], random: Random
) -> None:
    days = random.sample(DAYS, SEVERAL)
    tables = city_of(random, days, both_ways["cells"])
    found = {}
    for name, own in both_ways.items():
        tables_folded = Everything() if name == "cells" else frozenset()
        with patch.object(folding, "FOLDED", tables_folded):
            found[name] = own.of_city(tables, asked_of(days), DAYS)
    assert not differing(found["cells"], found["records"]), "cells, records"


def wrong_in(
    found: dict[Observed, Values],
    tables: Tables,
    days: Collection[date],
    panels: Panels,
) -> dict[str, tuple[str, str, float | None, float | None]]:
    """An observation for each signal whose value the reference does not give."""
    judges = {day: City(tables, day, FIRMS, panels.covered) for day in days}
    wrong = {}
    for signal in panels.signals:
        for firm, day in asked_of(days):
            expected = judges[day].value(signal, firm)
            got = found[firm, day][signal.id]
            if not agrees(got, expected):
                name = f"{signal.id} {signal.name.en}"
                wrong[name] = (firm, str(day), got, expected)
    return wrong


def test_the_cities_hold_values_of_every_signal() -> None:
    """A signal that is absent everywhere, or 0, would agree with anything.

    Those on invoices alone have busier firms of their own: see `test_panel_laws`.
    """
    signals = tuple(s for s in SIGNALS if s.id not in INVOICE_SIGNALS)
    told: dict[str, set[float | None]] = {signal.id: set() for signal in signals}
    for seed in range(8):
        random = Random(seed)  # noqa: S311
        days = random.sample(DAYS, SEVERAL)
        tables = drawn(random, days, signals, tables_read(signals))
        judges = [City(tables, day, FIRMS) for day in days]
        for signal in signals:
            values = [judge.value(signal, firm) for judge in judges for firm in FIRMS]
            told[signal.id].update(values)
    without = {name for name, values in told.items() if len(values - {None}) < 2}
    assert without == SELDOM


@examples(1)
@given(random=randoms)
def test_what_is_known_later_changes_nothing(panels: Panels, random: Random) -> None:
    days = random.sample(DAYS, SEVERAL)
    tables = city_of(random, days, panels)
    last = max(days)
    found = panels.of_city(tables, asked_of(days), DAYS)
    for change in (forgotten, added_to, rewritten):
        later = change(tables, random, last, panels)
        assert later != tables
        other = panels.of_city(later, asked_of(days), DAYS)
        assert not differing(found, other), change.__name__


def end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(1), time())


def forgotten(tables: Tables, _: Random, as_of: date, __: Panels) -> Tables:
    """The warehouse as it was at the end of the day: it has grown since."""
    end = end_of(as_of)
    return {
        name: [
            {**row, "superseded_at": ended if ended and ended < end else None}
            for row in rows
            if row["known_at"] < end
            for ended in [row["superseded_at"]]
        ]
        for name, rows in tables.items()
    }


def added_to(tables: Tables, random: Random, as_of: date, panels: Panels) -> Tables:
    """More records of the past, known from the next midnight on, and a first consent."""
    more = drawn(random, [as_of], panels.signals, panels.names, consents=True)
    end = end_of(as_of)
    return {
        name: [*rows, *(late(row, end) for row in more[name])]
        for name, rows in tables.items()
    }


def late(row: Record, end: datetime) -> Record:
    """A version that nobody knew before the end of a day."""
    known = max(row["known_at"], end)
    over = row["superseded_at"] and max(row["superseded_at"], known)
    told = {"row_id": f"late-{row['row_id']}", "version_no": row["version_no"] + 9}
    return {**row, **told, "known_at": known, "superseded_at": over}


def rewritten(tables: Tables, random: Random, as_of: date, _: Panels) -> Tables:
    """Versions known later say what others of their table say, of other firms."""
    end = end_of(as_of)
    fixed = {"row_id", "known_at", "superseded_at", "version_no", "op"}

    def anew(row: Record, rows: list[Record]) -> Record:
        other = random.choice(rows)
        return {n: row[n] if n in fixed else other[n] for n in row}

    return {
        name: [anew(r, rows) if r["known_at"] >= end else r for r in rows]
        for name, rows in tables.items()
    }


@examples(1)
@given(random=randoms)
def test_many_days_at_once_are_the_days_one_by_one(
    panels: Panels, random: Random
) -> None:
    days = [ONE_DAY, *random.sample([day for day in DAYS if day != ONE_DAY], 2)]
    tables = city_of(random, days, panels)
    together = panels.of_city(tables, asked_of(days), DAYS)
    alone = panels.of_city(tables, asked_of([ONE_DAY]), (ONE_DAY,))
    own = {pair: values for pair, values in together.items() if pair[1] == ONE_DAY}
    assert list(alone) == list(own)
    assert not differing(own, alone)


@examples(1)
@given(random=randoms)
def test_parts_put_aside_give_the_values_of_one_query(
    panels: Panels, random: Random
) -> None:
    days = sorted(random.sample(DAYS, SEVERAL))
    tables = city_of(random, days, panels)
    found = panels.of_city(tables, asked_of(days), DAYS)
    assert not differing(found, panels.in_parts(days))


@examples(1)
@given(random=randoms)
def test_threads_and_the_order_of_rows_change_no_digit(
    panels: Panels, random: Random
) -> None:
    days = random.sample(DAYS, SEVERAL)
    tables = city_of(random, days, panels)
    found = panels.of_city(tables, asked_of(days), DAYS)
    shuffled = {name: random.sample(rows, len(rows)) for name, rows in tables.items()}
    for threads in (2, 1):
        panels.use(threads, many=threads > 1)
        other = panels.of_city(shuffled, asked_of(days), DAYS)
        panels.use(threads=2)
        assert bytes_of(other) == bytes_of(found), f"{threads} threads"


@examples(3)
@given(random=randoms)
def test_registers_are_read_where_they_are_covered_and_consented_to(
    few: Panels, random: Random
) -> None:
    days = random.sample(DAYS, SEVERAL)
    tables = drawn(random, days, few.signals, few.names, consents=True)
    found = few.of_city(tables, asked_of(days), DAYS)
    assert not wrong_in(found, tables, days, few), "engine, reference"


@pytest.fixture(scope="module")
def few() -> Panels:
    """A signal of each of some registers, of which some are covered."""
    signals = [TRIALS[name] for name in SOME]
    names = tables_read(tuple(signals)) | {"core_consent", "reg_firm"}
    return Panels(threads=2, signals=signals, names=names, covered=COVERED)


def consent(**told: Any) -> Record:
    """A consent of firm F0, in force at noon of 2 January 2020."""
    noon = datetime(2020, 1, 2, 12)
    usual = {
        "row_id": "1",
        "firm_key": "F0",
        "event_date": noon.date(),
        "known_at": noon,
        "superseded_at": None,
        "version_no": 1,
        "op": "I",
        "grantee": "platform",
        "purpose": "scoring",
        "scope_registers": ["tax"],
        "granted_at": noon,
        "expires_at": None,
        "revoked_at": None,
    }
    return usual | told


MIDNIGHT = datetime(2020, 2, 1)
BEFORE = MIDNIGHT - timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("told", "holds"),
    [
        ({}, True),
        ({"expires_at": MIDNIGHT}, True),
        ({"expires_at": BEFORE}, False),
        ({"revoked_at": MIDNIGHT}, True),
        ({"revoked_at": BEFORE}, False),
        ({"granted_at": BEFORE}, True),
        ({"granted_at": MIDNIGHT}, False),
        ({"superseded_at": MIDNIGHT}, True),
        ({"superseded_at": BEFORE}, False),
        ({"known_at": BEFORE}, True),
        ({"known_at": MIDNIGHT}, True),  # nobody was asked before
        ({"grantee": "bank"}, False),
        ({"purpose": "pre_loan"}, False),
        ({"scope_registers": ["si", "reg"]}, False),
        ({"firm_key": "F1"}, False),
        ({"op": "D", "superseded_at": datetime(2020, 1, 2, 12)}, False),
    ],
    ids=str,
)
def test_a_consent_holds_until_the_end_of_the_day(
    consents: Panels, told: Record, *, holds: bool
) -> None:
    day = date(2020, 1, 31)
    tables = {"core_consent": [consent(**told)]}
    found = consents.of_city(tables, [("F0", day)], DAYS)
    values = {TRIALS[name].id: 0.0 for name in ("late returns", "cases")}
    expected = values if holds else values | {TRIALS["late returns"].id: None}
    assert found["F0", day] == expected


@pytest.fixture(scope="module")
def consents() -> Panels:
    """A signal that needs consent and one that does not."""
    signals = [TRIALS["late returns"], TRIALS["cases"]]
    names = tables_read(tuple(signals)) | {"core_consent"}
    return Panels(threads=2, signals=signals, names=names)
