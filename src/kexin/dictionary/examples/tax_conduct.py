"""Conduct towards the tax office by example. Values were worked out by hand."""

from __future__ import annotations

from kexin.dictionary.example import Example
from kexin.dictionary.examples.tax_returns import months, returns
from kexin.language import Text

LATE = {
    "tax_vat_return": """
        period_start  period_end  due_date    filed_at    known             until
        2015-01-01    2015-01-31  2015-02-15  -           2015-02-20        -
        2017-05-01    2017-05-31  2017-06-30  2017-07-03  2017-07-03        -
        2017-06-01    2017-06-30  2017-07-01  2017-07-02  2017-07-02        -
        2018-05-01    2018-05-31  2018-06-30  2018-07-10  2018-07-10        -
        2018-06-01    2018-06-30  2018-07-01  2018-07-11  2018-07-11        -
        2018-07-01    2018-07-31  2018-08-15  2018-08-20  2018-08-20        -
        2018-10-01    2018-10-31  2018-12-30  2018-12-31  2018-12-31        -
        2018-11-01    2018-11-30  2018-12-31  2019-01-02  2019-01-02        -
        2019-03-01    2019-03-31  2019-04-15  2019-04-15  2019-04-20        -
        2019-04-01    2019-04-30  2019-06-29  -           2019-06-29T20:00  2019-07-01
        2019-04-01    2019-04-30  2019-06-29  2019-06-30  2019-07-01        -
        2019-05-01    2019-05-31  2019-06-30  -           2019-06-20        -
    """,
    "tax_cit_return": """
        fiscal_year  period_kind  period_end  due_date    filed_at    known
        2018         annual       2018-12-31  2019-05-31  2019-06-03  2019-06-03
        2019         q1           2019-03-31  2019-04-15  2019-04-15  2019-04-15
        2019         q2           2019-06-30  2019-06-29  -           2019-06-30
    """,
}
"""Due dates lie on the edges of the windows of 30 June 2019; the last is that day."""

AMENDED = returns(
    f"""
    2018-05   10000  2018-06-10  no   2018-06-10T12:00  2019-02-01T00:00
    2018-05   15000  2018-06-10  yes  2019-02-01T00:00  2019-03-01T00:00
    2018-05   18000  2018-06-10  yes  2019-03-01T00:00  -
    2018-06       0  -           no   2018-07-20T00:00  2018-08-01T00:00
    2018-06   20000  2018-08-01  no   2018-08-01T00:00  2019-05-05T00:00
    2018-06   19000  2018-08-01  yes  2019-05-05T00:00  -
    2018-07    1000  2018-08-10  no   2018-08-10T12:00  2018-12-30T23:00
    2018-07    5000  2018-08-10  yes  2018-12-30T23:00  -
    2018-08     500  2018-09-10  no   2018-09-10T12:00  2018-09-10T12:00
    2018-08    2000  2018-09-10  no   2018-09-10T12:00  2018-12-31T00:30
    2018-08    6000  2018-09-10  yes  2018-12-31T00:30  -
    2018-09    1000  2018-10-10  no   2018-10-10T12:00  2019-07-01T00:00
    2018-09   99000  2018-10-10  yes  2019-07-01T00:00  -
    2019-01     500  2019-02-10  no   2019-02-10T12:00  2019-03-01T00:00
    2019-01       0  2019-02-10  no   2019-03-01T00:00  -
    {months("2018-10", [56_333] * 3, "2019-02-10", "no", "2019-02-10T12:00", "-")}
    """,
    "period sales filed amended known until",
)
"""On 30 June 2019 the year's sales, from June 2018 on, are those of eight returns."""

RATED = """
    rating_year  seq  rating  rating_cause  effective_date  known
    2012         1    A       annual        2013-04-20      2013-04-20
    2013         1    A       annual        2014-04-20      2014-04-20
    2014         1    A       annual        2015-04-20      2015-04-20
    2015         1    B       annual        2016-04-20      2016-04-20
    2016         2    A       review        2017-09-20      2017-09-20
    2017         1    A       annual        2018-04-20      2018-04-20
    2018         1    B       annual        2019-04-20      2019-04-20
    2018         2    D       direct_d      2020-01-10      2020-01-10
    2019         1    C       annual        2020-04-20      2020-04-20
    2019         2    A       repair        2020-07-01      2020-06-29
"""

