"""Signals of enforcement and lists by example, worked out by hand."""

from __future__ import annotations

from kexin.dictionary.example import Example
from kexin.dictionary.examples.courts import SALES
from kexin.language import Text

ENFORCED = {
    "court_case": """
        case_id  root_case_id  case_type  event       known
        e1       r1            执         2018-06-01  2018-07-01
        e2       r1            执恢       2020-01-01  2020-02-01
        e3       r1            执         2020-02-01  2020-06-01
        e4       r4            执         2018-05-31  2018-07-01
    """,
    "court_enforcement": """
        case_id  party_seq  filed_date  exec_amount  exec_status
        e1       1          2018-06-01       100000  terminated_round
        e2       1          2020-01-01       150000  open
        e3       1          2020-02-01        40000  open
        e4       1          2018-05-31        70000  open
        e5       1          2020-05-31            -  performed
    """,
    "tax_vat_return": SALES,
}
"""The case of e3 is known on 1 June 2020, that of e5 never."""

SPEC = [
    Example(
        Text(
            "执行案件按其来源纠纷计数，没有来源的各自计数",
            "enforcements count by the dispute from which they come, else by themselves",
        ),
        as_of="2020-05-31",
        tables=ENFORCED,
        expected={
            "court.enf_now": 3,
            "court.enf_24m": 3,  # r1, e3, e5
            # The first of r1 is e1; e5 has no amount.
            "court.enf_ratio_24m": (100000 + 40000) / 240000,
        },
    ),
    Example(
        Text(
            "来源案件一经得知，执行案件即归入该纠纷",
            "once its case is known an enforcement joins its dispute",
        ),
        as_of="2020-06-01",
        tables=ENFORCED,
        expected={
            "court.enf_now": 3,
            "court.enf_24m": 2,  # r1 (by e2 and e3), e5
            "court.enf_ratio_24m": 150000 / 240000,
        },
    ),
    Example(
        Text(
            "没有销售额时执行金额占比未知，件数则不然",
            "without sales the weight of an enforcement is unknown, its number is not",
        ),
        as_of="2020-05-31",
        tables={
            "court_enforcement": """
                case_id  party_seq  filed_date  exec_amount  exec_status
                e1       1          2020-01-01       100000  open
            """,
            "court_freeze": """
                freeze_no  asset_kind  amount  start_date
                f1         deposit      30000  2020-01-01
            """,
            "court_judgment": """
                doc_id case_id judgment_date outcome award_amount
                j1     a1      2020-05-01    lose         1800000
            """,
            "court_party": """
                case_id party_seq party_role party_firm_key match_conf event
                a1      1         defendant  F                   1.000 2019-12-01
            """,
        },
        expected={
            "court.enf_24m": 1,
            "court.enf_ratio_24m": None,
            "court.freeze_ratio_24m": None,
            "court.award_ratio_36m": None,
        },
    ),
    Example(
        Text(
            "60个月的名单：已移出的计入，已撤销的不计",
            "lists of 60 months: what was removed counts, what was withdrawn does not",
        ),
        as_of="2020-05-31",
        tables={
            "court_dishonest": """
                case_id  party_seq  list_date   remove_date  until
                e1       1          2015-05-31  -            -
                e2       1          2015-06-01  2017-06-01   -
                e3       1          2020-05-31  -            -
                e4       1          2019-05-31  -            2020-01-01
            """,
            "court_round_end": """
                case_id  end_date    resumed_date
                e1       2015-05-31  -
                e2       2015-06-01  2016-01-01
                e3       2020-05-31  -
            """,
            "court_spending_limit": """
                order_no  order_date  lifted_date
                o1        2020-01-01  2020-05-31
            """,
            "court_bankruptcy": """
                case_id  apply_date  bk_status
                b1       2020-01-01  rejected
                b2       2020-02-01  withdrawn
            """,
            "court_freeze": """
                freeze_no  asset_kind  amount  start_date  end_date    lifted_date
                f1         deposit      30000  2018-06-01  -           -
                f2         deposit      18000  2020-01-01  -           2020-05-31
                f3         deposit      12000  2020-01-01  -           2020-06-01
                f4         deposit      70000  2018-05-31  -           -
                f5         equity           -  2020-01-01  2020-05-31  -
                f6         equity           -  2020-01-01  -           -
                f7         equity           -  2020-01-01  2021-01-01  2020-03-01
            """,
            "tax_vat_return": SALES,
        },
        expected={
            "court.dishonest_60m": 2,
            "court.round_end_60m": 2,
            "court.spend_limit_now": 0,
            "court.bankruptcy": 0,
            "court.freeze_ratio_24m": (30000 + 12000) / 240000,
            "court.equity_frozen": 0,
            "court.rep_debtor": None,  # nobody represents the firm
        },
    ),
    Example(
        Text(
            "明日才解除的限制今日有效；冻结至明日的也一样",
            "an order that is lifted tomorrow stands today; so does a freeze to tomorrow",
        ),
        as_of="2020-05-31",
        tables={
            "court_spending_limit": """
                order_no  order_date  lifted_date
                o1        2020-01-01  2020-06-01
            """,
            "court_bankruptcy": """
                case_id  apply_date  bk_status
                b1       2020-05-31  applied
            """,
            "court_freeze": """
                freeze_no  asset_kind   amount  start_date  end_date
                f1         equity            -  2020-01-01  2020-06-01
                f2         deposit     2000000  2020-01-01  -
            """,
            "tax_vat_return": SALES,
        },
        expected={
            "court.spend_limit_now": 1,
            "court.bankruptcy": 1,
            "court.equity_frozen": 1,
            "court.freeze_ratio_24m": 5,  # cut off
        },
    ),
    Example(
        Text(
            "法定代表人本人被限制即计入，不论由哪家企业引起",
            "the representative's own restriction counts, whatever firm brought it",
        ),
        as_of="2020-05-31",
        tables={
            "reg_officer": """
                person_hash  role       valid_from  valid_to
                P            legal_rep  2018-01-01  -
            """,
            "court_spending_limit": """
                firm  order_no  restricted_rep_hash  order_date  lifted_date
                G     o1        P                    2017-06-01  2018-06-01
            """,
        },
        expected={"court.rep_debtor": 1, "court.spend_limit_now": 0},
    ),
    Example(
        Text(
            "当日卸任者不再代表企业；满36个月当日即出窗口",
            "who left on the day represents no more, and 36 months are over on their day",
        ),
        as_of="2020-05-31",
        tables={
            "reg_officer": """
                person_hash  role       valid_from  valid_to
                P            legal_rep  2018-01-01  2020-05-31
                Q            legal_rep  2020-05-31  -
                R            manager    2018-01-01  -
            """,
            "court_spending_limit": """
                firm  order_no  restricted_rep_hash  order_date
                F     o1        P                    2020-01-01
                G     o2        Q                    2017-05-31
                G     o3        R                    2020-01-01
            """,
        },
        expected={"court.rep_debtor": 0, "court.spend_limit_now": 1},
    ),
]
