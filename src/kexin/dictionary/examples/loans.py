"""Bank debt by example."""

from __future__ import annotations

from kexin.dictionary.example import Example
from kexin.language import Text

SPEC = [
    Example(
        Text(
            "以最近有记录的月份为准，计入其中每个账户",
            "the latest month with a row counts, and every account in it",
        ),
        as_of="2020-06-30",
        tables={
            "pboc_loan_month": """
                account_hash month      lender_hash lender_kind open_date  due_date   balance five_class overdue_days is_rescheduled
                a            2018-06-01 L1          state_bank  2017-01-01 2021-01-01  900000 5         120           no
                a            2018-07-01 L1          state_bank  2017-01-01 2021-01-01  900000 2           9           no
                a            2020-03-01 L1          state_bank  2017-01-01 2021-01-01  800000 1           0           no
                a            2020-04-01 L1          state_bank  2017-01-01 2020-12-30  700000 1          31           yes
                b            2020-04-01 L2          leasing     2019-12-31 2021-01-01  200000 3           0           no
                c            2020-04-01 L3          microloan   2020-01-01 -           100000 1           0           no
                d            2020-04-01 L4          other       2020-02-01 2020-12-31       0 1           0           no
            """,
            "tax_fin_stmt": """
                period_end  cash   owner_equity
                2020-03-31  350000 2000000
            """,
            "pboc_guarantee": """
                guarantee_hash month      balance obligor_class
                g              2020-04-01 9000000 3
                g              2020-05-01 3000000 2
                h              2020-05-01 1000000 3
            """,
            "pboc_inquiry": """
                inquiry_id inquiry_date inquiry_reason
                1          2020-03-30   pre_loan
                2          2020-03-31   pre_loan
                3          2020-06-30   pre_loan
                4          2020-06-30   post_loan
            """,
        },
        expected={
            # April 2020: an account is 31 days overdue; 1,000,000 is owed.
            "pboc.overdue_now": 1,
            # In (2018-06-30, 2020-06-30]: July 2018 and April 2020.
            "pboc.overdue_m_24m": 2,
            "pboc.dpd_max_24m": 31,
            "pboc.class_worst_24m": 3,
            # Sales are unknown and there is debt.
            "pboc.debt_sales": None,
            "pboc.lenders_n": 3,
            # L3 opened on 2020-01-01, L2 on 2019-12-31; six months ago is 2019-12-30.
            "pboc.lenders_g6": 2,
            "pboc.nonbank_share": 0.3,
            # Due by 2020-12-30: 700,000, against cash of 350,000.
            "pboc.due_6m": 2,
            "pboc.resched_24m": 1,
            # In (2020-03-30, 2020-06-30]: two.
            "pboc.inquiry_3m": 2,
            "pboc.guar_ratio": 2,
            "pboc.guar_bad": 0.25,
        },
    ),
    Example(
        Text(
            "已授权而没有记录，即没有债务，这是已知的",
            "with consent and without a row there is no debt, and that is known",
        ),
        as_of="2020-06-30",
        tables={"pboc_loan_month": ""},
        expected={
            "pboc.overdue_now": 0,
            "pboc.overdue_m_24m": None,
            "pboc.dpd_max_24m": None,
            "pboc.class_worst_24m": None,
            "pboc.debt_sales": 0,
            "pboc.lenders_n": 0,
            "pboc.lenders_g6": 0,
            "pboc.nonbank_share": None,
            "pboc.due_6m": 0,
            "pboc.resched_24m": 0,
            "pboc.inquiry_3m": 0,
            "pboc.guar_ratio": 0,
            "pboc.guar_bad": 0,
        },
    ),
    Example(
        Text(
            "账户转差只计一次，不论持续多久；恢复正常后再转差另计",
            "an account turns once, however long it stays, and again after it was regular",
        ),
        as_of="2020-06-30",
        tables={
            "pboc_loan_month": """
                account_hash month      balance overdue_days is_rescheduled due_date
                a            2018-06-01       5   0           yes           2020-09-01
                a            2018-07-01       5   0           yes           2020-09-01
                a            2019-01-01       5   0           no            2020-09-01
                a            2019-02-01       5   0           yes           2020-09-01
                a            2019-03-01       5   0           yes           2020-09-01
                b            2020-06-01       5   0           yes           2020-09-01
            """,
        },
        expected={
            # a turned in June 2018, before the window, and in February 2019; b at once.
            "pboc.resched_24m": 2,
            "pboc.overdue_m_24m": 0,
            "pboc.dpd_max_24m": 0,
            # Cash and equity are unknown; guarantees there are none.
            "pboc.due_6m": None,
            "pboc.guar_ratio": 0,
        },
    ),
    Example(
        Text(
            "权益未知时，担保无法衡量",
            "guarantees without a known equity have no measure",
        ),
        as_of="2020-06-30",
        tables={
            "pboc_guarantee": """
                guarantee_hash month      balance obligor_class
                g              2020-05-01 3000000 5
            """,
        },
        expected={"pboc.guar_ratio": None, "pboc.guar_bad": 1},
    ),
]
