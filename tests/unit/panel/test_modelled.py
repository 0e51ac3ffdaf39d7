"""The firms on which a model learns: each condition of POLICY.md 1.2, on both sides."""

from __future__ import annotations

from datetime import date

import pytest

from kexin.panel.modelled import modelling_population
from unit.panel.delivered import held, standing

AS_OF = date(2019, 12, 31)

REGISTRY = "firm_type_code is_branch reg_status establish_date approve_date"
STAFF = "month si_kind insured_count"
LIST = "case_id party_seq list_date remove_date"
CASE = "case_id party_seq filed_date exec_amount exec_status closed_date"
LIMIT = "order_no order_date lifted_date"
BANKRUPTCY = "case_id proc_kind applicant_kind apply_date accept_date bk_status event"
RETURN = "period_end filed_at sales_taxable sales_exempt sales_export"
LOAN = "loan_id report_month balance dpd five_class is_rescheduled"

IN, OUT, BEFORE = False, None, True
"""Asked; not asked; asked, and bad before."""

CASES: dict[str, tuple[dict[str, str], bool | None]] = {
    "an enterprise with sales": ({}, IN),
    "a partnership": ({"reg_firm": f"{REGISTRY}\n4530 no active 2015-01-01 2015-01-01"}, IN),
    "a foreign enterprise": (
        {"reg_firm": f"{REGISTRY}\n5100 no active 2015-01-01 2015-01-01"}, IN,
    ),
    "a household": ({"reg_firm": f"{REGISTRY}\n9500 no active 2015-01-01 2015-01-01"}, OUT),
    "a branch": ({"reg_firm": f"{REGISTRY}\n2100 yes active 2015-01-01 2015-01-01"}, OUT),
    "a branch with a company's type": (
        {"reg_firm": f"{REGISTRY}\n1100 yes active 2015-01-01 2015-01-01"}, OUT,
    ),
    "revoked": ({"reg_firm": f"{REGISTRY}\n1100 no revoked 2015-01-01 2015-01-01"}, OUT),
    "a year old": ({"reg_firm": f"{REGISTRY}\n1100 no active 2018-12-31 2018-12-31"}, IN),
    "a day less than a year old": (
        {"reg_firm": f"{REGISTRY}\n1100 no active 2019-01-01 2019-01-01"}, OUT,
    ),
    "no sales": (
        {"tax_vat_return": f"{RETURN}\n2019-06-30 2019-07-10 0 0 0"}, OUT,
    ),
    "sales of more than a year ago": (
        {"tax_vat_return": f"{RETURN}\n2018-12-31 2019-01-10 9 0 0"}, OUT,
    ),
    "staff alone": ({"tax_vat_return": "", "si_month": f"{STAFF}\n2019-06-01 pension 1"}, IN),
    "staff of none": (
        {"tax_vat_return": "", "si_month": f"{STAFF}\n2019-06-01 pension 0"}, OUT,
    ),
    "unknown to the tax office": (
        {"tax_vat_return": "", "tax_payer": "",
         "si_month": f"{STAFF}\n2019-06-01 pension 1"}, OUT,
    ),
    "listed within the year": ({"court_dishonest": f"{LIST}\nc 1 2019-01-01 2019-02-01"}, OUT),
    "listed before": ({"court_dishonest": f"{LIST}\nc 1 2018-12-31 2019-02-01"}, BEFORE),
    "listed still": ({"court_dishonest": f"{LIST}\nc 1 2016-01-01 -"}, OUT),
    "listed until tomorrow": ({"court_dishonest": f"{LIST}\nc 1 2016-01-01 2020-01-01"}, OUT),
    "listed until today": ({"court_dishonest": f"{LIST}\nc 1 2016-01-01 2019-12-31"}, BEFORE),
    "not performed": ({"court_enforcement": f"{CASE}\nc 1 2016-01-01 50000 open -"}, OUT),
    "without assets": (
        {"court_enforcement": f"{CASE}\nc 1 2016-01-01 50000 terminated_round 2016-06-01"}, OUT,
    ),
    "little not performed": (
        {"court_enforcement": f"{CASE}\nc 1 2016-01-01 49999.99 open -"}, IN,
    ),
    "little for its sales not performed": (
        {"court_enforcement": f"{CASE}\nc 1 2019-09-01 50000 open -",
         "tax_vat_return": f"{RETURN}\n2019-06-30 2019-07-10 2500000.01 - -"}, IN,
    ),
    "much for its sales not performed": (
        {"court_enforcement": f"{CASE}\nc 1 2016-01-01 50000 open -",
         "tax_vat_return": f"{RETURN}\n2019-06-30 2019-07-10 2500000.01 - -"}, OUT,
    ),
    "performed late": (
        {"court_enforcement": f"{CASE}\nc 1 2016-01-01 50000 performed 2016-06-01"}, BEFORE,
    ),
    "enforced 59 days ago": (
        {"court_enforcement": f"{CASE}\nc 1 2019-11-02 50000 open -"}, IN,
    ),
    "enforced 60 days ago": (
        {"court_enforcement": f"{CASE}\nc 1 2019-11-01 50000 open -"}, OUT,
    ),
    "restricted still": ({"court_spending_limit": f"{LIMIT}\no 2016-01-01 -"}, OUT),
    "restricted 59 days": ({"court_spending_limit": f"{LIMIT}\no 2019-11-02 -"}, IN),
    "restricted before": ({"court_spending_limit": f"{LIMIT}\no 2016-01-01 2017-01-01"}, BEFORE),
    "lost still": (
        {"tax_abnormal_status": "declared_date lifted_date\n2016-01-01 -"}, OUT,
    ),
    "lost 89 days": (
        {"tax_abnormal_status": "declared_date lifted_date\n2019-10-03 -"}, IN,
    ),
    "found again": (
        {"tax_abnormal_status": "declared_date lifted_date\n2016-01-01 2017-01-01"}, BEFORE,
    ),
    "bankrupt": (
        {"court_bankruptcy": f"{BANKRUPTCY}\n"
         "b liquidation creditor 2016-01-01 2016-02-01 accepted 2016-01-01"}, OUT,
    ),
    "bankruptcy over": (
        {"court_bankruptcy": f"{BANKRUPTCY}\n"
         "b liquidation creditor 2016-01-01 2016-02-01 ended 2016-01-01"}, BEFORE,
    ),
    "bankruptcy asked for by a creditor": (
        {"court_bankruptcy": f"{BANKRUPTCY}\n"
         "b liquidation creditor 2016-01-01 - applied 2016-01-01"}, IN,
    ),
    "a pre-reorganisation": (
        {"court_bankruptcy": f"{BANKRUPTCY}\n"
         "b pre_reorganisation creditor 2016-01-01 2016-02-01 accepted 2016-01-01"}, IN,
    ),
    "bankruptcy asked for by itself": (
        {"court_bankruptcy": f"{BANKRUPTCY}\n"
         "b liquidation debtor 2016-01-01 - applied 2016-01-01"}, OUT,
    ),
    "a loan classified in the year": (
        {"core_loan_outcome": f"{LOAN}\nl 2019-02-01 9 0 3 no\nl 2019-11-01 9 0 1 no"}, OUT,
    ),
    "a loan classified before": (
        {"core_loan_outcome": f"{LOAN}\nl 2018-02-01 9 0 3 no\nl 2018-11-01 9 0 1 no"}, BEFORE,
    ),
    "a loan classified when last reported": (
        {"core_loan_outcome": f"{LOAN}\nl 2018-02-01 9 0 1 no\nl 2018-11-01 9 0 3 no"}, OUT,
    ),
    "a loan written off when last reported": (
        {"core_loan_outcome": f"{LOAN}\nl 2018-11-01 0 0 5 no"}, BEFORE,
    ),
    "on the wage blacklist": (
        {"si_wage_arrears": "case_no decision_date case_kind resolved_date\n"
         "w 2016-01-01 wage_blacklist -"}, OUT,
    ),
    "off the wage blacklist": (
        {"si_wage_arrears": "case_no decision_date case_kind resolved_date\n"
         "w 2016-01-01 wage_blacklist 2017-01-01"}, BEFORE,
    ),
    "a wage case": (
        {"si_wage_arrears": "case_no decision_date case_kind resolved_date\n"
         "w 2016-01-01 inspection -"}, IN,
    ),
    "an execution ended without assets": (
        {"court_round_end": "case_id end_date unpaid_amount\nc 2016-01-01 50000"}, OUT,
    ),
    "an execution ended for little": (
        {"court_round_end": "case_id end_date unpaid_amount\nc 2016-01-01 49999.99"}, IN,
    ),
    "a loan past due when last reported": (
        {"core_loan_outcome": f"{LOAN}\nl 2018-11-01 1001 90 2 no\nm 2018-12-01 9 0 1 no"}, OUT,
    ),
}  # fmt: skip


