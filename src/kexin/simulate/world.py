"""Everything about the city that its registers draw from, made once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kexin.simulate.activity import activity
from kexin.simulate.aftermath import aftermath
from kexin.simulate.city import city
from kexin.simulate.draws import stream
from kexin.simulate.life import life
from kexin.simulate.naming import naming
from kexin.simulate.network import trade
from kexin.simulate.schemes import silenced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np

    from kexin.simulate.activity import Activity
    from kexin.simulate.aftermath import Aftermath
    from kexin.simulate.city import City
    from kexin.simulate.draws import Block
    from kexin.simulate.life import Life
    from kexin.simulate.naming import Naming
    from kexin.simulate.network import Trade
    from kexin.simulate.rows import Rows
    from kexin.simulate.variant import Variant

    Register = Callable[["World", int, Block], Iterator[Rows]]


class World(NamedTuple):
    """The city, its hidden life and what it does.

    Attributes:
        city: The firms.
        trade: Who sells to whom.
        life: Health, distress, default.
        aftermath: What defaults bring about.
        activity: What firms do each month.
        naming: Codes and names.
        invoice_years: Years of which every single invoice is told; there are some
            340 a firm and year.
    """

    city: City
    trade: Trade
    life: Life
    aftermath: Aftermath
    activity: Activity
    naming: Naming
    invoice_years: tuple[int, ...] = ()

    def stream(self, module: str, year: int, block: Block) -> np.random.Generator:
        """Return the stream of a register's module."""
        return stream(self.city.seed, module, year, block.number)


def world(firms: int, seed: int, variant: Variant) -> World:
    """Make the city that registers tell of.

    Args:
        firms: Number of firms.
        seed: What it is drawn from; the same seed gives the same city.
        variant: What differs from the usual city.
    """
    made = city(firms, seed, variant)
    sales = trade(made)
    lived = silenced(made, life(made, sales))
    return World(
        city=made,
        trade=sales,
        life=lived,
        aftermath=aftermath(made, lived),
        activity=activity(made, lived),
        naming=naming(made, lived),
    )
