"""Score points of each signal, exact and additive.

The margin is the sum of the trees, log-odds are a line of the margin, points a line of
the log-odds. So exact SHAP values of the margin, times one factor, are points, and the
base points plus all of them are the score before it is rounded and limited.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from woodelf import WoodelfExplainer

from kexin.errors import BundleError
from kexin.language import Text
from kexin.modelling.scale import FACTOR, points_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kexin.modelling.bundle import Bundle

TOLERANCE = 1e-4
"""Points by which base and reasons may miss a score."""


def points(bundle: Bundle, panel: pd.DataFrame) -> pd.DataFrame:
    """Return what each signal adds to each score.

    Returns:
        By `firm_key`, in the panel's order: `base_points`, the score at the training
        sample's mean margin, then a column of points for each signal of the model.

    Raises:
        BundleError: Base and reasons do not add up to a score.

    Source:
        Lundberg et al. (2020), path-dependent TreeSHAP, computed by woodelf.
    """
    values = bundle.values(panel)
    margin = bundle.margin(panel)
    mean = expected_margin(bundle)
    slope = -FACTOR * bundle.calibration.slope
    shap = shap_of(bundle, values, margin - mean, TOLERANCE / 2 / abs(slope))
    base = points_of(bundle.calibration.log_odds(np.full(len(panel), mean)))
    told = pd.DataFrame(
        shap * slope, columns=list(bundle.signals), index=pd.Index(panel["firm_key"])
    )
    told.insert(0, "base_points", base)
    check_sum(told, points_of(bundle.calibration.log_odds(margin)))
    return told


def shap_of(
    bundle: Bundle,
    values: pd.DataFrame,
    distance: NDArray[np.float64],
    tolerance: float,
) -> NDArray[np.float64]:
    """Return exact SHAP values of the margin: observations x signals.

    woodelf is several times faster than LightGBM on many deep trees, but adds up in
    32-bit floats. Its values differed from LightGBM's by 3e-6 of a margin's unit (400
    trees of 4 leaves) to 1e-5 (300 of 31 leaves), with absent values, with values
    absent for the first time, and with values on a threshold alike. Observations whose
    sum misses by more than the tolerance (1,027 and 9,592 of 20,000) take LightGBM's
    own 64-bit values; at the size of the first delivery, 425 firms, none does. Which
    they are depends on the observation alone, so a firm has the same points alone as
    among others.

    Args:
        bundle: The model.
        values: Observations x signals, as the trees expect them.
        distance: Margin of each observation less the mean margin.
        tolerance: How far the sum of its values may be off that distance.
    """
    if not len(values):
        return np.empty(values.shape)
    named = values.set_axis(bundle.booster.feature_name(), axis="columns")
    fast = WoodelfExplainer(bundle.booster).shap_values(named, verbose=False)
    shap = np.asarray(fast, np.float64)
    off = np.abs(shap.sum(axis=1) - distance) > tolerance
    if off.any():
        shap[off] = contributions(bundle, values[off].to_numpy(np.float64))[:, :-1]
    return shap


def expected_margin(bundle: Bundle) -> float:
    """Return the margin's mean over the training sample, as the trees remember it."""
    anywhere = np.zeros((1, len(bundle.signals)))
    return float(contributions(bundle, anywhere)[0, -1])


def contributions(bundle: Bundle, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return LightGBM's own SHAP values, and in the last column the mean margin."""
    return np.asarray(bundle.booster.predict(values, pred_contrib=True), np.float64)


def check_sum(told: pd.DataFrame, scores: NDArray[np.float64]) -> None:
    """Raise where the reasons of a firm do not add up to its score."""
    missed = np.abs(told.sum(axis="columns").to_numpy() - scores)
    if missed.max(initial=0.0) > TOLERANCE:
        worst = int(missed.argmax())
        raise BundleError(
            Text(
                f"理由之和与评分相差{missed[worst]:.4f}分",
                f"reasons miss the score by {missed[worst]:.4f} points",
            ),
            where=str(told.index[worst]),
            expected=Text(f"不超过{TOLERANCE}分", f"at most {TOLERANCE} points"),
            do=Text("请报告此问题；评分未写出", "report this; no score was written"),
        )
