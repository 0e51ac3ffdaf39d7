"""The page that shows a city beside its targets: every curve, every check."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import altair as alt
import pandas as pd
import vl_convert

from kexin.language import Text
from kexin.simulate.acceptance.curves import OFFSETS
from kexin.simulate.contractform import SYNTHETIC

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kexin.language import Language
    from kexin.simulate.acceptance.checks import Found
    from kexin.simulate.acceptance.curves import Drawn

SIZE = {"width": 260, "height": 180}

STYLE = """
body { font-family: sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
figure { display: inline-block; margin: 0.5rem; } svg { max-width: 100%; }
table { border-collapse: collapse; } th, td { padding: 0.25rem 0.75rem; }
th { text-align: left; } td.number { text-align: right; }
tr { border-bottom: 1px solid #ddd; } .off { color: #b30000; font-weight: bold; }
"""

TITLE = Text("仿真城市与目标的对照", "A synthetic city beside its targets")
READING = Text(
    "实线为仿真，虚线为目标，阴影为允许范围(与健康水平之差的25%，外加两倍标准误)。",
    "Solid: the city. Dashed: the target. Shaded: what is allowed, 25 % of the difference "
    "to the healthy level and two standard errors.",
)
HEADINGS = (
    Text("编号", "no."),
    Text("检查", "check"),
    Text("项", "value of"),
    Text("值", "value"),
    Text("下限", "from"),
    Text("上限", "to"),
    Text("结果", "result"),
)
PASSED, OFF = Text("通过", "passed"), Text("偏离", "off")


def page(drawn: Sequence[Drawn], found: Sequence[Found], language: Language) -> str:
    """Return the page as HTML, charts and all, that needs nothing from elsewhere."""
    figures = "\n".join(figure(curve, language) for curve in drawn)
    rows = "\n".join(row(result, language) for result in found)
    heads = "".join(f"<th>{text.said(language)}</th>" for text in HEADINGS)
    return f"""<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8">
<title>{TITLE.said(language)}</title><style>{STYLE}</style></head><body>
<h1>{TITLE.said(language)}</h1><p>{SYNTHETIC}</p><p>{READING.said(language)}</p>
{figures}
<table><thead><tr>{heads}</tr></thead><tbody>
{rows}
</tbody></table></body></html>
"""


def figure(curve: Drawn, language: Language) -> str:
    """Return one curve as a figure that says in words whether it fits."""
    svg = vl_convert.vegalite_to_svg(chart(curve, language).to_json())
    off = ", ".join(map(str, curve.off))
    said = f"{OFF.said(language)}: {off}" if off else PASSED.said(language)
    kind = ' class="off"' if off else ""
    name = html.escape(curve.curve.text.said(language))
    return (
        f'<figure role="img" aria-label="{name}">{svg}'
        f"<figcaption{kind}>{said}</figcaption></figure>"
    )


def chart(curve: Drawn, language: Language) -> alt.LayerChart:
    """Return a curve, its target and what is allowed."""
    told = zip(OFFSETS, curve.values, curve.targets, curve.allowed, strict=True)
    frame = pd.DataFrame(
        [
            {"month": m, "city": value, "target": aim, "low": aim - more,
             "high": aim + more}
            for m, value, aim, more in told
        ]
    )  # fmt: skip
    axis = alt.X(
        "month:Q", title=Text("距违约月数", "months to default").said(language)
    )
    base = alt.Chart(
        frame, title=curve.curve.text.said(language), width=SIZE["width"],
        height=SIZE["height"],
    )  # fmt: skip
    band = base.mark_area(opacity=0.2).encode(
        axis, alt.Y("low:Q", title=None), alt.Y2("high:Q")
    )
    aim = base.mark_line(strokeDash=[4, 4], color="#555").encode(axis, y="target:Q")
    own = base.mark_line(point=True, color="#1f5fa8").encode(axis, y="city:Q")
    return band + aim + own


def row(found: Found, language: Language) -> str:
    """Return one check as a row of the table."""
    said = (PASSED if found.passed else OFF).said(language)
    cells = [found.check.id, found.check.text.said(language), found.label]
    numbers = [f"{value:.4g}" for value in (found.value, *found.band)]
    kind = "" if found.passed else ' class="off"'
    words = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
    told = "".join(f'<td class="number">{number}</td>' for number in numbers)
    return f"<tr>{words}{told}<td{kind}>{said}</td></tr>"
