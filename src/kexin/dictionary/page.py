"""The dictionary as one page: searched and filtered in it, nothing else fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from kexin.language import Text
from kexin.signals.signal import PLACE

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from kexin.language import Language

TEMPLATE = "dictionary.html"

THOUSAND = 1_000

WIDTH, HEIGHT, MARGIN = 220.0, 48.0, 4.0
"""Size of a signal's picture, in pixels."""


def page(entries: Sequence[dict[str, Any]], language: Language) -> str:
    """Return the dictionary as HTML.

    Args:
        entries: What `kexin.dictionary.content` gives; nothing else is shown.
        language: Language of the page.
    """
    environment = Environment(
        loader=PackageLoader("kexin.dictionary"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"open": open_places, "share": share, "value": value}

    def t(zh: str, en: str) -> str:
        return Text(zh, en).said(language)

    return environment.get_template(TEMPLATE).render(
        entries=entries,
        registers={entry["register"]: entry["register_zh"] for entry in entries},
        lang=language,
        t=t,
        picture=picture,
    )


def share(part: float) -> str:
    """Return a share in percent."""
    return f"{100 * part:.1f} %"


def value(number: float | None) -> str:
    """Return a value with four digits that count."""
    if number is None:
        return "–"
    return f"{number:,.0f}" if abs(number) >= THOUSAND else f"{number:.4g}"


def open_places(reason: str) -> str:
    """Return a sentence with its places left open, as no firm's value is told.

    Examples:
        >>> open_places("{v:a|no} bankruptcy, {v_pct}% of sales")
        'a / no bankruptcy, …% of sales'
    """

    def opened(place: re.Match[str]) -> str:
        return "…" if place["yes"] is None else f"{place['yes']} / {place['no']}"

    return PLACE.sub(opened, reason)


def picture(filled: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Return a signal's median and its 5 to 95 % band over the days, as SVG points.

    Returns:
        `line` and `band`, and the `low` and `high` between which they lie; None with
        fewer than two days that have values.
    """
    told = [(n, day["quantiles"]) for n, day in enumerate(filled) if day["quantiles"]]
    if len(told) < 2:  # noqa: PLR2004  (a line has two ends)
        return None
    low = min(quantiles[0] for _, quantiles in told)
    high = max(quantiles[2] for _, quantiles in told)
    # What never changes is a line in the middle.
    top, room = (high, high - low) if high > low else (high + 0.5, 1.0)

    def point(number: int, amount: float) -> str:
        right = MARGIN + (WIDTH - 2 * MARGIN) * number / (len(filled) - 1)
        down = MARGIN + (HEIGHT - 2 * MARGIN) * (top - amount) / room
        return f"{right:.1f},{down:.1f}"

    upper = [point(number, quantiles[2]) for number, quantiles in told]
    lower = [point(number, quantiles[0]) for number, quantiles in told]
    return {
        "line": " ".join(point(number, quantiles[1]) for number, quantiles in told),
        "band": " ".join([*upper, *reversed(lower)]),
        "low": low,
        "high": high,
    }
