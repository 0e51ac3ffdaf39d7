"""Everything about the city that its registers draw from, made once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kexin.simulate.activity import activity
from kexin.simulate.aftermath import aftermath
from kexin.simulate.city import city
from kexin.simulate.draws import stream
from kexin.simulate.endings import endings
from kexin.simulate.lending import lending
from kexin.simulate.life import life
from kexin.simulate.naming import naming
from kexin.simulate.network import trade
from kexin.simulate.officers import terms
from kexin.simulate.ownership import holdings
from kexin.simulate.places import places
from kexin.simulate.registration import registration
from kexin.simulate.schemes import silenced
from kexin.simulate.successions import successions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np

    from kexin.simulate.activity import Activity
    from kexin.simulate.aftermath import Aftermath
    from kexin.simulate.city import City
    from kexin.simulate.draws import Block
    from kexin.simulate.endings import Endings
    from kexin.simulate.lending import Lending
    from kexin.simulate.life import Life
    from kexin.simulate.naming import Naming
    from kexin.simulate.network import Trade
    from kexin.simulate.officers import Terms
    from kexin.simulate.ownership import Holdings
    from kexin.simulate.places import Places
    from kexin.simulate.registration import Filings
    from kexin.simulate.rows import Rows
    from kexin.simulate.successions import Successions
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
        places: Where firms sit when they are founded.
        filings: What they have registered, and when it changed.
        endings: What became of their registration.
        successions: Who continues whom.
        holdings: Who holds them.
        terms: Who runs them.
        lending: Their loans.
        invoice_years: Years of which every single invoice is told; there are some
            340 a firm and year.
    """

    city: City
    trade: Trade
    life: Life
    aftermath: Aftermath
    activity: Activity
    naming: Naming
    places: Places
    filings: Filings
    endings: Endings
    successions: Successions
    holdings: Holdings
    terms: Terms
    lending: Lending
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
    told, named = aftermath(made, lived), naming(made, lived)
    sites, continued = places(made), successions(made, lived)
    filed = registration(made, lived, named, sites.address)
    return World(
        city=made,
        trade=sales,
        life=lived,
        aftermath=told,
        activity=activity(made, lived),
        naming=named,
        places=sites,
        filings=filed,
        endings=endings(lived, told, continued, made.seed),
        successions=continued,
        holdings=holdings(made, named, filed),
        terms=terms(made, filed),
        lending=lending(made, lived, told),
    )
