"""The invoice signals by example. Every expected value was worked out by hand."""

from __future__ import annotations

from math import log

from kexin.dictionary.example import Example
from kexin.language import Text

USUAL = {"way": "out", "party": "A", "name": "-", "kind": "paper_normal", "tax": "0"}
USUAL |= {"status": "normal", "amount": "100", "known": "-", "until": "-"}

NAMES = {
    "issued": "issue_date",
    "way": "direction",
    "kind": "invoice_kind",
    "party": "counterparty_code",
    "name": "counterparty_name",
    "amount": "amount_ex_tax",
    "tax": "tax_amount",
    "status": "invoice_status",
}


def invoices(text: str) -> dict[str, str]:
    """A table of invoices under short names; what is not named is a usual sale.

    An invoice is on paper, to party A, known at noon of its day unless told otherwise.
    """
    lines = [line.split() for line in text.strip().splitlines() if line.strip()]
    if not lines:
        return {"tax_invoice": ""}
    head, *body = lines
    told = [USUAL | dict(zip(head, line, strict=True)) for line in body]
    columns = [*NAMES, "known", "until"]
    written = [" ".join([*(NAMES.get(n, n) for n in columns), "invoice_uid"])]
    for number, row in enumerate(told):
        if row["known"] == "-":
            row["known"] = f"{row['issued']}T12:00"
        written.append(" ".join([*(row[name] for name in columns), str(number)]))
    return {"tax_invoice": "\n".join(written)}


