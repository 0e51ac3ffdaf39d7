"""Signals of what follows from not paying (司法执行): enforcement, lists, freezing, insolvency.

The firm is the one of which the record speaks (READINGS.md, A69). A list says what it
says on the day: a row that was repaired is withdrawn by its source (A50).
"""

# fmt: off
# A sentence and its translation stay on one line, so that a person can compare them.

from kexin.algebra.nodes import AsOf, Choose, Column, Constant, Node
from kexin.algebra.reductions import Across, Aggregate, Window, count, total
from kexin.algebra.views import Joined, United, Without, named
from kexin.language import Text
from kexin.registers.business import RegOfficer
from kexin.registers.court import (
    CourtBankruptcy,
    CourtCase,
    CourtDishonest,
    CourtEnforcement,
    CourtFreeze,
    CourtRoundEnd,
    CourtSpendingLimit,
)
from kexin.signals.signal import Signal
from kexin.signals.vat import to_sales

EVER = Window()
TWO_YEARS, THREE_YEARS, FIVE_YEARS = map(Window, (24, 36, 60))

now = AsOf()

enforced_after = Joined(
    name="enforced_after",
    left=CourtEnforcement.id,
    right=CourtCase.id,
    on=((CourtEnforcement.case_id, CourtCase.case_id),),
    columns=named(CourtEnforcement.id, "exec_amount", root=CourtCase.root_case_id),
)
enforced_alone = Without(
    name="enforced_alone",
    left=CourtEnforcement.id,
    right=CourtCase.id,
    on=((CourtEnforcement.case_id, CourtCase.case_id),),
    columns=named(CourtEnforcement.id, "exec_amount", root=CourtEnforcement.case_id),
)
enforced = United(name="enforced", parts=(enforced_after, enforced_alone))
"""Enforcements with the case from which they come; the case itself where none is known
(A49)."""

restricted = Joined(
    name="representative_restricted",
    left=RegOfficer.id,
    right=CourtSpendingLimit.id,
    on=((RegOfficer.person_hash, CourtSpendingLimit.restricted_rep_hash),),
    where=RegOfficer.role.is_in("legal_rep"),
    columns=named(
        RegOfficer.id,
        "valid_from",
        "valid_to",
        event_date=Column(CourtSpendingLimit.id, "event_date"),
    ),
)
"""Orders of any firm against a person who is or was the firm's legal representative."""


def open_on(day: AsOf, end: Node) -> Node:
    """Whether a spell that began was not over on a day: it ends on its last (A85)."""
    return end.is_absent() | (end > day)


def any_of(rows: Aggregate) -> Node:
    """1 where a record is found, else 0."""
    return Choose(rows > 0, Constant(1), Constant(0))


represents = (
    RegOfficer.role.is_in("legal_rep")
    & (RegOfficer.valid_from <= now)
    & open_on(now, RegOfficer.valid_to)
)
represented_then = (restricted["valid_from"] <= now) & open_on(now, restricted["valid_to"])

first_amounts = Across(
    "sum",
    Aggregate("earliest", enforced["exec_amount"], TWO_YEARS),
    by=enforced["root"],
)
frozen = total(CourtFreeze.amount, TWO_YEARS, open_on(now, CourtFreeze.lifted_date))


enf_now = Signal(
    id="court.enf_now",
    register="court",
    name=Text("当前被执行案件数", "Open enforcement cases"),
    formula=count(
        CourtEnforcement.case_id, EVER, CourtEnforcement.exec_status.is_in("open")
    ),
    unit="count", direction=1, absent="never", family="enforcement",
    reason=Text("当前被执行案件{v}件", "{v} open enforcement case(s)"),
    why=Text("同样一票否决", "Knock-out as well"),
    source="SIGNALS.md section 2, court.enf_now; READINGS.md A69",
)


enf_24m = Signal(
    id="court.enf_24m",
    register="court",
    name=Text("近24月被执行次数", "Enforcement cases, 24 months"),
    formula=Aggregate("distinct", enforced["root"], TWO_YEARS),
    unit="count", direction=1, absent="never", family="enforcement",
    reason=Text("近24个月被执行{v}次", "Enforced {v} time(s) in 24 months"),
    why=Text("历史记录", "History"),
    source="SIGNALS.md section 2, court.enf_24m; READINGS.md A49, A69",
)


enf_ratio_24m = Signal(
    id="court.enf_ratio_24m",
    register="court",
    name=Text("被执行标的占销售额", "Enforcement amount to sales"),
    formula=to_sales(first_amounts).clip(0, 5),
    unit="ratio", direction=1, absent="missing", family="enforcement",
    reason=Text("近24个月被执行标的占销售额{v_pct}%", "Enforcement amounts equal {v_pct}% of sales"),
    why=Text("严重程度", "Gravity"),
    source="SIGNALS.md section 2, court.enf_ratio_24m; READINGS.md A06, A49, A69",
)


