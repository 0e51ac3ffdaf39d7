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
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from apart import Took, apart

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.table import Table

    Measured = tuple[dict[str, Took], dict[str, int]]
    """What the steps took on a city, and the rows that each of them reads."""

LAST_DAY = "2026-09-30"
KEYS = ["firm_key", "as_of"]
NEAR = 1e-9
MILLION = 1_000_000

ALL = "Kexin, all signals"
SAME = "Kexin, the same"
PANDAS = "pandas"
TOLD = "featuretools, told"
AS_IS = "featuretools, as it is"

MOST_TAXES = ["vat", "cit", "consumption", "urban", "surcharge"]
RATINGS = {"A": 0.0, "B": 1.0, "M": 2.0, "C": 3.0, "D": 4.0}
CLASSES = {"1": 1.0, "2": 2.0, "3": 3.0, "4": 4.0, "5": 5.0}

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "tax_payment": ("amount", "tax_kind"),
    "tax_violation": (),
    "tax_arrears": ("balance", "balance_date"),
    "tax_credit_rating": ("rating",),
    "pboc_loan_month": ("month", "overdue_days", "five_class"),
    "pboc_inquiry": ("inquiry_reason",),
    "si_month": ("insured_count", "si_kind"),
    "si_headcount_change": ("leaves",),
    "cus_declaration": ("decl_status",),
    "ip_software": (),
    "ip_patent_event": ("event_code",),
    "reg_firm": ("reg_capital",),
    "reg_change": ("change_item",),
    "reg_abnormal_list": (),
    "reg_chattel_mortgage": (),
}
"""Columns that are read of each table, besides those of every version."""


class Part(NamedTuple):
    """One number for a firm out of its records, of which signals are made.

    Attributes:
        name: Its column.
        table: The table.
        reduction: How values become one.
        of: The column that is reduced.
        months: Length of the window over event dates; None for all time.
        where: The column that says whether a record counts.
    """

    name: str
    table: str
    reduction: Literal["sum", "count", "distinct", "max", "last"]
    of: str = "row_id"
    months: int | None = None
    where: str = "is_any"


PARTS = (
    Part("tax_paid", "tax_payment", "sum", "amount", 12, "is_of_most_taxes"),
    Part("payments", "tax_payment", "count", months=3, where="is_above_zero"),
    Part("violations", "tax_violation", "count", months=24),
    Part("quarters", "tax_arrears", "distinct", "quarter", 24, "is_owed"),
    Part("rating", "tax_credit_rating", "last", "level"),
    Part("overdue_days", "pboc_loan_month", "max", "overdue_days", 24),
    Part("worst_class", "pboc_loan_month", "max", "level", 24),
    Part("overdue_months", "pboc_loan_month", "distinct", "number", 24, "is_overdue"),
    Part("loan_months", "pboc_loan_month", "count"),
    Part("inquiries", "pboc_inquiry", "count", months=3, where="is_pre_loan"),
    Part("staff", "si_month", "last", "insured_count", where="is_pension"),
    Part("staff_sum", "si_month", "sum", "insured_count", 6, "is_pension"),
    Part("staff_months", "si_month", "count", months=6, where="is_pension"),
    Part("leaves", "si_headcount_change", "sum", "leaves", 6),
    Part("declared", "cus_declaration", "count", months=12),
    Part("changed", "cus_declaration", "count", months=12, where="is_changed"),
    Part("software", "ip_software", "count"),
    Part("new_software", "ip_software", "count", months=24),
    Part("lapses", "ip_patent_event", "count", months=24, where="is_lapse"),
    Part("capital", "reg_firm", "last", "reg_capital"),
    Part("raises", "reg_change", "count", months=24, where="is_raise"),
    Part("representatives", "reg_change", "count", months=12, where="is_legal_rep"),
    Part("listings", "reg_abnormal_list", "count", months=36),
    Part("liens", "reg_chattel_mortgage", "count", months=12),
)


def signals(parts: pd.DataFrame) -> pd.DataFrame:
    """Return the signals of observations, from their parts; a column each."""
    adding = [p.name for p in PARTS if p.reduction in ("sum", "count", "distinct")]
    p = parts.astype("float64").fillna(dict.fromkeys(adding, 0.0))
    mean_staff = p["staff_sum"] / p["staff_months"].replace(0.0, np.nan)
    made = {
        "tax.taxpaid_12m": p["tax_paid"],
        "tax.taxpaid_last3m": (p["payments"] > 0).astype("float64"),
        "tax.viol_24m": p["violations"],
        "tax.arrears_cnt_24m": p["quarters"],
        "tax.rating_ord": p["rating"],
        "pboc.dpd_max_24m": p["overdue_days"],
        "pboc.class_worst_24m": p["worst_class"],
        "pboc.overdue_m_24m": p["overdue_months"].where(p["loan_months"] > 0),
        "pboc.inquiry_3m": p["inquiries"],
        "si.head_now": np.log(p["staff"] + 1),
        "si.leave_rate_6m": (p["leaves"] / mean_staff).where(mean_staff >= 3),
        "cus.cancel_rate": (p["changed"] / p["declared"]).where(p["declared"] >= 10),
        "ip.sw_total": np.log1p(p["software"]),
        "ip.sw_24m": p["new_software"],
        "ip.lapse_24m": p["lapses"],
        "reg.capital_log": np.log(p["capital"] + 1),
        "reg.capital_raise_24m": p["raises"],
        "reg.rep_change_12m": p["representatives"],
        "reg.abn_cnt_36m": p["listings"],
        "reg.chattel_new_12m": p["liens"],
    }
    return pd.DataFrame(made)


