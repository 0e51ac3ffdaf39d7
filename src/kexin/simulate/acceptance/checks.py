"""Marginal checks of a city (SIMULATOR.md section 10), one query each.

Each query gives a label and a value a row, and every value must lie inside its band.
Checks that need a model (C17 to C20) or an intake (C26) are made where those are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kexin.language import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import duckdb

Band = tuple[float, float]


class Check(NamedTuple):
    """One check.

    Attributes:
        id: Its number.
        text: What is looked at.
        bands: By label, where a value must lie; the empty label stands for all others.
        query: Gives `label` and `value`; a third column says of how many things a share
            was taken, and widens the band by two standard errors: a city is a sample.
        basis: Where the target comes from.
        least: Firms that a city must have to be judged by it.
    """

    id: str
    text: Text
    bands: Mapping[str, Band]
    query: str
    basis: str
    least: int = 0


class Found(NamedTuple):
    """What a check found.

    Attributes:
        check: The check.
        label: Which value of it.
        value: The value.
        band: Where it must lie.
    """

    check: Check
    label: str
    value: float
    band: Band

    @property
    def passed(self) -> bool:
        """Whether the value lies inside the band."""
        return self.band[0] <= self.value <= self.band[1]


YEARS = "SELECT unnest(range(2019, 2026)) AS year"

LIVING = f"""
SELECT year, place, firm_key FROM ({YEARS}) JOIN firm
ON birthday < make_date(year, 1, 1)
AND (gone IS NULL OR gone > make_date(year, 1, 1))
AND place NOT IN (SELECT place FROM gt_event JOIN firm f USING (firm_key)
    WHERE event = 'default' AND month < make_date(year, 1, 1) - INTERVAL 9 MONTH
    AND f.place NOT IN (SELECT g.place FROM gt_event e JOIN firm g USING (firm_key)
                        WHERE e.event = 'fate' AND e.cause = 'cured'))
