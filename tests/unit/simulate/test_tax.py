"""What tax tells: returns, debts, ratings and books that agree with each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kexin.simulate import clock, debts
from kexin.simulate.balance import balance
from kexin.simulate.books import books
from kexin.simulate.bureaus import (
    tax_offences,
    tax_payments,
    tax_ratings,
    tax_returns,
    tax_statements,
)
from kexin.simulate.conduct import conduct, silences
from kexin.simulate.draws import Block, blocks
from kexin.simulate.exports import exports
from kexin.simulate.life import NEVER
from kexin.simulate.returns import TRANSFER_AFTER
from kexin.simulate.schemes import declared, dressings, rings
from kexin.simulate.vat import vat

if TYPE_CHECKING:
    from kexin.simulate.rows import Rows
    from kexin.simulate.world import World

YEAR = 2022
MODULES = (tax_offences, tax_payments, tax_ratings, tax_returns, tax_statements)


@pytest.fixture(scope="module")
def block(town: World) -> Block:
    return next(blocks(town.city.size))


@pytest.fixture(scope="module")
def told(town: World, block: Block) -> dict[str, list[Rows]]:
    found: dict[str, list[Rows]] = {}
    for module in MODULES:
        for rows in module.records(town, YEAR, block):
            found.setdefault(rows.table, []).append(rows)
    return found


def one(told: dict[str, list[Rows]], table: str) -> Rows:
    (rows,) = told[table]
    return rows


def versions_of(rows: Rows) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return the places of first and of last versions, record by record."""
    order = np.lexsort([rows.after, rows.records])
    record = rows.records[order]
    first = np.concatenate([[True], record[1:] != record[:-1]])
    last = np.concatenate([record[1:] != record[:-1], [True]])
    return order[first], order[last]


def texts(rows: Rows, column: str) -> np.ndarray[Any, Any]:
    return np.array(rows.columns[column].to_pylist(), object)


def test_a_return_that_is_missing_is_told_with_zeros_until_it_is_filed(
    told: dict[str, list[Rows]],
) -> None:
    rows = one(told, "tax_vat_return")
    filed = rows.columns["filed_at"]
    missing = np.isnat(filed)
    assert missing.sum() > 100
    assert (rows.columns["sales_taxable"][missing] == 0).all()
    first, _ = versions_of(rows)
    later = np.setdiff1d(np.arange(rows.size), first)
    assert not missing[later].any()
    assert not rows.columns["is_amended"][first].any()


def test_no_return_is_known_before_its_day_of_filing(
    told: dict[str, list[Rows]],
) -> None:
    for table in (
        "tax_vat_return",
        "tax_cit_return",
        "tax_fin_stmt",
        "tax_iit_withholding",
    ):
        for rows in told[table]:
            filed = rows.columns["filed_at"]
            known = ~np.isnat(filed)
            assert (rows.after[known] >= filed[known]).all(), table


def test_a_return_reported_missing_was_late_by_more_than_the_transfer(
    told: dict[str, list[Rows]],
) -> None:
    rows = one(told, "tax_vat_return")
    first, last = versions_of(rows)
    came = np.isnat(rows.columns["filed_at"][first]) & ~np.isnat(
        rows.columns["filed_at"][last]
    )
    days = (rows.columns["filed_at"][last] - rows.columns["due_date"][last])[came]
    assert came.any()
    assert (days.astype(int) > TRANSFER_AFTER).all()


def test_an_amendment_keeps_the_day_of_the_first_filing(
    told: dict[str, list[Rows]],
) -> None:
    rows = one(told, "tax_vat_return")
    amended = np.flatnonzero(rows.columns["is_amended"])
    share = len(amended) / len(np.unique(rows.records))
    assert 0.03 < share < 0.06
    by_record = dict(
        zip(rows.records.tolist(), rows.columns["filed_at"].tolist(), strict=True)
    )
    kept = rows.columns["filed_at"][amended].tolist()
    assert kept == [by_record[r] for r in rows.records[amended].tolist()]
    assert (rows.after[amended] > rows.columns["filed_at"][amended]).all()


