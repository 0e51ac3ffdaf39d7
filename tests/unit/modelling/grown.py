"""Made-up observations, and bundles grown on them, for tests of models and points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kexin.modelling import bundle as bundles
from kexin.modelling.baseline import ONE_COLUMN
from kexin.modelling.calibrate import Calibration
from kexin.modelling.train import Parameters, grow, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kexin.modelling.bundle import Bundle

WAYS = {ONE_COLUMN: -1, "a.rises": 1, "a.either": 0}
QUICK = Parameters(rounds=30, feature_fraction=1.0)
LINE = Calibration(0.1, 1.2)


def observations(
    tells: float, firms: int = 120, ways: Mapping[str, int] = WAYS
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a panel and its outcomes; `tells` is how much two signals say of them."""
    draw = np.random.default_rng(7)
    values = draw.normal(size=(firms, len(ways)))
    odds = -1.0 - tells * values[:, 0] + tells * values[:, 1]
    bad = draw.random(firms) < 1 / (1 + np.exp(-odds))
    values[draw.random(values.shape) < 0.1] = np.nan
    keys = [f"F{number:05d}" for number in range(firms)]
    panel = pd.DataFrame(values, columns=list(ways)).assign(firm_key=keys)
    outcome = np.where(bad, "bad", "good")
    return panel, pd.DataFrame({"firm_key": keys, "outcome": outcome})


def written(
    folder: Path,
    values: pd.DataFrame,
    bad: np.ndarray[tuple[int], np.dtype[np.bool_]],
    parameters: Parameters = QUICK,
    ways: Mapping[str, int] = WAYS,
) -> Bundle:
    """Return a bundle of a model grown on some values."""
    booster = grow(values, bad, ways, parameters)
    listed = [{"id": name, "direction": way} for name, way in ways.items()]
    return bundles.write(folder, text_of(booster), LINE, {"signals": listed})


OBSERVED = observations(tells=1.5)
