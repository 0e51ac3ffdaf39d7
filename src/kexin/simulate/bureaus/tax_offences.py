"""Taxpayers, and what the tax office holds against them (SIMULATOR.md section 5.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kexin.simulate import clock, conduct, debts
from kexin.simulate.city import choice
from kexin.simulate.draws import happens
from kexin.simulate.life import NEVER
from kexin.simulate.rows import (
    Rows,
    always,
    coded,
    joined,
    later,
    numbered,
    spell,
    versions,
)
from kexin.simulate.schemes import rings
from kexin.simulate.sectors import DISTRICTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from kexin.simulate.arrays import Days, Flags, Floats, Ints
    from kexin.simulate.draws import Block
    from kexin.simulate.world import World

TABLES = ("tax_payer", "tax_violation", "tax_inspection", "tax_abnormal_status")

FORGIVEN_DAYS = 3
"""Late days without a fine: a first small fault is not fined."""

OTHER_FAULTS = ("invoice", "registration", "lost_invoice", "late_statement", "other")
OTHER_SHARES = (0.50, 0.15, 0.10, 0.15, 0.10)
"""Kinds of the irregularities that also cost points, and their shares [est]."""

INSPECTED = 0.0025
OFFENCES = ("evasion", "false_invoice", "refund_fraud", "arrears_evasion", "other")
OFFENCE_SHARES = (0.45, 0.30, 0.03, 0.07, 0.15)
HIDDEN_MONTHS = (6, 18)
"""Months for which a case is open before it is decided, unknown to all."""

MAJOR, MAJOR_IN_RING = 0.06, 0.60
"""Part of cases that are major breaches of trust [est]."""

RING_DECIDED = (8, 20)
"""Months from the end of a ring to the decisions on its members [design]."""


def records(world: World, year: int, block: Block) -> Iterator[Rows]:
    """Yield a year's records of a part of the city."""
    yield taxpayers(world, year, block)
    if year == clock.HISTORY:
        return
    yield late_filing(world, year, block)
    yield late_settlement(world, year, block)
    yield late_payment(world, year, block)
    yield other_faults(world, year, block)
    yield inspections(world, year, block)
    yield non_normal(world, year, block)


def taxpayers(world: World, year: int, block: Block) -> Rows:
    """Return the firms that become taxpayers in a year, and what becomes of them."""
    city = world.city
    began = np.maximum(
        clock.year_of(clock.month_of(city.birthday)), clock.HISTORY
    )  # fmt: skip
    firm = block.first + np.flatnonzero(began[block.firms] == year)
    general = city.general[firm]
    code = np.array([int(d.code) for d in DISTRICTS])[city.district[firm]]
    first = Rows(
        "tax_payer",
        firm,
        {
            "taxpayer_kind": coded(np.where(general, 0, 1), ("general", "small")),
            "taxpayer_status": always("normal", len(firm)),
            "tax_authority": numbered("1", code * 10_000, 10),
            "filing_freq_vat": coded(np.where(general, 0, 1), ("month", "quarter")),
            "valid_from": city.birthday[firm],
        },
        after=city.birthday[firm],
    )
    return versions(first, *changes(world, first, block))


def changes(world: World, first: Rows, block: Block) -> Iterator[Rows]:
    """Yield the later versions of taxpayers: non-normal, normal again, closed."""
    told = conduct.silences(world, block)
    place = np.full(block.size, -1)
    place[first.firm - block.first] = np.arange(first.size)
    own = place[told.firm - block.first] >= 0
    at = place[told.firm[own] - block.first]
    back = ~np.isnat(told.lifted[own])
    yield status(first, at, told.declared[own], "abnormal")
    yield status(first, at[back], told.lifted[own][back], "normal")
    gone = world.life.gone[first.firm]
    ends = np.flatnonzero(gone < clock.MONTHS)
    lost = np.isin(first.firm[ends], told.firm[told.until >= NEVER])
    day = clock.working_day(clock.first_day(gone[ends]) + first.firm[ends] % 10)
    yield status(first, ends[~lost], day[~lost], "closed")
    yield status(first, ends[lost], day[lost], "abnormal_closed")


