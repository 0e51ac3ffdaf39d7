"""Loans: how many a firm has, on what terms, and how far past due it is each month.

Loans follow one another in a few lines of credit a firm; a firm that is late is late on
the first of them, one that defaults on all (SIMULATOR.md section 5.9). What is 90 days
past due in a month was 60 and 30 days past due in the months before: nobody gets there
otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kexin.registers.credit import GUARANTEE_KIND, LENDER_KIND, PRODUCT_KIND
from kexin.simulate import clock
from kexin.simulate.city import choice
from kexin.simulate.draws import logistic, stream
from kexin.simulate.life import NEVER

if TYPE_CHECKING:
    from kexin.simulate.aftermath import Aftermath
    from kexin.simulate.arrays import Flags, Floats, Ints
    from kexin.simulate.city import City
    from kexin.simulate.grid import Cells
    from kexin.simulate.life import Life

MORE_LINES, MOST_LINES = 1.1, 7
DEBT = 0.18
"""Median of debt to yearly sales."""

DEBT_SPREAD = 0.8
"""Deviation of its log [est]."""

FIRST_LOAN_MONTHS = (3, 18)
"""Months from founding to the first loan [est]."""

WRITTEN_OFF = 15
"""Months from 90 days past due until the bank writes the loan off [est]."""

LEADS = 2
"""Months before 90 days past due in which the same loan is 30 and 60 days late."""

LONGEST_DELAY = 3
"""Months for which a firm that does not default is late on end."""

LENDERS = tuple(LENDER_KIND)
LENDER_SHARES = (0.30, 0.20, 0.28, 0.09, 0.05, 0.05, 0.02, 0.01)
LENDERS_OF_A_KIND = 12

PRODUCTS = tuple(PRODUCT_KIND)
PRODUCT_SHARES = (0.55, 0.12, 0.18, 0.04, 0.06, 0.01, 0.03, 0.01)
TERMS = (12, 36, 12, 6, 6, 6, 36, 6)
"""Months of a loan, in the order of `PRODUCTS`."""

GUARANTEES = tuple(GUARANTEE_KIND)
GUARANTEE_SHARES = (0.29, 0.26, 0.06, 0.30, 0.09)
"""A loan in four to three is unsecured (check C12)."""


class Lines(NamedTuple):
    """Lines of credit, one place each, ordered by firm.

    Attributes:
        firm: The firm.
        rank: Place among its firm's lines.
        share: Share of its firm's debt.
        start: Month of its first loan.
        lender: Number of the lender; its kind is the number by `LENDERS_OF_A_KIND`.
        product: Place in `PRODUCTS`.
        guarantee: Place in `GUARANTEES`.
    """

    firm: Ints
    rank: Ints
    share: Floats
    start: Ints
    lender: Ints
    product: Ints
    guarantee: Ints

    @property
    def term(self) -> Ints:
        """Months of each one's loans."""
        return np.array(TERMS)[self.product]


class Guarantees(NamedTuple):
    """Guarantees given, one place each, ordered by the guarantor.

    Attributes:
        guarantor: The firm that guarantees.
        obligor: The firm whose debt it is.
        share: Share of the obligor's debt.
        since: Month since which it stands, if both firms do.
    """

    guarantor: Ints
    obligor: Ints
    share: Floats
    since: Ints


class Lending(NamedTuple):
    """The city's loans.

    Attributes:
        lines: Lines of credit of all borrowers.
        guarantees: Who guarantees whose debt.
        debt: Debt of each firm to its yearly sales.
        overdue: Days past due at the end of months; months x firms.
        stopped: Month from which a firm gets no new loan, as one is lost; NEVER if it
            always does.
        over: Month from which what is lost is no longer told: written off, or cured.
    """

    lines: Lines
    guarantees: Guarantees
    debt: Floats
    overdue: Ints
    stopped: Ints
    over: Ints


