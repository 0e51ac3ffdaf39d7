"""Randomness that depends on nothing but the seed and on what is drawn.

Every module, year and part of the city has a stream of its own, so that leaving one
register out changes no other, and the number of threads changes nothing.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kexin.simulate.arrays import Flags, Floats


BLOCK_FIRMS = 25_000
"""Firms of one part; part of what is drawn, so a change changes the city."""


class Block(NamedTuple):
    """A part of the city: firms from `first` up to, not including, `last`."""

    number: int
    first: int
    last: int

    @property
    def firms(self) -> slice:
        """The part, to cut arrays of firms with."""
        return slice(self.first, self.last)

    @property
    def size(self) -> int:
        """Number of firms."""
        return self.last - self.first


def blocks(firms: int) -> Iterator[Block]:
    """Yield the parts of a city."""
    for number, first in enumerate(range(0, firms, BLOCK_FIRMS)):
        yield Block(number, first, min(first + BLOCK_FIRMS, firms))


def stream(
    seed: int, module: str, year: int = 0, block: int = 0
) -> np.random.Generator:
    """Return the stream of one module, year and part.

    Examples:
        >>> one, same = stream(1, "tax", 2020), stream(1, "tax", 2020)
        >>> bool(one.random() == same.random())
        True
    """
    words = [seed, zlib.crc32(module.encode()), year, block]
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(words)))


def logistic(x: Floats) -> Floats:
    """Return 1 / (1 + exp(-x))."""
    return 1.0 / (1.0 + np.exp(-x))


def happens(random: np.random.Generator, chance: Floats) -> Flags:
    """Return, for each chance, whether it came true."""
    return random.random(chance.shape, np.float32) < chance
