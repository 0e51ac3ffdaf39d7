"""Which delivered files belong to which source, and whether their headings fit."""

from __future__ import annotations

import difflib
import fnmatch
from typing import TYPE_CHECKING, NamedTuple

from kexin.errors import DeliveryError
from kexin.intake.csvfile import delimiter_with, encoding_with, wrong_encoding
from kexin.intake.layout import repeated
from kexin.language import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from kexin.intake.layout import Delivered
    from kexin.intake.mapping import Mapping, Source

TEXT_FILES = (".csv", ".txt", ".tsv", ".gz")


class File(NamedTuple):
    """A delivered file and a source of the mapping that takes it."""

    path: Path
    source: Source


def sorted_files(
    paths: Sequence[Path], mapping: Mapping
) -> tuple[list[File], list[Text]]:
    """Return each file with the sources that take it, and notes on those left out.

    Raises:
        DeliveryError: A path does not exist, or no file fits the mapping.
    """
    files: list[File] = []
    notes: list[Text] = []
    for path, name in found_at(paths).items():
        own = [s for s in mapping.sources if fits(name, s.files)]
        files += [File(path, source) for source in own]
        if not own and not fits(name, mapping.ignored_files):
            notes.append(
                Text(
                    f"没有数据源对应文件{name}，未接收",
                    f"no source of the mapping takes {name}: left out",
                )
            )
    if not files:
        raise nothing_fits(paths, mapping)
    return files, notes


def found_at(paths: Iterable[Path]) -> dict[Path, str]:
    """Return the files at some paths, each once, with their names below the path.

    Raises:
        DeliveryError: There is nothing at a path.
    """
    found: dict[Path, str] = {}
    for path in paths:
        if not path.exists():
            raise DeliveryError(
                Text("路径不存在", "there is nothing here"),
                where=str(path),
                expected=Text("交付的文件或文件夹", "a delivered file or folder"),
                do=Text("请检查路径", "check the path"),
            )
        if path.is_file():
            found.setdefault(path, path.name)
            continue
        for file in sorted(path.rglob("*")):
            name = file.relative_to(path).as_posix()
            if file.is_file() and not any(p.startswith(".") for p in name.split("/")):
                found.setdefault(file, name)
    return found


def fits(name: str, patterns: Iterable[str]) -> bool:
    """Whether a file's name fits one of some patterns."""
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def nothing_fits(paths: Sequence[Path], mapping: Mapping) -> DeliveryError:
    """Return the error for a delivery of which the mapping knows no file."""
    patterns = [pattern for s in mapping.sources for pattern in s.files]
    return DeliveryError(
        Text("没有符合映射的文件", "no file fits the mapping"),
        where=", ".join(str(path) for path in paths),
        expected=Text(
            f"形如 {'、'.join(patterns)} 的文件",
            f"files like {', '.join(patterns)}",
        ),
        do=Text("请检查路径与映射的files", "check the path, or mend `files`"),
    )


def headings_checked(content: Delivered, file: File) -> list[Text]:
    """Return notes on columns that nobody reads.

    Raises:
        DeliveryError: A column that the mapping reads is not there, or there twice.
    """
    wanted = file.source.read
    missing = [name for name in wanted if name not in content.headings]
    if missing:
        raise why_missing(missing, content.headings, file)
    for name in repeated(content.headings):
        if name in wanted:
            raise twice(name, file)
    known = {*wanted, *file.source.ignored}
    return [
        Text(
            f"{file.path.name}：列“{name}”未映射，未读取",
            f"{file.path.name}: column {name!r} is not in the mapping and was not read",
        )
        for name in dict.fromkeys(content.headings)
        if name and name not in known
    ]


def why_missing(missing: list[str], headings: list[str], file: File) -> DeliveryError:
    """Return the error for columns that are not there, by what is the likely cause."""
    path, source = file
    if path.suffix.lower() in TEXT_FILES:
        if encoding := encoding_with(path, source, missing):
            return wrong_encoding(path, source, [encoding])
        if delimiter := delimiter_with(path, source, missing):
            return wrong_delimiter(delimiter, headings, file)
    return missing_column(missing[0], headings, file)


def wrong_delimiter(delimiter: str, headings: list[str], file: File) -> DeliveryError:
    """Return the error for a file whose columns another sign parts."""
    told = file.source.delimiter
    return DeliveryError(
        Text(
            f"按分隔符{told!r}只读到{len(headings)}列",
            f"with the delimiter {told!r} there are {len(headings)} column(s) only",
        ),
        where=f"{file.path}, row 1",
        expected=Text(
            f"分隔符{told!r}(映射文件如此声明)",
            f"the delimiter {told!r}, as the mapping says",
        ),
        do=Text(
            f"请在映射文件中改为 delimiter = {delimiter!r}",
            f"set delimiter = {delimiter!r} in the mapping",
        ),
    )


def missing_column(name: str, headings: list[str], file: File) -> DeliveryError:
    """Return the error for a column that is not there, with the nearest that is."""
    free = [heading for heading in headings if heading not in file.source.read]
    near = difflib.get_close_matches(name, free, n=1, cutoff=0.4)
    told = ", ".join(headings)
    again = Text("请重新交付该文件", "have the file delivered again")
    renamed = (
        Text(
            f"若该列已改名为“{near[0]}”，请改映射；否则请重新交付",
            f"if it is now called {near[0]!r}, mend the mapping; else have the file "
            "delivered again",
        )
        if near
        else again
    )
    return DeliveryError(
        Text(
            f"缺少列“{name}”；文件的列为：{told}",
            f"no column {name!r}; the file has: {told}",
        ),
        where=f"{file.path}, row 1",
        expected=Text(f"列“{name}”", f"a column {name!r}"),
        do=renamed,
    )


def twice(name: str, file: File) -> DeliveryError:
    """Return the error for a heading that stands over several columns."""
    return DeliveryError(
        Text(f"有多列名为“{name}”", f"several columns are called {name!r}"),
        where=f"{file.path}, row 1",
        expected=Text("一列", "one"),
        do=Text("请数据提供方改正列名", "ask the supplier to name them apart"),
    )
