"""Files as delivered: CSV, JSON Lines, Parquet and Excel, each by its own reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kexin.intake.csvfile import opened_csv
from kexin.intake.jsonlines import is_json_lines, opened_json_lines
from kexin.intake.layout import damaged
from kexin.intake.sheets import opened_excel, opened_parquet
from kexin.language import Text

if TYPE_CHECKING:
    from pathlib import Path

    from kexin.intake.layout import Delivered
    from kexin.intake.mapping import Source


def opened(path: Path, source: Source) -> Delivered:
    """Return a file's rows as text.

    Raises:
        DeliveryError: The file is empty, truncated, damaged, or in another encoding
            than the mapping says; also while the batches are read.
    """
    if path.stat().st_size == 0:
        raise damaged(path, Text("文件是空的", "the file is empty"))
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        return opened_parquet(path)
    if suffix in {".xlsx", ".xls"}:
        return opened_excel(path, source)
    if is_json_lines(path):
        return opened_json_lines(path, source)
    return opened_csv(path, source)
