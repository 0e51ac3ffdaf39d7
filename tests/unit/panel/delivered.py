"""A warehouse out of tables of text, as `kexin.dictionary.example` reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import pyarrow as pa

from kexin.dictionary.example import Example, records
from kexin.language import Text
from kexin.registers.contract import contracts
from laws.small import schema_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import ibis.expr.types as ir

    from kexin.dictionary.example import Record


def told(tables: Mapping[str, str]) -> dict[str, list[Record]]:
    """Return the records of some texts, by table."""
    return records(Example(Text("", ""), as_of="", tables=tables, expected={}))


def held(tables: Mapping[str, str]) -> Mapping[str, ir.Table]:
    """Return every table that a contract declares, with the records of some texts."""
    return in_memory(told(tables))


def in_memory(rows: Mapping[str, Sequence[Record]]) -> Mapping[str, ir.Table]:
    """Return every table that a contract declares, with the records given."""
    return {
        name: ibis.memtable(
            pa.Table.from_pylist(list(rows.get(name, [])), schema=schema_of(name))
        )
        for name in contracts()
    }


def standing(*firms: str) -> dict[str, str]:
    """Tables of firms that are of the modelling population at the end of 2019."""
    registry = "firm firm_type_code is_branch reg_status establish_date approve_date"
    return {
        "reg_firm": "\n".join(
            [registry, *(f"{f} 1100 no active 2015-01-01 2015-01-01" for f in firms)]
        ),
        "tax_payer": "\n".join(
            ["firm valid_from", *(f"{firm} 2015-02-01" for firm in firms)]
        ),
        "tax_vat_return": "\n".join(
            [
                "firm period_end filed_at sales_taxable sales_exempt sales_export",
                *(f"{firm} 2019-06-30 2019-07-10 1000 0 0" for firm in firms),
            ]
        ),
    }
