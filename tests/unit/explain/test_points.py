"""Points of models of every shape: one tree, none, deep; of one firm, and of none."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from kexin.errors import BundleError
from kexin.explain.points import check_sum, points
from kexin.modelling.scale import points_of
from kexin.modelling.train import Parameters
from unit.modelling.grown import LINE, written

if TYPE_CHECKING:
    from pathlib import Path

    from kexin.modelling.bundle import Bundle

WAYS = {f"s.{number}": 0 for number in range(6)}
FACTOR = -40 / math.log(2) * LINE.slope

MODELS = {
    "one tree": Parameters(rounds=1, feature_fraction=1.0),
    "two leaves": Parameters(rounds=40, num_leaves=2, feature_fraction=1.0),
    "no split": Parameters(rounds=5, min_data_in_leaf=10_000),
    "deep": Parameters(
        rounds=300, num_leaves=31, min_data_in_leaf=5, learning_rate=0.1
    ),
}


def drawn(absent: float = 0.2, firms: int = 300) -> pd.DataFrame:
    draw = np.random.default_rng(11)
    values = draw.normal(size=(firms, len(WAYS)))
    values[draw.random(values.shape) < absent] = np.nan
    values[:, 3] = 1.0
    return pd.DataFrame(values, columns=list(WAYS))


VALUES = drawn()
BAD = (
    np.nan_to_num(VALUES["s.0"].to_numpy()) + np.nan_to_num(VALUES["s.1"].to_numpy())
    > 1
)


def keyed(values: pd.DataFrame) -> pd.DataFrame:
    return values.assign(firm_key=[f"F{number}" for number in range(len(values))])


def off(bundle: Bundle, values: pd.DataFrame) -> float:
    """Return by how much points are off LightGBM's contributions, in margin units."""
    own = np.asarray(bundle.booster.predict(values.to_numpy(), pred_contrib=True))
    told = points(bundle, keyed(values))
    score = points_of(LINE.log_odds(bundle.margin(values)))
    assert np.abs(told.sum(axis="columns").to_numpy() - score).max() <= 1e-4
    assert told["base_points"].to_numpy() == pytest.approx(
        points_of(LINE.log_odds(own[:, -1])), abs=1e-9
    )
    reasons = told.drop(columns="base_points").to_numpy()
    return float(np.abs(reasons / FACTOR - own[:, :-1]).max())


@pytest.mark.parametrize("shape", MODELS)
def test_points_add_up_and_are_exact_for_models_of_any_shape(
    shape: str, tmp_path: Path
) -> None:
    bundle = written(tmp_path / "b", VALUES, BAD, MODELS[shape], WAYS)
    assert off(bundle, VALUES) < 1e-5


def test_values_absent_for_the_first_time_are_explained_as_they_are_scored(
    tmp_path: Path,
) -> None:
    whole = drawn(absent=0.0)
    bundle = written(tmp_path / "b", whole, BAD, MODELS["two leaves"], WAYS)
    assert off(bundle, VALUES) < 1e-5


def test_a_constant_signal_has_no_points(tmp_path: Path) -> None:
    bundle = written(tmp_path / "b", VALUES, BAD, MODELS["deep"], WAYS)
    assert (points(bundle, keyed(VALUES))["s.3"] == 0).all()


def test_a_firm_has_the_same_points_alone_as_among_others(tmp_path: Path) -> None:
    bundle = written(tmp_path / "b", VALUES, BAD, MODELS["deep"], WAYS)
    panel = keyed(VALUES)
    among = points(bundle, panel)
    for row in (0, 17, 299):
        alone = points(bundle, panel.iloc[[row]])
        pd.testing.assert_frame_equal(alone, among.iloc[[row]], check_exact=True)


def test_no_firms_have_no_points(tmp_path: Path) -> None:
    bundle = written(tmp_path / "b", VALUES, BAD, MODELS["one tree"], WAYS)
    none = points(bundle, keyed(VALUES).head(0))
    assert none.empty
    assert list(none.columns) == ["base_points", *WAYS]


def test_reasons_that_miss_a_score_are_told_with_the_firm() -> None:
    told = pd.DataFrame({"base_points": [500.0, 500.0]}, index=["F1", "F2"])
    with pytest.raises(BundleError, match=r"0\.2000 points(?s:.*)F2"):
        check_sum(told, np.array([500.0, 500.2]))


def test_a_miss_of_a_ten_thousandth_of_a_point_is_let_pass_and_no_more() -> None:
    told = pd.DataFrame({"base_points": [500.0]}, index=["F1"])
    check_sum(told, np.array([500.00009]))
    with pytest.raises(BundleError):
        check_sum(told, np.array([500.00011]))


def test_printing_and_progress_bars_stay_out_of_the_output(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    bundle = written(tmp_path / "b", VALUES, BAD, MODELS["one tree"], WAYS)
    points(bundle, keyed(VALUES))
    assert capfd.readouterr() == ("", "")
