"""The panel beside featuretools and beside plain pandas, on cities small enough for them.

    kexin simulate SMALL --firms 1000 --form contract
    kexin simulate LARGE --firms 4000 --form contract
    python3.11 -m venv BESIDE
    BESIDE/bin/pip install "featuretools==1.31.*" "pandas<3" pyarrow
    python benchmarks/panel_beside.py SMALL LARGE --featuretools-python BESIDE/bin/python

featuretools 1.31 does not work with pandas 3, which Kexin needs: so it stands in an
environment of its own, and where none is named its two steps are left out.

Observations are all firms that are known on a day, on the last days of some quarters. All
do the same twenty signals of the catalogue: sums, counts, greatest and last values,
distinct values of 3 to 36 months or of all time, and what is made of these. Kexin does all
of the catalogue besides. No consent is held, so that all of them may read everything.

- Plain pandas loops over the days: the versions that stand, a window, a group by. Its
  values must be Kexin's to 1e-9; else the exit code is 1.
- «featuretools, told» has an entity set, cutoff times, `known_at` for the time index, and
  where-clauses by a primitive of our own that compares event date and end of version with
  the cutoff time. featuretools by itself knows of one clock, and windows of that; it has
  no last value by another order than its time index, so rows come sorted by event date.
- «featuretools, as it is» has no such primitive: windows (`use_previous`) lie on the days
  on which records became known, a version that was replaced counts for ever, and the last
  value is that of the newest version. How many values agree is printed, no more.

Both are asked for exactly what the signals need (`calculate_feature_matrix`), not for all
that deep feature synthesis would think of; the frames are read, typed and coded by the
same function as for pandas, in the time of each step. Parts that combine parts, ratios
and logarithms, are made afterwards by one function for both.

Each step runs in a process of its own, in turn. Kexin has two threads, the others use one:
quote CPU seconds. Most of Kexin's time on a small city is planning, whatever the size;
with several cities both are told apart, from the first to the last.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from apart import Took, apart
from beside_featuretools import elsewhere
from beside_parts import (
    COLUMNS,
    KEYS,
    PARTS,
    compared,
    frames,
    last_days,
    observations,
    signals,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from beside_parts import Part
    from rich.table import Table

    Measured = tuple[dict[str, Took], dict[str, int]]
    """What the steps took on a city, and the rows that each of them reads."""

NEAR = 1e-9
MILLION = 1_000_000

ALL = "Kexin, all signals"
SAME = "Kexin, the same"
PANDAS = "pandas"
TOLD = "featuretools, told"
AS_IS = "featuretools, as it is"


def by_kexin(city: Path, out: Path, number: int, named: Sequence[str]) -> int:
    """Write the panel of some signals, all if none is named; the observations."""
    from contract_city import held, opened

    from kexin.panel.files import join_panels, write_panels
    from kexin.signals.catalogue import catalogue

    tables = {n: t for n, t in opened(city).items() if n != "core_consent"}
    asked = [catalogue()[name] for name in named or catalogue()]
    days = [day.date() for day in last_days(number)]
    made = write_panels(asked, days, held(tables, "city"), out.with_suffix(""))
    join_panels(made, out)
    return sum(panel.firms for panel in made)


def by_pandas(city: Path, out: Path, number: int) -> int:
    """Write the panel by a loop over the days; the observations."""
    held = frames(city)
    days = last_days(number)
    every = observations(held["reg_firm"], days)
    made = []
    for day in days:
        seen = {name: standing(table, day) for name, table in held.items()}
        own = every[every["as_of"] == day].set_index("firm_key")
        parts = {p.name: reduced(seen[p.table], p, day) for p in PARTS}
        values = signals(pd.DataFrame(parts).reindex(own.index))
        made.append(own.join(values).reset_index())
    pd.concat(made).to_parquet(out)
    return len(every)


def standing(table: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Return the versions that stood at a day's end, of what had happened by then."""
    end = day + pd.Timedelta(days=1)
    known = table[(table["known_at"] < end) & (table["event_date"] <= day)]
    return known[known["superseded_at"].isna() | (known["superseded_at"] >= end)]


def reduced(seen: pd.DataFrame, part: Part, day: pd.Timestamp) -> pd.Series[Any]:
    """Return one number a firm that has records."""
    rows = seen[seen[part.where]]
    if part.months is not None:
        rows = rows[rows["event_date"] > day - pd.DateOffset(months=part.months)]
    if part.reduction == "last":
        newest = rows.drop_duplicates("firm_key", keep="last")
        return newest.set_index("firm_key")[part.of]
    how = {"distinct": "nunique"}.get(part.reduction, part.reduction)
    return rows.groupby("firm_key")[part.of].agg(how)