SIX_MONTHS = returns(months("2019-12", [25_000] * 6))

SPEC = [
    Example(
        Text(
            "逾期申报按到期日计数，两个税种都计",
            "late returns are counted by their due dates, of both taxes",
        ),
        as_of="2019-06-30",
        tables=LATE,
        expected={
            # Due on 31 December, 29 June (not filed), and the year's and the second
            # quarter's returns of profits.
            "tax.late_file_6m": 4,
            # And due on 30 December, 15 August and 1 July.
            "tax.late_file_12m": 4 + 3,
            # And on 30 June 2018 and 1 July 2017.
            "tax.late_file_24m": 4 + 3 + 2,
            # The return of July 2018; that of June lies before the window.
            "tax.late_days_12m": 5,
            # That of January 2015, and the one due on 29 June.
            "tax.nonfile_now": 2,
        },
    ),
    Example(
        Text(
            "一日之后，一份已报，又有一份逾期",
            "a day later one has filed, and one more is late",
        ),
        as_of="2019-07-01",
        tables=LATE,
        expected={
            # 31 December has left the window; 30 June has come in.
            "tax.late_file_6m": 4,
            "tax.nonfile_now": 2,
        },
    ),
    Example(
        Text(
            "未申报的，逾期计至观察日", "an unfiled return is late until the as-of day"
        ),
        as_of="2019-06-20",
        tables={
            "tax_vat_return": """
                period_start  period_end  due_date    filed_at    known
                2019-03-01    2019-03-31  2019-04-15  -           2019-04-20
                2019-04-01    2019-04-30  2019-05-15  2019-05-30  2019-05-30
            """
        },
        expected={
            "tax.late_days_12m": 15 + 31 + 20,
            "tax.late_file_12m": 2,
            "tax.nonfile_now": 1,
        },
    ),
    Example(
        Text(
            "提前申报或尚未到期的不算逾期",
            "what was filed early or is not due yet is not late",
        ),
        as_of="2019-06-10",
        tables={
            "tax_vat_return": """
                period_start  period_end  due_date    filed_at    known
                2019-04-01    2019-04-30  2019-05-15  2019-05-10  2019-05-10
                2019-05-01    2019-05-31  2019-06-15  -           2019-06-05
            """
        },
        expected={
            "tax.late_days_12m": 0,
            "tax.late_file_6m": 0,
            "tax.late_file_24m": 0,
            "tax.nonfile_now": 0,
        },
    ),
    Example(
        Text(
            "缴款晚于到期日即为迟缴；没有到期日则无从判断",
            "payments are late after their due date; without one nobody can tell",
        ),
        as_of="2019-03-31",
        tables={
            "tax_payment": """
                payment_id  tax_kind  paid_at     due_date    amount  late_fee
                1           vat       2018-03-31  2018-03-15    9000      900
                2           vat       2018-04-01  2018-03-15    3000       60
                3           cit       2018-10-15  2018-10-15    1000        0
                4           iit       2019-01-15  2019-01-10     500       40
                5           stamp     2019-02-01  -              500        0
            """
        },
        expected={"tax.late_pay_12m": 2, "tax.late_fee_12m": 100 / 4_000},
    ),
    Example(
        Text(
            "缴税很少的企业，滞纳金以1,000元为分母",
            "late fees of who paid little are measured against 1,000",
        ),
        as_of="2019-03-31",
        tables={
            "tax_payment": """
                payment_id  tax_kind  paid_at     due_date    amount  late_fee
                1           vat       2018-10-16  2018-10-15     999       50
                2           iit       2018-10-16  2018-10-15    9999        0
            """
        },
        expected={"tax.late_pay_12m": 2, "tax.late_fee_12m": 0.05},
    ),
    Example(
        Text(
            "更正按得知日计数，与首次申报相比",
            "amendments count on the day they were known, against the first filing",
        ),
        as_of="2019-06-30",
        tables=AMENDED
        | {
            "tax_cit_return": """
                fiscal_year  period_kind  period_end  filed_at    is_amended  known
                2016         annual       2016-12-31  2017-05-20  yes         2018-06-30T23:59:59
                2017         annual       2017-12-31  2018-05-20  yes         2018-07-01T00:00:00
                2018         annual       2018-12-31  2019-05-20  yes         2019-06-30T23:59:59
                2018         q1           2018-03-31  2018-04-10  no          2019-06-01
            """
        },
        expected={
            # Periods May to August 2018, and two years' returns.
            "tax.amend_12m": 4 + 2,
            # May: 18,000 after 10,000. June: 19,000 after 20,000; what was told before
            # it was filed is no filing. July was amended on 30 December, too early;
            # August half an hour into the window; a first row of it was replaced at the
            # moment it came. September's is not known yet. What the bureau told anew
            # of January is no amendment.
            "tax.amend_up_6m": (8_000 - 1_000 + 4_000)
            / (19_000 + 5_000 + 6_000 + 1_000 + 3 * 56_333),
        },
    ),
    Example(
        Text(
            "销售额未知时，更正增加的金额无法衡量",
            "what amendments raised cannot be measured against unknown sales",
        ),
        as_of="2019-06-30",
        tables=returns(
            """
            2019-04  10000  2019-05-10  no   2019-05-10T12:00  2019-06-01T00:00
            2019-04  15000  2019-05-10  yes  2019-06-01T00:00  -
            """,
            "period sales filed amended known until",
        ),
        expected={"tax.amend_12m": 1, "tax.amend_up_6m": None},
    ),
    Example(
        Text(
            "销售额未知时，调减销售的更正也未知",
            "amendments that lower sales are unknown against unknown sales too",
        ),
        as_of="2019-06-30",
        tables=returns(
            """
            2019-04  15000  2019-05-10  no   2019-05-10T12:00  2019-06-01T00:00
            2019-04  10000  2019-05-10  yes  2019-06-01T00:00  -
            """,
            "period sales filed amended known until",
        ),
        expected={"tax.amend_up_6m": None},
    ),
    Example(
        Text(
            "没有任何记录时无异常，也没有评级",
            "without any record there is nothing amiss, and no rating",
        ),
        as_of="2019-06-30",
        tables={},
        expected={
            "tax.abnormal_36m": 0,
            "tax.amend_12m": 0,
            "tax.amend_up_6m": 0,
            "tax.arrears_cnt_24m": 0,
            "tax.arrears_ratio": 0,
            "tax.inspect_36m": 0,
            "tax.inspect_ratio_36m": 0,
            "tax.late_days_12m": 0,
            "tax.late_fee_12m": 0,
            "tax.late_file_12m": 0,
            "tax.late_pay_12m": 0,
            "tax.nonfile_now": 0,
            "tax.rating_a_years": 0,
            "tax.rating_drop_24m": None,
            "tax.rating_ord": None,
            "tax.viol_24m": 0,
            "tax.viol_open": 0,
        },
    ),
    Example(
        Text(
            "最近的有效评级、两年中最好的、最近五个有评级年度",
            "the latest rating in force, the best of two years, the last five rated years",
        ),
        as_of="2020-06-30",
        tables={"tax_credit_rating": RATED},
        expected={
            # A is known, but not in force before 1 July.
            "tax.rating_ord": 3,
            # From B of April 2019 to C; A of April 2018 lies before the window.
            "tax.rating_drop_24m": 1,
            # 2019, 2018, 2017, 2015 and 2014 have a yearly rating.
            "tax.rating_a_years": 2,
        },
    ),
    Example(
        Text(
            "修复后的评级自生效日起计入",
            "on the day it comes into force the repaired rating counts",
        ),
        as_of="2020-07-01",
        tables={"tax_credit_rating": RATED},
        expected={
            "tax.rating_ord": 0,
            "tax.rating_drop_24m": 0,
            "tax.rating_a_years": 2,
        },
    ),
    Example(
        Text(
            "M也是评级，但不算从其他级别下降",
            "M is a rating, but no step down from any other",
        ),
        as_of="2020-06-30",
        tables={
            "tax_credit_rating": """
                rating_year  seq  rating  rating_cause  effective_date
                2017         1    A       annual        2018-04-20
                2018         1    M       annual        2019-04-20
                2019         1    M       annual        2020-04-20
            """
        },
        expected={
            "tax.rating_ord": 2,
            "tax.rating_drop_24m": None,
            "tax.rating_a_years": 1,
        },
    ),
    Example(
        Text(
            "M之前有两次评级时，报告其间的升降",
            "where M follows two other ratings the step between those is told",
        ),
        as_of="2020-06-30",
        tables={
            "tax_credit_rating": """
                rating_year  seq  rating  rating_cause  effective_date
                2017         1    A       annual        2018-07-01
                2018         1    D       annual        2019-04-20
                2019         1    M       annual        2020-04-20
            """
        },
        expected={"tax.rating_ord": 2, "tax.rating_drop_24m": 3},
    ),
    Example(
        Text(
            "窗口之前的两次评级不说明窗口内有下降",
            "two ratings before the window tell of no fall within it",
        ),
        as_of="2020-06-30",
        tables={
            "tax_credit_rating": """
                rating_year  seq  rating  rating_cause  effective_date
                2015         1    A       annual        2016-04-20
                2016         1    D       annual        2018-06-30
            """
        },
        expected={"tax.rating_ord": 4, "tax.rating_drop_24m": None},
    ),
    Example(
        Text(
            "窗口内一次加之前一次即足够",
            "one rating in the window and one before it are enough",
        ),
        as_of="2020-06-29",
        tables={
            "tax_credit_rating": """
                rating_year  seq  rating  rating_cause  effective_date
                2015         1    A       annual        2016-04-20
                2016         1    D       annual        2018-06-30
            """
        },
        expected={"tax.rating_drop_24m": 0},
    ),
    Example(
        Text(
            "欠税取各税种最新余额；有任何欠税的季度都计",
            "arrears are the latest balance of each tax; quarters with any are counted",
        ),
        as_of="2020-06-10",
        tables=SIX_MONTHS
        | {
            "tax_arrears": """
                tax_kind  balance_date  balance  known
                vat       2018-06-10      90000  2018-07-10
                vat       2018-06-11      80000  2018-07-10
                vat       2019-03-31      70000  2019-04-20
                vat       2019-12-31      30000  2020-01-20
                cit       2019-12-31      20000  2020-01-20
                iit       2019-09-30      50000  2019-10-20
                iit       2019-12-31          0  2020-01-20
                stamp     2019-01-31        500  2019-02-20
                vat       2020-03-31     999999  2020-06-11
            """
        },
        expected={
            "tax.arrears_ratio": (30_000 + 20_000 + 500) / 150_000,
            # Q2 2018; Q1, Q3 and Q4 2019.
            "tax.arrears_cnt_24m": 4,
        },
    ),
    Example(
        Text(
            "销售额未知时，欠税与稽查金额不作衡量",
            "arrears and inspections of a firm whose sales are unknown are not measured",
        ),
        as_of="2020-06-10",
        tables={
            "tax_arrears": """
                tax_kind  balance_date  balance
                vat       2019-12-31      30000
            """,
            "tax_inspection": """
                case_no  decision_date  tax_due  is_major
                1        2019-12-31       30000  no
            """,
        },
        expected={
            "tax.arrears_ratio": None,
            "tax.arrears_cnt_24m": 1,
            "tax.inspect_36m": 1,
            "tax.inspect_ratio_36m": None,
        },
    ),
    Example(
        Text(
            "违法、稽查与非正常户，按认定日计数",
            "violations, inspections and non-normal spells by the day they were found",
        ),
        as_of="2020-06-10",
        tables=SIX_MONTHS
        | {
            "tax_violation": """
                violation_id  found_date  resolved_date
                1             2018-06-10  -
                2             2018-06-11  2018-07-01
                3             2020-06-10  -
                4             2020-05-01  2020-06-10
                5             2020-05-01  2020-06-11
            """,
            "tax_inspection": """
                case_no  decision_date  tax_due  fine_amount  is_major
                1        2017-06-10       99999        99999  no
                2        2017-06-11       10000        -      no
                3        2020-06-10        -           5000   no
                4        2019-01-01        7500        7500   yes
            """,
            "tax_abnormal_status": """
                declared_date  lifted_date
                2017-06-10     2017-09-01
                2017-06-11     2017-09-01
                2020-06-10     -
            """,
        },
        expected={
            "tax.viol_24m": 4,
            "tax.viol_open": 3,
            "tax.inspect_36m": 3,
            "tax.inspect_ratio_36m": 30_000 / 150_000,
            "tax.abnormal_36m": 2,
        },
    ),
]
