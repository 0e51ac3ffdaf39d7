"""The least base of social insurance (缴费基数下限) where a firm is, in a month.

The floors are reference data of the package (`ref_si_floor_cap.csv`). Without a floor
for the province and the month there is no value (READINGS.md, O2 and O3).
"""

from collections.abc import Iterable

from kexin.algebra.dates import month_start, months_before
from kexin.algebra.nodes import ABSENT, Call, Coded, Constant, Node, Value
from kexin.algebra.reductions import latest
from kexin.registers.business import RegFirm
from kexin.registers.reference import FloorCap

province = Call("prefix", (latest(RegFirm.district_code), Constant(2)))


def floor_in(month: Node, floors: Iterable[FloorCap]) -> Node:
    """The floor in force on the first day of a month, CNY a person.

    Args:
        month: A firm formula, the first day of the month.
        floors: All floors that are known.
    """
    known = list(floors)
    by_province = [
        Coded(month, by_month(each for each in known if each.province == name)).given(
            province.is_in(name)
        )
        for name in sorted({each.province for each in known})
    ]
    return Call("coalesce", (*by_province, ABSENT))


def by_month(floors: Iterable[FloorCap]) -> tuple[tuple[Value, Value], ...]:
    """Return the floor of each month of one province; the later of two holds."""
    held: dict[Value, Value] = {}
    for each in sorted(floors, key=lambda each: each.valid_from):
        month = month_start(each.valid_to)
        while month >= each.valid_from:
            held[month] = float(each.floor)
            month = months_before(month, 1)
    return tuple(sorted(held.items()))