def test_deadlines_are_working_days_from_the_fifteenth_on(
    told: dict[str, list[Rows]],
) -> None:
    due = one(told, "tax_vat_return").columns["due_date"]
    assert np.is_busday(due, holidays=clock.holidays()).all()
    assert (due - due.astype("datetime64[M]").astype("datetime64[D]")).astype(
        int
    ).min() == 14


def test_credit_is_carried_from_month_to_month(town: World, block: Block) -> None:
    before, tax = vat(town, YEAR - 1, block), vat(town, YEAR, block)
    general = town.city.general[block.firms]
    carried = np.vstack([before.credit[-1], tax.credit[:-1]])[:, general]
    left = (tax.output - tax.input + tax.out_again)[:, general] - carried
    told = (tax.payable - tax.credit - tax.rebate)[:, general]
    assert np.allclose(left, told, atol=0.02)
    assert (tax.rebate[:, ~town.city.exporter[block.firms]] == 0).all()


def test_small_taxpayers_pay_nothing_below_the_threshold(
    town: World, block: Block
) -> None:
    tax = vat(town, YEAR, block)
    small = ~town.city.general[block.firms]
    home = (tax.taxable + tax.exempt)[:3].sum(0)
    free = small & (home <= 300_000)
    assert free.any()
    assert (tax.payable[:3, free] == 0).all()
    assert (tax.payable[:3, small & (home > 300_000)].sum(0) > 0).all()


def test_only_exporters_export_and_never_more_than_they_sell(
    town: World, block: Block
) -> None:
    abroad = exports(town, YEAR, block)
    months = clock.months_of(YEAR)
    sold = town.activity.sales[months][:, block.firms].astype(float)
    assert (abroad <= sold + 0.01).all()
    assert not abroad[:, ~town.city.exporter[block.firms]].any()
    assert abroad.any()


def test_a_debt_is_what_was_owed_and_is_new_less_what_is_paid(
    town: World, block: Block
) -> None:
    owed = debts.debts(town, block)
    stands = town.life.gone[block.firms] > np.arange(clock.MONTHS)[:, None]
    change = np.diff(owed.balance, axis=0)
    told = (owed.new - owed.cleared)[1:]
    # Sums of a few thousand CNY in single precision.
    assert np.allclose(change[stands[1:]], told[stands[1:]], rtol=1e-4, atol=1)
    assert (owed.balance >= 0).all()
    assert owed.cleared.any()


def test_a_month_that_becomes_a_debt_is_not_paid_as_usual(
    town: World, block: Block, told: dict[str, list[Rows]]
) -> None:
    usual, cleared = told["tax_payment"]
    owed = debts.debts(town, block)
    months = clock.month_of(usual.columns["period_end"])
    own = debts.kind(town)[usual.firm]
    kinds = texts(usual, "tax_kind") == np.array(debts.KINDS, object)[own]
    assert not (owed.new[months + 1, usual.firm][kinds] > 0).any()
    assert (cleared.columns["paid_at"] > cleared.columns["due_date"]).all()
    assert (cleared.columns["late_fee"] > 0).all()


def test_who_is_non_normal_files_nothing(town: World, block: Block) -> None:
    spells = silences(town, block)
    months = clock.months_of(YEAR)
    late = conduct(town, YEAR, block).late
    inside = 0
    for firm, first, until in zip(spells.firm, spells.first, spells.until, strict=True):
        now = (months >= first) & (months < until)
        assert (late[now, firm - block.first] >= NEVER).all()
        inside += int(now.sum())
    assert inside > 0
    firm, day = spells.firm, spells.declared
    assert len(set(zip(firm.tolist(), day.tolist(), strict=True))) == len(firm)


def test_ratings_follow_their_points(town: World, told: dict[str, list[Rows]]) -> None:
    annual, changes = told["tax_credit_rating"]
    rating, points = texts(annual, "rating"), annual.columns["score"]
    assert (points[rating == "C"] < 70).all()
    assert (points[rating == "C"] >= 40).all()
    assert (points[rating == "A"] >= 90).all()
    direct = np.isnan(points)
    assert set(rating[direct]) == {"D"}
    age = clock.months_of(YEAR - 1)[-1] - town.city.born[annual.firm]
    assert (age[rating == "A"] >= 36).all()
    day = annual.columns["effective_date"]
    assert day.min() >= np.datetime64(f"{YEAR}-04-15")
    assert day.max() <= np.datetime64(f"{YEAR}-05-05")
    assert set(texts(changes, "rating_cause")) <= {"repair", "direct_d"}


