"""One module a register: from the city's hidden life to clean records.

Each has `TABLES`, the tables that it alone fills, and `records(world, year, block)`,
which yields the records of a part of the city whose events fall into a year; the year
`HISTORY` stands for what a register holds already when it begins.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kexin.simulate.world import Register


class Bureau(NamedTuple):
    """A register's module.

    Attributes:
        name: Name of the module.
        tables: Tables that it fills.
        records: What it yields.
    """

    name: str
    tables: tuple[str, ...]
    records: Register


def bureaus() -> Iterator[Bureau]:
    """Yield all registers' modules, in the order of their names."""
    for found in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        module = import_module(f"{__name__}.{found.name}")
        yield Bureau(found.name, module.TABLES, module.records)
