"""What a file holds that nobody here has seen: its form, and each column's values.

Nothing is guessed about meaning here. The values of columns that may tell of persons
are counted like others and never shown: `Seen.samples` is empty for them.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from python_calamine import CalamineError, CalamineWorkbook

from kexin.intake.arrivals import plain_text
from kexin.intake.csvfile import CUT_OFF, DELIMITERS, UTF_16, binary, decodes
from kexin.intake.headings import NOT_PERSONAL, PERSONAL
from kexin.intake.jsonlines import is_json_lines
from kexin.intake.kinds import NOT_A_VALUE, is_number, shares
from kexin.intake.mapping import Source
from kexin.intake.readers import opened
from kexin.intake.sheets import cell_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

ROWS = 100_000
"""Rows that are looked at; a code that first occurs later is found by the dry run."""

DISTINCT = 2_000
"""Values of a column that are told apart; further ones are only counted."""

BEGINNING = 1 << 16
"""Bytes of a text file by which its form is found."""

HEADINGS_WITHIN = 10
"""Rows among which the headings are looked for."""

LINES = 60
"""Lines of a text file by which its delimiter is found."""

FURTHER_DELIMITERS = ("^", "~", "\x01")

SAMPLES = 4
SAMPLE_WIDTH = 24

SUSPECTED = 0.2
"""Share of values like persons' names or numbers from which a column is not shown."""

FEW = 30
"""A column of so few values that occur again and again is one of codes, not names."""


class Seen(NamedTuple):
    """One delivered column, as far as it was looked at.

    Attributes:
        heading: Its heading, as delivered.
        rows: Rows that were looked at.
        filled: How many of them have a value.
        values: Value in its plain form to how often it occurs, the most frequent first.
        kinds: Kind to the share of values that are of it.
        personal: Whether it may tell of persons, so that no value may be shown.
        above: What the file says above its headings, such as a title or a unit.
    """

    heading: str
    rows: int
    filled: int
    values: Mapping[str, int]
    kinds: Mapping[str, float]
    personal: bool
    above: str = ""

    @property
    def fill(self) -> float:
        """Share of the rows that have a value."""
        return self.filled / self.rows if self.rows else 0.0

    @property
    def samples(self) -> list[str]:
        """A few values, cut short; none of a column that may tell of persons."""
        if self.personal:
            return []
        first = itertools.islice(self.values, SAMPLES)
        return [v if len(v) <= SAMPLE_WIDTH else f"{v[:SAMPLE_WIDTH]}…" for v in first]


