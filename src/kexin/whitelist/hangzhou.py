"""The policy of Hangzhou's whitelist, so far the rules that invoices can answer.

Rules keep the ids of POLICY.md section 3. Those whose registers are not taken in yet
are not declared, so that no decision claims to have looked at them.
"""

from datetime import date

from kexin.algebra.nodes import Call
from kexin.language import Text
from kexin.signals.invoices import recip_share, sales_yoy_6m, since_last, surge_2m
from kexin.whitelist.policy import Dated, Rule, pd

FIRST = date(2015, 1, 1)

MAX_PD = Dated(
    id="max_pd",
    unit="12-month probability of default",
    source="POLICY.md section 5.2, entry line [design]",
    values=((FIRST, 0.02),),
)

MAX_SILENT_DAYS = Dated(
    id="max_silent_days",
    unit="days without sales invoices, without Spring Festival weeks",
    source="POLICY.md section 3, K20 [design]",
    values=((FIRST, 90),),
)

MIN_SALES_YOY = Dated(
    id="min_sales_yoy_6m",
    unit="sales of 6 months to those of a year ago",
    source="POLICY.md section 3, K21, after SRC-B3",
    values=((FIRST, 0.5),),
)

MAX_RECIPROCAL = Dated(
    id="max_recip_share",
    unit="share of trade with parties that both sell and buy",
    source="POLICY.md section 3, K27 [design]",
    values=((FIRST, 0.5),),
)

MIN_SURGE = Dated(
    id="min_surge_2m",
    unit="sales of 2 months to the earlier median",
    source="[design]: twice the usual sales are a surge",
    values=((FIRST, 2.0),),
)

pd_too_high = Rule(
    id="C01",
    text=Text("违约概率高于准入线", "The probability of default is above the line"),
    refuses=pd > MAX_PD,
    kind="policy",
    since=FIRST,
    cure=Text("评分改善后自动复核", "Reviewed at each refresh, as the score improves"),
    source=MAX_PD.source,
)

stopped_selling = Rule(
    id="K20",
    text=Text("已长时间未开具销项发票", "No sales invoice for a long time"),
    refuses=since_last - Call("festival_days", (since_last,)) > MAX_SILENT_DAYS,
    kind="policy",
    since=FIRST,
    cure=Text("恢复开票满2个月", "Trading again for 2 months"),
    source=MAX_SILENT_DAYS.source,
)

sales_collapsed = Rule(
    id="K21",
    text=Text("近6个月销售额不足去年同期一半", "Sales of 6 months more than halved"),
    refuses=sales_yoy_6m < MIN_SALES_YOY,
    kind="policy",
    since=FIRST,
    cure=Text("销售恢复后自动复核", "Reviewed at each refresh, as sales recover"),
    source=MIN_SALES_YOY.source,
)

round_tripping = Rule(
    id="K27",
    text=Text("互开发票占比高且近期开票突增", "Mutual invoicing together with a surge"),
    refuses=(recip_share > MAX_RECIPROCAL) & (surge_2m > MIN_SURGE),
    kind="policy",
    since=FIRST,
    cure=Text("核查结案", "The investigation is closed"),
    source=MAX_RECIPROCAL.source,
)
