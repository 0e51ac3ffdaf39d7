"""A city on disk: made beside its place, and moved there when all of it is done."""

from __future__ import annotations

import functools
import json
import shutil
from typing import TYPE_CHECKING, NamedTuple

from kexin.digest import canonical, file_digest
from kexin.errors import DeliveryError
from kexin.language import Text
from kexin.simulate.contractform import SYNTHETIC, Tables
from kexin.simulate.deliveries import Deliveries, finish
from kexin.simulate.generate import generate
from kexin.simulate.truth import write_truth
from kexin.simulate.variant import variant
from kexin.simulate.world import world

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kexin.simulate.generate import Progress, Sink
    from kexin.simulate.world import World

MANIFEST = "city.json"

NOTICE = """\
仿真数据 synthetic data

本文件夹由科信（Kexin）的城市仿真器生成，
其中没有任何真实的企业或个人；
统一社会信用代码以 9Y 开头，从未核发。
deliveries/ 或 tables/ 供接收，
truth/ 只供测试与基准使用。

Everything here was drawn by Kexin's simulator of a city. No firm and no person in it
is real; its unified social credit codes begin with 9Y and were issued to nobody. What
is in deliveries/ or tables/ is there to be taken in; truth/ is for tests and benchmarks
alone.
"""


class Asked(NamedTuple):
    """Which city is asked for.

    Attributes:
        firms: Number of firms.
        seed: What it is drawn from.
        variant: Name of the variant.
        contract: Whether its tables are wanted in contract form, and not in the
            bureaus' looks.
        invoice_years: Years whose invoices are written one by one.
        tables: Tables that are wanted; all where none is named.
    """

    firms: int
    seed: int
    variant: str = "usual"
    contract: bool = False
    invoice_years: tuple[int, ...] = ()
    tables: tuple[str, ...] = ()


class Made(NamedTuple):
    """A city on disk.

    Attributes:
        folder: Where it is.
        rows: Versions drawn, by table; what becomes known after the city's last day is
            counted, and not written.
    """

    folder: Path
    rows: dict[str, int]


def export(
    folder: Path,
    asked: Asked,
    threads: int,
    progress: Progress = lambda _done, _of: None,
) -> Made:
    """Write a city into a folder that is absent or empty.

    Args:
        folder: Where it is to be.
        asked: Which city.
        threads: How many registers are written side by side.
        progress: Called with how many registers are done, and of how many.

    Raises:
        ConfigurationError: There is no variant of the name.
        DeliveryError: Something else is in the folder.
    """
    if folder.exists() and any(folder.iterdir()):
        raise not_empty(folder)
    beside = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(beside, ignore_errors=True)
    made = world(asked.firms, asked.seed, variant(asked.variant))
    made = made._replace(invoice_years=asked.invoice_years)
    write_truth(made, beside / "truth")
    written = generate(made, sink_of(asked, beside), threads, progress, asked.tables)
    finish(beside)
    rows = {table: n for bureau in written for table, n in bureau.rows.items()}
    describe(beside, asked, rows)
    if folder.exists():
        folder.rmdir()
    beside.replace(folder)
    return Made(folder, rows)


def sink_of(asked: Asked, folder: Path) -> Callable[[World], Sink]:
    """Return what makes the place where records go."""
    if asked.contract:
        return functools.partial(Tables, folder=folder / "tables")
    return functools.partial(Deliveries, folder=folder)


def describe(folder: Path, asked: Asked, rows: dict[str, int]) -> None:
    """Write what the city is, with the digest of every file of it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    content = {
        "notice": SYNTHETIC,
        **asked._asdict(),
        "rows": rows,
        "files": {p.relative_to(folder).as_posix(): file_digest(p) for p in files},
    }
    told = json.dumps(json.loads(canonical(content)), ensure_ascii=False, indent=1)
    (folder / MANIFEST).write_text(told + "\n", encoding="utf-8")
    (folder / "README.txt").write_text(NOTICE, encoding="utf-8")


def not_empty(folder: Path) -> DeliveryError:
    """Return the error for a folder in which something is already."""
    return DeliveryError(
        Text("文件夹不是空的", "the folder is not empty"),
        where=str(folder),
        expected=Text("不存在或为空的文件夹", "a folder that is absent or empty"),
        do=Text(
            "请换一个文件夹，或先移走其中的内容",
            "name another, or clear this one first",
        ),
    )
