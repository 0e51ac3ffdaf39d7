"""Single invoices as records, with what becomes of each (REGISTERS.md section 2.2).

Numbers: a digital invoice has 20 digits, older ones a code of 12 and a number of 8.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kexin.simulate import clock
from kexin.simulate.city import of_sector
from kexin.simulate.invoicing import DIGITAL, KINDS, Invoices, of
from kexin.simulate.naming import digits, scrambled, texts
from kexin.simulate.rows import Rows, always, coded, later, versions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kexin.simulate.arrays import Days, Floats, Ints
    from kexin.simulate.world import World

PROVINCE = 33
VOID_FROM, RED_FROM = 300_000, 600_000
"""Where the serial numbers of void and of red invoices begin."""

STRANGERS = 5_000_000
"""Where the numbers of sellers outside the city begin."""

PAPER = ("paper_special", "paper_normal")
REASONS, REASON_SHARES = (
    ("return", "error", "discount", "service_stop"),
    (0.45, 0.35, 0.12, 0.08),
)
SMALL_RATE, OUTSIDE_RATE = 0.01, 0.13
GOODS = (3040201, 1090510, 1090410, 1070301, 1070601, 1090520,
         3040105, 1080401, 1030201, 3040803, 3050200, 3070201)  # fmt: skip
"""First digits of the tax codes of what sectors mostly sell [mem]."""


def headers(world: World, direction: str, told: Invoices) -> Iterator[Rows]:
    """Yield a month's invoices, blue and void ones, with all their versions."""
    for part in by_medium(told):
        if len(part.seller):
            yield blue(world, direction, part)
    void = of(told, told.voided)
    for part in by_medium(void):
        if len(part.seller):
            yield voided(world, direction, part)


def red_headers(world: World, direction: str, told: Invoices) -> Iterator[Rows]:
    """Yield the red invoices of a month; each names the one that it offsets."""
    for part in by_medium(told):
        if len(part.seller):
            yield red(world, direction, part)


def by_medium(told: Invoices) -> tuple[Invoices, Invoices]:
    """Return electronic and paper invoices, as they are known after other lags."""
    paper = np.isin(told.kind, [KINDS.index(kind) for kind in PAPER])
    return of(told, ~paper), of(told, paper)


def blue(world: World, direction: str, told: Invoices) -> Rows:
    """Return invoices, and again when they are offset."""
    rows = base(world, direction, told, told.day, told.amount, 0)
    offset = ~np.isnat(told.red_day)
    part = (told.red < told.amount)[offset].astype(int)
    day = told.red_day[offset]
    return versions(
        rows,
        later(
            rows, offset, day, status_date=day,
            invoice_status=coded(part, ("red_full", "red_part")),
        ),
    )  # fmt: skip


def voided(world: World, direction: str, told: Invoices) -> Rows:
    """Return void invoices; whoever reads them only ever knows them void."""
    rows = base(world, direction, told, told.day, told.amount, VOID_FROM)
    status = always("void", rows.size)
    return rows._replace(
        columns={**rows.columns, "invoice_status": status, "status_date": told.day}
    )


def red(world: World, direction: str, told: Invoices) -> Rows:
    """Return red invoices, with the day on which they were issued."""
    rows = base(world, direction, told, told.red_day, -told.red, RED_FROM)
    place = (scrambled(told.serial, 31) % np.uint64(100)).astype(int) / 100
    reason = np.searchsorted(np.cumsum(REASON_SHARES), place, side="right").clip(0, 3)
    return rows._replace(
        columns={
            **rows.columns,
            "invoice_status": always("red", rows.size),
            "orig_invoice_uid": numbers(told, told.day, 0),
            "red_reason": coded(reason, REASONS),
        }
    )


def base(
    world: World,
    direction: str,
    told: Invoices,
    day: Days,
    amount: Floats,
    serial_from: int,
) -> Rows:
    """Return what all invoices have."""
    out = direction == "out"
    side, other = (told.seller, told.buyer) if out else (told.buyer, told.seller)
    paper = KINDS[int(told.kind[0])] in PAPER
    return Rows(
        "tax_invoice",
        side,
        {
            "invoice_uid": numbers(told, day, serial_from),
            "direction": always(direction, len(side)),
            "invoice_kind": coded(told.kind, KINDS),
            "issue_date": day,
            "counterparty_code": code_of(world, other, told.outsider),
            "counterparty_name": name_of(world, other, told.outsider, day),
            "amount_ex_tax": amount,
            "tax_amount": np.round(amount * rate_of(world, told.seller), 2),
            "invoice_status": always("normal", len(side)),
            "status_date": np.full(len(side), np.datetime64("NaT", "D")),
            "goods_code": goods_of(world, told.seller),
        },
        after=day,
        lag="tax_invoice/paper" if paper else "tax_invoice",
    )


def numbers(told: Invoices, day: Days, serial_from: int) -> pa.Array:
    """Return the numbers of invoices: of a year, a seller, a month and a serial.

    One that offsets an invoice of the year before has a channel of its own, so that no
    two numbers are alike.
    """
    year = clock.year_of(clock.month_of(day))
    across = year != clock.year_of(told.month)
    digital = told.kind < DIGITAL
    before = np.where(
        digital,
        year % 100 * 1000 + PROVINCE * 10 + 1 + across,
        across * 10_000 + PROVINCE * 100 + year % 100,
    )
    seller = np.where(told.seller >= 0, told.seller, STRANGERS + told.buyer)
    month = clock.number_of(told.month)
    signs = [
        digits(before, 5),
        digits(seller.astype(np.int64), 7),
        digits(month, 2),
        digits(told.serial + serial_from, 6),
    ]
    return texts(np.column_stack(signs))


def code_of(world: World, other: Ints, outsider: Ints) -> pa.Array:
    """Return the codes of the firms at the other end."""
    inside = world.naming.uscc.take(pa.array(np.maximum(other, 0)))
    away = world.naming.outside_code.take(pa.array(np.maximum(outsider, 0)))
    return pc.if_else(pa.array(other >= 0), inside, away)


def name_of(world: World, other: Ints, outsider: Ints, day: Days) -> pa.Array:
    """Return the names of the firms at the other end."""
    inside = world.naming.names.on(np.maximum(other, 0), day)
    away = world.naming.outside_name.take(pa.array(np.maximum(outsider, 0)))
    return pc.if_else(pa.array(other >= 0), inside, away)


def rate_of(world: World, seller: Ints) -> Floats:
    """Return the rates of tax, by the seller."""
    city = world.city
    own = np.where(city.general, of_sector("vat")[city.sector], SMALL_RATE)
    return np.append(own, OUTSIDE_RATE)[seller]


def goods_of(world: World, seller: Ints) -> pa.Array:
    """Return the tax codes of what is sold."""
    codes = [f"{number}{'0' * 12}" for number in GOODS]
    return coded(np.append(world.city.sector, 8)[seller], codes)
