"""Financial statements and withheld income tax (SIMULATOR.md section 5.2).

The statement of December is sent twice: with the quarter's returns, and again, mended,
with the yearly return of profits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kexin.simulate import clock
from kexin.simulate.balance import balance, paid_in
from kexin.simulate.books import books
from kexin.simulate.conduct import conduct, settled
from kexin.simulate.life import NEVER
from kexin.simulate.payroll import payroll
from kexin.simulate.rows import Rows, kept, later, versions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kexin.simulate.arrays import Flags, Floats
    from kexin.simulate.draws import Block
    from kexin.simulate.world import World

TABLES = ("tax_fin_stmt", "tax_iit_withholding")

MENDED = 0.03
"""Deviation of the log by which the yearly statement mends the quarter's [est]."""

RESULTS = ("revenue_ytd", "cost_ytd", "rd_expense_ytd", "net_profit_ytd")


def records(world: World, year: int, block: Block) -> Iterator[Rows]:
    """Yield a year's records of a part of the city."""
    if year == clock.HISTORY:
        return
    yield statements(world, year, block)
    yield withheld(world, year, block)


def statements(world: World, year: int, block: Block) -> Rows:
    """Return the statements of a year's quarters, and what the year's end mends."""
    months = clock.months_of(year)[2::3]
    kept_by = conduct(world, year, block)
    active = world.life.active[months][:, block.firms]
    late = kept_by.late[2::3][: len(months)]
    quarter, firm = np.nonzero(active & (late < NEVER))
    end = clock.last_day(months[quarter])
    day = end + kept_by.filed[2::3][quarter, firm].astype(int)
    items = stated(world, year, block)
    rows = Rows(
        "tax_fin_stmt",
        firm + block.first,
        {
            "period_end": end,
            "filed_at": day,
            **{name: item[quarter, firm] for name, item in items.items()},
        },
        after=day,
        lag="tax_fin_stmt/filed",
    )
    return versions(rows, mended(world, rows, quarter == 3, year, block))


def stated(world: World, year: int, block: Block) -> dict[str, Floats]:
    """Return the items of statements: quarters of the year x firms of the block."""
    told = books(world, year, block)
    sheet = balance(world, year, block, told)
    current = sheet.cash + sheet.receivables + sheet.inventory + sheet.other_current
    paid = np.cumsum(told.prepaid, axis=0)
    return {
        "cash": sheet.cash,
        "receivables": sheet.receivables,
        "inventory": sheet.inventory,
        "current_assets": np.round(current, 2),
        "total_assets": sheet.total,
        "short_loans": sheet.loans,
        "payables": sheet.payables,
        "other_payables": sheet.other_payables,
        "current_liabilities": sheet.liabilities,
        "total_liabilities": sheet.liabilities,
        "paid_in_capital": np.broadcast_to(paid_in(world, block), paid.shape),
        "owner_equity": sheet.equity,
        "revenue_ytd": told.revenue,
        "cost_ytd": told.cost,
        "fin_expense_ytd": sheet.interest,
        "rd_expense_ytd": told.research,
        "net_profit_ytd": np.round(told.profit - paid, 2),
    }


def mended(world: World, rows: Rows, december: Flags, year: int, block: Block) -> Rows:
    """Return the yearly statements: those of December, mended and sent in spring."""
    if not december.any():
        return kept(rows._replace(record=rows.records), december)
    random = world.stream("tax_statements", year, block)
    kept_by = settled(world, year, block)
    own = rows.firm - block.first
    spring = clock.months_of(year)[-1] + 5
    comes = (kept_by.late < NEVER) & world.life.active[spring, block.firms]
    which = np.flatnonzero(december & comes[own])
    factor = np.exp(MENDED * random.standard_normal(len(which)))
    day = kept_by.filed[own[which]]
    results = {
        name: np.round(rows.columns[name][which] * factor, 2) for name in RESULTS
    }
    return later(rows, which, day, filed_at=day, **results)


def withheld(world: World, year: int, block: Block) -> Rows:
    """Return the tax withheld from wages, of months that were filed."""
    told = payroll(world, year, block)
    kept_by = conduct(world, year, block)
    place = told.at.month - clock.months_of(year)[0]
    own = told.at.firm - block.first
    day = told.at.end + kept_by.filed[place, own].astype(int)
    rows = Rows(
        "tax_iit_withholding",
        told.at.firm,
        {
            "period_month": told.at.start,
            "persons": told.persons.astype(np.int64),
            "income_total": told.income,
            "filed_at": day,
        },
        after=day,
        lag="tax_iit_withholding/filed",
    )
    return kept(rows, kept_by.late[place, own] < NEVER)
