"""Panels as files: one Parquet file a day, with the digests from which it came."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, NamedTuple

import ibis
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kexin.algebra.aside import put_aside
from kexin.algebra.engine import spill
from kexin.algebra.views import tables_in
from kexin.digest import canonical, digest, file_digest
from kexin.intake.flags import RECONSTRUCTED
from kexin.panel.build import panel
from kexin.panel.days import days, meeting
from kexin.panel.firms import population, stacked
from kexin.panel.sources import STANDING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    import ibis.expr.types as ir
    from ibis.backends import BaseBackend

    from kexin.intake.coverage import Coverage
    from kexin.signals.signal import Signal

    Progress = Callable[[int, int], None]


AT_ONCE = 600_000
"""Observations that are computed together: each takes some 12 kB while it lasts."""


class Held(NamedTuple):
    """What panels are made of.

    Attributes:
        tables: The warehouse's tables.
        digest: SHA-256 over them.
        known_from: Day from which the first record of each table was known.
        covered: What the workspace says of the registers' coverage; None for nothing.
    """

    tables: Mapping[str, ir.Table]
    digest: str
    known_from: Mapping[str, date]
    covered: Sequence[Coverage] | None = None


class Panel(NamedTuple):
    """One day's panel as it stands in its file.

    Attributes:
        as_of: The day.
        path: The file.
        digest: SHA-256 of its bytes.
        firms: Number of firms.
        reconstructed: Visible records, by table, whose day of knowing is reconstructed.
    """

    as_of: date
    path: Path
    digest: str
    firms: int
    reconstructed: Mapping[str, int]


def write_panels(
    signals: Collection[Signal],
    as_ofs: Sequence[date],
    held: Held,
    folder: Path,
    progress: Progress = lambda _done, _of: None,
) -> list[Panel]:
    """Compute the panels of some days for every firm known then, and write them.

    A day's file `<as_of>.parquet` holds `firm_key`, `as_of` and a double a signal, in
    the order of firms; its metadata hold the digests of warehouse and catalogue and the
    count of reconstructed records. It is written beside and renamed. A day whose file
    carries the same digests already is not computed again.

    Args:
        signals: Signals to compute.
        as_ofs: The days.
        held: What they are made of.
        folder: Where the files go.
        progress: Called with the parts that are done; of how many is not known (0).

    Raises:
        WarehouseError: No firm was known on one of the days.
    """
    marks = {
        "warehouse": held.digest,
        "catalogue": digest(list(signals)),
        "coverage": digest([tuple(row) for row in held.covered or ()]),
    }
    paths = {day: folder / f"{day}.parquet" for day in sorted(set(as_ofs))}
    missing = [day for day, path in paths.items() if digests_of(path) != marks]
    if missing and engine_of(held).name == "duckdb":
        spill(engine_of(held), folder / ".spill")
    for some in together(missing, held):
        table, marked = computed(signals, some, held, progress)
        for day in some:
            rows = table.filter(pc.field("as_of") == day)
            rows = with_absent(rows, signals, day, held)
            notes = {"as_of": str(day), **marks, RECONSTRUCTED: canonical(marked[day])}
            named = {f"kexin.{name}": note for name, note in notes.items()}
            write(rows.replace_schema_metadata(named), paths[day])
    return [written(day, path) for day, path in paths.items()]


def engine_of(held: Held) -> BaseBackend:
    """Return the engine on which the tables are read."""
    return next(iter(held.tables.values())).get_backend()


def together(as_ofs: Sequence[date], held: Held) -> Iterator[Sequence[date]]:
    """Yield days that are computed at once: as many as their firms leave room for."""
    if as_ofs:
        firms = population(held.tables, [max(as_ofs)]).count().execute()
        size = max(1, AT_ONCE // max(1, int(firms)))
        for first in range(0, len(as_ofs), size):
            yield as_ofs[first : first + size]


def computed(
    signals: Collection[Signal], as_ofs: Sequence[date], held: Held, progress: Progress
) -> tuple[pa.Table, Mapping[date, Mapping[str, int]]]:
    """Return the panel of some days, and their numbers of reconstructed records.

    A signal is absent before its tables are known. Each table's reductions are put
    aside as they come.

    Returns:
        Rows as `panel` gives them; and visible records that carry a reconstructed day
        of knowing, by day and table. Tables without such records are left out.
    """
    told = [s for s in signals if any(is_known(s, day, held) for day in as_ofs)]
    done = itertools.count(1)
    with put_aside(engine_of(held), lambda: progress(next(done), 0)) as aside:
        put = aside.keep
        firms = put("firms", population(held.tables, as_ofs))
        counts = put("reconstructed", reconstructed(held.tables, as_ofs))
        asked = panel(told, firms, as_ofs, held.tables, covered=held.covered, held=put)
        rows, marked = aside.told(asked), aside.told(counts)
    found: dict[date, dict[str, int]] = {day: {} for day in as_ofs}
    for row in marked.to_pylist():
        found[row["as_of"]][row["table"]] = row["records"]
    return rows, found


def with_absent(
    rows: pa.Table, signals: Collection[Signal], as_of: date, held: Held
) -> pa.Table:
    """Return one day's rows with a column for every signal, in the order given."""
    nothing = pa.nulls(len(rows), pa.float64())
    columns = {name: rows[name].combine_chunks() for name in ("firm_key", "as_of")}
    for signal in signals:
        known = signal.id in rows.column_names and is_known(signal, as_of, held)
        columns[signal.id] = rows[signal.id].combine_chunks() if known else nothing
    return pa.table(columns)


