"""When the platform learns of a record: publication lags, outages, late rows.

Medians and 90th percentiles: REGISTERS.md section 3. A lag is lognormal through both,
counted from the day that the register's module names, then moved to a working day; two
outages a year hold back all rows of a source; 1.5 % come later still (SIMULATOR.md
sections 7 and 8).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kexin.simulate import clock
from kexin.simulate.draws import stream

if TYPE_CHECKING:
    from kexin.simulate.arrays import Days, Flags, Floats, Ints
    from kexin.simulate.rows import Rows

NINETY = 1.2816
"""90th percentile of the standard normal distribution."""

LATE, LATEST_MONTHS = 0.015, 24
COMPLETE = {"reg_firm"}
"""Tables that are told in full: who lives in the city is who stands in the registry
(check C1), so nothing of them is late beyond the city's last day."""

OUTAGES_A_YEAR, OUTAGE_DAYS = 2, (3, 20)


class Lag(NamedTuple):
    """Days until nine of ten rows, and until half of them, are known."""

    median: float
    p90: float


LAGS = {
    "reg_firm": Lag(1, 3),
    "reg_name_history": Lag(1, 3),
    "reg_change": Lag(1, 3),
    "reg_shareholder": Lag(1, 3),
    "reg_officer": Lag(1, 3),
    "reg_annual_report": Lag(1, 3),
    "reg_abnormal_list": Lag(2, 10),
    "reg_abnormal_list/unreachable": Lag(5, 15),
    "reg_serious_violation": Lag(5, 20),
    "reg_penalty": Lag(14, 28),
    "reg_equity_pledge": Lag(2, 7),
    "reg_chattel_mortgage": Lag(1, 2),
    "reg_status_event": Lag(1, 3),
    "reg_status_event/revoked": Lag(10, 40),
    "tax_payer": Lag(3, 20),
    "tax_vat_return": Lag(19, 26),
    "tax_vat_return/filed": Lag(6, 10),
    "tax_cit_return": Lag(19, 26),
    "tax_cit_return/filed": Lag(6, 10),
    "tax_fin_stmt": Lag(19, 30),
    "tax_fin_stmt/filed": Lag(6, 13),
    "tax_iit_withholding": Lag(19, 26),
    "tax_iit_withholding/filed": Lag(6, 10),
    "tax_invoice": Lag(1, 3),
    "tax_invoice/paper": Lag(12, 35),
    "tax_invoice_month": Lag(1, 3),
    "tax_payment": Lag(3, 20),
    "tax_arrears": Lag(20, 75),
    "tax_credit_rating": Lag(1, 3),
    "tax_credit_rating/change": Lag(5, 20),
    "tax_violation": Lag(5, 35),
    "tax_inspection": Lag(15, 60),
    "tax_abnormal_status": Lag(10, 30),
    "tax_export_rebate": Lag(5, 20),
    "si_month": Lag(8, 20),
    "si_headcount_change": Lag(8, 20),
    "si_arrears": Lag(8, 20),
    "si_wage_arrears": Lag(10, 30),
    "hf_month": Lag(10, 25),
    "cus_registrant": Lag(3, 35),
    "cus_credit_class": Lag(3, 10),
    "cus_declaration": Lag(3, 35),
    "cus_declaration_item": Lag(3, 35),
    "cus_penalty": Lag(10, 30),
    "cus_arrears": Lag(3, 35),
    "court_case": Lag(35, 110),
    "court_party": Lag(35, 110),
    "court_hearing": Lag(1, 4),
    "court_judgment": Lag(75, 260),
    "court_judgment/published": Lag(8, 30),
    "court_enforcement": Lag(3, 10),
    "court_dishonest": Lag(2, 7),
    "court_spending_limit": Lag(3, 10),
    "court_round_end": Lag(5, 20),
    "court_bankruptcy": Lag(25, 70),
    "court_bankruptcy/accepted": Lag(1, 5),
    "court_freeze": Lag(5, 20),
    "ip_patent": Lag(4, 10),
    "ip_patent_holder": Lag(4, 10),
    "ip_patent_event": Lag(12, 30),
    "ip_patent_event/grant": Lag(4, 10),
    "ip_patent_event/lapse": Lag(235, 290),
    "ip_citation": Lag(45, 120),
    "ip_trademark": Lag(5, 15),
    "ip_software": Lag(20, 60),
    "pboc_loan_month": Lag(5, 12),
    "pboc_guarantee": Lag(5, 12),
    "pboc_inquiry": Lag(5, 12),
    "gov_award": Lag(1, 5),
    "gov_subsidy": Lag(10, 90),
    "qual_cert": Lag(10, 60),
    "qual_cert/TSME": Lag(5, 15),
    "hr_recruit_month": Lag(3, 10),
    "vc_round": Lag(60, 240),
    "util_month": Lag(12, 30),
    "rel_edge": Lag(1, 3),
    "core_consent": Lag(0.5, 1),
    "core_loan_outcome": Lag(10, 15),
}
"""By table, or by table and kind of event.

What ends in `/filed` is counted from the day of filing: with that day's law half of
the rows are known by the median of the table and nine of ten by its 90th percentile.
"""

