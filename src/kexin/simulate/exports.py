"""What firms sell abroad each month: tax and customs tell of the same exports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kexin.simulate import clock
from kexin.simulate.draws import stream
from kexin.simulate.remembered import remembered

if TYPE_CHECKING:
    from kexin.simulate.arrays import Floats
    from kexin.simulate.draws import Block
    from kexin.simulate.world import World

SHARE = (2.0, 2.2)
"""Beta distribution of the share of sales that an exporter sells abroad [est]."""

MONTHLY_NOISE = 0.20


@remembered
def export_share(world: World) -> Floats:
    """Return the usual share of sales that each firm sells abroad; 0 for most."""
    random = stream(world.city.seed, "exports.share")
    return random.beta(*SHARE, world.city.size) * world.city.exporter


def exports(world: World, year: int, block: Block) -> Floats:
    """Return sales abroad, CNY: months of the year x firms of the block.

    Part of `world.activity.sales`, never more than that; without tax, as all sales.
    """
    months = clock.months_of(year)
    sales = world.activity.sales[months[0] : months[-1] + 1, block.firms]
    random = world.stream("exports", year, block)
    noise = np.exp(MONTHLY_NOISE * random.standard_normal(sales.shape))
    share = np.minimum(export_share(world)[block.firms] * noise, 1.0)
    return np.round(sales.astype(float) * share, 2)
