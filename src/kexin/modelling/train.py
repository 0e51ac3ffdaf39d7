"""A panel and its outcomes to a LightGBM booster with monotone constraints."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, NamedTuple

import lightgbm as lgb
import numpy as np

from kexin.errors import TrainingError
from kexin.language import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

LEAST_OF_A_CLASS = 10
"""Fewer bad or good firms than this cannot be judged in five folds."""

FEW_ROWS = 10_000


@dataclass(frozen=True)
class Parameters:
    """How the booster is grown.

    The defaults are for small samples: trees of few leaves that each need twenty firms,
    each tree drawn from some signals and seven tenths of the firms, so that no single
    signal or firm carries the model.
    """

    rounds: int = 200
    learning_rate: float = 0.03
    num_leaves: int = 4
    min_data_in_leaf: int = 20
    lambda_l2: float = 5.0
    feature_fraction: float = 0.3
    bagging_fraction: float = 0.7
    bagging_freq: int = 1
    seed: int = 20200131


class Sample(NamedTuple):
    """Observations with a known outcome.

    Attributes:
        firms: Key of each observation's firm.
        values: Observations x signals, as floats; not-a-number where absent.
        bad: Whether each went bad.
        left_out: Signals that are absent, or the same, for all observations: their
            registers were not delivered, say.
    """

    firms: list[str]
    values: pd.DataFrame
    bad: NDArray[np.bool_]
    left_out: tuple[str, ...]


def sample(
    panel: pd.DataFrame, outcomes: pd.DataFrame, directions: Mapping[str, int]
) -> Sample:
    """Return the observations of a panel that turned out good or bad.

    Other outcomes never enter training. Outcomes with an `as_of`
    belong to the firm on that day, others to the firm on all its days.

    Raises:
        TrainingError: A signal is missing or is no number, no signal differs between
            firms, or too few are good or bad.
    """
    for name in directions:
        if name not in panel or panel[name].dtype.kind != "f":
            raise TrainingError(
                Text(f"面板缺少数值信号“{name}”", f"no numeric signal {name!r}"),
                where="panel",
                expected=Text("每个信号一列浮点数", "a float column for each signal"),
                do=Text("请重新计算面板", "compute the panel again"),
            )
    known = outcomes[outcomes["outcome"].isin(["good", "bad"])]
    keys = [key for key in ("firm_key", "as_of") if key in outcomes]
    joined = panel.merge(known, on=keys, validate="many_to_one")
    bad = (joined["outcome"] == "bad").to_numpy()
    told = [name for name in directions if joined[name].nunique(dropna=False) > 1]
    left_out = tuple(name for name in directions if name not in told)
    found = Sample(list(joined["firm_key"]), joined[told], bad, left_out)
    check_sample(found)
    return found


def check_sample(found: Sample) -> None:
    """Raise where observations are too few of a kind, or no signal differs."""
    n_bad, n_good = int(found.bad.sum()), int((~found.bad).sum())
    if min(n_bad, n_good) < LEAST_OF_A_CLASS:
        raise TrainingError(
            Text(
                f"坏{n_bad}户、好{n_good}户，不足以训练",
                f"{n_bad} bad and {n_good} good firms are too few",
            ),
            where="outcomes",
            expected=Text(
                f"好坏各至少{LEAST_OF_A_CLASS}户",
                f"at least {LEAST_OF_A_CLASS} of each",
            ),
            do=Text(
                "接收更多贷款结果，或选择更早的观察日",
                "take in more outcomes, or choose an earlier day",
            ),
        )
    if not len(found.values.columns):
        raise TrainingError(
            Text(
                f"{len(found.left_out)}个信号对所有企业均缺失或相同",
                f"all {len(found.left_out)} signals are absent, or the same, for every "
                "firm",
            ),
            where="panel",
            expected=Text("至少一个信号因企业而异", "a signal that differs by firm"),
            do=Text(
                "接收信号所需的登记数据，或在kexin.toml中选择其他信号族",
                "take in the registers that they need, or name other families in "
                "kexin.toml",
            ),
        )


def grow(
    values: pd.DataFrame,
    bad: NDArray[np.bool_],
    directions: Mapping[str, int],
    parameters: Parameters,
) -> lgb.Booster:
    """Return a booster whose margin rises or falls with each signal as declared.

    The same values give the same trees, on any number of threads.
    """
    settings = asdict(parameters)
    rounds = settings.pop("rounds")
    data = lgb.Dataset(
        values.to_numpy(np.float64),
        label=bad.astype(np.float64),
        feature_name=[plain(name) for name in directions],
        params={"feature_pre_filter": False, "verbose": -1},
    )
    return lgb.train(
        {
            "objective": "binary",
            "monotone_constraints": list(directions.values()),
            "deterministic": True,
            "force_row_wise": True,
            "verbose": -1,
            "num_threads": threads_for(len(values)),
            **settings,
        },
        data,
        num_boost_round=rounds,
    )


def threads_for(rows: int) -> int:
    """Return how many threads to grow on: one for few rows, else LightGBM's choice.

    Threads that wait for each other cost more than 123 firms do; two processes on two
    cores took more than ten minutes for what one thread does in seconds.
    """
    return 1 if rows < FEW_ROWS else 0


def plain(name: str) -> str:
    """Return a signal's id as LightGBM's text format can hold it."""
    return name.replace(" ", "_")


def text_of(booster: lgb.Booster) -> str:
    """Return a booster's text without what depends on the machine that grew it."""
    lines = booster.model_to_string(num_iteration=-1).splitlines()
    return "\n".join(ln for ln in lines if not ln.startswith("[num_threads:")) + "\n"
