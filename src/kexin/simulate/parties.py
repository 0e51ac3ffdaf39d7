"""Who stands in court: firms of the city, others, persons; and how they are masked."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kexin.simulate.naming import person_names
from kexin.simulate.rows import Rows, always
from kexin.simulate.sectors import SECTORS
from kexin.simulate.words import FORMS

if TYPE_CHECKING:
    from kexin.simulate.arrays import Days, Flags, Ints
    from kexin.simulate.dockets import Docket
    from kexin.simulate.world import World

BANKS = (
    "钱江潮商业银行股份有限公司杭州分行", "杭州望湖村镇银行股份有限公司",
    "浙江泰运商业银行股份有限公司", "杭州和丰小额贷款股份有限公司",
    "浙江东屿融资租赁有限公司", "杭州澜湾农村商业银行股份有限公司",
)  # fmt: skip
"""Invented lenders; their places come after those of the firms outside the city."""


class Party(NamedTuple):
    """One party of each case; of the three one is 0 or more, the others -1.

    Attributes:
        firm: Place of a firm of the city.
        outside: Place of a firm outside it; after the last of them, of a lender.
        person: Number of a natural person.
    """

    firm: Ints
    outside: Ints
    person: Ints

    @property
    def there(self) -> Flags:
        """Whether there is a party at all."""
        return (self.firm >= 0) | (self.outside >= 0) | (self.person >= 0)

    def at(self, which: Flags | Ints) -> Party:
        """Return some of the parties."""
        return Party._make(column[which] for column in self)


class Seats(NamedTuple):
    """Cases whose parties are to be told.

    Attributes:
        docket: Their numbers.
        filed: Days of filing.
        undated: Whether the day is not told.
        masked: Whether names are masked.
        after: Day from which the lag is counted.
    """

    docket: Docket
    filed: Days
    undated: Flags
    masked: Flags
    after: Days


def only_firm(firm: Ints) -> Party:
    """Return firms of the city as parties."""
    nobody = np.full(len(firm), -1)
    return Party(firm, nobody, nobody)


def either(which: Flags, one: Party, other: Party) -> Party:
    """Return one party where a flag is set, and the other elsewhere."""
    return Party._make(np.where(which, a, b) for a, b in zip(one, other, strict=True))


def names(world: World, party: Party, day: Days) -> pa.Array:
    """Return the parties' names on days."""
    naming = world.naming
    lenders = pa.array(BANKS, pa.string())
    elsewhere = pa.concat_arrays([naming.outside_name, lenders])
    own = naming.names.on(np.maximum(party.firm, 0), day)
    outside = elsewhere.take(pa.array(np.maximum(party.outside, 0)))
    found = pc.if_else(pa.array(party.firm >= 0), own, outside)
    person = party.person >= 0
    place = pa.array(np.cumsum(person) - 1, mask=~person)
    named = person_names(party.person[person]).cast(pa.string()).take(place)
    return pc.coalesce(named, found)


def masks(world: World, party: Party, name: pa.Array) -> pa.Array:
    """Return names as courts mask them: place, trade and form, but no brand."""
    city = world.city
    firm = np.maximum(party.firm, 0)
    trade = pa.array([s.words[0] for s in SECTORS]).take(pa.array(city.sector[firm]))
    form = pa.array(FORMS).take(pa.array(world.naming.form[firm]))
    head = pc.utf8_slice_codeunits(name, 0, 2)
    placed = pc.is_in(head, value_set=pa.array(["杭州", "浙江"]))
    place = pc.if_else(placed, head, "")
    own = pc.binary_join_element_wise(place, "某某", trade, form, "")
    other = pc.binary_join_element_wise(head, "某某公司", "")
    someone = pc.binary_join_element_wise(pc.utf8_slice_codeunits(name, 0, 1), "某", "")
    return pc.if_else(
        pa.array(party.firm >= 0),
        own,
        pc.if_else(pa.array(party.person >= 0), someone, other),
    )


def shown(world: World, party: Party, day: Days, masked: Flags) -> pa.Array:
    """Return names as they are delivered: masked where a flag is set."""
    plain = names(world, party, day)
    return pc.if_else(pa.array(masked), masks(world, party, plain), plain)


def seat(
    world: World, seats: Seats, sequence: int, role: pa.Array | str, party: Party
) -> Rows:
    """Return the parties in one seat of each case; none where there is nobody."""
    size = len(seats.filed)
    which = np.flatnonzero(party.there)
    roles = always(role, size) if isinstance(role, str) else role
    name = shown(world, party, seats.filed, seats.masked).take(pa.array(which))
    told = np.where(seats.undated, np.datetime64("NaT"), seats.filed)
    return Rows(
        "court_party",
        party.firm[which],
        {
            "case_id": seats.docket.keys.take(pa.array(which)),
            "party_seq": np.full(len(which), sequence),
            "party_role": roles.take(pa.array(which)),
            "party_name_raw": name,
            "is_firm": party.person[which] < 0,
            "filed_date": told[which],
        },
        after=seats.after[which],
        name=name,
        person=party.person[which] >= 0,
        inferred=seats.after[which],
    )
