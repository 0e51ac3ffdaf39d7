"""Statements, payrolls and rebates by example. Values were worked out by hand."""

from __future__ import annotations

from math import log

from kexin.dictionary.example import Example
from kexin.dictionary.examples.tax_returns import months, returns
from kexin.language import Text

SIX_MONTHS = returns(months("2019-12", [20_000] * 6))

STATEMENTS = """
    period_end  total_assets  total_liabilities  cash    current_liabilities  current_assets  receivables  inventory  cost_ytd  other_payables  short_loans  net_profit_ytd  fin_expense_ytd  owner_equity  known
    2019-12-31  1             9                  9       9                    9               9            9          9         9               9            9               9                -9            2020-02-01
    2020-03-31  1000000       600000             50000   400000               500000          60000        30000      90000     100000          240000       9000            3000             400000        2020-04-20
    2020-05-31  1             9                  9       9                    9               9            9          9         9               9            9               9                -9            2020-07-01
"""
"""The statement of March is the latest that is known in June 2020."""

FS = (
    "tax.fs_leverage",
    "tax.fs_cash_ratio",
    "tax.fs_current",
    "tax.fs_recv_days",
    "tax.fs_inv_days",
    "tax.fs_other_pay",
    "tax.fs_loans_sales",
    "tax.fs_int_cover",
    "tax.fs_neg_equity",
)


def statement(period_end: str, **amounts: str) -> dict[str, str]:
    """One statement of a firm without stock, debts or sales but for what is told."""
    usual = dict.fromkeys(
        [
            "total_liabilities",
            "cash",
            "current_liabilities",
            "current_assets",
            "receivables",
            "inventory",
            "cost_ytd",
            "other_payables",
            "short_loans",
            "net_profit_ytd",
        ],
        "0",
    )
    usual |= {"total_assets": "100", "fin_expense_ytd": "2000", "owner_equity": "0"}
    row = {"period_end": period_end} | usual | amounts
    return {"tax_fin_stmt": f"{' '.join(row)}\n{' '.join(row.values())}"}


def payrolls(text: str) -> str:
    """Withheld tax of months: persons and income; known on the 10th of the next."""
    lines = [line.split() for line in text.strip().splitlines()]
    rows = [
        f"{month}-01 {persons} {income} {known}"
        for month, persons, income, known in lines
    ]
    return "\n".join(["period_month persons income_total known", *rows])


