"""Yearly profits by example. Every expected value was worked out by hand."""

from __future__ import annotations

from math import log

from kexin.dictionary.example import Example
from kexin.dictionary.examples.tax_returns import months, returns
from kexin.language import Text

SETTLED = {
    "tax_cit_return": """
        fiscal_year  period_kind  period_end  filed_at    revenue  total_profit  rd_expense  rd_super_deduction  known
        2015         annual       2015-12-31  2016-05-20   500000          5000       10000               10000  2016-06-01
        2016         annual       2016-12-31  2017-05-20   500000            -1       10000               10000  2017-06-01
        2017         annual       2017-12-31  -            500000            -1       10000               10000  2018-06-01
        2018         annual       2018-12-31  2019-05-20   800000        -40000       50000                   -  2019-06-01
        2019         annual       2019-12-31  2020-05-20  1000000        100000       60000               45000  2020-06-01
        2020         q1           2020-03-31  2020-04-10   100000        -99999       99999               99999  2020-04-20
    """
}
"""The return of 2017 was never filed; that of 2019 is known on 1 June 2020."""


def settled(*years: str) -> dict[str, str]:
    """Yearly returns, filed and known in the next May: year, revenue, profit, R&D."""
    told = [year.split() for year in years]
    lines = [
        f"{y} annual {y}-12-31 {int(y) + 1}-05-20 {int(y) + 1}-05-25 {' '.join(rest)}"
        for y, *rest in told
    ]
    head = "fiscal_year period_kind period_end filed_at known"
    return {
        "tax_cit_return": "\n".join([f"{head} revenue total_profit rd_expense", *lines])
    }


SPEC = [
    Example(
        Text(
            "最近汇算年度、上一年度，以及最近三次已申报的年度",
            "the last settled year, the year before, and the last three that were filed",
        ),
        as_of="2020-06-30",
        tables=SETTLED,
        expected={
            "tax.margin": 0.1,
            "tax.margin_chg": 0.1 - -0.05,
            # 2018 and 2016; a return that was not filed is none.
            "tax.loss_years_3y": 2,
            "tax.rd_intensity": 0.06,
            "tax.rd_growth": 0.2,
            # 2019 and 2016.
            "tax.rd_years_3y": 2,
        },
    ),
    Example(
        Text(
            "年度申报得知之前，除此前的差异外无可比较",
            "before a year's return is known it is compared with nothing but the gap before",
        ),
        as_of="2020-05-31",
        tables=SETTLED,
        expected={
            "tax.margin": -0.05,
            "tax.margin_chg": None,
            # 2018 and 2016; 2015, the third, had a profit.
            "tax.loss_years_3y": 2,
            "tax.rd_intensity": 0.0625,
            "tax.rd_growth": None,
            # 2016 and 2015: of 2018 no deduction is known.
            "tax.rd_years_3y": 2,
        },
    ),
    Example(
        Text(
            "从未汇算的企业没有可报告的利润",
            "who never settled a year has no profits to tell",
        ),
        as_of="2020-06-30",
        tables={
            "tax_cit_return": """
                fiscal_year  period_kind  period_end  filed_at    revenue  total_profit  rd_expense
                2019         annual       2019-12-31  -            900000         90000       90000
                2020         q1           2020-03-31  2020-04-10   900000         90000       90000
            """
        },
        expected={
            "tax.margin": None,
            "tax.margin_chg": None,
            "tax.loss_years_3y": None,
            "tax.vat_cit_gap": None,
            "tax.rd_intensity": None,
            "tax.rd_growth": None,
            "tax.rd_years_3y": 0,
        },
    ),
    Example(
        Text(
            "收入较小时占比封顶，并以10万元为分母",
            "shares of small revenue are cut off, and measured against 100,000",
        ),
        as_of="2020-06-30",
        tables=settled("2018 10000 30000 50000", "2019 20000 -300000 250000"),
        expected={
            # -3 is cut off at -1; 30,000 / 100,000 the year before.
            "tax.margin": -1,
            "tax.margin_chg": -1 - 0.3,
            "tax.loss_years_3y": 1,
            "tax.rd_intensity": 2,
            "tax.rd_growth": 3,
        },
    ),
    Example(
        Text(
            "研发费用基数差一分太小时，不报告增长",
            "growth of research over a base that is a cent too small is not told",
        ),
        as_of="2020-06-30",
        tables=settled("2018 900000 0 49999.99", "2019 900000 0 60000"),
        expected={
            "tax.margin": 0,
            "tax.margin_chg": 0,
            "tax.loss_years_3y": 0,
            "tax.rd_intensity": 60_000 / 900_000,
            "tax.rd_growth": None,
        },
    ),
    Example(
        Text("研发归零，即全部减少", "research that was given up shrank by all of it"),
        as_of="2020-06-30",
        tables=settled("2018 900000 0 50000", "2019 900000 0 0"),
        expected={"tax.rd_growth": -1, "tax.rd_intensity": 0},
    ),
    Example(
        Text(
            "更正后的年度申报以当日的版本为准",
            "an amended yearly return is read as it stands on the day",
        ),
        as_of="2020-06-30",
        tables={
            "tax_cit_return": """
                fiscal_year  period_kind  period_end  filed_at    revenue  total_profit  known       until
                2019         annual       2019-12-31  2020-05-20   200000         20000  2020-05-25  2020-07-01
                2019         annual       2019-12-31  2020-05-20   200000        -20000  2020-07-01  -
            """
        },
        expected={"tax.margin": 0.1, "tax.loss_years_3y": 0},
    ),
    Example(
        Text(
            "日历年度销售额与当年收入相对照",
            "sales of the calendar year stand beside the year's revenue",
        ),
        as_of="2020-06-30",
        tables=returns(months("2018-12", [10_000] * 18)) | settled("2019 100000 0 0"),
        expected={"tax.vat_cit_gap": log(120_000 / 100_000)},
    ),
    Example(
        Text(
            "销售额少于收入，与多于收入同样算差异",
            "less sales than revenue differ as much as more",
        ),
        as_of="2020-06-30",
        tables=returns(
            """
            2018Q4  90000  2019-01-10
            2019Q1  30000  2019-04-10
            2019Q2  20000  -
            2019Q3  10000  2019-10-10
            2019Q4  10000  2020-01-10
            2020Q1  90000  2020-04-10
            """,
            "period sales filed",
        )
        | settled("2018 70000 0 0", "2019 100000 0 0"),
        expected={"tax.vat_cit_gap": log(100_000 / 50_000)},
    ),
    Example(
        Text(
            "汇算年度销售额比5万元少一分时不比较",
            "sales of the settled year a cent below 50,000 are not compared",
        ),
        as_of="2020-06-30",
        tables=returns(
            """
            2018Q4  90000
            2019Q1  49999.99
            """
        )
        | settled("2018 90000 0 0", "2019 100000 0 0"),
        expected={"tax.vat_cit_gap": None},
    ),
    Example(
        Text(
            "不以更早年度代替最近汇算年度作比较",
            "an older year is not compared in place of the last settled one",
        ),
        as_of="2020-06-30",
        tables=returns("2018Q4  90000") | settled("2018 100000 0 0", "2019 100000 0 0"),
        expected={"tax.vat_cit_gap": None},
    ),
    Example(
        Text(
            "收入比5万元少一分时也不比较",
            "revenue a cent below 50,000 is not compared either",
        ),
        as_of="2020-06-30",
        tables=returns("2019Q1  90000") | settled("2019 49999.99 0 0"),
        expected={"tax.vat_cit_gap": None},
    ),
]
