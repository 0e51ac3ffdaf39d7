"""Notebooks on the real delivery run from first to last, as their reader runs them.

Those on the synthetic city, whose names begin with 2, run in `test_city_flow`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbformat
import pytest
from nbclient import NotebookClient

from commands.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real


@pytest.mark.parametrize(
    "notebook", sorted((ROOT / "notebooks").glob("1*.ipynb")), ids=lambda path: path.stem
)
def test_a_notebook_runs_to_its_end(
    notebook: Path, shown: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEXIN_WORKSPACE", str(shown[0]))
    cells = nbformat.read(notebook, as_version=4)
    NotebookClient(cells, timeout=120).execute()
    assert all(not cell.get("outputs") for cell in nbformat.read(notebook, 4).cells)
