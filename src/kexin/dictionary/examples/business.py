"""The firm itself, its owners and officers, by example; worked out by hand."""

from __future__ import annotations

from math import log

from kexin.dictionary.example import Example
from kexin.language import Text

SPEC = [
    Example(
        Text(
            "变更按行计数，窗口首日之后至当日为止",
            "changes are counted as rows, after the window's first day and up to the day",
        ),
        as_of="2020-06-30",
        tables={
            "reg_change": """
                change_date  change_item    filing_no  known
                2017-06-30   legal_rep      1          2017-07-01
                2017-07-01   legal_rep      2          2017-07-02
                2019-06-30   legal_rep      3          2019-07-01
                2019-07-01   legal_rep      4          2019-07-02
                2017-06-30   name           1          2017-07-01
                2017-07-01   name           2          2017-07-02
                2018-06-30   capital_cut    5          2018-07-01
                2018-07-01   capital_cut    6          2018-07-02
                2018-06-30   capital_raise  5          2018-07-01
                2018-07-01   capital_raise  7          2018-07-02
                2020-06-30   address        8          2020-06-30T23:59
                2020-06-30   address        8          2020-06-30T23:59
                2018-06-30   address        9          2018-07-01
                2020-06-30   scope          8          2020-07-01
                2020-06-29   scope          10         2020-06-30
                2018-06-30   scope          5          2018-07-01
            """
        },
        expected={
            "reg.rep_change_36m": 3,
            "reg.rep_change_12m": 1,
            "reg.name_change_36m": 1,
            "reg.capital_cut_24m": 1,
            "reg.capital_raise_24m": 1,
            "reg.addr_move_24m": 2,
            "reg.scope_change_24m": 1,
        },
    ),
    Example(
        Text(
            "企业自身的登记以最新版本为准；成立月数只计满月",
            "a firm's own record is its latest version; months of age are completed ones",
        ),
        as_of="2020-06-30",
        tables={
            "reg_firm": """
                approve_date  establish_date  reg_capital  known       until
                2018-07-31    2018-07-31           500000  2018-08-01  2020-06-20
                2020-06-15    2018-07-31          1000000  2020-06-20  2020-07-01
                2020-06-25    2018-07-31          9000000  2020-07-01  -
            """
        },
        # 31 July 2018 and 23 months are 30 June 2020, as June has no 31st (A65).
        expected={
            "reg.age_m": 23,
            "reg.capital_log": log(1 + 1_000_000),
            "reg.paid_ratio": None,
        },
    ),
    Example(
        Text("资本已实缴四分之一", "a quarter of the capital was paid in"),
        as_of="2020-06-30",
        tables={
            "reg_firm": """
                approve_date  reg_capital  paid_in_capital
                2020-06-30            200               50
            """
        },
        expected={"reg.paid_ratio": 0.25},
    ),
    Example(
        Text(
            "满月之前一日不计该月；实缴超过认缴按全部计",
            "a day before the month is complete it does not count; who paid more paid all",
        ),
        as_of="2020-06-29",
        tables={
            "reg_firm": """
                approve_date  establish_date  reg_capital  paid_in_capital
                2018-07-31    2018-07-31              100              150
            """
        },
        expected={"reg.age_m": 22, "reg.paid_ratio": 1},
    ),
    Example(
        Text(
            "资本未披露或为零时，没有实缴比例",
            "capital that is not told, or is nothing, has no paid-in share",
        ),
        as_of="2020-06-30",
        tables={
            "reg_firm": """
                approve_date  establish_date  reg_capital  paid_in_capital
                2020-06-30    2020-06-30      -            150
            """
        },
        expected={
            "reg.age_m": 0,
            "reg.capital_log": None,
            "reg.paid_ratio": None,
        },
    ),
    Example(
        Text(
            "资本为零时比例未知，而零本身是一个金额",
            "a share of no capital is unknown, though nothing is an amount",
        ),
        as_of="2020-06-30",
        tables={
            "reg_firm": """
                approve_date  establish_date  reg_capital  paid_in_capital
                2020-06-30    2020-06-30      0            0
            """
        },
        expected={"reg.capital_log": 0, "reg.paid_ratio": None},
    ),
    Example(
        Text(
            "登记机关没有任何记录的企业没有年龄",
            "a firm of which the registry tells nothing has no age",
        ),
        as_of="2020-06-30",
        tables={
            "reg_firm": """
                approve_date  establish_date  reg_capital  known
                2020-06-30    2015-01-01      100          2020-07-01
            """
        },
        expected={
            "reg.age_m": None,
            "reg.capital_log": None,
            "reg.top1_ratio": None,
            "reg.fund_holder": None,
            "reg.officer_turn_24m": None,
            "reg.holder_exit_24m": 0,
        },
    ),
    Example(
        Text(
            "两日之间持股下降；终止当日即视为不再持有",
            "a stake falls between two days; on the day on which it ended it is over",
        ),
        as_of="2020-06-30",
        tables={
            "reg_shareholder": """
                holder_key  holder_kind  ratio  valid_from  valid_to
                A           person        0.60  2015-01-01  2019-03-01
                A           person        0.40  2019-03-01  -
                B           state         0.30  2015-01-01  2020-06-30
                C           fund          0.10  2018-07-01  -
                D           firm          -     2015-01-01  2019-01-01
                D           firm          0.05  2019-01-01  -
                E           firm          0.05  2015-01-01  2018-06-30
                G           firm          0.07  2015-01-01  2019-01-01
                G           firm          -     2019-01-01  -
                H           firm          0.05  2018-06-30  2019-05-01
                K           firm          0.01  2015-01-01  2019-01-01
                K           firm          0.06  2019-01-01  -
            """
        },
        # A 0.20, B 0.30, H 0.05; D and G are unknown on one of the days (A11).
        expected={
            "reg.holder_exit_24m": 0.55,
            "reg.top1_ratio": 0.40,
            "reg.fund_holder": 1,
        },
    ),
    Example(
        Text(
            "全部股东都已退出时，股权全部易手，无人在册",
            "where all holders have left, all has changed hands and no one is there",
        ),
        as_of="2020-06-30",
        tables={
            "reg_shareholder": """
                holder_key  holder_kind  ratio  valid_from  valid_to
                A           fund          1.00  2015-01-01  2020-06-30
            """
        },
        expected={
            "reg.holder_exit_24m": 1,
            "reg.top1_ratio": None,
            "reg.fund_holder": None,
        },
    ),
    Example(
        Text(
            "持股比例未知的股东仍算一名股东",
            "a holder whose stake is unknown is a holder all the same",
        ),
        as_of="2020-06-30",
        tables={
            "reg_shareholder": """
                holder_key  holder_kind  ratio  valid_from  valid_to
                A           person       -      2015-01-01  2020-07-01
                B           state        0.90   2015-01-01  2020-06-30
            """
        },
        expected={"reg.top1_ratio": None, "reg.fund_holder": 0},
    ),
    Example(
        Text(
            "离任人员与两年前在任人员之比，职务逐一计数",
            "officers who left, to those in office two years ago, offices counted singly",
        ),
        as_of="2020-06-30",
        tables={
            "reg_officer": """
                person_hash  role        valid_from  valid_to
                P            legal_rep   2015-01-01  -
                P            manager     2015-01-01  2018-07-01
                Q            director    2016-01-01  2018-06-30
                R            supervisor  2018-06-30  2020-06-30
                S            finance     2019-01-01  2020-01-01
                U            director    2017-01-01  2020-07-15
            """
        },
        # Left: P as manager, R, S. In office on 2018-06-30: P twice, R, U.
        expected={"reg.officer_turn_24m": 3 / 4},
    ),
    Example(
        Text(
            "只有一名任职人员时无法判断变动",
            "one officer is too few to tell turnover from",
        ),
        as_of="2020-06-30",
        tables={
            "reg_officer": """
                person_hash  role        valid_from  valid_to
                P            legal_rep   2015-01-01  2019-01-01
                Q            legal_rep   2019-01-01  -
            """
        },
        expected={"reg.officer_turn_24m": None},
    ),
]
