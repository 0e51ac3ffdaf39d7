"""Which signals a model may learn from, by family and declared direction of risk."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from kexin.errors import ConfigurationError
from kexin.language import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from kexin.signals.signal import Signal


def directions_of(
    signals: Mapping[str, Signal],
    families: Collection[str],
    *,
    directed_only: bool,
    where: str,
) -> dict[str, int]:
    """Return the direction of risk of each signal that the model may learn from.

    Args:
        signals: The catalogue.
        families: Families that may enter; empty for all.
        directed_only: Whether signals without a declared direction stay out.
        where: File and key in which the families are named, for an error.

    Raises:
        ConfigurationError: A family has no signal, or no signal is left.
    """
    known = {signal.family for signal in signals.values()}
    for family in families:
        if family not in known:
            raise no_family(family, known, where)
    chosen: dict[str, int] = {
        name: signal.direction
        for name, signal in signals.items()
        if (not families or signal.family in families)
        and (signal.direction or not directed_only)
    }
    if not chosen:
        raise ConfigurationError(
            Text("没有可用于建模的信号", "no signal is left for the model"),
            where=where,
            expected=Text("至少一个信号", "at least one signal"),
            do=Text(
                "增加信号族，或设 directed_only = false",
                "name more families, or set directed_only = false",
            ),
        )
    return chosen


def no_family(family: str, known: Collection[str], where: str) -> ConfigurationError:
    """Return the error for a family that no signal belongs to."""
    named = sorted(known)
    near = difflib.get_close_matches(family, named, n=1)
    guess = near[0] if near else ", ".join(named)
    return ConfigurationError(
        Text(f"没有信号族“{family}”", f"no signal is of the family {family!r}"),
        where=where,
        expected=Text(f"以下之一：{'、'.join(named)}", f"one of {', '.join(named)}"),
        do=Text(f"是否应为“{guess}”？", f"did you mean {guess!r}?"),
    )
