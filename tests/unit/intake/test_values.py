"""A value is held as delivered, or refused; it is never made to fit."""

from __future__ import annotations

import ibis
import pytest

from kexin.intake.values import as_number
from kexin.registers.contract import Field, integer


@pytest.mark.parametrize(
    ("found", "held"),
    [("12", 12), ("12.0", 12), ("12.5", None), ("-3", -3), ("1e3", 1000), ("x", None)],
)
def test_a_whole_number_with_decimals_is_not_rounded(
    found: str, held: int | None
) -> None:
    field: Field = integer("人数", "persons")
    assert as_number(ibis.literal(found), field).to_pyarrow().as_py() == held
