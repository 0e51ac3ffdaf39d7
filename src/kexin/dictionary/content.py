"""The dictionary as data: every signal, what it is, and how it was filled so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow.parquet as pq

from kexin.algebra.views import tables_in
from kexin.panel.readable import CONSENTED
from kexin.registers.contract import contracts
from kexin.registers.core import REGISTER
from kexin.signals import words
from kexin.signals.signal import ABSENCE, sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from kexin.dictionary.example import Example
    from kexin.signals.signal import Signal

QUANTILES = (0.05, 0.5, 0.95)
"""Shown of a signal's values on a day."""


class Filled(NamedTuple):
    """How a signal was filled on a day.

    Attributes:
        as_of: The day.
        share: Share of firms with a value.
        quantiles: The values at 5, 50 and 95 %; None where no firm has one.
    """

    as_of: date
    share: float
    quantiles: tuple[float, ...] | None


def content(
    signals: Iterable[Signal],
    filled: Mapping[str, Sequence[Filled]],
    examples: Iterable[Example],
) -> list[dict[str, Any]]:
    """Return one entry a signal, in the order given.

    Args:
        signals: The signals.
        filled: By signal: how it was filled, in the order of days.
        examples: Of all signals.
    """
    known = list(examples)
    return [
        entry(signal, filled.get(signal.id, ()))
        | {"examples": [shown(e, signal) for e in known if signal.id in e.expected]}
        for signal in signals
    ]


def shown(example: Example, signal: Signal) -> dict[str, Any]:
    """Return what an example shows of one signal, and what a reason would say of it."""
    found, read = example.expected[signal.id], tables_in(signal.formula)
    return {
        "shows": example.shows._asdict(),
        "as_of": example.as_of,
        "value": found,
        "says": {
            "zh": sentence(signal, found, "zh"),
            "en": sentence(signal, found, "en"),
        },
        "tables": [
            {"id": table, "lines": [line.split() for line in text.strip().splitlines()]}
            for table, text in example.tables.items()
            if table in read and text.strip()
        ],
    }


def entry(signal: Signal, filled: Sequence[Filled]) -> dict[str, Any]:
    """Return what the dictionary says of one signal."""
    needs_consent = signal.register in CONSENTED and not signal.public
    return {
        "id": signal.id,
        "register": signal.register,
        "register_zh": REGISTER[signal.register],
        "family": words.family(signal.family)._asdict(),
        "name": signal.name._asdict(),
        "unit": words.unit(signal.unit)._asdict(),
        "direction": signal.direction,
        "absent": ABSENCE[signal.absent]._asdict(),
        "consent": needs_consent,
        "reason": signal.reason._asdict(),
        "why": signal.why._asdict(),
        "source": signal.source,
        "formula": repr(signal.formula),
        "tables": [told(name) for name in sorted(tables_in(signal.formula))],
        "filled": [{**each._asdict(), "as_of": str(each.as_of)} for each in filled],
    }


def told(table: str) -> dict[str, str]:
    """Return a table's name, and what it is called in Chinese."""
    known = contracts()
    return {"id": table, "zh": known[table].zh if table in known else table}


def filled_in(panels: Mapping[date, Path]) -> dict[str, list[Filled]]:
    """Return how signals were filled on the days of some panels, by signal."""
    found: dict[str, list[Filled]] = {}
    for day, path in sorted(panels.items()):
        table = pq.read_table(path)
        for name in table.column_names:
            if name not in {"firm_key", "as_of"}:
                values = table[name].to_numpy(zero_copy_only=False)
                found.setdefault(name, []).append(filled_on(day, values))
    return found


def filled_on(as_of: date, values: np.ndarray) -> Filled:
    """Return how one signal was filled on a day."""
    known = values[~np.isnan(values)]
    share = len(known) / len(values) if len(values) else 0.0
    if not len(known):
        return Filled(as_of, share, None)
    return Filled(as_of, share, tuple(map(float, np.quantile(known, QUANTILES))))
