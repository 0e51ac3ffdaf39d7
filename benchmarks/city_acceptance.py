"""A synthetic city beside its targets: every curve and marginal, as a page of plots.

    python benchmarks/city_acceptance.py [--firms 20000] [--seed 20261123] [--city DIR]

makes a city in contract form in a temporary folder, or reads the one in DIR, prints
what is off, and writes `city-acceptance.html` (English) and `city-acceptance.zh.html`
(Chinese) to the folder that `--output` names.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from kexin.simulate.acceptance.checks import checks
from kexin.simulate.acceptance.curves import curves
from kexin.simulate.acceptance.opened import opened
from kexin.simulate.acceptance.page import page
from kexin.simulate.export import Asked, export


def main() -> None:
    given = arguments()
    with tempfile.TemporaryDirectory() as folder:
        city = given.city or made(Path(folder) / "city", given.firms, given.seed)
        engine = opened(city)
        drawn, found = list(curves(engine)), list(checks(engine))
    for curve in drawn:
        values = " ".join(f"{value:.3f}" for value in curve.values)
        print(
            f"{curve.curve.id:12} {values}  healthy {curve.healthy:.4f}  off {curve.off}"
        )
    for result in found:
        verdict = "" if result.passed else "  OFF"
        low, high = result.band
        print(
            f"{result.check.id:5} {result.label:20} {result.value:9.4f} "
            f"({low} to {high}){verdict}"
        )
    given.output.mkdir(parents=True, exist_ok=True)
    (given.output / "city-acceptance.html").write_text(
        page(drawn, found, "en"), encoding="utf-8"
    )
    (given.output / "city-acceptance.zh.html").write_text(
        page(drawn, found, "zh"), encoding="utf-8"
    )
    print(f"pages in {given.output}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--city", type=Path)
    parser.add_argument("--output", type=Path, default=Path("build"))
    return parser.parse_args()


def made(folder: Path, firms: int, seed: int) -> Path:
    begun = time.monotonic()
    export(folder, Asked(firms, seed, contract=True), threads=2)
    print(f"{firms} firms written in {time.monotonic() - begun:.0f} s")
    return folder


if __name__ == "__main__":
    main()
