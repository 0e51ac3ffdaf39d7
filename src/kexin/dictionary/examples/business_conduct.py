"""Listings, penalties, pledges, reports and notices, by example; worked out by hand."""

from __future__ import annotations

from math import log

from kexin.dictionary.example import Example
from kexin.language import Text


def sold(amount: int) -> str:
    """VAT sales of the twelve months up to May 2020, in one return for all of them."""
    return f"""
        period_start  period_end  filed_at    sales_taxable
        2019-06-01    2020-05-31  2020-06-10  {amount}
    """


SPEC = [
    Example(
        Text(
            "当日移出的名录已经结束，按列入日计数",
            "a listing removed on the day is over, and is counted by its first day",
        ),
        as_of="2020-06-30",
        tables={
            "reg_abnormal_list": """
                list_date   list_reason       remove_date  known
                2015-07-01  unreachable       2016-01-01   2015-07-02
                2017-06-30  no_annual_report  2017-08-01   2017-07-01
                2017-07-01  false_info        2020-06-30   2017-07-02
                2020-06-30  unreachable       -            2020-07-01
            """
        },
        expected={
            "reg.abn_now": 0,
            "reg.abn_cnt_36m": 1,
            "reg.abn_unreach_60m": 1,
        },
    ),
    Example(
        Text(
            "很久以前列入且从未移出的仍然有效，但在各窗口之外",
            "a listing of long ago that was never removed stands, outside of all windows",
        ),
        as_of="2020-06-30",
        tables={
            "reg_abnormal_list": """
                list_date   list_reason  remove_date
                2015-06-30  unreachable  -
            """
        },
        expected={
            "reg.abn_now": 1,
            "reg.abn_cnt_36m": 0,
            "reg.abn_unreach_60m": 0,
        },
    ),
    Example(
        Text(
            "明日才移出的，今日仍然有效",
            "a listing to be removed tomorrow stands today",
        ),
        as_of="2020-06-30",
        tables={
            "reg_abnormal_list": """
                list_date   list_reason  remove_date
                2020-06-30  other        2020-07-01
            """
        },
        expected={
            "reg.abn_now": 1,
            "reg.abn_cnt_36m": 1,
            "reg.abn_unreach_60m": 0,
        },
    ),
    Example(
        Text(
            "当日之前已修复的处罚不进入任何信号；轻微处罚不计",
            "a penalty repaired by the day leaves all signals; a minor one is not counted",
        ),
        as_of="2020-06-30",
        tables={
            "reg_penalty": """
                decision_date  severity  fine_amount  confiscated_amount  repaired_at
                2018-06-30     serious         1000   -                   -
                2018-07-01     general          200   50                  -
                2019-01-01     minor             30   -                   -
                2019-02-01     serious         5000   -                   2020-06-30
                2019-03-01     general            -   -                   2020-07-01
            """,
            "tax_vat_return": sold(240_000),
        },
        expected={
            "reg.penalty_cnt_24m": 2,
            "reg.penalty_fine_24m": (200 + 50 + 30) / 240_000,
            "reg.penalty_worst_36m": 3,
        },
    ),
    Example(
        Text(
            "罚款至少以10万元为分母；最严重的一次已过时限",
            "fines are measured against CNY 100,000 at least; the gravest is too old",
        ),
        as_of="2020-07-01",
        tables={
            "reg_penalty": """
                decision_date  severity  fine_amount
                2017-07-01     serious         1000
                2020-07-01     minor             30
            """,
            "tax_vat_return": sold(60_000),
        },
        expected={
            "reg.penalty_cnt_24m": 0,
            "reg.penalty_fine_24m": 30 / 100_000,
            "reg.penalty_worst_36m": 1,
        },
    ),
    Example(
        Text(
            "没有销售额，罚款与应收账款都无法衡量；没有罚款就是零",
            "without sales a fine cannot be measured, nor receivables; no fine is none",
        ),
        as_of="2020-06-30",
        tables={
            "reg_penalty": """
                decision_date  severity  fine_amount
                2020-06-01     general         1000
            """,
            "reg_chattel_mortgage": """
                reg_date    secured_kind  secured_amount
                2020-06-01  factoring               1000
            """,
        },
        expected={"reg.penalty_fine_24m": None, "reg.chattel_recv_12m": None},
    ),
    Example(
        Text(
            "没有任何记录的企业：未受罚，未出质，未公告",
            "a firm without any record was not fined, pledged nothing and gave no notice",
        ),
        as_of="2020-06-30",
        tables={},
        expected={
            "reg.abn_now": 0,
            "reg.penalty_cnt_24m": 0,
            "reg.penalty_fine_24m": 0,
            "reg.penalty_worst_36m": 0,
            "reg.pledge_ratio": 0,
            "reg.chattel_new_12m": 0,
            "reg.chattel_recv_12m": 0,
            "reg.wind_notice": 0,
            "reg.ar_late_36m": None,
            "reg.ar_leverage": None,
            "reg.ar_emp_gap": None,
        },
    ),
    Example(
        Text(
            "出质状态有效且当日之前未注销的才计入",
            "a pledge counts while its status is valid and it was not cancelled by the day",
        ),
        as_of="2020-06-30",
        tables={
            "reg_firm": """
                approve_date  reg_capital
                2015-01-01           1000
            """,
            "reg_equity_pledge": """
                pledge_date  pledge_status  cancel_date  pledged_amount  known
                2020-06-30   valid          -                       300  2020-06-30
                2019-01-01   valid          2020-07-01              200  2019-01-02
                2019-01-01   valid          2020-06-30              400  2019-01-02
                2019-01-01   cancelled      -                       800  2019-01-02
                2019-01-01   revoked        -                      1600  2019-01-02
                2019-01-01   valid          -                         -  2019-01-02
                2020-07-01   valid          -                      3200  2020-06-29
            """,
        },
        expected={"reg.pledge_ratio": 0.5},
    ),
    Example(
        Text("出质不会超过全部股权", "more cannot be pledged than all"),
        as_of="2020-06-30",
        tables={
            "reg_firm": """
                approve_date  reg_capital
                2015-01-01           1000
            """,
            "reg_equity_pledge": """
                pledge_date  pledge_status  pledged_amount
                2020-06-30   valid                    2000
            """,
        },
        expected={"reg.pledge_ratio": 1},
    ),
    Example(
        Text("资本未知时，出质没有比例", "a pledge of unknown capital has no share"),
        as_of="2020-06-30",
        tables={
            "reg_equity_pledge": """
                pledge_date  pledge_status  pledged_amount
                2020-06-30   valid                    2000
            """
        },
        expected={"reg.pledge_ratio": None},
    ),
    Example(
        Text(
            "抵押不分种类计数，金额只计应收账款",
            "liens are counted of any kind, amounts of receivables alone",
        ),
        as_of="2020-06-30",
        tables={
            "reg_chattel_mortgage": """
                reg_date    secured_kind         secured_amount  cancel_date
                2019-06-30  factoring                      7000  -
                2019-07-01  factoring                      1000  2019-08-01
                2019-12-01  equipment                      5000  -
                2020-01-01  receivable_pledge                 -  -
                2020-06-30  receivable_transfer            2000  -
            """,
            "tax_vat_return": sold(240_000),
        },
        expected={
            "reg.chattel_new_12m": 4,
            "reg.chattel_recv_12m": 3000 / 240_000,
        },
    ),
    Example(
        Text(
            "6月30日时上年年报尚未到期，更早年度也无须报送",
            "on 30 June the report of last year is not due yet, and none of years before",
        ),
        as_of="2020-06-30",
        tables={
            "reg_firm": """
                approve_date  establish_date
                2017-03-01    2017-03-01
            """,
            "reg_annual_report": """
                report_year  submit_date  is_late
                2017         2018-07-01   yes
            """,
        },
        # 2018 is missing, 2017 late, 2016 before the firm, 2019 due from tomorrow.
        expected={"reg.ar_late_36m": 2},
    ),
    Example(
        Text(
            "次日即已到期；是否逾期以可见版本为准",
            "a day later it is due; the visible version tells whether a report was late",
        ),
        as_of="2020-07-01",
        tables={
            "reg_firm": """
                approve_date  establish_date
                2010-03-01    2010-03-01
            """,
            "reg_annual_report": """
                report_year  submit_date  is_late  known       until
                2016         2019-07-01   yes      2019-07-02  -
                2017         2018-07-01   yes      2018-07-02  2020-01-01
                2017         2018-06-30   no       2020-01-01  -
                2018         2019-06-30   no       2019-07-02  -
                2019         2020-06-30   no       2020-07-02  -
            """,
        },
        expected={"reg.ar_late_36m": 1},
    ),
    Example(
        Text(
            "成立17个月的企业尚无报送习惯可言", "a firm of 17 months has no habit yet"
        ),
        as_of="2020-06-30",
        tables={
            "reg_firm": """
                approve_date  establish_date
                2019-01-01    2019-01-01
            """
        },
        expected={"reg.ar_late_36m": None},
    ),
    Example(
        Text(
            "成立18个月的企业应报送自首个年度起的年报",
            "a firm of 18 months owes the reports since its first year",
        ),
        as_of="2020-07-01",
        tables={
            "reg_firm": """
                approve_date  establish_date
                2019-01-01    2019-01-01
            """
        },
        expected={"reg.ar_late_36m": 1},
    ),
    Example(
        Text(
            "最后一份年报是最后报送的那份，即使年度更早",
            "the last report is the one filed last, though of an older year",
        ),
        as_of="2020-06-30",
        tables={
            "reg_annual_report": """
                report_year  submit_date  total_assets  total_liabilities
                2018         2019-05-01            100                 90
                2017         2020-05-01            200                 50
            """
        },
        expected={"reg.ar_leverage": 0.25},
    ),
    Example(
        Text(
            "恰在24个月前报送的年报已过时",
            "a report filed 24 months ago to the day is out of date",
        ),
        as_of="2020-06-30",
        tables={
            "reg_annual_report": """
                report_year  submit_date  total_assets  total_liabilities
                2017         2018-06-30            100                 90
            """
        },
        expected={"reg.ar_leverage": None},
    ),
    Example(
        Text(
            "晚一日报送的尚未过时；负债最多计为资产的三倍",
            "one filed a day later is not; liabilities count up to three times the assets",
        ),
        as_of="2020-06-30",
        tables={
            "reg_annual_report": """
                report_year  submit_date  total_assets  total_liabilities
                2017         2018-07-01            100                350
            """
        },
        expected={"reg.ar_leverage": 3},
    ),
    Example(
        Text(
            "最近年报未披露的，不取自更早的年报",
            "what the last report does not disclose is not taken from an older one",
        ),
        as_of="2020-06-30",
        tables={
            "reg_annual_report": """
                report_year  submit_date  total_assets  total_liabilities  employees
                2018         2019-05-01            100                 90         30
                2019         2020-05-01              -                 90          -
            """,
            "si_month": """
                month       si_kind  insured_count
                2018-12-01  pension              9
                2019-12-01  pension              9
            """,
        },
        expected={"reg.ar_leverage": None, "reg.ar_emp_gap": None},
    ),
    Example(
        Text("没有资产时，负债没有比率", "liabilities of no assets have no ratio"),
        as_of="2020-06-30",
        tables={
            "reg_annual_report": """
                report_year  submit_date  total_assets  total_liabilities
                2019         2020-05-01              0                 90
            """
        },
        expected={"reg.ar_leverage": None},
    ),
    Example(
        Text(
            "申报人数与该年12月参保养老保险的人数相比",
            "reported staff is set against those with a pension in the year's December",
        ),
        as_of="2020-06-30",
        tables={
            "reg_annual_report": """
                report_year  submit_date  employees
                2017         2018-05-01         500
                2018         2019-05-01          30
            """,
            "si_month": """
                month       si_kind  insured_count
                2017-12-01  pension            200
                2018-11-01  pension             50
                2018-12-01  pension              9
                2018-12-01  medical             99
                2019-12-01  pension             70
            """,
        },
        expected={"reg.ar_emp_gap": log(31 / 10)},
    ),
    Example(
        Text(
            "最近年报年度的12月没有参保记录时无法比较",
            "without the December of the last report's year nothing can be compared",
        ),
        as_of="2020-06-30",
        tables={
            "reg_annual_report": """
                report_year  submit_date  employees
                2018         2019-05-01          30
                2019         2020-05-01          30
            """,
            "si_month": """
                month       si_kind  insured_count  known
                2018-12-01  pension              9  2019-01-15
                2019-12-01  pension              9  2020-07-01
            """,
        },
        expected={"reg.ar_emp_gap": None},
    ),
    Example(
        Text(
            "一年前差一日的歇业备案计入；债权人公告不属所列种类",
            "dormancy a year ago less a day is a notice; creditors' notices are not named",
        ),
        as_of="2020-06-30",
        tables={
            "reg_status_event": """
                event_date  event_code
                2019-06-30  liquidation_notice
                2019-07-01  dormant
            """
        },
        expected={"reg.wind_notice": 1},
    ),
    Example(
        Text(
            "恰在一年前的公告已在窗口之外，其他种类的公告也不计",
            "a notice a year ago to the day is out, and so is a notice of another kind",
        ),
        as_of="2020-06-30",
        tables={
            "reg_status_event": """
                event_date  event_code
                2019-06-30  simple_dereg_notice
                2020-01-01  dereg_notice
            """
        },
        expected={"reg.wind_notice": 0},
    ),
]