def test_changes_of_a_rating_are_numbered_in_turn(told: dict[str, list[Rows]]) -> None:
    annual, changes = told["tax_credit_rating"]
    firm = np.concatenate([annual.firm, changes.firm])
    seq = np.concatenate([annual.columns["seq"], changes.columns["seq"]])
    for one_firm in np.unique(changes.firm):
        own = np.sort(seq[firm == one_firm])
        assert own.tolist() == list(range(1, len(own) + 1))


def test_a_d_given_after_a_default_is_a_change_of_its_own(
    town: World, block: Block
) -> None:
    struck, direct = set(), set()
    for year in range(2020, 2026):
        april = clock.month_of(np.array([f"{year}-04-01"], "datetime64[D]"))[0]
        _, changes = tax_ratings.records(town, year, block)
        kind = texts(changes, "rating_cause") == "direct_d"
        direct |= set(changes.firm[kind].tolist())
        told = town.aftermath
        now = (told.tax_d > april) & (told.tax_d <= april + 12)
        now[now] &= town.life.gone[told.firm[now]] > told.tax_d[now]
        struck |= set(told.firm[now].tolist())
    assert struck
    assert direct == struck


def test_late_filing_is_found_the_day_after_the_deadline(
    told: dict[str, list[Rows]],
) -> None:
    late = told["tax_violation"][0]
    found = late.columns["found_date"]
    before = np.busday_offset(found - 1, 0, holidays=clock.holidays(), roll="preceding")
    assert (before == found - 1).all()
    resolved = late.columns["resolved_date"]
    dealt = ~np.isnat(resolved)
    assert (late.after[dealt] >= resolved[dealt]).all()


def test_balance_sheets_add_up_but_for_some(town: World, block: Block) -> None:
    sheet = balance(town, YEAR, block, books(town, YEAR, block))
    off = np.abs(sheet.total - sheet.liabilities - sheet.equity) > 0.01 * sheet.total
    assert 0.05 < off.mean() < 0.11
    parts = sheet.loans + sheet.payables + sheet.other_payables
    assert np.allclose(parts, sheet.liabilities, atol=0.02)


def test_equity_grows_by_what_is_earned(town: World, block: Block) -> None:
    before, now = books(town, YEAR - 1, block), books(town, YEAR, block)
    assert np.allclose(before.earned[-1], before.annual.left.earned)
    profit = now.annual.profit - now.annual.tax
    grown = now.annual.left.earned - before.annual.left.earned
    assert (grown <= np.maximum(profit, 0) + 0.01).all()
    assert np.allclose(grown[profit < 0], profit[profit < 0], atol=0.01)


def test_books_and_returns_of_sales_differ_by_a_tenth_at_the_most_for_most(
    town: World, block: Block
) -> None:
    sold = declared(town, YEAR, block).sum(0)
    own = sold > 0
    part = books(town, YEAR, block).annual.revenue[own] / sold[own]
    assert 0.82 < (np.abs(part - 1) < 0.10).mean() < 0.95


def test_window_dressing_is_taken_back(town: World) -> None:
    told = dressings(town)
    assert len(told.firm)
    block = next(blocks(town.city.size))
    years = [y for y in clock.YEARS if y > clock.HISTORY]
    shown = np.vstack([declared(town, year, block) for year in years])
    true = town.activity.sales[clock.BURN_IN :, block.firms].astype(float)
    dressed = [f for f in told.firm if f not in set(rings(town.city).firm.tolist())]
    change = (shown - true)[:, dressed]
    assert (change > 0).any(0).mean() > 0.8
    # What a month's sales cannot bear is not taken back.
    assert np.median(change.sum(0) / true[:, dressed].sum(0)) < 0.01


def test_a_ring_trades_inside_itself_and_falls_silent(town: World) -> None:
    told = rings(town.city)
    for ring in np.unique(told.ring):
        own = told.ring == ring
        assert set(told.buyer[own]) == set(told.firm[own])
    for firm, end in zip(told.firm, told.end, strict=True):
        assert not town.life.active[end:, firm].any()
