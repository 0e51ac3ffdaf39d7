"""Business registry: who firms are, what they changed, how they end (section 5.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kexin.simulate import clock, words
from kexin.simulate.draws import stream
from kexin.simulate.endings import CODES, REASONS, STATUSES
from kexin.simulate.naming import (
    ADDRESS,
    PERSON,
    PHONE,
    division_codes,
    hashed,
    person_names,
)
from kexin.simulate.places import addresses
from kexin.simulate.registration import EVERY, SCOPES
from kexin.simulate.rows import (
    Rows,
    always,
    coded,
    joined,
    kept,
    later,
    numbered,
    spell,
    versions,
)
from kexin.simulate.scopes import industries, scopes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kexin.simulate.arrays import Days, Flags, Ints
    from kexin.simulate.draws import Block
    from kexin.simulate.endings import Endings
    from kexin.simulate.world import World

TABLES = ("reg_firm", "reg_name_history", "reg_change", "reg_status_event")

ACTIVE = STATUSES.index("active")
REVOKED_LATER = 8
"""Days after which a revocation is in the registry's own data; as its publication."""

LIMITED, TERMS = 0.30, (10, 20, 30)
"""Share of firms with a limited term, and terms in years [est]."""

BRANCH_ADDRESS = 2 * 10**8
BRANCH_TYPE = "2000"
ABSENT = np.datetime64("NaT", "D")


def records(world: World, year: int, block: Block) -> Iterator[Rows]:
    """Yield a year's records of a part of the city."""
    yield firms(world, chain(world, year, block))
    yield branches(world, year, block)
    yield from names(world, year, block)
    changed = changes(world, year, block)
    if changed:
        yield joined(changed)
    yield founded(world, year, block)
    yield from status_events(world, year, block)


class Chain(NamedTuple):
    """Versions of firms, one place each, ordered by firm and day.

    Attributes:
        firm: The firm.
        day: Day of the change.
        filing: Place in `world.filings` of what is registered then.
        status: Place in `STATUSES`.
        since: Day since which that is its status.
    """

    firm: Ints
    day: Days
    filing: Ints
    status: Ints
    since: Days


def chain(world: World, year: int, block: Block) -> Chain:
    """Return all versions of the firms that are first delivered in a year."""
    own = clock.delivery_year(world.city.birthday) == year
    filed = within(world.filings.firm, block)
    ended = within(world.endings.firm, block)
    filed = filed[own[world.filings.firm[filed]]]
    ended = ended[own[world.endings.firm[ended]] & (world.endings.status[ended] >= 0)]
    firm = np.concatenate([world.filings.firm[filed], world.endings.firm[ended]])
    day = np.concatenate([world.filings.day[filed], world.endings.day[ended]])
    status = np.concatenate([np.full(len(filed), -1), world.endings.status[ended]])
    status[: len(filed)][world.filings.items[filed] == 0] = ACTIVE
    order = np.lexsort([np.arange(len(firm)), day, firm])
    firm, day, status = firm[order], day[order], status[order]
    last = np.maximum.accumulate(np.where(status >= 0, np.arange(len(firm)), 0))
    began = np.where(status[last] == ACTIVE, world.city.birthday[firm], day[last])
    found = Chain(firm, day, world.filings.place(firm, day), status[last], began)
    return Chain(*(column[delivered(found)] for column in found))


def within(firm: Ints, block: Block) -> Ints:
    """Return the places of a part's firms in an array ordered by firm."""
    first, last = np.searchsorted(firm, [block.first, block.last])
    return np.arange(first, last)


def delivered(found: Chain) -> Flags:
    """Whether a version is delivered: of those before 2019 only each firm's last."""
    old = found.day < clock.FIRST_DAY
    followed = np.zeros(len(old), np.bool_)
    followed[:-1] = old[1:] & (found.firm[1:] == found.firm[:-1])
    return ~(old & followed)


