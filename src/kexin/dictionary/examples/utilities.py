"""Electricity, bills and posts, by example; worked out by hand."""

from __future__ import annotations

from math import log

from kexin.dictionary.example import Example
from kexin.language import Text

SPEC = [
    Example(
        Text(
            "没有独立表计时，企业用量无从得知，也不知道招聘",
            "without a meter of its own nothing is known of a firm's use, nor of its posts",
        ),
        as_of="2020-06-30",
        tables={},
        expected={
            "util.elec_yoy_3m": None,
            "util.elec_vs_sales": None,
            "util.late_12m": None,
            "hr.posts_yoy_6m": None,
        },
    ),
    Example(
        Text(
            "三个月用电量与上年同期相比；5月是最近月份",
            "three months of electricity against those of a year before; May is the last",
        ),
        as_of="2020-06-30",
        tables={
            "util_month": """
                utility      month       usage
                electricity  2019-02-01  999
                electricity  2019-03-01  200
                electricity  2019-04-01  200
                electricity  2019-05-01  200
                electricity  2020-03-01  100.5
                electricity  2020-04-01  100
                electricity  2020-05-01  99.5
                water        2020-05-01  777
            """,
            "tax_vat_return": """
                period_start  period_end  filed_at    sales_taxable
                2019-03-01    2019-05-31  2019-06-10          15000
                2020-03-01    2020-05-31  2020-06-10          30000
            """,
        },
        expected={"util.elec_yoy_3m": 0.5, "util.elec_vs_sales": log(0.5) - log(2)},
    ),
    Example(
        Text(
            "早一日，5月只能靠记录本身得知，4月是最近月份",
            "a day earlier May would be known by a row alone, and April is the last",
        ),
        as_of="2020-06-29",
        tables={
            "util_month": """
                utility      month       usage
                electricity  2019-02-01  300
                electricity  2019-05-01  777
                electricity  2020-02-01  150
            """
        },
        expected={"util.elec_yoy_3m": 0.5, "util.elec_vs_sales": None},
    ),
    Example(
        Text(
            "表计不动即没有用量，也没有对数",
            "a meter that stands still shows no use, and no logarithm of it",
        ),
        as_of="2020-06-30",
        tables={
            "util_month": """
                utility      month       usage
                electricity  2019-05-01  300
                electricity  2020-05-01  0
            """,
            "tax_vat_return": """
                period_start  period_end  filed_at    sales_taxable
                2019-03-01    2019-05-31  2019-06-10          15000
                2020-03-01    2020-05-31  2020-06-10          30000
            """,
        },
        expected={"util.elec_yoy_3m": 0, "util.elec_vs_sales": None},
    ),
    Example(
        Text(
            "一年前没有用量，无可比较", "no use a year ago is nothing to compare with"
        ),
        as_of="2020-06-30",
        tables={
            "util_month": """
                utility      month       usage
                electricity  2020-05-01  300
            """
        },
        expected={"util.elec_yoy_3m": None},
    ),
    Example(
        Text(
            "销售额剔除春节影响，用电量照原样",
            "sales are told as if no festival fell in their months, electricity as it was",
        ),
        as_of="2020-03-31",
        tables={
            "util_month": """
                utility      month       usage
                electricity  2018-12-01  100
                electricity  2019-12-01  280
            """,
            # Spells: 22 January to 5 February 2020, 2 to 16 February 2019. Adjusted:
            # 10000 + 21000 x 31/21 + 24000 x 29/24 = 70000, 7000 + 15000 + 13000 x
            # 28/13 = 50000.
            "tax_vat_return": """
                period_start  period_end  filed_at    sales_taxable
                2018-12-01    2018-12-31  2019-01-10           7000
                2019-01-01    2019-01-31  2019-02-10          15000
                2019-02-01    2019-02-28  2019-03-10          13000
                2019-12-01    2019-12-31  2020-01-10          10000
                2020-01-01    2020-01-31  2020-02-10          21000
                2020-02-01    2020-02-29  2020-03-10          24000
            """,
        },
        expected={"util.elec_yoy_3m": 2.8, "util.elec_vs_sales": log(2)},
    ),
    Example(
        Text(
            "一年前销售额不足1万元，太小而不能比较",
            "sales below CNY 10,000 a year ago are too small to compare with",
        ),
        as_of="2020-06-30",
        tables={
            "util_month": """
                utility      month       usage
                electricity  2019-05-01  100
                electricity  2020-05-01  100
            """,
            "tax_vat_return": """
                period_start  period_end  filed_at    sales_taxable
                2019-03-01    2019-05-31  2019-06-10           9999
                2020-03-01    2020-05-31  2020-06-10          30000
            """,
        },
        expected={"util.elec_yoy_3m": 1, "util.elec_vs_sales": None},
    ),
    Example(
        Text(
            "有一个月未申报，销售额即未知",
            "a month without a filed return leaves sales unknown",
        ),
        as_of="2020-06-30",
        tables={
            "util_month": """
                utility      month       usage
                electricity  2019-05-01  100
                electricity  2020-05-01  100
            """,
            "tax_vat_return": """
                period_start  period_end  filed_at    sales_taxable
                2019-03-01    2019-05-31  2019-06-10          20000
                2020-03-01    2020-04-30  2020-05-10          30000
                2020-05-01    2020-05-31  -                       -
            """,
        },
        expected={"util.elec_yoy_3m": 1, "util.elec_vs_sales": None},
    ),
    Example(
        Text(
            "任何公用事业账单，到期日之后缴纳或次日仍未缴",
            "bills paid after their day, or unpaid the day after, of any utility",
        ),
        as_of="2020-06-30",
        tables={
            "util_month": """
                utility      month       due_date    paid_at
                electricity  2019-06-01  2019-07-20  2019-07-21
                electricity  2019-07-01  2019-08-20  2019-08-21
                electricity  2019-08-01  2019-09-20  2019-09-20
                water        2020-01-01  2020-02-20  2020-03-20
                gas          2020-02-01  -           2020-03-20
                electricity  2020-05-01  2020-06-29  -
                electricity  2020-06-01  2020-06-30  -
            """
        },
        expected={"util.late_12m": 3},
    ),
    Example(
        Text(
            "很久以前缴清的账户没有迟缴账单",
            "an account that was paid long ago is an account without late bills",
        ),
        as_of="2020-06-30",
        tables={
            "util_month": """
                utility  month       due_date    paid_at
                water    2015-01-01  2015-02-20  2015-03-20
            """
        },
        expected={"util.late_12m": 0},
    ),
    Example(
        Text(
            "12月至5月的招聘岗位，与上年同期相比",
            "posts of December to May, against those of a year before",
        ),
        as_of="2020-06-30",
        tables={
            "hr_recruit_month": """
                month       posts
                2018-11-01  8
                2018-12-01  3
                2019-05-01  1
                2019-11-01  9
                2019-12-01  2
                2020-05-01  4
            """
        },
        expected={"hr.posts_yoy_6m": 6 / 4},
    ),
    Example(
        Text(
            "一年前两个岗位不足以比较",
            "two posts a year ago are too few to compare with",
        ),
        as_of="2020-06-30",
        tables={
            "hr_recruit_month": """
                month       posts
                2019-05-01  2
                2020-05-01  4
            """
        },
        expected={"hr.posts_yoy_6m": None},
    ),
]
