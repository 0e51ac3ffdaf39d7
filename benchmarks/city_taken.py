"""What intake makes of a synthetic city, held against its truth.

    python benchmarks/city_taken.py --city DIR --workspace DIR

prints the confusion of identity by table and step, with precision and recall over all
court and patent rows; how many damaged rows were caught, by kind; and how many clean
rows were refused. The workspace is one that took the city's deliveries in, with
`synthetic = true` under `[identity]`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from rich.console import Console
from rich.table import Table

from kexin.simulate.acceptance.taken import caught, opened_both, refused, steps


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--city", type=Path, required=True)
    parser.add_argument("--workspace", type=Path, required=True)
    given = parser.parse_args()
    warehouse = given.workspace / "data" / "warehouse"
    engine = opened_both(given.city, warehouse)
    screen = Console(width=110)
    told = list(steps(engine))
    table = Table("table", "step", "right", "wrong", "missed", "masked", "persons")
    for step in told:
        table.add_row(*map(str, step))
    screen.print(table)
    given_firm = [step for step in told if step.step]
    right, wrong = sum(s.right for s in given_firm), sum(s.wrong for s in given_firm)
    missed, masked = sum(s.missed for s in told), sum(s.masked for s in told)
    screen.print(f"precision {right / (right + wrong):.4f}")
    screen.print(f"recall of names in full {right / (right + missed):.4f}")
    screen.print(f"recall, masked names too {right / (right + missed + masked):.4f}")
    screen.print(f"natural persons given to firms {sum(s.persons for s in told)}")
    dirt = Table("damage", "rows", "caught", "share")
    kinds = caught(engine)
    for kind in kinds:
        share = f"{kind.caught / kind.rows:.4f}"
        dirt.add_row(kind.kind, str(kind.rows), str(kind.caught), share)
    screen.print(dirt)
    rows, found = sum(k.rows for k in kinds), sum(k.caught for k in kinds)
    screen.print(f"caught in all {found / rows:.4f}")
    lines = (warehouse / "accounts.jsonl").read_text(encoding="utf-8").splitlines()
    read = sum(t["read"] for line in lines for t in json.loads(line)["tables"])
    clean = refused(engine, read)
    share = clean.refused / clean.clean
    screen.print(f"clean rows refused {clean.refused} of {clean.clean} ({share:.5f})")


if __name__ == "__main__":
    main()
