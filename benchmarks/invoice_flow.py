"""Intake and panel of the real invoices, beside the plainest DuckDB that does the same.

    python benchmarks/invoice_flow.py [folder of the delivery]

Each step runs in a process of its own, all in turn, three times over; the least time is
told, with the rows per second and the peak of memory of that process; the time leaves
out the start of Python. Times of a machine say little: quote the ratios of one run.

The plain intake reads the files, turns text into dates and decimals, drops equal rows
and writes Parquet: no contract, no quarantine, no account, no versions. The plain panel
computes, for every firm, sums, counts and distinct numbers over 12 and 36 months and
the sums by month: a part of what the signals ask, no festival, gap or party signals.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from apart import Took, apart
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]
DAY, RECEIVED = date(2020, 1, 31), date(2026, 11, 24)
TIMES = 3
THREADS = 2

PLAIN_INTAKE = """
COPY (
    SELECT DISTINCT "企业代号" AS firm, "发票号码" AS number, way,
           CAST("开票日期" AS DATE) AS day, party,
           CAST("金额" AS DECIMAL(18, 2)) AS amount,
           CAST("税额" AS DECIMAL(18, 2)) AS tax, "发票状态" AS status
    FROM (
        SELECT *, 'out' AS way, "购方单位代号" AS party
        FROM read_csv('{folder}/att?_output_invoices.csv*', all_varchar = true)
        UNION ALL BY NAME
        SELECT *, 'in' AS way, "销方单位代号" AS party
        FROM read_csv('{folder}/att?_input_invoices.csv*', all_varchar = true)
    )
) TO '{out}/plain.parquet'
"""

PLAIN_PANEL = """
COPY (
    WITH seen AS (
        SELECT *, issue_date > DATE '2019-01-31' AS year_,
               issue_date > DATE '2017-01-31' AS three_, direction = 'out' AS sold
        FROM read_parquet('{warehouse}/tax_invoice/*.parquet')
        WHERE known_at < TIMESTAMP '2020-02-01' AND invoice_status <> 'void'
          AND (superseded_at IS NULL OR superseded_at >= TIMESTAMP '2020-02-01')
    ), months AS (
        SELECT firm_key, list(amount ORDER BY month) AS by_month FROM (
            SELECT firm_key, date_trunc('month', issue_date) AS month,
                   sum(amount_ex_tax) FILTER (sold) AS amount
            FROM seen WHERE three_ GROUP BY ALL
        ) GROUP BY 1
    )
    SELECT firm_key, any_value(by_month) AS by_month, {reductions}
    FROM seen LEFT JOIN months USING (firm_key) GROUP BY 1 ORDER BY 1
) TO '{out}/plain_panel.parquet'
"""

REDUCTIONS = ", ".join(
    f"{what} FILTER ({way} AND {span}) AS {name}_{n}{m}"
    for n, way in enumerate(("sold", "NOT sold"))
    for m, span in enumerate(("year_", "three_"))
    for name, what in {
        "amount": "sum(amount_ex_tax)",
        "tax": "sum(tax_amount)",
        "rows": "count(*)",
        "days": "count(DISTINCT issue_date)",
        "parties": "count(DISTINCT counterparty_code)",
    }.items()
)


def intake(data: Path, work: Path) -> int:
    """Take the delivery in; the number of rows read."""
    from kexin.algebra.engine import connect
    from kexin.intake.deliver import deliver
    from kexin.intake.mapping import read_mapping
    from kexin.settings import Engine

    mapping = read_mapping(ROOT / "data/mappings/cumcm2020c.toml")
    engine = connect(Engine(threads=THREADS))
    account = deliver([data], mapping, work / "warehouse", RECEIVED, engine)
    return sum(c.read for c in account.tables if c.table == "tax_invoice")


def plain_intake(data: Path, work: Path) -> int:
    """Read the invoices and write them as Parquet; the number of rows written."""
    import duckdb

    engine = duckdb.connect(config={"threads": THREADS})
    (rows,) = engine.execute(PLAIN_INTAKE.format(folder=data, out=work)).fetchall()
    return int(rows[0])


def panel(_data: Path, work: Path) -> int:
    """Compute every signal of every firm; the number of invoice versions read."""
    from kexin.algebra.engine import connect
    from kexin.intake.warehouse import open_warehouse
    from kexin.panel.files import Held, write_panels
    from kexin.settings import Engine
    from kexin.signals.catalogue import catalogue

    held = open_warehouse(work / "warehouse", connect(Engine(threads=THREADS)))
    signals = list(catalogue().values())
    write_panels(
        signals, [DAY], Held(held.tables, held.digest, held.known_from), work / "panels"
    )
    return int(held.rows["tax_invoice"])


def plain_panel(_data: Path, work: Path) -> int:
    """Reduce the invoices of every firm; the number of versions read."""
    import duckdb

    engine = duckdb.connect(config={"threads": THREADS})
    files = f"'{work}/warehouse/tax_invoice/*.parquet'"
    told = {"warehouse": f"{work}/warehouse", "out": work, "reductions": REDUCTIONS}
    engine.execute(PLAIN_PANEL.format(**told))
    found = engine.execute(f"SELECT count(*) FROM read_parquet({files})").fetchall()
    return int(found[0][0])


STEPS: dict[str, Callable[[Path, Path], int]] = {
    "intake": intake,
    "plain intake": plain_intake,
    "panel": panel,
    "plain panel": plain_panel,
}


def main() -> int:
    """Measure all steps, print a table, and one line of JSON for machines."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    delivery = ROOT.parent / "shared" / "data" / "cumcm2020c"
    parser.add_argument("data", nargs="?", type=Path, default=delivery)
    data = parser.parse_args().data
    if not data.is_dir():
        sys.stderr.write(f"no delivery in {data}: see the README for where to get it\n")
        return 1
    best: dict[str, Took] = {}
    for _ in range(TIMES):
        with tempfile.TemporaryDirectory() as folder:
            for name, step in STEPS.items():
                found = apart(step, data, Path(folder))
                best[name] = min(best.get(name, found), found, key=lambda f: f.seconds)
    tell(best)
    return 0


def tell(best: dict[str, Took]) -> None:
    """Print what was measured."""
    table = Table("step", "rows", "s", "rows/s", "peak MB", "times the plain query")
    for name, (rows, lasts, _, peak) in best.items():
        plain = best.get(f"plain {name}", best[name]).seconds
        table.add_row(
            name,
            f"{rows:,}",
            f"{lasts:.2f}",
            f"{rows / lasts:,.0f}",
            f"{peak:,.0f}",
            f"{lasts / plain:.1f}",
        )
    Console().print(table)
    sys.stdout.write(json.dumps(best) + "\n")


if __name__ == "__main__":
    sys.exit(main())
