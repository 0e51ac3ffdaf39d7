"""Returns as they were first filed, for what amendments made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from kexin.panel.events import delivered, first_told

if TYPE_CHECKING:
    from collections.abc import Mapping

    import ibis.expr.types as ir

    Tables = Mapping[str, ir.Table]


def first_vat_filings(tables: Tables) -> ir.Table:
    """Return each VAT return as it was first filed.

    That a return was first filed so stays known, also once it is amended. What was told
    before it was filed is no filing, and what was replaced at the same moment was never
    seen.

    Returns:
        One row a firm and period: the columns of `tax_vat_return`, in force from when
        the filing was known; `row_id` tells the table.
    """
    told = delivered(tables["tax_vat_return"])
    stood = told.superseded_at.isnull() | (told.superseded_at > told.known_at)
    filed = told.filter(told.filed_at.notnull(), stood)
    first = first_told(filed, ("firm_key", "period_start"))
    return first.mutate(
        superseded_at=ibis.null().cast("timestamp(6)"),
        row_id=ibis.literal("tax_vat_return/") + first.row_id,
    )
