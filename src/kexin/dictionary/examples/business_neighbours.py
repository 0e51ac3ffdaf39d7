"""Other firms of the person, address, industry and district; worked out by hand."""

from __future__ import annotations

from math import log

from kexin.dictionary.example import Example
from kexin.language import Text

OFFICES = """
    firm  person_hash  role              valid_from  valid_to
    F     {P}          legal_rep         2015-01-01  {until}
    G     {P}          beneficial_owner  2010-01-01  2012-01-01
    H     {P}          legal_rep         2015-01-01  -
    K     {P}          director          2015-01-01  -
    L     {P}          legal_rep         2015-01-01  -
    M     {P}          legal_rep         2015-01-01  -
    N     {P}          legal_rep         2015-01-01  2020-01-01
"""
"""The person represents F until a day; was G's owner long ago; is only K's director."""

GONE_BAD = {
    "court_dishonest": """
        firm  case_id  list_date   known
        F     1        2020-01-01  2020-01-02
        G     2        2017-07-01  2017-07-02
        G     3        2018-07-01  2018-07-02
        K     4        2020-01-01  2020-01-02
        M     5        2020-06-30  2020-07-01
    """,
    "reg_status_event": """
        firm  event_date  event_code
        H     2017-06-30  revoked
        L     2020-01-01  ordered_closed
        N     2020-06-30  revoked
    """,
}

CITY = """
    firm  approve_date  reg_status   industry_code  district_code
    F     2015-01-01    active       {industry}     330106
    A     2015-01-01    active       I6510          330108
    B     2015-01-01    dormant      I6510          330108
    C     2015-01-01    active       I6520          330108
    D     2015-01-01    active       C3910          330106
    E     2015-01-01    active       C3910          330108
    S     2015-01-01    active       I6510          330106
"""
"""B is dormant; S is registered as active, and has neither sales nor staff."""

SOLD = """
    firm  period_start  period_end  filed_at    sales_taxable
    F     2020-01-01    2020-03-31  2020-04-10  1
    A     2020-01-01    2020-03-31  2020-04-10  1
    B     2020-01-01    2020-03-31  2020-04-10  1
    C     2020-01-01    2020-03-31  2020-04-10  1
    D     2020-01-01    2020-03-31  2020-04-10  1
    E     2020-01-01    2020-03-31  2020-04-10  1
"""

LISTED = """
    firm  case_id  list_date
    F     1        2020-01-01
    A     2        2019-07-01
    A     3        2020-01-01
    B     4        2020-01-01
    C     5        2020-06-30
    D     6        2019-06-30
    E     7        2020-01-01
    S     8        2020-01-01
"""
"""All but D are bad; B and S are no active firms, and F is not its own neighbour."""

