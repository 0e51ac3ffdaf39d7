"""Signals of the network by example, worked out by hand."""

from __future__ import annotations

from math import log

from kexin.dictionary.example import Example
from kexin.language import Text

TRADE = """
    src_key  dst_key  edge_kind  weight  valid_from  valid_to
    F        A        sells_to     0.30  2019-01-01  -
    F        B        sells_to     0.20  2019-01-01  2020-05-31
    F        C        sells_to     0.10  2020-05-31  -
    F        D        sells_to     0.15  2019-01-01  -
    F        E        sells_to     0.05  2019-01-01  -
    F        F        sells_to     0.05  2019-01-01  -
    F        A        buys_from    0.40  2019-01-01  2020-06-01
    F        S        buys_from    0.25  2019-01-01  -
    A        F        sells_to     0.70  2019-01-01  -
"""

LISTED = """
    firm  case_id  party_seq  list_date   known
    A     e1       1          2019-06-01  2019-06-02
    A     e2       1          2020-01-01  2020-01-02
    B     e3       1          2020-01-01  2020-01-02
    C     e4       1          2020-05-31  2020-05-31
    D     e5       1          2019-05-31  2019-06-02
    E     e6       1          2020-05-01  2020-06-01
    F     e7       1          2020-01-01  2020-01-02
"""

NEIGHBOURS = """
    firm  address_norm_hash  approve_date
    F     h                  2010-01-01
    A     h                  2010-01-01
    B     h                  2010-01-01
    C     h                  2010-01-01
    D     h                  2010-01-01
    E     h                  2010-01-01
    G     i                  2010-01-01
    H     -                  2010-01-01
"""

