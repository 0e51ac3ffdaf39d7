"""The synthetic city's command: make it, and say where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from kexin.language import Text
from kexin.registers.contract import contracts
from kexin.simulate.export import Asked, export
from kexin.simulate.generate import MONTHLY

if TYPE_CHECKING:
    from pathlib import Path

    from kexin.cli.screen import Screen
    from kexin.simulate.export import Made

__all__ = ["Asked", "make", "simulate", "tables_named"]


def make(screen: Screen, folder: Path, asked: Asked, threads: int = 2) -> Made:
    """Make a city, with progress."""
    with screen.progress(Text("生成各部门数据", "registers written")) as advance:
        return export(folder, asked, threads, advance)


def simulate(screen: Screen, folder: Path, asked: Asked, threads: int = 2) -> None:
    """Make a city and tell what is in it."""
    made = make(screen, folder, asked, threads)
    if screen.as_json:
        screen.result({"folder": str(made.folder), "rows": made.rows})
        return
    screen.table(
        Text("仿真数据 synthetic data", "仿真数据 synthetic data"),
        [Text("表", "table"), Text("记录版本数", "versions")],
        [(table, rows) for table, rows in sorted(made.rows.items())],
    )
    where = "tables" if asked.contract else "deliveries"
    screen.say(
        Text(
            f"城市在 {made.folder}；供接收的数据在 {made.folder / where}，答案在 "
            f"{made.folder / 'truth'}",
            f"The city is in {made.folder}: what can be taken in is in "
            f"{made.folder / where}, the truth in {made.folder / 'truth'}",
        )
    )


def tables_named(words: str) -> tuple[str, ...]:
    """Return the tables that are named with commas between; `monthly` names several.

    Raises:
        BadParameter: There is no table of a name.
    """
    names = {word.strip() for word in words.split(",")} - {""}
    unknown = sorted(names - contracts().keys() - {"monthly"})
    if unknown:
        raise typer.BadParameter(
            f"--tables: {', '.join(unknown)}? monthly, {', '.join(sorted(contracts()))}"
        )
    several = MONTHLY if "monthly" in names else ()
    return tuple(sorted({*names, *several} - {"monthly"}))
