"""Check characters of codes, as expressions: for tables too large for a loop."""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING

import ibis

from kexin.identity.codes import ORGANISATION_CHECKS, ORGANISATION_WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Of a unified social credit code, in the order of their values (GB 32100-2015)."""

WEIGHTS = tuple(pow(3, place, 31) for place in range(17))

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Of an organisation code, in the order of their values (GB 11714-1997)."""


def has_check_characters(code: ir.StringValue) -> ir.BooleanValue:
    """Return whether both check characters of a code in the form of a USCC are right.

    Source:
        GB 32100-2015 for position 18, GB 11714-1997 for position 17.
    """
    rest = weighted(code, CHARACTERS, WEIGHTS, 0) % len(CHARACTERS)
    whole = (len(CHARACTERS) - rest) % len(CHARACTERS) == value(code, 17, CHARACTERS)
    inner = weighted(code, LETTERS, ORGANISATION_WEIGHTS, 8) % len(ORGANISATION_CHECKS)
    return whole & (value(code, 16, ORGANISATION_CHECKS) == inner)


def weighted(
    code: ir.StringValue, signs: str, weights: Sequence[int], start: int
) -> ir.IntegerValue:
    """Return the weighted sum of the values of a code's characters."""
    parts = [
        value(code, start + place, signs) * weight
        for place, weight in enumerate(weights)
    ]
    return functools.reduce(operator.add, parts)


def value(code: ir.StringValue, place: int, signs: str) -> ir.IntegerValue:
    """Return the value of one character: its place among the signs."""
    return ibis.literal(signs).find(code.substr(place, 1))
