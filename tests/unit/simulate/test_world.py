"""The city's own laws: same seed, same city; nobody acts before birth or after the end."""

import numpy as np
import pytest

from kexin.errors import ConfigurationError
from kexin.identity.codes import is_synthetic, registration_number, uscc
from kexin.registers.contract import contracts
from kexin.simulate import clock
from kexin.simulate.activity import PROJECT_MONTHS, PROJECTS, projects, season, turn
from kexin.simulate.arrays import Days
from kexin.simulate.draws import BLOCK_FIRMS, blocks, stream
from kexin.simulate.lags import LAGS, in_order, known, numbers
from kexin.simulate.life import NEVER, TRACE_LEVEL
from kexin.simulate.rows import Rows, kept, later, spell, versions, withdrawal
from kexin.simulate.variant import VARIANTS, variant
from kexin.simulate.world import World, world


def days(*texts: str) -> Days:
    return np.array(texts, "datetime64[D]")


def test_the_same_seed_gives_the_same_city(town: World) -> None:
    again = world(2_000, 7, variant("usual"))
    assert np.array_equal(again.activity.sales, town.activity.sales)
    assert np.array_equal(again.life.distress, town.life.distress)
    assert again.naming.uscc.equals(town.naming.uscc)
    assert again.naming.names.text.equals(town.naming.names.text)


def test_another_seed_gives_another_city(town: World) -> None:
    other = world(2_000, 8, variant("usual"))
    assert not np.array_equal(other.city.quality, town.city.quality)


def test_projects_move_sales_between_months_and_add_none(town: World) -> None:
    factor = projects(town.city)[PROJECT_MONTHS:]
    busy = factor.std(0) > 0
    assert busy.mean() == pytest.approx(PROJECTS, abs=0.03)
    assert (factor[:, ~busy] == 1).all()
    assert factor[:, busy].mean() == pytest.approx(1, abs=0.01)
    around = factor[:, busy] - factor[:, busy].mean(0)
    alike = (around[1:] * around[:-1]).sum(0) / (around**2).sum(0)
    assert np.median(alike) > 0.6


def test_services_feel_the_festival_less_than_trade_and_makers_more(
    town: World,
) -> None:
    february = season(town.city, clock.months_of(2025)[1])
    told = {
        name: february[town.city.sector == place].tolist()
        for place, name in enumerate(("software", "electronics"))
    }
    assert set(np.round(told["software"], 2)) == {0.76}
    assert set(np.round(told["electronics"], 2)) == {0.52}
    assert set(np.round(february[town.city.sector == 8], 2)) == {np.float32(0.6)}


def test_graduates_join_technology_firms_only(town: World) -> None:
    assert set(turn(town.city, 7)[town.city.tech]) == {1.04}
    assert set(turn(town.city, 7)[~town.city.tech]) == {1.0}
    assert set(turn(town.city, 2)) == {0.97}


def test_streams_differ_by_module_year_and_part() -> None:
    drawn = {
        stream(1, module, year, block).random()
        for module in ("tax", "court")
        for year in (2019, 2020)
        for block in (0, 1)
    }
    assert len(drawn) == 8


def test_parts_cover_every_firm_once() -> None:
    parts = list(blocks(2 * BLOCK_FIRMS + 1))
    assert [part.size for part in parts] == [BLOCK_FIRMS, BLOCK_FIRMS, 1]
    assert parts[0].last == parts[1].first


def test_every_code_is_synthetic_and_has_right_check_characters(town: World) -> None:
    codes = town.naming.uscc.to_pylist() + town.naming.outside_code.to_pylist()
    assert all(uscc(code) == code and is_synthetic(code) for code in codes)
    assert len(set(codes)) == len(codes)


def test_registration_numbers_are_those_of_firms_older_than_the_code(
    town: World,
) -> None:
    numbers_of = town.naming.registration.to_pylist()
    old = town.city.birthday < np.datetime64("2015-10-01")
    assert all(
        (number is not None) == is_old
        for number, is_old in zip(numbers_of, old, strict=True)
    )
    assert all(registration_number(number) for number in numbers_of if number)


def test_a_firm_bears_the_name_of_the_day(town: World) -> None:
    names = town.naming.names
    renamed = np.flatnonzero(np.diff(names.first) > 1)[:50]
    for firm in renamed:
        first = names.first[firm]
        day = names.since[first + 1]
        before, after = names.on(
            np.array([firm, firm]), np.array([day - 1, day])
        ).to_pylist()
        assert before == names.text[first].as_py()
        assert after == names.text[first + 1].as_py()


def test_nobody_trades_before_founding_or_after_the_end(town: World) -> None:
    month = np.arange(clock.MONTHS)[:, None]
    exists = (town.city.born <= month) & (town.life.gone > month)
    assert not (town.life.active & ~exists).any()
    assert not town.activity.sales[~town.life.active].any()
    assert not town.activity.staff[~town.life.active].any()


def test_distress_comes_before_every_default_that_is_not_sudden(town: World) -> None:
    told = town.life.defaults
    slow = ~told.sudden & (told.onset >= 0)
    assert (told.month[slow] - told.onset[slow] >= 2).all()
    before = town.life.distress[told.month[slow] - 1, told.firm[slow]]
    assert (before > 0).all()


def test_a_default_leaves_traces(town: World) -> None:
    told = town.life.defaults
    inside = told.month < clock.MONTHS
    assert (
        town.life.distress[told.month[inside], told.firm[inside]] == TRACE_LEVEL
    ).all()


