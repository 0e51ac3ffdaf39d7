"""The demonstration, run once for all tests that look at what it left."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GIVEN = os.environ.get("KEXIN_REAL_DATA")
REAL = (Path(GIVEN) if GIVEN else ROOT.parent / "shared" / "data") / "cumcm2020c"


def kexin(*arguments: object, threads: int = 2) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-c",
        "from kexin.cli import main; main()",
    ]
    return subprocess.run(
        [*command, *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": str(threads), "KEXIN_LANG": "en"},
    )


def demonstrate(folder: Path, threads: int) -> str:
    folder.mkdir()
    (folder / "kexin.toml").write_text(f"[engine]\nthreads = {threads}\n")
    done = kexin(
        "demo",
        *("--data", REAL),
        *("--mapping", ROOT / "data/mappings/cumcm2020c.toml"),
        *("--policy", ROOT / "data/samples/cumcm2020c/policy.toml"),
        *("--as-of", "2020-01-31", "--received", "2026-11-23"),
        *("--workspace", folder),
        threads=threads,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The workspace that the demonstration made, and what it printed."""
    if not REAL.is_dir():
        pytest.skip("the real delivery is not here")
    folder = tmp_path_factory.mktemp("real") / "two"
    return folder, demonstrate(folder, threads=2)