def city() -> dict[str, str]:
    """Tables of all cases, a firm each: what a case tells replaces what is usual."""
    lines: dict[str, list[str]] = {}
    for number, (tables, _) in enumerate(CASES.values()):
        usual = {
            name: text.replace("firm ", "", 1).replace("F ", "")
            for name, text in standing("F").items()
        }
        for name, text in (usual | tables).items():
            head, *rows = text.splitlines() or [""]
            lines.setdefault(name, [f"firm {head}"])
            first, of_its_own = head.partition(" ")[0], f"-{number} "
            named = first in {"case_id", "case_no", "loan_id", "order_no"}
            lines[name] += [
                f"{number} {row.replace(' ', of_its_own, 1) if named else row}"
                for row in rows
            ]
    return {name: "\n".join(rows) for name, rows in lines.items()}


@pytest.fixture(scope="module")
def asked() -> dict[str, bool]:
    found = modelling_population(held(city()), AS_OF).to_pyarrow().to_pylist()
    return {row["firm_key"]: row["prior_bad"] for row in found}


@pytest.mark.parametrize("case", CASES)
def test_a_firm_is_asked_as_the_policy_says(asked: dict[str, bool], case: str) -> None:
    firm = str(list(CASES).index(case))
    assert asked.get(firm) == CASES[case][1]


def test_what_is_known_later_asks_nobody_else() -> None:
    tables = standing("F") | {
        "court_dishonest": f"{LIST} known\nc 1 2019-06-01 - 2020-01-01",
        "reg_firm": f"""{REGISTRY} known until row
            1100 no active  2015-01-01 2015-01-01 2015-01-01 2020-01-01 a
            1100 no revoked 2015-01-01 2019-12-01 2020-01-01 -          b""",
    }
    found = modelling_population(held(tables), AS_OF).to_pyarrow()
    assert found["firm_key"].to_pylist() == ["F"]