def lending(city: City, life: Life, told: Aftermath) -> Lending:
    """Draw all loans."""
    random = stream(city.seed, "lending")
    debt = DEBT * np.exp(DEBT_SPREAD * random.standard_normal(city.size))
    stopped = np.full(city.size, NEVER)
    over = np.full(city.size, NEVER)
    overdue = brief_delays(city, life)
    lost = np.flatnonzero(told.overdue_90 < NEVER)
    lost = lost[np.argsort(told.overdue_90[lost], kind="stable")]
    firm, month = told.firm[lost], told.overdue_90[lost]
    end = np.minimum(month + WRITTEN_OFF, told.cured[lost])
    rising(overdue, firm, month, end, random.integers(0, 10, len(lost)))
    stopped[firm], over[firm] = month - LEADS, end
    return Lending(
        lines(city, random), guarantees(city, random), debt, overdue, stopped, over
    )


def rising(overdue: Ints, firm: Ints, month: Ints, end: Ints, more: Ints) -> None:
    """Let the days past due rise month by month, from before 90 days to the end."""
    for after in range(-LEADS, WRITTEN_OFF):
        now = month + after
        told = (now >= 0) & (now < end) & (now < clock.MONTHS)
        overdue[now[told], firm[told]] = (90 + 30 * after + more)[told]


def brief_delays(city: City, life: Life) -> Ints:
    """Return days past due of less than 90, months x firms."""
    found = np.zeros((clock.MONTHS, city.size), np.int16)
    run = np.zeros(city.size, np.int64)
    for month in range(clock.MONTHS):
        random = stream(city.seed, "lending.overdue", month)
        chance = logistic(
            -5.6
            + 0.45 * city.care
            - 0.35 * city.quality
            + np.minimum(0.34 * life.distress[month], 4.0)
        )
        late = (random.random(city.size) < chance) & city.borrower & life.active[month]
        run = np.where(late & (run < LONGEST_DELAY), run + 1, 0)
        days = random.integers(1, 30, city.size) + 30 * (run - 1)
        found[month] = np.where(run > 0, np.minimum(days, 89), 0)
    return found


def lines(city: City, random: np.random.Generator) -> Lines:
    """Draw the lines of credit of all borrowers."""
    count = np.minimum(1 + random.poisson(MORE_LINES, city.size), MOST_LINES)
    firm = np.repeat(np.arange(city.size), count * city.borrower)
    number = np.arange(len(firm))
    first = np.searchsorted(firm, np.arange(city.size))
    weight = random.gamma(1.5, 1.0, len(firm))
    total = np.bincount(firm, weight, city.size)
    wait = random.integers(*FIRST_LOAN_MONTHS, len(firm)) + 6 * (number - first[firm])
    product = choice(random, np.array(PRODUCT_SHARES), len(firm))
    phase = random.integers(0, 36, len(firm)) % np.array(TERMS)[product]
    kind = choice(random, np.array(LENDER_SHARES), len(firm)).astype(np.int64)
    return Lines(
        firm=firm,
        rank=number - first[firm],
        share=weight / total[firm],
        start=np.maximum(city.born[firm] + wait, phase - 36),
        lender=kind * LENDERS_OF_A_KIND
        + random.integers(0, LENDERS_OF_A_KIND, len(firm)),
        product=product,
        guarantee=choice(random, np.array(GUARANTEE_SHARES), len(firm)),
    )


class Accounts(NamedTuple):
    """Months of loans, one place each.

    Attributes:
        line: Place of the line.
        firm: The firm.
        month: The month.
        opened: Month in which the loan was opened.
        number: Place of the loan among its line's.
        principal: Amount lent, CNY.
        balance: What is owed still, CNY.
        overdue: Days past due.
    """

    line: Ints
    firm: Ints
    month: Ints
    opened: Ints
    number: Ints
    principal: Floats
    balance: Floats
    overdue: Ints

    def where(self, which: Flags) -> Accounts:
        """Return some of the months."""
        return Accounts(*(column[which] for column in self))


