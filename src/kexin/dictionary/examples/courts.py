"""Signals of disputes by example. Every expected value was worked out by hand."""

from __future__ import annotations

from kexin.dictionary.example import Example
from kexin.language import Text

MONTHS = [(2019, m) for m in range(5, 13)] + [(2020, m) for m in range(1, 5)]

SALES = "period_start period_end filed_at sales_taxable\n" + "\n".join(
    f"{y}-{m:02}-01 {y}-{m:02}-28 {y}-{m:02}-28 20000" for y, m in MONTHS
)
"""Sales of 240,000 in the twelve months that are known on 31 May 2020."""

CASES = """
    case_id  root_case_id  case_type  cause_code  event       claim_amount
    a1       a1            民初       sale        2019-12-01        100000
    a2       a1            民终       sale        2020-03-01        900000
    a3       a1            民再       sale        2020-05-01        120000
    b1       b1            民初       labour      2019-11-30             -
    c1       c1            民初       loan_bank   2019-05-31        300000
    d1       d1            知民初     ip          2018-06-01         50000
    e1       e1            民初       guarantee   2018-05-31        800000
    f1       f1            民初       other       2019-12-01             -
    m1       m1            民诉前调   sale        2020-02-01        700000
    p1       p1            民初       sale        2019-06-01         60000
    q1       q1            督         bill        2020-05-31         80000
    r1       r1            财保       -           2020-01-10         60000
    x1       x1            民初       sale        2020-04-01        500000
    y1       y1            民初       transport   2020-05-01         40000
"""

PARTIES = """
    case_id  party_seq  party_role  party_firm_key  party_name_raw  match_conf  event
    a1       1          plaintiff   G               甲公司               1.000  2019-12-01
    a1       2          defendant   F               己                   1.000  2019-12-01
    a2       1          appellee    G               甲公司               1.000  2020-03-01
    a2       2          appellant   F               己                   1.000  2020-03-01
    a3       1          defendant   F               己                   1.000  2020-05-01
    b1       1          plaintiff   -               张三                     -  2019-11-30
    b1       2          defendant   F               己                   0.970  2019-11-30
    c1       1          plaintiff   -               丁银行                   -  2019-05-31
    c1       2          defendant   F               己                   0.950  2019-05-31
    d1       1          defendant   F               己                   0.930  2018-06-01
    e1       1          defendant   F               己                   1.000  2018-05-31
    f1       1          defendant   F               己                   1.000  2019-12-01
    m1       1          plaintiff   -               戊公司                   -  2020-02-01
    m1       2          respondent  F               己                   1.000  2020-02-01
    p1       1          plaintiff   F               己                   1.000  2019-06-01
    q1       1          applicant   -               乙公司                   -  2020-05-31
    q1       2          respondent  F               己                   1.000  2020-05-31
    r1       1          applicant   F               己                   1.000  2020-01-10
    x1       1          plaintiff   -               庚公司                   -  2020-04-01
    x1       2          defendant   F               己                   0.899  2020-04-01
    y1       1          plaintiff   H               乙公司               0.850  2020-05-01
    y1       2          defendant   F               己                   0.900  2020-05-01
    y1       3          plaintiff   G               甲分公司             0.980  2020-05-01
    k1       1          defendant   F               己                   1.000  2020-05-20
"""

