"""Signals of patents in force by example, worked out by hand."""

from __future__ import annotations

from datetime import date
from math import log

from kexin.dictionary.example import Example
from kexin.language import Text

HELD = {
    "ip_patent": """
        firm  app_no  patent_kind  app_date    grant_date  expiry_date  legal_status  ipc_main   claims_count
        F     P1      invention    2015-01-01  2017-06-01  2035-01-01   granted       G06F16/00  10
        F     P2      invention    2000-05-31  2019-01-01  2020-05-31   restored      G06F9/44   4
        F     P3      invention    2000-05-30  2018-01-01  2020-05-30   granted       G01R31/00  90
        F     P4      invention    2015-01-01  2018-01-01  2035-01-01   granted       G01R31/00  90
        F     P5      invention    2015-01-01  2018-01-01  2035-01-01   lapsed_fee    G01R31/00  90
        F     P6      utility      2018-01-01  2018-09-01  2028-01-01   granted       H04L29/08  90
        F     P7      design       2018-01-01  2018-09-01  2028-01-01   granted       -          -
        G     P8      invention    2012-01-01  2015-01-01  2030-05-31   granted       A61B5/00   -
        F     P9      invention    2012-01-01  2015-01-01  2030-05-31   granted       G01R31/00  90
        F     P0      invention    2019-01-01  -           2039-01-01   examined      G01R31/00  90
    """,
    "ip_patent_holder": """
        app_no  holder_seq  holder_firm_key  valid_from  valid_to    acquired_by_transfer
        P1      1           F                2015-01-01  -           no
        P1      2           F                2015-01-01  -           no
        P2      1           F                2000-05-31  -           no
        P3      1           F                2000-05-30  -           no
        P4      1           F                2015-01-01  2020-05-31  no
        P5      1           F                2015-01-01  -           no
        P6      1           G                2018-01-01  2020-05-31  no
        P6      1           F                2020-05-31  -           yes
        P7      1           F                2018-01-01  -           no
        P8      1           G                2012-01-01  2020-01-01  no
        P8      1           F                2020-01-01  -           yes
        P9      1           F                2012-01-01  2020-01-01  no
        P9      1           G                2020-01-01  -           yes
        P0      1           F                2019-01-01  -           no
    """,
    "ip_patent_event": """
        app_no  event_code  event_date
        P1      pledge      2019-01-01
        P1      pledge_end  2019-01-01
        P2      pledge_end  2017-12-01
        P2      pledge      2018-01-01
        P4      pledge      2019-01-01
        P6      pledge      2019-01-01
        P6      pledge_end  2019-06-01
        P6      pledge      2020-01-01
        P8      pledge      2019-05-01
        P8      pledge_end  2020-06-01
    """,
    "si_month": """
        month       si_kind  insured_count
        2020-03-01  pension  30
        2020-04-01  pension  20
        2020-05-01  medical  99
    """,
}
"""In force and held by F on 31 May 2020: P1, P2 (its last day), P6, P7, P8."""

DAYS_LEFT = (date(2035, 1, 1) - date(2020, 5, 31)).days
DAYS_LEFT += (date(2030, 5, 31) - date(2020, 5, 31)).days

SPEC = [
    Example(
        Text(
            "有效专利是企业当日持有的专利",
            "patents in force are those that the firm holds on the day",
        ),
        as_of="2020-05-31",
        tables=HELD,
        expected={
            "ip.inv_valid": log(1 + 3),
            "ip.um_valid": log(1 + 1),
            "ip.claims_avg": (10 + 4) / 2,
            "ip.remain_years": DAYS_LEFT / 3 / 365.25,
            # Two in G06F, one each in H04L and A61B; the design has no class.
            "ip.breadth": 1.5 * log(2),
            "ip.bought_share": 2 / 5,
            "ip.pledge_now": 3 / 5,
            "ip.per_head": 100 * 3 / 20,
        },
    ),
    Example(
        Text(
            "一日之后，一件到期，一项质押结束",
            "a day later one has run out, and one pledge has ended",
        ),
        as_of="2020-06-01",
        tables=HELD,
        expected={
            "ip.inv_valid": log(1 + 2),
            "ip.claims_avg": 10,
            "ip.breadth": log(3),
            "ip.bought_share": 2 / 4,
            "ip.pledge_now": 1 / 4,
        },
    ),
    Example(
        Text("授权在得知之时才可见", "what was granted is seen when it is known"),
        as_of="2020-05-31",
        tables={
            "ip_patent": """
                app_no  patent_kind  app_date    grant_date  expiry_date  legal_status  known       until
                P1      invention    2015-01-01  2020-01-01  2035-01-01   granted       2020-06-01  -
                P2      invention    2015-01-01  2020-01-01  2035-01-01   granted       2020-02-01  2020-05-31T12:00
                P3      utility      2015-01-01  2020-01-01  2025-01-01   granted       2020-02-01  2020-06-01
            """,
            "ip_patent_holder": """
                app_no  holder_seq  holder_firm_key  valid_from  acquired_by_transfer
                P1      1           F                2015-01-01  no
                P2      1           F                2015-01-01  no
                P3      1           F                2015-01-01  no
            """,
        },
        expected={
            "ip.inv_valid": 0,
            "ip.um_valid": log(2),
            "ip.claims_avg": None,
            "ip.remain_years": None,
            "ip.bought_share": 0,
            "ip.pledge_now": 0,
            "ip.per_head": 0,  # whatever the staff
        },
    ),
    Example(
        Text("没有专利则没有分母", "without patents there is nothing to divide"),
        as_of="2020-05-31",
        tables={"ip_patent": "", "si_month": HELD["si_month"]},
        expected={
            "ip.inv_valid": 0,
            "ip.um_valid": 0,
            "ip.claims_avg": None,
            "ip.remain_years": None,
            "ip.breadth": None,
            "ip.bought_share": None,
            "ip.pledge_now": None,
            "ip.per_head": 0,
        },
    ),
    Example(
        Text(
            "三件专利中两件有分类号，不足以衡量广度",
            "three patents of which two have a class are too few for breadth",
        ),
        as_of="2020-05-31",
        tables={
            "ip_patent": """
                app_no  patent_kind  app_date    grant_date  expiry_date  legal_status  ipc_main
                P1      invention    2015-01-01  2018-01-01  2035-01-01   granted       G06F16/00
                P2      utility      2015-01-01  2018-01-01  2025-01-01   granted       H04L29/08
                P3      design       2015-01-01  2018-01-01  2025-01-01   granted       -
            """,
            "ip_patent_holder": """
                app_no  holder_seq  holder_firm_key  valid_from  acquired_by_transfer
                P1      1           F                2015-01-01  no
                P2      1           F                2015-01-01  no
                P3      1           F                2015-01-01  no
            """,
        },
        expected={
            "ip.breadth": None,
            "ip.per_head": None,  # the staff is unknown
        },
    ),
    Example(
        Text("参保不足五人按五人计", "fewer than five insured count as five"),
        as_of="2020-05-31",
        tables={
            "ip_patent": """
                app_no  patent_kind  app_date    grant_date  expiry_date  legal_status
                P1      invention    2015-01-01  2018-01-01  2035-01-01   granted
            """,
            "ip_patent_holder": """
                app_no  holder_seq  holder_firm_key  valid_from  acquired_by_transfer
                P1      1           F                2015-01-01  no
            """,
            "si_month": """
                month       si_kind  insured_count
                2020-04-01  pension  3
            """,
        },
        expected={"ip.per_head": 20},
    ),
]