"""
"""Firms that exist on the first of January and have not died of a default."""

SIZE = "(SELECT count(*) FROM firm)"

REGISTERED = f"""(SELECT count(*) FROM ({YEARS}) JOIN firm
ON birthday < make_date(year, 7, 1) AND (gone IS NULL OR gone > make_date(year, 7, 1)))"""
"""Firms in the registry in the middle of each year, added up over seven years."""

MANY = 50_000
"""Firms that a city needs for what hangs on a few of its largest or unluckiest."""

CHECKS = (
    Check("C1", Text("注册企业均在登记表中", "every firm is in the registry"),
          {"": (1.0, 1.0)},
          f"""SELECT 'firms' AS label, count(DISTINCT firm_key) / {SIZE} AS value
          FROM all_reg_firm WHERE NOT is_branch""", "SRC-SEED"),
    Check("C2", Text("高新技术企业、省科技型中小企业占比",
                     "national high-tech firms, provincial technology SMEs"),
          {"HNTE": (0.0724, 0.0800), "ZJ_TSME": (0.1797, 0.1987)},
          f"""SELECT cert_kind AS label, count(DISTINCT firm_key) / {SIZE} AS value
          FROM qual_cert WHERE cert_kind IN ('HNTE', 'ZJ_TSME')
          AND valid_from <= DATE '2026-10-31' AND valid_to >= DATE '2026-10-31'
          AND revoked_date IS NULL GROUP BY ALL""", "SRC-SEED"),
    Check("C3", Text("年违约率", "yearly default rate of living firms"),
          {"": (0.024, 0.038)},
          f"""SELECT year::VARCHAR AS label, avg((place IN (
          SELECT f.place FROM gt_event JOIN firm f USING (firm_key)
          WHERE event = 'default' AND year(month) = year))::INT) AS value
          FROM ({LIVING}) GROUP BY year ORDER BY year""", "[proto]"),
    Check("C4", Text("年退出率", "yearly exits of all kinds"),
          {"": (0.05, 0.09)},
          f"""SELECT 'mean' AS label, avg((place IN (
          SELECT f.place FROM gt_event JOIN firm f USING (firm_key)
          WHERE event IN ('default', 'closure') AND year(month) = year))::INT) AS value
          FROM ({LIVING})""", "SRC-N1"),
    Check("C7", Text("每年新增失信企业占比", "firms newly listed dishonest per year"),
          {"": (0.003, 0.008)},
          f"""SELECT 'mean' AS label, count(DISTINCT (firm_key, year(list_date)))
          / avg({REGISTERED}) AS value FROM all_court_dishonest
          WHERE year(list_date) BETWEEN 2019 AND 2025 AND firm_key IS NOT NULL""",
          "SRC-N4"),
    Check("C8", Text("每年吊销占比", "licences revoked per year"),
          {"": (0.005, 0.012)},
          f"""SELECT 'mean' AS label, count(*) / avg({REGISTERED}) AS value
          FROM reg_status_event WHERE event_code = 'revoked'
          AND year(event_date) BETWEEN 2019 AND 2025""", "SRC-N4"),
    Check("C9", Text("每年受理破产占比", "bankruptcies accepted per year"),
          {"": (0.0006, 0.0015)},
          f"""SELECT 'mean' AS label, count(*) / avg({REGISTERED}) AS value
          FROM court_bankruptcy WHERE year(accept_date) BETWEEN 2019 AND 2025""",
          "SRC-N3"),
    Check("C10", Text("每年列入异常名录的在营企业占比",
                      "abnormal listings per year, of firms that are in business"),
          {"": (0.03, 0.05)},
          """WITH busy AS (SELECT firm_key, month FROM gt_month JOIN who
          ON gt_month.firm = who.place WHERE active AND month(month) = 7
          AND year(month) BETWEEN 2019 AND 2025)
          SELECT 'mean' AS label, count(listing_id) / count(*) AS value FROM busy b
          LEFT JOIN reg_abnormal_list l
          ON l.firm_key = b.firm_key AND year(list_date) = year(b.month)""", "SRC-N5"),
    Check("C10r", Text("列入异常名录的原因", "reasons of abnormal listings"),
          {"no_annual_report": (0.87, 0.91), "unreachable": (0.088, 0.128),
           "false_info": (0, 0.024), "info_not_published": (0, 0.021)},
          """SELECT list_reason AS label, count(*) / sum(count(*)) OVER () AS value
          FROM reg_abnormal_list GROUP BY ALL ORDER BY label""", "SRC-N5"),
    Check("C11", Text("有贷款的科技型企业占比", "technology firms with loans"),
          {"TSME": (0.472, 0.532), "HNTE": (0.543, 0.603)},
          """SELECT cert_kind AS label, avg((firm_key IN (SELECT firm_key
          FROM pboc_loan_month WHERE month >= DATE '2025-06-01'))::INT) AS value, count(*) FROM (
          SELECT DISTINCT cert_kind, firm_key FROM qual_cert
          WHERE cert_kind IN ('TSME', 'HNTE') AND valid_to >= DATE '2025-12-31'
          AND valid_from <= DATE '2025-12-31') GROUP BY ALL ORDER BY label""",
          "SRC-N6"),
    Check("C12", Text("小额贷款中信用贷款占比", "unsecured share of small loans"),
          {"": (0.23, 0.34)},
          """SELECT 'mean' AS label, avg((guarantee_kind = 'credit')::INT) AS value
          FROM pboc_loan_month WHERE month = DATE '2025-06-01'
          AND principal <= 10000000""", "SRC-N8"),
    Check("C13", Text("外贸企业占比", "traders"),
          {"": (0.04, 0.06)},
          f"""SELECT 'share' AS label, count(DISTINCT firm_key) / {SIZE} AS value
          FROM cus_registrant WHERE registrant_kind = 'trader'""", "SRC-N9"),
    Check("C14", Text("AEO企业占外贸企业、占出口额",
                      "AEO: share of traders, share of exports"),
          {"traders": (0.007, 0.013), "exports": (0.32, 0.48)},
          """WITH aeo AS (SELECT DISTINCT firm_key FROM cus_credit_class
          WHERE credit_class = 'advanced_certified'),
          traders AS (SELECT DISTINCT firm_key FROM cus_registrant)
          SELECT 'traders' AS label, (SELECT count(*) FROM aeo) / count(*) AS value
          FROM traders UNION ALL SELECT 'exports', sum(value_cny) FILTER (firm_key IN
          (FROM aeo)) / sum(value_cny) FROM cus_declaration
          WHERE ie_flag = 'E' AND role = 'owner'""", "SRC-N9", MANY),
    Check("C5", Text("企业成立第二、三年的退出风险与第一年之比",
                     "exit hazard in the second and third year of life, to the first"),
          {"": (2.0, 20.0)},
          """WITH ends AS (SELECT firm.firm_key, birthday, least(coalesce(gone,
          DATE '2099-01-01'), coalesce(min(e.month), DATE '2099-01-01')) AS ends
          FROM firm LEFT JOIN gt_event e ON e.firm_key = firm.firm_key
          AND event = 'default' GROUP BY firm.firm_key, birthday, gone),
          lives AS (SELECT unnest([1, 2, 3]) AS life),
          seen AS (SELECT life, ends < birthday + to_years(life::INT) AS over
          FROM ends JOIN lives ON birthday + to_years((life - 1)::INT) >= DATE '2019-01-01'
          AND birthday + to_years(life::INT) <= DATE '2026-10-01'
          AND ends >= birthday + to_years((life - 1)::INT)),
          rates AS (SELECT life, avg(over::INT) AS rate FROM seen GROUP BY life)
          SELECT 'year ' || life AS label, rate / (SELECT rate FROM rates WHERE life = 1)
          AS value FROM rates WHERE life > 1 ORDER BY label""", "SRC-N1"),
    Check("C6", Text("2019年初成立不足五年的企业占比",
                     "firms younger than five years at the start of 2019"),
          {"": (0.45, 0.55)},
          f"""SELECT '2019' AS label, avg((birthday > DATE '2014-01-01')::INT) AS value,
          count(*) FROM ({LIVING}) JOIN firm USING (firm_key) WHERE year = 2019""",
          "SRC-N1"),
    Check("C15", Text("银行客户的发票", "invoices of bank clients"),
          {"void": (0.074, 0.112), "red": (0.020, 0.030), "a month": (12.5, 18.7)},
          """WITH own AS (SELECT firm_key, sum(n_void) / sum(n_valid + n_void + n_red)
          AS void, sum(amt_red) / nullif(sum(amt_valid), 0) AS red,
          sum(n_valid) / count(*) FILTER (n_valid > 0) AS n
          FROM tax_invoice_month JOIN firm USING (firm_key)
          WHERE direction = 'out' AND month < DATE '2020-03-01' AND borrower
          AND firm.sales >= 500000 GROUP BY ALL)
          SELECT 'void' AS label, median(void) AS value FROM own
          UNION ALL SELECT 'red', avg(red) FROM own
          UNION ALL SELECT 'a month', median(n) FROM own""", "SRC-D1"),
    Check("C16", Text("销售的季节", "season of sales"),
          {"2019-02": (0.42, 0.57), "2019-01": (1.22, 1.64), "2019-12": (1.21, 1.65),
           "2025-02": (0.51, 0.69), "2025-12": (1.21, 1.65)},
          """WITH sums AS (SELECT month, sum(sales) AS amount FROM gt_month
          WHERE year(month) IN (2019, 2025) GROUP BY month)
          SELECT strftime(month, '%Y-%m') AS label,
          amount / avg(amount) OVER (PARTITION BY year(month)) AS value FROM sums
          QUALIFY label IN ('2019-01', '2019-02', '2019-12', '2025-02', '2025-12')
          ORDER BY label""", "SRC-D1"),
    Check("C21", Text("2020至2023年上网文书减少", "published judgments, 2020 to 2023"),
          {"": (-0.88, -0.80)},
          """WITH shown AS (SELECT case_year, count(DISTINCT case_id) FILTER (
          case_id IN (SELECT case_id FROM all_court_judgment)) / count(DISTINCT case_id)
          AS share FROM all_court_case WHERE case_type = '民初'
          AND case_year IN (2020, 2023) GROUP BY ALL)
          SELECT 'change' AS label, max(share) FILTER (case_year = 2023)
          / max(share) FILTER (case_year = 2020) - 1 AS value FROM shown""",
          "SRC-S8"),
    Check("C22", Text("授权五年后仍有效的专利",
                      "patents in force five years after filing"),
          {"utility": (0.40, 0.50), "design": (0.09, 0.15)},
          """SELECT patent_kind AS label, avg((NOT EXISTS (SELECT 1
          FROM ip_patent_event e WHERE e.app_no = p.app_no
          AND e.event_code = 'lapse_fee'
          AND e.event_date <= p.app_date + INTERVAL 5 YEAR))::INT) AS value
          FROM ip_patent p WHERE grant_date IS NOT NULL
          AND app_date BETWEEN DATE '2016-01-01' AND DATE '2020-06-30'
          AND patent_kind IN ('utility', 'design') GROUP BY ALL ORDER BY label""",
          "SRC-N10"),
    Check("C23", Text("发明专利审查月数", "months of examination of inventions"),
          {"": (13, 17)},
          """SELECT 'mean' AS label, avg(datediff('day', app_date, grant_date)) / 30.44
          AS value FROM ip_patent WHERE patent_kind = 'invention'
          AND grant_date IS NOT NULL
          AND app_date BETWEEN DATE '2019-01-01' AND DATE '2022-12-31'""", "SRC-N11"),
    Check("C24", Text("纳税信用等级分布", "shares of tax credit ratings"),
          {"A": (0.09, 0.17), "B": (0.61, 0.69), "M": (0.11, 0.19), "C": (0.0, 0.08),
           "D": (0.0, 0.065)},
          """SELECT rating AS label, count(*) / sum(count(*)) OVER () AS value
          FROM tax_credit_rating JOIN firm USING (firm_key)
          WHERE rating_year = 2024 AND seq = 1 AND birthday < DATE '2024-01-01'
          AND (gone IS NULL OR gone > DATE '2024-12-31')
          GROUP BY ALL ORDER BY label""", "[est]"),
    Check("C25", Text("违约企业中突发的、观察日已陷入困境的占比",
                      "share of bads that are sudden, that are in distress at T"),
          {"sudden": (0.12, 0.20), "in distress": (0.64, 0.76)},
          """WITH bad AS (SELECT firm_key, cause FROM gt_event WHERE event = 'default'
          AND month > DATE '2025-06-01' AND month <= DATE '2026-06-01')
          SELECT 'sudden' AS label, avg((cause = 'sudden')::INT) AS value FROM bad
          UNION ALL SELECT 'in distress', avg((distress > 0)::INT) FROM bad
          JOIN firm USING (firm_key) JOIN gt_month m ON m.firm = firm.place
          AND m.month = DATE '2025-06-01'""", "[proto]"),
    Check("C27", Text("主要客户违约后的违约率与其他企业之比",
                      "default rate after the main customer defaulted, to others"),
          {"": (1.6, 2.5)},
          """WITH d AS (SELECT firm_key, month FROM gt_event WHERE event = 'default'),
          days AS (SELECT make_date(unnest(range(2020, 2026)), 1, 1) AS day),
          hit AS (SELECT DISTINCT e.seller AS firm_key, day FROM gt_edge e JOIN d
          ON e.buyer = d.firm_key AND share >= 0.3 JOIN days
          ON d.month < day AND d.month >= day - INTERVAL 12 MONTH),
          base AS (SELECT firm_key, day, (firm_key, day) IN (FROM hit) AS is_hit
          FROM firm JOIN days ON birthday < day AND (gone IS NULL OR gone > day)
          WHERE firm_key NOT IN (SELECT firm_key FROM d WHERE d.month < day)),
          rates AS (SELECT is_hit, avg((EXISTS (SELECT 1 FROM d
          WHERE d.firm_key = base.firm_key AND d.month >= day
          AND d.month < day + INTERVAL 12 MONTH))::INT) AS rate FROM base GROUP BY ALL)
          SELECT 'ratio' AS label, max(rate) FILTER (is_hit)
          / max(rate) FILTER (NOT is_hit) AS value FROM rates""", "[est]", MANY),
    Check("C28", Text("被拒申请人与获批申请人的违约率之比",
                      "bad rate of refused applicants to approved ones"),
          {"": (1.8, 3.0)},
          """WITH d AS (SELECT firm_key, month FROM gt_event WHERE event = 'default'),
          told AS (SELECT approved, (EXISTS (SELECT 1 FROM d
          WHERE d.firm_key = a.firm_key AND d.month > a.month
          AND d.month <= a.month + INTERVAL 12 MONTH))::INT AS bad
          FROM gt_application a WHERE month BETWEEN '2019-01-01' AND '2025-09-01')
          SELECT 'ratio' AS label, avg(bad) FILTER (NOT approved)
          / avg(bad) FILTER (approved) AS value FROM told""", "design", MANY),
)  # fmt: skip


def checks(engine: duckdb.DuckDBPyConnection) -> Iterator[Found]:
    """Yield what every check finds; nothing of those whose register is not there.

    Args:
        engine: An opened city.
    """
    firms = engine.execute("SELECT count(*) FROM firm").fetchall()[0][0]
    for check in CHECKS:
        if firms < check.least:
            continue
        for label, value, *of in engine.execute(check.query).fetchall():
            if value is not None:
                yield Found(check, label, float(value), band(check, label, value, *of))


def band(check: Check, label: str, value: float, of: int | None = None) -> Band:
    """Return where a value must lie."""
    low, high = check.bands.get(label, check.bands.get("", (0.0, 1.0)))
    if of is None:
        return low, high
    error = 2 * (value * (1 - value) / of) ** 0.5
    return low - error, high + error
