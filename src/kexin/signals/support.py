"""Signals of qualifications, public money and equity (科技资质、政府采购与补助、股权融资).

A certificate is valid through its last day, and revoked from the day of its revocation
on (READINGS.md, A85).
"""

# fmt: off
# A sentence and its translation stay on one line, so that a person can compare them.

from kexin.algebra.nodes import AsOf, Call, Choose, Coded, Constant, Node
from kexin.algebra.reductions import Aggregate, Window, count, total
from kexin.language import Text
from kexin.registers.support import GovAward, GovSubsidy, QualCert, VcRound
from kexin.signals.signal import Signal
from kexin.signals.vat import to_sales

EVER = Window()

is_revoked = ~QualCert.revoked_date.is_absent() & (QualCert.revoked_date <= AsOf())
is_valid = (
    (QualCert.valid_from <= AsOf()) & (QualCert.valid_to >= AsOf()) & ~is_revoked
)
ended_on = Choose(
    QualCert.revoked_date < QualCert.valid_to, QualCert.revoked_date, QualCert.valid_to
)
"""The day on which a certificate ends: its last, or that of its revocation (A55)."""


def certificates(condition: Node, *kinds: str) -> Aggregate:
    """Number of certificates of some kinds that meet a condition."""
    return count(QualCert.cert_no, EVER, condition & QualCert.cert_kind.is_in(*kinds))


has_ended = (ended_on > AsOf(months=24)) & (ended_on <= AsOf())
lost = (certificates(has_ended, "HNTE") > 0) & ~(certificates(is_valid, "HNTE") > 0)

SRDI_LEVEL = (("INNOVATIVE", 1), ("SRDI", 2), ("LITTLE_GIANT", 3))

last_round = Aggregate("max", VcRound.round_date, EVER)


hnte = Signal(
    id="qual.hnte",
    register="qual",
    name=Text("高新技术企业有效", "High-tech enterprise valid"),
    formula=certificates(is_valid, "HNTE") > 0,
    unit="0/1", direction=-1, absent="never", family="qualifications",
    reason=Text("高新技术企业资格{v:有效|无效}", "The high-tech certificate is {v:valid|not valid}"),
    why=Text("经税务、科技、财政部门审核", "Audited by tax, science and finance offices"),
    source="SIGNALS.md section 2, qual.hnte; READINGS.md A85",
)


hnte_lost_24m = Signal(
    id="qual.hnte_lost_24m",
    register="qual",
    name=Text("近24月失去高企资格", "High-tech status lost, 24 months"),
    formula=lost,
    unit="0/1", direction=1, absent="never", family="qualifications",
    reason=Text("近24个月{v:失去|未失去}高新技术企业资格", "{v:Lost|Did not lose} the high-tech status in 24 months"),
    why=Text("不再满足研发或成长要求", "No longer meets R&D or growth"),
    source="SIGNALS.md section 2, qual.hnte_lost_24m; READINGS.md A55",
)


tsme = Signal(
    id="qual.tsme",
    register="qual",
    name=Text("科技型中小企业入库", "Technology SME of this or last year"),
    formula=certificates(is_valid, "TSME") > 0,
    unit="0/1", direction=-1, absent="never", family="qualifications",
    reason=Text("科技型中小企业{v:在库|不在库}", "{v:Is|Is not} a registered technology SME"),
    why=Text("每年自评，并有抽查", "Yearly self-assessment with checks"),
    source="SIGNALS.md section 2, qual.tsme; READINGS.md A56, O1",
)


srdi = Signal(
    id="qual.srdi",
    register="qual",
    name=Text("专精特新层级", "Specialised and new level"),
    formula=Call(
        "coalesce",
        (
            Aggregate("max", Coded(QualCert.cert_kind, SRDI_LEVEL), EVER, is_valid),
            Constant(0),
        ),
    ),
    unit="level", direction=-1, absent="never", family="qualifications",
    reason=Text("专精特新层级为{v_name}", "The specialised-and-new level is {v_name}"),
    why=Text("由工业主管部门遴选", "Selection by industry authority"),
    source="SIGNALS.md section 2, qual.srdi",
    labels=(
        (0, Text("无", "none")),
        (1, Text("创新型", "innovative")),
        (2, Text("专精特新", "SRDI")),
        (3, Text("小巨人", "little giant")),
    ),
)


gazelle = Signal(
    id="qual.gazelle",
    register="qual",
    name=Text("瞪羚/独角兽/雄鹰名单", "Gazelle, unicorn or eagle list"),
    formula=certificates(is_valid, "GAZELLE", "UNICORN", "QUASI_UNICORN", "EAGLE") > 0,
    unit="0/1", direction=-1, absent="never", family="qualifications",
    reason=Text("{v:入选|未入选}瞪羚、独角兽等名单", "{v:On|Not on} a growth-firm list"),
    why=Text("成长性得到认可", "Growth recognised"),
    source="SIGNALS.md section 2, qual.gazelle",
)


award_12m = Signal(
    id="gov.award_12m",
    register="gov",
    name=Text("近12月政采中标占销售额", "Government contracts to sales"),
    formula=to_sales(total(GovAward.amount, Window(12))).clip(0, 3),
    unit="ratio", direction=-1, absent="missing", family="public_money",
    reason=Text("近12个月政府采购中标额占销售额{v_pct}%", "Government awards equal {v_pct}% of sales"),
    why=Text("稳妥的订单；政采贷的依据，见于最初的论文", "Safe orders; basis of procurement loans named in the seed paper"),
    source="SIGNALS.md section 2, gov.award_12m; READINGS.md A06, O12",
)


subsidy_24m = Signal(
    id="gov.subsidy_24m",
    register="gov",
    name=Text("近24月补助占销售额", "Subsidies to sales"),
    formula=to_sales(total(GovSubsidy.amount, Window(24))).clip(0, 2),
    unit="ratio", direction=0, absent="missing", family="public_money",
    reason=Text("近24个月财政补助占销售额{v_pct}%", "Subsidies equal {v_pct}% of sales"),
    why=Text("是扶持，也可能是依赖", "Support, or dependence"),
    source="SIGNALS.md section 2, gov.subsidy_24m; READINGS.md A06, O12",
)


months_since = Signal(
    id="vc.months_since",
    register="vc",
    name=Text("距最近股权融资月数", "Months since the last equity round"),
    formula=Call("least", (Call("months_since", (last_round,)), Constant(60))),
    unit="months", direction=1, absent="no_event", family="equity",
    reason=Text("距最近一轮股权融资{v}个月", "{v} months since the last equity round"),
    why=Text("亏损企业的资金可支撑时间", "Cash runway of loss-making firms"),
    source="SIGNALS.md section 2, vc.months_since; READINGS.md A65",
)


raised_36m = Signal(
    id="vc.raised_36m",
    register="vc",
    name=Text("近36月股权融资额", "Equity raised, 36 months"),
    formula=Call("ln_1p", (total(VcRound.amount, Window(36)),)),
    unit="ln CNY", direction=-1, absent="never", family="equity",
    reason=Text("近36个月股权融资{v_wan}万元", "Raised CNY {v_wan} ten-thousand of equity in 36 months"),
    why=Text("缓冲", "Buffer"),
    source="SIGNALS.md section 2, vc.raised_36m; READINGS.md A62",
)
