"""Staff, contributions and the housing fund, by example; worked out by hand."""

from __future__ import annotations

from math import log

from kexin.dictionary.example import Example
from kexin.language import Text

SPEC = [
    Example(
        Text(
            "人数以养老保险计，取已知月份；月末后20日得知5月",
            "staff is of pensions, in known months; 20 days after its end May is known",
        ),
        as_of="2020-06-20",
        tables={
            "si_month": """
                month       si_kind  insured_count  known
                2018-05-01  pension             40  2018-06-15
                2018-06-01  pension             20  2018-07-15
                2019-05-01  pension              4  2019-06-15
                2019-11-01  pension             16  2019-12-15
                2020-02-01  pension             10  2020-03-15
                2020-05-01  pension              8  2020-06-15
                2020-05-01  medical             99  2020-06-15
            """
        },
        # k = 1 is May 2020, k = 24 June 2018.
        expected={
            "si.head_now": log(1 + 8),
            "si.head_g3": 8 / 10,
            "si.head_g6": 8 / 16,
            "si.head_g12": 8 / 4,
            "si.head_vs_peak": 8 / 20,
            "si.zero_now": 0,
        },
    ),
    Example(
        Text(
            "早一日则不知道5月是缺失的",
            "a day earlier a missing May is not known to be missing",
        ),
        as_of="2020-06-19",
        tables={
            "si_month": """
                month       si_kind  insured_count
                2020-01-01  pension             12
                2020-04-01  pension              6
            """
        },
        expected={"si.head_g3": 6 / 12, "si.head_vs_peak": 6 / 12, "si.zero_now": 0},
    ),
    Example(
        Text(
            "缺失的月份没有可比人数，但缺一个月不算停保",
            "a missing month has no staff to compare, but one missing month is no closure",
        ),
        as_of="2020-06-20",
        tables={
            "si_month": """
                month       si_kind  insured_count
                2020-01-01  pension             12
                2020-02-01  pension             12
                2020-04-01  pension              6
            """
        },
        expected={
            "si.head_now": log(1 + 6),
            "si.head_g3": None,
            "si.head_vs_peak": None,
            "si.zero_now": 0,
        },
    ),
    Example(
        Text(
            "连续缺两个月即算停保，不论其他险种是否缴纳",
            "two missing months are, whatever is paid for other insurance",
        ),
        as_of="2020-06-20",
        tables={
            "si_month": """
                month       si_kind  insured_count
                2020-03-01  pension             12
                2020-04-01  medical              6
                2020-05-01  medical              6
            """
        },
        expected={"si.head_now": log(1 + 12), "si.zero_now": 1},
    ),
    Example(
        Text(
            "三人足以比较，两人不足",
            "three persons are enough to compare with, two are not",
        ),
        as_of="2020-06-30",
        tables={
            "si_month": """
                month       si_kind  insured_count
                2019-06-01  pension              2
                2019-12-01  pension              3
                2020-03-01  pension              2
                2020-06-01  pension              0
            """
        },
        # June is closed and there, so it is k = 1.
        expected={
            "si.head_now": 0,
            "si.head_g3": None,
            "si.head_g6": 0,
            "si.head_g12": None,
            "si.head_vs_peak": 0,
            "si.zero_now": 1,
        },
    ),
    Example(
        Text(
            "从未为任何人参保的企业没有员工，这是已知的",
            "a firm that never insured any one has no staff, and that is known",
        ),
        as_of="2020-06-30",
        tables={},
        expected={
            "si.head_now": None,
            "si.head_g6": None,
            "si.head_vs_peak": None,
            "si.leave_rate_6m": None,
            "si.zero_now": 1,
            "si.base_pp_rel": None,
            "si.base_pp_yoy": None,
            "si.late_12m": 0,
            "si.arrears_ratio": 0,
            "si.arrears_m_24m": 0,
            "si.wage_case_36m": 0,
            "hf.cover": None,
            "hf.stop_12m": None,
            "hf.head_g6": None,
        },
    ),
    Example(
        Text(
            "不可能的人数不是已知的人数",
            "a number of staff that cannot be is no staff that is known",
        ),
        as_of="2020-06-30",
        tables={
            "si_month": """
                month       si_kind  insured_count
                2020-05-01  pension             -1
            """
        },
        expected={"si.head_now": None},
    ),
    Example(
        Text(
            "减员与平均人数都取六个月，以月份首日计",
            "leavers and mean staff are both of six months, by their first days",
        ),
        as_of="2020-06-15",
        tables={
            "si_headcount_change": """
                month       leaves
                2019-12-01  5
                2020-01-01  2
                2020-06-01  1
            """,
            "si_month": """
                month       si_kind  insured_count
                2019-12-01  pension             50
                2020-01-01  pension             10
                2020-01-01  medical            100
                2020-06-01  pension              6
            """,
        },
        expected={"si.leave_rate_6m": 3 / 8},
    ),
    Example(
        Text(
            "平均两人半的规模太小",
            "a mean of two and a half persons is too small a staff",
        ),
        as_of="2020-06-15",
        tables={
            "si_headcount_change": """
                month       leaves
                2020-01-01  2
            """,
            "si_month": """
                month       si_kind  insured_count
                2020-01-01  pension              3
                2020-02-01  pension              2
            """,
        },
        expected={"si.leave_rate_6m": None},
    ),
    Example(
        Text(
            "人均基数与该记录所属月份的下限相比",
            "the base a head is measured against the floor of the row's own month",
        ),
        as_of="2025-03-31",
        tables={
            "reg_firm": """
                approve_date  district_code
                2015-01-01    330106
            """,
            "si_month": """
                month       si_kind  insured_count  base_total
                2023-12-01  pension             10       48120
                2024-12-01  pension             10       96240
                2024-12-01  medical             10      481200
            """,
        },
        # Zhejiang's floor of 2024 is 4,812 in the package's reference data.
        expected={"si.base_pp_rel": 2},
    ),
    Example(
        Text(
            "当月下限未知时没有比率",
            "no floor is known of the month, and there is no ratio",
        ),
        as_of="2025-03-31",
        tables={
            "reg_firm": """
                approve_date  district_code
                2015-01-01    330106
            """,
            "si_month": """
                month       si_kind  insured_count  base_total
                2023-12-01  pension             10       96240
            """,
        },
        expected={"si.base_pp_rel": None, "si.base_pp_yoy": None},
    ),
    Example(
        Text("该省下限也未知", "nor is one known of the province"),
        as_of="2025-03-31",
        tables={
            "reg_firm": """
                approve_date  district_code
                2015-01-01    310115
            """,
            "si_month": """
                month       si_kind  insured_count  base_total
                2024-12-01  pension             10       96240
            """,
        },
        expected={"si.base_pp_rel": None},
    ),
    Example(
        Text("没有员工就没有人均基数", "without staff there is no base a head"),
        as_of="2025-03-31",
        tables={
            "reg_firm": """
                approve_date  district_code
                2015-01-01    330106
            """,
            "si_month": """
                month       si_kind  insured_count  base_total
                2024-12-01  pension              0           0
            """,
        },
        expected={"si.base_pp_rel": None},
    ),
    Example(
        Text(
            "截至当日到期而迟缴或少缴的月份，各计一次；缓缴只免除其所属险种",
            "months late or short by the day due, each once; deferral excuses its own kind",
        ),
        as_of="2020-06-30",
        tables={
            "si_month": """
                month       si_kind  due_date    payable  paid  paid_at
                2019-06-01  pension  2019-06-30  100      50    2019-06-30
                2019-07-01  medical  2019-07-01  100      50    2019-07-01
                2019-12-01  pension  2019-12-15  100      100   2019-12-16
                2019-12-01  medical  2019-12-15  100      0     -
                2020-01-01  pension  2020-01-15  100      100   2020-01-15
                2020-02-01  pension  2020-02-15  100      0     -
                2020-03-01  pension  2020-03-15  100      0     -
                2020-03-01  injury   2020-03-15  100      100   2020-03-20
                2020-04-01  pension  2020-04-15  100      0     -
                2020-05-01  unemployment  2020-06-30  100  0    -
                2020-06-01  pension  2020-07-15  100      0     -
            """,
            "si_arrears": """
                si_kind  start_month  cleared_date  amount  is_deferred
                pension  2020-02-01   2020-04-01        10  yes
            """,
        },
        # July and December 2019; March for injury, April, May 2020. June is not due.
        expected={"si.late_12m": 5, "si.arrears_ratio": 0, "si.arrears_m_24m": 0},
    ),
    Example(
        Text(
            "以到期日而非月份为准；未缓缴的欠费不免除任何事项",
            "a due day counts, not its month; arrears that are not deferred excuse nothing",
        ),
        as_of="2020-06-30",
        tables={
            "si_month": """
                month       si_kind  due_date    payable  paid  paid_at
                2019-05-01  pension  2019-07-01  100      50    2019-07-01
                2019-08-01  pension  2019-09-15  100      50    2019-09-15
            """,
            "si_arrears": """
                si_kind  start_month  cleared_date  amount  is_deferred
                pension  2019-08-01   -                 50  no
            """,
        },
        expected={"si.late_12m": 2},
    ),
    Example(
        Text(
            "欠费月份各计一次；在其首日之前已清的不计",
            "months in arrears, each once; not those cleared by their first day",
        ),
        as_of="2020-06-30",
        tables={
            "si_arrears": """
                si_kind       start_month  cleared_date  amount  is_deferred
                pension       2018-05-01   2018-08-01       100  no
                unemployment  2019-10-01   2020-06-30        70  no
                medical       2020-04-01   -                300  no
                pension       2020-05-01   2020-05-02        50  no
                injury        2018-01-01   -                999  yes
            """,
            "si_month": """
                month       si_kind  payable
                2019-06-01  pension     9999
                2019-07-01  pension     1000
                2020-06-01  medical      500
            """,
        },
        # July 2018, and October 2019 to June 2020. Only the medical arrears are open.
        expected={"si.arrears_m_24m": 1 + 9, "si.arrears_ratio": 300 / 1500},
    ),
    Example(
        Text(
            "没有缴费的一年，欠费没有比率",
            "arrears of a year without contributions have no ratio",
        ),
        as_of="2020-06-30",
        tables={
            "si_arrears": """
                si_kind  start_month  cleared_date  amount  is_deferred
                medical  2018-04-01   2020-07-01       300  no
            """
        },
        expected={"si.arrears_ratio": None, "si.arrears_m_24m": 24},
    ),
    Example(
        Text("欠薪案件按决定计数", "wage cases are counted by their decision"),
        as_of="2020-06-30",
        tables={
            "si_wage_arrears": """
                case_no  decision_date  case_kind
                1        2017-06-30     inspection
                2        2017-07-01     arbitration
                3        2020-06-30     wage_blacklist
            """
        },
        expected={"si.wage_case_36m": 2},
    ),
    Example(
        Text(
            "人均销售额以十二个月平均人数为分母",
            "sales a head are over the mean staff of twelve months",
        ),
        as_of="2020-06-30",
        tables={
            "tax_vat_return": """
                period_start  period_end  filed_at    sales_taxable
                2019-06-01    2020-05-31  2020-06-10         240000
            """,
            "si_month": """
                month       si_kind  insured_count
                2019-06-01  pension            500
                2019-07-01  pension              2
                2020-01-01  pension              4
                2020-01-01  medical            400
            """,
        },
        expected={"si.sales_pp": log(80_000)},
    ),
    Example(
        Text(
            "未为任何人参保的企业，销售额至少按一人计",
            "a firm that insured no one sells all by one head at least",
        ),
        as_of="2020-06-30",
        tables={
            "tax_vat_return": """
                period_start  period_end  filed_at    sales_taxable
                2019-06-01    2020-05-31  2020-06-10         240000
            """
        },
        expected={"si.sales_pp": log(240_000)},
    ),
    Example(
        Text(
            "五个有申报的月份不足以得知销售额",
            "five months with a return are too few to know sales",
        ),
        as_of="2020-06-30",
        tables={
            "tax_vat_return": """
                period_start  period_end  filed_at    sales_taxable
                2020-01-01    2020-05-31  2020-06-10         240000
            """
        },
        expected={"si.sales_pp": None},
    ),
    Example(
        Text(
            "公积金在欠缴月份、封存，或缴存后又未缴时为中断",
            "the fund was stopped in months in arrears, sealed, or unpaid after a payment",
        ),
        as_of="2020-06-30",
        tables={
            "hf_month": """
                month       hf_status  paid  contributors
                2019-06-01  normal     100   9
                2019-07-01  normal     0     9
                2019-08-01  deferred   0     9
                2019-09-01  arrears    0     9
                2019-10-01  sealed     0     9
                2019-12-01  normal     100   9
                2020-01-01  arrears    50    9
                2020-06-01  normal     0     9
            """,
            "si_month": """
                month       si_kind  insured_count
                2020-05-01  medical  90
                2020-05-01  pension  10
            """,
        },
        expected={"hf.stop_12m": 6, "hf.cover": 0.9},
    ),
    Example(
        Text(
            "首次缴存之前未缴，不算中断",
            "nothing paid before the first payment interrupts nothing",
        ),
        as_of="2020-06-30",
        tables={
            "hf_month": """
                month       hf_status  paid  contributors
                2019-06-01  sealed     0     9
                2020-01-01  normal     0     9
                2020-02-01  normal     0     9
                2020-03-01  normal     10    9
                2020-04-01  normal     0     9
            """,
            "si_month": """
                month       si_kind  insured_count
                2020-05-01  pension  6
            """,
        },
        expected={"hf.stop_12m": 1, "hf.cover": 1.5},
    ),
    Example(
        Text(
            "没有参保员工时，公积金覆盖了多少人不得而知",
            "a fund without insured staff covers no one knows whom",
        ),
        as_of="2020-06-30",
        tables={
            "hf_month": """
                month       hf_status  paid  contributors
                2020-01-01  normal     0     9
            """,
            "si_month": """
                month       si_kind  insured_count
                2020-05-01  pension  0
            """,
        },
        expected={"hf.stop_12m": 0, "hf.cover": None},
    ),
    Example(
        Text("覆盖率最高为一点五", "coverage is one and a half at most"),
        as_of="2020-06-30",
        tables={
            "hf_month": """
                month       contributors
                2020-01-01  10
            """,
            "si_month": """
                month       si_kind  insured_count
                2020-05-01  pension  6
            """,
        },
        expected={"hf.cover": 1.5},
    ),
    Example(
        Text(
            "5月公积金缴存人数25日后得知，与上年11月相比",
            "members of the fund in May, known after 25 days, against November",
        ),
        as_of="2020-06-25",
        tables={
            "hf_month": """
                month       contributors
                2019-11-01  8
                2020-05-01  4
            """
        },
        expected={"hf.head_g6": 0.5},
    ),
    Example(
        Text("两名缴存人不足以比较", "two members are too few to compare with"),
        as_of="2020-06-25",
        tables={
            "hf_month": """
                month       contributors
                2019-11-01  2
                2020-05-01  4
            """
        },
        expected={"hf.head_g6": None},
    ),
]
