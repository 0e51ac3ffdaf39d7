"""A part of the city over the months of a year: what monthly records tell of."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kexin.simulate import clock

if TYPE_CHECKING:
    from kexin.simulate.arrays import Days, Flags, Floats, Ints
    from kexin.simulate.draws import Block
    from kexin.simulate.world import World


class Cells(NamedTuple):
    """Months of firms, one place each.

    Attributes:
        month: Place of the month.
        firm: Place of the firm in the city.
    """

    month: Ints
    firm: Ints

    @property
    def size(self) -> int:
        """Number of cells."""
        return len(self.firm)

    @property
    def start(self) -> Days:
        """First day of each month."""
        return clock.first_day(self.month)

    @property
    def end(self) -> Days:
        """Last day of each month."""
        return clock.last_day(self.month)

    def of(self, table: Floats) -> Floats:
        """Return the values of a table of months x firms."""
        return table[self.month, self.firm]

    def where(self, which: Flags) -> Cells:
        """Return some of the cells."""
        return Cells(self.month[which], self.firm[which])


def cells(year: int, block: Block, which: Flags) -> Cells:
    """Return the cells of a year and a part where a flag of months x firms is set.

    Args:
        year: The year.
        block: The part.
        which: Months x firms of the whole city.
    """
    months = clock.months_of(year)
    month, firm = np.nonzero(which[months[0] : months[-1] + 1, block.firms])
    return Cells(month + months[0], firm + block.first)


def shown(world: World, at: Cells, register: str) -> Floats:
    """Return the months of distress that a register shows in cells."""
    seen = world.city.visibility(register)[at.firm]
    return at.of(world.life.distress).astype(np.float32) * seen
