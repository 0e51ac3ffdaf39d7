"""How returns reach the platform, whatever they return.

What is filed in time, or a few days late, arrives once. What is missing when the
month's transfer is made arrives without a day of filing and with zeros, and again when
it is filed; so does an amendment, which keeps the day of the first filing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kexin.simulate import clock
from kexin.simulate.life import NEVER
from kexin.simulate.rows import Rows, later, versions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kexin.simulate.arrays import Column, Flags, Ints

TRANSFER_AFTER = 7
"""Days after the deadline on which a return that is missing is reported [design]."""

AMENDED_BY, AMENDED_AFTER = 0.06, 60
"""Deviation of the log of amended figures, and mean days until then [est]."""


def reported(
    told: Rows,
    late: Ints,
    amended: Flags,
    amounts: Sequence[str],
    random: np.random.Generator,
) -> Rows:
    """Return all versions of returns.

    Args:
        told: The returns as they are filed, each with its day of filing.
        late: Days after the deadline; NEVER where it is not filed at all.
        amended: Which are amended later.
        amounts: Columns that an amendment changes, and that are 0 until one files.
        random: Draws what amendments change.
    """
    never = late >= NEVER
    overdue = late > TRANSFER_AFTER
    first = told._replace(
        columns={**told.columns, **missing(told, overdue, amounts)},
        after=np.where(overdue, told.columns["due_date"], told.after),
    )
    came = overdue & ~never
    second = later(told, came, told.after[came])
    third = amendment(told, np.flatnonzero(amended & ~never), amounts, random)
    return versions(first, second, third)


def missing(told: Rows, overdue: Flags, amounts: Sequence[str]) -> dict[str, Column]:
    """Return the columns of returns with nothing in those that are overdue."""
    nothing: dict[str, Column] = {
        name: np.where(overdue & ~np.isnan(told.columns[name]), 0, told.columns[name])
        for name in amounts
    }
    absent = np.datetime64("NaT", "D")
    return {**nothing, "filed_at": np.where(overdue, absent, told.columns["filed_at"])}


def amendment(
    told: Rows, which: Ints, amounts: Sequence[str], random: np.random.Generator
) -> Rows:
    """Return the amendments of some returns; all figures move together."""
    factor = np.exp(AMENDED_BY * random.standard_normal(len(which)))
    wait = 5 + random.exponential(AMENDED_AFTER, len(which)).astype(int)
    columns = {name: told.columns[name][which] for name in amounts}
    return later(
        told,
        which,
        clock.working_day(told.columns["filed_at"][which] + wait),
        **{name: np.round(amount * factor, 2) for name, amount in columns.items()},
        is_amended=np.ones(len(which), np.bool_),
    )
