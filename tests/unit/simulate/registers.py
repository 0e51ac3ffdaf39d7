"""Records of one register of the town, and what must hold of all of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kexin.registers.contract import contracts
from kexin.simulate import clock
from kexin.simulate.draws import blocks, stream
from kexin.simulate.lags import known
from kexin.simulate.rows import arrow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kexin.simulate.draws import Block
    from kexin.simulate.rows import Rows
    from kexin.simulate.world import World

    Records = Callable[[World, int, Block], Iterator[Rows]]

FORESEEN = {"hearing_date", "expiry_date"}
"""Days that may be known before they come; the end of a freeze is another."""


def told(town: World, records: Records) -> dict[str, pa.Table]:
    """Return all records of a register by table.

    With the contract's columns come `firm`, `record`, `version`, `known` and
    `withdrawn`.
    """
    found: dict[str, list[pa.Table]] = {}
    number = 0
    for year in clock.YEARS:
        for block in blocks(town.city.size):
            random = stream(town.city.seed, "lags.test", year, block.number)
            for rows in records(town, year, block):
                if rows.size:
                    part = table(town, rows, random, number)
                    number += rows.size
                    found.setdefault(rows.table, []).append(part)
    return {name: pa.concat_tables(parts) for name, parts in found.items()}


def table(
    town: World, rows: Rows, random: np.random.Generator, number: int
) -> pa.Table:
    """Return records with when they are known."""
    own = arrow(rows)
    day = known(rows, town.city.seed, random).day
    gone = np.zeros(rows.size, bool) if rows.withdrawn is None else rows.withdrawn
    order = np.lexsort([day, rows.records])
    more = {
        "firm": pa.array(rows.firm.astype(np.int64)),
        "record": pa.array(rows.records + number),
        "known": pa.array(day),
        "withdrawn": pa.array(gone),
    }
    for name, column in more.items():
        own = own.append_column(name, column)
    return own.take(pa.array(order))


def faults(name: str, found: pa.Table) -> list[str]:
    """Return what is wrong with a table by its contract."""
    contract, wrong = contracts()[name], []
    for column, field in contract.fields().items():
        values = found[column].combine_chunks()
        if not field.optional and values.null_count and column not in contract.derived:
            wrong.append(f"{column} is absent")
        if field.codes:
            strange = set(pc.unique(values.drop_null()).to_pylist()) - set(field.codes)
            wrong += [f"{column} is {code}" for code in strange]
        if field.form:
            pattern = re.compile(field.form)
            texts = pc.unique(values.drop_null()).to_pylist()
            wrong += [f"{column} is {t}" for t in texts if not pattern.fullmatch(t)]
        foreseen = column in FORESEEN or (name, column) == ("court_freeze", "end_date")
        if field.dtype == "date" and not foreseen:
            early = pc.greater(values, found["known"].combine_chunks())
            if pc.any(early).as_py():
                wrong.append(f"{column} is known before it comes")
    return wrong


def repeated(name: str, found: pa.Table) -> int:
    """Return how many records have the key of another record."""
    key = ["firm" if c == "firm_key" else c for c in contracts()[name].key]
    one_each = found.group_by([*key, "record"]).aggregate([])
    return one_each.num_rows - one_each.group_by(key).aggregate([]).num_rows
