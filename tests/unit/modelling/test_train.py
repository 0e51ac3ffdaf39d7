"""What may be trained on, and the same trees on any number of threads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kexin.errors import TrainingError
from kexin.modelling.calibrate import calibrate
from kexin.modelling.train import FEW_ROWS, grow, sample, text_of
from unit.modelling.grown import OBSERVED, QUICK, WAYS, observations

PANEL, OUTCOMES = OBSERVED

GROW = """
import sys
from pathlib import Path
from unit.modelling.grown import WAYS, observations, written
from kexin.modelling.train import sample
known = sample(*observations(1.5, firms=int(sys.argv[2])), WAYS)
print(written(Path(sys.argv[1]), known.values, known.bad).digest)
"""


@pytest.mark.parametrize("firms", [120, FEW_ROWS + 2_000])
def test_one_and_two_threads_give_the_same_bytes(firms: int, tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    found = os.pathsep.join((str(root / "src"), str(root / "tests")))
    for threads in ("1", "2"):
        subprocess.run(
            [sys.executable, "-c", GROW, str(tmp_path / threads), str(firms)],
            check=True,
            env={**os.environ, "OMP_NUM_THREADS": threads, "PYTHONPATH": found},
        )
    one, two = tmp_path / "1", tmp_path / "2"
    names = sorted(path.name for path in one.iterdir())
    assert names == ["booster.txt", "manifest.json", "model.json"]
    for name in names:
        assert (one / name).read_bytes() == (two / name).read_bytes()


def test_the_text_names_no_number_of_threads() -> None:
    known = sample(PANEL, OUTCOMES, WAYS)
    assert "num_threads" not in text_of(grow(known.values, known.bad, WAYS, QUICK))


def test_outcomes_of_a_day_belong_to_that_day_only() -> None:
    days = pd.concat([PANEL.assign(as_of=day) for day in ("2024-12-31", "2025-03-31")])
    dated = OUTCOMES.assign(as_of="2025-03-31")
    found = sample(days.reset_index(drop=True), dated, WAYS)
    assert len(found.bad) == len(PANEL)
    undated = sample(days.reset_index(drop=True), OUTCOMES, WAYS)
    assert len(undated.bad) == 2 * len(PANEL)


@pytest.mark.parametrize(
    "column", [None, ["x"] * 120, pd.Categorical(["x"] * 120), [1] * 120]
)
def test_a_signal_that_is_missing_or_no_float_is_told_by_name(column: object) -> None:
    panel = (
        PANEL.drop(columns="a.rises")
        if column is None
        else PANEL.assign(**{"a.rises": column})
    )
    with pytest.raises(TrainingError, match=r"a\.rises"):
        sample(panel, OUTCOMES, WAYS)


def test_a_signal_that_no_firm_has_is_left_out_and_told() -> None:
    found = sample(PANEL.assign(**{"a.rises": np.nan}), OUTCOMES, WAYS)
    assert found.left_out == ("a.rises",)
    assert list(found.values) == [name for name in WAYS if name != "a.rises"]


def test_signals_that_are_all_absent_are_no_sample() -> None:
    nothing = PANEL.assign(**dict.fromkeys(WAYS, np.nan))
    with pytest.raises(TrainingError, match="absent, or the same, for every firm"):
        sample(nothing, OUTCOMES, WAYS)


def test_a_signal_that_is_the_same_for_all_is_left_out() -> None:
    found = sample(PANEL.assign(**{"a.rises": 1.0}), OUTCOMES, WAYS)
    assert found.left_out == ("a.rises",)


def test_one_outcome_only_is_told() -> None:
    with pytest.raises(TrainingError, match="0 bad and 120 good"):
        sample(PANEL, OUTCOMES.assign(outcome="good"), WAYS)
    with pytest.raises(TrainingError, match="one outcome only"):
        calibrate(np.arange(3.0), np.zeros(3, bool), np.ones(3))


@pytest.mark.parametrize("seed", range(3))
def test_calibration_finds_the_line_that_drew_the_outcomes(seed: int) -> None:
    draw = np.random.default_rng(seed)
    margin = draw.normal(-1, 1.5, 40_000)
    bad = draw.random(40_000) < 1 / (1 + np.exp(-(0.4 + 1.3 * margin)))
    found = calibrate(margin, bad, np.ones(40_000))
    assert found == pytest.approx((0.4, 1.3), abs=0.06)


def test_weights_count_as_so_many_observations() -> None:
    known = sample(*observations(1.0), WAYS)
    margin = np.nan_to_num(known.values["a.rises"].to_numpy())
    twice = np.where(known.bad, 2, 1)
    weighed = calibrate(margin, known.bad, twice.astype(float))
    repeated = calibrate(
        np.repeat(margin, twice), np.repeat(known.bad, twice), np.ones(twice.sum())
    )
    assert weighed == pytest.approx(repeated, abs=1e-5)
