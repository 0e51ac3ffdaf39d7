"""Qualifications, public money and equity by example."""

from __future__ import annotations

from math import log

from kexin.dictionary.example import Example
from kexin.language import Text

SPEC = [
    Example(
        Text(
            "证书自首日至末日有效",
            "a certificate is valid from its first day through its last",
        ),
        as_of="2020-06-30",
        tables={
            "qual_cert": """
                cert_no cert_kind  issue_date valid_from valid_to   revoked_date
                1       HNTE       2017-07-01 2017-06-30 2020-06-30 -
                2       TSME       2020-06-30 2020-07-01 2020-12-31 -
                3       SRDI       2019-01-01 2019-01-01 2021-12-31 -
                4       INNOVATIVE 2020-01-01 2020-01-01 2022-12-31 -
                5       EAGLE      2020-01-01 2020-06-30 2022-12-31 2020-07-01
            """,
        },
        expected={
            "qual.hnte": 1,
            "qual.hnte_lost_24m": 0,
            # It begins tomorrow.
            "qual.tsme": 0,
            "qual.srdi": 2,
            # Revoked from tomorrow on.
            "qual.gazelle": 1,
        },
    ),
    Example(
        Text(
            "最后一张证书到期或被撤销，资格即失去",
            "a status is lost when the last certificate ended, or was revoked",
        ),
        as_of="2020-06-30",
        tables={
            "qual_cert": """
                cert_no cert_kind    issue_date valid_from valid_to   revoked_date
                1       HNTE         2016-07-01 2016-07-01 2022-06-30 2018-07-01
                2       LITTLE_GIANT 2019-01-01 2019-01-01 2021-12-31 2020-06-30
                3       TSME         2020-01-01 2020-01-01 2020-12-31 -
                4       GAZELLE      2018-01-01 2018-01-01 2020-06-29 -
            """,
        },
        expected={
            "qual.hnte": 0,
            "qual.hnte_lost_24m": 1,
            "qual.tsme": 1,
            "qual.srdi": 0,
            "qual.gazelle": 0,
        },
    ),
    Example(
        Text(
            "失去资格超过24个月，不再报告为失去",
            "a status lost more than 24 months ago is no longer told as lost",
        ),
        as_of="2020-06-30",
        tables={
            "qual_cert": """
                cert_no cert_kind issue_date valid_from valid_to   revoked_date
                1       HNTE      2015-07-01 2015-07-01 2018-06-30 -
            """,
        },
        expected={"qual.hnte": 0, "qual.hnte_lost_24m": 0},
    ),
    Example(
        Text(
            "融资轮次按满月计，最多六十个月",
            "rounds count in completed months, and no longer than sixty",
        ),
        as_of="2020-06-30",
        tables={
            "vc_round": """
                round_id round_date amount
                1        2017-06-30 5000000
                2        2017-07-01 1000000
                3        2019-08-31 -
            """,
        },
        expected={
            # From 31 August to 30 June, a month's last day: ten months.
            "vc.months_since": 10,
            # The first lies on the edge, outside; the third tells no amount.
            "vc.raised_36m": log(1 + 1_000_000),
        },
    ),
    Example(
        Text("较早的一轮距今六十个月", "an old round is sixty months ago"),
        as_of="2020-06-30",
        tables={"vc_round": "round_id round_date\n1 2012-01-01"},
        expected={"vc.months_since": 60, "vc.raised_36m": 0},
    ),
    Example(
        Text(
            "财政资金至少以10万元销售额为分母",
            "public money is measured against sales of at least 100,000",
        ),
        as_of="2020-06-30",
        tables={
            "gov_award": """
                notice_no award_date amount
                1         2019-06-30  70000
                2         2019-07-01  30000
            """,
            "gov_subsidy": """
                grant_no granted_date amount
                1        2018-07-01   500000
            """,
            "tax_vat_return": """
                period_start period_end filed_at   sales_taxable
                2019-12-01   2019-12-31 2020-01-10 1000
                2020-01-01   2020-01-31 2020-02-10 1000
                2020-02-01   2020-02-29 2020-03-10 1000
                2020-03-01   2020-03-31 2020-04-10 1000
                2020-04-01   2020-04-30 2020-05-10 1000
                2020-05-01   2020-05-31 2020-06-10 1000
            """,
        },
        expected={"gov.award_12m": 0.3, "gov.subsidy_24m": 2},
    ),
    Example(
        Text(
            "没有财政资金即为零，不论销售额；有资金而无销售额则不报告",
            "no public money is none, whatever the sales; some is not told without them",
        ),
        as_of="2020-06-30",
        tables={"gov_award": "notice_no award_date amount\n1 2020-01-01 5"},
        expected={
            "gov.award_12m": None,
            "gov.subsidy_24m": 0,
            "vc.months_since": None,
            "vc.raised_36m": 0,
        },
    ),
    Example(
        Text(
            "销售额未知时，不报告补贴占比",
            "a subsidy against sales that are not known is not told",
        ),
        as_of="2020-06-30",
        tables={"gov_subsidy": "grant_no granted_date amount\n1 2020-01-01 5"},
        expected={"gov.award_12m": 0, "gov.subsidy_24m": None},
    ),
]
