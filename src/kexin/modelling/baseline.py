"""The baselines that a model must beat, judged in the same folds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray
    from sklearn.pipeline import Pipeline

ONE_COLUMN = "inv.sales_36m"
"""The single column: the sum of valid sales invoices, higher meaning safer."""


def one_column(values: pd.DataFrame) -> NDArray[np.float64]:
    """Return the risk that the single column tells; it needs no training."""
    return -values[ONE_COLUMN].fillna(0.0).to_numpy(np.float64)


def logistic() -> Pipeline:
    """Return a logistic regression that has seen nothing yet.

    Absent values become the median of the firms it is fitted on, with a column that
    says so; amounts are taken in their logarithm with sign.
    """
    return make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True),
        FunctionTransformer(signed_log),
        StandardScaler(),
        LogisticRegression(C=0.05, max_iter=1000),
    )


def signed_log(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return sign(x) ln(1 + |x|)."""
    result: NDArray[np.float64] = np.sign(values) * np.log1p(np.abs(values))
    return result


def logistic_risk(
    train: pd.DataFrame, bad: NDArray[np.bool_], test: pd.DataFrame
) -> NDArray[np.float64]:
    """Return the risk of some firms by a regression fitted on others."""
    fitted = logistic().fit(train.to_numpy(np.float64), bad)
    risk: NDArray[np.float64] = fitted.decision_function(test.to_numpy(np.float64))
    return risk