def firms(world: World, at: Chain) -> Rows:
    """Return firms, a version for every change."""
    city, filed = world.city, world.filings
    person, address = filed.person[at.filing], filed.address[at.filing]
    district = filed.district[at.filing]
    place = pa.array(at.firm)
    division = coded(district, [str(code) for code in division_codes()])
    revoked = at.status == STATUSES.index("revoked")
    return Rows(
        "reg_firm",
        at.firm,
        {
            "uscc": world.naming.uscc.take(place),
            "regno_15": world.naming.registration.take(place),
            "firm_name": world.naming.names.on(at.firm, at.day),
            "firm_type_code": coded(world.naming.form[at.firm], words.FORM_TYPES),
            "is_branch": np.zeros(len(at.firm), np.bool_),
            "legal_rep_hash": hashed(person, PERSON),
            "legal_rep_name": person_names(person),
            "reg_capital": filed.capital[at.filing],
            "paid_in_capital": filed.paid[at.filing],
            "establish_date": city.birthday[at.firm],
            "approve_date": at.day,
            "term_end": term_ends(world, at),
            "reg_status": coded(at.status, STATUSES),
            "status_date": at.since,
            "reg_authority": division,
            "district_code": division,
            "address": addresses(address, district),
            "address_norm_hash": hashed(address, ADDRESS),
            "phone_hash": hashed(world.places.phone[at.firm], PHONE),
            "industry_code": industries(city).take(place),
            "business_scope": scopes(
                city.sector[at.firm], filed.scope[at.filing], SCOPES
            ),
        },
        after=at.day + REVOKED_LATER * revoked,
        record=at.firm,
    )


def term_ends(world: World, at: Chain) -> Days:
    """Return the last day of each firm's term; absent once it is made unlimited."""
    city = world.city
    random = stream(city.seed, "registry.terms")
    years = random.choice(TERMS, city.size)
    limited = random.random(city.size) < LIMITED
    changed = np.cumsum(world.filings.changes("term"))
    before = changed[world.filings.first[:-1]]
    unlimited = ~limited[at.firm] | (changed[at.filing] > before[at.firm])
    start = city.birthday.astype("datetime64[M]")
    end = (start + 12 * years).astype("datetime64[D]")[at.firm] + 27
    return np.where(unlimited, ABSENT, end)


def branches(world: World, year: int, block: Block) -> Rows:
    """Return branches: legal places of their own, with their own codes."""
    branch, naming = world.naming.branch, world.naming
    own = within(branch.parent, block)
    own = own[clock.delivery_year(branch.opened[own]) == year]
    parent, place = branch.parent[own], pa.array(own)
    opened, closed = branch.opened[own], branch.closed[own]
    division = coded(branch.district[own], [str(code) for code in division_codes()])
    number = BRANCH_ADDRESS + own
    person = naming.person[parent]
    size = len(own)
    rows = Rows(
        "reg_firm",
        parent,
        {
            "uscc": naming.branch_code.take(place),
            "firm_name": naming.branch_name.take(place),
            "firm_type_code": always(BRANCH_TYPE, size),
            "is_branch": np.ones(size, np.bool_),
            "parent_uscc": naming.uscc.take(pa.array(parent)),
            "legal_rep_hash": hashed(person, PERSON),
            "legal_rep_name": person_names(person),
            "establish_date": opened,
            "approve_date": opened,
            "reg_status": always("active", size),
            "status_date": opened,
            "reg_authority": division,
            "district_code": division,
            "address": addresses(number, branch.district[own]),
            "address_norm_hash": hashed(number, ADDRESS),
            "industry_code": industries(world.city).take(pa.array(parent)),
        },
        after=opened,
        name=naming.branch_name.take(place),
        code=naming.branch_code.take(place),
    )
    ended = ~np.isnat(closed)
    day = closed[ended]
    return versions(
        rows,
        later(rows, ended, day, approve_date=day, status_date=day,
              reg_status=always("deregistered", len(day))),
    )  # fmt: skip


def names(world: World, year: int, block: Block) -> Iterator[Rows]:
    """Yield names with the days of their use."""
    every = world.naming.names
    until = np.full(len(every.firm), ABSENT)
    goes_on = every.firm[1:] == every.firm[:-1]
    until[:-1][goes_on] = every.since[1:][goes_on]
    own = within(every.firm, block)
    own = own[clock.delivery_year(every.since[own]) == year]
    text = every.text.take(pa.array(own))
    whole = pc.replace_substring(pc.replace_substring(text, "（", "("), "）", ")")
    ended = ~np.isnat(until[own])
    rows = Rows(
        "reg_name_history",
        every.firm[own],
        {
            "name_raw": text,
            "name_norm_k1": whole,
            "name_norm_k2": pc.replace_substring_regex(whole, "[()]", ""),
            "name_kind": coded(ended * 1, ("current", "former")),
            "valid_from": every.since[own],
            "valid_to": until[own],
        },
        after=every.since[own],
    )
    past = until[own] < clock.FIRST_DAY
    yield kept(rows, past)
    current = kept(rows, ~past)
    before = {"name_kind": always("current", current.size)}
    yield spell(current, "valid_to", before)


