"""What is drawn for a whole city is drawn once, though every part and year asks for it.

A register is written by one process, from one world: the last one is enough to keep.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

Made = TypeVar("Made")
World = TypeVar("World")
Asked = ParamSpec("Asked")


def remembered(
    make: Callable[Concatenate[World, Asked], Made],
) -> Callable[Concatenate[World, Asked], Made]:
    """Return a function that makes the same thing of the same world only once.

    What it returns must not be changed by whoever asks.
    """
    kept: list[Any] = [None, {}]

    @functools.wraps(make)
    def again(world: World, /, *args: Asked.args, **named: Asked.kwargs) -> Made:
        if kept[0] is not world:
            kept[:] = [world, {}]
        key = (args, tuple(named.items()))
        if key not in kept[1]:
            kept[1][key] = make(world, *args, **named)
        return kept[1][key]

    return cast("Callable[Concatenate[World, Asked], Made]", again)
