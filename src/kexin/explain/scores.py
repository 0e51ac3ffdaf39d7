"""Scores of every firm on a day, with the points that explain them, as one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from kexin.errors import FirmError, WarehouseError
from kexin.explain.points import points
from kexin.explain.reasons import Reason, reasons
from kexin.language import Text
from kexin.panel.files import Panel, digests_of, write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from kexin.modelling.bundle import Bundle
    from kexin.signals.signal import Signal

HEAD = ("margin", "pd", "score", "grade", "base_points")


class Score(NamedTuple):
    """One firm's score and why.

    Attributes:
        firm_key: The firm.
        score: Points on the score scale, rounded and limited.
        pd: 12-month probability of default.
        grade: Step of the master scale.
        base_points: Points of an average firm of the training sample.
        reasons: Every signal's points; with the base they add up to the score before
            it is rounded and limited.
    """

    firm_key: str
    score: int
    pd: float
    grade: str
    base_points: float
    reasons: list[Reason]


class Scores(NamedTuple):
    """The scores of a day.

    Attributes:
        as_of: The day.
        frame: One row a firm, by `firm_key`: margin, pd, score, grade, base_points.
        points: The same rows; a column of points for each signal of the model.
        values: The same rows; the value of each signal of the model.
        digests: What the scores came from: warehouse, catalogue, panel, model.
    """

    as_of: date
    frame: pd.DataFrame
    points: pd.DataFrame
    values: pd.DataFrame
    digests: Mapping[str, str]


def score(bundle: Bundle, made: Panel, path: Path) -> Scores:
    """Score every firm of a panel, explain every score, and write both as Parquet.

    Raises:
        BundleError: The panel does not have the signals of the model, or a score and
            its points do not add up.
    """
    table = pq.read_table(made.path)
    panel = table.to_pandas()
    told = points(bundle, panel)
    predicted = bundle.predict(panel).set_index("firm_key")
    frame = predicted.assign(base_points=told["base_points"])[list(HEAD)]
    values = panel.set_index("firm_key")[list(bundle.signals)]
    digests = {
        **digests_of(made.path),
        "panel": made.digest,
        "model": bundle.digest,
    }
    scores = Scores(
        made.as_of, frame, told.drop(columns="base_points"), values, digests
    )
    write_scores(scores, path)
    return scores


def write_scores(scores: Scores, path: Path) -> None:
    """Write scores, points and values side by side, with their digests."""
    side_by_side = pd.concat(
        [
            scores.frame,
            scores.points.add_prefix("points:"),
            scores.values.add_prefix("value:"),
        ],
        axis="columns",
    ).reset_index()
    table = pa.Table.from_pandas(side_by_side, preserve_index=False)
    notes = {"kexin.as_of": str(scores.as_of)}
    notes |= {f"kexin.{name}": value for name, value in scores.digests.items()}
    write(table.replace_schema_metadata(notes), path)


def read_scores(path: Path, as_of: date) -> Scores:
    """Return the scores of a day as they were written.

    Raises:
        WarehouseError: The day was not scored yet.
    """
    if not path.exists():
        raise WarehouseError(
            Text(f"{as_of}尚未评分", f"{as_of} has not been scored yet"),
            where=str(path),
            expected=Text("该日的评分文件", "the scores of that day"),
            do=Text(
                f"运行 kexin score --as-of {as_of}", f"run kexin score --as-of {as_of}"
            ),
        )
    table = pq.read_table(path)
    notes = {
        key.decode().removeprefix("kexin."): value.decode()
        for key, value in table.schema.metadata.items()
    }
    wide = table.replace_schema_metadata(None).to_pandas().set_index("firm_key")
    return Scores(
        as_of=as_of,
        frame=wide[list(HEAD)],
        points=starting(wide, "points:"),
        values=starting(wide, "value:"),
        digests={name: value for name, value in notes.items() if name != "as_of"},
    )


def starting(wide: pd.DataFrame, prefix: str) -> pd.DataFrame:
    """Return the columns whose names begin with a prefix, without it."""
    own = [name for name in wide.columns if name.startswith(prefix)]
    return wide[own].rename(columns=lambda name: name.removeprefix(prefix))


def score_of(scores: Scores, firm_key: str, catalogue: Mapping[str, Signal]) -> Score:
    """Return one firm's score with its reasons."""
    row = scores.frame.loc[firm_key].to_dict()
    return Score(
        firm_key=firm_key,
        score=int(row["score"]),
        pd=float(row["pd"]),
        grade=str(row["grade"]),
        base_points=float(row["base_points"]),
        reasons=reasons(
            floats(scores.points, firm_key), floats(scores.values, firm_key), catalogue
        ),
    )


def floats(frame: pd.DataFrame, firm_key: str) -> dict[str, float]:
    """Return a firm's row as floats by column."""
    row = frame.loc[firm_key].to_dict()
    return {str(name): float(value) for name, value in row.items()}


def firm_named(name: str, scores: Scores) -> str:
    """Return the key of a firm by its key, or by a local id where only one has it.

    Examples: `E130` finds `CUMCM:E130` unless another delivery knows an `E130` too.

    Raises:
        FirmError: No firm has the name, or several have.
    """
    keys = list(scores.frame.index)
    if name in keys:
        return name
    found = [key for key in keys if key.rpartition(":")[2] == name]
    if len(found) == 1:
        return str(found[0])
    raise FirmError(
        Text(
            f"有{len(found)}家企业叫“{name}”", f"{len(found)} firms are called {name!r}"
        ),
        where=f"scores of {scores.as_of}",
        expected=Text(
            f"以下之一：{'、'.join(found)}" if found else "一家已评分的企业",
            f"one of {', '.join(found)}" if found else "a firm that was scored",
        ),
        do=Text(
            "请写出完整的firm_key" if found else "请检查代码，或先接收该企业的数据",
            "write the whole firm_key"
            if found
            else "check the code, or take in the firm's records first",
        ),
    )
