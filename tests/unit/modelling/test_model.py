"""A model on a made-up panel: calibrated, bundled, tampered with, judged."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from kexin.errors import BundleError, TrainingError
from kexin.modelling import bundle as bundles
from kexin.modelling.calibrate import calibrate
from kexin.modelling.evaluate import corrected_interval, evaluate, verdict
from kexin.modelling.ranking import auc_of, ks_of
from kexin.modelling.scale import grade_of, score_of
from kexin.modelling.train import sample
from unit.modelling.grown import QUICK, WAYS, observations, written

if TYPE_CHECKING:
    from pathlib import Path

    from kexin.modelling.bundle import Bundle

PANEL, OUTCOMES = observations(tells=1.5)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Bundle, Path]:
    folder = tmp_path_factory.mktemp("models") / "bundle"
    return bundled(folder), folder


def bundled(folder: Path) -> Bundle:
    known = sample(PANEL, OUTCOMES, WAYS)
    return written(folder, known.values, known.bad)


def test_the_same_observations_give_the_same_bytes(
    made: tuple[Bundle, Path], tmp_path: Path
) -> None:
    bundle, _ = made
    assert bundled(tmp_path / "again").digest == bundle.digest


@pytest.mark.parametrize("name", ["booster.txt", "model.json"])
def test_a_changed_file_is_not_loaded(name: str, tmp_path: Path) -> None:
    bundled(tmp_path / "b")
    file = tmp_path / "b" / name
    file.write_text(file.read_text() + " ")
    with pytest.raises(BundleError, match=name):
        bundles.load(tmp_path / "b")


def test_an_added_or_a_missing_file_is_told_by_name(tmp_path: Path) -> None:
    bundled(tmp_path / "b")
    (tmp_path / "b" / "more.py").write_text("")
    with pytest.raises(BundleError, match=r"more\.py"):
        bundles.load(tmp_path / "b")
    (tmp_path / "b" / "more.py").unlink()
    (tmp_path / "b" / "booster.txt").unlink()
    with pytest.raises(BundleError, match=r"booster\.txt"):
        bundles.load(tmp_path / "b")


def test_a_panel_without_a_signal_or_with_infinity_is_refused(
    made: tuple[Bundle, Path],
) -> None:
    bundle, _ = made
    with pytest.raises(BundleError, match=r"a\.rises"):
        bundle.predict(PANEL.drop(columns="a.rises"))
    with pytest.raises(BundleError, match="infinite"):
        bundle.predict(PANEL.assign(**{"a.rises": math.inf}))


def test_the_order_of_columns_does_not_matter(made: tuple[Bundle, Path]) -> None:
    bundle, _ = made
    turned = PANEL[list(PANEL.columns)[::-1]]
    assert bundle.predict(turned).equals(bundle.predict(PANEL))


def test_too_few_bad_firms_are_told_with_their_number() -> None:
    few = OUTCOMES.assign(outcome=["bad"] * 9 + ["good"] * (len(OUTCOMES) - 9))
    with pytest.raises(TrainingError, match="9 bad"):
        sample(PANEL, few, WAYS)


def test_unknown_and_indeterminate_outcomes_are_not_trained_on() -> None:
    some = OUTCOMES.copy()
    some.loc[:9, "outcome"] = ["unknown", "indeterminate"] * 5
    assert not {f"F{n:05d}" for n in range(10)} & set(sample(PANEL, some, WAYS).firms)


def test_calibration_is_the_unpenalised_logistic_regression() -> None:
    draw = np.random.default_rng(3)
    margin = draw.normal(size=4_000)
    bad = draw.random(4_000) < 1 / (1 + np.exp(-(-1.0 + 0.7 * margin)))
    other = LogisticRegression(C=1e12, tol=1e-10).fit(margin[:, None], bad)
    line = calibrate(margin, bad, np.ones(4_000))
    assert line.intercept == pytest.approx(other.intercept_[0], abs=1e-5)
    assert line.slope == pytest.approx(other.coef_[0, 0], abs=1e-5)


def test_a_margin_that_points_the_wrong_way_cannot_be_calibrated() -> None:
    margin = np.linspace(-1, 1, 50)
    with pytest.raises(TrainingError, match="slope"):
        calibrate(margin, np.arange(50) < 20, np.ones(50))


def test_a_model_of_noise_is_said_not_to_beat_the_single_column() -> None:
    panel, outcomes = observations(tells=0.0)
    known = sample(panel, outcomes, WAYS)
    try:
        found = evaluate(known, WAYS, QUICK)
    except TrainingError as error:
        assert "slope" in str(error)  # noqa: PT017  (either is an honest end)
    else:
        assert "does not beat" in verdict(found).en or "worse" in verdict(found).en


def test_auc_counts_pairs_and_ties_half() -> None:
    risk = np.array([0.1, 0.4, 0.35, 0.8, 0.4])
    bad = np.array([False, False, True, True, True])
    assert auc_of(risk, bad) == pytest.approx(4.5 / 6)


def test_ks_is_the_greatest_distance_at_the_ends_of_ties() -> None:
    risk = np.array([1.0, 1.0, 2.0, 3.0])
    bad = np.array([False, True, False, True])
    assert ks_of(risk, bad) == pytest.approx(0.5)


def test_the_corrected_interval_by_hand() -> None:
    # mean 0.8, s^2 = 0.01, J = 3, n_test/n_train = 1/4: variance 0.01 (1/3 + 1/4);
    # t with 2 degrees at 97.5 % is 4.302653.
    found = corrected_interval(np.array([0.7, 0.8, 0.9]), 0.25)
    reach = 4.302653 * math.sqrt(0.01 * (1 / 3 + 1 / 4))
    assert found == pytest.approx((0.8, 0.8 - reach, 0.8 + reach), abs=1e-6)


def test_scores_are_rounded_and_limited_and_grades_meet_at_their_bounds() -> None:
    assert score_of(np.array([-math.log(30), 20.0, -20.0])).tolist() == [600, 300, 850]
    assert [grade_of(pd) for pd in (0.0199, 0.02, 0.0999, 0.1)] == [
        "R6",
        "R7",
        "R10",
        "R11",
    ]