SPEC = [
    Example(
        Text(
            "与当日交易对手中一年内出险者的交易",
            "trade with partners of the day that went bad in the year",
        ),
        as_of="2020-05-31",
        tables={
            "rel_edge": TRADE,
            "court_dishonest": LISTED,
            "ref_published_pd": """
                firm_key  published_at      pd    source
                A         2020-04-30T10:00  0.02  edition
                A         2020-05-15T10:00  0.04  edition
                A         2020-05-31T10:00  0.90  edition
                B         2020-05-15T10:00  0.80  edition
                C         2020-05-15T10:00  0.10  edition
            """,
        },
        expected={
            # A once, C; B's tie is over, D was listed too early, E is not yet known.
            "net.cust_bad_12m": 0.30 + 0.10,
            "net.sup_bad_12m": 0.40,
            # The PD of the day itself is not used.
            "net.cust_pd": (0.30 * 0.04 + 0.10 * 0.10) / (0.30 + 0.10),
        },
    ),
    Example(
        Text(
            "销售对象大多未评分时，不给出违约概率",
            "of sales that are hardly scored no PD is told",
        ),
        as_of="2020-05-31",
        tables={
            "rel_edge": TRADE,
            "ref_published_pd": """
                firm_key  published_at      pd    source
                D         2020-05-15T10:00  0.10  edition
                C         2020-05-15T10:00  0.10  edition
            """,
        },
        expected={
            "net.cust_bad_12m": 0,
            "net.sup_bad_12m": 0,
            "net.cust_pd": None,
        },
    ),
    Example(
        Text(
            "没有任何交易时，对交易对手一无所知",
            "without any trade told nothing is known of partners",
        ),
        as_of="2020-05-31",
        tables={
            "rel_edge": """
                src_key  dst_key  edge_kind  weight  valid_from  valid_to
                F        A        controls        -  2019-01-01  -
                A        F        sells_to     0.90  2019-01-01  -
            """,
            "court_dishonest": LISTED,
        },
        expected={
            "net.cust_bad_12m": None,
            "net.sup_bad_12m": None,
            "net.cust_pd": None,
            "net.group_bad_24m": 1,
        },
    ),
    Example(
        Text(
            "只采购的企业没有向出险者销售；尚无评分时没有违约概率",
            "who only buys sells nothing to the bad; before scores there is no PD",
        ),
        as_of="2020-05-31",
        tables={
            "rel_edge": """
                src_key  dst_key  edge_kind  weight  valid_from  valid_to
                F        A        buys_from    0.20  2019-01-01  2020-01-01
            """,
            "court_dishonest": LISTED,
        },
        expected={
            "net.cust_bad_12m": 0,
            "net.sup_bad_12m": 0,
            "net.cust_pd": None,
        },
    ),
    Example(
        Text(
            "两步以内的关联族，不分方向，每家只计一次",
            "the family within two steps, in either direction, each firm once",
        ),
        as_of="2020-05-31",
        tables={
            "rel_edge": """
                src_key  dst_key  edge_kind       weight  valid_from  valid_to
                F        A        invest            0.25  2019-01-01  -
                B        F        controls             -  2019-01-01  -
                B        A        controls             -  2019-01-01  -
                F        C        same_legal_rep       -  2019-01-01  -
                C        D        controls             -  2019-01-01  -
                D        E        invest            0.90  2019-01-01  -
                F        G        invest            0.24  2019-01-01  -
                F        H        same_officer         -  2019-01-01  -
                F        I        controls             -  2019-01-01  2020-05-31
                C        J        controls             -  2019-01-01  2020-05-31
                F        K        controls             -  2019-01-01  -
                F        L        joint_debtor         -  2019-01-01  -
                M        F        joint_debtor         -  2020-05-31  -
                F        N        joint_debtor         -  2019-01-01  -
                L        O        controls             -  2019-01-01  -
            """,
            "court_dishonest": """
                firm  case_id  party_seq  list_date
                A     e1       1          2018-06-01
                A     e2       1          2020-01-01
                B     e3       1          2020-01-01
                D     e4       1          2020-05-31
                E     e5       1          2020-01-01
                F     e6       1          2020-01-01
                G     e7       1          2020-01-01
                H     e8       1          2020-01-01
                I     e9       1          2020-01-01
                J     e10      1          2020-01-01
                K     e11      1          2018-05-31
                L     e12      1          2018-06-01
                M     e13      1          2020-01-01
                N     e14      1          2018-05-31
                O     e15      1          2020-01-01
            """,
        },
        expected={
            "net.group_bad_24m": 3,  # A, B, D
            "net.joint_debtor_24m": 2,  # L, M
            "net.guar_circle": 0,
        },
    ),
    Example(
        Text(
            "担保圈可跨越任意多家企业",
            "a circle of guarantees reaches over any number of firms",
        ),
        as_of="2020-05-31",
        tables={
            "rel_edge": """
                src_key  dst_key  edge_kind   valid_from  valid_to
                F        A        guarantees  2019-01-01  -
                B        A        guarantees  2019-01-01  -
                B        C        guarantees  2019-01-01  2020-05-31
                B        D        guarantees  2019-01-01  2020-06-01
                E        C        guarantees  2019-01-01  -
                G        F        invest      2019-01-01  -
            """,
        },
        expected={
            "net.guar_circle": log(1 + 4),  # F, A, B, D
            "net.group_bad_24m": 0,
            "net.joint_debtor_24m": 0,
        },
    ),
    Example(
        Text(
            "出险邻居的占比向全市比率收缩",
            "the share of bad neighbours is drawn towards the city's",
        ),
        as_of="2020-05-31",
        tables={
            "reg_firm": NEIGHBOURS,
            "court_dishonest": """
                firm  case_id  party_seq  list_date
                F     e1       1          2020-01-01
                A     e2       1          2018-06-01
                A     e3       1          2020-01-01
                B     e4       1          2018-05-31
                G     e5       1          2020-05-31
            """,
        },
        # Of five neighbours A; of seven other firms A and G.
        expected={"net.addr_bad_share": (1 + 50 * 2 / 7) / (5 + 50)},
        alone=True,
    ),
    Example(
        Text("四家邻居太少", "four neighbours are too few"),
        as_of="2020-05-31",
        tables={"reg_firm": NEIGHBOURS.replace("E     h", "E     i")},
        expected={"net.addr_bad_share": None},
        alone=True,
    ),
]
