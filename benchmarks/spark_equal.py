"""Whether DuckDB and Spark give the same panels of a synthetic city, and how fast.

    python benchmarks/spark_equal.py [--firms 2000] [--days 8] [--master local[2]]
        [--invoices YEAR ...] [--work DIR] [--set KEY=VALUE ...]

All signals of the catalogue, on days a quarter apart up to September 2026; those on
single invoices have values where years of them are named. Numbers may differ by 1e-9
relative, counts and states not at all. With `--work` the city is kept, and taken up
again by the next run. Spark must be installed: `pip install kexin[spark]`.
"""

from __future__ import annotations

import argparse
import math
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

SEED = 20261123
LAST = date(2026, 9, 30)
EXACT = {"0/1", "1–5", "claims", "count", "level", "levels", "months", "quarters"}
"""Units of which two engines give the same number to the last digit."""


def kexin(*arguments: object) -> float:
    """Run a command; the seconds it took."""
    began = time.monotonic()
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-c",
        "from kexin.cli import main; main()",
    ]
    subprocess.run(
        [*command, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL
    )
    return time.monotonic() - began


def taken(work: Path, firms: int, years: list[int]) -> Path:
    """A workspace that holds a synthetic city, with the single invoices of years."""
    at = work / "_".join(map(str, ("city", firms, *years)))
    if not (at / "data" / "warehouse" / "snapshot.json").exists():
        at.mkdir(parents=True, exist_ok=True)
        (at / "kexin.toml").write_text("[identity]\nsynthetic = true\n")
        tables = at.with_name(f"{at.name}_tables")
        size = ("--firms", firms, "--seed", SEED)
        single = [part for year in years for part in ("--invoices", year)]
        kexin("simulate", tables, *size, *single, "--form", "contract")
        kexin("intake", tables, "--form", "contract", "--workspace", at)
    return at


def panels(at: Path, days: int) -> float:
    """Compute the panels of a workspace anew; the seconds it took."""
    for path in (at / "data" / "panels").glob("*.parquet"):
        path.unlink()
    return kexin("panel", *span(days), "--workspace", at, "--json")


def span(days: int) -> tuple[object, ...]:
    """The days, a quarter apart, as the command takes them."""
    months = LAST.year * 12 + LAST.month - 1 - 3 * (days - 1)
    year, month = divmod(months, 12)
    first = date(year, month + 1, 30)
    return ("--from", first, "--to", LAST, "--every", 3)


def on_spark(at: Path, master: str, told: list[str]) -> Path:
    """A workspace beside another, that reads the same warehouse on Spark."""
    beside = at.with_name(f"{at.name}_spark")
    (beside / "data" / "warehouse").mkdir(parents=True, exist_ok=True)
    files = at / "data" / "warehouse"
    snapshot = (files / "snapshot.json").read_bytes()
    (beside / "data" / "warehouse" / "snapshot.json").write_bytes(snapshot)
    config = [
        f'"{key}" = "{value}"' for key, _, value in (t.partition("=") for t in told)
    ]
    lines = [
        'engine = "spark"',
        f'[spark]\nmaster = "{master}"\nwarehouse = "file://{files}"',
        "[spark.config]",
        *config,
    ]
    (beside / "kexin.toml").write_text("\n".join(lines))
    return beside


class Compared(NamedTuple):
    """Two workspaces' panels beside each other.

    Attributes:
        values: How many there are, absent ones too.
        told: Signals that some firm has on some day.
        wrong: Signals that differ on a day, with an example.
    """

    values: int
    told: set[str]
    wrong: list[str]


def compared(one: Path, other: Path) -> Compared:
    from kexin.signals.catalogue import catalogue

    values, told, wrong = 0, set(), []
    for path in sorted((one / "data" / "panels").glob("*.parquet")):
        left, right = (
            pq.read_table(p) for p in (path, other / "data" / "panels" / path.name)
        )
        if left["firm_key"] != right["firm_key"]:
            return Compared(values, told, [f"{path.name}: other firms"])
        for name, signal in catalogue().items():
            exact = signal.unit in EXACT
            pairs = zip(left[name].to_pylist(), right[name].to_pylist(), strict=True)
            values += len(left)
            if left[name].null_count < len(left):
                told.add(name)
            unlike = [pair for pair in pairs if not same(*pair, exact=exact)]
            if unlike:
                wrong.append(f"{path.stem} {name}: {len(unlike)}, such as {unlike[0]}")
    return Compared(values, told, wrong)


def same(left: float | None, right: float | None, *, exact: bool) -> bool:
    """Whether two values are equal, as far as their unit asks."""
    if left is None or right is None or exact:
        return left == right
    return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-12)


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--firms", type=int, default=2_000)
    asked.add_argument("--days", type=int, default=8)
    asked.add_argument("--invoices", type=int, nargs="*", default=[], help="years")
    asked.add_argument("--master", default="local[2]")
    asked.add_argument("--work", type=Path)
    asked.add_argument("--set", action="append", default=[], help="of Spark's settings")
    told = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = (told.work or Path(folder)).absolute()
        at = taken(work, told.firms, told.invoices)
        on_duckdb = panels(at, told.days)
        beside = on_spark(at, told.master, told.set)
        on_spark_seconds = panels(beside, told.days)
        found = compared(at, beside)
    print(f"{told.firms:,} firms, {told.days} days, {told.master}")
    print(f"{found.values:,} values; signals that some firm has: {len(found.told)}")
    print(f"DuckDB {on_duckdb:.0f} s, Spark {on_spark_seconds:.0f} s")
    print(f"signals that differ on a day: {len(found.wrong)}")
    print("\n".join(found.wrong))
    sys.exit(bool(found.wrong))


if __name__ == "__main__":
    main()
