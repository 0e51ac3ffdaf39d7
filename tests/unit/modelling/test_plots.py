"""Pictures can be drawn of any evaluation, in both languages, without a browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kexin.modelling import plots
from kexin.modelling.evaluate import LOGISTIC, MODEL, ONE, Evaluation
from kexin.modelling.train import Parameters, grow, sample
from unit.modelling.grown import LINE, OBSERVED, QUICK, WAYS

if TYPE_CHECKING:
    from pathlib import Path

    import lightgbm as lgb

    from kexin.language import Language

BAD = np.arange(60) % 4 == 0
KNOWN = sample(*OBSERVED, WAYS)


def evaluation(spread: float) -> Evaluation:
    draw = np.random.default_rng(5)
    auc = {
        name: 0.8 + spread * draw.normal(size=100) / 20
        for name in (MODEL, ONE, LOGISTIC)
    }
    return Evaluation(auc, spread * (draw.normal(size=(20, 60)) + BAD), LINE, BAD, 0.25)


def booster(parameters: Parameters) -> lgb.Booster:
    return grow(KNOWN.values, KNOWN.bad, WAYS, parameters)


STUMP = Parameters(rounds=2, min_data_in_leaf=10_000)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("spread", "grown"), [(1.0, QUICK), (0.0, STUMP)])
def test_every_picture_is_drawn_with_its_words(
    language: Language, spread: float, grown: Parameters, tmp_path: Path
) -> None:
    drawn = plots.charts(evaluation(spread), booster(grown), language)
    assert list(drawn) == ["fold_auc", "roc", "calibration", "importance"]
    for name, chart in drawn.items():
        plots.save(chart, tmp_path / f"{name}.svg")
        plots.save(chart, tmp_path / f"{name}.png")
        svg = (tmp_path / f"{name}.svg").read_text(encoding="utf-8")
        assert bool(re.search("[\u4e00-\u9fff]", svg)) == (language == "zh")
        assert "NaN" not in svg
        assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("drawn", [("svg", "png"), ("svg",)])
def test_chinese_is_drawn_as_png_only_where_there_is_a_font(
    drawn: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plots, "draws_chinese", lambda: "png" in drawn)
    chinese, english = (
        plots.charts(evaluation(1.0), booster(QUICK), language)["roc"]
        for language in ("zh", "en")
    )
    assert plots.suffixes(english) == ("svg", "png")
    assert plots.suffixes(chinese) == drawn


def test_the_most_used_signal_stands_first() -> None:
    shown = plots.charts(evaluation(1.0), booster(QUICK), "en")["importance"].to_dict()
    (rows,) = shown["datasets"].values()
    shares = [row["share"] for row in rows]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1.0)
