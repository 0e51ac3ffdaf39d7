"""Invoices: sums by month, and every single one for the years that are asked for.

The sums are the fold of the single invoices, whether those are told or not. Only firms
that let the platform read their invoices have any, from the first whole month on
(SIMULATOR.md sections 5.1 and 7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kexin.simulate import clock, dealing
from kexin.simulate.consent import invoice_since
from kexin.simulate.invoicing import (
    RED_MONTHS,
    Invoices,
    invoices,
    manner,
    of,
    with_red,
)
from kexin.simulate.invoicing_headers import headers, red_headers
from kexin.simulate.life import NEVER
from kexin.simulate.rows import Rows, always

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kexin.simulate.arrays import Flags, Floats, Ints
    from kexin.simulate.dealing import Deals, Habit, Ties
    from kexin.simulate.draws import Block
    from kexin.simulate.invoicing import Manner
    from kexin.simulate.world import World

TABLES = ("tax_invoice", "tax_invoice_month")

DIRECTIONS = ("out", "in")
VALID, VOID, RED = range(3)


class Trading(NamedTuple):
    """What does not change from month to month.

    Attributes:
        sold: Places in the city's trade of the pairs whose seller is of the block.
        bought: Places of those whose buyer is.
        customers: Customers outside the city.
        suppliers: Suppliers outside the city.
        habit: How firms invoice.
        manner: How they void and offset.
        begin: Month from which each firm's invoices are told; NEVER for none.
    """

    sold: Ints
    bought: Ints
    customers: Ties
    suppliers: Ties
    habit: Habit
    manner: Manner
    begin: Ints


class Lines(NamedTuple):
    """Invoices as one side sees them, one place each.

    Attributes:
        firm: The side, by its place in the block.
        other: The other side: place in the city, or after it of one outside.
        what: VALID, VOID or RED.
        day: Day of issue.
        amount: Without tax, CNY; that of red ones positive as well.
    """

    firm: Ints
    other: Ints
    what: Ints
    day: Ints
    amount: Floats


def records(world: World, year: int, block: Block) -> Iterator[Rows]:
    """Yield a year's invoices of a part of the city, month by month."""
    if year == clock.HISTORY:
        return
    months = clock.months_of(year)
    told = trading(world, block)
    waiting = [
        reds(world, block, told, month)
        for month in range(months[0] - RED_MONTHS, months[0])
    ]
    for month in months:
        blue = both_sides(world, block, told, int(month))
        waiting = [*waiting[-RED_MONTHS:], [of(side, is_red(side)) for side in blue]]
        for place, direction in enumerate(DIRECTIONS):
            mine = told.begin[block.firms] <= month
            now = seen(blue[place], direction, block, mine)
            past = together([sides[place] for sides in waiting])
            red = seen(of(past, reddened(past, int(month))), direction, block, mine)
            yield folded(world, block, direction, int(month), now, red)
            if year in world.invoice_years:
                yield from headers(world, direction, now)
                yield from red_headers(world, direction, red)


def trading(world: World, block: Block) -> Trading:
    """Return what is the same in all months of a year."""
    since = invoice_since(world)
    never = np.isnat(since)
    first = clock.month_of(np.where(never, clock.FIRST_DAY, since)) + 1
    own = ~never
    own[: block.first] = own[block.last :] = False
    return Trading(
        sold=np.flatnonzero(own[world.trade.seller]),
        bought=np.flatnonzero(own[world.trade.buyer]),
        customers=dealing.ties_of(dealing.customers_outside(world, block), own),
        suppliers=dealing.ties_of(dealing.suppliers_outside(world, block), own),
        habit=dealing.habit(world),
        manner=manner(world),
        begin=np.where(never, NEVER, first),
    )


def deals_of(
    world: World, block: Block, told: Trading, month: int
) -> tuple[Deals, Deals]:
    """Return the deals of a month in which a block's firms sell, and those they buy."""
    size, how = world.city.size, told.habit
    false = dealing.false_deals(world, month)
    here = dealing.inside(world, how, told.sold, month)
    sold = np.bincount(here.seller, here.amount, size)
    rest = np.maximum(world.activity.sales[month] - sold, 0)
    away = dealing.divided(world, told.customers, rest, how, month)
    into = dealing.inside(world, how, told.bought, month)
    received = np.bincount(into.buyer, into.amount, size)
    missing = np.maximum(world.activity.purchases[month] - received, 0)
    supplies = dealing.divided(world, told.suppliers, missing, how, month)
    out = dealing.together([here, away, false])
    bought = dealing.together([into, dealing.turned(supplies), false])
    return (
        of_side(out, out.seller, block, told),
        of_side(bought, bought.buyer, block, told),
    )


def both_sides(world: World, block: Block, told: Trading, month: int) -> list[Invoices]:
    """Return the invoices that a block's firms issue, and those that they receive."""
    return [
        invoices(world, told.manner, deals, month)
        for deals in deals_of(world, block, told, month)
    ]


