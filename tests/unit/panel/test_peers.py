"""What the other firms of a day say of a firm, itself left out or not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa
import pytest

from kexin.algebra.nodes import Column
from kexin.algebra.reductions import Peers
from kexin.panel.peers import with_peers

if TYPE_CHECKING:
    from kexin.algebra.reductions import PeerReduction

AMOUNT, GROUP = Column("firm", "amount"), Column("firm", "group")
FIRMS = pa.table(
    {
        "firm_key": ["a", "b", "c", "alone", "nowhere", "unknown too"],
        "as_of": [date(2020, 12, 31)] * 6,
        "amount": [Decimal("1.50"), None, Decimal("2.00"), Decimal("9.00"), None, None],
        "group": ["x", "x", "x", "y", None, "y"],
    }
)
SUM = {"a": 3.5, "b": 3.5, "c": 3.5, "alone": 9, "nowhere": None, "unknown too": 9}
OTHERS = {"a": 2, "b": 3.5, "c": 1.5, "alone": 0, "nowhere": None, "unknown too": 9}
COUNT = {"a": 2, "b": 2, "c": 2, "alone": 1, "nowhere": None, "unknown too": 1}
OTHER = {"a": 1, "b": 2, "c": 1, "alone": 0, "nowhere": None, "unknown too": 1}


@pytest.mark.parametrize(
    ("reduction", "others", "expected"),
    [
        ("sum", False, SUM),
        ("sum", True, OTHERS),
        ("count", False, COUNT),
        ("count", True, OTHER),
    ],
)
def test_what_is_absent_counts_for_nothing(
    reduction: PeerReduction, *, others: bool, expected: dict[str, float | None]
) -> None:
    peers = Peers(reduction, AMOUNT, (GROUP,), others=others)
    firms, at = ibis.memtable(FIRMS), {AMOUNT: "amount", GROUP: "group"}
    told, places = with_peers([peers], firms, at)
    rows = told.to_pyarrow().to_pylist()
    found = {row["firm_key"]: row[places[peers]] for row in rows}
    assert found == expected