SPEC = [
    Example(
        Text(
            "同一纠纷只计一次，诉前调解与身份存疑的当事人不计",
            "one dispute counts once, mediation and doubtful parties do not",
        ),
        as_of="2020-05-31",
        tables={"court_case": CASES, "court_party": PARTIES, "tax_vat_return": SALES},
        expected={
            "court.def_6m": 4,  # a, f, q, y; b on the day before the window
            "court.def_12m": 5,
            "court.def_24m": 7,  # c and d as well; e on the day before
            "court.def_loan_24m": 2,
            "court.def_supply_12m": 2,
            "court.def_labor_12m": 1,
            "court.def_ip_24m": 1,
            "court.pl_12m": 2,
            # The greatest claim of a is that of the retrial; as appellant F defends not.
            "court.claim_ratio_24m": (120000 + 300000 + 50000 + 80000 + 40000) / 240000,
            # G twice, 张三, and 乙公司 twice: H was not found well enough.
            "court.creditors_12m": 3,
            "court.def_rel_12m": None,
        },
    ),
    Example(
        Text("一日之后，窗口随之移动", "a day later the windows have moved on"),
        as_of="2020-06-01",
        tables={"court_case": CASES, "court_party": PARTIES},
        expected={
            "court.def_6m": 3,  # f has left; a stays for its retrial
            "court.def_12m": 5,
            "court.def_24m": 6,
            "court.claim_ratio_24m": None,  # sales are unknown
        },
    ),
    Example(
        Text(
            "从未被诉的不欠款，不论销售额如何",
            "who was never sued owes nothing, whatever the sales",
        ),
        as_of="2020-05-31",
        tables={
            "court_case": CASES,
            "court_party": """
                case_id party_seq party_role party_firm_key match_conf event
                a1      1         defendant  G                   1.000 2019-12-01
            """,
        },
        expected={
            "court.def_6m": 0,
            "court.pl_12m": 0,
            "court.claim_ratio_24m": 0,
            "court.award_ratio_36m": 0,
            "court.creditors_12m": 0,
            "court.hearing_90d": 0,
            "court.lose_rate_36m": None,
        },
    ),
    Example(
        Text(
            "标的额超过销售额五倍的封顶，判令金额不封顶",
            "claims beyond five times the sales are cut off, awards are not",
        ),
        as_of="2020-05-31",
        tables={
            "court_case": """
                case_id root_case_id case_type event      claim_amount
                a1      a1           民初      2019-12-01      2000000
            """,
            "court_party": """
                case_id party_seq party_role party_firm_key match_conf event
                a1      1         defendant  F                   1.000 2019-12-01
            """,
            "court_judgment": """
                doc_id case_id judgment_date outcome award_amount
                j1     a1      2020-05-01    lose         1800000
            """,
            "tax_vat_return": SALES,
        },
        expected={
            "court.claim_ratio_24m": 5,
            "court.award_ratio_36m": 7.5,
            "court.lose_rate_36m": None,  # one decided case is too few
        },
    ),
    Example(
        Text(
            "晚一日得知的案件看不到，已修复的不再计",
            "cases known a day late are not seen, and repaired ones no more",
        ),
        as_of="2020-05-31",
        tables={
            "court_case": """
                case_id root_case_id case_type event      known                until
                a1      a1           民初      2020-05-01 2020-06-01           -
                b1      b1           民初      2020-05-01 2020-05-31T23:59:59  -
                c1      c1           民初      2020-05-01 2020-05-02           2020-05-31T23:59:59
                d1      d1           民初      2020-05-01 2020-05-02           2020-06-01
            """,
            "court_party": """
                case_id party_seq party_role party_firm_key match_conf event
                a1      1         defendant  F                   1.000 2020-05-01
                b1      1         defendant  F                   1.000 2020-05-01
                c1      1         defendant  F                   1.000 2020-05-01
                d1      1         defendant  F                   1.000 2020-05-01
            """,
        },
        expected={"court.def_12m": 2},
    ),
    Example(
        Text(
            "只计企业为被告且结果已知的文书",
            "documents are counted where the firm defends and the outcome is known",
        ),
        as_of="2020-05-31",
        tables={
            "court_case": CASES,
            "court_party": PARTIES,
            "court_judgment": """
                doc_id  firm  case_id  judgment_date  outcome     award_amount
                j1      F     a1       2019-12-20     lose               60000
                j2      F     b1       2017-06-01     partly_win         30000
                j3      F     c1       2020-05-31     win                    0
                j4      F     d1       2019-01-01     dismissed              -
                j5      F     e1       2017-05-31     lose                1000
                j6      F     q1       2020-05-31     settled             5000
                j7      F     p1       2020-01-01     lose                9000
                j8      F     x1       2020-01-01     lose                8000
                j9      F     m1       2020-03-01     lose                4000
                j10     F     k1       2020-05-30     lose                2000
                j11     G     a1       2020-05-30     lose                7000
            """,
            "tax_vat_return": SALES,
        },
        expected={
            "court.lose_rate_36m": 3 / 5,  # j1, j2, j10 of these and j3, j4
            "court.award_ratio_36m": (60000 + 30000 + 5000 + 2000) / 240000,
        },
    ),
    Example(
        Text(
            "开庭自前90日至后60日，每案只计一次",
            "hearings from 90 days before to 60 days after, each case once",
        ),
        as_of="2020-05-31",
        tables={
            "court_case": CASES,
            "court_party": PARTIES,
            "court_hearing": """
                notice_id  case_id  hearing_date  published_date  known
                h1         a1       2020-03-02    2020-02-20      2020-02-21
                h2         b1       2020-03-01    2020-02-20      2020-02-21
                h3         c1       2020-07-30    2020-05-30      2020-05-31
                h4         d1       2020-07-31    2020-05-30      2020-05-31
                h5         a1       2020-06-10    2020-05-20      2020-05-21
                h6         m1       2020-06-01    2020-05-20      2020-05-21
                h7         k1       2020-06-05    2020-05-20      2020-05-21
                h8         p1       2020-06-05    2020-05-20      2020-05-21
                h9         x1       2020-06-05    2020-05-20      2020-05-21
                h10        y1       2020-06-05    2020-05-20      2020-06-01
            """,
        },
        expected={"court.hearing_90d": 3},  # a, c, and k, whose case is not yet known
    ),
    Example(
        Text(
            "该次开庭属诉前调解，一日之后才得知",
            "that a hearing was of a mediation is told a day later",
        ),
        as_of="2020-05-31",
        tables={
            "court_case": """
                case_id root_case_id case_type event      known
                a1      a1           民诉前调  2020-05-01 2020-06-01
            """,
            "court_party": """
                case_id party_seq party_role party_firm_key match_conf event
                a1      1         defendant  F                   1.000 2020-05-01
            """,
            "court_hearing": """
                notice_id case_id hearing_date published_date known
                h1        a1      2020-06-10   2020-05-20     2020-05-21
            """,
        },
        expected={"court.hearing_90d": 1},
    ),
    Example(
        Text("自此该次开庭不再计入", "and from then on the hearing is left out"),
        as_of="2020-06-01",
        tables={
            "court_case": """
                case_id root_case_id case_type event      known
                a1      a1           民诉前调  2020-05-01 2020-06-01
            """,
            "court_party": """
                case_id party_seq party_role party_firm_key match_conf event
                a1      1         defendant  F                   1.000 2020-05-01
            """,
            "court_hearing": """
                notice_id case_id hearing_date published_date known
                h1        a1      2020-06-10   2020-05-20     2020-05-21
            """,
        },
        expected={"court.hearing_90d": 0},
    ),
    Example(
        Text(
            "城市的估计值自首日至末日有效",
            "what a city estimates holds from its first day to its last",
        ),
        as_of="2020-05-31",
        tables={
            "reg_firm": """
                approve_date district_code industry_code
                2015-01-01   110106        I6510
            """,
            "court_case": CASES,
            "court_party": PARTIES,
            "tax_vat_return": SALES,
            "ref_court_coverage": """
                city valid_from valid_to   share source
                1101 2019-06-01 2020-05-30  0.90 estimate
                1101 2020-05-31 2020-05-31  0.42 estimate
                1101 2020-06-01 2021-05-31  0.10 estimate
                1102 2020-05-31 2020-05-31  0.77 estimate
            """,
            "ref_defendant_cases": """
                industry decile sales_from valid_from valid_to   cases source
                I65      1               0 2020-01-01 2020-05-31   0.2 model
                I65      2          240000 2020-01-01 2020-05-31   0.5 model
                I65      3          240001 2020-01-01 2020-05-31   1.5 model
                I64      2          240000 2020-01-01 2020-05-31   7.5 model
                I65      2          240000 2019-01-01 2019-12-31   9.5 model
            """,
        },
        expected={"court.coverage": 0.42, "court.def_rel_12m": 5 - 0.5},
    ),
    Example(
        Text(
            "当日没有估计值时不作说明",
            "without an estimate for the day nothing is said",
        ),
        as_of="2020-05-31",
        tables={
            "reg_firm": """
                approve_date district_code industry_code
                2015-01-01   120106        J6610
            """,
            "tax_vat_return": SALES,
            "ref_court_coverage": """
                city valid_from valid_to   share source
                1201 2019-06-01 2020-05-30  0.90 estimate
            """,
        },
        expected={"court.coverage": None, "court.def_rel_12m": None},
    ),
]
