"""How good is a model on firms that it has not seen, and how sure can one be?

With few bad firms one split says nothing: the folds are drawn many times, the baselines
are judged in the same folds, and every figure has an interval that knows that the folds
share their firms.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import expit
from scipy.stats import rankdata, t
from sklearn.model_selection import RepeatedStratifiedKFold

from kexin.language import Text
from kexin.modelling.baseline import logistic_risk, one_column
from kexin.modelling.calibrate import Calibration, calibrate
from kexin.modelling.train import grow, threads_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from kexin.modelling.train import Parameters, Sample

    Progress = Callable[[int, int], None]

FOLDS, REPEATS = 5, 20
CONFIDENCE = 0.95

MODEL, ONE, LOGISTIC = "model", "one_column", "logistic"


class Interval(NamedTuple):
    """A mean and its 95 % confidence interval."""

    mean: float
    low: float
    high: float


class Evaluation(NamedTuple):
    """What repeated cross-validation found.

    Attributes:
        auc: AUC in each fold, by competitor: the model and the two baselines.
        margins: Margin of each observation in each repeat, by a model that had not seen
            it; repeats x observations.
        calibration: The line from these margins to log-odds.
        bad: Whether each observation went bad.
        test_share: Firms judged for each firm trained on, in a fold.
    """

    auc: Mapping[str, NDArray[np.float64]]
    margins: NDArray[np.float64]
    calibration: Calibration
    bad: NDArray[np.bool_]
    test_share: float

    def interval(self, name: str) -> Interval:
        """Return the mean AUC of a competitor with its interval."""
        return corrected_interval(self.auc[name], self.test_share)

    def lead(self, over: str) -> Interval:
        """Return by how much the model's AUC is ahead of a baseline's, fold by fold."""
        return corrected_interval(self.auc[MODEL] - self.auc[over], self.test_share)


def evaluate(
    known: Sample,
    directions: Mapping[str, int],
    parameters: Parameters,
    progress: Progress = lambda _done, _of: None,
) -> Evaluation:
    """Judge the model and both baselines in the same 5 x 20 stratified folds.

    Raises:
        TrainingError: The model tells nothing on firms that it has not seen.
    """
    folds = RepeatedStratifiedKFold(
        n_splits=FOLDS, n_repeats=REPEATS, random_state=parameters.seed
    )
    auc: dict[str, list[float]] = {MODEL: [], ONE: [], LOGISTIC: []}
    margins = np.zeros((REPEATS, len(known.bad)))
    for number, (train, test) in enumerate(folds.split(known.values, known.bad)):
        progress(number, FOLDS * REPEATS)
        seen, unseen = known.values.iloc[train], known.values.iloc[test]
        booster = grow(seen, known.bad[train], directions, parameters)
        margin = np.asarray(
            booster.predict(
                unseen.to_numpy(np.float64),
                raw_score=True,
                num_threads=threads_for(len(unseen)),
            ),
            np.float64,
        )
        margins[number // FOLDS, test] = margin
        risks = {
            MODEL: margin,
            ONE: one_column(unseen),
            LOGISTIC: logistic_risk(seen, known.bad[train], unseen),
        }
        for name, risk in risks.items():
            auc[name].append(auc_of(risk, known.bad[test]))
    progress(FOLDS * REPEATS, FOLDS * REPEATS)
    repeated = np.tile(known.bad, REPEATS)
    weight = np.full(repeated.shape, 1 / REPEATS)
    return Evaluation(
        auc={name: np.array(values) for name, values in auc.items()},
        margins=margins,
        calibration=calibrate(margins.ravel(), repeated, weight),
        bad=known.bad,
        test_share=1 / (FOLDS - 1),
    )


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


def corrected_interval(
    values: NDArray[np.float64], test_share: float, confidence: float = CONFIDENCE
) -> Interval:
    """Return the mean of a figure over folds, with an interval for overlapping folds.

    Args:
        values: The figure in each fold.
        test_share: Observations judged for each one trained on, in a fold.
        confidence: Probability that the interval holds the mean.

    Source:
        Nadeau and Bengio (2003): the variance of the mean of J resampled figures is
        (1/J + n_test/n_train) times their sample variance; t with J - 1 degrees.
    """
    count = len(values)
    mean = float(values.mean())
    variance = float(values.var(ddof=1)) * (1 / count + test_share)
    reach = float(t.ppf((1 + confidence) / 2, count - 1)) * math.sqrt(variance)
    return Interval(mean, mean - reach, mean + reach)


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


def mean_pd(evaluation: Evaluation) -> NDArray[np.float64]:
    """Return each observation's PD by models that had not seen it, over all repeats."""
    pd: NDArray[np.float64] = expit(
        evaluation.calibration.log_odds(evaluation.margins)
    ).mean(axis=0)
    return pd


def metrics(evaluation: Evaluation) -> dict[str, float]:
    """Return all figures by name: AUC with intervals, lead, Gini, KS, Brier, slope."""
    figures: dict[str, float] = {}
    for name in evaluation.auc:
        put(figures, f"auc_{name}", evaluation.interval(name))
    for over in (ONE, LOGISTIC):
        put(figures, f"auc_lead_over_{over}", evaluation.lead(over))
    pd = mean_pd(evaluation)
    figures["gini_model"] = 2 * figures["auc_model"] - 1
    figures["ks_out_of_fold"] = ks_of(pd, evaluation.bad)
    figures["brier_out_of_fold"] = float(((pd - evaluation.bad) ** 2).mean())
    figures["calibration_intercept"] = evaluation.calibration.intercept
    figures["calibration_slope"] = evaluation.calibration.slope
    return figures


def put(figures: dict[str, float], name: str, found: Interval) -> None:
    """Add a mean and the ends of its interval to the figures."""
    figures[name] = found.mean
    figures[f"{name}_low"], figures[f"{name}_high"] = found.low, found.high


def verdict(evaluation: Evaluation) -> Text:
    """Return in words whether the model is better than the single column."""
    lead = evaluation.lead(ONE)
    span = f"{lead.mean:+.3f} ({lead.low:+.3f} … {lead.high:+.3f})"
    if lead.low > 0:
        return Text(
            f"模型优于单列基线：AUC差{span}",
            f"The model beats the single column: AUC {span}.",
        )
    if lead.high < 0:
        return Text(
            f"模型不如单列基线：AUC差{span}",
            f"The model is worse than the single column: AUC {span}.",
        )
    return Text(
        f"模型未优于单列基线：AUC差{span}，区间含0",
        f"The model does not beat the single column: AUC {span}, 0 is inside.",
    )
