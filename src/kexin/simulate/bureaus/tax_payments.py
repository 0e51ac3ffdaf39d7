"""Tax that is paid, owed and refunded (SIMULATOR.md section 5.2).

What is filed is paid by the deadline, or with the late return. A month whose tax is not
paid at all becomes a debt, and is paid as a whole when the debt is cleared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kexin.simulate import clock, debts
from kexin.simulate.books import books
from kexin.simulate.conduct import DUE, conduct, settled
from kexin.simulate.draws import stream
from kexin.simulate.life import NEVER
from kexin.simulate.payroll import payroll
from kexin.simulate.periods import filed
from kexin.simulate.rows import (
    Rows,
    coded,
    later,
    numbered,
    spell,
    versions,
)
from kexin.simulate.vat import vat

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from kexin.simulate.arrays import Days, Floats, Ints
    from kexin.simulate.conduct import Conduct
    from kexin.simulate.draws import Block
    from kexin.simulate.world import World

TABLES = ("tax_payment", "tax_arrears", "tax_export_rebate")

KINDS = ("vat", "cit", "iit", "urban", "surcharge", "stamp")
VAT, CIT, IIT, URBAN, SURCHARGE, STAMP = range(6)
URBAN_RATE, SURCHARGE_RATE, STAMP_RATE, HALVED = 0.07, 0.05, 0.0003, 0.5
"""Parts of value-added tax and of sales; small taxpayers pay half."""

FEE_A_DAY = 0.0005
AT_ONCE = 0.70
"""Part of what is due that is paid on the day of filing [est]."""

ANNOUNCED_AFTER = (20, 41)
"""Days from a quarter's end until its debts are announced [est]."""

REBATE_DAYS, REBATE_SPREAD, REFUSED = 6.0, 0.6, 0.03
"""Median days until a claim is approved, deviation of their log, part cut [est]."""

REBATE_CLASSES = ("1", "2", "3", "4")
REBATE_SHARES = (0.05, 0.80, 0.12, 0.03)


class Due(NamedTuple):
    """Tax of periods, one place each.

    Attributes:
        kind: Place in `KINDS`.
        month: Last month of the period.
        firm: Place in the city.
        amount: What is to be paid, CNY.
        filed: Day of filing.
        deadline: Day by which it is to be paid.
        nth: 1 for what the year's end adds to a month, else 0.
    """

    kind: Ints
    month: Ints
    firm: Ints
    amount: Floats
    filed: Days
    deadline: Days
    nth: Ints


def records(world: World, year: int, block: Block) -> Iterator[Rows]:
    """Yield a year's records of a part of the city."""
    if year == clock.HISTORY:
        return
    owed = debts.debts(world, block)
    kept_by = conduct(world, year, block)
    yield paid(world, year, block, kept_by, owed)
    yield cleared(world, year, block, owed)
    yield standing(world, year, block, owed)
    yield rebates(world, year, block, kept_by)


