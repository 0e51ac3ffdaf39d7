"""Signals of tax returns by example. Every expected value was worked out by hand."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from math import log, sqrt

from kexin.dictionary.example import Example
from kexin.language import Text

NAMES = {
    "sales": "sales_taxable",
    "exempt": "sales_exempt",
    "export": "sales_export",
    "tax": "tax_payable",
    "credit": "credit_carried",
    "amended": "is_amended",
    "due": "due_date",
    "filed": "filed_at",
}
USUAL = dict.fromkeys(["sales", "exempt", "export", "tax"], "0")
USUAL |= {"credit": "-", "amended": "no", "until": "-"}

MONTHLY = """
    filing_freq_vat  taxpayer_kind  valid_from
    month            general        2010-01-01
"""
QUARTERLY = """
    filing_freq_vat  taxpayer_kind  valid_from
    quarter          small          2010-01-01
"""


def returns(text: str, head: str = "period sales") -> dict[str, str]:
    """VAT returns under short names, in the columns that `head` names.

    A period is a month, 2019-04, or a quarter, 2019Q2. Unless told otherwise a return
    is due on the 15th after its period, filed on the 10th, and known at noon of that
    day; one that was not filed is known on the 20th.
    """
    names = head.split()
    lines = [line.split() for line in text.strip().splitlines()]
    rows = [completed(dict(zip(names, line, strict=True))) for line in lines]
    columns = list(rows[0])
    written = [" ".join(NAMES.get(name, name) for name in columns)]
    written += [" ".join(row[name] for name in columns) for row in rows]
    return {"tax_vat_return": "\n".join(written)}


def completed(told: dict[str, str]) -> dict[str, str]:
    """A return with everything that its line leaves out."""
    start, end = period(told.pop("period"))
    days = {"period_start": start, "period_end": end}
    days |= {"due": end + timedelta(15), "filed": end + timedelta(10)}
    row = {"firm": "F"} | {name: str(day) for name, day in days.items()} | USUAL | told
    known = row["filed"] if row["filed"] != "-" else str(end + timedelta(20))
    return row | {"known": told.get("known", f"{known}T12:00")}


def period(text: str) -> tuple[date, date]:
    """First and last day of a month or a quarter."""
    year, month = int(text[:4]), int(text[5:])
    first, last = (3 * month - 2, 3 * month) if text[4] == "Q" else (month, month)
    return date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1])


def months(first: str, sales: list[int], *more: str) -> str:
    """Lines of returns of months that follow each other, each with some sales."""
    start = int(first[:4]) * 12 + int(first[5:]) - 1
    places = enumerate(sales, start)
    return "\n".join(
        " ".join([f"{n // 12}-{n % 12 + 1:02d}", str(amount), *more])
        for n, amount in places
    )


TWO_YEARS = returns(months("2018-06", [5_000] * 12 + [8_000] * 6 + [12_000] * 6))
"""June 2018 to May 2020; the last return is known on 10 June."""

SIX_MONTHS = months("2019-12", [20_000] * 6)


def burdened(firm: str, tax: int) -> str:
    """Six months of 20,000 each, with the same tax."""
    return months("2019-12", [20_000] * 6, str(tax), firm)


PEERS = returns(
    "\n".join(
        burdened(firm, tax)
        for firm, tax in [
            ("F", 600),
            ("G", 200),
            ("H", 400),
            ("INDUSTRY", 5_000),
            ("SMALL", 5_000),
            ("REVOKED", 5_000),
        ]
    ),
    "period sales tax firm",
)
KINDS = """
    firm      filing_freq_vat  taxpayer_kind  valid_from
    F         month            general        2010-01-01
    G         month            general        2010-01-01
    H         month            general        2010-01-01
    INDUSTRY  month            general        2010-01-01
    SMALL     month            small          2010-01-01
    REVOKED   month            general        2010-01-01