def accounts(city: City, life: Life, lent: Lending, at: Cells) -> Accounts:
    """Return the loans that are open in months of firms.

    A firm that defaults keeps the loans that it had until they are written off, also
    when it does not trade any more.
    """
    cell, line = lines_of(lent.lines, at.firm)
    firm, month = at.firm[cell], at.month[cell]
    own = lent.lines
    stopped, over = lent.stopped[firm], lent.over[firm]
    lost = (month >= stopped) & (month < over)
    asked = np.where(lost, np.minimum(month, stopped), month)
    number = (asked - own.start[line]) // own.term[line]
    open_now = (asked >= own.start[line]) & (lost | life.active[month, firm])
    open_now &= month < life.gone[firm]
    opened = own.start[line] + number * own.term[line]
    grown = np.clip((opened - city.born[firm]) / 12, 0, 8)
    level = city.sales[firm] * np.exp(0.5 * city.growth[firm] * grown)
    principal = np.maximum(np.round(lent.debt[firm] * own.share[line] * level, -4), 1e4)
    repaid = np.where(np.isin(own.product[line], REPAID_MONTHLY),
                      np.clip((asked - opened) / own.term[line], 0, 1), 0)  # fmt: skip
    found = Accounts(
        line, firm, month, opened, number, principal,
        np.round(principal * (1 - repaid), 2), past_due(lent, line, firm, month),
    )  # fmt: skip
    return found.where(open_now)


REPAID_MONTHLY = (PRODUCTS.index("fixed"), PRODUCTS.index("lease"))


def past_due(lent: Lending, line: Ints, firm: Ints, month: Ints) -> Ints:
    """Return the days past due of loans: the first line's, or all when one is lost."""
    days = lent.overdue[month, firm].astype(np.int64)
    lost = (month >= lent.stopped[firm]) & (month < lent.over[firm])
    return np.where(lost | (lent.lines.rank[line] == 0), days, 0)


def lines_of(own: Lines, firm: Ints) -> tuple[Ints, Ints]:
    """Return, for firms one after the other, each one's place and its lines."""
    first = np.searchsorted(own.firm, firm)
    count = np.searchsorted(own.firm, firm, side="right") - first
    cell = np.repeat(np.arange(len(firm)), count)
    shift = np.arange(len(cell)) - np.repeat(np.cumsum(count) - count, count)
    return cell, first[cell] + shift


def five_class(overdue: Ints, distress: Ints) -> Ints:
    """Return the place of the class: substandard at the latest from 90 days on."""
    return np.select(
        [overdue >= 360, overdue >= 180, overdue >= 90,
         (overdue >= 30) | ((overdue > 0) & (distress > 6))],
        [4, 3, 2, 1], 0,
    )  # fmt: skip


def guarantees(city: City, random: np.random.Generator) -> Guarantees:
    """Return who guarantees whom: each firm of a circle the next that borrows."""
    member = np.flatnonzero(city.circle >= 0)
    member = member[np.argsort(city.circle[member], kind="stable")]
    number = city.circle[member]
    first = np.searchsorted(number, number)
    size = np.searchsorted(number, number, side="right") - first
    place = first + (np.arange(len(member)) - first + 1) % np.maximum(size, 1)
    obligor = member[place]
    kept = (obligor != member) & city.borrower[obligor]
    both = np.maximum(city.born[member], city.born[obligor])
    since = both + random.integers(6, 30, len(member))
    share = random.uniform(0.3, 0.9, len(member))
    order = np.argsort(member[kept], kind="stable")
    return Guarantees(
        member[kept][order], obligor[kept][order], share[kept][order],
        since[kept][order],
    )  # fmt: skip


def guaranteed(city: City, life: Life, lent: Lending, month: Ints, at: Ints) -> Floats:
    """Return what guarantees are for in months; 0 where they do not stand.

    Args:
        city: The firms.
        life: Whether they stand.
        lent: Their loans.
        month: The months.
        at: Places of guarantees, one a month.
    """
    own = lent.guarantees
    obligor = own.obligor[at]
    lost = (month >= lent.stopped[obligor]) & (month < lent.over[obligor])
    stands = (month >= own.since[at]) & (month < life.gone[own.guarantor[at]])
    stands &= (month < life.gone[obligor]) & (lost | life.active[month, obligor])
    debt = lent.debt[obligor] * city.sales[obligor] * own.share[at]
    return np.where(stands, np.maximum(np.round(debt, -4), 1e4), 0)
