"""The report as one page: no script, no font and no picture from anywhere else."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from kexin.language import Text
from kexin.report.charts import pictures, step_name, svg
from kexin.report.limits import LEVELS

if TYPE_CHECKING:
    from kexin.language import Language

TEMPLATE = "report.html"


def page(content: dict[str, Any], language: Language) -> str:
    """Return a report as HTML.

    Args:
        content: What `report.json` holds; nothing else is shown.
        language: Language of the page.
    """
    environment = Environment(
        loader=PackageLoader("kexin.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"share": share, "count": count, "unbroken": unbroken}
    drawn = {
        name: {"source": embedded(svg(each.chart)), "alt": each.alt.said(language)}
        for name, each in pictures(content, language).items()
    }

    def t(zh: str, en: str) -> str:
        return Text(zh, en).said(language)

    return environment.get_template(TEMPLATE).render(
        **content,
        pictures=drawn,
        lang=language,
        t=t,
        total=totals(content),
        by_presence=by_presence,
        marked=passed(content, "null_change"),
        shifted=passed(content, "drift"),
        level=lambda name: LEVELS[name].said(language),
        step=lambda name: step_name(name).said(language),
        unit=lambda limit: number_with_unit(limit["value"], limit["unit"], language),
    )


def embedded(drawing: str) -> str:
    """Return an SVG as an address that holds all of it, so that ids cannot clash."""
    return "data:image/svg+xml;base64," + base64.b64encode(drawing.encode()).decode()


def share(value: float | None) -> str:
    """Return a share in percent, small ones with more digits; a dash for none.

    Examples:
        >>> share(0.08), share(0.00004), share(0.0), share(None)
        ('8.0 %', '0.004 %', '0 %', '–')
    """
    if value is None:
        return "–"
    if value in {0, 1}:
        return f"{value:.0%}".replace("%", " %")
    return f"{100 * value:.{1 if value >= 0.001 else 3}f} %"  # noqa: PLR2004  (what one decimal can show)


def count(value: float | None) -> str:
    """Return a number with thousands apart; a dash for none."""
    return "–" if value is None else f"{value:,.0f}"


def by_presence(
    columns: list[dict[str, Any]],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the columns that are absent at times, never, and always; also before."""
    rates = [{each["share"], each["before"]} - {None} for each in columns]
    both = list(zip(columns, rates, strict=True))
    return (
        [column for column, rate in both if rate not in ({0}, {1})],
        [column for column, rate in both if rate == {0}],
        [column for column, rate in both if rate == {1}],
    )


def passed(content: dict[str, Any], limit: str) -> set[tuple[str, str]]:
    """Return the tables and columns that passed limits whose names begin so."""
    return {
        (each["table"], each["subject"])
        for each in content["unusual"]
        if each["limit"].startswith(limit)
    }


def unbroken(sentence: str) -> str:
    """Return a sentence whose numbers keep their percent sign on their line."""
    return sentence.replace(" %", "\u00a0%")


def totals(content: dict[str, Any]) -> dict[str, int]:
    """Return the account of all tables together."""
    names = ("read", "accepted", "already_held", "quarantined")
    return {n: sum(table["rows"][n] for table in content["tables"]) for n in names}


def number_with_unit(value: float, unit: str, language: Language) -> str:
    """Return a limit's number as people read it."""
    percent = f"{100 * value:g}"
    said = {
        "share": Text(f"{percent} %", f"{percent} %"),
        "points": Text(f"{percent}个百分点", f"{percent} percentage points"),
        "times": Text(f"{value:g}倍", f"{value:g} times"),
        "days": Text(f"{value:g}天", f"{value:g} days"),
        "rows": Text(f"{value:g}行", f"{value:g} rows"),
        "deliveries": Text(f"{value:g}批", f"{value:g} deliveries"),
        "deviations": Text(f"{value:g}个标准误", f"{value:g} standard errors"),
        "index": Text(f"{value:g}", f"{value:g}"),
    }
    return said[unit].said(language)
