"""Panels of a city in contract form: one day, twenty days, and a plain query beside.

    kexin simulate CITY --firms 72516 --form contract
    python benchmarks/panel_speed.py CITY [--days 20] [--as-of 2026-09-30]
    python benchmarks/panel_speed.py CITY LARGER ...

Of several cities each gives one day, and told is how time grows with their firms: as
which power of their number, from the smallest to the largest.

Each step runs in a process of its own, in turn; told are seconds, rows of the tables a
second and the peak of memory of that process. Times of a machine say little: quote the
ratios of one run.

The plain query reduces the ten largest tables as ten signals do, one day, by hand: the
visible versions, a window, one reduction each. It knows no month whose silence is not
yet known, no consent, no peers and no views. Its time is told as it is, and scaled from
ten signals to all.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
from apart import Took, apart
from contract_city import MEMORY, THREADS
from dateutil.relativedelta import relativedelta
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable

DAY = date(2026, 9, 30)

TEN = {
    "si_month": "sum(insured_count) FILTER (event_date > DATE '2025-09-30')",
    "tax_payment": "sum(amount) FILTER (event_date > DATE '2025-09-30')",
    "tax_vat_return": "sum(sales_taxable) FILTER (event_date > DATE '2025-09-30')",
    "tax_iit_withholding": "count(*) FILTER (event_date > DATE '2025-09-30')",
    "pboc_loan_month": "max(balance) FILTER (event_date > DATE '2025-09-30')",
    "hf_month": "count(*) FILTER (event_date > DATE '2025-09-30')",
    "util_month": "sum(usage) FILTER (event_date > DATE '2026-06-30')",
    "tax_cit_return": "arg_max(revenue, (event_date, known_at, row_id))",
    "tax_fin_stmt": "arg_max(total_assets, (event_date, known_at, row_id))",
    "cus_declaration": "count(DISTINCT decl_no) FILTER (event_date > DATE '2025-09-30')",
}

PLAIN = """
    SELECT firm_key, {what} AS {table} FROM read_parquet('{city}/tables/{table}.parquet')
    WHERE known_at < TIMESTAMP '2026-10-01' AND event_date <= DATE '2026-09-30'
      AND (superseded_at IS NULL OR superseded_at >= TIMESTAMP '2026-10-01')
    GROUP BY 1
"""


def panels(city: Path, out: Path, number: int, last: date = DAY) -> int:
    """Write the panels of some quarters; the number of firms on all days."""
    from contract_city import held, opened

    from kexin.panel.files import write_panels
    from kexin.signals.catalogue import catalogue

    days = [last - relativedelta(months=3 * back) for back in range(number)]
    made = write_panels(
        list(catalogue().values()), days, held(opened(city), "city"), out
    )
    return sum(panel.firms for panel in made)


def plain(city: Path, out: Path, _number: int) -> int:
    """Reduce ten tables by hand; the number of firms."""
    import duckdb

    engine = duckdb.connect(config={"threads": THREADS, "memory_limit": MEMORY})
    parts = [
        f"({PLAIN.format(city=city, table=table, what=what)})"
        for table, what in TEN.items()
    ]
    first, *others = parts
    joins = " ".join(f"FULL JOIN {other} USING (firm_key)" for other in others)
    query = f"SELECT * FROM {first} {joins} ORDER BY firm_key"
    target = out / "plain.parquet"
    (firms,) = engine.execute(f"COPY ({query}) TO '{target}'").fetchall()
    return int(firms[0])


def alone(step: Callable[..., int], city: Path, number: int, *more: object) -> Took:
    """Do a step in a process of its own, with a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as out:
        return apart(step, city, Path(out), number, *more)


def rows_of(city: Path) -> dict[str, int]:
    """Return the rows of a city's tables."""
    files = sorted((city / "tables").glob("*.parquet"))
    return {path.stem: pq.ParquetFile(path).metadata.num_rows for path in files}


def told(name: str, took: Took, rows: int, one: Took) -> tuple[str, ...]:
    """Return a step as a row of a table."""
    return (
        name,
        f"{took.rows:,}",
        f"{rows:,}",
        f"{took.seconds:.1f}",
        f"{rows / took.seconds:,.0f}",
        f"{took.cpu:.1f}",
        f"{took.peak_mb:,.0f}",
        f"{took.seconds / one.seconds:.2f}",
    )


def table_of_steps() -> Table:
    """Return an empty table for steps."""
    return Table(
        "step", "firms", "rows", "s", "rows/s", "CPU s", "peak MB", "times one day"
    )


def of_one(city: Path, number: int, last: date, screen: Console) -> dict[str, Took]:
    """Measure and print one day, several, and the plain query."""
    from kexin.signals.catalogue import catalogue

    rows = rows_of(city)
    read, by_plain = sum(rows.values()), sum(rows[table] for table in TEN)
    signals = len(catalogue())
    one = alone(panels, city, 1, last)
    many = alone(panels, city, number, last)
    ten = alone(plain, city, 1)
    table = table_of_steps()
    table.add_row(*told("one day", one, read, one))
    table.add_row(*told(f"{number} days", many, read, one))
    table.add_row(*told("plain, 10 signals", ten, by_plain, one))
    screen.print(table)
    scaled = ten.seconds * signals / len(TEN)
    screen.print(f"{read:,} rows, {signals} signals")
    screen.print(f"one day in {one.seconds / scaled:.2f} times the plain query scaled")
    return {"one": one, "many": many, "plain": ten}


def of_several(cities: list[Path], last: date, screen: Console) -> dict[str, Took]:
    """Measure and print one day of each city, and how time grows with their firms."""
    took = {city.name: alone(panels, city, 1, last) for city in cities}
    small, *_, large = sorted(took.values(), key=lambda each: each.rows)
    table = table_of_steps()
    for city in cities:
        rows = sum(rows_of(city).values())
        table.add_row(*told(city.name, took[city.name], rows, small))
    screen.print(table)
    if large.rows > small.rows:
        firms = math.log(large.rows / small.rows)
        powers = (
            math.log(getattr(large, name) / getattr(small, name)) / firms
            for name in ("seconds", "cpu")
        )
        screen.print(
            "seconds grow as firms ** {:.2f}, CPU as ** {:.2f}".format(*powers)
        )
    return took


def main() -> int:
    """Measure, print a table, and one line of JSON for machines."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cities", type=Path, nargs="+", metavar="CITY")
    parser.add_argument("--days", type=int, default=20)
    parser.add_argument("--as-of", type=date.fromisoformat, default=DAY)
    given = parser.parse_args()
    for city in given.cities:
        if not rows_of(city):
            sys.stderr.write(f"no tables in {city}: see kexin simulate\n")
            return 1
    screen = Console(width=100)
    first, *others = given.cities
    if others:
        took = of_several(given.cities, given.as_of, screen)
    else:
        took = of_one(first, given.days, given.as_of, screen)
    sys.stdout.write(json.dumps(took) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
