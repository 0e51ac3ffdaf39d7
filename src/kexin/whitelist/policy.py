"""How a policy is declared, and applied to all firms in one query.

A rule is a formula over signals, the probability of default and dated numbers; true
refuses. By SQL's logic of absence a refusal outweighs a doubt, and a doubt without a
refusal leaves the decision to a person.
"""

from __future__ import annotations

import functools
import operator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal, NamedTuple

import ibis

from kexin import tomlfile
from kexin.algebra.nodes import AsOf, Column, Node, walk
from kexin.algebra.resolve import on_day
from kexin.algebra.to_ibis import to_ibis
from kexin.errors import ConfigurationError, DeclarationError
from kexin.language import Text
from kexin.signals.signal import Signal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import ibis.expr.types as ir

pd = Column("scores", "pd")
"""12-month probability of default of the firm, calibrated."""

Decision = Literal["admitted", "refused", "review"]


@dataclass(frozen=True, kw_only=True)
class Dated(Node):
    """A number of the policy that changes on known days.

    Args:
        id: Name by which `policy.toml` sets it.
        unit: Unit of the number.
        source: Who set it, and where that is written.
        values: First day of validity and number, in order.
    """

    id: str
    unit: str
    source: str
    values: tuple[tuple[date, float], ...]

    def __repr__(self) -> str:
        return self.id

    def on(self, day: date) -> float:
        """Return the number in force on a day.

        Raises:
            DeclarationError: No number is in force yet.
        """
        valid = [pair for pair in self.values if pair[0] <= day]
        if not valid:
            first = min(self.values)[0]
            raise DeclarationError(
                Text(f"{day}当日没有有效的数值", f"no number is in force on {day}"),
                where=f"{self.id} ({self.source})",
                expected=Text(f"不早于{first}的日期", f"a day from {first} on"),
                do=Text(
                    "请在policy.toml补充当时有效的数值及来源",
                    "add the number that was valid then to policy.toml, with its "
                    "source",
                ),
            )
        return max(valid)[1]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A reason to keep a firm off the whitelist.

    Args:
        id: Code that decisions, overrides and letters cite.
        text: What officer and firm read.
        refuses: Condition that refuses; where it is absent, a person must look.
        kind: `"statutory"` cannot be overridden; `"policy"` can, by two persons.
        since: First day on which it applies.
        cure: How a firm gets rid of it.
        source: Law or minutes.
    """

    id: str
    text: Text
    refuses: Node
    kind: Literal["statutory", "policy"]
    since: date
    cure: Text
    source: str


class Number(tomlfile.Section):
    """A number of the policy, from a day on."""

    id: str
    since: date
    value: float
    source: str


class SwitchedOff(tomlfile.Section):
    """A rule that does not apply from a day on."""

    rule: str
    since: date
    source: str


class File(tomlfile.Section):
    """The form of `policy.toml`.

    Attributes:
        firms: Firms on which the policy decides: `"all"`, or those that no bank has
            reported a loan of.
        numbers: Numbers that replace the declared ones from their days on.
        switched_off: Rules that no longer apply.
    """

    firms: Literal["all", "without_credit_record"] = "all"
    numbers: tuple[Number, ...] = ()
    switched_off: tuple[SwitchedOff, ...] = ()


class Policy(NamedTuple):
    """The rules as a workspace applies them on a day.

    Attributes:
        firms: Firms on which it decides.
        rules: The rules in force, their numbers filled in, by id.
        numbers: The numbers in force, by id.
    """

    firms: str
    rules: Mapping[str, Rule]
    numbers: Mapping[str, float]


def policy_on(day: date, declared: Mapping[str, Rule], path: Path) -> Policy:
    """Return the policy in force on a day: what is declared, and `policy.toml` over it.

    Raises:
        ConfigurationError: `policy.toml` is wrong, or names what is not declared.
        DeclarationError: A rule in force has a number that is not in force yet.
    """
    file = tomlfile.read(path, File) if path.exists() else File()
    numbers = {part.id: part for rule in declared.values() for part in dated(rule)}
    check_known({entry.id for entry in file.numbers}, numbers, path)
    check_known({entry.rule for entry in file.switched_off}, declared, path)
    off = {entry.rule for entry in file.switched_off if entry.since <= day}
    rules = {
        rule.id: rule
        for rule in declared.values()
        if rule.since <= day and rule.id not in off
    }
    used = {number.id for rule in rules.values() for number in dated(rule)}
    in_force = {name: with_entries(numbers[name], file) for name in sorted(used)}
    return Policy(
        file.firms, rules, {name: number.on(day) for name, number in in_force.items()}
    )


def dated(rule: Rule) -> Iterator[Dated]:
    """Yield the dated numbers that a rule names."""
    for part in walk(rule.refuses):
        if isinstance(part, Dated):
            yield part


def with_entries(number: Dated, file: File) -> Dated:
    """Return a number with the entries of `policy.toml` over its own."""
    own = {entry.since: entry.value for entry in file.numbers if entry.id == number.id}
    values = tuple(sorted({**dict(number.values), **own}.items()))
    return Dated(id=number.id, unit=number.unit, source=number.source, values=values)


def check_known(names: set[str], known: Mapping[str, object], path: Path) -> None:
    """Raise where `policy.toml` names a number or a rule that is not declared."""
    for name in sorted(names - set(known)):
        raise ConfigurationError(
            Text(f"政策中没有“{name}”", f"the policy has no {name!r}"),
            where=str(path),
            expected=Text(
                f"以下之一：{'、'.join(sorted(known))}",
                f"one of {', '.join(sorted(known))}",
            ),
            do=Text("请改正名称", "mend the name"),
        )


def signals_of(policy: Policy) -> list[str]:
    """Return the ids of the signals that the rules in force name."""
    found = {
        part.id
        for rule in policy.rules.values()
        for part in walk(rule.refuses)
        if isinstance(part, Signal)
    }
    return sorted(found)


def decide(policy: Policy, facts: ir.Table, as_of: date) -> ir.Table:
    """Apply every rule to every firm.

    Args:
        policy: The policy; at least one rule must be in force.
        facts: One row a firm: `firm_key`, `pd`, and the signals the rules name.
        as_of: The day of the facts, from which the rules count days.

    Returns:
        One row a firm, in the order of `firm_key`: `firm_key`, `decision`, and a
        column a rule, in the order of their ids: true refuses, absent is a doubt.
    """

    def leaf(part: Node) -> ir.Value:
        if isinstance(part, AsOf):
            return ibis.literal(on_day(part, as_of))
        return value_of(part, facts, policy)

    answers = {rule.id: to_ibis(rule.refuses, leaf) for rule in policy.rules.values()}
    refused = functools.reduce(operator.or_, answers.values())
    decision = refused.cast("string")
    named = decision.cases(("true", "refused"), ("false", "admitted"), else_="review")
    return facts.select("firm_key", decision=named, **answers).order_by("firm_key")


def value_of(leaf: Node, facts: ir.Table, policy: Policy) -> ir.Value:
    """Return what a leaf of a rule stands for."""
    match leaf:
        case Dated(id=name):
            return policy.numbers[name]
        case Signal(id=name) | Column(name=name):
            return facts[name]
    raise TypeError(leaf)
