"""Certificates and lists of technology firms (section 5.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kexin.simulate import clock
from kexin.simulate.certificates import PROGRAMMES, Programme, certificates
from kexin.simulate.draws import stream
from kexin.simulate.rows import Rows, always, later, numbered, versions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kexin.simulate.arrays import Days, Flags, Ints
    from kexin.simulate.draws import Block
    from kexin.simulate.world import World

TABLES = ("qual_cert",)

TSME = 0.20
"""Share of technology firms that enter the list of technology SMEs in a year."""

TSME_DAYS = (95, 320)
ABSENT = np.datetime64("NaT", "D")


def records(world: World, year: int, block: Block) -> Iterator[Rows]:
    """Yield a year's records of a part of the city."""
    for of in PROGRAMMES:
        yield awarded(world, of, year, block)
    yield listed(world, year, block)


def awarded(world: World, of: Programme, year: int, block: Block) -> Rows:
    """Return certificates of a kind; the stock are those that run in 2019."""
    found = certificates(world, of)
    own = (found.firm >= block.first) & (found.firm < block.last)
    own &= (clock.delivery_year(found.issued) == year) & (
        found.until >= clock.FIRST_DAY
    )
    # What was revoked before the register begins is not delivered.
    own &= ~(found.revoked < clock.FIRST_DAY)
    at = np.flatnonzero(own)
    issued = found.issued[at]
    rows = certificate_rows(
        of.kind, at, found.firm[at], issued, issued, found.until[at]
    )
    ended = ~np.isnat(found.revoked[at])
    day = found.revoked[at][ended]
    return versions(rows, later(rows, ended, day, revoked_date=day))


def certificate_rows(
    kind: str, number: Ints, firm: Ints, issued: Days, since: Days, until: Days
) -> Rows:
    """Return certificates as they are issued."""
    year = issued.astype("datetime64[Y]").astype(int) + 1970
    return Rows(
        "qual_cert",
        firm,
        {
            "cert_no": numbered(f"{kind}-", number, 8),
            "cert_kind": always(kind, len(firm)),
            "batch": numbered("", year, 4),
            "issue_date": issued,
            "valid_from": since,
            "valid_to": until,
            "revoked_date": np.full(len(firm), ABSENT),
        },
        after=issued,
        lag="qual_cert/TSME" if kind == "TSME" else "",
    )


def listed(world: World, year: int, block: Block) -> Rows:
    """Return the year's list of technology SMEs, valid to its end."""
    random = world.stream("qualifications.tsme", year, block)
    start = np.datetime64(f"{year}-01-01", "D")
    wait = random.integers(*TSME_DAYS, block.size)
    day = np.busday_offset(start + wait, 0, roll="preceding")
    firm = np.flatnonzero(entering(world, year)[block.firms] & (day <= clock.LAST_DAY))
    month = clock.month_of(day[firm]).clip(0, clock.MONTHS - 1)
    firm = firm[world.life.active[month, firm + block.first]]
    issued = day[firm]
    until = np.full(len(firm), start + 364 + (year % 4 == 0))
    number = (year - clock.HISTORY) * world.city.size + block.first + firm
    return certificate_rows("TSME", number, block.first + firm, issued, issued, until)


def entering(world: World, year: int) -> Flags:
    """Whether firms enter the list in a year: the same ones mostly, by innovation."""
    city = world.city
    own = stream(city.seed, "qualifications.tsme.own").standard_normal(city.size)
    now = stream(city.seed, "qualifications.tsme", year).standard_normal(city.size)
    month = clock.months_of(year)[5]
    score = 0.6 * city.innovation + 0.8 * own + 0.6 * now + 0.8 * city.hnte
    stands = city.tech & world.life.active[month]
    edge = np.quantile(score[stands], 1 - TSME) if stands.any() else 0.0
    return stands & (score >= edge)
