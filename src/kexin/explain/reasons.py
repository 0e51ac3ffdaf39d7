"""Reasons: what each signal added to a firm's score, in points and in words.

All reasons of a firm add up, with the base points, to its score. Of these a person is
told the principal ones: at most four against and three for the firm, at most two of one
family, none that stands on an absent value (SIGNALS.md 1.2; four is the convention of
adverse-action notices, Regulation B, official interpretation 9(b)(2)-1).
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from kexin.language import Text
from kexin.signals.signal import sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kexin.signals.signal import Signal

AGAINST, FOR = 4, 3
OF_ONE_FAMILY = 2

TOLD_FROM = 0.5
"""A contribution that rounds to no point is no reason to tell."""


class Reason(NamedTuple):
    """One signal's contribution to one score.

    Attributes:
        code: Stable code, the signal's id and whether it speaks against or for.
        signal: Id of the signal.
        value: Value of the signal; None where it is absent.
        points: Points that it adds to the score; negative speaks against the firm.
        principal: Whether a person is told it.
        text: The fact and its effect, a sentence in each language.
    """

    code: str
    signal: str
    value: float | None
    points: float
    principal: bool
    text: Text


def reasons(
    points: Mapping[str, float],
    values: Mapping[str, float],
    catalogue: Mapping[str, Signal],
) -> list[Reason]:
    """Return a firm's reasons, the heaviest first; ties in the order of ids.

    Args:
        points: Points of every signal in the model.
        values: Values of the same signals; not-a-number where absent.
        catalogue: Declarations by id.
    """
    order = sorted(points, key=lambda name: (-abs(points[name]), name))
    known = [name for name in order if not math.isnan(values[name])]
    told = {
        *principal([n for n in known if points[n] <= -TOLD_FROM], AGAINST, catalogue),
        *principal([n for n in known if points[n] >= TOLD_FROM], FOR, catalogue),
    }
    return [
        Reason(
            code=f"{name}/{'against' if points[name] < 0 else 'for'}",
            signal=name,
            value=None if math.isnan(values[name]) else values[name],
            points=points[name],
            principal=name in told,
            text=told_as(catalogue[name], values[name], points[name]),
        )
        for name in order
        if points[name]
    ]


def principal(
    names: Iterable[str], most: int, catalogue: Mapping[str, Signal]
) -> list[str]:
    """Return the first names, at most two of one family."""
    families: Counter[str] = Counter()
    chosen: list[str] = []
    for name in names:
        family = catalogue[name].family
        if families[family] < OF_ONE_FAMILY and len(chosen) < most:
            families[family] += 1
            chosen.append(name)
    return chosen


def told_as(signal: Signal, value: float, points: float) -> Text:
    """Return the fact with its effect on the assessed risk, in both languages."""
    size = f"{abs(points):.1f}"
    zh, en = ("推高", "raises") if points < 0 else ("降低", "lowers")
    return Text(
        f"{sentence(signal, value, 'zh')}，{zh}违约风险评估(贡献{size}分)",
        f"{sentence(signal, value, 'en')}, which {en} the assessed risk"
        f" (by {size} points)",
    )
