"""What became of an observation in the twelve months after it (POLICY.md, section 1).

Label B2 is told by public events for every firm of the modelling population, label B1
by banks' reports for firms with loans. An outcome is a pure function of the warehouse,
the day, and the day by which it is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import ibis
import numpy as np
import pandas as pd

from kexin.algebra.dates import month_start, months_before
from kexin.panel.events import label_events, lesser_events, seen, status_events
from kexin.panel.loans import doubtful_loans, loan_events, reported
from kexin.panel.modelled import modelling_population

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import ibis.expr.types as ir

    Tables = Mapping[str, ir.Table]

Outcome = Literal["good", "bad", "indeterminate", "left", "censored"]
Label = Literal["B1", "B2", "any"]

MONTHS = 12
"""Length of the performance window (POLICY.md 1.2)."""

REPORTING_MONTHS = 4
"""Months after the window within which its events become known (POLICY.md 1.2)."""

EVENT = ("firm_key", "event", "event_date", "known_at")
"""Columns of bad events."""

LEAST_MONTHS = 6
"""Months after which a firm that moved out counts for what was seen of it (1.3)."""


class Period(NamedTuple):
    """A performance window, and the day by which it is told.

    Attributes:
        after: The observation's day; the window begins after it.
        until: The window's last day.
        known_by: What is known later is not seen.
    """

    after: date
    until: date
    known_by: date

    def holds(self, day: ir.DateValue) -> ir.BooleanValue:
        """Return whether a day lies in the window."""
        return (day > self.after) & (day <= self.until)

    def share_until(self, days: pd.Series[pd.Timestamp]) -> pd.Series[float]:
        """Return the share of the window that is over at the end of some days."""
        begun = pd.Timestamp(self.after)
        length = (pd.Timestamp(self.until) - begun).days
        return ((days - begun).dt.days / length).clip(0.0, 1.0)


def outcomes(
    tables: Tables, as_of: date, known_by: date, label: Label | None = None
) -> pd.DataFrame:
    """Return what became of each firm in (as_of, as_of + 12 months].

    Args:
        tables: The warehouse.
        as_of: Day of the observation.
        known_by: Day by which it is told; what is known later is not seen.
        label: Whose events count: B1 those of firms with loans, B2 public ones of the
            modelling population, "any" both of the modelling population. Without it
            any, or B1 where registry or courts were never delivered.

    Returns:
        One row a firm, in the order of `firm_key`:

        - `outcome`: bad (an event in the window), censored (what the window brought is
          not reported yet, or the firm moved out), left (deregistered), indeterminate,
          or good; what comes first in this order.
        - `event`, `default_date`, `label_known_at`: of the bad alone: the first event's
          id in POLICY.md, its label date, and when an event was known first.
        - `observed`: share of the window in which the firm was seen; 1 of the bad.
        - `weight`: how much it counts in a sample (POLICY.md 1.3): 1 if good or bad,
          the share observed if it moved out after six months or later, else 0.
        - `prior_bad`: whether a bad event of it was over long before `as_of`.
    """
    period = Period(as_of, months_before(as_of, -MONTHS), known_by)
    label = label or ("any" if is_public(tables, known_by) else "B1")
    firms = borrowers(tables, period) if label == "B1" else members(tables, period)
    firms = firms.join(first_events(events_in(tables, period, label)))
    ended = unreported(tables, period) if label == "B1" else endings(tables, period)
    firms = firms.join(ended)
    firms["doubted"] = firms.index.isin(doubts(tables, period, label))
    return decided(firms.sort_index(), period)


def is_public(tables: Tables, known_by: date) -> bool:
    """Whether registry and courts were delivered, without which no B2 is known."""
    return all(
        name in tables and seen(tables[name], known_by).count().execute() > 0
        for name in ("reg_firm", "court_enforcement")
    )


def is_mature(as_of: date, known_by: date) -> bool:
    """Whether what public events a window brought is reported by a day (1.2)."""
    return months_before(as_of, -MONTHS - REPORTING_MONTHS) <= known_by


def members(tables: Tables, period: Period) -> pd.DataFrame:
    """Return the modelling population by `firm_key`: `prior_bad` and `mature`."""
    found: pd.DataFrame = modelling_population(tables, period.after).to_pandas()
    mature = is_mature(period.after, period.known_by)
    return found.set_index("firm_key").assign(mature=mature)


def borrowers(tables: Tables, period: Period) -> pd.DataFrame:
    """Return firms with a loan report by `firm_key`: `prior_bad` and `mature`.

    Their window is mature where reports cover its last day.
    """
    reports = reported(tables, period.known_by)
    covered = reports.report_month.max() >= month_start(period.until)
    found: pd.DataFrame = reports.group_by("firm_key").agg(mature=covered).to_pandas()
    events = loan_events(tables, period.after)
    before = events.filter(events.event_date <= period.after).firm_key.to_pandas()
    found["prior_bad"] = found["firm_key"].isin(before)
    return found.set_index("firm_key")


def events_in(tables: Tables, period: Period, label: Label) -> pd.DataFrame:
    """Return bad events in the window, as `EVENT` names their columns."""
    parts = []
    if label != "B1":
        own = label_events(tables, period.known_by).select(*EVENT)
        parts += [own, inherited(own, tables, period)]
    if label != "B2":
        parts.append(loan_events(tables, period.known_by))
    every = ibis.union(*parts)
    found: pd.DataFrame = every.filter(period.holds(every.event_date)).to_pandas()
    return found


def inherited(events: ir.Table, tables: Tables, period: Period) -> ir.Table:
    """Return the events of firms that others were merged into, or split off, since."""
    ties = status_events(tables, period.known_by, ["merged_into", "split"])
    ties = ties.filter(period.holds(ties.day)).select(
        "day", former=ties.firm_key, heir=ties.other, tied_at=ties.known_at
    )
    both = ties.join(events, ties.heir == events.firm_key)
    since = both.filter(both.event_date > both.day)
    return since.mutate(
        firm_key=since.former, known_at=ibis.greatest(since.known_at, since.tied_at)
    ).select(*EVENT)


def first_events(events: pd.DataFrame) -> pd.DataFrame:
    """Return each firm's first event: `event`, `default_date`, `label_known_at`."""
    ordered = events.sort_values(["event_date", "event"]).groupby("firm_key")
    return ordered.agg(
        event=("event", "first"),
        default_date=("event_date", "min"),
        label_known_at=("known_at", "min"),
    )


