"""What a model seems to gain from what nobody knew yet, and that our panels know none.

    python benchmarks/panel_leak.py [CITY] [--firms 20000] [--seed 20261123]

CITY is what `kexin simulate CITY --firms N --form contract` made; without it one is
made in a temporary folder. It is opened as four worlds:

- as known: each version stands from when it was known to when the next one was.
- lags ignored: each record's first version is known at the end of the day on which it
  happened, later versions from when they were.
- lags and history ignored: of each record only the version that stands in the end,
  known at the end of the day on which the record first happened, and dated by it. So a
  table looks that keeps no history and is read by days of events; what was withdrawn is
  gone.
- truncated: for each day a warehouse of its own, with what was known by that day's end.

All signals of the catalogue are computed in each world. What became of firms, and which
firms are observed, always comes from the world as known. In each world a LightGBM model
grows on the same observations, with the parameters of `city_model.py`, and is tested on
the same. The windows of training and validation are over when those of the test begin.
Days are fewer than those of `city_model.py`, which takes some forty features.

The panels of the truncated warehouses must be those of the world as known, value by
value: the panel of an old day, made today, is the panel that was made then. The script
ends with 1 where they are not. A city holds no tables of estimates; the signals that
read them are absent in all worlds.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import ibis
import lightgbm
import numpy as np
import pandas as pd
from city_acceptance import made
from city_model import PARAMETERS
from contract_city import THREADS, held, opened
from rich.console import Console
from rich.table import Table
from sklearn.metrics import roc_auc_score

from kexin.algebra.dates import next_midnight
from kexin.panel.files import write_panels
from kexin.panel.outcomes import outcomes
from kexin.registers.contract import contracts
from kexin.signals.catalogue import catalogue
from kexin.simulate import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import ibis.expr.types as ir

    Tables = Mapping[str, ir.Table]

TRAIN = (date(2021, 12, 31), date(2022, 6, 30), date(2022, 12, 31), date(2023, 6, 30))
VALID = (date(2023, 12, 31),)
TEST = (date(2024, 12, 31), date(2025, 6, 30))
DAYS = TRAIN + VALID + TEST
LAST_DAY: date = clock.LAST_DAY.item()

STEADY = {"deterministic": True, "force_row_wise": True, "num_threads": THREADS}
ROUNDS, PATIENCE = 800, 50
DRAWS, SEED = 1_000, 20261123


class Compared(NamedTuple):
    """How panels differ from others of the same days.

    Attributes:
        values: Values of the firms that both have.
        differ: Those among them that differ.
        alone: Firms, one a day, that only one of them has.
    """

    values: int
    differ: int
    alone: int


def as_known(table: ir.Table, _key: Sequence[str]) -> ir.Table:
    """Return versions as they are."""
    return table


def lag_ignored(table: ir.Table, _key: Sequence[str]) -> ir.Table:
    """Return all versions, of each record the first known when it happened."""
    first = table.version_no == 1
    return table.mutate(known_at=ibis.ifelse(first, happened(table), table.known_at))


def history_ignored(table: ir.Table, key: Sequence[str]) -> ir.Table:
    """Return the versions that stand in the end, as if they had stood from the first.

    A firm's registration happens again with each change of it. Dated by its last
    change, most firms would not be known at all on a day years before it.
    """
    of_record = ibis.window(group_by=list(dict.fromkeys(key)))
    begun = table.mutate(
        known_at=happened(table).min().over(of_record),
        event_date=table.event_date.min().over(of_record),
    )
    return begun.filter(begun.superseded_at.isnull(), begun["op"] != "D")


def happened(table: ir.Table) -> ir.TimestampValue:
    """Return when versions happened, or were known if that is earlier or all we know.

    A hearing is announced before it happens: it must not be known later than it was.
    """
    event = table.event_date.cast("timestamp(6)")
    return ibis.least(table.known_at, ibis.coalesce(event, table.known_at))


def held_on(table: ir.Table, day: date) -> ir.Table:
    """Return what a warehouse held at the end of a day, and as it held it."""
    midnight = ibis.literal(next_midnight(day))
    known = table.filter(table.known_at < midnight)
    return known.mutate(
        superseded_at=ibis.ifelse(
            known.superseded_at < midnight, known.superseded_at, ibis.null()
        )
    )


WORLDS: Mapping[str, Callable[[ir.Table, Sequence[str]], ir.Table]] = {
    "as known": as_known,
    "lags ignored": lag_ignored,
    "lags and history ignored": history_ignored,
}
"""Worlds that are one warehouse for all days: a table and its key to what is seen."""

TRUNCATED = "truncated"


def write(tables: Tables, days: Sequence[date], folder: Path) -> None:
    """Write the panels of some days with all signals of the catalogue."""
    signals = list(catalogue().values())
    write_panels(signals, days, held(tables, folder.name), folder)


def write_worlds(tables: Tables, folder: Path) -> dict[str, Path]:
    """Write the panels of all worlds, and tell how long it took; their folders."""
    folders = {name: folder / name for name in (*WORLDS, TRUNCATED)}
    for name, path in folders.items():
        begun = time.monotonic()
        if name == TRUNCATED:
            write_truncated(tables, path)
        else:
            write(seen(tables, name), DAYS, path)
        spent = time.monotonic() - begun
        print(f"{name}: panels of {len(DAYS)} days in {spent:.0f} s", flush=True)
    return folders


def seen(tables: Tables, world: str) -> dict[str, ir.Table]:
    """Return the tables of a world."""
    key_of = {name: contract.key for name, contract in contracts().items()}
    return {t: WORLDS[world](rows, key_of[t]) for t, rows in tables.items()}


def write_truncated(tables: Tables, folder: Path) -> None:
    """Write the panel of each day from what a warehouse held at its end."""
    for day in DAYS:
        then = {name: held_on(table, day) for name, table in tables.items()}
        write(then, [day], folder)


def observed(tables: Tables, days: Sequence[date]) -> pd.DataFrame:
    """Return the firms that turned out good or bad: `firm_key`, `as_of`, `bad`."""
    parts = []
    for day in days:
        known = outcomes(tables, day, LAST_DAY, "B2")
        told = known[known["outcome"].isin(["good", "bad"])]
        bad = told["outcome"] == "bad"
        parts.append(told[["firm_key"]].assign(as_of=day, bad=bad))
    return pd.concat(parts, ignore_index=True)


def features(firms: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """Return the signals of observations, in their order."""
    paths = [folder / f"{day}.parquet" for day in firms["as_of"].unique()]
    panels = pd.concat([pd.read_parquet(path) for path in paths])
    keys = ["firm_key", "as_of"]
    return firms[keys].merge(panels, "left", keys).drop(columns=keys)


def predicted(firms: Mapping[str, pd.DataFrame], folder: Path) -> np.ndarray:
    """Grow a model in a world; return what it predicts for the firms of the test."""
    sets = {name: features(part, folder) for name, part in firms.items()}
    train, valid = [
        lightgbm.Dataset(sets[name], firms[name]["bad"]) for name in ("train", "valid")
    ]
    model = lightgbm.train(
        PARAMETERS | STEADY,
        train,
        ROUNDS,
        [valid],
        callbacks=[lightgbm.early_stopping(PATIENCE, verbose=False)],
    )
    return np.asarray(model.predict(sets["test"]))


def drawn(firms: pd.DataFrame, scores: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Return the AUC of each world in draws of firms: one row a draw.

    A firm is drawn with all its days, and the same firms in all worlds.
    """
    random = np.random.default_rng(SEED)
    firm, keys = pd.factorize(firms["firm_key"])
    rows = []
    for _ in range(DRAWS):
        times = np.bincount(random.integers(0, len(keys), len(keys)), None, len(keys))
        weight = times[firm]
        rows.append(
            {
                name: roc_auc_score(firms["bad"], score, sample_weight=weight)
                for name, score in scores.items()
            }
        )
    return pd.DataFrame(rows)


