from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kexin.simulate import clock, consent

if TYPE_CHECKING:
    from kexin.simulate.world import World


def test_nine_firms_in_ten_consent_and_seven_show_their_invoices(town: World) -> None:
    stood = town.life.gone > clock.BURN_IN + 12

    assert 0.88 < np.mean(~np.isnat(consent.since(town))[stood]) < 0.95
    assert 0.66 < np.mean(~np.isnat(consent.invoice_since(town))[stood]) < 0.74


def test_invoices_are_read_from_the_day_of_consent_and_never_without(
    town: World,
) -> None:
    since, invoices = consent.since(town), consent.invoice_since(town)
    let = ~np.isnat(invoices)

    assert np.all(invoices[let] == since[let])


def test_a_firm_consents_while_it_stands(town: World) -> None:
    since = consent.since(town)
    given = ~np.isnat(since)
    end = clock.first_day(np.minimum(town.life.gone, clock.MONTHS))

    assert np.all(since[given] > town.city.birthday[given])
    assert np.all(since[given] < end[given])


def test_what_is_revoked_was_given_before(town: World) -> None:
    since, revoked = consent.since(town), consent.revoked(town)
    ended = ~np.isnat(revoked)

    assert ended.any()
    assert np.all(revoked[ended] >= since[ended])
