"""What the platform itself knows: consents, and relations between firms (section 2.9).

Relations are derived from what registers tell: holders, representatives, officers,
addresses and phones of the registry, guarantees of the credit reference, invoices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from kexin.simulate import clock, consent
from kexin.simulate.draws import happens, stream
from kexin.simulate.naming import DOCUMENT, hashed
from kexin.simulate.relations import Edges, fixed, partners
from kexin.simulate.rows import Rows, always, later, numbered, spell, versions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kexin.simulate.arrays import Days, Flags, Ints
    from kexin.simulate.draws import Block
    from kexin.simulate.world import World

TABLES = ("core_consent", "rel_edge")

SCOPE = (
    "court",
    "cus",
    "gov",
    "hf",
    "hr",
    "ip",
    "qual",
    "reg",
    "si",
    "tax",
    "util",
    "vc",
)
LOANS = "pboc"
PURPOSES = {"scoring": 1.0, "model_training": 0.7, "pre_loan": 0.45, "post_loan": 0.35}
"""Share of consents that are given for each purpose [est]."""

YEARS, RENEWED_EARLY, LATE_RENEWAL = 3, (1, 40), 0.06
"""Years of a consent; days before its end at which it is renewed; share of renewals
that come up to two months late [design]."""

TRADE_NOISE = 0.25
"""Deviation of the log of a partner's share from year to year [est]."""

ABSENT = np.datetime64("NaT", "D")


def records(world: World, year: int, block: Block) -> Iterator[Rows]:
    """Yield a year's records of a part of the city."""
    yield from consents(world, year, block)
    yield edges(world, fixed(world), year, block)
    for kind in ("sells_to", "buys_from"):
        yield traded(world, kind, year, block)


def consents(world: World, year: int, block: Block) -> Iterator[Rows]:
    """Yield consents and their renewals, one a purpose."""
    since = consent.since(world)
    revoked = consent.revoked(world)
    over = clock.first_day(np.minimum(world.life.gone, clock.MONTHS + 12))
    for purpose, chance in PURPOSES.items():
        chances = np.full(world.city.size, chance)
        gives = happens(stream(world.city.seed, f"platform.{purpose}"), chances)
        random = stream(world.city.seed, f"platform.renewals.{purpose}")
        given = since
        for number in range(1 + (clock.LAST_YEAR - clock.HISTORY) // YEARS):
            expires = given + YEARS * 365
            own = gives & (clock.delivery_year(filled(given)) == year)
            own[: block.first], own[block.last :] = False, False
            own &= ~(given >= np.fmin(revoked, over))
            yield granted(world, purpose, number, own, given, expires, revoked)
            given = renewed(expires, random)


def filled(day: Days) -> Days:
    """Return days, a day after all years where they are absent."""
    return np.where(np.isnat(day), np.datetime64("2100-01-01", "D"), day)


def renewed(expires: Days, random: np.random.Generator) -> Days:
    """Return the days on which consents are renewed: nearly all before they end."""
    early = expires - random.integers(*RENEWED_EARLY, len(expires))
    late = expires + random.integers(3, 60, len(expires))
    return np.where(random.random(len(expires)) < LATE_RENEWAL, late, early)


def granted(  # noqa: PLR0917  (a record's own columns)
    world: World, purpose: str, number: int, which: Flags, given: Days, expires: Days,
    revoked: Days,
) -> Rows:  # fmt: skip
    """Return consents; those that are revoked are told again."""
    firm = np.flatnonzero(which)
    day, end = given[firm], revoked[firm]
    ended = (end >= day) & (end < expires[firm])
    rows = Rows(
        "core_consent",
        firm,
        {
            "consent_id": numbered(f"SQ{list(PURPOSES).index(purpose)}{number}", firm),
            "grantee": always("platform", len(firm)),
            "scope_registers": scopes(world, firm),
            "purpose": always(purpose, len(firm)),
            "granted_at": moment(day, 10),
            "expires_at": moment(expires[firm], 24),
            "revoked_at": np.full(len(firm), np.datetime64("NaT", "s")),
            "evidence_hash": hashed(firm * 100 + number, DOCUMENT),
        },
        after=day + 1,
    )
    taken = moment(end[ended], 15)
    return versions(rows, later(rows, ended, end[ended] + 1, revoked_at=taken))


def moment(day: Days, hour: int) -> Days:
    """Return an hour of days."""
    return (day + np.timedelta64(hour, "h")).astype("datetime64[s]")


def scopes(world: World, firm: Ints) -> pa.Array:
    """Return what consents cover: loans only of firms that have or seek them."""
    both = pa.array([list(SCOPE), sorted([*SCOPE, LOANS])], pa.list_(pa.string()))
    return both.take(pa.array(consent.covers_loans(world)[firm].astype(int)))


def edges(world: World, found: Edges, year: int, block: Block) -> Rows:
    """Return relations that last until something ends them."""
    first, last = np.searchsorted(found.source, [block.first, block.last])
    part = Edges(*(column[first:last] for column in found))
    own = clock.delivery_year(part.since) == year
    own &= ~(part.until < clock.FIRST_DAY) & (part.since <= clock.LAST_DAY)
    at = Edges(*(column[own] for column in part))
    rows = Rows(
        "rel_edge",
        at.source,
        {
            "src_key": world.naming.uscc.take(pa.array(at.source)),
            "dst_key": world.naming.uscc.take(pa.array(at.target)),
            "edge_kind": at.kinds(),
            "weight": at.weight,
            "valid_from": at.since,
            "valid_to": at.until,
        },
        after=at.since,
    )
    return spell(rows, "valid_to")


def traded(world: World, kind: str, year: int, block: Block) -> Rows:
    """Return who sells to whom, the share told anew each January."""
    found = partners(world, kind, block)
    found = Edges(*(c[clock.delivery_year(found.since) == year] for c in found))
    size = len(found.source)
    first = Rows(
        "rel_edge",
        found.source,
        {
            "src_key": world.naming.uscc.take(pa.array(found.source)),
            "dst_key": world.naming.uscc.take(pa.array(found.target)),
            "edge_kind": always(kind, size),
            "weight": found.weight,
            "valid_from": found.since,
            "valid_to": np.full(size, ABSENT),
        },
        after=found.since,
    )
    random = world.stream(f"platform.{kind}", year, block)
    more = []
    for later_year in range(max(year, clock.FIRST_YEAR) + 1, clock.LAST_YEAR + 1):
        day = np.datetime64(f"{later_year}-01-10", "D")
        stands = np.flatnonzero(~(found.until <= day))
        noise = np.exp(TRADE_NOISE * random.standard_normal(size))[stands]
        weight = np.minimum(found.weight[stands] * noise, 1.0)
        more.append(later(first, stands, np.full(len(stands), day), weight=weight))
    ended = np.flatnonzero(~np.isnat(found.until))
    last = found.until[ended]
    return versions(first, *more, later(first, ended, last, valid_to=last))