def measured(
    city: Path, out: Path, number: int, python: Path | None
) -> dict[str, Took]:
    """Do all steps, each in a process of its own; their panels are left in files."""
    files = {name: out / f"{name}.parquet" for name in (SAME, ALL, PANDAS, TOLD, AS_IS)}
    took = {
        SAME: apart(by_kexin, city, files[SAME], number, compared()),
        ALL: apart(by_kexin, city, files[ALL], number, []),
        PANDAS: apart(by_pandas, city, files[PANDAS], number),
    }
    if python is not None:
        took[TOLD] = elsewhere(python, city, files[TOLD], number, 1)
        took[AS_IS] = elsewhere(python, city, files[AS_IS], number, 0)
    return took


def differing(out: Path, name: str) -> tuple[int, int]:
    """Return how many values of a step are not Kexin's, and how many there are."""
    own, other = panel(out / f"{SAME}.parquet"), panel(out / f"{name}.parquet")
    a, b = (side.to_numpy() for side in own.align(other, join="outer"))
    near = np.abs(a - b) <= NEAR * np.maximum(1.0, np.abs(a))
    return int((~(near | (np.isnan(a) & np.isnan(b)))).sum()), a.size


def panel(path: Path) -> pd.DataFrame:
    """Return a panel from its file, by firm and day."""
    rows = pd.read_parquet(path)
    return rows.assign(as_of=pd.to_datetime(rows["as_of"])).set_index(KEYS)


def shown(took: Mapping[str, Took], rows: Mapping[str, int]) -> Table:
    """Return what the steps took, as a table."""
    from rich.table import Table

    from kexin.signals.catalogue import catalogue

    table = Table(
        "step",
        "signals",
        "s",
        "CPU s",
        "CPU s a signal",
        "rows/s",
        "peak MB",
        "CPU s, times Kexin",
        "a signal, times all",
    )
    own, a_signal = took[SAME].cpu, took[ALL].cpu / len(catalogue())
    for name, step in took.items():
        number = len(catalogue() if name == ALL else compared())
        table.add_row(
            name,
            f"{number}",
            f"{step.seconds:.1f}",
            f"{step.cpu:.1f}",
            f"{step.cpu / number:.3f}",
            f"{rows[name] / step.seconds:,.0f}",
            f"{step.peak_mb:,.0f}",
            f"{step.cpu / own:.2f}",
            f"{step.cpu / number / a_signal:.2f}",
        )
    return table


def rows_of(city: Path) -> dict[str, int]:
    """Return the rows of the tables that each step reads."""
    files = sorted((city / "tables").glob("*.parquet"))
    rows = {path.stem: pq.ParquetFile(path).metadata.num_rows for path in files}
    every = sum(rows.values())
    same = sum(rows[name] for name in COLUMNS)
    return dict.fromkeys((SAME, PANDAS, TOLD, AS_IS), same) | {ALL: every}


def growth(small: Measured, large: Measured) -> Iterator[str]:
    """Yield what each step takes for no rows, and for a further million, in sentences.

    Both follow from two cities, as if CPU seconds grew with the rows in a line.
    """
    (first, few), (last, many) = small, large
    for name in last:
        a_row = (last[name].cpu - first[name].cpu) / (many[name] - few[name])
        fixed = first[name].cpu - a_row * few[name]
        yield (
            f"{name}: {fixed:.1f} CPU s whatever the size, "
            f"{a_row * MILLION:.2f} a million rows"
        )


def main() -> int:
    """Measure and compare, city by city; a line of JSON for machines at the end."""
    from rich.console import Console

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cities", type=Path, nargs="+", metavar="CITY")
    parser.add_argument("--days", type=int, default=8)
    parser.add_argument("--featuretools-python", type=Path, dest="python")
    given = parser.parse_args()
    for city in given.cities:
        if not (city / "tables").is_dir():
            parser.error(f"no tables in {city}: see kexin simulate")
    screen = Console(width=132)
    every: list[Measured] = []
    wrong = 0
    for city in given.cities:
        with tempfile.TemporaryDirectory() as out:
            took = measured(city.absolute(), Path(out), given.days, given.python)
            others = [name for name in took if name not in {SAME, ALL}]
            differ = {name: differing(Path(out), name) for name in others}
        rows = rows_of(city)
        every.append((took, rows))
        wrong += differ[PANDAS][0]
        screen.print(
            f"{took[SAME].rows:,} observations on {given.days} days; {rows[SAME]:,} rows "
            f"of {len(COLUMNS)} tables, {rows[ALL]:,} of all"
        )
        screen.print(shown(took, rows))
        for name, (number, of) in differ.items():
            screen.print(f"{name}: {of - number:,} of {of:,} values are Kexin's")
    if len(every) > 1:
        for line in growth(every[0], every[-1]):
            screen.print(line)
    sys.stdout.write(json.dumps([took for took, _ in every]) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
