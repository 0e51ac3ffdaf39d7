"""The panel by featuretools: for the benchmark beside it, in an environment of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd
from apart import Took, apart
from beside_parts import PARTS, frames, last_days, observations, signals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from beside_parts import Part


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
    code = "import sys, beside_featuretools; beside_featuretools.alone(*sys.argv[1:])"
    command = [str(python.absolute()), "-c", code, *map(str, given)]
    here = Path(__file__).parent
    done = subprocess.run(command, cwd=here, check=True, stdout=subprocess.PIPE)
    return Took(*json.loads(done.stdout))
