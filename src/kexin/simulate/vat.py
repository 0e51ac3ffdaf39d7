"""What value-added tax makes of sales and purchases, month by month.

General taxpayers set input tax against output tax and carry on what is left, or have it
refunded as far as they export; the others pay a low rate, and nothing below a threshold
(SIMULATOR.md section 5.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kexin.simulate import clock
from kexin.simulate.city import of_sector
from kexin.simulate.draws import stream
from kexin.simulate.exports import exports
from kexin.simulate.schemes import bought, declared

if TYPE_CHECKING:
    from kexin.simulate.arrays import Flags, Floats, Ints
    from kexin.simulate.draws import Block
    from kexin.simulate.world import World

CUT_RATES = 33
"""Month from which 16 and 10 % were 13 and 9 %: April 2019."""

OLD_RATES = {0.13: 0.16, 0.09: 0.10}
SMALL_RATE, SMALL_RATE_CUT, CUT_SMALL = 0.03, 0.01, 44
"""Rate of other taxpayers, and the lower one from March 2020 on [mem]."""

EXEMPT_BELOW = 300_000.0
"""Sales of a quarter up to which other taxpayers pay nothing."""

GOODS_INPUT, SERVICES_INPUT = 1.15, 1.05
"""Input tax to tax on purchases: goods for use and investment come to it [est]."""

SERVICES_INPUT_RATE = 0.075
INPUT_NOISE, TRANSFERRED = 0.12, 0.01
REBATE_RATE = 0.12
"""Mean rate of refund of exported goods [est]."""


class Vat(NamedTuple):
    """A year's value-added tax, CNY: months of the year x firms of a block.

    Attributes:
        taxable: Taxed sales.
        exempt: Sales that are exempt.
        export: Sales abroad.
        output: Tax on sales.
        input: Tax on purchases.
        out_again: Input tax that is not to be credited.
        credit: Credit carried on at the month's end.
        rebate: Credit that is claimed back for exports.
        payable: Tax to pay.
    """

    taxable: Floats
    exempt: Floats
    export: Floats
    output: Floats
    input: Floats
    out_again: Floats
    credit: Floats
    rebate: Floats
    payable: Floats

    @property
    def sales(self) -> Floats:
        """All sales that are declared."""
        return self.taxable + self.exempt + self.export


def vat(world: World, year: int, block: Block) -> Vat:
    """Return a year's tax; credit is followed from 2018 on."""
    carried = np.zeros(block.size)
    for before in range(clock.HISTORY, year):
        carried = general_tax(world, before, block, carried).credit[-1]
    general = general_tax(world, year, block, carried)
    return mixed(
        general, small_tax(world, year, block), world.city.general[block.firms]
    )


def mixed(general: Vat, small: Vat, is_general: Flags) -> Vat:
    """Return each firm's tax by its kind of taxpayer."""
    pairs = zip(general, small, strict=True)
    return Vat(*(np.where(is_general, one, other) for one, other in pairs))


def general_tax(world: World, year: int, block: Block, carried: Floats) -> Vat:
    """Return the tax of all firms as if they were general taxpayers."""
    months = clock.months_of(year)
    sold = declared(world, year, block)
    abroad = np.minimum(exports(world, year, block), sold)
    taxable = np.round(sold - abroad, 2)
    output = np.round(taxable * output_rate(world, months, block), 2)
    paid = np.round(bought(world, year, block) * input_rate(world, months, block), 2)
    out_again = np.round(TRANSFERRED * paid * (months[:, None] % 4 == 0), 2)
    credit, rebate = np.empty_like(sold), np.empty_like(sold)
    payable = np.empty_like(sold)
    for place in range(len(months)):
        balance = output[place] - paid[place] + out_again[place] - carried
        payable[place] = np.maximum(balance, 0)
        left = np.maximum(-balance, 0)
        rebate[place] = np.round(np.minimum(left, REBATE_RATE * abroad[place]), 2)
        carried = np.round(left - rebate[place], 2)
        credit[place] = carried
    nothing = np.zeros_like(sold)
    return Vat(
        taxable, nothing, abroad, output, paid, out_again, credit, rebate,
        np.round(payable, 2),
    )  # fmt: skip


def output_rate(world: World, months: Ints, block: Block) -> Floats:
    """Return the rates of output tax, months x firms of the block."""
    now = of_sector("vat")
    before = np.array([OLD_RATES.get(float(rate), float(rate)) for rate in now])
    sector = world.city.sector[block.firms]
    return np.where(months[:, None] < CUT_RATES, before[sector], now[sector])


def input_rate(world: World, months: Ints, block: Block) -> Floats:
    """Return input tax as a part of purchases, months x firms of the block."""
    service = of_sector("service")[world.city.sector[block.firms]].astype(bool)
    rate = output_rate(world, months, block)
    usual = np.where(
        service, SERVICES_INPUT * SERVICES_INPUT_RATE, GOODS_INPUT * rate
    )  # fmt: skip
    random = stream(world.city.seed, "vat.input")
    noise = np.exp(INPUT_NOISE * random.standard_normal(world.city.size))
    return usual * noise[block.firms]


def small_tax(world: World, year: int, block: Block) -> Vat:
    """Return the tax of all firms as if none were a general taxpayer."""
    months = clock.months_of(year)
    sold = declared(world, year, block)
    abroad = np.minimum(exports(world, year, block), sold)
    home = np.round(sold - abroad, 2)
    quarter = (clock.number_of(months) - 1) // 3
    whole = np.stack([home[quarter == q].sum(0) for q in range(quarter[-1] + 1)])
    free = whole[quarter] <= EXEMPT_BELOW
    rate = np.where(months < CUT_SMALL, SMALL_RATE, SMALL_RATE_CUT)[:, None]
    tax = np.round(np.where(free, 0, home * rate), 2)
    none, nothing = np.full_like(sold, np.nan), np.zeros_like(sold)
    return Vat(
        np.where(free, 0, home), np.where(free, home, 0), abroad, tax,
        none, none, none, nothing, tax,
    )  # fmt: skip
