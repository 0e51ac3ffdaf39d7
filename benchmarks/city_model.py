"""How hard a synthetic city is: the model checks C17 to C20 of SIMULATOR.md, section 10.

    python benchmarks/city_model.py --city DIR       (a city in contract form)

Some forty features of nine registers at half-yearly days, a LightGBM model trained on
2020-06 to 2023-12, validated on 2024-06 and tested on 2025-06 and 2025-09; the label is
a default in the twelve months after, as the truth tells it. Three more runs: the latent
state itself (the ceiling), single features, and the same features with publication lags
ignored, which must look better than it is.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import lightgbm
import numpy as np
import pandas as pd
from scipy.stats import ks_2samp
from sklearn.metrics import roc_auc_score

from kexin.registers.contract import contracts
from kexin.simulate.acceptance.opened import opened

if TYPE_CHECKING:
    import duckdb

TRAIN = [f"{year}-{day}" for year in range(2020, 2024) for day in ("06-30", "12-31")]
VALID, TEST = ["2024-06-30"], ["2025-06-30", "2025-09-30"]

PARAMETERS = {
    "objective": "binary",
    "learning_rate": 0.04,
    "num_leaves": 15,
    "min_data_in_leaf": 200,
    "feature_fraction": 0.7,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 10,
    "verbose": -1,
    "metric": "auc",
    "seed": 1,
}

BANDS = {
    "C18 AUC": (0.76, 0.82),
    "C18 Gini": (0.52, 0.64),
    "C18 KS": (0.38, 0.50),
    "C19 ceiling": (0.86, 0.91),
    "C20 leak": (0.008, 0.03),
    "C17 sales level": (0.57, 0.68),
    "C17 staff 12 m": (0.59, 0.69),
    "C17 late 12 m": (0.54, 0.64),
    "C17 cases 12 m": (0.51, 0.61),
    "C17 rating": (0.53, 0.63),
    "C17 overdue 12 m": (0.56, 0.67),
}
"""The bands of section 10; those of C17 with its tolerance of 0.03."""

SINGLE = {
    "C17 sales level": ("sales_12", -1),
    "C17 staff 12 m": ("staff_g12", -1),
    "C17 late 12 m": ("late_12", 1),
    "C17 cases 12 m": ("cases_12", 1),
    "C17 rating": ("rating", 1),
    "C17 overdue 12 m": ("overdue_12", 1),
}


def month(column: str, first: int, last: int) -> str:
    """Return the condition for months `first` to `last` before the latest closed one."""
    day = "(T - to_months(lag_))"
    return (
        f"{column} <= last_day({day} - to_months({first - 1})) "
        f"AND {column} > last_day({day} - to_months({last}))"
    )


SALES = "sales_taxable + sales_exempt + sales_export"

FEATURES = {
    "tax_vat_return": {
        "sales_12": f"sum({SALES}) FILTER ({month('period_end', 1, 12)})",
        "sales_24": f"sum({SALES}) FILTER ({month('period_end', 13, 24)})",
        "sales_6": f"sum({SALES}) FILTER ({month('period_end', 1, 6)})",
        "sales_18": f"sum({SALES}) FILTER ({month('period_end', 13, 18)})",
        "sales_3": f"sum({SALES}) FILTER ({month('period_end', 1, 3)})",
        "sales_15": f"sum({SALES}) FILTER ({month('period_end', 13, 15)})",
        "zero_12": f"count(*) FILTER ({month('period_end', 1, 12)} AND {SALES} = 0)",
        "late_12": "count(*) FILTER (due_date > T - INTERVAL 12 MONTH AND due_date <= T "
                   "AND coalesce(filed_at, T + 1) > due_date)",
        "late_3": "count(*) FILTER (due_date > T - INTERVAL 3 MONTH AND due_date <= T "
                  "AND coalesce(filed_at, T + 1) > due_date)",
        "late_24": "count(*) FILTER (due_date > T - INTERVAL 24 MONTH AND due_date <= T "
                   "AND coalesce(filed_at, T + 1) > due_date)",
    },
    "tax_arrears": {
        "arrears_12": "count(*) FILTER (balance_date > T - INTERVAL 12 MONTH "
                      "AND balance > 0)",
    },
    "tax_payment": {
        "late_paid_12": "count(*) FILTER (paid_at > T - INTERVAL 12 MONTH "
                        "AND paid_at > due_date)",
    },
    "tax_credit_rating": {
        "rating": "arg_max(CASE rating WHEN 'A' THEN 0 WHEN 'B' THEN 1 WHEN 'M' THEN 2 "
                  "WHEN 'C' THEN 3 ELSE 4 END, (effective_date, seq))",
    },
    "tax_cit_return": {
        "margin": "arg_max(total_profit / greatest(revenue, 100000), fiscal_year) "
                  "FILTER (period_kind = 'annual' AND filed_at IS NOT NULL)",
    },
    "si_month": {
        **{f"staff_{k}": "max(insured_count) FILTER (si_kind = 'pension' AND "
                         f"{month('month', k, k)})" for k in (1, 4, 7, 13)},
        "unpaid_12": "count(*) FILTER (si_kind = 'pension' AND due_date > T - "
                     "INTERVAL 12 MONTH AND coalesce(paid_at, T + 1) > due_date)",
    },
    "hf_month": {
        "fund_stopped": f"count(*) FILTER ({month('month', 1, 12)} "
                        "AND hf_status <> 'normal')",
    },
    "reg_change": {
        "changes_12": "count(*) FILTER (change_date > T - INTERVAL 12 MONTH "
                      "AND change_item IN ('legal_rep', 'address'))",
    },
    "reg_abnormal_list": {
        "abnormal_36": "count(*) FILTER (list_date > T - INTERVAL 36 MONTH)",
    },
    "reg_penalty": {
        "penalties_24": "count(*) FILTER (decision_date > T - INTERVAL 24 MONTH)",
    },
    "court_party": {
        **{f"cases_{m}": "count(DISTINCT case_id) FILTER (party_role = 'defendant' AND "
                         f"event_date > T - INTERVAL {m} MONTH)" for m in (6, 12, 24)},
    },
    "court_enforcement": {
        "enforced_24": "count(*) FILTER (filed_date > T - INTERVAL 24 MONTH)",
        "enforced_6": "count(*) FILTER (filed_date > T - INTERVAL 6 MONTH)",
    },
    "court_freeze": {
        "frozen_24": "count(*) FILTER (start_date > T - INTERVAL 24 MONTH)",
    },
    "ip_patent": {
        "patents": "count(*) FILTER (legal_status IN ('granted', 'restored'))",
        "published_24": "count(*) FILTER (pub_date > T - INTERVAL 24 MONTH)",
    },
    "ip_patent_event": {
        "lapsed_24": "count(*) FILTER (event_code = 'lapse_fee' "
                     "AND announce_date > T - INTERVAL 24 MONTH)",
    },
    "qual_cert": {
        "hnte": "count(*) FILTER (cert_kind = 'HNTE' AND valid_to >= T)",
    },
    "pboc_loan_month": {
        "overdue_12": "count(*) FILTER (overdue_days > 0 "
                      f"AND {month('month', 1, 12)})",
        "overdue_3": f"count(*) FILTER (overdue_days > 0 AND {month('month', 1, 3)})",
        "debt": f"sum(balance) FILTER ({month('month', 1, 1)})",
    },
    "pboc_inquiry": {
        "inquiries_3": "count(*) FILTER (inquiry_reason = 'pre_loan' "
                       "AND inquiry_date > T - INTERVAL 3 MONTH)",
    },
}  # fmt: skip
"""Features by table; T is the day, `lag_` the months whose records are not out yet."""

DERIVED = {
    "sales_g12": "sales_12 / nullif(sales_24, 0)",
    "sales_g6": "sales_6 / nullif(sales_18, 0)",
    "sales_g3": "sales_3 / nullif(sales_15, 0)",
    "staff_g3": "staff_1 / nullif(staff_4, 0)",
    "staff_g6": "staff_1 / nullif(staff_7, 0)",
    "staff_g12": "staff_1 / nullif(staff_13, 0)",
    "debt_sales": "debt / greatest(sales_12, 100000)",
}

NETWORK = """SELECT e.seller AS firm_key, sum(share) AS bad_customers FROM gt_edge e
JOIN gt_event d ON d.firm_key = e.buyer AND d.event = 'default'
AND d.month <= T - INTERVAL 3 MONTH GROUP BY ALL"""

LABELS = """SELECT firm.firm_key, datediff('month', birthday, T) AS age, sector, district,
  EXISTS (SELECT 1 FROM gt_event e WHERE e.firm_key = firm.firm_key
    AND event = 'default' AND month > T AND month <= T + INTERVAL 12 MONTH) AS bad,
  EXISTS (SELECT 1 FROM gt_event e WHERE e.firm_key = firm.firm_key
    AND event = 'default' AND month <= T) AS was_bad,
  gone IS NOT NULL AND gone <= T AS is_gone,
  gone IS NOT NULL AND gone > T AND gone <= T + INTERVAL 12 MONTH AS leaves,
  m.distress, m.health, quality, care
