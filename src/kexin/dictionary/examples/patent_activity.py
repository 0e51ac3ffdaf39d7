"""Signals of filing and losing rights by example, worked out by hand."""

from __future__ import annotations

from math import log

from kexin.dictionary.example import Example
from kexin.language import Text

OLD = """
    app_no  patent_kind  app_date    grant_date  expiry_date  legal_status
    A       invention    2010-01-01  2015-01-01  2030-01-01   granted
    B       invention    2010-01-01  2018-05-31  2030-01-01   granted
    C       invention    2010-01-01  2018-06-01  2030-01-01   granted
    D       utility      2008-05-31  2009-01-01  2018-05-31   expired
    E       utility      2008-05-30  2009-01-01  2018-05-30   expired
    H       invention    2010-01-01  2016-01-01  2030-01-01   lapsed_fee
    I       invention    2010-01-01  2013-06-01  2030-01-01   lapsed_fee
    J       invention    2010-01-01  2012-06-01  2030-01-01   restored
    K       invention    2010-01-01  2012-06-01  2030-01-01   invalidated
    L       invention    2010-01-01  2015-06-01  2030-01-01   granted
    M       invention    2010-01-01  2015-06-01  2030-01-01   lapsed_fee
    N       utility      2018-01-01  2018-09-01  2028-01-01   lapsed_fee
"""

HOLDERS = """
    app_no  holder_seq  holder_firm_key  valid_from  valid_to    acquired_by_transfer
    A       1           F                2010-01-01  -           no
    B       1           F                2010-01-01  -           no
    C       1           F                2010-01-01  -           no
    D       1           F                2008-05-31  -           no
    E       1           F                2008-05-30  -           no
    H       1           F                2010-01-01  -           no
    I       1           F                2010-01-01  -           no
    J       1           F                2010-01-01  -           no
    K       1           F                2010-01-01  -           no
    L       1           F                2010-01-01  2018-05-31  no
    L       1           G                2018-05-31  -           yes
    M       1           F                2018-05-31  -           yes
"""

EVENTS = """
    app_no  event_code    event_date  announce_date
    H       lapse_fee     2018-05-31  2019-01-01
    I       lapse_fee     2018-06-01  2019-01-01
    J       lapse_fee     2017-01-01  2017-09-01
    J       restore       2017-01-01  2017-10-01
    K       lapse_fee     2016-01-01  2016-09-01
    K       restore       2016-06-01  2016-10-01
    K       invalidated   2018-01-01  2018-02-01
    L       transfer_out  2018-05-31  2018-06-30
    M       lapse_fee     2020-05-31  2020-05-31
    N       lapse_fee     2019-01-01  2019-08-01
    A       transfer_out  2018-06-01  2018-07-01
    A       invalidated   2017-05-31  2017-06-30
"""

