"""Whether a register may be read for a firm on a day: covered, and consented to.

«No record» means that nothing happened only where the register is delivered at all and
the law lets the platform read it. Else every signal of the register is absent, even if
there are records (REGISTERS.md 0.4; READINGS.md A04, O4, O5).
"""

from __future__ import annotations

import functools
import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa

from kexin.algebra.nodes import Column, Node
from kexin.algebra.reductions import ALL_REDUCTIONS, Peers, latest, reductions
from kexin.algebra.resolve import rebuilt, resolve
from kexin.algebra.to_ibis import reduce
from kexin.algebra.views import Derived
from kexin.intake.coverage import is_covered
from kexin.panel.days import KEYS, days, meeting, record_leaf
from kexin.registers.core import REGISTER

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

    import ibis.expr.types as ir

    from kexin.algebra.views import Source
    from kexin.intake.coverage import Coverage
    from kexin.panel.days import Days
    from kexin.signals.signal import Signal

    Tables = Mapping[str, ir.Table]

CONSENTED = frozenset({"tax", "si", "hf", "cus", "pboc", "util"})
"""Registers that a firm must agree to; the others the law makes public (A04, O5)."""

GRANTEE, PURPOSE = "platform", "scoring"


def told(signal: Signal, ready: ir.Table, value: ir.Value) -> ir.FloatingColumn:
    """Return a signal's value as a float; absent where it may not be read."""
    for flag in flags_of(signal):
        if flag in ready.columns:
            value = ibis.ifelse(ready[flag], value, None)
    return value.cast("float64")


def flags_of(signal: Signal) -> tuple[str, ...]:
    """Return the columns that decide whether a signal is told."""
    return flags_for(signal.register, public=signal.public)


def flags_for(register: str, *, public: bool = False) -> tuple[str, ...]:
    """Return the columns that decide whether a register is read."""
    covered = (f"covered_{register}",)
    if public or register not in CONSENTED:
        return covered
    return (*covered, f"consented_{register}")


@dataclass(frozen=True)
class Flag(Node):
    """A column of `readable`, as a leaf of a formula that is about to be computed."""

    name: str


def guarded(signal: Signal, flags: Collection[str]) -> Node:
    """Return a signal's formula, unknown where it reads what may not be read.

    A signal's own register decides about its value as a whole: see `told`. What the
    formula takes from another register is absent where that may not be read, and the
    formula says what follows. Other firms, seen by `Peers` or as label events, count
    as their rows show (READINGS.md, A04, O6).
    """

    def replaced(node: Node) -> Node:
        if isinstance(node, Peers):
            return node
        if not isinstance(node, ALL_REDUCTIONS):
            return rebuilt(node, replaced)
        others = registers_of(node.source) - {signal.register}
        named = [name for register in sorted(others) for name in flags_for(register)]
        conditions: list[Node] = [Flag(name) for name in named if name in flags]
        if not conditions:
            return node
        return node.given(functools.reduce(operator.and_, conditions))

    return replaced(signal.formula)


def registers_of(source: Source) -> frozenset[str]:
    """Return the registers on whose tables a source stands.

    Relations between firms and label events are the platform's own, not a register's.
    """
    if isinstance(source, str):
        return frozenset({source.partition("_")[0]} & REGISTER.keys())
    if isinstance(source, Derived):
        return frozenset()
    return frozenset().union(*map(registers_of, source.sources))


def needed_flags(signals: Iterable[Signal]) -> set[str]:
    """Return the columns that decide about signals and about all that they read."""
    flags: set[str] = set()
    for signal in signals:
        flags.update(flags_of(signal))
        for reduction in reductions(signal.formula):
            for register in registers_of(reduction.source):
                flags.update(flags_for(register))
    return flags


def readable(
    signals: Collection[Signal],
    observations: ir.Table,
    as_ofs: Sequence[date],
    tables: Tables,
    covered: Sequence[Coverage] | None,
) -> ir.Table | None:
    """Return observations with a flag for each condition on a register.

    Returns:
        `firm_key`, `as_of`, and a column each of `flags_of`; None where no table of
        consents and nothing about coverage is held.
    """
    known = days(as_ofs, ())
    flags = needed_flags(signals)
    made: list[ir.Table] = []
    if "core_consent" in tables:
        registers = sorted(r for r in CONSENTED if f"consented_{r}" in flags)
        made.append(consented(observations, known, tables, registers))
    if covered is not None:
        registers = sorted(r for r in REGISTER if f"covered_{r}" in flags)
        made.append(delivered(observations, known, tables, covered, registers))
    if not made:
        return None
    first, *others = made
    for other in others:
        both = first.join(other, KEYS)
        first = both
    return first


def consented(
    observations: ir.Table, known: Days, tables: Tables, registers: Sequence[str]
) -> ir.Table:
    """Return whether firms agreed to the reading of registers.

    Until a first consent of any firm is known, nobody was asked: all count as agreed.
    One that was withdrawn since was known.
    """
    grants = meeting(tables["core_consent"], known)
    end = grants.midnight
    holds = (
        (grants.grantee == GRANTEE)
        & (grants.purpose == PURPOSE)
        & (grants.granted_at < end)
        & (grants.expires_at.isnull() | (grants.expires_at >= end))
        & (grants.revoked_at.isnull() | (grants.revoked_at >= end))
    )
    every = tables["core_consent"].cross_join(known.table)
    told = every.filter(every.known_at < every.midnight)
    asked = told.group_by("as_of").agg(grants=told.count())
    valid = grants.filter(holds)
    names = {
        f"consented_{r}": valid.scope_registers.contains(r).any() for r in registers
    }
    firms = valid.group_by(*KEYS).agg(**names)
    both = observations.select(*KEYS).left_join(asked, "as_of").drop("as_of_right")
    met = both.left_join(firms, KEYS)
    nobody_asked = met.grants.isnull()
    return met.select(
        *KEYS,
        **{name: nobody_asked | met[name].fill_null(False) for name in names},  # noqa: FBT003
    )


def delivered(
    observations: ir.Table,
    known: Days,
    tables: Tables,
    covered: Sequence[Coverage],
    registers: Sequence[str],
) -> ir.Table:
    """Return whether registers are delivered for firms, by their district."""
    districts = sorted({row.district_code for row in covered} | {""})
    rows = [
        {
            "as_of": day,
            "district": district,
            **{
                f"covered_{r}": is_covered(covered, r, day, district) for r in registers
            },
        }
        for day in known.as_ofs
        for district in districts
    ]
    told_of = ibis.memtable(pa.Table.from_pylist(rows))
    placed = observations.select(*KEYS)
    if "reg_firm" in tables:
        placed = placed.left_join(district_of(known, tables), KEYS)
        placed = placed.drop("firm_key_right", "as_of_right")
    else:
        placed = placed.mutate(district="")
    district = ibis.ifelse(placed.district.isin(districts), placed.district, "")
    placed = placed.mutate(district=district.fill_null(""))
    return placed.join(told_of, ["as_of", "district"]).drop("district")


def district_of(known: Days, tables: Tables) -> ir.Table:
    """Return the district of each firm on each day."""
    newest = resolve(latest(Column("reg_firm", "district_code")))
    seen = meeting(tables["reg_firm"], known)
    value = reduce(newest, record_leaf(seen, known))  # type: ignore[arg-type]  # no choice
    return seen.group_by(*KEYS).agg(district=value)