def status(first: Rows, which: Ints, day: Days, code: str) -> Rows:
    """Return versions of some taxpayers with another status from a day on."""
    told = always(code, len(which))
    return later(first, which, day, taxpayer_status=told, valid_from=day)


def identified(month: Ints, firm: Ints, kind: int, nth: Ints | int = 0) -> pa.Array:
    """Return identifiers of records of months and firms, unlike those of other kinds.

    Args:
        month: Months of the city.
        firm: Places in the city.
        kind: Number of the kind, 0 to 9.
        nth: Which of those of the month and firm, 0 to 9.
    """
    when = clock.year_of(month) * 100 + clock.number_of(month)
    return numbered("", (when * 10**7 + firm) * 100 + nth * 10 + kind, 15)


def late_filing(world: World, year: int, block: Block) -> Rows:
    """Return a record for each late return, from the day after the deadline."""
    months = clock.months_of(year)
    late = conduct.conduct(world, year, block).late
    active = world.life.active[months][:, block.firms]
    place, firm = np.nonzero((late > 0) & active)
    month, days = months[place], late[place, firm].astype(int)
    due = clock.due_day(month + 1, conduct.DUE)
    random = world.stream("tax_offences.late", year, block)
    fine = np.round(random.uniform(50, 500, len(firm)), -1)
    return fault(
        "late_filing",
        identified(month, firm + block.first, 0),
        firm + block.first,
        due + 1,
        np.where(days < NEVER, due + days, np.datetime64("NaT", "D")),
        np.where(days <= FORGIVEN_DAYS, 0.0, fine),
    )


def late_settlement(world: World, year: int, block: Block) -> Rows:
    """Return a record for each yearly return of profits that is late in a year."""
    told = conduct.settled(world, year - 1, block)
    may = clock.months_of(year)[4]
    firm = np.flatnonzero((told.late > 0) & world.life.active[may, block.firms])
    random = world.stream("tax_offences.settlement", year, block)
    never = told.late[firm] >= NEVER
    return fault(
        "late_filing",
        identified(np.full(len(firm), may), firm + block.first, 3),
        firm + block.first,
        np.full(len(firm), told.due + 1),
        np.where(never, np.datetime64("NaT", "D"), told.filed[firm]),
        np.round(random.uniform(50, 500, len(firm)), -1),
    )


def fault(
    kind: str, number: pa.Array, firm: Ints, found: Days, resolved: Days, fine: Floats
) -> Rows:
    """Return violations; the fine is only known when they are dealt with."""
    rows = Rows(
        "tax_violation",
        firm,
        {
            "violation_id": number,
            "violation_kind": always(kind, len(firm)),
            "found_date": found,
            "resolved_date": np.maximum(resolved, found),
            "fine_amount": fine,
        },
        after=found,
    )
    return spell(rows, "resolved_date", {"fine_amount": np.full(len(firm), np.nan)})


def late_payment(world: World, year: int, block: Block) -> Rows:
    """Return a record for each month's tax that was not paid."""
    months = clock.months_of(year)
    told = debts.debts(world, block)
    place, firm = np.nonzero(told.new[months] > 0)
    month = months[place]
    paid = debts.next_cleared(told, month, firm)
    day = debts.cleared_day(np.minimum(paid, clock.MONTHS), firm + block.first)
    return fault(
        "late_payment",
        identified(month, firm + block.first, 1),
        firm + block.first,
        clock.due_day(month, conduct.DUE) + 1,
        np.where(paid < NEVER, day, np.datetime64("NaT", "D")),
        np.zeros(len(firm)),
    )


def other_faults(world: World, year: int, block: Block) -> Rows:
    """Return the other irregularities of a year, as many as the rating counts."""
    count = conduct.irregular(world, year, block)
    firm = np.repeat(np.arange(block.size), count)
    nth = np.arange(len(firm)) - np.repeat(np.cumsum(count) - count, count)
    random = world.stream("tax_offences.other", year, block)
    month = some_month(world, year, block, firm, random)
    kind = choice(random, np.array(OTHER_SHARES), len(firm))
    found = clock.working_day(
        clock.first_day(month) + random.integers(0, 27, len(firm))
    )
    resolved = found + random.integers(10, 60, len(firm))
    fine = np.round(random.choice([0, 100, 500, 2000], len(firm)), 2).astype(float)
    number = identified(month, firm + block.first, 2, nth)
    rows = fault("other", number, firm + block.first, found, resolved, fine)
    kinds = coded(np.tile(kind, 2), OTHER_FAULTS)
    return rows._replace(columns={**rows.columns, "violation_kind": kinds})