SPEC = [
    Example(
        Text(
            "失效按生效日计数，与两年前的有效专利相比",
            "lapses count on the day of effect, against patents in force two years ago",
        ),
        as_of="2020-05-31",
        tables={
            "ip_patent": OLD,
            "ip_patent_holder": HOLDERS,
            "ip_patent_event": EVENTS.replace("A       invalidated", "E invalidated"),
        },
        expected={
            "ip.lapse_24m": 3,  # I, M, N
            # A, B, D, I, J, M: H lapsed that day, K was invalidated, L sold that day.
            "ip.lapse_rate_24m": 3 / 6,
            # H and M; I was five years old, N is no invention.
            "ip.inv_lapse_young": 2,
            "ip.sold_24m": 1,
            "ip.invalid_36m": 1,
        },
    ),
    Example(
        Text("只有两件有效专利时不给出比率", "of two patents in force no rate is told"),
        as_of="2020-05-31",
        tables={
            "ip_patent": """
                app_no  patent_kind  app_date    grant_date  expiry_date  legal_status
                A       invention    2010-01-01  2015-01-01  2030-01-01   granted
                B       invention    2010-01-01  2015-01-01  2030-01-01   granted
                C       invention    2010-01-01  2015-01-01  -            granted
            """,
            "ip_patent_holder": HOLDERS,
            "ip_patent_event": EVENTS,
        },
        expected={
            "ip.lapse_24m": 3,
            "ip.lapse_rate_24m": None,
            "ip.inv_new_36m": 0,
            "ip.burst_share": None,
        },
    ),
    Example(
        Text(
            "自行申请的新发明，按授权公告日",
            "own fresh inventions, by the day of grant",
        ),
        as_of="2020-05-31",
        tables={
            "ip_patent": """
                app_no  patent_kind  app_date    grant_date
                A       invention    2015-01-01  2017-05-31
                B       invention    2015-01-01  2017-06-01
                C       invention    2015-01-01  2020-05-31
                D       invention    2015-01-01  2019-01-01
                E       invention    2015-01-01  2019-01-01
                H       utility      2018-01-01  2019-01-01
                I       invention    2015-01-01  2019-01-01
            """,
            "ip_patent_holder": """
                app_no  holder_seq  holder_firm_key  valid_from  valid_to    acquired_by_transfer
                A       1           F                2015-01-01  -           no
                B       1           F                2015-01-01  2018-01-01  no
                C       1           F                2015-01-01  2019-01-01  no
                C       1           F                2019-01-01  -           no
                D       2           F                2015-01-01  -           no
                E       1           F                2019-06-01  -           yes
                H       1           F                2018-01-01  -           no
                I       1           G                2015-01-01  -           no
            """,
        },
        expected={"ip.inv_new_36m": 2},  # B, sold since, and C, once
    ),
    Example(
        Text(
            "两年的公开量，以及与此前两年之比",
            "publications of two years, and against the years before",
        ),
        as_of="2020-05-31",
        tables={
            "ip_patent": """
                app_no  patent_kind  app_date    pub_date    pct_flag
                A       invention    2015-01-01  2017-05-31  yes
                B       invention    2015-01-01  2017-06-01  yes
                C       invention    2016-01-01  2018-06-01  no
                D       design       2018-01-01  2019-05-31  no
                E       invention    2018-01-01  2019-06-01  no
                H       invention    2018-12-01  2020-05-31  no
                I       utility      2019-01-01  -           no
            """,
            "ip_citation": """
                citing_no  cited_no  citing_pub_date  is_self
                X1         A         2017-05-31       no
                X2         A         2017-06-01       no
                X3         A         2020-05-31       no
                X4         A         2020-01-01       yes
            """,
            "ip_software": """
                sw_reg_no  reg_date
                S1         2018-05-31
                S2         2018-06-01
                S3         2020-05-31
            """,
            "ip_trademark": """
                tm_no  tm_class  app_date    reg_date    expiry_date  tm_status
                T1     9         2009-01-01  2010-06-01  2020-05-31   registered
                T1     42        2009-01-01  2010-06-01  -            registered
                T2     9         2009-01-01  2010-05-31  2020-05-30   registered
                T3     9         2019-01-01  2020-06-01  2030-06-01   registered
                T4     9         2015-01-01  2016-06-01  2026-06-01   cancelled
            """,
        },
        expected={
            "ip.app_pub_24m": 3,  # C, E, H
            "ip.activity_drop": 2 / (3 / 2),
            "ip.cites_36m": log(1 + 2),
            "ip.pct_n": log(1 + 2),
            "ip.sw_total": log(1 + 3),
            "ip.sw_24m": 2,
            "ip.tm_valid": log(1 + 2),
        },
    ),
    Example(
        Text(
            "此前两件公开太少；未公开的不计被引",
            "two publications before are too few, and what is unpublished is not cited",
        ),
        as_of="2020-05-31",
        tables={
            "ip_patent": """
                app_no  patent_kind  app_date    pub_date    pct_flag
                B       invention    2015-01-01  2020-06-01  no
            """,
            "ip_citation": """
                citing_no  cited_no  citing_pub_date  is_self
                X2         A         2017-06-01       no
            """,
        },
        expected={
            "ip.activity_drop": None,
            "ip.cites_36m": None,
            "ip.app_pub_24m": 0,
            "ip.pct_n": 0,
            "ip.sw_total": 0,
            "ip.tm_valid": 0,
        },
    ),
    Example(
        Text(
            "首张证书之前六个月的申请",
            "filings of the six months before the first certificate",
        ),
        as_of="2020-05-31",
        tables={
            "ip_patent": """
                app_no  patent_kind  app_date
                A       invention    2019-05-31
                B       invention    2019-06-01
                C       invention    2019-11-30
                D       invention    2019-12-01
            """,
            "ip_software": """
                sw_reg_no  reg_date
                S1         2019-10-01
                S2         2015-10-01
            """,
            "qual_cert": """
                cert_no  cert_kind  issue_date
                Q1       TSME       2015-11-01
                Q2       HNTE       2019-11-30
                Q3       HNTE       2020-02-28
            """,
        },
        expected={"ip.burst_share": 3 / 6},  # B, C, S1
    ),
]
