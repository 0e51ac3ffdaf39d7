"""Periods for which firms file: each month, or each quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kexin.simulate import clock

if TYPE_CHECKING:
    from kexin.simulate.arrays import Days, Flags, Floats, Ints
    from kexin.simulate.draws import Block


class Periods(NamedTuple):
    """Periods of firms of a block in a year, one place each.

    Attributes:
        place: Place of the last month in the year, from 0.
        firm: Place of the firm in the block.
        months: How many months it has.
        year: The year.
        block: The block.
    """

    place: Ints
    firm: Ints
    months: Ints
    year: int
    block: Block

    @property
    def size(self) -> int:
        """Number of periods."""
        return len(self.firm)

    @property
    def month(self) -> Ints:
        """Last month of each period."""
        return self.place + clock.months_of(self.year)[0]

    @property
    def start(self) -> Days:
        """First day."""
        return clock.first_day(self.month - self.months + 1)

    @property
    def end(self) -> Days:
        """Last day."""
        return clock.last_day(self.month)

    @property
    def in_city(self) -> Ints:
        """Place of each firm in the city."""
        return self.firm + self.block.first

    def at_end(self, table: Floats) -> Floats:
        """Return the values of the last months, of months of the year x firms."""
        return table[self.place, self.firm]

    def of(self, table: Floats) -> Floats:
        """Return the values of the last months, of all months x firms of the city."""
        return table[self.month, self.in_city]

    def total(self, table: Floats) -> Floats:
        """Return the sums over each period, of months of the year x firms."""
        until = np.cumsum(table, axis=0)
        before = self.place - self.months
        earlier = np.where(before >= 0, until[before, self.firm], 0)
        return np.round(until[self.place, self.firm] - earlier, 2)

    def where(self, which: Flags) -> Periods:
        """Return some of the periods."""
        return self._replace(
            place=self.place[which], firm=self.firm[which], months=self.months[which]
        )


def filed(year: int, block: Block, alive: Flags, monthly: Flags) -> Periods:
    """Return the periods that end in a year: months for some, quarters for others.

    Args:
        year: The year.
        block: The block.
        alive: Whether firms file at all: months of the year x firms of the block.
        monthly: Which firms of the block file by month.
    """
    number = clock.number_of(clock.months_of(year))
    due = alive & (monthly | (number % 3 == 0)[:, None])
    place, firm = np.nonzero(due)
    return Periods(place, firm, np.where(monthly[firm], 1, 3), year, block)