def unreported(tables: Tables, period: Period) -> pd.DataFrame:
    """Return firms whose reports end before the window: `left` and `lost`, the day."""
    reports = reported(tables, period.known_by)
    ends = reports.group_by("firm_key").agg(last=reports.report_month.max())
    found: pd.DataFrame = ends.to_pandas().set_index("firm_key")
    lost = pd.to_datetime(found["last"]) + pd.offsets.MonthEnd(0)
    ended = pd.DataFrame({"left": pd.Series(pd.NaT, found.index), "lost": lost})
    return ended[lost < pd.Timestamp(period.until)]


def endings(tables: Tables, period: Period) -> pd.DataFrame:
    """Return firms that went in the window: `left` and `lost`, the first such day.

    A firm left if it was deregistered. It is lost from sight if it moved out, or was
    merged into a firm that the registry does not know.
    """
    codes = ["deregistered", "merged_into", "moved_out"]
    told = status_events(tables, period.known_by, codes)
    registry = seen(tables["reg_firm"], period.known_by)
    known = registry.select(other="firm_key").distinct().mutate(heir=True)
    both = told.filter(period.holds(told.day)).left_join(known, "other")
    unfollowed = (both.event_code != "merged_into") | both.heir.isnull()
    gone: pd.DataFrame = both.filter(unfollowed).to_pandas()
    left = gone["event_code"] == "deregistered"
    days = pd.to_datetime(gone["day"])
    found = gone[["firm_key"]].assign(left=days.where(left), lost=days.where(~left))
    return found.groupby("firm_key").min()


def doubts(tables: Tables, period: Period, label: Label) -> pd.Series[str]:
    """Return the firms of which something in the window leaves the outcome open."""
    parts = []
    if label != "B1":
        parts.append(lesser_events(tables, period.known_by))
    if label != "B2":
        parts.append(doubtful_loans(tables, period.known_by))
    every = ibis.union(*parts)
    found: pd.Series[str] = every.filter(period.holds(every.day)).firm_key.to_pandas()
    return found


def decided(firms: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Return the outcomes of firms of which all is told that decides."""
    bad, lost = firms["event"].notna(), firms["lost"]
    rules = [
        (bad, "bad"),
        (~firms["mature"], "censored"),
        (firms["left"].notna(), "left"),
        (firms["doubted"], "indeterminate"),
        (lost.notna(), "censored"),
    ]
    outcome = np.select([met for met, _ in rules], [name for _, name in rules], "good")
    told_until = pd.Timestamp(min(period.until, period.known_by))
    ended = firms[["left", "lost"]].min(axis=1).fillna(told_until)
    observed = period.share_until(ended).mask(bad, 1.0)
    long_seen = lost >= pd.Timestamp(months_before(period.after, -LEAST_MONTHS))
    partly = firms["mature"] & (outcome == "censored") & long_seen
    counted = np.isin(outcome, ["good", "bad"])
    told = firms.assign(
        outcome=outcome,
        observed=observed,
        weight=np.select([counted, partly], [1.0, observed], 0.0),
    )
    columns = ["outcome", "event", "default_date", "label_known_at"]
    columns += ["observed", "weight", "prior_bad"]
    return told[columns].reset_index()


def last_known(tables: Tables) -> date | None:
    """Return the day on which the newest report that tells outcomes was known."""
    days = [
        tables[name].known_at.max().to_pyarrow().as_py()
        for name in ("core_loan_outcome", "court_enforcement")
    ]
    return max((day.date() for day in days if day is not None), default=None)
