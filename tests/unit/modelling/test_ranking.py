"""AUC, DeLong and KS against the reference values of VALIDATION.md section 1."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexin.modelling.ranking import auc_interval, auc_of, auc_variance, ks_of

PD = np.array(
    [
        0.01,
        0.01,
        0.02,
        0.02,
        0.03,
        0.03,
        0.05,
        0.05,
        0.08,
        0.08,
        0.10,
        0.12,
        0.15,
        0.15,
        0.20,
        0.25,
        0.30,
        0.35,
        0.40,
        0.50,
    ]
)
BAD = np.isin(np.arange(20), [3, 8, 12, 15, 17, 18])
OTHER = np.array(
    [
        0.02,
        0.01,
        0.01,
        0.05,
        0.02,
        0.08,
        0.03,
        0.04,
        0.20,
        0.10,
        0.06,
        0.15,
        0.12,
        0.10,
        0.18,
        0.30,
        0.22,
        0.45,
        0.35,
        0.28,
    ]
)


def test_auc_of_the_reference_sample() -> None:
    assert auc_of(PD, BAD) == pytest.approx(0.6964285714, abs=1e-10)
    assert auc_of(OTHER, BAD) == pytest.approx(0.8333333333, abs=1e-10)


def test_delongs_variance_of_the_reference_sample() -> None:
    assert auc_variance(PD, BAD) == pytest.approx(0.01973770277, abs=1e-11)


def test_delongs_interval_of_the_reference_sample() -> None:
    expected = (0.6964285714, 0.4210714, 0.9717857)
    assert auc_interval(PD, BAD) == pytest.approx(expected, abs=1e-7)


def test_ks_of_the_reference_sample() -> None:
    assert ks_of(PD, BAD) == pytest.approx(0.380952381, abs=1e-9)


def test_an_interval_ends_at_one() -> None:
    few = np.array([0.1, 0.2, 0.3, 0.15, 0.9, 0.8])
    found = auc_interval(few, np.array([0, 0, 0, 1, 1, 1], dtype=bool))
    assert found.high == 1.0
    assert found.low < found.mean < 1.0


@given(
    st.lists(
        st.tuples(st.integers(-3, 3), st.booleans()), min_size=4, max_size=30
    ).filter(lambda rows: 2 <= sum(bad for _, bad in rows) <= len(rows) - 2)
)
def test_auc_and_its_variance_are_those_of_counting_every_pair(
    rows: list[tuple[int, bool]],
) -> None:
    risk = np.array([float(value) for value, _ in rows])
    bad = np.array([went_bad for _, went_bad in rows])
    gaps = risk[bad][:, None] - risk[~bad][None, :]
    won = (gaps > 0) + 0.5 * (gaps == 0)
    variance = (
        won.mean(axis=1).var(ddof=1) / bad.sum()
        + won.mean(axis=0).var(ddof=1) / (~bad).sum()
    )
    assert auc_of(risk, bad) == pytest.approx(won.mean())
    assert auc_variance(risk, bad) == pytest.approx(variance, abs=1e-12)