FROM firm JOIN gt_month m ON m.firm = firm.place AND m.month = date_trunc('month', T)"""


class Panel(NamedTuple):
    """Observations: features, the latent state, and what became of them."""

    features: pd.DataFrame
    latent: pd.DataFrame
    bad: pd.Series


def at(engine: duckdb.DuckDBPyConnection, day: str, *, leak: bool) -> Panel:
    """Return the observations of a day; with a leak, events count when they happen."""
    engine.execute(f"CREATE OR REPLACE MACRO T() AS DATE '{day}'")
    lag = 0 if leak else 1
    query = LABELS
    parts = []
    for table, features in FEATURES.items():
        event = contracts()[table].event
        seen = (
            f"(SELECT * FROM {table} WHERE event_date <= T)"
            if leak
            else f"(SELECT * FROM all_{table} WHERE known_at < T + 1 AND op <> 'D' "
            "AND (superseded_at IS NULL OR superseded_at >= T + 1))"
        )
        columns = ", ".join(f"{how} AS {name}" for name, how in features.items())
        parts.append(
            f"(SELECT firm_key, {columns} FROM (SELECT *, {lag} AS lag_ FROM {seen}) "
            f"GROUP BY firm_key) {table}_{event}"
        )
    joins = " ".join(f"LEFT JOIN {part} USING (firm_key)" for part in parts)
    derived = ", ".join(f"{how} AS {name}" for name, how in DERIVED.items())
    whole = (
        f"SELECT *, {derived} FROM ({query}) l {joins} "
        f"LEFT JOIN ({NETWORK}) USING (firm_key)"
    )
    days = whole.replace(" T ", " T() ").replace("(T ", "(T() ")
    frame = engine.execute(as_day(days)).df()
    chosen = frame[
        (frame.age >= 12)
        & ~frame.was_bad
        & ~frame.is_gone
        & (frame.sales_12 > 0)
        & (frame.enforced_6.fillna(0) == 0)
        & ~(frame.leaves & ~frame.bad)
    ]
    latent = chosen[["distress", "health", "quality", "care"]]
    hidden = ["firm_key", "bad", "was_bad", "is_gone", "leaves", *latent.columns]
    features = chosen.drop(columns=hidden)
    for name in ("sector", "district"):
        features[name] = features[name].astype("category").cat.codes
    return Panel(features.astype(float), latent.astype(float), chosen.bad.astype(int))


def as_day(query: str) -> str:
    """Return a query with T as the macro that gives the day."""
    import re

    return re.sub(r"\bT\b(?!\()", "T()", query)


def together(panels: list[Panel]) -> Panel:
    """Return observations of several days as one."""
    return Panel(*(pd.concat(parts) for parts in zip(*panels, strict=True)))


def judged(
    train: pd.DataFrame, valid: pd.DataFrame, test: pd.DataFrame, bad: list[pd.Series]
) -> np.ndarray:
    """Train a model and return its predictions of the test."""
    own = lightgbm.Dataset(train, bad[0])
    other = lightgbm.Dataset(valid, bad[1])
    model = lightgbm.train(
        PARAMETERS,
        own,
        800,
        [other],
        callbacks=[lightgbm.early_stopping(50, verbose=False)],
    )
    return np.asarray(model.predict(test))


def measured(engine: duckdb.DuckDBPyConnection) -> dict[str, float]:
    """Return every figure of the checks."""
    sets = {
        leak: [
            together([at(engine, day, leak=leak) for day in days])
            for days in (TRAIN, VALID, TEST)
        ]
        for leak in (False, True)
    }
    train, valid, test = sets[False]
    bad = [train.bad, valid.bad]
    told = judged(train.features, valid.features, test.features, bad)
    auc = roc_auc_score(test.bad, told)
    ahead = [panel.features for panel in sets[True]]
    cheat = judged(*ahead, [panel.bad for panel in sets[True][:2]])
    latent = judged(train.latent, valid.latent, test.latent, bad)
    found = {
        "observations": float(len(train.bad)),
        "bad rate": float(test.bad.mean()),
        "C18 AUC": float(auc),
        "C18 Gini": float(2 * auc - 1),
        "C18 KS": float(ks_2samp(told[test.bad == 1], told[test.bad == 0]).statistic),
        "C19 ceiling": float(roc_auc_score(test.bad, latent)),
        "C20 leak": float(roc_auc_score(sets[True][2].bad, cheat) - auc),
    }
    for name, (feature, sign) in SINGLE.items():
        known = test.features[feature].notna()
        value = sign * test.features[feature][known]
        found[name] = float(roc_auc_score(test.bad[known], value))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--city", type=Path, required=True)
    given = parser.parse_args()
    for name, value in measured(opened(given.city)).items():
        low, high = BANDS.get(name, (-np.inf, np.inf))
        verdict = "" if low <= value <= high else f"  OFF ({low} to {high})"
        print(f"{name:20} {value:10.4f}{verdict}")


if __name__ == "__main__":
    main()
