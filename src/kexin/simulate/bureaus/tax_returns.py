"""Returns of value-added tax (SIMULATOR.md section 5.1).

What is filed in time, or a few days late, arrives once. What is not filed when the
month's transfer is made arrives without a day of filing and with zeros, and again when
it is filed; so does an amendment, which keeps the day of the first filing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kexin.simulate import clock
from kexin.simulate.conduct import DUE, conduct
from kexin.simulate.draws import happens
from kexin.simulate.life import NEVER
from kexin.simulate.periods import filed as periods_filed
from kexin.simulate.rows import Rows, later, versions
from kexin.simulate.vat import vat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kexin.simulate.arrays import Days, Flags, Floats
    from kexin.simulate.conduct import Conduct
    from kexin.simulate.draws import Block
    from kexin.simulate.periods import Periods
    from kexin.simulate.world import World

TABLES = ("tax_vat_return",)

TRANSFER_AFTER = 7
"""Days after the deadline on which a return that is missing is reported [design]."""

AMENDED, AMENDED_IN_DISTRESS = 0.04, 0.01
AMENDED_BY = 0.06
"""Deviation of the log of an amended return's figures [est]."""

EXPECTED = 3
"""Months that the tax office waits for the returns of a firm that fell silent."""

AMOUNTS = (
    "sales_taxable", "sales_exempt", "sales_export", "output_tax", "input_tax",
    "input_transfer_out", "credit_carried", "tax_payable",
)  # fmt: skip


def records(world: World, year: int, block: Block) -> Iterator[Rows]:
    """Yield a year's returns of a part of the city."""
    if year == clock.HISTORY:
        return
    random = world.stream("tax_returns", year, block)
    kept_by = conduct(world, year, block)
    alive = expected(world, year, block)
    at = periods_filed(year, block, alive, world.city.general[block.firms])
    told = as_filed(world, at, kept_by)
    yield with_history(world, told, at, kept_by, random)


def expected(world: World, year: int, block: Block) -> Flags:
    """Whether a return is expected: months of the year x firms of the block.

    From those that trade, and for some months from those that fell silent.
    """
    months = clock.months_of(year)
    active = world.life.active[:, block.firms]
    recent = np.stack([active[m - EXPECTED : m + 1].any(0) for m in months])
    stands = world.life.gone[block.firms] > months[:, None]
    return recent & stands


def as_filed(world: World, at: Periods, kept_by: Conduct) -> Rows:
    """Return the returns as they are filed, whenever that is."""
    tax = vat(world, at.year, at.block)
    due = clock.due_day(at.month + 1, DUE)
    day = at.end + at.at_end(kept_by.filed).astype(int)
    return Rows(
        "tax_vat_return",
        at.in_city,
        {
            "period_start": at.start,
            "period_end": at.end,
            "due_date": due,
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


def with_history(
    world: World, told: Rows, at: Periods, kept_by: Conduct, random: np.random.Generator
) -> Rows:
    """Return returns with what is known before they are filed, and amendments."""
    late = at.at_end(kept_by.late)
    active = at.at_end(world.life.active[clock.months_of(at.year)][:, at.block.firms])
    never = (late >= NEVER) | ~active
    overdue = never | (late > TRANSFER_AFTER)
    due = told.columns["due_date"]
    first = told._replace(
        columns={**told.columns, **not_filed(told, overdue)},
        after=np.where(overdue, due, told.after),
    )
    came = overdue & ~never
    second = later(told, came, told.after[came])
    return versions(first, second, amendment(world, told, at, ~never, random))


def not_filed(told: Rows, overdue: Flags) -> dict[str, Floats | Days]:
    """Return the columns of returns with nothing in those that are overdue."""
    nothing: dict[str, Floats | Days] = {
        name: np.where(overdue & ~np.isnan(told.columns[name]), 0, told.columns[name])
        for name in AMOUNTS
    }
    absent = np.datetime64("NaT", "D")
    return {**nothing, "filed_at": np.where(overdue, absent, told.columns["filed_at"])}


def amendment(
    world: World, told: Rows, at: Periods, filed: Flags, random: np.random.Generator
) -> Rows:
    """Return the amendments of some returns that were filed."""
    distress = world.life.distress[clock.months_of(at.year)][:, at.block.firms]
    chance = AMENDED + AMENDED_IN_DISTRESS * (at.at_end(distress) > 0)
    which = np.flatnonzero(filed & happens(random, chance))
    factor = np.exp(AMENDED_BY * random.standard_normal(len(which)))
    wait = 5 + random.exponential(60, len(which)).astype(int)
    columns = {name: told.columns[name][which] for name in AMOUNTS}
    return later(
        told,
        which,
        clock.working_day(told.columns["filed_at"][which] + wait),
        **{name: np.round(amount * factor, 2) for name, amount in columns.items()},
        is_amended=np.ones(len(which), np.bool_),
    )