def compared(one: Path, other: Path) -> Compared:
    """Compare the panels of all days in two folders value by value."""
    values = differ = alone = 0
    for day in DAYS:
        left, right = [
            pd.read_parquet(path / f"{day}.parquet").drop(columns="as_of")
            for path in (one, other)
        ]
        left, right = left.set_index("firm_key"), right.set_index("firm_key")
        alone += len(left.index.symmetric_difference(right.index))
        # Another set of signals is a fault of this script, and no difference.
        left, right = left.align(right[left.columns], "inner", axis=0)
        equal = (left == right) | (left.isna() & right.isna())
        values += equal.size
        differ += int((~equal).to_numpy().sum())
    return Compared(values, differ, alone)


def told(firms: Mapping[str, pd.DataFrame], folders: Mapping[str, Path]) -> Table:
    """Train and test in each world; a table of AUC and what it is above `as known`."""
    test = firms["test"]
    scores = {name: predicted(firms, folder) for name, folder in folders.items()}
    auc = {name: roc_auc_score(test["bad"], score) for name, score in scores.items()}
    draws = drawn(test, scores)
    table = Table("world", "test AUC", "difference", "95% interval")
    for name, value in auc.items():
        if name == "as known":
            table.add_row(name, f"{value:.4f}", "", "")
            continue
        gains = draws[name] - draws["as known"]
        low, high = np.quantile(gains, [0.025, 0.975])
        table.add_row(
            name,
            f"{value:.4f}",
            f"{value - auc['as known']:+.4f}",
            f"{low:+.4f} to {high:+.4f}",
        )
    return table


def leak(city: Path, folder: Path) -> int:
    """Measure and print; 1 where a panel made today differs from one made then."""
    screen = Console()
    tables = opened(city)
    sets = {"train": TRAIN, "valid": VALID, "test": TEST}
    firms = {name: observed(tables, days) for name, days in sets.items()}
    folders = write_worlds(tables, folder)
    screen.print(told(firms, folders))
    for name, part in firms.items():
        days = ", ".join(str(day) for day in sets[name])
        screen.print(f"{name}: {len(part):,} observations, {part['bad'].sum():,} bad")
        screen.print(f"    on {days}")
    found = compared(folders["as known"], folders[TRUNCATED])
    screen.print(
        f"truncated and as known: {found.differ:,} of {found.values:,} values differ, "
        f"{found.alone:,} firms in one alone; {len(catalogue())} signals"
    )
    return int(found.differ > 0 or found.alone > 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("city", type=Path, nargs="?")
    parser.add_argument("--firms", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=20261123)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        city = given.city or made(place / "city", given.firms, given.seed)
        if not any((city / "tables").glob("*.parquet")):
            sys.stderr.write(f"no tables in {city}: see kexin simulate\n")
            return 1
        return leak(city, place)


if __name__ == "__main__":
    sys.exit(main())
