"""Signals of profits, as the yearly settlement of enterprise income tax tells them.

A yearly return that was not filed is no return (READINGS.md, A27). «The year before» is
the calendar year before the last that is settled: where that one is missing, nothing is
compared.
"""

# fmt: off
# A sentence and its translation stay on one line, so that a person can compare them.

from kexin.algebra.nodes import Call, Column, Constant, Node
from kexin.algebra.reductions import Across, Aggregate, Window, count, latest, total
from kexin.algebra.views import Joined, Selected, named
from kexin.language import Text
from kexin.registers.tax import TaxCitReturn
from kexin.signals.signal import Signal
from kexin.signals.vat import FLOOR, vat_month

EVER = Window()
LEAST_COMPARED = 50_000
"""Yearly amounts below it are not compared, CNY."""

year = TaxCitReturn.fiscal_year
revenue = Call("greatest", (TaxCitReturn.revenue, Constant(FLOOR)))
is_settled = TaxCitReturn.period_kind.is_in("annual") & ~TaxCitReturn.filed_at.is_absent()

settled_n = count(year, EVER, is_settled)
settled_year = Aggregate("max", year, EVER, is_settled)


def last_settled(of: Node) -> Node:
    """What the last settled year's return tells."""
    return latest(of, is_settled)


def year_before(of: Node) -> Node:
    """What the return of the year before the last settled one tells."""
    def told(value: Node) -> Node:
        value_of_year = latest(value, is_settled)
        return Across("max", value_of_year, year, top=1, rank=settled_year, skip=1)

    return told(of).given((last_settled(year) - told(year)).is_in(1))


def years_of_last_three(condition: Node) -> Node:
    """Number of the last three settled years for which a condition holds."""
    returns = count(year, EVER, is_settled & condition)
    return Across("count", returns.given(returns > 0), year, top=3, rank=settled_year)


settled_return = Selected(
    name="settled_return",
    source=TaxCitReturn.id,
    where=is_settled,
    columns=named(TaxCitReturn.id, "fiscal_year", "revenue"),
)

settled_month = Joined(
    name="settled_month",
    left=vat_month,
    right=settled_return,
    on=(
        (vat_month["firm_key"], settled_return["firm_key"]),
        (Call("year", (vat_month["event_date"],)), settled_return["fiscal_year"]),
    ),
    columns=(
        *named(vat_month, "sales", "filed_at"),
        *named(settled_return, "fiscal_year", "revenue"),
    ),
)
"""Months of VAT sales whose year is settled, each with that year's return."""

sold = total(
    settled_month["sales"], EVER, ~settled_month["filed_at"].is_absent()
) / 12
earned = Aggregate("max", settled_month["revenue"], EVER)
year_of_month = Aggregate("max", settled_month["fiscal_year"], EVER)


def of_last_settled_month(of: Node) -> Node:
    """What the months of the last settled year tell together."""
    by: Column = settled_month["fiscal_year"]
    return Across("max", of, by, top=1, rank=year_of_month)


deviation = Call("abs", (Call("ln", (sold / earned,)),))
comparable = (sold >= LEAST_COMPARED) & (earned >= LEAST_COMPARED)

margin_of_year = (TaxCitReturn.total_profit / revenue).clip(-1, 1)
research_before = year_before(TaxCitReturn.rd_expense)


margin = Signal(
    id="tax.margin",
    register="tax",
    name=Text("最近汇算年度利润率", "Profit margin of the last settled year"),
    formula=last_settled(margin_of_year),
    unit="ratio", direction=-1, absent="missing", family="profit",
    reason=Text("最近年度利润率{v_pct}%", "The profit margin of the last settled year is {v_pct}%"),
    why=Text("承担债务的能力", "Ability to bear debt"),
    source="SIGNALS.md section 2, tax.margin; READINGS.md A27",
)