SPEC = [
    Example(
        Text("最近得知的财务报表", "the latest statement that is known"),
        as_of="2020-06-30",
        tables=SIX_MONTHS | {"tax_fin_stmt": STATEMENTS},
        expected={
            "tax.fs_leverage": 0.6,
            "tax.fs_cash_ratio": 0.125,
            "tax.fs_current": 1.25,
            "tax.fs_recv_days": 365 * 60_000 / 120_000,
            # Cost of three months; an unknown industry is no service.
            "tax.fs_inv_days": 365 * 30_000 / 360_000,
            "tax.fs_other_pay": 0.1,
            "tax.fs_loans_sales": 2,
            "tax.fs_int_cover": 4,
            "tax.fs_neg_equity": 0,
        },
    ),
    Example(
        Text("满九个月的报表已过时", "a statement nine months old is out of date"),
        as_of="2020-06-30",
        tables=SIX_MONTHS | statement("2019-09-30"),
        expected=dict.fromkeys(FS),
    ),
    Example(
        Text(
            "差一日满九个月则未过时；为零的项目不需要销售额",
            "a day less than nine months old it is not; what is 0 needs no sales",
        ),
        as_of="2020-06-29",
        tables=statement("2019-09-30"),
        expected={
            "tax.fs_leverage": 0,
            "tax.fs_cash_ratio": 0,
            "tax.fs_current": 0,
            "tax.fs_recv_days": 0,
            "tax.fs_inv_days": 0,
            "tax.fs_other_pay": 0,
            "tax.fs_loans_sales": 0,
            "tax.fs_int_cover": 1,
            "tax.fs_neg_equity": 0,
        },
    ),
    Example(
        Text("没有资产的报表不作说明", "without assets a statement tells nothing"),
        as_of="2020-06-30",
        tables=SIX_MONTHS | statement("2020-03-31", total_assets="0"),
        expected=dict.fromkeys(FS),
    ),
    Example(
        Text(
            "应收账款与借款需要已知的销售额", "receivables and loans need known sales"
        ),
        as_of="2020-06-30",
        tables=statement("2020-03-31", receivables="50", short_loans="50"),
        expected={"tax.fs_recv_days": None, "tax.fs_loans_sales": None},
    ),
    Example(
        Text(
            "未披露的未知，其余已知", "what is not told is unknown, the rest is known"
        ),
        as_of="2020-06-30",
        tables=SIX_MONTHS
        | statement(
            "2020-03-31",
            current_liabilities="-",
            other_payables="-",
            net_profit_ytd="-",
            owner_equity="-",
        ),
        expected={
            "tax.fs_cash_ratio": None,
            "tax.fs_current": None,
            "tax.fs_other_pay": None,
            "tax.fs_int_cover": None,
            "tax.fs_neg_equity": None,
            "tax.fs_leverage": 0,
        },
    ),
    Example(
        Text(
            "极端值封顶，过小的分母取下限",
            "extremes are cut off, and small denominators are floors",
        ),
        as_of="2020-06-30",
        tables=SIX_MONTHS
        | statement(
            "2020-03-31",
            total_liabilities="400",
            cash="6",
            current_assets="11",
            receivables="400000",
            inventory="500000",
            cost_ytd="20000",
            other_payables="300",
            short_loans="700000",
            net_profit_ytd="-20000",
            fin_expense_ytd="500",
            owner_equity="-0.01",
        ),
        expected={
            "tax.fs_leverage": 3,
            "tax.fs_cash_ratio": 5,
            "tax.fs_current": 10,
            "tax.fs_recv_days": 1_000,
            # 80,000 a year count as 100,000: 1,825 days.
            "tax.fs_inv_days": 1_500,
            "tax.fs_other_pay": 2,
            "tax.fs_loans_sales": 5,
            # -19,500 over 1,000.
            "tax.fs_int_cover": -10,
            "tax.fs_neg_equity": 1,
        },
    ),
    Example(
        Text(
            "利息保障充分时封顶五十倍",
            "interest that is well covered is cut off at fifty times",
        ),
        as_of="2020-06-30",
        tables=statement("2020-03-31", net_profit_ytd="99000", fin_expense_ytd="1000"),
        expected={"tax.fs_int_cover": 50},
    ),
    Example(
        Text(
            "服务业没有存货；没有利息就没有保障倍数",
            "services hold no stock; without interest there is no cover",
        ),
        as_of="2020-06-30",
        tables=statement("2020-03-31", inventory="500", fin_expense_ytd="0")
        | {
            "reg_firm": """
                reg_status  industry_code  approve_date
                active      I6510          2010-01-01
            """
        },
        expected={"tax.fs_inv_days": None, "tax.fs_int_cover": None},
    ),
    Example(
        Text("贸易企业持有存货", "a trading firm holds stock"),
        as_of="2020-06-30",
        tables=statement("2019-12-31", inventory="50000", cost_ytd="250000")
        | {
            "reg_firm": """
                reg_status  industry_code  approve_date
                active      F5100          2010-01-01
            """
        },
        expected={"tax.fs_inv_days": 365 * 50_000 / 250_000},
    ),
    Example(
        Text(
            "最近已知月份的个税申报人数，与同月参保人数",
            "persons on the payroll of the last known month, and insured in the same",
        ),
        as_of="2020-06-10",
        tables={
            "tax_iit_withholding": payrolls("""
                2019-10  99       -  2019-11-10
                2019-11  10       -  2019-12-10
                2020-04  99       -  2020-05-10
                2020-05   8       -  2020-06-10
            """),
            "si_month": """
                month       si_kind  insured_count  known
                2020-04-01  pension             99  2020-05-08
                2020-05-01  medical             77  2020-06-08
                2020-05-01  pension              5  2020-06-08
                2020-06-01  pension             99  2020-06-09
            """,
        },
        expected={
            "tax.iit_head_g6": 0.8,
            "tax.iit_si_gap": log(9 / 6),
            "tax.wage_pp_yoy": None,
        },
    ),
    Example(
        Text(
            "月末后26日仍无工资记录的月份没有人数",
            "a month whose payroll is not there 26 days later has no persons",
        ),
        as_of="2020-06-26",
        tables={
            "tax_iit_withholding": payrolls("""
                2019-10  10       -  2019-11-10
                2019-11  10       -  2019-12-10
                2020-04   8       -  2020-05-10
            """),
            "si_month": """
                month       si_kind  insured_count  known
                2020-04-01  pension             5   2020-05-08
                2020-05-01  pension             5   2020-06-08
            """,
        },
        expected={"tax.iit_head_g6": None, "tax.iit_si_gap": None},
    ),
    Example(
        Text(
            "早一日，4月是最近已知月份", "a day earlier April is the last known month"
        ),
        as_of="2020-06-25",
        tables={
            "tax_iit_withholding": payrolls("""
                2019-10  10       -  2019-11-10
                2019-11  10       -  2019-12-10
                2020-04   8       -  2020-05-10
            """),
            "si_month": """
                month       si_kind  insured_count  known
                2020-04-01  pension             8   2020-05-08
                2020-05-01  pension             5   2020-06-08
            """,
        },
        expected={"tax.iit_head_g6": 0.8, "tax.iit_si_gap": 0},
    ),
    Example(
        Text(
            "两人不足以比较；没有养老保险就没有差距",
            "two persons are too few to compare with; without pensions there is no gap",
        ),
        as_of="2020-06-10",
        tables={
            "tax_iit_withholding": payrolls("""
                2019-11   2       -  2019-12-10
                2020-05   8       -  2020-06-10
            """)
        },
        expected={"tax.iit_head_g6": None, "tax.iit_si_gap": None},
    ),
    Example(
        Text(
            "三个月人均薪酬与上年同期相比",
            "pay per head of three months against the same a year before",
        ),
        as_of="2020-06-10",
        tables={
            "tax_iit_withholding": payrolls("""
                2019-02  9    90000  2019-03-10
                2019-03  2    20000  2019-04-10
                2019-04  3    30000  2019-05-10
                2019-05  4    22000  2019-06-10
                2020-03  2    18000  2020-04-10
                2020-04  9        -  2020-05-10
                2020-05  2    14000  2020-06-10
            """)
        },
        expected={
            # A month whose wages are unknown is left out on both sides.
            "tax.wage_pp_yoy": (32_000 / 4) / (72_000 / 9),
        },
    ),
    Example(
        Text("不足三人的薪酬不作基数", "pay of fewer than three persons is no base"),
        as_of="2020-06-10",
        tables={
            "tax_iit_withholding": payrolls("""
                2019-03  2    20000  2019-04-10
                2019-04  3    30000  2019-05-10
                2019-05  3    30000  2019-06-10
                2020-05  2    14000  2020-06-10
            """)
        },
        expected={"tax.wage_pp_yoy": None},
    ),
    Example(
        Text(
            "退税等待自申请日计至批准日，以作出决定为止",
            "rebates wait from claim to approval, and are cut where they are decided",
        ),
        as_of="2020-06-10",
        tables={
            "tax_export_rebate": """
                claim_no  claim_date  claim_amount  approved_date  approved_amount
                1         2019-06-01         90000     2019-06-10            45000
                2         2019-06-02         90000     2019-06-11            45000
                3         2019-06-11           100     2019-06-14               90
                4         2020-03-01           100     2020-05-01              100
                5         2020-04-01           100     -                         -
                6         2020-06-01           100     2020-06-11                -
            """
        },
        expected={
            # 9, 3 and 61 days; the first was approved before the window began.
            "tax.rebate_wait": 9,
            # Claims 3 and 4: the second was made before, the last are not decided.
            "tax.rebate_cut": 1 - 190 / 200,
        },
    ),
    Example(
        Text(
            "无人作出决定的申请不作说明", "a claim that nobody has decided says nothing"
        ),
        as_of="2020-06-10",
        tables={
            "tax_export_rebate": """
                claim_no  claim_date  claim_amount
                1         2020-04-01           100
            """
        },
        expected={"tax.rebate_wait": None, "tax.rebate_cut": None},
    ),
]
