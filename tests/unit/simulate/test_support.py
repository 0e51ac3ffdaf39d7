"""Qualifications, public money and what the platform knows of firms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pytest

from kexin.simulate import certificates, clock, consent, contractform, generate
from kexin.simulate.bureaus import bureaus
from kexin.simulate.relations import MOST_SHARING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from kexin.simulate.world import World

    Asked = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def ask(town: World, tmp_path_factory: pytest.TempPathFactory) -> Asked:
    folder: Path = tmp_path_factory.mktemp("support")
    for bureau in bureaus():
        if bureau.name in {"qualifications", "support", "platform", "registry"}:
            generate.write(town, contractform.Tables(town, folder), bureau)
    engine = duckdb.connect()
    for path in folder.glob("*.parquet"):
        engine.execute(f"create view {path.stem} as from '{path}'")
    return lambda query: engine.execute(query).fetchall()


def test_a_firm_in_distress_loses_its_certificate_more_often(town: World) -> None:
    of = certificates.PROGRAMMES[0]
    told = certificates.certificates(town, of)
    end = clock.month_of(told.until)
    inside = (end >= 0) & (end < clock.MONTHS - 3) & np.isnat(told.revoked)
    firm, end = told.firm[inside], end[inside]
    held = certificates.held_in(town, of.kind)
    renewed = held[end + 2, firm]
    ill = town.life.distress[end, firm] > 0

    assert renewed[ill].mean() < renewed[~ill].mean() - 0.15


def test_no_certificate_is_awarded_to_a_firm_that_is_gone(
    ask: Asked, town: World
) -> None:
    gone = dict(
        zip(
            town.naming.uscc.to_pylist(),
            clock.first_day(np.minimum(town.life.gone, clock.MONTHS)),
            strict=True,
        )
    )
    for firm, issued in ask("select firm_key, issue_date from qual_cert"):
        assert np.datetime64(issued, "D") < gone[firm]


def test_agents_addresses_make_no_relation(ask: Asked) -> None:
    ((most,),) = ask("""
        select max(n) from (select count(distinct dst_key) as n from rel_edge
        where edge_kind = 'same_address' group by src_key)
    """)
    ((crowd,),) = ask("""
        select max(n) from (select count(distinct firm_key) as n from reg_firm
        group by address_norm_hash)
    """)

    assert most < MOST_SHARING < crowd


def test_what_is_shared_is_shared_both_ways(ask: Asked) -> None:
    ((single,),) = ask("""
        select count(*) from rel_edge a anti join rel_edge b
          on a.src_key = b.dst_key and a.dst_key = b.src_key
         and a.edge_kind = b.edge_kind and a.valid_from = b.valid_from
        where a.version_no = 1 and a.edge_kind in
            ('same_legal_rep', 'same_officer', 'same_address', 'same_phone')
    """)

    assert single <= 4  # one of the two may come after the last day


def test_shares_of_trade_are_told_anew_each_january(ask: Asked) -> None:
    found = ask("""
        select distinct month(known_at) from rel_edge
        where edge_kind = 'sells_to' and version_no > 1 and valid_to is null
    """)
    ((most,),) = ask("select max(weight) from rel_edge where edge_kind = 'sells_to'")

    assert (1,) in found
    assert most <= 1


def test_a_firm_has_consented_all_the_time_until_it_takes_it_back(
    ask: Asked, town: World
) -> None:
    since, revoked = consent.since(town), consent.revoked(town)
    day = np.datetime64("2024-05-31", "D")
    stands = town.life.gone > clock.month_of(np.array([day]))[0] + 1
    holds = (since <= day) & ~(revoked <= day) & stands
    told = ask("""
        select distinct firm_key from core_consent
        where purpose = 'scoring' and granted_at <= '2024-05-31' and superseded_at is null
          and expires_at > '2024-05-31' and (revoked_at is null or revoked_at > '2024-05-31')
    """)
    codes = np.array(town.naming.uscc.to_pylist())
    both = np.isin(codes, [firm for (firm,) in told])

    assert not np.any(both & stands & ~holds)
    assert both[holds].mean() > 0.97  # a renewal in seventeen comes late


def test_a_bill_paid_late_was_open_before(ask: Asked) -> None:
    found = ask("""
        select version_no, paid_at <= due_date from util_month where paid_at is not null
    """)

    assert all((version == 1) == on_time for version, on_time in found)
    assert any(version > 1 for version, _ in found)
