"""Every fault of `make faults` still has a place in the code where it can be seeded."""

from __future__ import annotations

import pytest

from faults import FAULTS, ROOT, Fault


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.file}: {fault.old}")
def test_the_text_that_a_fault_changes_stands_once(fault: Fault) -> None:
    text = (ROOT / "src/kexin" / fault.file).read_text(encoding="utf-8")
    assert text.count(fault.old) == 1


def test_at_least_sixty_are_of_the_language_and_the_signals() -> None:
    own = {"algebra", "panel", "signals"}
    assert sum(fault.file.partition("/")[0] in own for fault in FAULTS) >= 60