def compared() -> list[str]:
    """Return the ids of the signals that all steps make."""
    return list(signals(pd.DataFrame(columns=[p.name for p in PARTS])).columns)


def last_days(number: int) -> pd.DatetimeIndex:
    """Return the last days of some quarters, in order."""
    return pd.date_range(end=LAST_DAY, periods=number, freq="QE")


def frames(city: Path) -> dict[str, pd.DataFrame]:
    """Return the tables that the signals need, with their conditions and codes.

    Rows stand in the order of event date, known date and `row_id`; amounts are floats,
    days are moments.
    """
    held = {name: frame(city, name) for name in COLUMNS}
    paid, owed = held["tax_payment"], held["tax_arrears"]
    paid["is_of_most_taxes"] = paid["tax_kind"].isin(MOST_TAXES)
    paid["is_above_zero"] = paid["amount"] > 0
    owed["is_owed"] = owed["balance"] > 0
    owed["quarter"] = owed["balance_date"].dt.year * 4 + owed["balance_date"].dt.quarter
    rated, loans = held["tax_credit_rating"], held["pboc_loan_month"]
    rated["level"] = rated["rating"].map(RATINGS)
    loans["level"] = loans["five_class"].map(CLASSES)
    loans["is_overdue"] = loans["overdue_days"] > 0
    loans["number"] = loans["month"].dt.year * 12 + loans["month"].dt.month
    conditions = (
        ("pboc_inquiry", "is_pre_loan", "inquiry_reason", ["pre_loan"]),
        ("si_month", "is_pension", "si_kind", ["pension"]),
        ("cus_declaration", "is_changed", "decl_status", ["amended", "cancelled"]),
        ("ip_patent_event", "is_lapse", "event_code", ["lapse_fee"]),
        ("reg_change", "is_raise", "change_item", ["capital_raise"]),
        ("reg_change", "is_legal_rep", "change_item", ["legal_rep"]),
    )
    for table, condition, column, values in conditions:
        held[table][condition] = held[table][column].isin(values)
    return held


def frame(city: Path, name: str) -> pd.DataFrame:
    """Return one table, in order; records of nobody are left out."""
    envelope = ["row_id", "firm_key", "event_date", "known_at", "superseded_at"]
    table = pq.read_table(
        city / "tables" / f"{name}.parquet", columns=[*envelope, *COLUMNS[name]]
    )
    floats = [
        pa.field(f.name, pa.float64()) if pa.types.is_decimal(f.type) else f
        for f in table.schema
    ]
    cast = table.cast(pa.schema(floats))
    rows: pd.DataFrame = cast.to_pandas(date_as_object=False)
    known = rows[rows["firm_key"].notna()].assign(is_any=True)
    return known.sort_values(["event_date", "known_at", "row_id"], ignore_index=True)


