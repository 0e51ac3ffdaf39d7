"""Pictures of an evaluation: one chart serves page, report and tracking server."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import altair as alt
import numpy as np
import pandas as pd
import vl_convert
from scipy.stats import beta

from kexin.drawing import COLOURS, FONTS
from kexin.language import Text
from kexin.modelling.evaluate import LOGISTIC, MODEL, ONE, mean_pd

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import lightgbm as lgb

    from kexin.language import Language
    from kexin.modelling.evaluate import Evaluation

Chart = alt.TopLevelMixin
Drawn = alt.Chart | alt.LayerChart | alt.FacetChart

NAMES: Mapping[str, Text] = {
    MODEL: Text("模型", "model"),
    ONE: Text("单列", "one column"),
    LOGISTIC: Text("逻辑回归", "logistic regression"),
}

BINS = 5
"""Groups of equal size in the picture of calibration: few, as bad firms are few."""

TOP = 15


def charts(
    evaluation: Evaluation, booster: lgb.Booster, language: Language
) -> dict[str, Chart]:
    """Return the pictures of an evaluation by name."""
    found: dict[str, Drawn] = {
        "fold_auc": fold_auc(evaluation, language),
        "roc": roc(evaluation, language),
        "calibration": calibration(evaluation, language),
        "importance": importance(booster, language),
    }
    return {name: chart.configure(font=FONTS) for name, chart in found.items()}


def fold_auc(evaluation: Evaluation, language: Language) -> Drawn:
    """Return the AUC of every fold, model and baselines side by side."""
    names = [NAMES[name].said(language) for name in evaluation.auc]
    data = pd.DataFrame(
        [
            {"who": NAMES[name].said(language), "auc": float(value)}
            for name, values in evaluation.auc.items()
            for value in values
        ]
    )
    title = Text("各折AUC（5折×20次）", "AUC of each fold (5 folds x 20)")
    chart: alt.Chart = (
        alt.Chart(data, title=title.said(language), width=480, height=160)
        .mark_boxplot(size=26, median={"color": "white"})
        .encode(
            x=alt.X("auc:Q", title="AUC", scale=alt.Scale(zero=False)),
            y=alt.Y("who:N", title=None, sort=names),
            color=alt.Color(
                "who:N",
                scale=alt.Scale(domain=names, range=list(COLOURS)),
                legend=None,
            ),
        )
    )
    return chart


def roc(evaluation: Evaluation, language: Language) -> Drawn:
    """Return the ROC curve of PDs by models that had not seen the firms."""
    pd_ = mean_pd(evaluation)
    order = np.argsort(-pd_, kind="stable")
    bad = evaluation.bad[order]
    curve = pd.DataFrame(
        {
            "good": np.insert(np.cumsum(~bad) / (~bad).sum(), 0, 0.0),
            "bad": np.insert(np.cumsum(bad) / bad.sum(), 0, 0.0),
        }
    )
    x = Text("误判的好企业占比", "share of good firms above the line")
    y = Text("识别的坏企业占比", "share of bad firms above the line")
    title = Text("ROC曲线（折外）", "ROC curve, out of fold")
    line = (
        alt.Chart(curve, title=title.said(language), width=320, height=320)
        .mark_line(interpolate="step-after", color=COLOURS[0], strokeWidth=2)
        .encode(
            x=alt.X("good:Q", title=x.said(language), axis=alt.Axis(format="%")),
            y=alt.Y("bad:Q", title=y.said(language), axis=alt.Axis(format="%")),
            order="good:Q",
        )
    )
    chance = pd.DataFrame({"good": [0.0, 1.0], "bad": [0.0, 1.0]})
    dashes = alt.Chart(chance).mark_line(strokeDash=[4, 4], color="#999999")
    return alt.layer(line, dashes.encode(x="good:Q", y="bad:Q"))


def calibration(evaluation: Evaluation, language: Language) -> Drawn:
    """Return the bad rate of groups against their PD, with Jeffreys intervals."""
    frame = pd.DataFrame({"pd": mean_pd(evaluation), "bad": evaluation.bad})
    place = frame["pd"].rank(method="first")
    groups = frame.groupby(pd.qcut(place, BINS, labels=False)).agg(
        pd=("pd", "mean"), rate=("bad", "mean"), bad=("bad", "sum"), n=("bad", "size")
    )
    a, b = groups["bad"] + 0.5, groups["n"] - groups["bad"] + 0.5
    groups["low"], groups["high"] = beta.ppf(0.025, a, b), beta.ppf(0.975, a, b)
    x = Text("预测违约概率", "predicted PD")
    y = Text("实际坏账率", "bad firms among them")
    title = Text("校准（折外，95%区间）", "Calibration, out of fold, 95 % intervals")
    percent = alt.Axis(format="%", tickCount=5)
    top = float(max(groups["high"].max(), groups["pd"].max()))
    scale = alt.Scale(domain=[0.0, top], nice=True)
    chart = alt.Chart(groups.reset_index(drop=True)).encode(
        x=alt.X("pd:Q", title=x.said(language), axis=percent, scale=scale)
    )
    even = alt.Chart(pd.DataFrame({"x": [0.0, top], "y": [0.0, top]})).mark_line(
        strokeDash=[4, 4], color="#999999"
    )
    return alt.layer(
        even.encode(x="x:Q", y="y:Q"),
        chart.mark_rule(color=COLOURS[0]).encode(y="low:Q", y2="high:Q"),
        chart.mark_point(filled=True, size=70, color=COLOURS[0]).encode(
            y=alt.Y("rate:Q", title=y.said(language), axis=percent, scale=scale)
        ),
    ).properties(title=title.said(language), width=320, height=320)


def importance(booster: lgb.Booster, language: Language) -> Drawn:
    """Return the signals by the loss that their splits took away."""
    gains = booster.feature_importance("gain")
    data = pd.DataFrame({"signal": booster.feature_name(), "gain": gains})
    data["share"] = data["gain"] / max(float(data["gain"].sum()), 1e-300)
    title = Text(f"前{TOP}个信号的增益占比", f"Share of gain, first {TOP} signals")
    chart: alt.Chart = (
        alt.Chart(
            data.nlargest(TOP, "share"),
            title=title.said(language),
            width=360,
            height=320,
        )
        .mark_bar(color=COLOURS[0])
        .encode(
            x=alt.X("share:Q", title=None, axis=alt.Axis(format="%", tickCount=5)),
            y=alt.Y("signal:N", title=None, sort="-x", axis=alt.Axis(labelLimit=200)),
        )
    )
    return chart


def save(chart: Chart, path: Path) -> None:
    """Write a chart as SVG or PNG, by the path's suffix, without a browser."""
    content = chart.to_json()
    if path.suffix == ".svg":
        path.write_text(vl_convert.vegalite_to_svg(content), encoding="utf-8")
    else:
        path.write_bytes(vl_convert.vegalite_to_png(content, scale=2))


def suffixes(chart: Chart) -> tuple[str, ...]:
    """Return the formats in which a chart can be read.

    A PNG is drawn with this machine's fonts; without a Chinese one every Chinese
    character becomes an empty box. An SVG holds the text and is drawn where it is read.
    """
    chinese = any("\u4e00" <= sign <= "\u9fff" for sign in chart.to_json())
    return ("svg",) if chinese and not draws_chinese() else ("svg", "png")


@cache
def draws_chinese() -> bool:
    """Return whether two Chinese characters look different in this machine's fonts."""
    two = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">'
        f'<text x="4" y="30" font-size="24" font-family="{FONTS}">{sign}</text></svg>'
        for sign in "科信"
    )
    one, other = (vl_convert.svg_to_png(drawing) for drawing in two)
    return bool(one != other)
