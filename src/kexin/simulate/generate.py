"""From a world to files: every register's records through lags into where they go.

Registers are written by several processes side by side; each file is written by one of
them alone, so that their number changes nothing.
"""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import TYPE_CHECKING, NamedTuple, Protocol

from kexin.simulate import clock
from kexin.simulate.bureaus import bureaus
from kexin.simulate.draws import blocks, stream
from kexin.simulate.lags import known

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kexin.simulate.bureaus import Bureau
    from kexin.simulate.lags import Known
    from kexin.simulate.rows import Rows
    from kexin.simulate.world import World

    Progress = Callable[[int, int], None]


MONTHLY = (
    "hf_month",
    "hr_recruit_month",
    "pboc_loan_month",
    "si_month",
    "tax_iit_withholding",
    "tax_invoice_month",
    "tax_vat_return",
    "util_month",
)
"""Tables that tell of a firm's months: what most signals look at, and the largest."""

LONGEST = ("social", "tax_invoices")
"""Registers that take longest: begun first, or one process would end with one alone."""


class Sink(Protocol):
    """Where records go."""

    def take(self, rows: Rows, known: Known) -> None:
        """Take in the versions of some records, and when each is known."""

    def close(self) -> None:
        """Finish what was written."""


class Written(NamedTuple):
    """What became of one register.

    Attributes:
        bureau: Name of its module.
        rows: Versions written or held back, by table.
    """

    bureau: str
    rows: dict[str, int]


def generate(
    world: World,
    sink: Callable[[World], Sink],
    threads: int,
    progress: Progress = lambda _done, _of: None,
    tables: tuple[str, ...] = (),
) -> list[Written]:
    """Write registers.

    Args:
        world: The city.
        sink: Makes where the records of one register go.
        threads: How many registers are written side by side.
        progress: Called with how many are done, and of how many.
        tables: Tables that are wanted; all where none is named.
    """
    every = wanted(tables)
    done: list[Written] = []
    for written in side_by_side(world, sink, every, threads):
        done.append(written)
        progress(len(done), len(every))
    return sorted(done)


def wanted(tables: tuple[str, ...]) -> list[Bureau]:
    """Return the registers that fill wanted tables, each with those alone."""
    every = list(bureaus())
    if not tables:
        return every
    cut = [b._replace(tables=tuple(t for t in b.tables if t in tables)) for b in every]
    return [bureau for bureau in cut if bureau.tables]


def side_by_side(
    world: World, sink: Callable[[World], Sink], every: list[Bureau], threads: int
) -> Iterator[Written]:
    """Yield registers as they are done."""
    if threads < 2:
        for bureau in every:
            yield write(world, sink(world), bureau)
        return
    # The world is large: a forked process has it without copying.
    _inherited.append((world, sink, every))
    try:
        context = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(threads, mp_context=context) as pool:
            first = sorted(every, key=lambda bureau: bureau.name not in LONGEST)
            waiting = [pool.submit(write_inherited, bureau.name) for bureau in first]
            for finished in as_completed(waiting):
                yield finished.result()
    finally:
        _inherited.pop()


_inherited: list[tuple[World, Callable[[World], Sink], list[Bureau]]] = []


def write_inherited(name: str) -> Written:
    """Write one register in a forked process."""
    world, sink, every = _inherited[-1]
    bureau = next(bureau for bureau in every if bureau.name == name)
    return write(world, sink(world), bureau)


def write(world: World, sink: Sink, bureau: Bureau) -> Written:
    """Write one register's records, year by year and part by part.

    A register draws for its tables in turn: those that are not wanted are drawn as
    well, and left, so that the others are the same with and without them.
    """
    count = dict.fromkeys(bureau.tables, 0)
    for year in clock.YEARS:
        for block in blocks(world.city.size):
            random = stream(world.city.seed, f"lags.{bureau.name}", year, block.number)
            for rows in bureau.records(world, year, block):
                if not rows.size:
                    continue
                days = known(rows, world.city.seed, random)
                if rows.table in count:
                    sink.take(rows, days)
                    count[rows.table] += rows.size
    sink.close()
    return Written(bureau.name, count)
