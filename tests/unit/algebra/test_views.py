from __future__ import annotations

import pytest

from kexin.algebra.nodes import Column
from kexin.algebra.views import Selected
from kexin.errors import DeclarationError


@pytest.mark.parametrize("name", ["as_of", "row_id", "group_name", "on_12", "took_0"])
def test_a_view_has_no_column_of_the_name_of_a_panels_own(name: str) -> None:
    column = Column("tax_payment", "amount")
    with pytest.raises(DeclarationError) as found:
        Selected(name="payments", source="tax_payment", columns=((name, column),))
    assert found.value.where == "view payments"
    assert name in str(found.value)
