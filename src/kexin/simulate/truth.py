"""What nobody in the city knows: traits, health, distress and defaults, as files.

They stand in `truth/`, beside what is delivered, for tests and benchmarks alone
(SIMULATOR.md section 9.2). `gt_map`, which rows were damaged and whose they are, is
written with the deliveries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from kexin.simulate import clock
from kexin.simulate.life import FATES, NEVER
from kexin.simulate.matching import applications
from kexin.simulate.rows import always, coded
from kexin.simulate.sectors import DISTRICTS, SECTORS

if TYPE_CHECKING:
    from pathlib import Path

    from kexin.simulate.arrays import Ints
    from kexin.simulate.world import World

TRAITS = (
    "quality", "care", "innovation", "growth", "sales", "staff", "noise", "depth",
    "general", "exporter", "us_share", "holder", "borrower", "hnte", "provincial",
    "capital", "paid", "group", "circle", "switch", "birthday",
)  # fmt: skip


def write_truth(world: World, folder: Path) -> None:
    """Write the truth of a city.

    Args:
        world: The city.
        folder: Folder of the truth; made where it is absent.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(firms(world), folder / "gt_firm.parquet")
    pq.write_table(events(world), folder / "gt_event.parquet")
    pq.write_table(edges(world), folder / "gt_edge.parquet")
    pq.write_table(successions(world), folder / "gt_succession.parquet")
    pq.write_table(asked(world), folder / "gt_application.parquet")
    with pq.ParquetWriter(folder / "gt_month.parquet", MONTH) as writer:
        for month in range(clock.BURN_IN, clock.MONTHS):
            writer.write_table(of_month(world, month))


def keys(world: World, firm: Ints) -> pa.Array:
    """Return the codes of firms."""
    return world.naming.uscc.take(pa.array(firm))


def firms(world: World) -> pa.Table:
    """Return one row a firm: its traits, whether its distress shows where, its end."""
    city = world.city
    every = np.arange(city.size)
    columns = {
        "firm_key": keys(world, every),
        "sector": coded(city.sector, [sector.id for sector in SECTORS]),
        "district": coded(city.district, [district.code for district in DISTRICTS]),
        **{trait: pa.array(getattr(city, trait)) for trait in TRAITS},
        **{f"shows_{name}": pa.array(flag) for name, flag in city.shows.items()},
        "gone": months(world.life.gone),
        "moved": pa.array(world.life.moved),
    }
    return pa.table(columns)


def months(month: Ints) -> pa.Array:
    """Return the first days of months; absent where they never come."""
    day = clock.first_day(np.minimum(month, clock.MONTHS))
    return pa.array(day, mask=month >= NEVER)


def events(world: World) -> pa.Table:
    """Return one row an event: onset, recovery, default, what it brings, and its fate.

    The cause of a default is `distress` or `sudden`.
    """
    told = world.life.defaults
    sudden = coded(told.sudden.astype(int), ("distress", "sudden"))
    parts = [
        event(world, "onset", *world.life.onsets),
        event(world, "recovery", *world.life.recoveries),
        event(world, "default", told.firm, told.month, sudden),
        event(world, "fate", told.firm, told.end, coded(told.fate, FATES)),
        event(world, "closure", np.arange(world.city.size), world.life.gone),
    ]
    after = world.aftermath
    parts += [
        event(world, name, after.firm, getattr(after, name))
        for name in after._fields[2:]
    ]
    return pa.concat_tables(parts)


def event(
    world: World, name: str, firm: Ints, month: Ints, cause: pa.Array | None = None
) -> pa.Table:
    """Return the events of one kind that come."""
    comes = np.flatnonzero(month < NEVER)
    nothing = pa.nulls(len(firm), pa.string())
    return pa.table(
        {
            "firm_key": keys(world, firm[comes]),
            "event": always(name, len(comes)),
            "month": months(month[comes]),
            "cause": (nothing if cause is None else cause).take(pa.array(comes)),
        }
    )


def edges(world: World) -> pa.Table:
    """Return one row a pair of firms that trade inside the city."""
    return pa.table(
        {
            "seller": keys(world, world.trade.seller),
            "buyer": keys(world, world.trade.buyer),
            "share": pa.array(world.trade.share),
            "supply": pa.array(world.trade.supply),
        }
    )


def successions(world: World) -> pa.Table:
    """Return one row a firm that continues another: what it took over, or was."""
    after, naming = world.successions, world.naming
    size, converted = len(after.absorbed), len(after.converted)
    kinds = ("merged", "converted")
    born = clock.first_day(world.city.born[after.converted])
    return pa.table(
        {
            "firm_key": pa.concat_arrays(
                [keys(world, after.survivor), keys(world, after.converted)]
            ),
            "before": pa.concat_arrays(
                [keys(world, after.absorbed), naming.household_code]
            ),
            "kind": coded(np.repeat([0, 1], [size, converted]), kinds),
            "month": pa.concat_arrays(
                [
                    months(after.month),
                    pa.array(born),
                ]
            ),
        }
    )


def asked(world: World) -> pa.Table:
    """Return one row an application for a loan: firm, month, whether it was taken."""
    told = applications(world)
    return pa.table(
        {
            "firm_key": keys(world, world.lending.lines.firm[told.line]),
            "month": months(told.opened),
            "approved": pa.array(told.approved),
        }
    )


MONTH = pa.schema(
    {
        "firm": pa.int32(),
        "month": pa.date32(),
        "health": pa.float32(),
        "distress": pa.int8(),
        "winding": pa.int8(),
        "active": pa.bool_(),
        "sales": pa.float32(),
        "purchases": pa.float32(),
        "staff": pa.int16(),
    }
)
"""One row a firm and month; `firm` is the firm's row in `gt_firm`, counted from 0."""


def of_month(world: World, month: int) -> pa.Table:
    """Return what is true of the firms that exist in a month."""
    life, does = world.life, world.activity
    firm = np.flatnonzero((world.city.born <= month) & (life.gone > month))
    day = np.broadcast_to(clock.first_day(month), firm.shape)
    values = {
        "firm": firm,
        "month": day,
        "health": life.health[month, firm],
        "distress": life.distress[month, firm],
        "winding": life.winding[month, firm],
        "active": life.active[month, firm],
        "sales": does.sales[month, firm],
        "purchases": does.purchases[month, firm],
        "staff": does.staff[month, firm],
    }
    arrays = [pa.array(values[field.name]).cast(field.type) for field in MONTH]
    return pa.table(arrays, schema=MONTH)