SPEC = [
    Example(
        Text(
            "作废发票不计，红字发票按其符号计入",
            "a void invoice is left out, a red one counts with its sign",
        ),
        as_of="2019-03-31",
        tables=invoices("""
            issued      way  status    amount   tax
            2016-03-31  in   normal        70     7
            2016-04-01  in   normal        80     8
            2018-03-31  out  normal       900    90
            2018-04-01  out  normal      1000   130
            2018-12-15  out  void        5000   650
            2019-01-10  out  red         -200   -26
            2019-02-20  out  red_full     300    39
            2019-03-31  in   normal       400    52
        """),
        expected={
            "inv.sales_12m": 1000 - 200 + 300,
            "inv.sales_36m": 900 + 1000 - 200 + 300,
            "inv.purchases_12m": 400,
            "inv.purchases_36m": 80 + 400,
            "inv.vat_net_12m": 130 - 26 + 39 - 52,
            "inv.vat_net_36m": 90 + 130 - 26 + 39 - 8 - 52,
            "inv.sales_n_12m": log(1 + 2),
            "inv.sales_n_36m": log(1 + 3),
            "inv.sales_days_12m": 2,
            "inv.sales_days_36m": 3,
            # The last known month is February: 900, 1000 and 300; January is -200.
            "inv.sales_level_36m": (log(901) + log(1001) + log(301)) / 36,
            "inv.active_12m": 2,
            "inv.active_36m": 3,
            "inv.in_active_12m": 1,
            "inv.since_last": 364,
            "inv.history_m": 36,
            "inv.cust_n_36m": log(1 + 1),
            "inv.sup_n_36m": log(1 + 1),
            "inv.vat_burden_12m": None,
            "inv.in_out_12m": None,
        },
    ),
    Example(
        Text("没有任何记录时一无所知", "without any record nothing is known"),
        as_of="2019-03-31",
        tables=invoices(""),
        expected=dict.fromkeys(
            [
                "inv.active_12m",
                "inv.active_36m",
                "inv.cust_n_12m",
                "inv.cust_n_36m",
                "inv.gap_max_12m",
                "inv.history_m",
                "inv.in_active_12m",
                "inv.purchases_12m",
                "inv.purchases_36m",
                "inv.sales_12m",
                "inv.sales_36m",
                "inv.sales_days_12m",
                "inv.sales_days_36m",
                "inv.sales_level_36m",
                "inv.sales_n_12m",
                "inv.sales_n_36m",
                "inv.sales_trend_12m",
                "inv.sales_zero_24m",
                "inv.sales_zero_streak",
                "inv.since_last",
                "inv.sup_n_12m",
                "inv.sup_n_36m",
                "inv.vat_net_12m",
                "inv.vat_net_36m",
            ]
        ),
    ),
    Example(
        Text(
            "只采购的企业销售额为零，这是已知的",
            "a firm that only buys has sold nothing, and that is known",
        ),
        as_of="2019-03-31",
        tables=invoices("""
            issued      way
            2015-05-05  in
        """),
        expected={
            "inv.active_12m": 0,
            "inv.active_36m": 0,
            "inv.in_active_12m": 0,
            "inv.cust_n_12m": 0,
            "inv.sup_n_12m": 0,
            "inv.sup_n_36m": 0,
            "inv.sales_12m": 0,
            "inv.sales_days_12m": 0,
            "inv.sales_n_36m": 0,
            "inv.sales_trend_12m": 0,
            "inv.sales_zero_24m": 24,
            "inv.sales_zero_streak": 24,
            "inv.since_last": None,
            "inv.gap_max_12m": None,
            "inv.sales_cv_12m": None,
            "inv.sales_vs_peak": None,
        },
    ),
    Example(
        Text(
            "当日之后才得知或当日已失效的看不到",
            "what is known after the day, or was over on it, is not seen",
        ),
        as_of="2019-03-31",
        tables=invoices("""
            issued      known                until                amount
            2019-03-01  2019-03-31T23:59:59  -                         1
            2019-03-01  2019-04-01           -                        10
            2019-03-01  2019-03-05           2019-03-31T23:59:59     100
            2019-03-01  2019-03-05           2019-04-01             1000
        """),
        expected={"inv.sales_12m": 1001},
    ),
    Example(
        Text("一日之后可见后续版本", "a day later the successors are seen"),
        as_of="2019-04-01",
        tables=invoices("""
            issued      known                until                amount
            2019-03-01  2019-03-31T23:59:59  -                         1
            2019-03-01  2019-04-01           -                        10
            2019-03-01  2019-03-05           2019-03-31T23:59:59     100
            2019-03-01  2019-03-05           2019-04-01             1000
        """),
        expected={"inv.sales_12m": 11},
    ),
    Example(
        Text(
            "客户占比扣除红字；没有名称的只进入合计",
            "shares of customers are net of red; who has no name is in the total only",
        ),
        as_of="2019-03-31",
        tables=invoices("""
            issued      party  name  status  amount
            2018-06-01  A      -     normal      60
            2018-06-02  A      -     red        -10
            2018-06-03  A      -     void      1000
            2018-06-04  B      -     normal      20
            2018-06-05  C      -     normal      10
            2018-06-06  -      乙    normal       8
            2018-06-07  E      甲    normal       6
            2018-06-08  F      甲    normal       4
            2018-06-09  -      -     normal       2
        """),
        expected={
            "inv.top1_12m": 0.50,
            "inv.top5_12m": 0.94,
            "inv.hhi_12m": 0.25 + 0.04 + 0.01 + 0.0064 + 0.0036 + 0.0016,
            "inv.cust_n_12m": log(1 + 6),
            "inv.ticket_12m": (60 + 20 + 10 + 8 + 6 + 4 + 2) / 7,
        },
    ),
    Example(
        Text(
            "四张蓝字发票不足以计算占比，不论另有什么",
            "four blue invoices are too few for shares, whatever else there is",
        ),
        as_of="2019-03-31",
        tables=invoices("""
            issued      way  party  status  amount
            2018-06-01  out  A      normal      60
            2018-06-02  out  A      normal      60
            2018-06-03  out  B      normal      60
            2018-06-04  out  B      normal      60
            2018-06-05  out  C      red        -10
            2018-06-06  out  C      void       100
            2018-03-31  out  D      normal      60
        """),
        expected={
            "inv.top1_12m": None,
            "inv.top5_12m": None,
            "inv.hhi_12m": None,
            "inv.ticket_12m": None,
            "inv.recip_share": None,
            "inv.sup_top1_12m": None,
            "inv.month_end": None,
            "inv.cust_n_12m": log(1 + 2),
        },
    ),
    Example(
        Text(
            "全部冲回的销售没有占比",
            "there are no shares of sales that were all taken back",
        ),
        as_of="2019-03-31",
        tables=invoices("""
            issued      party  status  amount
            2018-06-01  A      normal      20
            2018-06-01  A      normal      20
            2018-06-01  A      normal      20
            2018-06-01  A      normal      20
            2018-06-01  B      normal      20
            2018-06-02  A      red       -100
        """),
        expected={
            "inv.top1_12m": None,
            "inv.top5_12m": None,
            "inv.hhi_12m": None,
            "inv.ticket_12m": 20,
        },
    ),
    Example(
        Text(
            "供应商按代码计数，没有代码的按名称",
            "suppliers are counted by code, or by name without one",
        ),
        as_of="2019-03-31",
        tables=invoices("""
            issued      way  party  name  amount
            2018-06-01  in   S      -         30
            2018-06-02  in   S      甲        30
            2018-06-03  in   T      -         20
            2018-06-04  in   -      甲        10
            2018-06-05  in   -      乙        10
        """),
        expected={"inv.sup_top1_12m": 0.6, "inv.sup_n_12m": log(1 + 4)},
    ),
    Example(
        Text(
            "增长只计已知月份：5月未结束，4月是首个已知月",
            "growth counts known months: May is open, April is the first",
        ),
        as_of="2019-05-15",
        tables=invoices("""
            issued      amount
            2019-05-02   99999
            2019-04-10   30000
            2018-11-05   10000
            2018-10-05   20000
            2018-04-20   40000
            2017-11-20   10000
            2017-10-20   30000
        """),
        expected={
            "inv.sales_g12": 60_000 / 80_000,
            "inv.sales_yoy_6m": 40_000 / 50_000,
            "inv.sales_vs_peak": 30_000 / 40_000,
            # Twelve months, nine of them empty: mean 5,000, squares 1,100 million.
            "inv.sales_cv_12m": 10_000 / 5_000,
            # Places 5, 6 and 11 of 0 to 11 are not empty; 143 is the sum of squares.
            "inv.sales_trend_12m": (
                -0.5 * log(20_001) + 0.5 * log(10_001) + 5.5 * log(30_001)
            )
            / 143,
            "inv.sales_zero_24m": 24 - 6,
            "inv.sales_zero_streak": 0,
            "inv.surge_2m": None,
        },
    ),
    Example(
        Text(
            "基数差一分太小时不报告增长",
            "growth over a base that is a cent too small is not told",
        ),
        as_of="2019-05-15",
        tables=invoices("""
            issued      way  amount
            2019-04-10  out   30000
            2018-04-20  out  24999.99
            2017-10-20  out   25000
            2019-04-10  in    30000
            2018-04-20  in   24999.99
        """),
        expected={
            "inv.sales_g12": None,
            "inv.sales_yoy_6m": None,
            "inv.in_g6": None,
        },
    ),
    Example(
        Text(
            "六个月采购额与上年六个月相比",
            "purchases of six months against the six a year ago",
        ),
        as_of="2019-05-15",
        tables=invoices("""
            issued      way  status  amount
            2019-05-01  in   normal   99999
            2019-02-10  in   normal   12000
            2019-02-11  in   red      -2000
            2018-11-30  in   normal    5000
            2018-10-31  in   normal    7777
            2018-04-30  in   normal   20000
            2017-11-01  in   normal    5000
        """),
        expected={"inv.in_g6": 15_000 / 25_000},
    ),
    Example(
        Text(
            "有销售的月份在其最后一日即为已知",
            "a month with a sale is known on its last day",
        ),
        as_of="2019-03-31",
        tables=invoices("""
            issued      amount
            2019-03-31     300
            2019-02-10     100
            2019-01-10     100
            2018-12-10     100
            2018-11-10     100
            2018-10-10     100
            2018-09-10     100
            2018-08-10     100
            2018-07-10     200
            2018-06-10     200
            2018-05-10     200
            2018-04-10     200
            2018-03-10     200
            2018-02-10     200
        """),
        expected={
            "inv.surge_2m": 400 / (2 * 150),
            "inv.sales_zero_streak": 0,
            "inv.sales_zero_24m": 10,
            "inv.active_12m": 12,
        },
    ),
    Example(
        Text(
            "3月没有开票，4月2日尚不可知",
            "the silence of March is not known on 2 April",
        ),
        as_of="2019-04-02",
        tables=invoices("""
            issued
            2018-12-10
        """),
        expected={"inv.sales_zero_streak": 2, "inv.active_12m": 1},
    ),
    Example(
        Text("3月没有开票，4月3日可知", "the silence of March is known on 3 April"),
        as_of="2019-04-03",
        tables=invoices("""
            issued
            2018-12-10
        """),
        expected={"inv.sales_zero_streak": 3},
    ),
    Example(
        Text(
            "2月5日至11日的春节周从间隔中扣除",
            "the festival week of 5 to 11 February is taken off a gap",
        ),
        as_of="2019-03-15",
        tables=invoices("""
            issued
            2018-02-20
            2018-12-31
            2019-01-20
            2019-02-25
        """),
        expected={"inv.gap_max_12m": 36 - 7, "inv.since_last": 18},
    ),
    Example(
        Text(
            "尚未结束的间隔也计入，不论其中是否有春节周",
            "a gap that is still open counts, the festival week in it or not",
        ),
        as_of="2019-02-11",
        tables=invoices("""
            issued
            2019-01-10
        """),
        expected={"inv.gap_max_12m": 32 - 7, "inv.since_last": 32},
    ),
    Example(
        Text("只含半个春节周时不扣除", "half a festival week is not taken off"),
        as_of="2019-02-10",
        tables=invoices("""
            issued
            2019-01-10
        """),
        expected={"inv.gap_max_12m": 31},
    ),
    Example(
        Text(
            "春节周内有开票时，该周仍留在间隔中",
            "an invoice in the festival week leaves its days in the gap",
        ),
        as_of="2019-02-28",
        tables=invoices("""
            issued
            2019-01-20
            2019-02-05
        """),
        expected={"inv.gap_max_12m": 23},
    ),
    Example(
        Text(
            "作废率与红冲率需要十张蓝字发票",
            "void and red rates need ten blue invoices",
        ),
        as_of="2019-03-31",
        tables=invoices("""
            issued      status  kind          amount
            2018-04-01  normal  paper_normal     100
            2018-06-02  normal  paper_normal     100
            2018-06-03  normal  e_normal         100
            2018-06-04  normal  e_normal         100
            2018-06-05  normal  e_normal         100
            2018-06-06  normal  e_normal         100
            2018-06-07  normal  e_normal         100
            2018-06-08  normal  e_normal         100
            2018-06-09  normal  e_normal         100
            2018-06-10  normal  e_normal         100
            2018-06-11  void    paper_normal     100
            2018-06-12  void    paper_normal     100
            2018-06-13  red     e_normal         -50
            2018-03-31  void    paper_normal     100
        """),
        expected={"inv.void_rate_12m": 2 / 13, "inv.red_rate_12m": 50 / 1000},
    ),
    Example(
        Text("九张蓝字发票不足以计算比率", "nine blue invoices are too few for rates"),
        as_of="2019-03-31",
        tables=invoices("""
            issued      status  kind          amount
            2018-06-01  normal  paper_normal     100
            2018-06-02  normal  paper_normal     100
            2018-06-03  normal  e_normal         100
            2018-06-04  normal  e_normal         100
            2018-06-05  normal  e_normal         100
            2018-06-06  normal  e_normal         100
            2018-06-07  normal  e_normal         100
            2018-06-08  normal  e_normal         100
            2018-06-09  normal  e_normal         100
            2018-06-11  void    paper_normal     100
            2018-06-13  red     e_normal         -50
        """),
        expected={"inv.void_rate_12m": None, "inv.red_rate_12m": None},
    ),
    Example(
        Text(
            "只开数电发票的企业无法作废发票",
            "who issues fully digital invoices only cannot void them",
        ),
        as_of="2019-03-31",
        tables=invoices("""
            issued      status  kind       amount
            2018-06-01  normal  e_normal      100
            2018-06-02  normal  e_normal      100
            2018-06-03  normal  e_normal      100
            2018-06-04  normal  e_normal      100
            2018-06-05  normal  e_normal      100
            2018-06-06  normal  e_special     100
            2018-06-07  normal  e_special     100
            2018-06-08  normal  e_special     100
            2018-06-09  normal  e_special     100
            2018-06-10  normal  e_special     100
        """),
        expected={"inv.void_rate_12m": None, "inv.red_rate_12m": 0},
    ),
    Example(
        Text(
            "比率基于月度表：月份以其首日计入",
            "rates stand on the monthly table: a month counts from its first day",
        ),
        as_of="2018-12-15",
        tables=invoices("""
            issued      status  amount
            2017-12-20  void      1000
            2017-12-20  normal     500
            2018-01-01  void       100
            2018-06-02  normal     100
            2018-06-03  normal     100
            2018-06-04  normal     100
            2018-06-05  normal     100
            2018-06-06  normal     100
            2018-06-07  normal     100
            2018-06-08  normal     100
            2018-06-09  normal     100
            2018-06-10  normal     100
            2018-12-01  normal     100
        """),
        expected={"inv.void_rate_12m": 1 / 11, "inv.sales_12m": 1500},
    ),
    Example(
        Text(
            "十二张蓝字发票中，当月最后三日开具的",
            "the last three days of a month, of twelve blue invoices",
        ),
        as_of="2019-03-31",
        tables=invoices("""
            issued      amount
            2018-04-30     100
            2018-05-28     100
            2018-06-27     100
            2018-07-10     100
            2018-08-10     100
            2018-09-10     100
            2018-10-10     100
            2018-11-10     100
            2018-12-29     100
            2019-01-28     100
            2019-02-25     100
            2019-02-26     100
        """),
        expected={"inv.month_end": 3 / 12},
    ),
    Example(
        Text("既是客户又是供应商的交易对手", "parties that both buy and sell"),
        as_of="2019-03-31",
        tables=invoices("""
            issued      way  party  status  amount
            2018-06-01  out  A      normal     110
            2018-06-02  out  A      red        -10
            2018-06-03  in   A      normal      50
            2018-06-04  out  B      normal     200
            2018-06-05  in   B      void       999
            2018-06-06  in   C      normal      50
            2018-06-07  in   -      normal     100
        """),
        expected={"inv.recip_share": (100 + 50) / 500},
    ),
    Example(
        Text(
            "今年与上年的客户和供应商",
            "customers and suppliers of this year and of the year before",
        ),
        as_of="2019-05-15",
        tables=invoices("""
            issued      way  party  status  amount
            2017-05-01  out  A      normal     500
            2018-01-01  out  B      normal     400
            2018-01-02  out  B      red       -100
            2018-04-30  out  C      normal     200
            2018-04-30  out  X      void       999
            2018-05-01  out  A      normal      10
            2019-04-30  out  D      normal      10
            2019-05-01  out  B      normal      10
            2018-01-01  in   S      normal      60
            2018-01-01  in   T      normal      20
            2018-01-01  in   U      normal      20
            2018-12-01  in   T      normal       1
            2018-12-01  in   U      normal       1
            2018-12-01  in   S      void         1
        """),
        expected={
            "inv.cust_g12": 2 / 3,
            "inv.cust_keep": 500 / 1000,
            "inv.sup_keep": 40 / 100,
        },
    ),
    Example(
        Text(
            "两个客户和两个供应商不足以比较",
            "two customers and two suppliers are too few to compare with",
        ),
        as_of="2019-05-15",
        tables=invoices("""
            issued      way  party
            2018-01-01  out  A
            2018-01-01  out  B
            2018-01-01  in   S
            2018-01-01  in   T
            2018-12-01  out  A
            2018-12-01  in   S
        """),
        expected={
            "inv.cust_g12": None,
            "inv.cust_keep": None,
            "inv.sup_keep": None,
            "inv.top1_lost": None,
        },
    ),
    Example(
        Text(
            "第4至15个月的最大客户此后没有采购",
            "the main customer of months 4 to 15 bought nothing since",
        ),
        as_of="2019-05-15",
        tables=invoices("""
            issued      party  status  amount
            2018-01-31  B      normal    9999
            2018-02-01  A      normal     100
            2018-06-01  A      normal     100
            2019-01-31  A      normal     100
            2018-06-01  B      normal     100
            2018-06-02  B      normal     100
            2019-02-01  A      void       100
            2019-02-01  B      normal     100
        """),
        expected={"inv.top1_lost": 1},
    ),
    Example(
        Text(
            "第4至15个月的最大客户仍在采购",
            "the main customer of months 4 to 15 still buys",
        ),
        as_of="2019-05-15",
        tables=invoices("""
            issued      party  status  amount
            2018-02-01  A      normal     100
            2018-06-01  A      normal     100
            2019-01-31  A      normal     100
            2018-06-01  B      normal     100
            2018-06-02  B      normal     100
            2019-02-01  A      normal       1
        """),
        expected={"inv.top1_lost": 0},
    ),
    Example(
        Text(
            "销售额恰为10万元时的采购与净税额",
            "purchases and net tax of sales of exactly 100,000",
        ),
        as_of="2019-03-31",
        tables=invoices("""
            issued      way  amount    tax
            2018-06-01  out  100000  13000
            2018-06-01  in    60000   7800
        """),
        expected={"inv.in_out_12m": 0.6, "inv.vat_burden_12m": 0.052},
    ),
    Example(
        Text(
            "采购超过销售额五倍的封顶",
            "purchases beyond five times the sales are cut off",
        ),
        as_of="2019-03-31",
        tables=invoices("""
            issued      way  amount
            2018-06-01  out  100000
            2018-06-01  in   600000
        """),
        expected={"inv.in_out_12m": 5},
    ),
    Example(
        Text(
            "较短的月份到其最后一日即满月",
            "a month is complete on the last day of a shorter one",
        ),
        as_of="2019-02-28",
        tables=invoices("""
            issued
            2018-12-31
        """),
        expected={"inv.history_m": 2},
    ),
    Example(
        Text(
            "冲回90日以前销售的红字发票，只看其对应关系",
            "red invoices that take back sales of more than 90 days ago, by their link alone",
        ),
        as_of="2020-06-30",
        tables={
            "tax_invoice": """
                invoice_uid direction issue_date invoice_status amount_ex_tax orig_invoice_uid
                a           out       2019-12-31 red_full       5000          -
                b           out       2020-01-01 red_full       3000          -
                c           out       2020-03-01 red_full       9000          -
                d           out       2020-03-30 red            -1000         a
                e           out       2020-03-31 red            -2000         b
                f           out       2020-05-30 red            -9000         c
                g           out       2019-12-30 red            -7000         z
                h           out       2020-06-30 red            -4000         -
                i           out       2019-12-30 red            -6000         a
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
        # d comes 90 days after a; e comes 90 days after b: neither is late. f comes 90
        # days after c. None of them is more than 90 days older.
        expected={"inv.red_old_6m": 0},
    ),
    Example(
        Text("91日后冲回的销售是旧销售", "a sale taken back 91 days later is old"),
        as_of="2020-06-30",
        tables={
            "tax_invoice": """
                invoice_uid direction issue_date invoice_status amount_ex_tax orig_invoice_uid
                a           out       2019-12-31 red_full       5000          -
                d           out       2020-03-31 red            -1500         a
                i           out       2020-01-01 red            -6000         a
                j           in        2020-06-01 red            -6000         a
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
        expected={"inv.red_old_6m": 0.25},
    ),
    Example(
        Text(
            "不知道销售额时，不衡量旧销售的冲回",
            "old sales taken back are not measured without known sales",
        ),
        as_of="2020-06-30",
        tables={
            "tax_invoice": """
                invoice_uid direction issue_date invoice_status amount_ex_tax orig_invoice_uid
                a           out       2019-12-30 red_full       5000          -
                d           out       2020-03-31 red            -1500         a
            """,
        },
        expected={
            "inv.red_old_6m": None,
            "inv.related_share": 0,
            "inv.big_share": None,
        },
    ),
    Example(
        Text(
            "关联客户只计一次，不论从有效关系的哪一端",
            "a related customer counts once, from either end of a tie that stands",
        ),
        as_of="2020-06-30",
        tables={
            "tax_invoice": """
                invoice_uid direction issue_date invoice_status counterparty_code amount_ex_tax
                a           out       2020-01-01 normal         G                 100
                b           out       2020-01-01 normal         H                 200
                c           out       2020-01-01 red            G                 -50
                d           out       2020-01-01 normal         I                 250
                e           out       2019-06-30 normal         G                 900
                f           in        2020-01-01 normal         G                 900
                g           out       2020-01-01 void           G                 900
            """,
            "rel_edge": """
                src_key dst_key edge_kind      valid_from valid_to
                F       G       controls       2010-01-01 -
                G       F       same_legal_rep 2020-06-30 2020-07-01
                H       F       invest         2010-01-01 2020-06-30
                F       I       same_address   2010-01-01 -
            """,
        },
        # G alone: 50 of 500. H's tie ended today, I only shares the address.
        expected={"inv.related_share": 0.1},
    ),
    Example(
        Text(
            "优质买方以销售当日的名单为准",
            "strong buyers are those on the list of the day of the sale",
        ),
        as_of="2020-06-30",
        tables={
            "reg_firm": "approve_date\n2010-01-01",
            "tax_invoice": """
                invoice_uid direction issue_date invoice_status counterparty_code amount_ex_tax
                a           out       2020-01-01 normal         G1                100
                b           out       2020-01-02 normal         G1                200
                c           out       2020-01-02 normal         G2                700
            """,
            "ref_strong_buyer": """
                uscc kind  valid_from valid_to
                G1   state 2019-01-01 2020-01-01
                G2   state 2021-01-01 2030-01-01
            """,
        },
        expected={"inv.big_share": 0.1, "inv.related_share": 0},
    ),
    Example(
        Text(
            "没有发票的企业对任何买方都没有销售占比",
            "who has no invoice has no share of sales to anybody",
        ),
        as_of="2020-06-30",
        tables={"tax_invoice": ""},
        expected={"inv.related_share": None, "inv.red_old_6m": 0},
    ),
]
