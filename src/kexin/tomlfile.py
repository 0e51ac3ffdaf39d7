"""TOML files that people write, read against a declared form.

`kexin.toml`, a mapping and the policy file are all read here, so that every mistake in
any of them is told in the same way: file, line, key, what was expected.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from typing import TYPE_CHECKING, Any, TypeVar, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError

from kexin.errors import ConfigurationError
from kexin.language import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pydantic_core import ErrorDetails

Key = tuple[int | str, ...]

HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
ASSIGNMENT = re.compile(r"""^\s*((?:"[^"]*"|'[^']*'|[^=#\[\]{}"'])+?)\s*=""")
PART = re.compile(r"""\s*("[^"]*"|'[^']*'|[^.]+)\s*(?:\.|$)""")

KINDS = {
    "bool_type": "true或false",
    "date_type": "日期，形如2024-12-31，不加引号",
    "decimal_type": "数字",
    "dict_type": "一组键值",
    "float_type": "数字",
    "greater_than": "更大的数字",
    "int_type": "整数",
    "missing": "必填的键",
    "model_type": "一组键值",
    "string_type": "文本",
    "tuple_type": "列表",
}
"""What pydantic expects, in Chinese, by the kinds of its findings."""


class Section(BaseModel):
    """A table of a TOML file; a key that it does not declare is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


S = TypeVar("S", bound=Section)


def read(path: Path, form: type[S]) -> S:
    """Return a TOML file as the form that it must have.

    Raises:
        ConfigurationError: The file is absent, is no TOML, has a key that the form does
            not know, lacks one that it needs, or has a value of the wrong kind.
    """
    try:
        text = path.read_text(encoding="utf-8")
        return form.model_validate(tomllib.loads(text))
    except FileNotFoundError as error:
        raise ConfigurationError(
            Text("文件不存在", "there is no such file"),
            where=str(path),
            expected=Text("一个TOML文件", "a TOML file"),
            do=Text("请检查路径", "check the path"),
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            Text(f"不是有效的TOML：{error}", f"this is not valid TOML: {error}"),
            where=str(path),
            expected=Text("UTF-8编码的TOML文件", "a TOML file in UTF-8"),
            do=Text("请修正所指的行", "mend the line that is named"),
        ) from error
    except ValidationError as error:
        raise mistakes(path, text, form, error) from error


def place(path: Path, key: Key) -> str:
    """Return where a key stands in a file, for an error: file, line, key."""
    number = line_of(path.read_text(encoding="utf-8"), key)
    return f"{path}, line {number}, key {dotted(key)}"


def mistakes(
    path: Path, text: str, form: type[Section], error: ValidationError
) -> ConfigurationError:
    """Return pydantic's findings as one error that names line and key of the first."""
    first, *others = error.errors(include_url=False)
    key, keys = walked(form, first["loc"])
    where = f"{path}, line {line_of(text, key)}, key {dotted(key)}"
    more = f"; and {len(others)} more mistake(s)" if others else ""
    more_zh = f"；另有{len(others)}处错误" if others else ""
    if first["type"] == "extra_forbidden":
        known = sorted(keys)
        near = difflib.get_close_matches(str(key[-1]), known, n=1)
        guess = near[0] if near else ", ".join(known)
        return ConfigurationError(
            Text(f"未知的键“{key[-1]}”{more_zh}", f"unknown key {key[-1]!r}{more}"),
            where=where,
            expected=Text(
                f"以下之一：{'、'.join(known)}", f"one of {', '.join(known)}"
            ),
            do=Text(f"是否应为“{guess}”？", f"did you mean {guess!r}?"),
        )
    found = repr(first["input"]) if first["type"] != "missing" else "nothing"
    found_zh = found if first["type"] != "missing" else "空"
    return ConfigurationError(
        Text(f"键“{dotted(key)}”的值为{found_zh}{more_zh}", f"found {found}{more}"),
        where=where,
        expected=Text(expected_zh(first), first["msg"]),
        do=Text("请修正该键", "mend this key"),
    )


def expected_zh(finding: ErrorDetails) -> str:
    """Return in Chinese what pydantic expected; its own words for rare cases."""
    context = finding.get("ctx", {})
    if "zh" in context:
        return str(context["zh"])
    if finding["type"] == "literal_error":
        return f"以下之一：{context['expected']}"
    return KINDS.get(finding["type"], finding["msg"])


def walked(form: Any, location: Key) -> tuple[Key, set[str]]:  # noqa: ANN401  (a type)
    """Return the part of a location that stands in the file, and the keys known there.

    Pydantic ends some locations with the kind of a union that it tried: no key.
    """
    key: Key = ()
    keys: set[str] = set()
    for part in location:
        sections = list(models_in(form))
        fields = {
            field.alias or name: field.annotation
            for section in sections
            for name, field in section.model_fields.items()
        }
        if get_origin(form) is dict:
            form = form.__args__[-1]
        elif isinstance(part, int):
            form = form.__args__[0]
        elif fields:
            keys = set(fields)
            form = fields.get(part)
        else:
            break
        key = (*key, part)
    return key, keys


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401  (a type)
    """Yield the sections that a type annotation mentions, itself included."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        return
    for inner in getattr(annotation, "__args__", ()):
        yield from models_in(inner)


def dotted(key: Key) -> str:
    """Return a key as people write it.

    Examples:
        >>> dotted(("sources", 1, "columns"))
        'sources[1].columns'
    """
    text = ""
    for part in key:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def line_of(text: str, key: Key) -> int:
    """Return the line, counted from 1, that holds a key or comes nearest to it."""
    best, best_length = 1, 0
    for number, found in lines(text):
        shared = common_length(found, key)
        if shared > best_length:
            best, best_length = number, shared
    return best


def lines(text: str) -> Iterator[tuple[int, Key]]:
    """Yield the line number and the full key of every header and assignment."""
    section: Key = ()
    counts: dict[Key, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := HEADER.match(line):
            name = parts_of(header[2])
            if header[1] == "[[":
                counts[name] = counts.get(name, -1) + 1
            section = placed(name, counts)
            yield number, section
        elif assignment := ASSIGNMENT.match(line):
            yield number, (*section, *parts_of(assignment[1]))


def parts_of(name: str) -> Key:
    """Return the parts of a dotted TOML key without their quotation marks.

    Examples:
        >>> parts_of('sources."No. 1"')
        ('sources', 'No. 1')
    """
    return tuple(part.strip().strip("\"'") for part in PART.findall(name))


def placed(name: Key, counts: dict[Key, int]) -> Key:
    """Return a header's key with the index behind each array of tables."""
    key: list[int | str] = []
    for length, part in enumerate(name, start=1):
        key.append(part)
        if name[:length] in counts:
            key.append(counts[name[:length]])
    return tuple(key)


def common_length(found: Key, key: Key) -> int:
    """Return how many leading parts two keys share."""
    shared = 0
    for ours, theirs in zip(found, key, strict=False):
        if ours != theirs:
            break
        shared += 1
    return shared
