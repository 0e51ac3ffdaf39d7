"""JSON Lines: one object a line, packed with gzip or not."""

from __future__ import annotations

import io
import itertools
import json
from typing import TYPE_CHECKING

import pyarrow as pa

from kexin.intake.csvfile import CUT_OFF, binary, cut_off, not_readable
from kexin.intake.layout import Delivered, as_batch, damaged
from kexin.language import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kexin.intake.mapping import Source

SUFFIXES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")

ROWS = 50_000
"""Lines that are handed on together."""


def is_json_lines(path: Path) -> bool:
    """Whether a file's name is that of JSON Lines."""
    return path.name.lower().endswith(SUFFIXES)


def opened_json_lines(path: Path, source: Source) -> Delivered:
    """Return a file's objects as rows, numbered by their lines.

    The headings are the keys of all objects, in the order in which they first occur; a
    key that an object lacks is absent there. Numbers keep the digits that they have.

    Raises:
        DeliveryError: It cannot be read; also while the batches are read.
    """
    headings: dict[str, None] = {}
    for _, line in lines(path, source):
        headings |= dict.fromkeys(object_of(line) or {})
    if not headings:
        raise damaged(path, Text("没有任何JSON对象", "there is no JSON object in it"))
    broken: dict[int, str] = {}
    return Delivered(list(headings), rows(path, source, list(headings), broken), broken)


def rows(
    path: Path, source: Source, headings: list[str], broken: dict[int, str]
) -> Iterator[pa.RecordBatch]:
    """Yield the objects as batches of text; what is no object goes to `broken`."""
    numbered = lines(path, source)
    while chunk := list(itertools.islice(numbered, ROWS)):
        read = [(number, line, object_of(line)) for number, line in chunk]
        broken |= {number: line for number, line, told in read if told is None}
        objects = [(number, told) for number, _, told in read if told is not None]
        columns = [
            pa.array([told.get(name) for _, told in objects], pa.string())
            for name in headings
        ]
        yield as_batch(columns, [number for number, _ in objects])


def lines(path: Path, source: Source) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not blank, with their numbers."""
    try:
        with binary(path) as stream:
            text = io.TextIOWrapper(stream, encoding=source.encoding)
            for number, line in enumerate(text, start=1):
                if line.strip("\ufeff \t\r\n"):
                    yield number, line.strip("\ufeff \t\r\n")
    except UnicodeError as error:
        raise not_readable(path, source, error) from error
    except CUT_OFF as error:
        raise cut_off(path) from error


def object_of(line: str) -> dict[str, str | None] | None:
    """Return an object's values as text; None where the line is no object.

    Examples:
        >>> object_of('{"a": 1.50, "b": true, "c": null}')
        {'a': '1.50', 'b': 'true', 'c': None}
    """
    try:
        told = json.loads(line, parse_float=str, parse_int=str, parse_constant=str)
    except json.JSONDecodeError:
        return None
    if not isinstance(told, dict):
        return None
    return {str(name).strip(): as_text(value) for name, value in told.items()}


def as_text(value: object) -> str | None:
    """Return a value as text: lists with commas, objects as JSON."""
    match value:
        case None | str():
            return value
        case bool():
            return str(value).lower()
        case list():
            return ",".join(as_text(part) or "" for part in value)
    return json.dumps(value, ensure_ascii=False)
