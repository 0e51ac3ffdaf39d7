"""What the panel is measured beside: twenty signals, and the frames that they are read of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LAST_DAY = "2026-09-30"
KEYS = ["firm_key", "as_of"]

MOST_TAXES = ["vat", "cit", "consumption", "urban", "surcharge"]
RATINGS = {"A": 0.0, "B": 1.0, "M": 2.0, "C": 3.0, "D": 4.0}
CLASSES = {"1": 1.0, "2": 2.0, "3": 3.0, "4": 4.0, "5": 5.0}

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "tax_payment": ("amount", "tax_kind"),
    "tax_violation": (),
    "tax_arrears": ("balance", "balance_date"),
    "tax_credit_rating": ("rating",),
    "pboc_loan_month": ("month", "overdue_days", "five_class"),
    "pboc_inquiry": ("inquiry_reason",),
    "si_month": ("insured_count", "si_kind"),
    "si_headcount_change": ("leaves",),
    "cus_declaration": ("decl_status",),
    "ip_software": (),
    "ip_patent_event": ("event_code",),
    "reg_firm": ("reg_capital",),
    "reg_change": ("change_item",),
    "reg_abnormal_list": (),
    "reg_chattel_mortgage": (),
}
"""Columns that are read of each table, besides those of every version."""


class Part(NamedTuple):
    """One number for a firm out of its records, of which signals are made.

    Attributes:
        name: Its column.
        table: The table.
        reduction: How values become one.
        of: The column that is reduced.
        months: Length of the window over event dates; None for all time.
        where: The column that says whether a record counts.
    """

    name: str
    table: str
    reduction: Literal["sum", "count", "distinct", "max", "last"]
    of: str = "row_id"
    months: int | None = None
    where: str = "is_any"


PARTS = (
    Part("tax_paid", "tax_payment", "sum", "amount", 12, "is_of_most_taxes"),
    Part("payments", "tax_payment", "count", months=3, where="is_above_zero"),
    Part("violations", "tax_violation", "count", months=24),
    Part("quarters", "tax_arrears", "distinct", "quarter", 24, "is_owed"),
    Part("rating", "tax_credit_rating", "last", "level"),
    Part("overdue_days", "pboc_loan_month", "max", "overdue_days", 24),
    Part("worst_class", "pboc_loan_month", "max", "level", 24),
    Part("overdue_months", "pboc_loan_month", "distinct", "number", 24, "is_overdue"),
    Part("loan_months", "pboc_loan_month", "count"),
    Part("inquiries", "pboc_inquiry", "count", months=3, where="is_pre_loan"),
    Part("staff", "si_month", "last", "insured_count", where="is_pension"),
    Part("staff_sum", "si_month", "sum", "insured_count", 6, "is_pension"),
    Part("staff_months", "si_month", "count", months=6, where="is_pension"),
    Part("leaves", "si_headcount_change", "sum", "leaves", 6),
    Part("declared", "cus_declaration", "count", months=12),
    Part("changed", "cus_declaration", "count", months=12, where="is_changed"),
    Part("software", "ip_software", "count"),
    Part("new_software", "ip_software", "count", months=24),
    Part("lapses", "ip_patent_event", "count", months=24, where="is_lapse"),
    Part("capital", "reg_firm", "last", "reg_capital"),
    Part("raises", "reg_change", "count", months=24, where="is_raise"),
    Part("representatives", "reg_change", "count", months=12, where="is_legal_rep"),
    Part("listings", "reg_abnormal_list", "count", months=36),
    Part("liens", "reg_chattel_mortgage", "count", months=12),
)


def signals(parts: pd.DataFrame) -> pd.DataFrame:
    """Return the signals of observations, from their parts; a column each."""
    adding = [p.name for p in PARTS if p.reduction in ("sum", "count", "distinct")]
    p = parts.astype("float64").fillna(dict.fromkeys(adding, 0.0))
    mean_staff = p["staff_sum"] / p["staff_months"].replace(0.0, np.nan)
    made = {
        "tax.taxpaid_12m": p["tax_paid"],
        "tax.taxpaid_last3m": (p["payments"] > 0).astype("float64"),
        "tax.viol_24m": p["violations"],
        "tax.arrears_cnt_24m": p["quarters"],
        "tax.rating_ord": p["rating"],
        "pboc.dpd_max_24m": p["overdue_days"],
        "pboc.class_worst_24m": p["worst_class"],
        "pboc.overdue_m_24m": p["overdue_months"].where(p["loan_months"] > 0),
        "pboc.inquiry_3m": p["inquiries"],
        "si.head_now": np.log(p["staff"] + 1),
        "si.leave_rate_6m": (p["leaves"] / mean_staff).where(mean_staff >= 3),
        "cus.cancel_rate": (p["changed"] / p["declared"]).where(p["declared"] >= 10),
        "ip.sw_total": np.log1p(p["software"]),
        "ip.sw_24m": p["new_software"],
        "ip.lapse_24m": p["lapses"],
        "reg.capital_log": np.log(p["capital"] + 1),
        "reg.capital_raise_24m": p["raises"],
        "reg.rep_change_12m": p["representatives"],
        "reg.abn_cnt_36m": p["listings"],
        "reg.chattel_new_12m": p["liens"],
    }
    return pd.DataFrame(made)


def compared() -> list[str]:
    """Return the ids of the signals that all steps make."""
    return list(signals(pd.DataFrame(columns=[p.name for p in PARTS])).columns)


def last_days(number: int) -> pd.DatetimeIndex:
    """Return the last days of some quarters, in order."""
    return pd.date_range(end=LAST_DAY, periods=number, freq="QE")


def frames(city: Path) -> dict[str, pd.DataFrame]:
    """Return the tables that the signals need, with their conditions and codes.

    Rows stand in the order of event date, known date and `row_id`; amounts are floats,
    days are moments.
    """
    held = {name: frame(city, name) for name in COLUMNS}
    paid, owed = held["tax_payment"], held["tax_arrears"]
    paid["is_of_most_taxes"] = paid["tax_kind"].isin(MOST_TAXES)
    paid["is_above_zero"] = paid["amount"] > 0
    owed["is_owed"] = owed["balance"] > 0
    owed["quarter"] = owed["balance_date"].dt.year * 4 + owed["balance_date"].dt.quarter
    rated, loans = held["tax_credit_rating"], held["pboc_loan_month"]
    rated["level"] = rated["rating"].map(RATINGS)
    loans["level"] = loans["five_class"].map(CLASSES)
    loans["is_overdue"] = loans["overdue_days"] > 0
    loans["number"] = loans["month"].dt.year * 12 + loans["month"].dt.month
    conditions = (
        ("pboc_inquiry", "is_pre_loan", "inquiry_reason", ["pre_loan"]),
        ("si_month", "is_pension", "si_kind", ["pension"]),
        ("cus_declaration", "is_changed", "decl_status", ["amended", "cancelled"]),
        ("ip_patent_event", "is_lapse", "event_code", ["lapse_fee"]),
        ("reg_change", "is_raise", "change_item", ["capital_raise"]),
        ("reg_change", "is_legal_rep", "change_item", ["legal_rep"]),
    )
    for table, condition, column, values in conditions:
        held[table][condition] = held[table][column].isin(values)
    return held


def frame(city: Path, name: str) -> pd.DataFrame:
    """Return one table, in order; records of nobody are left out."""
    envelope = ["row_id", "firm_key", "event_date", "known_at", "superseded_at"]
    table = pq.read_table(
        city / "tables" / f"{name}.parquet", columns=[*envelope, *COLUMNS[name]]
    )
    floats = [
        pa.field(f.name, pa.float64()) if pa.types.is_decimal(f.type) else f
        for f in table.schema
    ]
    cast = table.cast(pa.schema(floats))
    rows: pd.DataFrame = cast.to_pandas(date_as_object=False)
    known = rows[rows["firm_key"].notna()].assign(is_any=True)
    return known.sort_values(["event_date", "known_at", "row_id"], ignore_index=True)


def observations(registry: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
    """Return the firms that were known on each day: `firm_key`, `as_of`."""
    first = registry.groupby("firm_key", as_index=False)["known_at"].min()
    both: pd.DataFrame = first.merge(pd.DataFrame({"as_of": days}), how="cross")
    known = both["known_at"] < both["as_of"] + pd.Timedelta(days=1)
    return both[known][KEYS].sort_values(["as_of", "firm_key"], ignore_index=True)
