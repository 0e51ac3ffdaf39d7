"""Invoices: both sides tell the same, and sums are the fold of single ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import poisson

from kexin.simulate import clock, dealing
from kexin.simulate.bureaus import tax_invoices
from kexin.simulate.consent import invoice_since
from kexin.simulate.draws import blocks
from kexin.simulate.invoicing import KINDS
from kexin.simulate.rows import Rows, arrow
from kexin.simulate.schemes import feigned

if TYPE_CHECKING:
    from kexin.simulate.world import World

YEAR = 2022


def table(world: World, every: list[Rows]) -> pa.Table:
    parts = []
    for rows in every:
        version = np.zeros(rows.size, np.int64)
        version[np.unique(rows.records, return_index=True)[1]] = 1
        part = arrow(rows).append_column("firm", pa.array(rows.firm.astype(np.int64)))
        code = world.naming.uscc.take(pa.array(rows.firm))
        part = part.append_column("firm_key", code)
        parts.append(part.append_column("first", pa.array(version)))
    return pa.concat_tables(parts)


@pytest.fixture(scope="module")
def engine(town: World) -> duckdb.DuckDBPyConnection:
    block = next(blocks(town.city.size))
    found: dict[str, list[Rows]] = {"tax_invoice": [], "tax_invoice_month": []}
    for rows in tax_invoices.records(town._replace(invoice_years=(YEAR,)), YEAR, block):
        found[rows.table].append(rows)
    opened = duckdb.connect()
    for name, every in found.items():
        opened.register(name, table(town, every))
    opened.execute("CREATE VIEW invoice AS FROM tax_invoice WHERE first = 1")
    return opened


def value(engine: duckdb.DuckDBPyConnection, query: str) -> float:
    return float(engine.execute(query).fetchall()[0][0])


def test_sums_are_the_fold_of_single_invoices(
    engine: duckdb.DuckDBPyConnection,
) -> None:
    fold = """SELECT firm, date_trunc('month', issue_date)::DATE AS month, direction,
        count(*) FILTER (invoice_status = 'normal') AS n_valid,
        count(*) FILTER (invoice_status = 'void') AS n_void,
        count(*) FILTER (invoice_status = 'red') AS n_red,
        coalesce(sum(amount_ex_tax) FILTER (invoice_status = 'normal'), 0) AS amt_valid,
        -coalesce(sum(amount_ex_tax) FILTER (invoice_status = 'red'), 0) AS amt_red,
        count(DISTINCT counterparty_code) FILTER (invoice_status <> 'void')
            AS n_counterparty,
        count(DISTINCT issue_date) FILTER (invoice_status <> 'void') AS n_days_active
        FROM invoice GROUP BY ALL"""
    columns = """firm, month, direction, n_valid, n_void, n_red, amt_valid, amt_red,
        n_counterparty, n_days_active"""
    assert (
        value(
            engine,
            f"""SELECT count(*) FROM ((SELECT {columns} FROM ({fold})
        EXCEPT SELECT {columns} FROM tax_invoice_month) UNION ALL
        (SELECT {columns} FROM tax_invoice_month
        EXCEPT SELECT {columns} FROM ({fold})))""",
        )
        == 0
    )
    assert value(engine, "SELECT count(*) FROM tax_invoice_month") > 10_000


def test_the_largest_shares_are_those_of_single_invoices(
    engine: duckdb.DuckDBPyConnection,
) -> None:
    shares = """WITH net AS (SELECT firm, date_trunc('month', issue_date)::DATE AS month,
        direction, counterparty_code, sum(amount_ex_tax)::DOUBLE AS amount FROM invoice
        WHERE invoice_status <> 'void' GROUP BY ALL)
        SELECT firm, month, direction, max(amount) / sum(amount) AS top
        FROM net GROUP BY ALL HAVING sum(amount) > 100"""
    off = value(
        engine,
        f"""SELECT max(abs(least(top, 99) - top1_share)) FROM ({shares})
        JOIN tax_invoice_month USING (firm, month, direction)""",
    )
    assert off < 1e-3


def test_both_sides_of_an_invoice_tell_the_same(
    engine: duckdb.DuckDBPyConnection,
) -> None:
    both = """FROM invoice o JOIN invoice i USING (invoice_uid)
        WHERE o.direction = 'out' AND i.direction = 'in'"""
    assert value(engine, f"SELECT count(*) {both}") > 1_000
    assert (
        value(
            engine,
            f"""SELECT count(*) {both} AND (
        o.amount_ex_tax <> i.amount_ex_tax OR o.issue_date <> i.issue_date
        OR o.invoice_status <> i.invoice_status OR o.invoice_kind <> i.invoice_kind
        OR o.counterparty_code <> i.firm_key OR i.counterparty_code <> o.firm_key)""",
        )
        == 0
    )


def test_no_number_is_given_twice(engine: duckdb.DuckDBPyConnection) -> None:
    assert (
        value(
            engine,
            """SELECT count(*) - count(DISTINCT (invoice_uid, direction))
        FROM invoice""",
        )
        == 0
    )


def test_a_red_invoice_names_an_earlier_one_of_the_same_two(
    engine: duckdb.DuckDBPyConnection,
) -> None:
    pairs = """FROM invoice r JOIN invoice b
        ON b.invoice_uid = r.orig_invoice_uid AND b.direction = r.direction
        WHERE r.invoice_status = 'red'"""
    assert value(engine, f"SELECT count(*) {pairs}") > 500
    assert (
        value(
            engine,
            f"""SELECT count(*) {pairs} AND (
        b.issue_date > r.issue_date OR b.counterparty_code <> r.counterparty_code
        OR -r.amount_ex_tax > b.amount_ex_tax)""",
        )
        == 0
    )
    assert (
        value(
            engine,
            """SELECT count(*) FROM invoice WHERE invoice_status = 'red'
        AND orig_invoice_uid IS NULL""",
        )
        == 0
    )


def test_sales_are_invoiced_in_full(
    town: World, engine: duckdb.DuckDBPyConnection
) -> None:
    sums = engine.execute("""SELECT firm, datediff('month', DATE '2016-07-01', month) m,
        amt_valid::DOUBLE a FROM tax_invoice_month WHERE direction = 'out'""").fetchnumpy()
    sold = town.activity.sales.astype(float).copy()
    false = feigned(town)
    own = false.seller >= 0
    np.add.at(sold, (false.month[own], false.seller[own]), false.amount[own])
    told = sold[sums["m"], sums["firm"]]
    large = told > 1_000
    assert np.abs(sums["a"][large] / told[large] - 1).max() < 0.01


def test_only_firms_that_let_it_be_read_have_invoices(
    town: World, engine: duckdb.DuckDBPyConnection
) -> None:
    rows = engine.execute("SELECT firm, month FROM tax_invoice_month").fetchnumpy()
    since = invoice_since(town)[rows["firm"]]
    assert not np.isnat(since).any()
    assert (rows["month"].astype("datetime64[D]") > since).all()


def test_digital_invoices_cannot_be_voided(town: World) -> None:
    block = next(blocks(town.city.size))
    world = town._replace(invoice_years=(2024,))
    kinds: set[str] = set()
    for rows in tax_invoices.records(world, 2024, block):
        if rows.table == "tax_invoice":
            status = np.array(rows.columns["invoice_status"].to_pylist())
            kind = np.array(rows.columns["invoice_kind"].to_pylist())
            kinds |= set(kind[status == "void"].tolist())
        else:
            out = np.array(rows.columns["direction"].to_pylist()) == "out"
            switched = (
                clock.month_of(rows.columns["month"]) >= town.city.switch[rows.firm]
            )
            assert not rows.columns["n_void"][out & switched].any()
    assert kinds
    assert not kinds & set(KINDS[:2])


def test_a_pair_trades_the_same_whoever_asks(town: World) -> None:
    how, month = dealing.habit(town), 70
    every = np.arange(len(town.trade.seller))
    whole = dealing.inside(town, how, every, month)
    part = dealing.inside(town, how, every[::3], month)
    same = np.isin(whole.number, part.number)
    for name in ("amount", "invoices", "offset", "key", "limit"):
        assert np.array_equal(getattr(whole, name)[same], getattr(part, name)), name
    sold = np.bincount(whole.seller, whole.amount, town.city.size)
    assert (sold <= town.activity.sales[month] * 1.0001 + 1).all()


@pytest.mark.parametrize("mean", [0.01, 0.7, 5.0, 11.9, 40.0])
def test_counts_are_those_of_the_poisson_distribution(mean: float) -> None:
    place = (np.arange(2_000) + 0.5) / 2_000
    found = dealing.counted(np.full(2_000, mean), place)
    right = poisson.ppf(place, mean)
    assert np.abs(found - right).max() <= (0 if mean < 12 else 1)