def some_month(
    world: World, year: int, block: Block, firm: Ints, random: np.random.Generator
) -> Ints:
    """Return a month of the year in which each firm trades."""
    months = clock.months_of(year)
    active = world.life.active[months][:, block.firms]
    count = active.sum(0)
    first = active.argmax(0)
    shift = np.floor(random.random(len(firm)) * count[firm]).astype(int)
    return months[0] + np.minimum(first[firm] + shift, len(months) - 1)


def inspections(world: World, year: int, block: Block) -> Rows:
    """Return the cases that inspectors decide in a year: by chance, and of rings."""
    return joined([usual_cases(world, year, block), ring_cases(world, year, block)])


def usual_cases(world: World, year: int, block: Block) -> Rows:
    """Return cases against firms that trade, the careless above all."""
    random = world.stream("tax_offences.inspection", year, block)
    months = clock.months_of(year)
    active = world.life.active[months[-1], block.firms]
    chance = INSPECTED * len(months) / 12 * np.exp(0.4 * world.city.care[block.firms])
    firm = np.flatnonzero(active & happens(random, chance)) + block.first
    month = months[0] + random.integers(0, len(months), len(firm))
    kind = choice(random, np.array(OFFENCE_SHARES), len(firm))
    return cases(world, firm, month, kind, random.random(len(firm)) < MAJOR, random)


def ring_cases(world: World, year: int, block: Block) -> Rows:
    """Return the decisions on false invoices of rings."""
    told = rings(world.city)
    random = world.stream("tax_offences.rings", 0, block)
    month = told.end + random.integers(*RING_DECIDED, len(told.firm))
    major = random.random(len(told.firm)) < MAJOR_IN_RING
    own = (told.firm >= block.first) & (told.firm < block.last)
    own &= clock.year_of(month) == year
    kind = np.full(own.sum(), OFFENCES.index("false_invoice"))
    random = world.stream("tax_offences.rings", year, block)
    return cases(world, told.firm[own], month[own], kind, major[own], random)


def cases(
    world: World,
    firm: Ints,
    month: Ints,
    kind: Ints,
    major: Flags,
    random: np.random.Generator,
) -> Rows:
    """Return decided cases; nobody knows of one before its decision."""
    size = len(firm)
    decided = clock.working_day(clock.first_day(month) + random.integers(0, 27, size))
    hidden = 30 * random.integers(HIDDEN_MONTHS[0], HIDDEN_MONTHS[1] + 1, size)
    part = random.uniform(0.005, 0.06, size) * np.where(major, 4, 1)
    due = np.round(part * world.city.sales[firm].astype(float), 2)
    return Rows(
        "tax_inspection",
        firm,
        {
            "case_no": case_numbers(firm, decided),
            "opened_date": decided - hidden,
            "decision_date": decided,
            "violation_class": coded(kind, OFFENCES),
            "tax_due": due,
            "fine_amount": np.round(due * random.uniform(0.5, 1.0, size), 2),
            "is_major": major,
        },
        after=decided,
    )


def case_numbers(firm: Ints, decided: Days) -> pa.Array:
    """Return case numbers: a firm has one decision a month at the most."""
    month = clock.month_of(decided)
    when = clock.year_of(month) * 100 + clock.number_of(month)
    return numbered("杭税稽处", when * 10**7 + firm, 13)


def non_normal(world: World, year: int, block: Block) -> Rows:
    """Return the spells for which firms are declared non-normal in a year."""
    told = conduct.silences(world, block)
    own = clock.year_of(clock.month_of(told.declared)) == year
    rows = Rows(
        "tax_abnormal_status",
        told.firm[own],
        {"declared_date": told.declared[own], "lifted_date": told.lifted[own]},
        after=told.declared[own],
    )
    return spell(rows, "lifted_date")
