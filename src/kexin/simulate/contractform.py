"""The city's tables in contract form, as another platform would hand them over.

One Parquet file a table, with all versions of its records and their envelope
(REGISTERS.md section 0.1). Firms are resolved and nothing is damaged: such a platform
has had its own intake. Lags, late rows, amendments and withdrawals are all there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kexin.identity.names import MASK
from kexin.registers.contract import contracts
from kexin.simulate import clock, lags
from kexin.simulate.rows import always, arrow, numbered

if TYPE_CHECKING:
    from pathlib import Path

    from kexin.simulate.arrays import Days, Flags, Ints
    from kexin.simulate.lags import Known
    from kexin.simulate.rows import Rows
    from kexin.simulate.world import World

SYNTHETIC = "仿真数据 synthetic data"
HOUR = np.timedelta64(6, "h")
"""When the nightly exchange is done."""


class Tables:
    """Where records go that are to be in contract form.

    Args:
        world: The city.
        folder: Folder of the tables; made where it is absent.
    """

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder
        self.writers: dict[str, pq.ParquetWriter] = {}
        self.count: dict[str, int] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def take(self, rows: Rows, known: Known) -> None:
        """Write the versions that are known by the city's last day."""
        number, end = lags.numbers(rows, known.day)
        own = arrow(rows)
        columns = {**self.envelope(rows, own, known.day, number, end)}
        columns |= {name: own[name] for name in own.column_names}
        columns |= derived(rows, columns["firm_key"])
        table = pa.table(columns).filter(pa.array(known.day <= clock.LAST_DAY))
        if table.num_rows:
            self.writer(rows.table, table.schema).write_table(table)

    def envelope(
        self,
        rows: Rows,
        own: pa.Table,
        day: Days,
        number: Ints,
        end: Days,
    ) -> dict[str, pa.Array]:
        """Return the columns that every table has."""
        contract = contracts()[rows.table]
        told = own[contract.event].combine_chunks().cast(pa.date32())
        event = told if rows.inferred is None else dated(told, rows.inferred)
        nobody = (rows.firm < 0) | masked(rows)
        firm = pa.array(rows.firm, pa.int64(), mask=nobody)
        code = self.world.naming.uscc.take(firm) if rows.code is None else rows.code
        withdrawn = rows.withdrawn if rows.withdrawn is not None else number < 0
        moment, ended = day + HOUR, np.where(withdrawn, day, end) + HOUR
        ended = np.where(end > clock.LAST_DAY, np.datetime64("NaT"), ended)
        first = self.count.get(rows.table, 0)
        self.count[rows.table] = first + rows.size
        return {
            "row_id": numbered(f"{rows.table}-", first + np.arange(rows.size), 9),
            "firm_key": code,
            "src_code": code,
            "src_name": self.named(rows, event),
            "src_system": always(
                f"synthetic:{lags.register_of(rows.table)}", rows.size
            ),
            "batch_id": always("synthetic", rows.size),
            "event_date": event,
            "published_at": pa.nulls(rows.size, pa.timestamp("us")),
            "known_at": pa.array(moment.astype("datetime64[us]")),
            "superseded_at": pa.array(ended.astype("datetime64[us]")),
            "version_no": pa.array(number),
            "op": operations(number, withdrawn),
            "dq_flags": day_flags(told, event),
        }

    def named(self, rows: Rows, event: pa.Array) -> pa.Array:
        """Return how records name their firms."""
        if rows.name is not None:
            return rows.name
        days = event.to_numpy(zero_copy_only=False).astype("datetime64[D]")
        days = np.where(np.isnat(days), clock.LAST_DAY, days)
        names = self.world.naming.names.on(np.maximum(rows.firm, 0), days)
        return pc.if_else(pa.array(rows.firm < 0), None, names)

    def writer(self, table: str, schema: pa.Schema) -> pq.ParquetWriter:
        """Return the writer of a table, opened where it is not yet."""
        if table not in self.writers:
            told = schema.with_metadata({"source": SYNTHETIC})
            path = self.folder / f"{table}.parquet.part"
            self.writers[table] = pq.ParquetWriter(path, told, compression="zstd")
        return self.writers[table]

    def close(self) -> None:
        """Finish all files; only now do they have their names."""
        for table, writer in self.writers.items():
            writer.close()
            part = self.folder / f"{table}.parquet.part"
            part.replace(self.folder / f"{table}.parquet")


def masked(rows: Rows) -> Flags:
    """Whether records name their firm in a way that nobody can resolve (M9)."""
    if rows.name is None:
        return np.zeros(rows.size, np.bool_)
    found = pc.match_substring_regex(rows.name, MASK.pattern)
    return found.fill_null(False).to_numpy(zero_copy_only=False)  # noqa: FBT003


def dated(told: pa.Array, inferred: Days) -> pa.Array:
    """Return days of events; where a record does not tell it, the inferred one."""
    return pc.coalesce(told, pa.array(inferred).cast(pa.date32()))


def day_flags(told: pa.Array, event: pa.Array) -> pa.Array:
    """Return each record's quality flags: whether its day was inferred."""
    found = pc.and_(pc.is_null(told), pc.is_valid(event))
    ends = np.cumsum(found.to_numpy(zero_copy_only=False), dtype=np.int32)
    offsets = pa.array(np.concatenate([[0], ends]).astype(np.int32))
    count = int(ends[-1]) if len(ends) else 0
    return pa.ListArray.from_arrays(offsets, always("date_inferred", count))


def derived(rows: Rows, firm_key: pa.Array) -> dict[str, pa.Array]:
    """Return the columns that tell how a record found its firm."""
    found: dict[str, pa.Array] = {}
    for column, what in contracts()[rows.table].derived.items():
        if what == "firm_key":
            found[column] = firm_key
        elif what == "via_branch":
            found[column] = pa.repeat(pa.scalar(value=False), rows.size)
        else:
            sure = pa.scalar("M1") if what == "firm_step" else pa.scalar("1.000")
            kind = pa.string() if what == "firm_step" else pa.decimal128(4, 3)
            nothing = pa.scalar(None, kind)
            found[column] = pc.if_else(firm_key.is_null(), nothing, sure.cast(kind))
    return found


def operations(number: Ints, withdrawn: Flags) -> pa.Array:
    """Return what each version does: insert, update, or withdraw."""
    return pa.array(np.where(withdrawn, "D", np.where(number == 1, "I", "U")))