margin_chg = Signal(
    id="tax.margin_chg",
    register="tax",
    name=Text("利润率同比变动", "Change of profit margin"),
    formula=last_settled(margin_of_year) - year_before(margin_of_year),
    unit="ratio", direction=-1, absent="too_few", family="profit",
    reason=Text("利润率较上年变动{v_pp}个百分点", "The profit margin moved {v_pp} points"),
    why=Text("侵蚀", "Erosion"),
    source="SIGNALS.md section 2, tax.margin_chg; READINGS.md A27",
)


loss_years_3y = Signal(
    id="tax.loss_years_3y",
    register="tax",
    name=Text("近3年亏损年数", "Loss years of the last 3 settled"),
    formula=years_of_last_three(TaxCitReturn.total_profit < 0).given(settled_n >= 1),
    unit="years", direction=1, absent="too_few", family="profit",
    reason=Text("近3个年度有{v}年亏损", "Losses in {v} of the last 3 settled years"),
    why=Text("对年轻研发企业属正常：与融资和研发交互", "Normal for young R&D firms: interact with vc and R&D"),
    source="SIGNALS.md section 2, tax.loss_years_3y; READINGS.md A27",
)


vat_cit_gap = Signal(
    id="tax.vat_cit_gap",
    register="tax",
    name=Text("增值税销售额与所得税收入偏离", "VAT sales against CIT revenue"),
    formula=of_last_settled_month(deviation.given(comparable)).given(
        (last_settled(year) - of_last_settled_month(year_of_month)).is_in(0)
    ),
    unit="abs log ratio", direction=1, absent="small_base", family="consistency",
    reason=Text("增值税销售额与所得税收入相差{v_pct}%", "VAT sales and CIT revenue differ by {v_pct}%"),
    why=Text("账目不一致", "Books that disagree"),
    source="SIGNALS.md section 2, tax.vat_cit_gap; READINGS.md A07, A08, A27",
)


rd_intensity = Signal(
    id="tax.rd_intensity",
    register="tax",
    name=Text("研发强度", "R&D intensity"),
    formula=last_settled(TaxCitReturn.rd_expense / revenue).clip(0, 2),
    unit="ratio", direction=0, absent="missing", family="research",
    reason=Text("研发费用占收入{v_pct}%", "R&D spending is {v_pct}% of revenue"),
    why=Text("约10%以内有保护作用，很高而无销售则是烧钱", "Up to about 10 % protective, very high with no sales is burn"),
    source="SIGNALS.md section 2, tax.rd_intensity; READINGS.md A27",
)


rd_growth = Signal(
    id="tax.rd_growth",
    register="tax",
    name=Text("研发费用增速", "R&D growth"),
    formula=(
        (last_settled(TaxCitReturn.rd_expense) / research_before - 1)
        .clip(-1, 3)
        .given(research_before >= LEAST_COMPARED)
    ),
    unit="ratio", direction=-1, absent="small_base", family="research",
    reason=Text("研发费用同比{v_pct}%", "R&D spending grew {v_pct}%"),
    why=Text("削减研发是早期的退缩；创新积分指标之一（SRC-S20；单项指标[mem]）", "Cutting R&D is an early retreat; an innovation-points indicator (SRC-S20; single indicator [mem])"),
    source="SIGNALS.md section 2, tax.rd_growth; READINGS.md A27",
)


rd_years_3y = Signal(
    id="tax.rd_years_3y",
    register="tax",
    name=Text("近3年享受研发加计扣除年数", "Years with super-deduction, of 3"),
    formula=years_of_last_three(TaxCitReturn.rd_super_deduction > 0),
    unit="years", direction=-1, absent="never", family="research",
    reason=Text("近3个年度有{v}年享受研发费用加计扣除", "Claimed the R&D super-deduction in {v} of 3 years"),
    why=Text("研发得到税务机关确认", "R&D confirmed by the tax office"),
    source="SIGNALS.md section 2, tax.rd_years_3y; READINGS.md A27",
)
