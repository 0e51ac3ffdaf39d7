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

TOLERANCE = 0.001
"""Points by which base and reasons may miss a score: woodelf works to about 1e-6 of a
margin's unit, and a unit is 57.7 points."""


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
    shap = shap_of(bundle, values)
    mean = expected_margin(bundle, values)
    slope = -FACTOR * bundle.calibration.slope
    base = points_of(bundle.calibration.log_odds(np.full(len(panel), mean)))
    told = pd.DataFrame(
        shap * slope, columns=list(bundle.signals), index=pd.Index(panel["firm_key"])
    )
    told.insert(0, "base_points", base)
    check_sum(told, points_of(bundle.calibration.log_odds(margin)))
    return told


def shap_of(bundle: Bundle, values: pd.DataFrame) -> NDArray[np.float64]:
    """Return exact SHAP values of the margin: observations x signals."""
    named = values.set_axis(bundle.booster.feature_name(), axis="columns")
    explainer = WoodelfExplainer(bundle.booster)
    return np.asarray(explainer.shap_values(named, verbose=False), np.float64)


def expected_margin(bundle: Bundle, values: pd.DataFrame) -> float:
    """Return the margin's mean over the training sample, as the trees remember it."""
    first = values.head(1).to_numpy(np.float64)
    contributions = bundle.booster.predict(first, pred_contrib=True)
    return float(np.asarray(contributions)[0, -1])


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
