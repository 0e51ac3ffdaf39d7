"""Pictures of a report, drawn from its content, each above a table of its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import altair as alt
import vl_convert

from kexin.drawing import COLOURS, FONTS
from kexin.language import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kexin.language import Language

Drawn = alt.Chart | alt.LayerChart | alt.FacetChart
Content = dict[str, Any]

WIDTH = 620
ROW = 22
TOP = 15
"""Columns and codes that a picture shows; the tables show all."""

SEVERAL = 2

PALE = "#BBBBBB"
LABEL = 260
"""Pixels that a label at the left may take."""

FATES: Mapping[str, Text] = {
    "accepted": Text("接收", "accepted"),
    "already_held": Text("已有", "already held"),
    "quarantined": Text("隔离", "quarantined"),
}

NOW, BEFORE = Text("本批", "now"), Text("此前", "before")


class Picture(NamedTuple):
    """A picture, and what it says to those who do not see it."""

    chart: Drawn
    alt: Text


def pictures(content: Content, language: Language) -> dict[str, Picture]:
    """Return the pictures of a report by name; none where there is nothing to show."""
    made = {
        "rows": rows(content, language),
        "lags": lags(content, language),
        "nulls": nulls(content, language),
        "codes": codes(content, language),
        "months": months(content, language),
        "steps": steps(content, language),
    }
    return {name: picture for name, picture in made.items() if picture}


def svg(chart: Drawn) -> str:
    """Return a chart as SVG, drawn without a browser."""
    plain: Any = chart.configure(font=FONTS).configure_view(stroke=None)
    drawn: str = vl_convert.vegalite_to_svg(plain.to_json())
    return drawn


def data(values: Sequence[Mapping[str, object]]) -> dict[str, Any]:
    """Return rows as what a chart draws.

    A plain dictionary: Altair holds every row of its own `Data` against all forms that
    data may have, which took four fifths of the time of a page with 7,000 rows.
    """
    return {"values": [dict(each) for each in values]}


def rows(content: Content, language: Language) -> Picture | None:
    """Return what became of the rows of each table, as shares."""
    values = [
        {
            "table": table["table"],
            "fate": said.said(language),
            "place": place,
            "share": table["rows"][fate] / table["rows"]["read"],
        }
        for table in content["tables"]
        if table["rows"]["read"]
        for place, (fate, said) in enumerate(FATES.items())
    ]
    if not values:
        return None
    order = [said.said(language) for said in FATES.values()]
    chart = bars(values, "fate", order, [COLOURS[0], PALE, COLOURS[1]])
    return Picture(
        chart,
        Text("各表行的去向(占比)", "What became of the rows of each table, as shares"),
    )


def bars(
    values: list[dict[str, Any]], part: str, order: list[str], colours: list[str]
) -> Drawn:
    """Return stacked bars, one a table, of parts that add up to one."""
    chart: alt.Chart = (
        alt.Chart(data(values), width=WIDTH, height=alt.Step(ROW))
        .mark_bar()
        .encode(
            x=alt.X(
                "share:Q",
                title=None,
                axis=alt.Axis(format="%", tickCount=5),
                scale=alt.Scale(domain=[0, 1]),
            ),
            y=alt.Y("table:N", title=None, axis=alt.Axis(labelLimit=LABEL)),
            color=alt.Color(
                f"{part}:N",
                title=None,
                scale=alt.Scale(domain=order, range=colours),
                legend=alt.Legend(orient="top"),
            ),
            order=alt.Order("place:Q"),
        )
    )
    return chart


def lags(content: Content, language: Language) -> Picture | None:
    """Return the median and the P90 of the lag of each table, beside the expected."""
    values = [
        {
            "table": table["table"],
            "median": table["lag"]["median"],
            "p90": table["lag"]["p90"],
            "expected": table["lag"]["expected_p90"],
        }
        for table in content["tables"]
        if table["lag"]["measured"]
    ]
    if not values:
        return None
    days = Text(
        "天：线段由中位数到P90，竖线为契约的P90(对称对数刻度)",
        "days: from median to P90; the mark is the contract's P90 (symmetric log)",
    ).said(language)
    scale = alt.Scale(type="symlog", nice=True)
    axis = alt.Axis(values=[0, 1, 3, 10, 30, 100, 300, 1000, 3000])
    base = alt.Chart(data(values), width=WIDTH, height=alt.Step(ROW)).encode(
        y=alt.Y("table:N", title=None, axis=alt.Axis(labelLimit=LABEL))
    )
    chart = alt.layer(
        base.mark_bar(color=COLOURS[0], height=8).encode(
            x=alt.X("median:Q", title=days, scale=scale, axis=axis), x2="p90:Q"
        ),
        base.mark_point(color=COLOURS[0], filled=True, size=60, opacity=1).encode(
            x="p90:Q"
        ),
        base.mark_tick(color=COLOURS[1], thickness=3, size=ROW - 4).encode(
            x="expected:Q"
        ),
    )
    return Picture(
        chart,
        Text(
            "各表时滞的中位数与P90，与契约比较",
            "Median and P90 of the lag of each table, beside the contract's",
        ),
    )


def nulls(content: Content, language: Language) -> Picture | None:
    """Return the null rates that moved most, then the highest.

    Columns that are always or never absent, now as before, are left out.
    """
    values = [
        {
            "what": f"{table['table']}.{column['column']}",
            "now": column["share"],
            "before": column["before"],
        }
        for table in content["tables"]
        for column in table["columns"]
        if column["share"] is not None
        and {column["share"], column["before"]} - {None} not in ({0}, {1})
    ]
    return beside(
        values,
        language,
        Text("变化最大的空值率", "The null rates that moved most, now and before"),
    )


def codes(content: Content, language: Language) -> Picture | None:
    """Return the codes whose share moved most."""
    values = [
        {
            "what": f"{table['table']}.{column['column']} = {share['code']}",
            "now": share["share"],
            "before": share["before"],
        }
        for table in content["tables"]
        for column in table["codes"]
        for share in column["shares"]
        if None not in (share["share"], share["before"])
        and share["share"] != share["before"]
    ]
    return beside(
        values,
        language,
        Text("变化最大的代码占比", "The codes whose share moved most, now and before"),
    )


def moved(value: Mapping[str, Any]) -> tuple[float, float, str]:
    """Return where a share stands: the largest movement first, then the largest."""
    before = value["now"] if value["before"] is None else value["before"]
    return -abs(value["now"] - before), -value["now"], value["what"]


def beside(
    values: list[dict[str, Any]], language: Language, says: Text
) -> Picture | None:
    """Return shares now and before on one line each, the largest movement first."""
    first = sorted(values, key=moved)[:TOP]
    if not first:
        return None
    order = [value["what"] for value in first]
    points = [
        {"what": value["what"], "when": when.said(language), "share": value[key]}
        for value in first
        for key, when in (("before", BEFORE), ("now", NOW))
        if value[key] is not None
    ]
    y = alt.Y("what:N", title=None, sort=order, axis=alt.Axis(labelLimit=LABEL))
    x = alt.X("share:Q", title=None, axis=alt.Axis(format="%", tickCount=6))
    lines = [value for value in first if value["before"] is not None]
    line = (
        alt.Chart(data(lines), width=WIDTH, height=alt.Step(ROW))
        .mark_rule(color=PALE, strokeWidth=2)
        .encode(y=y, x=alt.X("before:Q", title=None), x2="now:Q")
    )
    dots = (
        alt.Chart(data(points), width=WIDTH, height=alt.Step(ROW))
        .mark_point(filled=True, size=70, opacity=1)
        .encode(
            y=y,
            x=x,
            color=alt.Color(
                "when:N",
                title=None,
                scale=alt.Scale(
                    domain=[BEFORE.said(language), NOW.said(language)],
                    range=[COLOURS[1], COLOURS[0]],
                ),
                legend=alt.Legend(orient="top"),
            ),
        )
    )
    return Picture(alt.layer(line, dots) if lines else alt.layer(dots), says)


def months(content: Content, language: Language) -> Picture | None:
    """Return the months of events of each source: the darker, the more records."""
    values = [
        {
            "source": f"{table['table']} · {stream['source']}",
            "month": f"{month}-01",
            "share": rows / max(count for _, count in stream["months"]),
        }
        for table in content["tables"]
        for stream in table["streams"]
        for month, rows in stream["months"]
    ]
    if not values:
        return None
    title = Text(
        "按事件月份；颜色越深记录越多，空白为没有记录",
        "by month of the event: the darker, the more records; white, none",
    ).said(language)
    chart: alt.Chart = (
        alt.Chart(data(values), width=WIDTH, height=alt.Step(ROW))
        .mark_rect()
        .encode(
            x=alt.X(
                "month:T",
                timeUnit="yearmonth",
                title=title,
                axis=alt.Axis(format="%Y-%m", labelAngle=0, labelOverlap=True),
            ),
            y=alt.Y("source:N", title=None, axis=alt.Axis(labelLimit=LABEL)),
            color=alt.Color(
                "share:Q",
                legend=None,
                scale=alt.Scale(range=["#C6DBEF", "#08306B"], domain=[0, 1]),
            ),
        )
    )
    return Picture(
        chart,
        Text("各来源每月的记录数", "Records of each source by month of the event"),
    )


def steps(content: Content, language: Language) -> Picture | None:
    """Return by which step records found their firm; None where all did by one."""
    values = [
        {
            "table": table["table"],
            "step": step_name(step["step"]).said(language),
            "share": step["share"],
        }
        for table in content["tables"]
        for step in table["steps"]
    ]
    none = step_name("").said(language)
    order = sorted({value["step"] for value in values}, key=lambda s: (s == none, s))
    if len(order) < SEVERAL:
        return None
    for value in values:
        value["place"] = order.index(value["step"])
    found = [step for step in order if step != none]
    colours = [*scheme(len(found)), *[PALE] * (len(order) - len(found))]
    return Picture(
        bars(values, "step", order, colours),
        Text(
            "各表记录匹配企业的步骤",
            "By which step the records of each table found their firm",
        ),
    )


def step_name(step: str) -> Text:
    """Return a step of the ladder as people know it."""
    return Text(step, step) if step else Text("(无)", "(none)")


def scheme(size: int) -> list[str]:
    """Return colours for some parts, repeated where there are more than eight."""
    eight = [*COLOURS, "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999"]
    return [eight[place % len(eight)] for place in range(size)]
