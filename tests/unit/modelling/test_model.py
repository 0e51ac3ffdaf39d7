"""A model on a made-up panel: calibrated, bundled, tampered with, judged."""

from __future__ import annotations

import math
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from kexin.errors import BundleError, TrainingError
from kexin.modelling import bundle as bundles
from kexin.modelling.calibrate import calibrate
from kexin.modelling.evaluate import corrected_interval, evaluate, verdict
from kexin.modelling.ranking import ks_of
from kexin.modelling.scale import grade_of, score_of
from kexin.modelling.train import sample
from unit.modelling.grown import OBSERVED, QUICK, WAYS, observations, written

if TYPE_CHECKING:
    from pathlib import Path

    from kexin.modelling.bundle import Bundle

PANEL, OUTCOMES = OBSERVED


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


@pytest.mark.parametrize("place", [0, 1, -1])
@pytest.mark.parametrize("name", ["booster.txt", "model.json", "manifest.json"])
def test_a_flipped_bit_is_told_by_the_name_of_its_file(
    name: str, place: int, tmp_path: Path
) -> None:
    before = bundled(tmp_path / "b")
    file = tmp_path / "b" / name
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)
    with pytest.raises(BundleError, match=name):
        bundles.load(tmp_path / "b")
    assert bundled(tmp_path / "b").digest == before.digest


@pytest.mark.parametrize("manifest", ["", "[]", '{"files": 1}', '{"files": {}}', "{"])
def test_a_manifest_that_is_none_is_told(manifest: str, tmp_path: Path) -> None:
    bundled(tmp_path / "b")
    (tmp_path / "b" / "manifest.json").write_text(manifest)
    with pytest.raises(BundleError, match=r"manifest\.json"):
        bundles.load(tmp_path / "b")


def test_a_folder_among_the_files_is_told(tmp_path: Path) -> None:
    bundled(tmp_path / "b")
    (tmp_path / "b" / "__pycache__").mkdir()
    with pytest.raises(BundleError, match="__pycache__"):
        bundles.load(tmp_path / "b")


def test_a_bundle_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"manifest\.json(?s:.*)nowhere"):
        bundles.load(tmp_path / "nowhere")


def test_a_write_that_was_killed_leaves_the_last_bundle_and_can_be_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = bundled(tmp_path / "b")
    known = sample(PANEL, OUTCOMES, WAYS)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(bundles, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            written(tmp_path / "b", known.values, ~known.bad)
    assert bundles.load(tmp_path / "b").digest == before.digest
    after = written(tmp_path / "b", known.values, ~known.bad)
    assert after.digest != before.digest
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_what_mlflow_serves_is_what_the_bundle_predicts(
    made: tuple[Bundle, Path],
) -> None:
    bundle, folder = made
    served = bundles._load_pyfunc(str(folder))  # noqa: SLF001  (MLflow's convention)
    told = served.predict(PANEL[list(bundle.signals)])
    assert told.equals(bundle.predict(PANEL).drop(columns="firm_key"))


def test_loading_a_bundle_does_not_load_mlflow() -> None:
    code = "import sys, kexin.modelling.bundle; sys.exit('mlflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_added_or_a_missing_file_is_told_by_name(tmp_path: Path) -> None:
    bundled(tmp_path / "b")
    (tmp_path / "b" / "more.py").write_text("")
    with pytest.raises(BundleError, match=r"more\.py"):
        bundles.load(tmp_path / "b")
    (tmp_path / "b" / "more.py").unlink()
    (tmp_path / "b" / "booster.txt").unlink()
    with pytest.raises(BundleError, match=r"booster\.txt"):
        bundles.load(tmp_path / "b")


@pytest.mark.parametrize(
    ("panel", "told"),
    [
        (PANEL.drop(columns="a.rises"), r"no float column: a\.rises"),
        (PANEL.assign(**{"a.rises": "1"}), r"no float column: a\.rises"),
        (PANEL.assign(**{"a.rises": 1}), r"no float column: a\.rises"),
        (pd.concat([PANEL, PANEL[["a.rises"]]], axis="columns"), r"a\.rises"),
        (PANEL.assign(**{"a.rises": math.inf}), r"infinite: a\.rises"),
        (PANEL.assign(**{"a.rises": -math.inf}), r"infinite: a\.rises"),
        (PANEL.drop(columns="firm_key"), "firm_key"),
    ],
)
def test_a_panel_that_the_model_was_not_made_for_is_refused(
    made: tuple[Bundle, Path], panel: pd.DataFrame, told: str
) -> None:
    with pytest.raises(BundleError, match=told):
        made[0].predict(panel)


def test_no_firms_have_no_scores(made: tuple[Bundle, Path]) -> None:
    none = made[0].predict(PANEL.head(0))
    assert list(none.columns) == ["firm_key", "margin", "pd", "score", "grade"]
    assert none.empty


def test_a_score_hangs_on_its_own_row_only(made: tuple[Bundle, Path]) -> None:
    turned = made[0].predict(PANEL.iloc[::-1]).iloc[::-1].reset_index(drop=True)
    assert turned.equals(made[0].predict(PANEL))


def test_the_order_of_columns_does_not_matter(made: tuple[Bundle, Path]) -> None:
    bundle, _ = made
    turned = PANEL[list(PANEL.columns)[::-1]]
    assert bundle.predict(turned).equals(bundle.predict(PANEL))


def test_too_few_bad_firms_are_told_with_their_number() -> None:
    few = OUTCOMES.assign(outcome=["bad"] * 9 + ["good"] * (len(OUTCOMES) - 9))
    with pytest.raises(TrainingError, match="9 bad"):
        sample(PANEL, few, WAYS)


def test_what_is_neither_good_nor_bad_is_not_trained_on() -> None:
    some = OUTCOMES.copy()
    some.loc[:9, "outcome"] = ["censored", "indeterminate"] * 5
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