def changes(world: World, year: int, block: Block) -> list[Rows]:
    """Return changed items, one record each, with what stood there before."""
    filed = world.filings
    own = within(filed.firm, block)
    own = own[clock.delivery_year(filed.day[own]) == year]
    found = []
    for item in EVERY:
        at = own[filed.changes(item)[own]]
        number = numbered("BG", at, 9)
        columns = {
            "change_id": pc.binary_join_element_wise(
                number, f"{EVERY.index(item):02}", "-"
            ),
            "filing_no": number,
            "change_item": always(item, len(at)),
            "value_before": told(world, item, at, before=True),
            "value_after": told(world, item, at, before=False),
            "change_date": filed.day[at],
        }
        found.append(Rows("reg_change", filed.firm[at], columns, after=filed.day[at]))
    return found


def told(world: World, item: str, at: Ints, *, before: bool) -> pa.Array:
    """Return what stood in an item before or after filings; absent where not told."""
    filed, place = world.filings, at - before
    firm = filed.firm[at]
    match item:
        case "legal_rep":
            return person_names(filed.person[place])
        case "name":
            names = world.naming.names
            own = names.place(firm, filed.day[at]) - before
            return names.text.take(pa.array(own))
        case "address":
            return addresses(filed.address[place], filed.district[place])
        case "scope":
            return scopes(world.city.sector[firm], filed.scope[place], SCOPES)
        case "capital_raise" | "capital_cut":
            return in_ten_thousands(filed.capital[place])
        case "paid_in":
            return in_ten_thousands(filed.paid[place])
        case _:
            return pa.nulls(len(at), pa.string())


def in_ten_thousands(amount: Ints) -> pa.Array:
    """Return amounts as the registry writes them."""
    number = pa.array(np.round(amount / 1e4, 2)).cast(pa.string())
    return pc.binary_join_element_wise(number, "万元人民币", "")


def founded(world: World, year: int, block: Block) -> Rows:
    """Return the founding of firms, and of which household one is the successor."""
    firm = np.arange(block.first, block.last)
    firm = firm[clock.delivery_year(world.city.birthday[firm]) == year]
    converted = world.successions.converted
    place = np.searchsorted(converted, firm).clip(0, max(len(converted) - 1, 0))
    known = np.isin(firm, converted)
    other = pa.array(place, mask=~known)
    return Rows(
        "reg_status_event",
        firm,
        {
            "event_id": numbered("SL", firm),
            "event_code": always("established", len(firm)),
            "event_date": world.city.birthday[firm],
            "other_uscc": world.naming.household_code.take(other),
            "reason": coded(np.where(known, REASONS.index("个体工商户转型为企业"), -1),
                            REASONS),
        },
        after=world.city.birthday[firm],
    )  # fmt: skip


def status_events(world: World, year: int, block: Block) -> Iterator[Rows]:
    """Yield what ends firms, notices before ends; revocations are known later."""
    ended = world.endings
    own = within(ended.firm, block)
    own = own[clock.delivery_year(ended.day[own]) == year]
    revoked = ended.code[own] == CODES.index("revoked")
    yield status_rows(world, ended, own[~revoked], "")
    yield status_rows(world, ended, own[revoked], "reg_status_event/revoked")


def status_rows(world: World, ended: Endings, at: Ints, lag: str) -> Rows:
    """Return events of status."""
    other = pa.array(ended.other[at], mask=ended.other[at] < 0)
    return Rows(
        "reg_status_event",
        ended.firm[at],
        {
            "event_id": numbered("ZT", at),
            "event_code": coded(ended.code[at], CODES),
            "event_date": ended.day[at],
            "other_uscc": world.naming.uscc.take(other),
            "notice_end": ended.notice_end[at],
            "reason": coded(ended.reason[at], REASONS),
        },
        after=ended.day[at],
        lag=lag,
    )