class Look(NamedTuple):
    """One file, or one sheet of it.

    Attributes:
        path: The file.
        encoding: Encoding of its text; `utf-8` where it has none.
        delimiter: Sign between its columns; `,` where there is none.
        sheet: Sheet of an Excel file that has several; else empty.
        heading_row: Row of its headings.
        columns: Its columns, in their order; those without a heading left out.
    """

    path: Path
    encoding: str
    delimiter: str
    sheet: str
    heading_row: int
    columns: tuple[Seen, ...]

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings, in their order."""
        return tuple(column.heading for column in self.columns)

    @property
    def told_by_name(self) -> str:
        """What file and sheet are called."""
        return f"{self.path.name} {self.sheet}".strip()


def looks(path: Path) -> Iterator[Look]:
    """Yield what a file holds, one look a sheet.

    Raises:
        DeliveryError: The file is empty, truncated or damaged.
    """
    if path.suffix.lower() in {".xlsx", ".xls"}:
        for sheet in sheets(path):
            yield look(path, "utf-8", ",", sheet)
        return
    if path.suffix.lower() == ".parquet":
        yield look(path, "utf-8", ",", "")
        return
    encoding = encoding_of(path)
    json_lines = is_json_lines(path)
    yield look(path, encoding, "," if json_lines else delimiter_of(path, encoding), "")


def look(path: Path, encoding: str, delimiter: str, sheet: str) -> Look:
    """Return what a file in a known form holds."""
    source = Source.model_validate(
        {
            "table": "",
            "files": (path.name,),
            "encoding": encoding,
            "delimiter": delimiter,
            "sheet": sheet,
            "columns": {},
        }
    )
    row, above = heading_row(path, source)
    source = source.model_copy(update={"heading_row": row})
    content = opened(path, source)
    seen = tallied(content.batches, len(content.headings))
    columns = tuple(
        column(heading, seen[0], tally)._replace(above=above)
        for heading, tally in zip(content.headings, seen[1], strict=True)
        if heading
    )
    return Look(path, encoding, delimiter, sheet, row, columns)


def heading_row(path: Path, source: Source) -> tuple[int, str]:
    """Return the row of the headings, and what stands above it.

    Titles fill one cell or two of many: the first row that is filled for the most part,
    by words, heads the rows below it.
    """
    rows = list(first_rows(path, source))
    width = max((filled_cells(row) for row in rows), default=0)
    for number, row in enumerate(rows, start=1):
        if 2 * filled_cells(row) > width and not any(map(is_number, row)):
            above = " ".join(cell for before in rows[: number - 1] for cell in before)
            return number, above
    return 1, ""


def filled_cells(row: Sequence[str]) -> int:
    """Return how many cells of a row hold something."""
    return sum(1 for cell in row if cell.strip())


def first_rows(path: Path, source: Source) -> Iterator[list[str]]:
    """Yield the first rows of a text file or sheet; none of files that have no rows."""
    if path.suffix.lower() in {".xlsx", ".xls"}:
        yield from sheet_rows(path, source.sheet)
    elif path.suffix.lower() != ".parquet" and not is_json_lines(path):
        start = itertools.islice(first_text(path, source.encoding), HEADINGS_WITHIN)
        for line in start:
            yield next(csv.reader([line], delimiter=source.delimiter), [])


def sheet_rows(path: Path, sheet: str) -> Iterator[list[str]]:
    """Yield the first rows of a sheet as text."""
    try:
        book = CalamineWorkbook.from_path(path)
        opened_sheet = book.get_sheet_by_name(sheet or book.sheet_names[0])
        rows = opened_sheet.to_python(skip_empty_area=False, nrows=HEADINGS_WITHIN)
    except (CalamineError, OSError, IndexError):
        return  # the reader tells what is wrong with the file
    for row in rows:
        yield [cell_text(cell) for cell in row]


def first_text(path: Path, encoding: str) -> list[str]:
    """Return the first lines of a text file, without a last one that may be cut."""
    try:
        with binary(path) as stream:
            text = stream.read(BEGINNING).decode(encoding, errors="ignore")
    except CUT_OFF:
        return []  # the reader tells what is wrong with the file
    lines = text.removeprefix("\ufeff").splitlines()
    return lines[:-1] if len(text) > BEGINNING // 8 and len(lines) > 1 else lines


def tallied(
    batches: Iterator[pa.RecordBatch], width: int
) -> tuple[int, list[Counter[str]]]:
    """Return how many rows were looked at, and how often each column has each value.

    Values beyond those that are told apart are counted under an empty text.
    """
    tallies: list[Counter[str]] = [Counter() for _ in range(width)]
    rows = 0
    for batch in batches:
        rows += batch.num_rows
        for place, tally in enumerate(tallies):
            count(tally, plain_text(batch.column(place)))
        if rows >= ROWS:
            break
    return rows, tallies


def count(tally: Counter[str], texts: pa.Array) -> None:
    """Add a batch's texts to a column's tally."""
    for pair in texts.value_counts():
        value, times = pair["values"].as_py(), pair["counts"].as_py()
        if value:
            known = value in tally or len(tally) < DISTINCT
            tally[value if known else ""] += times


def column(heading: str, rows: int, tally: Counter[str]) -> Seen:
    """Return what a column's tally tells."""
    filled = tally.total()
    values = dict(tally.most_common())
    values.pop("", None)
    kinds = shares({v: n for v, n in values.items() if v.lower() not in NOT_A_VALUE})
    return Seen(
        heading, rows, filled, values, kinds, is_personal(heading, values, kinds)
    )


def is_personal(
    heading: str, values: Mapping[str, int], kinds: Mapping[str, float]
) -> bool:
    """Whether a column may tell of persons, by its heading or by its values."""
    if kinds.get("card", 0) >= SUSPECTED or kinds.get("phone", 0) >= SUSPECTED:
        return True
    told = any(word in heading for word in PERSONAL.split())
    if told and not any(word in heading for word in NOT_PERSONAL.split()):
        return True
    codes = len(values) <= FEW and sum(values.values()) >= 3 * len(values)
    return kinds.get("person", 0) >= SUSPECTED and not codes


def sheets(path: Path) -> list[str]:
    """Return the sheets with rows; one empty name where the file has one such sheet."""
    try:
        book = CalamineWorkbook.from_path(path)
        filled = [n for n in book.sheet_names if book.get_sheet_by_name(n).height > 1]
    except (CalamineError, OSError):
        return [""]  # the reader tells what is wrong with the file
    return filled if len(filled) > 1 else [""]


def encoding_of(path: Path) -> str:
    """Return the encoding of a text file; GB18030 where nothing else fits."""
    try:
        with binary(path) as stream:
            start = stream.read(4096)
    except CUT_OFF:
        return "utf-8"  # the reader tells what is wrong with the file
    if start.startswith(UTF_16):
        return "utf-16"
    if start.count(b"\0") > len(start) // 8:
        return (
            "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"
        )
    return "utf-8" if decodes(path, "utf-8") else "gb18030"


def delimiter_of(path: Path, encoding: str) -> str:
    """Return the sign that parts the first lines into the most columns, evenly."""
    lines = first_text(path, encoding)[:LINES]
    signs = (*DELIMITERS, *FURTHER_DELIMITERS)
    return max(signs, key=lambda sign: evenness(lines, sign))


def evenness(lines: list[str], delimiter: str) -> float:
    """Return how many columns a sign gives, times the share of lines with as many."""
    rows = [
        len(row)
        for row in csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter)
    ]
    widths = Counter(width for width in rows if width)
    if not widths:
        return 0.0
    width, times = widths.most_common(1)[0]
    return (width - 1) * times / widths.total()