def is_known(signal: Signal, as_of: date, held: Held) -> bool:
    """Whether a record of any table that a signal reads of its register was known.

    A table that was never delivered does not say that nothing happened.
    """
    every = tables_in(signal.formula)
    own = {name for name in every if name.partition("_")[0] == signal.register}
    first = [held.known_from[name] for name in own or every if name in held.known_from]
    return bool(first) and min(first) <= as_of


def reconstructed(tables: Mapping[str, ir.Table], as_ofs: Sequence[date]) -> ir.Table:
    """Return how many visible records carry a reconstructed day of knowing.

    Returns:
        `as_of`, `table` and `records`, where there are any.
    """
    known = days(as_ofs, ())
    counts = [
        seen.filter(seen.dq_flags.contains(RECONSTRUCTED))
        .group_by("as_of")
        .agg(table=ibis.literal(name), records=ibis._.count())
        for name, table in tables.items()
        for seen in [meeting(table.select(*STANDING, "dq_flags"), known)]
    ]
    return stacked(counts)


def written(as_of: date, path: Path) -> Panel:
    """Return a panel as it stands in its file."""
    file = pq.ParquetFile(path)
    marked = json.loads(file.schema_arrow.metadata[f"kexin.{RECONSTRUCTED}".encode()])
    return Panel(as_of, path, file_digest(path), file.metadata.num_rows, marked)


def digests_of(path: Path) -> dict[str, str]:
    """Return the digests from which a panel's file came; none where there is no file.

    They are those of `warehouse`, `catalogue` and `coverage`.
    """
    if not path.exists():
        return {}
    found = pq.read_schema(path).metadata or {}
    names = ("warehouse", "catalogue", "coverage")
    return {
        n: found[key].decode() for n in names if (key := f"kexin.{n}".encode()) in found
    }


def write(table: pa.Table, path: Path) -> None:
    """Write a table as Parquet beside its place, then rename it there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    pq.write_table(table, beside, compression="zstd")
    beside.replace(path)


def join_panels(panels: Collection[Panel], path: Path) -> None:
    """Write several days' panels as one file, in the order of their days."""
    tables = [pq.read_table(item.path) for item in panels]
    write(pa.concat_tables(tables, promote_options="default"), path)