def paid(
    world: World, year: int, block: Block, kept_by: Conduct, owed: debts.Debts
) -> Rows:
    """Return the payments of what was filed, but for what becomes a debt."""
    random = world.stream("tax_payments", year, block)
    parts = [
        *on_sales(world, year, block, kept_by),
        on_profits(world, year, block, kept_by),
        on_wages(world, year, block, kept_by),
    ]
    if year < clock.LAST_YEAR:
        parts.append(at_year_end(world, year, block))
    due = Due(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    unpaid = (
        owed.new[np.minimum(due.month + 1, clock.MONTHS - 1), due.firm - block.first]
        > 0
    )
    unpaid &= due.kind == debts.kind(world)[due.firm]
    comes = (due.amount >= 1) & ~unpaid & (due.filed < due.deadline + NEVER // 2)
    return payments(Due(*(column[comes] for column in due)), random)


def payments(due: Due, random: np.random.Generator) -> Rows:
    """Return a payment for each due tax, with a fee for each late day."""
    size = len(due.firm)
    in_time = due.filed <= due.deadline
    slack = np.maximum((due.deadline - due.filed).astype(int), 0)
    waits = np.floor(random.random(size) * (slack + 1)).astype(int)
    wait = np.where(random.random(size) < AT_ONCE, 0, waits)
    after = np.where(in_time, wait, random.integers(0, 4, size))
    day = due.filed + after
    days = np.maximum((day - due.deadline).astype(int), 0)
    return Rows(
        "tax_payment",
        due.firm,
        {
            "payment_id": identified(due.month, due.firm, due.kind, due.nth),
            "tax_kind": coded(due.kind, KINDS),
            "period_end": clock.last_day(due.month),
            "due_date": due.deadline,
            "paid_at": day,
            "amount": due.amount,
            "late_fee": np.round(due.amount * FEE_A_DAY * days, 2),
        },
        after=day,
    )


def identified(month: Ints, firm: Ints, kind: Ints | int, nth: Ints | int) -> pa.Array:
    """Return numbers of receipts: of a month, a firm, a kind of tax, and which."""
    when = clock.year_of(month) * 100 + clock.number_of(month)
    return numbered("3330", (when * 10**7 + firm) * 100 + nth * 10 + kind, 15)


def on_sales(world: World, year: int, block: Block, kept_by: Conduct) -> Iterator[Due]:
    """Yield value-added tax and what goes with it, and stamp duty by quarter."""
    tax = vat(world, year, block)
    months = clock.months_of(year)
    general = world.city.general[block.firms]
    alive = world.life.active[months][:, block.firms]
    at = filed(year, block, alive, general)
    amount, part = at.total(tax.payable), np.where(general[at.firm], 1, HALVED)
    day = at.end + at.at_end(kept_by.filed).astype(int)
    deadline = clock.due_day(at.month + 1, DUE)
    for kind, rate in ((VAT, 1), (URBAN, URBAN_RATE), (SURCHARGE, SURCHARGE_RATE)):
        own = amount if kind == VAT else amount * rate * part
        yield due_of(kind, at.month, at.in_city, own, day, deadline)
    at = filed(year, block, alive, np.zeros_like(general))
    day = at.end + at.at_end(kept_by.filed).astype(int)
    deadline = clock.due_day(at.month + 1, DUE)
    part = STAMP_RATE * np.where(general[at.firm], 1, HALVED)
    yield due_of(STAMP, at.month, at.in_city, at.total(tax.sales) * part, day, deadline)


def due_of(
    kind: int, month: Ints, firm: Ints, amount: Floats, day: Days, deadline: Days
) -> Due:
    """Return due tax of one kind."""
    size = len(firm)
    every, none = np.full(size, kind), np.zeros(size, np.int64)
    return Due(every, month, firm, np.round(amount, 2), day, deadline, none)


def on_profits(world: World, year: int, block: Block, kept_by: Conduct) -> Due:
    """Return the tax on profits that is paid ahead by quarter."""
    months = clock.months_of(year)[2::3]
    prepaid = books(world, year, block).prepaid
    quarter, firm = np.nonzero(world.life.active[months][:, block.firms])
    month = months[quarter]
    day = clock.last_day(month) + kept_by.filed[2::3][quarter, firm].astype(int)
    return due_of(
        CIT, month, firm + block.first, prepaid[quarter, firm], day,
        clock.due_day(month + 1, DUE),
    )  # fmt: skip


def at_year_end(world: World, year: int, block: Block) -> Due:
    """Return what the yearly return of profits adds to what was paid ahead."""
    told = books(world, year, block)
    kept_by = settled(world, year, block)
    december = clock.months_of(year)[-1]
    firm = np.flatnonzero(world.life.active[december + 5, block.firms])
    more = (told.annual.tax - told.prepaid.sum(0))[firm]
    month = np.full(len(firm), december)
    deadline = np.full(len(firm), kept_by.due)
    due = due_of(CIT, month, firm + block.first, more, kept_by.filed[firm], deadline)
    return due._replace(nth=np.ones(len(firm), np.int64))


def on_wages(world: World, year: int, block: Block, kept_by: Conduct) -> Due:
    """Return the income tax that is withheld from wages."""
    told = payroll(world, year, block)
    place = told.at.month - clock.months_of(year)[0]
    filed_after = kept_by.filed[place, told.at.firm - block.first].astype(int)
    return due_of(
        IIT, told.at.month, told.at.firm, told.tax, told.at.end + filed_after,
        clock.due_day(told.at.month + 1, DUE),
    )  # fmt: skip


def cleared(world: World, year: int, block: Block, owed: debts.Debts) -> Rows:
    """Return the payments of debts that are cleared in a year."""
    months = clock.months_of(year)
    place, firm = np.nonzero(owed.cleared[months] > 0)
    month = months[place]
    of = debts.last_unpaid(owed, month, firm).astype(np.int64)
    kind = debts.kind(world)[firm + block.first]
    day = debts.cleared_day(month, firm + block.first)
    deadline = clock.due_day(of, DUE)
    amount = owed.cleared[month, firm].astype(float)
    days = np.maximum((day - deadline).astype(int), 0)
    return Rows(
        "tax_payment",
        firm + block.first,
        {
            "payment_id": identified(month, firm + block.first, kind, 2),
            "tax_kind": coded(kind, debts.KINDS),
            "period_end": clock.last_day(of - 1),
            "due_date": deadline,
            "paid_at": day,
            "amount": np.round(amount, 2),
            "late_fee": np.round(amount * FEE_A_DAY * days, 2),
        },
        after=day,
    )


def standing(world: World, year: int, block: Block, owed: debts.Debts) -> Rows:
    """Return the debts at the ends of a year's months; 0 where one was just cleared.

    Those of a quarter's end are announced to the public some weeks later.
    """
    months = clock.months_of(year)
    told = (owed.balance[months] > 0) | (owed.cleared[months] > 0)
    place, firm = np.nonzero(told)
    month = months[place]
    end = clock.last_day(month)
    balance = owed.balance[month, firm].astype(float)
    none = np.full(len(firm), np.datetime64("NaT"), "datetime64[D]")
    rows = Rows(
        "tax_arrears",
        firm + block.first,
        {
            "tax_kind": coded(debts.kind(world)[firm + block.first], debts.KINDS),
            "balance_date": end,
            "balance": balance,
            "new_in_period": owed.new[month, firm].astype(float),
            "announced_at": none,
        },
        after=end,
    )
    public = (clock.number_of(month) % 3 == 0) & (balance > 0)
    random = world.stream("tax_payments.arrears", year, block)
    wait = random.integers(*ANNOUNCED_AFTER, public.sum())
    day = clock.working_day(end[public] + wait)
    return versions(rows, later(rows, public, day, announced_at=day))


def rebates(world: World, year: int, block: Block, kept_by: Conduct) -> Rows:
    """Return the claims of exporters for credit that they cannot use."""
    months = clock.months_of(year)
    tax = vat(world, year, block)
    active = world.life.active[months][:, block.firms]
    wants = (tax.rebate > 100) & active & (kept_by.late < NEVER)
    place, firm = np.nonzero(wants)
    month, size = months[place], len(firm)
    random = world.stream("tax_payments.rebates", year, block)
    filed_on = clock.last_day(month) + kept_by.filed[place, firm].astype(int)
    claimed = filed_on + random.integers(0, 5, size)
    wait = REBATE_DAYS * np.exp(REBATE_SPREAD * random.standard_normal(size))
    amount = tax.rebate[place, firm]
    cut = np.where(random.random(size) < REFUSED, random.uniform(0, 0.9, size), 1.0)
    rows = Rows(
        "tax_export_rebate",
        firm + block.first,
        {
            "claim_no": identified(month, firm + block.first, 9, 0),
            "claim_date": claimed,
            "claim_amount": amount,
            "approved_date": clock.working_day(claimed + wait.astype(int) + 1),
            "approved_amount": np.round(amount * cut, 2),
            "rebate_class": coded(classes(world)[firm + block.first], REBATE_CLASSES),
        },
        after=claimed,
    )
    return spell(rows, "approved_date", {"approved_amount": np.full(size, np.nan)})


def classes(world: World) -> Ints:
    """Return the class of each exporter, as a place in `REBATE_CLASSES`."""
    place = stream(world.city.seed, "tax_payments.classes").random(world.city.size)
    return np.searchsorted(np.cumsum(REBATE_SHARES), place).clip(0, 3)
