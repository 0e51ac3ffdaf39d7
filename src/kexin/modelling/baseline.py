"""The baselines that a model must beat, judged in the same folds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from kexin.errors import TrainingError
from kexin.language import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray
    from sklearn.pipeline import Pipeline

ONE_COLUMN = "inv.sales_36m"
"""The single column unless another is named: the sum of valid sales invoices."""

SALES = (ONE_COLUMN, "tax.sales_12m")
"""What tells a firm's sales: by invoices, or by VAT returns where there are none."""


def sales_column(values: pd.DataFrame) -> str:
    """Return the signal of sales that a sample has; the first of all if it has none."""
    return next((name for name in SALES if name in values), ONE_COLUMN)


def one_column(
    values: pd.DataFrame, directions: Mapping[str, int], name: str = ONE_COLUMN
) -> NDArray[np.float64]:
    """Return the risk that a single column tells; it needs no training.

    A column that is declared to lower the risk is turned round. Absence counts as 0:
    no records of sales are no sales.

    Raises:
        TrainingError: The column is no signal of the panel.
    """
    if name not in values:
        raise TrainingError(
            Text(f"没有基线信号“{name}”", f"there is no baseline signal {name!r}"),
            where="panel",
            expected=Text("面板中的一个信号", "a signal of the panel"),
            do=Text(
                "请指定目录中的信号作为单列基线",
                "name a signal of the catalogue as the single column",
            ),
        )
    turn = -1.0 if directions[name] < 0 else 1.0
    return turn * values[name].fillna(0.0).to_numpy(np.float64)


def logistic() -> Pipeline:
    """Return a logistic regression that has seen nothing yet.

    Absent values become the median of the firms it is fitted on, with a column that
    says so; amounts are taken in their logarithm with sign. A signal that none of them
    has becomes 0.
    """
    return make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
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
