"""How good is a model on firms that it has not seen, and how sure can one be?

With few bad firms one split says nothing: the folds are drawn many times, the baselines
are judged in the same folds, and every figure has an interval that knows that the folds
share their firms.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit
from scipy.stats import t
from sklearn.model_selection import RepeatedStratifiedKFold

from kexin.language import Text
from kexin.modelling.baseline import ONE_COLUMN, logistic_risk, one_column
from kexin.modelling.calibrate import Calibration, calibrate
from kexin.modelling.ranking import (
    CONFIDENCE,
    Interval,
    auc_interval,
    auc_of,
    ks_of,
)
from kexin.modelling.train import grow, threads_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import lightgbm as lgb
    from numpy.typing import NDArray

    from kexin.modelling.train import Parameters, Sample

    Progress = Callable[[int, int], None]

FOLDS, REPEATS = 5, 20

MODEL, ONE, LOGISTIC = "model", "one_column", "logistic"


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

    def pooled(self) -> list[Interval]:
        """Return the AUC over all firms of each repeat, with DeLong's interval.

        Margins of five models are ranked together, so it also asks that they agree in
        level; it is therefore a little below the mean over folds.
        """
        return [auc_interval(margins, self.bad) for margins in self.margins]


def evaluate(
    known: Sample,
    directions: Mapping[str, int],
    parameters: Parameters,
    progress: Progress = lambda _done, _of: None,
    single: str = ONE_COLUMN,
) -> Evaluation:
    """Judge the model and both baselines in the same 5 x 20 stratified folds.

    Args:
        known: Observations with a known outcome.
        directions: Direction of risk of each signal.
        parameters: How each fold's model is grown, and the seed of the folds.
        progress: Told how many folds are done, of how many.
        single: Id of the signal that is the one-column baseline.

    Raises:
        TrainingError: The model tells nothing on firms that it has not seen, or the
            single column is no signal of the panel.
    """
    auc: dict[str, list[float]] = {MODEL: [], ONE: [], LOGISTIC: []}
    margins = np.zeros((REPEATS, len(known.bad)))
    for number, (train, test) in enumerate(folds_of(known, parameters.seed)):
        progress(number, FOLDS * REPEATS)
        seen, unseen = known.values.iloc[train], known.values.iloc[test]
        margin = judged(
            grow(seen, known.bad[train], directions, parameters),
            unseen.to_numpy(np.float64),
        )
        margins[number // FOLDS, test] = margin
        risks = {
            MODEL: margin,
            ONE: one_column(unseen, directions, single),
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


def folds_of(
    known: Sample, seed: int
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Return rows to train on and rows to judge, fold after fold, repeat after repeat.

    Firms are drawn, not rows: a firm seen on several days stands wholly on one side.
    Either side has its share of firms that went bad on any of their days.
    """
    codes, firms = pd.factorize(pd.Series(known.firms))
    ever_bad = np.zeros(len(firms), dtype=bool)
    np.logical_or.at(ever_bad, codes, known.bad)
    drawn = RepeatedStratifiedKFold(
        n_splits=FOLDS, n_repeats=REPEATS, random_state=seed
    )
    for _, unseen in drawn.split(ever_bad, ever_bad):
        test = np.isin(codes, unseen)
        yield np.flatnonzero(~test), np.flatnonzero(test)


def judged(booster: lgb.Booster, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a booster's margins of rows that it has not seen."""
    threads = threads_for(len(values))
    margin = booster.predict(values, raw_score=True, num_threads=threads)
    return np.asarray(margin, np.float64)


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


def mean_pd(evaluation: Evaluation) -> NDArray[np.float64]:
    """Return each observation's PD by models that had not seen it, over all repeats."""
    by_repeat = expit(evaluation.calibration.log_odds(evaluation.margins))
    return np.asarray(by_repeat.mean(axis=0), np.float64)


def metrics(evaluation: Evaluation) -> dict[str, float]:
    """Return all figures by name: AUC with intervals, lead, Gini, KS, Brier, slope.

    `auc_pooled` and the ends of DeLong's interval are means over the repeats. Brier's
    score is a touch too good: the line that calibrates was fitted on these margins.
    """
    figures: dict[str, float] = {}
    for name in evaluation.auc:
        put(figures, f"auc_{name}", evaluation.interval(name))
    for over in (ONE, LOGISTIC):
        put(figures, f"auc_lead_over_{over}", evaluation.lead(over))
    put(figures, "auc_pooled", Interval(*np.mean(evaluation.pooled(), axis=0).tolist()))
    pd_ = mean_pd(evaluation)
    figures["gini_model"] = 2 * figures["auc_model"] - 1
    figures["ks_out_of_fold"] = ks_of(pd_, evaluation.bad)
    figures["brier_out_of_fold"] = float(((pd_ - evaluation.bad) ** 2).mean())
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
