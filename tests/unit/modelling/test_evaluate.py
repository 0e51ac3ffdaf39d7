"""Folds, baselines, and what is said of a model."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from kexin.errors import TrainingError
from kexin.modelling.baseline import ONE_COLUMN, logistic_risk, one_column
from kexin.modelling.evaluate import (
    FOLDS,
    LOGISTIC,
    MODEL,
    ONE,
    REPEATS,
    Evaluation,
    evaluate,
    folds_of,
    metrics,
    verdict,
)
from kexin.modelling.train import Sample, sample
from unit.modelling.grown import LINE, QUICK, WAYS, observations


@pytest.fixture(scope="module")
def known() -> Sample:
    return sample(*observations(tells=1.5), WAYS)


@pytest.fixture(scope="module")
def found(known: Sample) -> Evaluation:
    return evaluate(known, WAYS, QUICK)


def judged(lead: float, spread: float) -> Evaluation:
    """Return an evaluation in which the model is ahead of the baselines by so much."""
    wave = np.tile([-spread, spread], FOLDS * REPEATS // 2)
    flat = np.full(FOLDS * REPEATS, 0.7)
    auc = {MODEL: flat + lead + wave, ONE: flat, LOGISTIC: flat}
    return Evaluation(
        auc, np.zeros((REPEATS, 4)), LINE, np.array([0, 1, 0, 1], bool), 0.25
    )


@pytest.mark.parametrize(
    ("lead", "spread", "said"),
    [
        (0.1, 0.01, ("模型优于单列基线", "beats the single column")),
        (0.01, 0.1, ("未优于", "does not beat the single column")),
        (-0.01, 0.1, ("未优于", "does not beat the single column")),
        (0.0, 0.0, ("未优于", "does not beat the single column")),
        (-0.1, 0.01, ("不如", "worse than the single column")),
    ],
)
def test_the_verdict_says_plainly_whether_the_model_beats_the_column(
    lead: float, spread: float, said: tuple[str, str]
) -> None:
    told = verdict(judged(lead, spread))
    assert said[0] in told.zh
    assert said[1] in told.en


def test_a_signal_of_noise_beside_the_column_wins_nothing() -> None:
    draw = np.random.default_rng(2)
    column = draw.normal(size=200)
    bad = draw.random(200) < 1 / (1 + np.exp(1.5 + 2 * column))
    values = pd.DataFrame({ONE_COLUMN: column, "a.noise": draw.normal(size=200)})
    only = Sample([f"F{n}" for n in range(200)], values, bad, ())
    told = evaluate(only, {ONE_COLUMN: -1, "a.noise": 1}, QUICK)
    assert "beats" not in verdict(told).en


def test_all_competitors_are_judged_in_a_hundred_folds(found: Evaluation) -> None:
    assert {name: len(values) for name, values in found.auc.items()} == dict.fromkeys(
        (MODEL, ONE, LOGISTIC), FOLDS * REPEATS
    )


def test_the_column_is_judged_in_the_folds_of_the_model(
    known: Sample, found: Evaluation
) -> None:
    risk = -known.values[ONE_COLUMN].fillna(0).to_numpy()
    by_fold = [
        roc_auc_score(known.bad[test], risk[test])
        for _, test in folds_of(known, QUICK.seed)
    ]
    assert found.auc[ONE].tolist() == pytest.approx(by_fold)


def test_every_margin_is_that_of_a_model_which_had_not_seen_the_firm(
    known: Sample, found: Evaluation
) -> None:
    for repeat, margins in enumerate(found.margins):
        folds = list(folds_of(known, QUICK.seed))[repeat * FOLDS : (repeat + 1) * FOLDS]
        for place, (_, test) in enumerate(folds):
            auc = roc_auc_score(known.bad[test], margins[test])
            assert auc == pytest.approx(found.auc[MODEL][repeat * FOLDS + place])


def test_the_same_observations_are_judged_the_same(
    known: Sample, found: Evaluation
) -> None:
    assert metrics(evaluate(known, WAYS, QUICK)) == metrics(found)


def test_figures_hang_together(found: Evaluation) -> None:
    told = metrics(found)
    assert told["gini_model"] == pytest.approx(2 * told["auc_model"] - 1)
    lead = told["auc_model"] - told["auc_one_column"]
    assert told["auc_lead_over_one_column"] == pytest.approx(lead)
    assert told["auc_pooled_low"] < told["auc_pooled"] < told["auc_pooled_high"]
    assert len(found.pooled()) == REPEATS


def test_progress_is_told_to_the_end(known: Sample) -> None:
    heard: list[tuple[int, int]] = []
    evaluate(known, WAYS, QUICK, lambda done, of: heard.append((done, of)))
    assert heard == [(done, 100) for done in range(101)]


def test_a_firm_seen_on_several_days_stands_on_one_side_of_a_fold() -> None:
    firms = [f"F{number % 40}" for number in range(120)]
    bad = np.array([number % 40 < 15 and number > 60 for number in range(120)])
    several = Sample(firms, pd.DataFrame({"a": np.zeros(120)}), bad, ())
    judged_rows = np.zeros(120)
    for train, test in folds_of(several, seed=1):
        assert not {firms[row] for row in train} & {firms[row] for row in test}
        assert bad[test].any()
        judged_rows[test] += 1
    assert (judged_rows == REPEATS).all()


def test_a_column_that_raises_the_risk_is_not_turned_round() -> None:
    values = pd.DataFrame({"a.rises": [1.0, np.nan, 3.0]})
    assert one_column(values, {"a.rises": 1}, "a.rises").tolist() == [1.0, 0.0, 3.0]
    assert one_column(values, {"a.rises": -1}, "a.rises").tolist() == [-1.0, 0.0, -3.0]


def test_a_column_that_is_no_signal_is_told_by_name(known: Sample) -> None:
    with pytest.raises(TrainingError, match=r"no\.such"):
        evaluate(known, WAYS, QUICK, single="no.such")


def test_the_regression_stands_a_signal_that_no_firm_of_the_fold_has() -> None:
    draw = np.random.default_rng(4)
    values = pd.DataFrame({"a": draw.normal(size=60), "never": np.full(60, np.nan)})
    bad = values["a"].to_numpy() > 0.5
    risk = logistic_risk(values[:40], bad[:40], values[40:].assign(never=1.0))
    assert roc_auc_score(bad[40:], risk) == 1.0
