"""How often the laws are tried: `pytest tests/laws --times 20` tries twenty times."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from laws import engine

if TYPE_CHECKING:
    from laws.engine import Panels


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--times", type=int, default=0, help="examples of a law, as a multiple"
    )


def pytest_configure(config: pytest.Config) -> None:
    # Absent where the whole suite runs: pytest reads this file too late for options.
    engine.TIMES = config.getoption("--times", 0, skip=False) or 0


@pytest.fixture(scope="session")
def panels() -> Panels:
    """Panels on two threads."""
    return engine.Panels(threads=2)

