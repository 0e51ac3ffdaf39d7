"""How well a risk ranks bad firms above good ones.

A higher risk means a worse firm; ties count half everywhere.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.stats import norm, rankdata

if TYPE_CHECKING:
    from numpy.typing import NDArray

CONFIDENCE = 0.95


class Interval(NamedTuple):
    """A mean and its 95 % confidence interval."""

    mean: float
    low: float
    high: float


def auc_of(risk: NDArray[np.float64], bad: NDArray[np.bool_]) -> float:
    """Return the area under the ROC curve, ties counted half.

    Source:
        Mann and Whitney (1947): the share of pairs of a bad and a good firm in which
        the bad one has the higher risk.
    """
    ranks = rankdata(risk)
    n_bad, n_good = int(bad.sum()), int((~bad).sum())
    pairs = ranks[bad].sum() - n_bad * (n_bad + 1) / 2
    return float(pairs / (n_bad * n_good))


def auc_variance(risk: NDArray[np.float64], bad: NDArray[np.bool_]) -> float:
    """Return the variance of the AUC that comes from which firms were drawn.

    Args:
        risk: Risk of each firm.
        bad: Whether each went bad; two at least of either.

    Source:
        DeLong, DeLong and Clarke-Pearson (1988), by the midranks of Sun and Xu (2014);
        VALIDATION.md section 1.
    """
    ranks = rankdata(risk)
    n_bad, n_good = int(bad.sum()), int((~bad).sum())
    above_good = (ranks[bad] - rankdata(risk[bad])) / n_good
    below_bad = 1 - (ranks[~bad] - rankdata(risk[~bad])) / n_bad
    return float(above_good.var(ddof=1) / n_bad + below_bad.var(ddof=1) / n_good)


def auc_interval(
    risk: NDArray[np.float64],
    bad: NDArray[np.bool_],
    confidence: float = CONFIDENCE,
) -> Interval:
    """Return the AUC with DeLong's interval, cut off at 0 and 1."""
    auc = auc_of(risk, bad)
    z = float(norm.ppf((1 + confidence) / 2))
    reach = z * math.sqrt(auc_variance(risk, bad))
    return Interval(auc, max(auc - reach, 0.0), min(auc + reach, 1.0))


def ks_of(risk: NDArray[np.float64], bad: NDArray[np.bool_]) -> float:
    """Return the greatest distance between the risks' distributions of bad and good.

    Source:
        Kolmogorov and Smirnov's two-sample statistic.
    """
    order = np.argsort(risk, kind="stable")
    ends = np.append(np.diff(risk[order]) > 0, True)
    share_bad = np.cumsum(bad[order]) / bad.sum()
    share_good = np.cumsum(~bad[order]) / (~bad).sum()
    return float(np.abs(share_bad - share_good)[ends].max())
