"""Business registry: annual reports, abnormal and seriously dishonest firms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kexin.simulate import clock
from kexin.simulate.balance import balance
from kexin.simulate.books import books
from kexin.simulate.draws import happens
from kexin.simulate.grid import cells
from kexin.simulate.places import written_districts
from kexin.simulate.reporting import over, reports
from kexin.simulate.rows import (
    Rows,
    always,
    coded,
    kept,
    later,
    numbered,
    spell,
    versions,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from kexin.simulate.arrays import Days, Flags, Floats, Ints
    from kexin.simulate.draws import Block
    from kexin.simulate.reporting import Reports
    from kexin.simulate.world import World

TABLES = ("reg_annual_report", "reg_abnormal_list", "reg_serious_violation")

COPIED = 0.30
"""Share of reports with rounded or copied numbers (REGISTERS.md Q21)."""

NOISE = 0.03
"""Deviation of the log of what is told against the books [est]."""

LEVIES, A_HEAD, OWING_AFTER = 0.03, 1_500, 3
"""Other taxes to revenue; unpaid contributions a head, CNY, and the months of distress
from which there are some [est]."""

DISCLOSED, CORRECTED = 0.15, 0.04
OTHER_REASONS = {
    "unreachable": 0.0056,
    "false_info": 0.00018,
    "info_not_published": 0.00005,
}
"""Listings a year for other reasons than a missing report. Section 5.5's 0.25 % for
those that cannot be reached gives 7 % of all listings; SRC-N5 has 10.8 %."""

UNREACHABLE_ILL = 6
REACHED, REACHED_ILL = 0.65, 0.2
"""Chance to be removed again within a year: of firms that trade well, and of others."""

FILED_AFTER, SERIOUS_LATER = (1, 2), 4
"""Years after a report's own in which it is filed or missed, and in which a firm that
was listed for it is listed as serious."""

SERIOUS_AFTER = 3 * 365
SERIOUS_TERM, REPAIRED = 3 * 365, 0.3
ABSENT = np.datetime64("NaT", "D")


def records(world: World, year: int, block: Block) -> Iterator[Rows]:
    """Yield a year's records of a part of the city."""
    for told in reports(world, block):
        after = year - told.year
        if after in FILED_AFTER:
            filed_in = clock.delivery_year(filled(told.filed)) == year
            if told.year >= clock.HISTORY:
                yield annual(world, told, block, filed_in & ~np.isnat(told.filed))
            listed_in = clock.delivery_year(filled(told.listed)) == year
            yield listings(world, told, block, listed_in & ~np.isnat(told.listed))
        if after == SERIOUS_LATER:
            yield serious(world, told, block, year)
    if year > clock.HISTORY:
        for reason, rate in OTHER_REASONS.items():
            yield from found_otherwise(world, year, block, reason, rate)


def filled(day: Days) -> Days:
    """Return days with a day of no year of the city where they are absent."""
    return np.where(np.isnat(day), np.datetime64("2100-01-01", "D"), day)


def annual(world: World, told: Reports, block: Block, which: Flags) -> Rows:
    """Return annual reports; some are corrected until the end of June."""
    own = np.flatnonzero(which)
    firm = own + block.first
    random = world.stream(f"registry.reports.{told.year}", told.year, block)
    draws = {name: random.standard_normal(block.size)[own] for name in "abcd"}
    copied = (random.random(block.size) < COPIED)[own]
    disclosed = (random.random(block.size) < DISCLOSED)[own]
    columns = figures(world, told.year, block, own, draws, copied)
    rows = Rows(
        "reg_annual_report",
        firm,
        {
            "report_year": np.full(len(firm), told.year),
            "submit_date": told.filed[own],
            "is_late": told.late[own],
            **columns,
            "finance_disclosed": disclosed,
        },
        after=told.filed[own],
    )
    deadline = np.datetime64(f"{told.year + 1}-06-30", "D")
    again = told.filed[own] + random.integers(5, 60, block.size)[own]
    mended = (random.random(block.size) < CORRECTED)[own] & (again <= deadline)
    factor = np.exp(0.2 * draws["d"][mended])
    return versions(
        rows,
        later(rows, mended, again[mended],
              revenue=np.round(columns["revenue"][mended] * factor, 2)),
    )  # fmt: skip


def figures(
    world: World,
    year: int,
    block: Block,
    own: Ints,
    draws: dict[str, Floats],
    copied: Flags,
) -> dict[str, Floats]:
    """Return what firms tell of themselves; three in ten round it or copy it.

    It is what their books and statements say, as far as they bother.
    """
    told = books(world, year, block)
    sheet = balance(world, year, block, told)
    firm = own + block.first
    months = clock.months_of(year)
    insured = world.activity.staff[months[-1], firm].astype(float)
    before = world.activity.staff[months[0], firm].astype(float)
    people = np.where(copied, before, insured) * np.exp(0.12 + 0.10 * draws["a"])
    noise = np.exp(NOISE * draws["b"])
    ill = world.life.distress[months[-1], firm]
    owes = (ill > OWING_AFTER) & world.city.shows["tax"][firm]
    guarantor = world.city.circle[firm] >= 0
    assets = sheet.total[-1][own]
    tax = told.annual.tax + LEVIES * told.annual.revenue
    whole = {
        "total_assets": assets * noise,
        "total_liabilities": sheet.liabilities[-1][own] * noise,
        "owner_equity": sheet.equity[-1][own] * noise,
        "revenue": told.annual.revenue[own] * np.exp(NOISE * draws["c"]),
        "net_profit": (told.annual.profit - told.annual.tax)[own],
        "tax_total": tax[own],
        "guarantee_amount": np.where(guarantor, np.round(0.3 * assets, -4), 0.0),
    }
    return {
        "employees": np.maximum(np.round(people), insured > 0),
        **{name: told_roughly(amount, copied) for name, amount in whole.items()},
        "si_pension_count": insured,
        "si_arrears_amount": np.where(owes, np.round(insured * A_HEAD, 2), 0.0),
    }


