"""Options that many commands share."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kexin.language import Language

if TYPE_CHECKING:
    from collections.abc import Sequence

Workspace = Annotated[
    Path, typer.Option("--workspace", help="Folder of the workspace. 工作区文件夹。")
]
Lang = Annotated[Language, typer.Option("--lang", help="Language. 语言。")]
Json = Annotated[
    bool,
    typer.Option("--json", help="Print one JSON object only. 只输出一个JSON对象。"),
]
AsOf = Annotated[
    datetime,
    typer.Option(
        "--as-of", formats=["%Y-%m-%d"], help="Day at which one stands. 观察日。"
    ),
]

HERE = Path()


def default_language() -> Language:
    """Return the language of the person's terminal, English where it says nothing."""
    said = os.environ.get("KEXIN_LANG") or os.environ.get("LANG", "")
    return "zh" if said.startswith("zh") else "en"


def spoken(arguments: Sequence[str]) -> Language:
    """Return the language that a command line asks for."""
    for option, value in zip(arguments, [*arguments[1:], ""], strict=True):
        said = value if option == "--lang" else option.removeprefix("--lang=")
        if said in {"zh", "en"}:
            return "zh" if said == "zh" else "en"
    return default_language()
