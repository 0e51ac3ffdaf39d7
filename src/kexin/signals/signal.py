"""How a signal is declared, and how its value stands in a sentence."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal

from kexin.algebra.nodes import Node
from kexin.algebra.views import definitions
from kexin.language import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kexin.language import Language

Absence = Literal[
    "missing",
    "never",
    "no_event",
    "no_records",
    "not_registered",
    "out_of_date",
    "small_base",
    "too_few",
]

ABSENCE: Mapping[Absence, Text] = {
    "missing": Text("所需信息未披露", "what it needs was not disclosed"),
    "never": Text("从不缺失", "never absent"),
    "no_event": Text("期内没有可衡量的事项", "nothing of the kind to measure"),
    "no_records": Text(
        "从未收到该表的记录", "no record of the table was ever received"
    ),
    "not_registered": Text("未在该部门登记", "not registered with the bureau"),
    "out_of_date": Text("最近的报表已过时", "the newest statement is out of date"),
    "too_few": Text("记录太少，无法判断", "too few records to judge"),
    "small_base": Text("基数太小，无法比较", "the base is too small to compare with"),
}
"""What it means that a signal has no value, in words: besides that its register is not
covered or not consented to, which every signal's absence may mean."""

PLACE = re.compile(r"\{v(?:_(?P<form>\w+))?(?::(?P<yes>[^|}]*)\|(?P<no>[^}]*))?\}")

BEHIND_A_LOGARITHM: Mapping[tuple[str, str], Callable[[float], float]] = {
    ("ln CNY", "wan"): math.expm1,
    ("log ratio", "x"): math.exp,
}
"""What gives the amount, or the multiple, of which a signal is the logarithm, by its unit
and the form in which it stands in a sentence."""

TENTH = 0.1
HUNDRED = 100


@dataclass(frozen=True, kw_only=True, repr=False)
class Signal(Node):
    """One declared feature of a firm.

    Args:
        id: `group.name_window`, written in full so that a search finds it.
        register: Code of the register whose coverage and consent decide whether it is
            told (READINGS.md, A04).
        name: What it is called.
        formula: What it is.
        unit: Unit of its value.
        direction: How risk goes when the value rises: +1 up, -1 down, 0 either. Becomes
            the monotone constraint of the model.
        absent: What it means that there is no value; the formula makes it so.
        family: Signals that tell the same kind of fact; reasons are spread over them.
        reason: The fact in a sentence, with the value's place in braces.
        why: Why it tells good firms from bad ones.
        source: Where that was seen.
        public: Whether the law makes it public though its register is not.
        labels: What its values are called, where they are steps of a list.
    """

    id: str
    register: str
    name: Text
    formula: Node
    unit: str
    direction: Literal[-1, 0, 1]
    absent: Absence
    family: str
    reason: Text
    why: Text
    source: str
    public: bool = False
    labels: tuple[tuple[float, Text], ...] = ()

    def digested(self) -> dict[str, object]:
        """Return what the signal is, and the views on which it stands."""
        own = {f.name: getattr(self, f.name) for f in fields(self)}
        return {"is": "Signal", **own, "views": definitions(self.formula)}

    def __repr__(self) -> str:
        return self.id


def sentence(signal: Signal, value: float | None, language: Language) -> str:
    """Return what a signal's value says, as one sentence without a full stop.

    Args:
        signal: The signal.
        value: Its value; None or not-a-number where it is absent.
        language: Language of the sentence.
    """
    if value is None or math.isnan(value):
        name, meaning = signal.name.said(language), ABSENCE[signal.absent]
        colon = "：" if language == "zh" else ": "
        return f"{name}{colon}{meaning.said(language)}"
    labels = {step: label.said(language) for step, label in signal.labels}

    def said(place: re.Match[str]) -> str:
        if place["form"] == "name":
            return labels[value]
        plain = BEHIND_A_LOGARITHM.get((signal.unit, place["form"]), float)
        return shown(plain(value), place)

    return PLACE.sub(said, signal.reason.said(language))


def shown(value: float, place: re.Match[str]) -> str:
    """Return a value as it stands at one place of a sentence (SIGNALS.md, 1.2).

    What is rounded to zero has no sign.
    """
    if place["yes"] is not None:
        return place["yes"] if value else place["no"]
    match place["form"]:
        case "pct":
            return percent(value)
        case "wan":
            return f"{value / 10_000:z,.{0 if abs(value) >= 100_000 else 1}f}"
        case "x":
            return f"{value:z.1f}"
        case "n":
            return f"{round(math.expm1(value)):,}"
        case "pp":
            return f"{HUNDRED * value:+z.1f}"
    return f"{value:z,.0f}" if value == round(value) else f"{value:z.2f}"


def percent(value: float) -> str:
    """Return a share in percent: no decimals, one where it is below ten.

    Examples:
        >>> percent(0.384), percent(0.032)
        ('38', '3.2')
    """
    return f"{HUNDRED * value:z,.{0 if abs(value) >= TENTH else 1}f}"
