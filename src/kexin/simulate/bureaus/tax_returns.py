"""Returns of value-added tax and of profits (SIMULATOR.md sections 5.1 and 5.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kexin.simulate import clock
from kexin.simulate.books import QUARTERS, books
from kexin.simulate.conduct import DUE, conduct, settled
from kexin.simulate.draws import happens
from kexin.simulate.life import NEVER
from kexin.simulate.periods import filed
from kexin.simulate.returns import reported
from kexin.simulate.rows import Rows, always, coded
from kexin.simulate.vat import vat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kexin.simulate.arrays import Flags
    from kexin.simulate.draws import Block
    from kexin.simulate.periods import Periods
    from kexin.simulate.world import World

TABLES = ("tax_vat_return", "tax_cit_return")

AMENDED, AMENDED_IN_DISTRESS, AMENDED_PROFIT = 0.04, 0.01, 0.07
EXPECTED = 3
"""Months that the tax office waits for the returns of a firm that fell silent."""

VAT_AMOUNTS = (
    "sales_taxable", "sales_exempt", "sales_export", "output_tax", "input_tax",
    "input_transfer_out", "credit_carried", "tax_payable",
)  # fmt: skip
CIT_AMOUNTS = (
    "revenue", "cost", "total_profit", "taxable_income", "loss_carried",
    "cit_payable", "rd_expense", "rd_super_deduction", "hnte_relief",
)  # fmt: skip


def records(world: World, year: int, block: Block) -> Iterator[Rows]:
    """Yield a year's returns of a part of the city."""
    if year == clock.HISTORY:
        return
    alive = expected(world, year, block)
    monthly = world.city.general[block.firms]
    yield value_added(world, filed(year, block, alive, monthly))
    quarterly = np.zeros(block.size, np.bool_)
    yield prepaid(world, filed(year, block, alive, quarterly))
    if year < clock.LAST_YEAR:
        yield yearly(world, year, block)


def expected(world: World, year: int, block: Block) -> Flags:
    """Whether a return is expected: months of the year x firms of the block.

    From those that trade, and for some months from those that fell silent.
    """
    months = clock.months_of(year)
    active = world.life.active[:, block.firms]
    recent = np.stack([active[m - EXPECTED : m + 1].any(0) for m in months])
    return recent & (world.life.gone[block.firms] > months[:, None])


def value_added(world: World, at: Periods) -> Rows:
    """Return the returns of value-added tax."""
    random = world.stream("tax_returns.vat", at.year, at.block)
    tax = vat(world, at.year, at.block)
    kept_by = conduct(world, at.year, at.block)
    day = at.end + at.at_end(kept_by.filed).astype(int)
    told = Rows(
        "tax_vat_return",
        at.in_city,
        {
            "period_start": at.start,
            "period_end": at.end,
            "due_date": clock.due_day(at.month + 1, DUE),
            "filed_at": day,
            "sales_taxable": at.total(tax.taxable),
            "sales_exempt": at.total(tax.exempt),
            "sales_export": at.total(tax.export),
            "output_tax": at.total(tax.output),
            "input_tax": at.total(tax.input),
            "input_transfer_out": at.total(tax.out_again),
            "credit_carried": at.at_end(tax.credit),
            "tax_payable": at.total(tax.payable),
            "is_amended": np.zeros(at.size, np.bool_),
        },
        after=day,
        lag="tax_vat_return/filed",
    )
    ill = at.of(world.life.distress) > 0
    amended = happens(random, AMENDED + AMENDED_IN_DISTRESS * ill)
    late = np.where(at.of(world.life.active), at.at_end(kept_by.late), NEVER)
    return reported(told, late, amended, VAT_AMOUNTS, random)


def prepaid(world: World, at: Periods) -> Rows:
    """Return the quarterly returns of profits."""
    random = world.stream("tax_returns.cit", at.year, at.block)
    told = books(world, at.year, at.block)
    kept_by = conduct(world, at.year, at.block)
    day = at.end + at.at_end(kept_by.filed).astype(int)
    quarter = at.place // 3
    none, zero = np.full(at.size, np.nan), np.zeros(at.size)
    rows = Rows(
        "tax_cit_return",
        at.in_city,
        {
            "fiscal_year": np.full(at.size, at.year),
            "period_kind": coded(quarter, QUARTERS),
            "period_end": at.end,
            "due_date": clock.due_day(at.month + 1, DUE),
            "filed_at": day,
            "revenue": told.revenue[quarter, at.firm],
            "cost": told.cost[quarter, at.firm],
            "total_profit": told.profit[quarter, at.firm],
            "taxable_income": np.maximum(told.profit[quarter, at.firm], 0),
            "loss_carried": zero,
            "cit_payable": told.prepaid[quarter, at.firm],
            "rd_expense": none,
            "rd_super_deduction": none,
            "hnte_relief": none,
            "is_amended": np.zeros(at.size, np.bool_),
        },
        after=day,
        lag="tax_cit_return/filed",
    )
    late = np.where(at.of(world.life.active), at.at_end(kept_by.late), NEVER)
    return reported(rows, late, np.zeros(at.size, np.bool_), CIT_AMOUNTS, random)


def yearly(world: World, year: int, block: Block) -> Rows:
    """Return the yearly returns of profits, filed by the end of the next May."""
    random = world.stream("tax_returns.cit.annual", year, block)
    told = books(world, year, block).annual
    kept_by = settled(world, year, block)
    december = clock.months_of(year)[-1]
    active = world.life.active[:, block.firms]
    own = np.flatnonzero(active[december])
    day = kept_by.filed[own]
    size = len(own)
    end = np.full(size, clock.last_day(december))
    rows = Rows(
        "tax_cit_return",
        own + block.first,
        {
            "fiscal_year": np.full(size, year),
            "period_kind": always("annual", size),
            "period_end": end,
            "due_date": np.full(size, kept_by.due),
            "filed_at": day,
            "revenue": told.revenue[own],
            "cost": told.cost[own],
            "total_profit": told.profit[own],
            "taxable_income": told.taxable[own],
            "loss_carried": told.loss_used[own],
            "cit_payable": told.tax[own],
            "rd_expense": told.research[own],
            "rd_super_deduction": told.deduction[own],
            "hnte_relief": told.relief[own],
            "is_amended": np.zeros(size, np.bool_),
        },
        after=day,
        lag="tax_cit_return/filed",
    )
    may = active[december + 5][own]
    late = np.where(may, kept_by.late[own], NEVER)
    amended = happens(random, np.full(size, AMENDED_PROFIT))
    return reported(rows, late, amended, CIT_AMOUNTS, random)