dishonest_60m = Signal(
    id="court.dishonest_60m",
    register="court",
    name=Text("近60月失信次数", "Dishonest listings, 60 months"),
    formula=count(CourtDishonest.list_date, FIVE_YEARS),
    unit="count", direction=1, absent="never", family="lists",
    reason=Text("近60个月被列失信被执行人{v}次", "Listed as a dishonest debtor {v} time(s) in 60 months"),
    why=Text("有效期内一票否决，之后为逐渐淡化的疤痕；信用修复后停止使用（POLICY第7节）", "Knock-out while active; afterwards a scar with decay. Stop using after credit repair (POLICY §7)"),
    source="SIGNALS.md section 2, court.dishonest_60m; READINGS.md A50, A69",
)


spend_limit_now = Signal(
    id="court.spend_limit_now",
    register="court",
    name=Text("当前限制消费", "Spending restriction now"),
    formula=any_of(
        count(
            CourtSpendingLimit.order_date, EVER, open_on(now, CourtSpendingLimit.lifted_date)
        )
    ),
    unit="0/1", direction=1, absent="never", family="lists",
    reason=Text("当前{v:存在|不存在}限制消费令", "{v:Under|Not under} a spending restriction"),
    why=Text("法定代表人被限制消费", "The representative is restricted"),
    source="SIGNALS.md section 2, court.spend_limit_now; READINGS.md A69, A85",
)


round_end_60m = Signal(
    id="court.round_end_60m",
    register="court",
    name=Text("近60月终本案件数", "Terminated enforcement rounds, 60 months"),
    formula=count(CourtRoundEnd.end_date, FIVE_YEARS),
    unit="count", direction=1, absent="never", family="enforcement",
    reason=Text("近60个月终本案件{v}件", "{v} enforcement(s) ended without assets in 60 months"),
    why=Text("法院已无财产可供执行：最强的信号", "Court found nothing to take: strongest sign"),
    source="SIGNALS.md section 2, court.round_end_60m; READINGS.md A69",
)


freeze_ratio_24m = Signal(
    id="court.freeze_ratio_24m",
    register="court",
    name=Text("保全冻结金额占销售额", "Frozen assets to sales"),
    formula=to_sales(frozen).clip(0, 5),
    unit="ratio", direction=1, absent="missing", family="freezing",
    reason=Text("近24个月被保全冻结金额占销售额{v_pct}%", "Frozen assets equal {v_pct}% of sales"),
    why=Text("账户被冻结", "Accounts blocked"),
    source="SIGNALS.md section 2, court.freeze_ratio_24m; READINGS.md A06, A69",
)


equity_frozen = Signal(
    id="court.equity_frozen",
    register="court",
    name=Text("股权当前被冻结", "Equity frozen now"),
    formula=any_of(
        count(
            CourtFreeze.start_date,
            EVER,
            CourtFreeze.asset_kind.is_in("equity")
            & (CourtFreeze.end_date > now)
            & CourtFreeze.lifted_date.is_absent(),
        )
    ),
    unit="0/1", direction=1, absent="never", family="freezing",
    reason=Text("股权当前{v:被|未被}冻结", "The equity is {v:frozen|not frozen}"),
    why=Text("股东陷入困境", "Owners in trouble"),
    source="SIGNALS.md section 2, court.equity_frozen; READINGS.md A51, A69",
)


bankruptcy = Signal(
    id="court.bankruptcy",
    register="court",
    name=Text("破产申请", "Bankruptcy application known"),
    formula=any_of(
        count(
            CourtBankruptcy.apply_date,
            EVER,
            ~CourtBankruptcy.bk_status.is_in("rejected", "withdrawn"),
        )
    ),
    unit="0/1", direction=1, absent="never", family="insolvency",
    reason=Text("{v:有|无}破产申请或受理", "{v:A|No} bankruptcy application"),
    why=Text("同时也是标签事件，仅用于监测", "Label event as well; only for monitoring"),
    source="SIGNALS.md section 2, court.bankruptcy; READINGS.md A69",
)


rep_debtor = Signal(
    id="court.rep_debtor",
    register="court",
    name=Text("法定代表人被执行/限消", "Legal representative enforced or restricted"),
    formula=any_of(
        count(restricted["valid_from"], THREE_YEARS, represented_then)
    ).given(count(RegOfficer.person_hash, EVER, represents) > 0),
    unit="0/1", direction=1, absent="missing", family="owner",
    reason=Text("法定代表人{v:有|无}被执行或限消记录", "The legal representative {v:has|has no} enforcement record"),
    why=Text("中小企业主与企业同一个钱袋", "Owner and firm are one purse in SMEs"),
    source="SIGNALS.md section 2, court.rep_debtor; READINGS.md A18",
)