def test_every_default_brings_at_least_one_event(town: World) -> None:
    after = town.aftermath
    months = np.stack([getattr(after, name) for name in after._fields[2:]])
    assert (months < NEVER).any(0).all()
    assert ((months == NEVER) | (months >= after.default)).all()


def test_a_default_raises_the_hazard_of_suppliers() -> None:
    hit, calm = [], []
    for seed in range(3):
        town = world(6_000, seed, variant("usual"))
        told, sales = town.life.defaults, town.trade
        first = np.full(town.city.size, NEVER)
        np.minimum.at(first, told.firm, told.month)
        main = sales.share >= 0.3
        seller, month = sales.seller[main], first[sales.buyer[main]]
        for start in range(40, 110, 12):
            struck = np.zeros(town.city.size, bool)
            struck[seller[(month < start) & (month >= start - 12)]] = True
            alive = (
                (town.city.born < start) & (first >= start) & (town.life.gone > start)
            )
            falls = first < start + 12
            hit.append((falls[alive & struck].sum(), (alive & struck).sum()))
            calm.append((falls[alive & ~struck].sum(), (alive & ~struck).sum()))
    rate = np.sum(hit, 0)[0] / np.sum(hit, 0)[1]
    assert rate > 1.3 * np.sum(calm, 0)[0] / np.sum(calm, 0)[1]


@pytest.mark.parametrize("name", sorted(VARIANTS))
def test_every_variant_can_be_made(name: str) -> None:
    assert world(300, 1, variant(name)).city.size == 300


def test_a_recession_brings_more_defaults() -> None:
    def late_defaults(name: str) -> int:
        told = world(8_000, 4, variant(name)).life.defaults
        return int((told.month >= 102).sum())

    assert late_defaults("recession") > 1.3 * late_defaults("usual")


def test_an_unknown_variant_is_told_with_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match="recession"):
        variant("boom")


def listed(start: Days, end: Days) -> Rows:
    return Rows(
        "court_dishonest",
        np.zeros(len(start), int),
        {"list_date": start, "remove_date": end},
        after=start,
    )


def test_the_end_of_a_spell_is_not_known_before_it() -> None:
    told = spell(
        listed(days("2020-01-06", "2020-02-03"), days("2020-06-01", "NaT")),
        "remove_date",
    )
    assert told.size == 3
    assert np.isnat(told.columns["remove_date"][:2]).all()
    assert told.after[2] == np.datetime64("2020-06-01")
    assert told.record.tolist() == [0, 1, 0]


@pytest.mark.parametrize("table", sorted(contracts()))
def test_versions_are_known_in_their_order(table: str) -> None:
    start = np.repeat(days("2021-03-01"), 500)
    first = listed(start, start)._replace(table=table)
    second = later(first, np.arange(500), first.after + 1)
    third = withdrawal(first, np.arange(0, 500, 2), first.after[::2] + 2)
    told = versions(first, second, third)
    found = known(told, 1, np.random.default_rng(1)).day
    for record in range(500):
        own = told.record == record
        order = np.argsort(told.after[own], kind="stable")
        assert (np.diff(found[own][order]) > np.timedelta64(0, "D")).all()


def test_no_version_is_known_before_its_day_or_on_a_day_off() -> None:
    for table in LAGS:
        if "/" in table:
            continue
        after = days("2021-02-10") + np.arange(400)
        rows = Rows(table, np.zeros(400, int), {}, after=after)
        found = known(rows, 3, np.random.default_rng(2)).day
        assert (found >= after).all()
        assert (clock.working_day(found) == found).all()


def test_no_firm_is_told_of_after_the_citys_last_day() -> None:
    founded = np.repeat(days("2026-07-31"), 20_000)
    told, other = (
        known(Rows(table, np.zeros(20_000, int), {}, after=founded), 3,
              np.random.default_rng(4))
        for table in ("reg_firm", "reg_change")
    )  # fmt: skip
    assert (told.day <= clock.LAST_DAY).all()
    assert told.late.any()
    assert (other.day[~told.late & other.late] > clock.LAST_DAY).all()
    assert (other.day > clock.LAST_DAY).any()


def test_numbers_and_ends_follow_the_days_of_knowing() -> None:
    rows = Rows(
        "si_month",
        np.zeros(3, int),
        {},
        after=days("2020-01-01", "2020-01-01", "2020-02-01"),
        record=np.array([1, 0, 1]),
    )
    number, end = numbers(rows, days("2020-01-05", "2020-01-07", "2020-03-01"))
    assert number.tolist() == [1, 1, 2]
    assert end.astype(str).tolist() == ["2020-03-01", "NaT", "NaT"]


def test_rows_without_numbers_are_left_as_they_are() -> None:
    rows = Rows(
        "si_month", np.zeros(2, int), {}, after=days("2020-01-02", "2020-01-01")
    )
    told = days("2020-01-03", "2020-01-02")
    assert (in_order(told, rows) == told).all()


def test_kept_records_keep_their_columns_and_numbers() -> None:
    rows = listed(days("2020-01-06", "2020-02-03"), days("2020-06-01", "NaT"))
    only = kept(spell(rows, "remove_date"), np.array([False, False, True]))
    assert only.columns["remove_date"].astype(str).tolist() == ["2020-06-01"]
    assert only.record.tolist() == [0]
