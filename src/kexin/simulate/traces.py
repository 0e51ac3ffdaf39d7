"""Truth of the deliveries: which row is whose, and what was done to it.

One line a kind of dirt and value, in `truth/gt_map/<table>.parquet`; where it is judged
who is who, a line for every other row as well, with no kind. Rows are counted as intake
counts them: the first below the headings is 2, the first line of JSON Lines is 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kexin.simulate.contractform import SYNTHETIC
from kexin.simulate.lags import register_of
from kexin.simulate.sheet import as_text, noted, whole

if TYPE_CHECKING:
    from pathlib import Path

    from kexin.simulate.arrays import Ints
    from kexin.simulate.rows import Rows
    from kexin.simulate.sheet import Sheet
    from kexin.simulate.world import World

JUDGED = ("court", "ip")
JUDGED_TABLES = ("reg_penalty",)

SCHEMA = pa.schema(
    {
        "file": pa.dictionary(pa.int32(), pa.string()),
        "row": pa.int64(),
        "key": pa.string(),
        "uscc": pa.string(),
        "is_person": pa.bool_(),
        "kind": pa.string(),
        "column": pa.string(),
        "true_value": pa.string(),
        "delivered_value": pa.string(),
    },
    metadata={"source": SYNTHETIC},
)


def judged(table: str) -> bool:
    """Whether every row of a table is in the truth, not only those that were hit."""
    return register_of(table) in JUDGED or table in JUDGED_TABLES


def traces(
    sheet: Sheet, world: World, rows: Rows, clean: pa.Table, files: pa.Array, row: Ints
) -> pa.Table:
    """Return what is true of rows that were delivered.

    Args:
        sheet: The rows, in the order of their files.
        world: The city.
        rows: The clean records.
        clean: Their columns.
        files: Name of each row's file.
        row: Number of each row in its file.
    """
    if judged(sheet.look.table.id):
        hit = np.zeros(sheet.size, np.bool_)
        for mark in sheet.marks:
            hit[mark.row] = True
        sheet = noted(sheet, "", np.flatnonzero(~hit))
    if not sheet.marks:
        return SCHEMA.empty_table()
    at = np.concatenate([mark.row for mark in sheet.marks])
    place = sheet.place[at]
    who = rows.firm[place]
    firm = pa.array(who, pa.int64(), mask=who < 0)
    person = np.zeros(len(at), np.bool_) if rows.person is None else rows.person[place]
    size = [len(mark.row) for mark in sheet.marks]
    return pa.table(
        {
            "file": files.take(pa.array(at)),
            "row": pa.array(row[at]),
            "key": keys(sheet, world, rows, clean, place),
            "uscc": world.naming.uscc.take(firm),
            "is_person": pa.array(person),
            "kind": spread([mark.kind for mark in sheet.marks], size),
            "column": spread([mark.column for mark in sheet.marks], size),
            "true_value": pa.concat_arrays([mark.true for mark in sheet.marks]),
            "delivered_value": pa.concat_arrays([mark.told for mark in sheet.marks]),
        },
        schema=SCHEMA,
    )


def spread(texts: list[str], sizes: list[int]) -> pa.Array:
    """Return each text as often as told; absent where it is empty."""
    places = pa.array(np.repeat(np.arange(len(texts)), sizes))
    return pa.array([text or None for text in texts], pa.string()).take(places)


def keys(
    sheet: Sheet, world: World, rows: Rows, clean: pa.Table, place: Ints
) -> pa.Array:
    """Return the natural keys of records as one text each."""
    parts = []
    who = rows.firm[place]
    for name in sheet.look.table.key:
        if name == "firm_key":
            part = world.naming.uscc.take(pa.array(who, pa.int64(), mask=who < 0))
        else:
            part = as_text(whole(clean[name]).take(pa.array(place)))
        parts.append(pc.fill_null(part, ""))
    return pc.binary_join_element_wise(*parts, "|")


def opened(folder: Path, table: str) -> pq.ParquetWriter:
    """Return the writer of a table's truth, under a name that is not final."""
    folder.mkdir(parents=True, exist_ok=True)
    return pq.ParquetWriter(
        folder / f"{table}.parquet.part", SCHEMA, compression="zstd"
    )