STARTS = {
    "si": "2019-07-01",
    "hf": "2020-01-01",
    "cus": "2020-01-01",
    "util": "2021-06-01",
}
"""First day on which a register is delivered at all; the others from 2019-01-01."""

LOAD_DAYS = 20
"""Working days over which a register's stock comes in when it begins."""


class Known(NamedTuple):
    """When versions are known.

    Attributes:
        day: The day; after the city's last day for what is not delivered any more.
        late: Whether it came later than a lag explains.
    """

    day: Days
    late: Flags


def register_of(table: str) -> str:
    """Return the register of a table, by its prefix.

    Examples:
        >>> register_of("tax_vat_return")
        'tax'
    """
    return table.partition("_")[0]


def start_of(table: str) -> np.datetime64:
    """Return the first day on which a table is delivered."""
    return np.datetime64(STARTS.get(register_of(table), str(clock.FIRST_DAY)), "D")


def known(rows: Rows, seed: int, random: np.random.Generator) -> Known:
    """Return when each version of some records is known.

    A later version is known at least a day after the one before it.
    """
    lag = LAGS[rows.lag or rows.table]
    spread = np.log(lag.p90 / lag.median) / NINETY
    days = np.exp(np.log(lag.median) + spread * random.standard_normal(rows.size))
    late = random.random(rows.size) < LATE
    more = lag.p90 * 3 + random.exponential(60, rows.size)
    more = np.minimum(more, LATEST_MONTHS * 30)
    load = random.integers(0, LOAD_DAYS, rows.size)
    if rows.table in COMPLETE:
        late &= arrival(rows, more, load, seed) <= clock.LAST_DAY
    day = arrival(rows, np.where(late, more, days), load, seed)
    return Known(in_order(day, rows), late)


def arrival(rows: Rows, days: Floats, load: Ints, seed: int) -> Days:
    """Return the days on which versions come in: working days, outside outages.

    Args:
        rows: The versions.
        days: Lag of each.
        load: Day of the loading on which each comes that is older than the register.
        seed: Of the city.
    """
    day, start = rows.after + np.floor(days).astype(int), start_of(rows.table)
    day = np.where(day < start, start + load, day)
    return held_back(clock.working_day(day), rows.table, seed)


def held_back(day: Days, table: str, seed: int) -> Days:
    """Return days with those inside an outage of the source moved to its end."""
    for first, last in outages(register_of(table), seed):
        day = np.where((day >= first) & (day < last), last, day)
    return day


def outages(register: str, seed: int) -> list[tuple[Any, Any]]:
    """Return the outages of a source: first day, and the day on which it is over."""
    random = stream(seed, f"outages.{register}")
    found = []
    for year in range(clock.FIRST_YEAR, clock.LAST_YEAR + 1):
        for _ in range(OUTAGES_A_YEAR):
            first = np.datetime64(f"{year}-01-01", "D") + int(random.integers(0, 330))
            length = int(random.integers(OUTAGE_DAYS[0], OUTAGE_DAYS[1] + 1))
            last = clock.working_day(np.array([first + length]))[0]
            found.append((first, last))
    return found


def in_order(day: Days, rows: Rows) -> Days:
    """Return days of knowing in the order of the versions of each record."""
    if rows.record is None:
        return day
    order = np.lexsort([rows.after, rows.record])
    record, sorted_day = rows.record[order], day[order]
    same = np.flatnonzero(record[1:] == record[:-1]) + 1
    while True:
        early = same[sorted_day[same] <= sorted_day[same - 1]]
        if not len(early):
            break
        sorted_day[early] = sorted_day[early - 1] + 1
    found = np.empty_like(day)
    found[order] = sorted_day
    return found


def numbers(rows: Rows, day: Days) -> tuple[Ints, Days]:
    """Return each version's number, and the day on which the next one is known.

    The day is absent for the last version.
    """
    order = np.lexsort([day, rows.records])
    record, sorted_day = rows.records[order], day[order]
    first = np.concatenate([[True], record[1:] != record[:-1]])
    place = np.arange(rows.size)
    begin = np.maximum.accumulate(np.where(first, place, 0))
    following = np.full(rows.size, np.datetime64("NaT"), "datetime64[D]")
    following[:-1] = np.where(first[1:], following[:-1], sorted_day[1:])
    number, end = np.empty(rows.size, np.int32), np.empty_like(following)
    number[order], end[order] = place - begin + 1, following
    return number, end