SPEC = [
    Example(
        Text(
            "法定代表人名下其他存续企业：登记存续且实际存续",
            "other firms of the representative that are active: in register, and in fact",
        ),
        as_of="2020-06-30",
        tables={
            "reg_officer": """
                firm  person_hash  role       valid_from  valid_to
                F     P1           legal_rep  2015-01-01  -
                G     P1           legal_rep  2015-01-01  2020-07-01
                H     P1           legal_rep  2015-01-01  -
                K     P1           legal_rep  2015-01-01  -
                L     P1           legal_rep  2015-01-01  2020-06-30
                M     P1           director   2015-01-01  -
                N     P1           legal_rep  2020-06-30  -
                O     P1           legal_rep  2015-01-01  -
            """,
            "reg_firm": """
                firm  approve_date  reg_status
                F     2015-01-01    active
                G     2015-01-01    active
                H     2015-01-01    active
                K     2015-01-01    revoked
                L     2015-01-01    active
                M     2015-01-01    active
                N     2015-01-01    active
                O     2015-01-01    active
            """,
            "tax_vat_return": """
                firm  period_start  period_end  filed_at    sales_taxable
                F     2020-01-01    2020-03-31  2020-04-10  1
                G     2019-04-01    2019-07-01  2019-07-10  1
                H     2019-04-01    2019-06-30  2019-07-10  1
                K     2020-01-01    2020-03-31  2020-04-10  1
                L     2020-01-01    2020-03-31  2020-04-10  1
                M     2020-01-01    2020-03-31  2020-04-10  1
                O     2020-01-01    2020-03-31  -           1
            """,
            "si_month": """
                firm  month       si_kind  insured_count
                N     2019-07-01  medical  1
                O     2020-01-01  medical  0
            """,
        },
        # G has sold and N has staff; H sold a year ago, O filed and insured nothing.
        expected={"reg.rep_firms_n": 2, "reg.rep_bad_36m": 0},
    ),
    Example(
        Text(
            "该人曾经名下、36个月内出险的企业，各计一次",
            "firms ever the person's own that went bad within 36 months, each once",
        ),
        as_of="2020-06-30",
        tables={"reg_officer": OFFICES.format(P="P2", until="-"), **GONE_BAD},
        # G and N; H was revoked too long ago, M's listing is known tomorrow.
        expected={"reg.rep_bad_36m": 2, "reg.rep_firms_n": 0},
    ),
    Example(
        Text(
            "当日卸任者不再代表企业，也不知道另有何人",
            "who left on the day represents the firm no more, and no one else is known",
        ),
        as_of="2020-06-30",
        tables={"reg_officer": OFFICES.format(P="P3", until="2020-06-30"), **GONE_BAD},
        expected={"reg.rep_bad_36m": None, "reg.rep_firms_n": None},
    ),
    Example(
        Text(
            "同一地址的存续企业计数，包括企业自身",
            "active firms of an address are counted with the firm itself",
        ),
        as_of="2020-06-30",
        tables={
            "reg_firm": """
                firm  approve_date  reg_status   address_norm_hash
                F     2015-01-01    active       X1
                G     2015-01-01    active       X1
                H     2015-01-01    active       X1
                K     2015-01-01    active       X2
            """,
            "tax_vat_return": """
                firm  period_start  period_end  filed_at    sales_export
                F     2020-01-01    2020-03-31  2020-04-10  1
                G     2020-01-01    2020-03-31  2020-04-10  1
                K     2020-01-01    2020-03-31  2020-04-10  1
            """,
        },
        expected={"reg.addr_shared_n": log(1 + 2)},
    ),
    Example(
        Text("没有地址的企业不与任何企业同址", "a firm without an address shares none"),
        as_of="2020-06-30",
        tables={
            "reg_firm": """
                approve_date  reg_status
                2015-01-01    active
            """
        },
        expected={"reg.addr_shared_n": None},
    ),
    Example(
        Text(
            "比率计其他存续企业在一年内的出险，并向均值收缩",
            "rates count other active firms that went bad within the year, and are shrunk",
        ),
        as_of="2020-06-30",
        tables={
            "reg_firm": CITY.format(industry="I6599"),
            "tax_vat_return": SOLD,
            "court_dishonest": LISTED,
        },
        # Of the other active firms A, C, D and E, A, C and E are bad: p = 3/4. In the
        # industry A and C, both bad; in the district D, which is not.
        expected={
            "reg.industry_bad_12m": (2 + 50 * 0.75) / (2 + 50),
            "reg.district_bad_12m": (0 + 50 * 0.75) / (1 + 50),
        },
        alone=True,
    ),
    Example(
        Text(
            "行业未知时以全市比率代替",
            "where the industry is unknown the city's rate stands for it",
        ),
        as_of="2020-06-30",
        tables={
            "reg_firm": CITY.format(industry="-"),
            "tax_vat_return": SOLD,
            "court_dishonest": LISTED,
        },
        expected={
            "reg.industry_bad_12m": 0.75,
            "reg.district_bad_12m": (0 + 50 * 0.75) / (1 + 50),
        },
        alone=True,
    ),
    Example(
        Text(
            "明日才得知的事件不在今日的比率中",
            "an event known tomorrow is not in the rates of today",
        ),
        as_of="2020-06-30",
        tables={
            "reg_firm": CITY.format(industry="I6599"),
            "tax_vat_return": SOLD,
            "court_dishonest": """
                firm  case_id  list_date   known
                A     1        2020-06-30  2020-06-30T23:59:59
                C     2        2020-06-30  2020-07-01
            """,
        },
        expected={
            "reg.industry_bad_12m": (1 + 50 * 0.25) / (2 + 50),
            "reg.district_bad_12m": (0 + 50 * 0.25) / (1 + 50),
        },
        alone=True,
    ),
    Example(
        Text(
            "全市唯一的存续企业没有参照",
            "the only active firm of a city has no one to be measured by",
        ),
        as_of="2020-06-30",
        tables={
            "reg_firm": """
                firm  approve_date  reg_status   industry_code  district_code
                F     2015-01-01    active       I6510          330106
                G     2015-01-01    active       I6510          330106
            """,
            "tax_vat_return": """
                firm  period_start  period_end  filed_at    sales_taxable
                F     2020-01-01    2020-03-31  2020-04-10  1
            """,
        },
        expected={"reg.industry_bad_12m": None, "reg.district_bad_12m": None},
        alone=True,
    ),
]
