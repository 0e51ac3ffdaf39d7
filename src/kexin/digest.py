"""Digests: the same content has the same SHA-256 on every machine."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def canonical(content: Any) -> str:  # noqa: ANN401  (any JSON content)
    """Return content as JSON with sorted keys and no spaces.

    Declarations (frozen dataclasses) are written with the name of their class, so that
    two kinds of node with equal fields stay different.

    Raises:
        TypeError: The content holds something that has no canonical form.

    Examples:
        >>> canonical({"b": 1, "a": [True, None]})
        '{"a":[true,null],"b":1}'
    """
    return json.dumps(
        plain(content), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )


def plain(content: Any) -> Any:  # noqa: ANN401  (any JSON content)
    """Return declarations, tuples, days and decimals as what JSON can write.

    What has a method `digested` tells itself what is written of it.
    """
    match content:
        case None | bool() | int() | float() | str():
            return content
        case Decimal() | date():
            return str(content)
        case dict():
            return {str(key): plain(value) for key, value in content.items()}
        case list() | tuple():
            return [plain(item) for item in content]
    if hasattr(content, "digested"):
        return plain(content.digested())
    if dataclasses.is_dataclass(content) and not isinstance(content, type):
        fields = {
            field.name: plain(getattr(content, field.name))
            for field in dataclasses.fields(content)
        }
        return {"is": type(content).__name__, **fields}
    raise TypeError(type(content).__name__)


def digest(content: Any) -> str:  # noqa: ANN401  (any JSON content)
    """Return the SHA-256 of content in its canonical form, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