def told_roughly(amount: Floats, rough: Flags) -> Floats:
    """Return amounts, some of them rounded to two digits and no less than 10,000s."""
    size = np.log10(np.maximum(np.abs(amount), 1))
    unit = 10 ** np.maximum(np.floor(size) - 1, 4)
    return np.where(rough, np.round(amount / unit) * unit, np.round(amount, 2))


def listings(world: World, told: Reports, block: Block, which: Flags) -> Rows:
    """Return listings of July, for a missing report."""
    own = np.flatnonzero(which)
    return listing(
        numbered(f"LY{told.year + 1}N", own + block.first),
        own + block.first, told.listed[own], told.removed[own],
        "no_annual_report", "report_filed", world,
    )  # fmt: skip


def listing(  # noqa: PLR0917  (a record's own columns)
    number: pa.Array, firm: Ints, day: Days, removed: Days, reason: str, cure: str,
    world: World,
) -> Rows:  # fmt: skip
    """Return listings as they become known."""
    places = world.filings.district[world.filings.place(firm, day)]
    ended = ~np.isnat(removed)
    rows = Rows(
        "reg_abnormal_list",
        firm,
        {
            "listing_id": number,
            "list_reason": always(reason, len(firm)),
            "list_date": day,
            "list_authority": coded(places, authorities()),
            "remove_date": removed,
            "remove_reason": coded(np.where(ended, 0, -1), (cure,)),
        },
        after=day,
        lag="" if reason == "no_annual_report" else "reg_abnormal_list/unreachable",
    )
    return spell(
        rows, "remove_date", {"remove_reason": coded(np.full(len(firm), -1), (cure,))}
    )


def authorities() -> list[str]:
    """Return the districts' offices."""
    return [f"杭州市{name}市场监督管理局" for name in written_districts()]


def found_otherwise(
    world: World, year: int, block: Block, reason: str, rate: float
) -> Iterator[Rows]:
    """Yield listings of firms that cannot be reached, or that told what is untrue."""
    random = world.stream(f"registry.{reason}", year, block)
    at = cells(year, block, world.life.active)
    ill = at.of(world.life.distress) > 0
    factor = np.where(ill & (reason == "unreachable"), UNREACHABLE_ILL, 1)
    hit = at.where(
        happens(random, rate / 12 * factor) & (at.start > world.city.birthday[at.firm])
    )
    day = clock.working_day(hit.start + random.integers(0, 28, hit.size))
    end = over(world)[hit.firm]
    well = hit.of(world.life.distress) == 0
    back = clock.working_day(day + random.integers(10, 360, hit.size))
    reached = random.random(hit.size) < np.where(well, REACHED, REACHED_ILL)
    removed = np.where(reached & (back < end), back, ABSENT)
    stands = day < end
    cure = {"unreachable": "reachable", "false_info": "corrected"}.get(
        reason, "info_published"
    )
    number = numbered(
        f"LY{year}{reason[0].upper()}{block.number}-", np.arange(hit.size)
    )
    rows = listing(number, hit.firm, day, removed, reason, cure, world)
    # A firm that was revoked or struck off meanwhile is not listed any more.
    yield kept(rows, stands[rows.records])


def serious(world: World, told: Reports, block: Block, year: int) -> Rows:
    """Return firms that stayed listed as abnormal for three years."""
    random = world.stream(f"registry.serious.{told.year}", told.year, block)
    wait = SERIOUS_AFTER + random.integers(1, 40, block.size)
    day = clock.working_day(filled(told.listed) + wait)
    stays = ~np.isnat(told.listed) & (np.isnat(told.removed) | (told.removed > day))
    stays &= day < over(world)[block.firms]
    own = np.flatnonzero(stays & (clock.delivery_year(day) == year))
    repaired = random.random(block.size) < REPAIRED
    wait = np.where(repaired, random.integers(370, 900, block.size), SERIOUS_TERM)
    rows = Rows(
        "reg_serious_violation",
        own + block.first,
        {
            "listing_id": numbered(f"YZ{told.year}", own + block.first),
            "list_reason": always(
                "被列入经营异常名录届满三年仍未履行相关义务", len(own)
            ),
            "list_date": day[own],
            "remove_date": (day + wait)[own],
        },
        after=day[own],
    )
    return spell(rows, "remove_date")