def reds(world: World, block: Block, told: Trading, month: int) -> list[Invoices]:
    """Return those invoices of a month that are offset later, issued and received."""
    found = []
    for deals in deals_of(world, block, told, month):
        few = with_red(told.manner, deals, month)
        made = invoices(world, told.manner, few, month)
        found.append(of(made, is_red(made)))
    return found


def is_red(told: Invoices) -> Flags:
    """Whether invoices are offset at all."""
    return ~np.isnat(told.red_day)


def together(parts: list[Invoices]) -> Invoices:
    """Return invoices one below the other."""
    return Invoices(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def inside_block(firm: Ints, block: Block) -> Flags:
    """Whether firms are of a block."""
    return (firm >= block.first) & (firm < block.last)


def of_side(deals: Deals, side: Ints, block: Block, told: Trading) -> Deals:
    """Return the deals whose one side is a firm of the block that is ever told of."""
    own = inside_block(side, block)
    own[own] = told.begin[side[own]] < clock.MONTHS
    return dealing.chosen(deals, own)


def seen(told: Invoices, direction: str, block: Block, mine: Flags) -> Invoices:
    """Return the invoices of the firms that are told of in a month."""
    side = told.seller if direction == "out" else told.buyer
    return of(told, mine[side - block.first])


def reddened(told: Invoices, month: int) -> Flags:
    """Whether invoices are offset in a month."""
    first, end = clock.first_day(month), clock.first_day(month + 1)
    return (told.red_day >= first) & (told.red_day < end)


def folded(
    world: World,
    block: Block,
    direction: str,
    month: int,
    blue: Invoices,
    red: Invoices,
) -> Rows:
    """Return a month's sums of one direction, one row a firm that has any invoice."""
    parts = [
        lines(world, block, direction, blue, VALID),
        lines(world, block, direction, of(blue, blue.voided), VOID),
        lines(world, block, direction, red, RED),
    ]
    told = Lines(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    number, amount = totals(told, block)
    partner, first, five = concentration(told, block)
    firm = np.flatnonzero(number.sum(0))
    return Rows(
        "tax_invoice_month",
        firm + block.first,
        {
            "month": np.full(len(firm), clock.first_day(month)),
            "direction": always(direction, len(firm)),
            "n_valid": number[VALID, firm],
            "n_void": number[VOID, firm],
            "n_red": number[RED, firm],
            "amt_valid": np.round(amount[VALID, firm], 2),
            "amt_red": np.round(amount[RED, firm], 2),
            "n_counterparty": partner[firm],
            "top1_share": first[firm],
            "top5_share": five[firm],
            "n_days_active": days(told, block)[firm],
        },
        after=np.full(len(firm), clock.last_day(month)),
    )


def lines(
    world: World, block: Block, direction: str, told: Invoices, what: int
) -> Lines:
    """Return invoices as one side sees them."""
    out = direction == "out"
    side, other = (told.seller, told.buyer) if out else (told.buyer, told.seller)
    return Lines(
        firm=side - block.first,
        other=np.where(other >= 0, other, world.city.size + told.outsider),
        what=np.full(len(side), what),
        day=(told.red_day if what == RED else told.day).astype(np.int64),
        amount=told.red if what == RED else told.amount,
    )


def totals(told: Lines, block: Block) -> tuple[Ints, Floats]:
    """Return numbers and amounts, by what they are x firms of the block."""
    cell = told.what * block.size + told.firm
    number = np.bincount(cell, minlength=3 * block.size)
    amount = np.bincount(cell, told.amount, 3 * block.size)
    return number.reshape(3, -1), amount.reshape(3, -1)


def concentration(told: Lines, block: Block) -> tuple[Ints, Floats, Floats]:
    """Return how many others each firm deals with, and what the largest take of it.

    Of amounts net of red ones; absent where the net amount is not above 0.
    """
    real = told.what != VOID
    other, firm = told.other[real], told.firm[real]
    amount = np.where(told.what[real] == RED, -1, 1) * told.amount[real]
    width = int(other.max(initial=0)) + 1
    pair, place = np.unique(firm * width + other, return_inverse=True)
    net = np.bincount(place, amount, len(pair))
    owner = pair // width
    order = np.lexsort([-net, owner])
    owner, net = owner[order], net[order]
    begin = np.searchsorted(owner, np.arange(block.size))
    rank = np.arange(len(owner)) - begin[owner]
    total = np.bincount(owner, net, block.size)
    whole = np.where(total > 0, total, np.nan)
    largest = np.bincount(owner, net * (rank < 1), block.size)
    five = np.bincount(owner, net * (rank < 5), block.size)
    return (
        np.bincount(owner, minlength=block.size),
        np.round(np.minimum(largest / whole, 99), 4),
        np.round(np.minimum(five / whole, 99), 4),
    )


def days(told: Lines, block: Block) -> Ints:
    """Return on how many days each firm had invoices."""
    real = told.what != VOID
    flags = np.zeros((block.size, 31), np.bool_)
    day = told.day[real].astype("datetime64[D]")
    first = day.astype("datetime64[M]").astype("datetime64[D]")
    flags[told.firm[real], (day - first).astype(int)] = True
    return flags.sum(1)
