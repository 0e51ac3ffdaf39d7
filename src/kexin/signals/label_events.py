"""What made firms bad, as a view: the public events of label B2 (POLICY.md, section 1.1).

Outcomes and signals read the same table of events, made by `kexin.panel.events`. Its day
is the label date; an event is seen from the day on which the platform could tell.
"""

from kexin.algebra.nodes import Column
from kexin.algebra.views import Derived
from kexin.registers.business import RegStatusEvent
from kexin.registers.court import (
    CourtBankruptcy,
    CourtDishonest,
    CourtEnforcement,
    CourtRoundEnd,
    CourtSpendingLimit,
)
from kexin.registers.social import SiWageArrears
from kexin.registers.tax import (
    TaxAbnormalStatus,
    TaxCreditRating,
    TaxInspection,
    TaxVatReturn,
)

label_event = Derived(
    name="label_event",
    tables=(
        CourtBankruptcy.id,
        CourtDishonest.id,
        CourtEnforcement.id,
        CourtRoundEnd.id,
        CourtSpendingLimit.id,
        RegStatusEvent.id,
        SiWageArrears.id,
        TaxAbnormalStatus.id,
        TaxCreditRating.id,
        TaxInspection.id,
        TaxVatReturn.id,
    ),
    columns=(("event", Column("label_event", "event")),),
)
"""One row an event: `firm_key`, `event` (its id in POLICY.md), `event_date`."""
