"""Laws: base points and reasons are the score; a risk that rises never lowers the PD."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexin.explain.points import points
from kexin.modelling.scale import points_of
from kexin.modelling.train import sample
from laws.engine import examples
from unit.modelling.grown import WAYS, observations, written

if TYPE_CHECKING:
    from kexin.modelling.bundle import Bundle


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    known = sample(*observations(tells=1.5), WAYS)
    return written(tmp_path_factory.mktemp("models") / "b", known.values, known.bad)


def thresholds(bundle: Bundle) -> list[float]:
    splits = bundle.booster.trees_to_dataframe()["threshold"].dropna()
    return [float(value) for value in splits.unique()]


@st.composite
def rows(draw: st.DrawFn, bundle: Bundle) -> pd.DataFrame:
    edges = st.sampled_from(thresholds(bundle))
    value = st.one_of(
        edges,
        edges.map(lambda at: math.nextafter(at, math.inf)),
        edges.map(lambda at: math.nextafter(at, -math.inf)),
        st.floats(-1e9, 1e9),
        st.sampled_from([math.nan, 0.0, -0.0, 1e-36, -1e-36]),
    )
    row = st.lists(value, min_size=len(WAYS), max_size=len(WAYS))
    drawn = draw(st.lists(row, min_size=1, max_size=8))
    panel = pd.DataFrame(drawn, columns=list(WAYS), dtype=np.float64)
    return panel.assign(firm_key=[f"F{number}" for number in range(len(panel))])


@examples(60)
@given(data=st.data())
def test_base_points_and_reasons_add_up_to_the_score_of_every_firm(
    bundle: Bundle, data: st.DataObject
) -> None:
    panel = data.draw(rows(bundle))
    told = points(bundle, panel)
    score = points_of(bundle.calibration.log_odds(bundle.margin(panel)))
    assert np.abs(told.sum(axis="columns").to_numpy() - score).max() <= 1e-4


@examples(60)
@given(data=st.data())
def test_points_are_those_of_lightgbms_own_contributions(
    bundle: Bundle, data: st.DataObject
) -> None:
    panel = data.draw(rows(bundle))
    own = bundle.booster.predict(bundle.values(panel).to_numpy(), pred_contrib=True)
    told = points(bundle, panel).drop(columns="base_points").to_numpy()
    factor = -40 / math.log(2) * bundle.calibration.slope
    assert np.abs(told / factor - np.asarray(own)[:, :-1]).max() < 1e-5


@examples(60)
@given(data=st.data(), name=st.sampled_from([n for n, way in WAYS.items() if way]))
def test_a_signal_whose_risk_rises_never_lowers_the_pd(
    bundle: Bundle, data: st.DataObject, name: str
) -> None:
    panel = data.draw(rows(bundle))
    edges = st.sampled_from(thresholds(bundle))
    higher = np.fmax(panel[name], data.draw(edges | st.floats(-1e9, 1e9)))
    known = panel[name].notna()
    before = bundle.predict(panel)["pd"][known]
    after = bundle.predict(panel.assign(**{name: higher}))["pd"][known]
    assert ((after - before) * WAYS[name] >= 0).all()
