"""Customs by example."""

from __future__ import annotations

from math import log

from kexin.dictionary.example import Example
from kexin.language import Text

SPEC = [
    Example(
        Text(
            "只计企业自身的进出口，以申报日为准",
            "the firm's own trade counts, by the day of the declaration",
        ),
        as_of="2020-06-30",
        tables={
            "cus_registrant": """
                customs_code valid_from cancelled_date
                3301A        2020-06-30 -
                3301B        2010-01-01 2020-06-30
            """,
            "cus_declaration": """
                decl_no ie_flag role  declare_date release_date country_code value_cny decl_status
                1       E       owner 2019-06-30   2019-07-02   USA          900000    closed
                2       E       owner 2019-07-01   2019-07-02   USA          300000    closed
                3       E       owner 2020-06-30   2020-06-30   DEU          100000    released
                4       E       agent 2020-01-01   2020-01-02   USA          500000    closed
                5       E       owner 2020-01-01   -            USA          500000    cancelled
                6       I       owner 2018-07-01   2018-07-02   JPN          800000    closed
                7       I       owner 2020-01-01   2020-01-02   JPN          200000    closed
            """,
            "cus_declaration_item": """
                decl_no line_no hs_code    item_value_cny declare_date
                1       1       6101000000 900000         2019-06-30
                2       1       8471300000 200000         2019-07-01
                2       2       8471500000  50000         2019-07-01
                2       3       9018000000  50000         2019-07-01
                3       1       8501000000 100000         2020-06-30
                4       1       3901000000 500000         2020-01-01
                6       1       8486000000 600000         2018-07-01
                6       2       3901000000 200000         2018-07-01
                7       1       9030000000 200000         2020-01-01
            """,
            "cus_credit_class": """
                credit_class       effective_date
                regular            2018-01-01
                advanced_certified 2020-06-30
            """,
            "cus_penalty": """
                decision_no decision_date severity repaired_at
                1           2018-06-30    serious  -
                2           2018-07-01    general  -
                3           2019-01-01    minor    -
                4           2019-01-01    general  2020-06-30
                5           2019-01-01    general  2020-07-01
            """,
        },
        expected={
            "cus.export_12m": log(1 + 400_000),
            "cus.export_share": None,
            # A year ago the six months hold nothing but declaration 1, of June 2019.
            "cus.export_gap": 0,
            "cus.country_hhi": 0.75**2 + 0.25**2,
            # 8471, 9018 and 8501.
            "cus.hs4_n": 3,
            # Of 1,000,000 in 24 months: 600,000 and 200,000.
            "cus.import_tech": 0.8,
            "cus.class": 0,
            # The second and the fifth; the fourth is repaired today.
            "cus.penalty_24m": 2,
            "cus.cancel_rate": None,
            "cus.arrears_now": 0,
        },
    ),
    Example(
        Text(
            "未在海关备案则无可说明，也没有进出口",
            "without registration there is nothing to tell, and no trade",
        ),
        as_of="2020-06-30",
        tables={
            "cus_registrant": """
                customs_code valid_from cancelled_date
                3301B        2010-01-01 2020-06-30
            """,
            "cus_arrears": """
                start_date amount cleared_date
                2020-01-01 5000   2020-07-01
            """,
        },
        expected={
            "cus.export_12m": None,
            "cus.export_share": None,
            "cus.export_yoy_6m": None,
            "cus.export_gap": None,
            "cus.country_hhi": None,
            "cus.us_share": None,
            "cus.hs4_n": None,
            "cus.import_tech": None,
            "cus.class": None,
            "cus.penalty_24m": 0,
            # Something is owed; what is sold is not known.
            "cus.arrears_now": None,
        },
    ),
    Example(
        Text(
            "已备案而不出口的，出口额为零",
            "who is registered and exports nothing has exports of nothing",
        ),
        as_of="2020-06-30",
        tables={
            "cus_registrant": "customs_code valid_from\n3301A 2020-06-30",
            "cus_credit_class": "credit_class effective_date\nother 2020-01-01",
        },
        expected={
            "cus.export_12m": 0,
            "cus.export_share": 0,
            "cus.class": None,
            "cus.arrears_now": 0,
        },
    ),
    Example(
        Text(
            "六个月出口额与上年同期相比，35日后得知",
            "six months of exports against the same months a year ago, known after 35 days",
        ),
        as_of="2020-06-30",
        tables={
            "cus_declaration": """
                decl_no ie_flag role  declare_date release_date value_cny decl_status
                1       E       owner 2018-10-31   2018-11-01   999999    closed
                2       E       owner 2018-11-01   2018-11-02   150000    closed
                3       E       owner 2019-04-30   2019-05-01    50000    closed
                4       E       owner 2019-05-01   2019-05-02   999999    closed
                5       E       owner 2019-10-31   2019-11-01   999999    closed
                6       E       owner 2019-11-01   2019-11-02    60000    closed
                7       E       owner 2020-04-30   2020-05-01    40000    closed
            """,
        },
        expected={
            # May's and June's silence is not known: month 1 is April.
            "cus.export_yoy_6m": 0.5,
            # From 1 May to 30 June, a month's last day.
            "cus.export_gap": 1,
        },
    ),
    Example(
        Text(
            "5月有一笔出口，5月即为已知；基数差一分则太小",
            "an export in May makes May known, and the base too small by a cent",
        ),
        as_of="2020-06-30",
        tables={
            "cus_declaration": """
                decl_no ie_flag role  declare_date release_date value_cny decl_status
                2       E       owner 2018-12-01   2018-12-02   150000    closed
                3       E       owner 2019-05-31   2019-06-01    49999.99 closed
                7       E       owner 2020-05-31   -             40000    closed
            """,
        },
        expected={"cus.export_yoy_6m": None},
    ),
    Example(
        Text("十份报关单中一份被修改", "one of ten declarations was amended"),
        as_of="2020-06-30",
        tables={
            "cus_declaration": """
                decl_no ie_flag role  declare_date value_cny decl_status
                1       E       owner 2019-07-01   10        amended
                2       I       agent 2019-07-01   10        closed
                3       I       agent 2019-07-01   10        closed
                4       I       agent 2019-07-01   10        closed
                5       I       agent 2019-07-01   10        closed
                6       I       agent 2019-07-01   10        closed
                7       I       agent 2019-07-01   10        closed
                8       I       agent 2019-07-01   10        closed
                9       I       agent 2019-07-01   10        closed
                10      I       agent 2020-06-30   10        closed
                11      I       agent 2019-06-30   10        cancelled
            """,
        },
        expected={"cus.cancel_rate": 0.1},
    ),
    Example(
        Text(
            "目的地是否受影响，以出口当日的名单为准",
            "a destination is affected if the list of the day of export says so",
        ),
        as_of="2020-06-30",
        tables={
            "cus_declaration": """
                decl_no ie_flag role  declare_date value_cny country_code decl_status
                1       E       owner 2019-07-01   100       USA          closed
                2       E       owner 2020-01-01   300       USA          closed
                3       E       owner 2020-01-01   600       DEU          closed
            """,
            "ref_tariff_country": """
                country_code valid_from valid_to
                USA          2020-01-01 2020-12-31
                MEX          2019-01-01 2020-12-31
            """,
        },
        expected={"cus.us_share": 0.3, "cus.country_hhi": 0.4**2 + 0.6**2},
    ),
]
