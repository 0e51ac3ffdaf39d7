"""Calibration: a model's margin to log-odds that come true, by a straight line.

A line keeps the order of firms and keeps explanations additive: what a signal adds to
the margin, times the slope, is what it adds to the log-odds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from kexin.errors import TrainingError
from kexin.language import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Calibration(NamedTuple):
    """Log-odds of going bad = intercept + slope x margin."""

    intercept: float
    slope: float

    def log_odds(self, margin: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the calibrated log-odds of margins."""
        return self.intercept + self.slope * margin


def calibrate(
    margin: NDArray[np.float64], bad: NDArray[np.bool_], weight: NDArray[np.float64]
) -> Calibration:
    """Fit the line by maximum likelihood.

    Args:
        margin: Margins of observations that the model was not trained on.
        bad: Whether each went bad.
        weight: Weight of each.

    Raises:
        TrainingError: One outcome only, or a higher margin does not mean more risk.

    Source:
        Platt (1999), on the margin and without his prior correction of the targets.
    """
    if bad.all() or not bad.any():
        raise uncalibrated(Text("只有一种结果", "there is one outcome only"))
    sign = np.where(bad, 1.0, -1.0)

    def loss(line: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        told = sign * (line[0] + line[1] * margin)
        pull = -weight * sign * expit(-told)
        total = float((weight * np.logaddexp(0.0, -told)).sum())
        return total, np.array([pull.sum(), (pull * margin).sum()])

    found = minimize(loss, np.array([0.0, 1.0]), jac=True, method="BFGS")
    intercept, slope = (float(value) for value in found.x)
    if not slope > 0:
        raise uncalibrated(Text(f"斜率为{slope:.3f}", f"the slope is {slope:.3f}"))
    return Calibration(intercept, slope)


def uncalibrated(found: Text) -> TrainingError:
    """Return the error for margins that tell nothing of the outcomes."""
    return TrainingError(
        Text(f"无法校准：{found.zh}", f"cannot calibrate: {found.en}"),
        where="calibration on the folds' own firms",
        expected=Text("好坏均有，且斜率为正", "both outcomes, and a positive slope"),
        do=Text(
            "模型在未见过的企业上没有区分力：请检查信号与结果标签",
            "the model tells nothing on firms it has not seen: check signals and "
            "outcomes",
        ),
    )
