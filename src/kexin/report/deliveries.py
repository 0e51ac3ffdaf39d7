"""Where reports stand, and how one is made, or made again, from the warehouse.

A delivery's numbers are taken once, right after it was put in force, and written before
its report. What a kill prevented is made the next time that somebody asks for it: the
warehouse and the history of accounts have all that is needed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from kexin.digest import canonical, plain
from kexin.errors import WarehouseError
from kexin.intake.accounts import as_content, history
from kexin.language import Text
from kexin.report.content import content
from kexin.report.limits import history as longest
from kexin.report.measured import measured
from kexin.report.numbers import read, written
from kexin.report.page import page

if TYPE_CHECKING:
    from pathlib import Path

    from ibis.backends.duckdb import Backend

    from kexin.intake.accounts import Account
    from kexin.language import Language
    from kexin.report.numbers import Numbers

NUMBERS, REPORT, PAGE = "numbers.json", "report.json", "report.{}.html"

LOOKED_AT = 2 * int(longest.value)
"""Earlier deliveries of the mapping that are looked at; files may have come again."""


class Report(NamedTuple):
    """A report that stands in its files.

    Attributes:
        content: What `report.json` holds.
        data: The file with it.
        page: The page that shows it.
    """

    content: dict[str, Any]
    data: Path
    page: Path


def number_of(folder: Path, account: Account) -> int:
    """Return the place of an account in the history of a warehouse, from 1.

    The last of its kind: the same files may have been delivered before.
    """
    own = plain(as_content(account))
    told = ("mapping", "received", "files")
    return max(
        number
        for number, line in enumerate(history(folder), 1)
        if all(line.get(key) == own[key] for key in told)
    )


def report_on(
    number: int | None,
    folder: Path,
    reports: Path,
    connection: Backend,
    language: Language,
) -> Report:
    """Return the report on a delivery, its files written to their places.

    Args:
        number: Place of the delivery in the history of accounts; None for the last
            that had files.
        folder: The warehouse.
        reports: Folder of all reports.
        connection: An engine to work on.
        language: Language of the page.

    Raises:
        WarehouseError: There is no such delivery, or the warehouse is damaged.
    """
    lines = list(history(folder))
    chosen = chosen_of(number, lines, folder)
    mapping = lines[chosen - 1]["mapping"]
    asked = [n for n in range(1, chosen) if lines[n - 1]["mapping"] == mapping]
    *earlier, now = [
        numbers_of(each, lines, folder, reports, connection)
        for each in [*asked[-LOOKED_AT:], chosen]
    ]
    made = content(now, earlier)
    at = reports / name_of(chosen, lines[chosen - 1])
    put(at / REPORT, canonical(made))
    shown = at / PAGE.format(language)
    put(shown, page(made, language))
    return Report(made, at / REPORT, shown)


def chosen_of(number: int | None, lines: list[dict[str, Any]], folder: Path) -> int:
    """Return the number of the delivery that is asked for."""
    with_files = [place for place, line in enumerate(lines, 1) if line["files"]]
    if with_files and number is None:
        return with_files[-1]
    if number is not None and 1 <= number <= len(lines):
        return number
    raise WarehouseError(
        Text(f"没有第{number or 1}批数据", f"there is no delivery {number or 1}"),
        where=str(folder),
        expected=Text(f"1至{len(lines)}", f"1 to {len(lines)}")
        if lines
        else Text("至少一批已接收的数据", "at least one delivery taken in"),
        do=Text(
            "请改正批次号，或先运行 kexin intake", "name another, or run kexin intake"
        ),
    )


def numbers_of(
    number: int,
    lines: list[dict[str, Any]],
    folder: Path,
    reports: Path,
    connection: Backend,
) -> Numbers:
    """Return a delivery's numbers: those that were taken, else taken now."""
    told = lines[number - 1]
    path = reports / name_of(number, told) / NUMBERS
    if (found := read(path)) is not None:
        return found
    numbers = measured(told, number, len(lines), folder, connection)
    put(path, written(numbers))
    return numbers


def name_of(number: int, told: dict[str, Any]) -> str:
    """Return the name of a delivery's folder.

    Examples:
        >>> name_of(7, {"mapping": "contract form", "received": "2024-06-30"})
        '0007-contract-form-2024-06-30'
    """
    mapping = re.sub(r"[^\w.]+", "-", told["mapping"]).strip("-.")
    return f"{number:04}-{mapping}-{told['received']}"


def put(path: Path, text: str) -> None:
    """Write a file beside its place, and move it there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
