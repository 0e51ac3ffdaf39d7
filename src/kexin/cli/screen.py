"""What commands show: tables and progress for people, one JSON object for programs.

Progress and remarks go to standard error, results to standard output, so that
`--json` leaves nothing but the object there.
"""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from kexin.language import Language, Text

    Advance = Callable[[int, int], None]

NUMBER = "right"
WIDTH = 100
"""Width where the output is no terminal, so that a log holds whole tables."""


class Screen:
    """Where one command prints.

    Args:
        language: Language of everything that it prints.
        as_json: Whether standard output holds one JSON object and nothing else.
    """

    def __init__(self, language: Language, *, as_json: bool = False) -> None:
        self.language = language
        self.as_json = as_json
        width = None if sys.stdout.isatty() else WIDTH
        self.out = Console(width=width, highlight=False)
        self.err = Console(stderr=True, width=width, highlight=False)

    def say(self, text: Text) -> None:
        """Print one sentence, on standard error where the result is JSON."""
        (self.err if self.as_json else self.out).print(text.said(self.language))

    def point(self, text: Text, to: object) -> None:
        """Print a remark, and on a line of its own a path or command to be copied."""
        out = self.err if self.as_json else self.out
        out.print(text.said(self.language))
        out.print(f"  {to}", soft_wrap=True, markup=False)

    def table(
        self, title: Text, columns: Sequence[Text], rows: Iterable[Sequence[object]]
    ) -> None:
        """Print rows under headings; numbers stand to the right.

        The title has a line of its own: above a narrow table it would be broken.
        """
        self.out.print(title.said(self.language), style="bold")
        table = Table(*[column.said(self.language) for column in columns])
        rows = [list(row) for row in rows]
        for place, column in enumerate(table.columns):
            if rows and all(is_number(row[place]) for row in rows):
                column.justify = "right"
        for row in rows:
            table.add_row(*[shown(cell) for cell in row])
        self.out.print(table)

    def result(self, content: object) -> None:
        """Print the command's result as one JSON object."""
        sys.stdout.write(json.dumps(content, ensure_ascii=False) + "\n")

    @contextmanager
    def progress(self, text: Text) -> Iterator[Advance]:
        """Show a bar on standard error while the work goes on."""
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self.err, transient=True) as bar:
            task = bar.add_task(text.said(self.language), total=None)

            def advance(done: int, of: int) -> None:
                bar.update(task, completed=done, total=of or None)

            yield advance


def is_number(cell: object) -> bool:
    """Whether a cell is shown as a number."""
    return isinstance(cell, int | float)


def shown(cell: Any) -> str:  # noqa: ANN401  (whatever stands in a cell)
    """Return a cell as text: numbers with thousands apart, nothing for None."""
    if cell is None:
        return ""
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
