"""The fuzzy step of the ladder of names: plain candidates beside Splink.

    python benchmarks/identity_splink.py --city DIR --workspace DIR

Needs Splink 5, of which nothing else in Kexin knows: `pip install kexin[benchmarks]`.
The workspace is one that took the city's deliveries in, with `synthetic = true` under
`[identity]`.

Judged are the organisations' names, in full, on rows of courts, patent offices and
penalties that no code, no equal name and no normal form has settled: what reaches M8.
Both methods see the same names, compare them with the same directory, and look at the
same pairs: those that share two characters that not too many names have. A name is
given to the most similar firm, where there is one and its similarity reaches the
threshold. Counted are rows, as the city's truth has them:

- right: given to the firm that is meant; wrong: to another; `strangers`: those of the
  wrong ones that mean nobody of the city; `persons`: those that mean a natural person;
- precision: right, of all that were given; recall: right, of all that mean a firm of
  the city;
- offered: of the rows that mean one, those whose firm is among all at the threshold,
  and how many firms a name is offered that is offered any: what a person would see.

Splink learns from all names of those tables, settled or not, without the truth: u from
random pairs, m by expectation maximisation over two ways of blocking.
"""

from __future__ import annotations

import argparse
import importlib.util
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import ibis
import pandas as pd
import pyarrow as pa
from rich.console import Console
from rich.table import Table

from kexin.algebra.engine import connect
from kexin.identity.doubt import COMMON, candidates, grams
from kexin.identity.ladder import Thresholds
from kexin.identity.mentions import normalised
from kexin.identity.names import is_masked, is_organisation
from kexin.intake.resolving import directory_of
from kexin.intake.snapshot import read_snapshot
from kexin.settings import Engine
from kexin.simulate.acceptance.taken import held, opened_both

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb
    from ibis.backends.duckdb import Backend
    from splink import Linker

    from kexin.identity.directory import Directory

REGISTERS = ("court_", "ip_", "reg_penalty")
FOREMOST = "plain, as offered now"
PLAIN = (0.85, 0.90, 0.93, 0.95, 0.97, 0.98)
"""Jaro-Winkler similarities at which plain candidates are cut off."""

LINKED = (0.05, 0.2, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999)
"""Probabilities of a match at which Splink's are."""

ALL = Thresholds(dice=0.0, jaro_winkler=0.0)


class Names(NamedTuple):
    """What both methods see, and what they are judged by.

    Attributes:
        settled: `name` and `core` of all names, for learning.
        forms: `mention`, `name` and normal forms of the names that are open.
        rows: One row a record with an open name: `mention`, `uscc` (absent for nobody
            of the city), `is_person`.
        firms: `firm_key`, `k1`, `k2`, `core`, `form` of every name in law.
    """

    settled: pd.DataFrame
    forms: pd.DataFrame
    rows: pd.DataFrame
    firms: pd.DataFrame


class Judged(NamedTuple):
    """How a method does at a threshold; see the head of this file."""

    given: int
    right: int
    wrong: int
    strangers: int
    persons: int
    precision: float
    recall: float
    offered: float
    firms: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--city", type=Path, required=True)
    parser.add_argument("--workspace", type=Path, required=True)
    given = parser.parse_args()
    if importlib.util.find_spec("splink") is None:
        print("skipped: Splink is not installed (pip install kexin[benchmarks])")
        return 0
    screen = Console(width=120)
    warehouse = given.workspace / "data" / "warehouse"
    engine = connect(Engine(threads=2))
    known = directory_of(engine, warehouse, read_snapshot(warehouse), ())
    rows = named(opened_both(given.city, warehouse))
    names = seen(rows, known)
    screen.print(told_of(names))
    table = Table("method", "at", *Judged._fields)
    plain = plainly(engine, names, known)
    now = (plain["dice"] >= Thresholds().dice) | (
        plain["score"] >= Thresholds().jaro_winkler
    )
    table.add_row(FOREMOST, "", *shown(judged(plain[now], names.rows, 0)))
    for least in PLAIN:
        table.add_row("plain", str(least), *shown(judged(plain, names.rows, least)))
    linked = by_splink(names)
    for least in LINKED:
        table.add_row("Splink", str(least), *shown(judged(linked, names.rows, least)))
    screen.print(table)
    return 0