def observations(registry: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
    """Return the firms that were known on each day: `firm_key`, `as_of`."""
    first = registry.groupby("firm_key", as_index=False)["known_at"].min()
    both: pd.DataFrame = first.merge(pd.DataFrame({"as_of": days}), how="cross")
    known = both["known_at"] < both["as_of"] + pd.Timedelta(days=1)
    return both[known][KEYS].sort_values(["as_of", "firm_key"], ignore_index=True)


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


def by_featuretools(city: Path, out: Path, number: int, told: Literal[0, 1]) -> int:
    """Write the panel by featuretools, told of versions or as it is; observations."""
    import featuretools as ft

    warnings.filterwarnings("ignore")  # of pandas, at what featuretools does
    held = frames(city)
    every = observations(held["reg_firm"], last_days(number))
    entities = entity_set(held)
    features = {p.name: feature(entities, p, told=bool(told)) for p in PARTS}
    times = every["as_of"] + pd.Timedelta(days=1)
    cutoffs = pd.DataFrame({"firm_key": every["firm_key"], "time": times})
    matrix = ft.calculate_feature_matrix(
        list(features.values()),
        entities,
        cutoff_time=cutoffs,
        cutoff_time_in_index=True,
        include_cutoff_time=False,
    )
    columns = {f.get_name(): name for name, f in features.items()}
    values = signals(matrix.rename(columns=columns)[list(features)])
    keys = pd.DataFrame(
        {
            "firm_key": matrix.index.get_level_values("firm_key").astype(str),
            "as_of": matrix.index.get_level_values("time") - pd.Timedelta(days=1),
        },
        index=matrix.index,
    )
    keys.join(values).to_parquet(out, index=False)
    return len(every)


def entity_set(held: Mapping[str, pd.DataFrame]) -> Any:  # noqa: ANN401  (untyped)
    """Return the firms and their records, each known from its `known_at` on."""
    import featuretools as ft

    entities = ft.EntitySet("city")
    firms = held["reg_firm"][["firm_key"]].drop_duplicates()
    entities.add_dataframe(
        firms, "firm", index="firm_key", logical_types={"firm_key": "Categorical"}
    )
    for name, table in held.items():
        parts = [part for part in PARTS if part.table == name]
        distinct = {p.of for p in parts if p.reduction == "distinct"}
        values = {p.of for p in parts if p.of != "row_id"} - distinct
        types = (
            dict.fromkeys(("event_date", "known_at", "superseded_at"), "Datetime")
            | dict.fromkeys(("row_id", "firm_key", *distinct), "Categorical")
            | dict.fromkeys(("is_any", *(p.where for p in parts)), "Boolean")
            | dict.fromkeys(values, "Double")
        )
        entities.add_dataframe(
            table[list(types)].astype(dict.fromkeys(values, "float64")),
            name,
            index="row_id",
            time_index="known_at",
            logical_types=types,
            already_sorted=True,
        )
        entities.add_relationship("firm", "firm_key", name, "firm_key")
    return entities


def feature(entities: Any, part: Part, *, told: bool) -> Any:  # noqa: ANN401  (untyped)
    """Return a part as featuretools has it, told of versions and event dates or not."""
    import featuretools as ft
    from featuretools import primitives

    made = {
        "sum": primitives.Sum,
        "count": primitives.Count,
        "distinct": primitives.NumUnique,
        "max": primitives.Max,
        "last": primitives.Last,
    }

    def column(name: str) -> Any:  # noqa: ANN401  (untyped)
        return ft.Feature(entities[part.table].ww[name])

    given: dict[str, Any] = {"where": column(part.where)}
    if told:
        days = [column(name) for name in ("event_date", "superseded_at", part.where)]
        given["where"] = ft.Feature(days, primitive=counting()(part.months))
    elif part.months is not None:
        given["use_previous"] = ft.Timedelta(part.months, "mo")
    return ft.Feature(
        column(part.of),
        parent_dataframe_name="firm",
        primitive=made[part.reduction],
        **given,
    )


def counting() -> Any:  # noqa: ANN401  (untyped)
    """Return the primitive by which featuretools can tell whether a record counts."""
    from featuretools.primitives import TransformPrimitive
    from woodwork.column_schema import ColumnSchema
    from woodwork.logical_types import Boolean, Datetime

    moment, truth = (ColumnSchema(logical_type=kind) for kind in (Datetime, Boolean))

    class Counts(TransformPrimitive):  # type: ignore[misc]  # untyped
        """Whether a version stands at the cutoff time, its event in the window."""

        name = "counts"
        input_types = (moment, moment, truth)
        return_type = truth
        uses_calc_time = True

        def __init__(self, months: int | None = None) -> None:
            self.months = months

        def get_function(self) -> Any:  # noqa: ANN401  (untyped)
            def counts(
                event_date: pd.Series[Any],
                superseded_at: pd.Series[Any],
                where: pd.Series[Any],
                time: pd.Timestamp,
            ) -> pd.Series[Any]:
                stands = superseded_at.isna() | (superseded_at >= time)
                found = where & stands & (event_date < time)
                if self.months is None:
                    return found
                day = time - pd.Timedelta(days=1)
                return found & (event_date > day - pd.DateOffset(months=self.months))

            return counts

    return Counts


def alone(city: str, out: str, number: str, told: str) -> None:
    """Write what featuretools took, as JSON: for the process in its environment."""
    step = (Path(city), Path(out), int(number), int(told))
    sys.stdout.write(json.dumps(apart(by_featuretools, *step)))


def elsewhere(python: Path, *given: object) -> Took:
    """Do a step of featuretools in its environment, in a process of its own."""
    code = "import sys, panel_beside; panel_beside.alone(*sys.argv[1:])"
    command = [str(python.absolute()), "-c", code, *map(str, given)]
    here = Path(__file__).parent
    done = subprocess.run(command, cwd=here, check=True, stdout=subprocess.PIPE)
    return Took(*json.loads(done.stdout))


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