"""

SPEC = [
    Example(
        Text(
            "按月申报两年的销售增长",
            "growth of sales over two years of monthly returns",
        ),
        as_of="2020-06-10",
        tables=TWO_YEARS,
        expected={
            "tax.sales_12m": 6 * 8_000 + 6 * 12_000,
            "tax.sales_g12": 120_000 / 60_000,
            "tax.sales_yoy_6m": 72_000 / 30_000,
            # March to May have no day of the festival, in 2019 as in 2020.
            "tax.sales_yoy_3m": 36_000 / 15_000,
            "tax.sales_vs_peak": 1,
            # Each month is 2,000 from the mean of 10,000.
            "tax.sales_cv_12m": sqrt(12 / 11) * 2_000 / 10_000,
            # January 2020 has 10 days of the festival spell, February 5. The places of
            # the first six months are 18 below the middle, those of the last three 13.5
            # above it; 143 is the sum of squares.
            "tax.sales_trend_12m": (
                -18 * log(8_001)
                + 0.5 * log(12_001)
                + 1.5 * log(1 + 12_000 * 31 / 21)
                + 2.5 * log(1 + 12_000 * 29 / 24)
                + 13.5 * log(12_001)
            )
            / 143,
            "tax.sales_zero_12m": 0,
            "tax.sales_zero_streak": 0,
        },
    ),
    Example(
        Text(
            "申报可见之前一日，2020年5月不是已知月份",
            "a day before its return is seen May 2020 is no known month",
        ),
        as_of="2020-06-09",
        tables=TWO_YEARS,
        expected={
            "tax.sales_12m": 5_000 + 6 * 8_000 + 5 * 12_000,
            "tax.sales_yoy_3m": (2 * 12_000 + 12_000 * 29 / 24)
            / (2 * 5_000 + 5_000 * 28 / 13),
        },
    ),
    Example(
        Text(
            "月末后26日之内，没有申报的月份不可知",
            "until 26 days after its end a month without a return is not known",
        ),
        as_of="2020-06-25",
        tables=returns(months("2019-05", [1_000] * 10 + [0, 0])),
        expected={
            "tax.sales_12m": 10_000,
            "tax.sales_zero_12m": 2,
            "tax.sales_zero_streak": 2,
        },
    ),
    Example(
        Text(
            "此后可知没有申报，这不等于没有销售",
            "from then on it is known to have no return, which is not to have no sales",
        ),
        as_of="2020-06-26",
        tables=returns(months("2019-05", [1_000] * 10 + [0, 0])),
        expected={
            "tax.sales_12m": 9_000,
            "tax.sales_zero_12m": 2,
            "tax.sales_zero_streak": 0,
        },
    ),
    Example(
        Text(
            "未申报的记录使该月成为已知，但不说明销售",
            "a return that was not filed makes its month known, and tells no sales",
        ),
        as_of="2020-06-20",
        tables=returns(
            f"""
            {months("2019-05", [1_000] * 12, "2020-05-10")}
            2020-05  0  -
            """,
            "period sales filed",
        ),
        expected={
            "tax.sales_12m": 11_000,
            "tax.sales_zero_12m": 0,
            "tax.sales_zero_streak": 0,
        },
    ),
    Example(
        Text(
            "未申报的记录中断连续零销售的月份",
            "an unfiled return ends a row of months without sales",
        ),
        as_of="2020-06-20",
        tables=returns(
            """
            2019-12    0  2020-01-10
            2020-01    0  2020-02-10
            2020-02    0  -
            2020-03    0  2020-04-10
            2020-04    0  2020-05-10
            2020-05    0  2020-06-10
            """,
            "period sales filed",
        ),
        expected={
            "tax.sales_12m": None,
            "tax.sales_zero_12m": 5,
            "tax.sales_zero_streak": 3,
        },
    ),
    Example(
        Text(
            "销售包括应税、免税与出口；六个已申报月份即足够",
            "sales are taxable, exempt and exported ones; six filed months are enough",
        ),
        as_of="2020-06-10",
        tables=returns(
            """
            2019-12  20000     0      0
            2020-01      0  5000      0
            2020-02      0     0  15000
            2020-03  20000  5000  15000
            2020-04      0     0      0
            2020-05  20000  5000  15000
            """,
            "period sales exempt export",
        ),
        expected={
            "tax.sales_12m": 20_000 + 5_000 + 15_000 + 40_000 + 40_000,
            "tax.sales_g12": None,
            "tax.sales_yoy_6m": None,
            "tax.sales_yoy_3m": None,
            "tax.sales_vs_peak": None,
            "tax.sales_cv_12m": None,
            "tax.sales_trend_12m": None,
            "tax.sales_zero_12m": 1,
            "tax.sales_zero_streak": 0,
        },
    ),
    Example(
        Text(
            "五个已申报月份不足以得知一年销售",
            "five filed months are too few for a year's sales",
        ),
        as_of="2020-06-10",
        tables=returns(months("2020-01", [90_000] * 5)),
        expected={
            "tax.sales_12m": None,
            "tax.burden_12m": None,
            "tax.burden_gap": None,
        },
    ),
    Example(
        Text(
            "九个已申报月份可看出销售形态；其余三个不计",
            "nine filed months tell the shape of sales; the three others are left out",
        ),
        as_of="2020-06-10",
        tables=returns(
            f"{months('2019-06', [1_000] * 4)}\n"
            f"{months('2019-12', [0])}\n{months('2020-02', [2_000] * 4)}"
        ),
        expected={
            # A mean of 12,000 / 9; squares of 4 + 16 million.
            "tax.sales_cv_12m": sqrt((20_000_000 - 12_000**2 / 9) / 8) / (12_000 / 9),
            # Places 0 to 3, 6, and 8 to 11, whose mean is 50 / 9; their squares are 416.
            "tax.sales_trend_12m": (
                (6 - 4 * 50 / 9) * log(1_001)
                + (8 - 50 / 9) * log(1 + 2_000 * 29 / 24)
                + (30 - 3 * 50 / 9) * log(2_001)
            )
            / (416 - 50**2 / 9),
        },
    ),
    Example(
        Text("基数刚好够大时的增长", "growth over bases that are just large enough"),
        as_of="2020-06-10",
        tables=returns(
            f"""
            2018-06  25000
            2018-12  15000
            2019-03      0
            2019-04      0
            2019-05  10000
            {months("2019-06", [6_000] * 12)}
            """
        ),
        expected={
            "tax.sales_g12": 72_000 / 50_000,
            "tax.sales_yoy_6m": 36_000 / 25_000,
            "tax.sales_yoy_3m": 18_000 / 10_000,
        },
    ),
    Example(
        Text(
            "基数差一分太小时不报告增长率",
            "growth over bases that are a cent too small is not told",
        ),
        as_of="2020-06-10",
        tables=returns(
            f"""
            2018-06  25000
            2018-12  15000
            2019-03      0
            2019-04      0
            2019-05   9999.99
            {months("2019-06", [6_000] * 12)}
            """
        ),
        expected={
            "tax.sales_g12": None,
            "tax.sales_yoy_6m": None,
            "tax.sales_yoy_3m": None,
        },
    ),
    Example(
        Text(
            "三个月的比较剔除春节影响",
            "three months are compared as if no festival fell in them",
        ),
        as_of="2021-03-10",
        tables=returns(
            """
            2019-12   4000
            2020-01  21000
            2020-02  24000
            2020-12  10000
            2021-01  10000
            2021-02  13000
            """
        ),
        expected={
            # 15 of February 2021's 28 days are in the spell, none of January's; in 2020
            # it was 10 of January's 31 and 5 of February's 29.
            "tax.sales_yoy_3m": (10_000 + 10_000 + 28_000) / (4_000 + 31_000 + 29_000),
        },
    ),
    Example(
        Text(
            "有一个月没有申报，就不能比较三个月",
            "one month without a return forbids to compare three",
        ),
        as_of="2021-03-10",
        tables=returns(
            """
            2019-12  40000
            2020-02  24000
            2020-12  10000
            2021-01  10000
            2021-02  13000
            """
        ),
        expected={"tax.sales_yoy_3m": None},
    ),
    Example(
        Text("季度申报摊到其各月", "a quarter's return is spread over its months"),
        as_of="2020-07-10",
        tables=returns(
            """
            2019Q3  30000  300
            2019Q4  60000  600
            2020Q1      0    0
            2020Q2  90000  900
            """,
            "period sales tax",
        )
        | {"tax_payer": QUARTERLY},
        expected={
            "tax.sales_12m": 180_000,
            "tax.burden_12m": 0.01,
            # Four quarters, 15,000 and 45,000 from their mean, twice each.
            "tax.sales_cv_12m": sqrt(1_500) / 45,
            "tax.sales_vs_peak": 1,
            "tax.sales_zero_12m": 3,
            "tax.sales_zero_streak": 0,
        },
    ),
    Example(
        Text(
            "按季申报者，已知月份按季推进",
            "known months move by quarters for who files by the quarter",
        ),
        as_of="2020-07-09",
        tables=returns(
            """
            2019Q3  30000  300
            2019Q4  60000  600
            2020Q1      0    0
            2020Q2  90000  900
            """,
            "period sales tax",
        )
        | {"tax_payer": QUARTERLY},
        expected={
            "tax.sales_12m": 90_000,
            "tax.burden_12m": None,
            "tax.sales_cv_12m": 1,
            "tax.sales_vs_peak": None,
            "tax.sales_zero_12m": 3,
            "tax.sales_zero_streak": 3,
        },
    ),
    Example(
        Text("两个季度不足以看出形态", "two quarters are too few for a shape"),
        as_of="2020-07-10",
        tables=returns(
            """
            2019Q4  60000
            2020Q2  90000
            """
        )
        | {"tax_payer": QUARTERLY},
        expected={
            "tax.sales_12m": 150_000,
            "tax.sales_cv_12m": None,
            "tax.sales_trend_12m": None,
        },
    ),
    Example(
        Text(
            "最好的一季可跨两个季度；没有申报的月份不加任何数",
            "the best quarter may lie across two, and a month without a return adds nothing",
        ),
        as_of="2020-06-10",
        tables=returns(
            f"""
            2018-09  30000
            2018-10  50000
            {months("2019-07", [10_000] * 8)}
            2020-03   8000
            2020-05  12000
            """
        ),
        expected={"tax.sales_vs_peak": 20_000 / 80_000},
    ),
    Example(
        Text(
            "零销售月份最多计24个，且没有形态",
            "months without sales are counted no further than 24, and have no shape",
        ),
        as_of="2020-06-10",
        tables=returns(months("2018-04", [0] * 26)),
        expected={
            "tax.sales_12m": 0,
            "tax.sales_vs_peak": None,
            "tax.sales_cv_12m": None,
            "tax.sales_trend_12m": 0,
            "tax.sales_zero_12m": 12,
            "tax.sales_zero_streak": 24,
        },
    ),
    Example(
        Text(
            "更正后的申报以当日的版本为准",
            "an amended return is read as it stands on the day",
        ),
        as_of="2020-06-10",
        tables=returns(
            f"""
            {months("2019-12", [20_000] * 5, "2020-05-10T12:00", "-")}
            2020-05  10000  2020-06-10T09:00  2020-06-11T00:00
            2020-05  70000  2020-06-11T00:00  -
            """,
            "period sales known until",
        ),
        expected={"tax.sales_12m": 110_000},
    ),
    Example(
        Text(
            "流转税与所得税自窗口首日次日起计入",
            "taxes on trade and profit are counted from the day after the window began",
        ),
        as_of="2019-03-31",
        tables={
            "tax_payment": """
                payment_id  tax_kind     paid_at     amount
                1           vat          2018-03-31    9000
                2           vat          2018-04-01     100
                3           cit          2018-12-31     200
                4           consumption  2018-12-31      10
                5           urban        2018-12-31       5
                6           surcharge    2018-12-31       3
                7           iit          2018-12-31    1000
                8           stamp        2018-12-31    1000
                9           late_fee     2018-12-31    1000
            """
        },
        expected={"tax.taxpaid_12m": 318, "tax.taxpaid_last3m": 0},
    ),
    Example(
        Text(
            "三个月内缴过任何税即算缴税", "any tax paid in three months counts as paid"
        ),
        as_of="2019-03-31",
        tables={
            "tax_payment": """
                payment_id  tax_kind  paid_at     amount
                1           vat       2019-02-01       0
                2           iit       2019-01-01       1
            """
        },
        expected={"tax.taxpaid_12m": 0, "tax.taxpaid_last3m": 1},
    ),
    Example(
        Text(
            "税负与同类纳税人、同行业存续企业的中位数相对照",
            "the burden stands beside the median of active firms of its kind and industry",
        ),
        as_of="2020-06-10",
        tables=PEERS
        | {
            "tax_payer": KINDS,
            "reg_firm": """
                firm      reg_status  industry_code  approve_date
                F         active      I6510          2010-01-01
                G         active      I6520          2010-01-01
                H         active      I6531          2010-01-01
                INDUSTRY  active      C6510          2010-01-01
                SMALL     active      I6510          2010-01-01
                REVOKED   revoked     I6510          2010-01-01
            """,
        },
        expected={"tax.burden_12m": 0.03, "tax.burden_gap": 0.03 - 0.02},
        alone=True,
    ),
    Example(
        Text(
            "非存续企业与存续企业比较",
            "a firm that is not active is compared with those that are",
        ),
        as_of="2020-06-10",
        tables=PEERS
        | {
            "tax_payer": KINDS,
            "reg_firm": """
                firm      reg_status  industry_code  approve_date
                F         revoked     I6510          2010-01-01
                G         active      I6520          2010-01-01
                H         active      I6531          2010-01-01
            """,
        },
        expected={"tax.burden_gap": 0.03 - 0.015},
        alone=True,
    ),
    Example(
        Text("行业未知时没有中位数", "of an unknown industry nothing is the median"),
        as_of="2020-06-10",
        tables=PEERS
        | {
            "tax_payer": KINDS,
            "reg_firm": """
                firm  reg_status  approve_date
                F     active      2010-01-01
            """,
        },
        expected={"tax.burden_12m": 0.03, "tax.burden_gap": None},
        alone=True,
    ),
    Example(
        Text(
            "最近申报的留抵税额，与一年销售额相比",
            "the credit of the latest return, over a year's sales",
        ),
        as_of="2020-06-10",
        tables=returns(
            months("2019-12", [20_000] * 5, "99999") + "\n2020-05 20000 30000",
            "period sales credit",
        )
        | {"tax_payer": MONTHLY},
        expected={"tax.credit_carried": 30_000 / 120_000},
    ),
    Example(
        Text(
            "销售额很小按10万元计；不知道是否小规模的也有留抵",
            "small sales count as 100,000; who is not known to be small has a credit",
        ),
        as_of="2020-06-10",
        tables=returns(months("2019-12", [10_000] * 6, "30000"), "period sales credit"),
        expected={"tax.credit_carried": 0.3},
    ),
    Example(
        Text("小规模纳税人没有留抵", "a small-scale taxpayer carries no credit"),
        as_of="2020-06-10",
        tables=returns(months("2019-12", [10_000] * 6, "30000"), "period sales credit")
        | {
            "tax_payer": """
                filing_freq_vat  taxpayer_kind  valid_from
                month            small          2010-01-01
            """
        },
        expected={"tax.credit_carried": None},
    ),
    Example(
        Text(
            "最近一期未申报时不报告留抵",
            "a latest return that is not filed tells no credit",
        ),
        as_of="2020-06-20",
        tables=returns(
            f"""
            {months("2019-11", [20_000] * 6, "30000", "2020-05-10")}
            2020-05  0  0  -
            """,
            "period sales credit filed",
        )
        | {"tax_payer": MONTHLY},
        expected={"tax.sales_12m": 120_000, "tax.credit_carried": None},
    ),
]