def named(both: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return the standing rows of some registers that bear an organisation's name."""
    parts = [
        f"SELECT src_name AS name, firm_key IS NULL AS is_open, uscc, is_person "
        f"FROM held_{table} JOIN (SELECT key, any_value(uscc) AS uscc, "
        f"bool_or(is_person) AS is_person FROM truth_{table} GROUP BY key) USING (key) "
        f"WHERE op <> 'D' AND superseded_at IS NULL AND src_name IS NOT NULL"
        for table in held(both)
        if table.startswith(REGISTERS)
    ]
    rows = both.execute(" UNION ALL ".join(parts)).df()
    in_full = [is_organisation(n) and not is_masked(n) for n in rows["name"]]
    return rows[in_full].reset_index(drop=True)


def seen(rows: pd.DataFrame, known: Directory) -> Names:
    """Return names in their forms, and the directory's beside them."""
    every = formed(sorted(rows["name"].unique()))
    open_rows = rows[rows["is_open"]]
    forms = every[every["name"].isin(set(open_rows["name"]))]
    judged_by = open_rows.merge(forms[["mention", "name"]], on="name")
    in_law = known.names.filter(known.names.kind.isin(("current", "former")))
    firms = in_law.select("firm_key", "k1", "k2", "core", "form").distinct()
    frame = firms.order_by("firm_key", "k1").to_pandas()
    return Names(every, forms, judged_by, frame)


def formed(names: list[str]) -> pd.DataFrame:
    """Return names in their normal forms, each with a number."""
    nothing = pa.nulls(len(names), pa.string())
    given = {
        "mention": pa.array(range(len(names)), pa.int64()),
        "code": nothing,
        "name": pa.array(names, pa.string()),
        "day": pa.nulls(len(names), pa.date32()),
        "place": nothing,
    }
    found = normalised(pa.table(given)).to_pandas().sort_values("mention")
    return found.assign(name=names)


def plainly(engine: Backend, names: Names, known: Directory) -> pd.DataFrame:
    """Return the pairs that the ladder's own step looks at, with their similarity."""
    columns = ["mention", "k2", "is_firm", "is_masked"]
    asked = ibis.memtable(names.forms[columns])
    nobody = ibis.memtable({"mention": []}, schema={"mention": "int64"})
    found = candidates(engine, asked, nobody, known, ALL)
    return found.rename(columns={"jaro_winkler": "score"})


def by_splink(names: Names) -> pd.DataFrame:
    """Return the pairs that Splink looks at, with their probability of a match."""
    import splink.comparison_level_library as levels
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    from splink.comparison_library import CustomComparison, ExactMatch

    logging.getLogger("splink").setLevel(logging.ERROR)
    rare = rare_grams(names.firms["k2"])
    api = DuckDBAPI()
    asked = inputs(names.settled, pd.Index(names.settled["mention"]), rare)
    firms = inputs(names.firms, names.firms.index, rare)
    settings = SettingsCreator(
        link_type="link_only",
        blocking_rules_to_generate_predictions=[
            block_on("rare", arrays_to_explode=["rare"])
        ],
        comparisons=[
            CustomComparison(
                output_column_name="name",
                comparison_levels=[
                    levels.NullLevel("k2"),
                    levels.ExactMatchLevel("k2"),
                    *(shared(least) for least in (0.9, 0.8, 0.7, 0.55)),
                    levels.ElseLevel(),
                ],
            ),
            CustomComparison(
                output_column_name="written",
                comparison_levels=[
                    levels.NullLevel("k2"),
                    *(levels.LevenshteinLevel("k2", 3 * n) for n in (0, 1, 2, 4)),
                    levels.ElseLevel(),
                ],
            ),
            ExactMatch("core").configure(term_frequency_adjustments=True),
            ExactMatch("form"),
            ExactMatch("opening").configure(term_frequency_adjustments=True),
        ],
        retain_intermediate_calculation_columns=False,
    )
    tables = [
        api.register(asked, dataset_display_name="asked"),
        api.register(firms, dataset_display_name="firms"),
    ]
    linker = Linker(tables, settings, log_level=logging.ERROR)
    learn(linker)
    pairs = linker.inference.predict(threshold_match_probability=0.01)
    return pairs_of(pairs.as_pandas_dataframe(), names)


def learn(linker: Linker) -> None:
    """Let a linker learn how often names agree, of the same firm and of others."""
    from splink import block_on

    training = linker.training
    training.estimate_probability_two_random_records_match([block_on("k2")], recall=0.9)
    training.estimate_u_using_random_sampling(max_pairs=2e6, seed=7)
    for rule in (block_on("opening"), block_on("core")):
        training.estimate_parameters_using_expectation_maximisation(rule)


def shared(least: float) -> dict[str, str]:
    """Return the level of names that share a part of their pairs of characters."""
    both = "len(list_intersect(grams_l, grams_r))"
    return {
        "sql_condition": f"2.0 * {both} / (len(grams_l) + len(grams_r)) >= {least}",
        "label_for_charts": f"dice {least}",
    }


def inputs(names: pd.DataFrame, numbers: pd.Index, rare: set[str]) -> pa.Table:
    """Return names in the form in which Splink reads them."""
    pairs = [sorted(grams(name)) for name in names["k2"]]
    columns = {
        "unique_id": pa.array([str(n) for n in numbers], pa.string()),
        **{n: pa.array(names[n], pa.string()) for n in ("k2", "core", "form")},
        "opening": pa.array([core[:4] for core in names["core"]], pa.string()),
        "grams": pa.array(pairs, pa.list_(pa.string())),
        "rare": pa.array(
            [[g for g in own if g in rare] for own in pairs], pa.list_(pa.string())
        ),
    }
    return pa.table(columns)


def rare_grams(names: pd.Series) -> set[str]:
    """Return the pairs of characters that not too many names have."""
    counted = pd.Series([g for name in names for g in grams(name)]).value_counts()
    return set(counted[counted <= COMMON].index)


def pairs_of(found: pd.DataFrame, names: Names) -> pd.DataFrame:
    """Return Splink's pairs as mention, firm and score, the best a firm."""
    asked_left = found["source_dataset_l"] == "asked"
    mention = found["unique_id_l"].where(asked_left, found["unique_id_r"]).astype(int)
    number = found["unique_id_r"].where(asked_left, found["unique_id_l"]).astype(int)
    told = pd.DataFrame(
        {
            "mention": mention,
            "firm_key": names.firms["firm_key"].iloc[number].to_numpy(),
            "score": found["match_probability"],
        }
    )
    own = told[told["mention"].isin(names.forms["mention"])]
    return own.groupby(["mention", "firm_key"], as_index=False)["score"].max()


def judged(pairs: pd.DataFrame, rows: pd.DataFrame, least: float) -> Judged:
    """Return how well names are given to the foremost of their pairs."""
    offered = pairs[pairs["score"] >= least]
    best = offered["score"] == offered.groupby("mention")["score"].transform("max")
    foremost = offered[best].drop_duplicates(["mention"], keep=False)
    chosen = rows.merge(foremost[["mention", "firm_key"]], on="mention")
    right = int((chosen["firm_key"] == chosen["uscc"]).sum())
    meant = int(rows["uscc"].notna().sum())
    among = offered[["mention", "firm_key"]].rename(columns={"firm_key": "uscc"})
    told = len(rows.merge(among.drop_duplicates(), on=["mention", "uscc"]))
    return Judged(
        given=len(chosen),
        right=right,
        wrong=len(chosen) - right,
        strangers=int(chosen["uscc"].isna().sum()),
        persons=int(chosen["is_person"].fillna(value=False).sum()),
        precision=right / max(len(chosen), 1),
        recall=right / max(meant, 1),
        offered=told / max(meant, 1),
        firms=len(offered) / max(offered["mention"].nunique(), 1),
    )


def shown(found: Judged) -> Iterator[str]:
    """Yield the figures of a row of the table."""
    for figure in found:
        yield str(figure) if isinstance(figure, int) else f"{figure:.3f}"


def told_of(names: Names) -> str:
    """Return what is judged, in a sentence."""
    meant = int(names.rows["uscc"].notna().sum())
    return (
        f"{len(names.forms)} names on {len(names.rows)} rows reach the fuzzy step; "
        f"{meant} rows mean a firm of the city; the directory has {len(names.firms)} "
        f"names, and Splink learns from {len(names.settled)}"
    )


if __name__ == "__main__":
    sys.exit(main())
