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

from kexin.algebra.dates import month_start, months_before, next_midnight
from kexin.panel.events import label_events, lesser_events, seen, status_events
from kexin.panel.loans import (
    bad_loans,
    doubtful_loans,
    holding,
    last_reports,
    loan_events,
    owing,
    reported,
)
from kexin.panel.modelled import modelling_population

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import ibis.expr.types as ir

    Tables = Mapping[str, ir.Table]

Outcome = Literal["good", "bad", "indeterminate", "left", "censored", "ineligible"]
Label = Literal["B1", "B2", "any"]

MONTHS = 12
"""Length of the performance window (POLICY.md 1.2)."""

REPORTING_MONTHS = 4
"""Months after the window within which its events become known (POLICY.md 1.2)."""

RECENT_MONTHS = 3
"""Months after which a loan that is reported no more is taken to be over at T."""

FOLLOWED = ("merged_into", "split")
"""Events of a firm that goes on as another, or as another besides."""

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

    def near(self, month: ir.DateValue) -> ir.BooleanValue:
        """Return whether a report's month lies in the window or shortly before it."""
        return month > months_before(self.after, RECENT_MONTHS)

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

        - `outcome`: what comes first of this: ineligible (bad or gone by `as_of`, which
          was known only later), bad (an event in the window), censored (what the window
          brought is not reported yet), left (deregistered), indeterminate, censored
          (the firm moved out, or its loans are reported no more), good.
        - `event`, `default_date`, `label_known_at`: of the bad alone: the first event's
          id in POLICY.md, its label date, and when an event was known first.
        - `observed`: share of the window in which the firm was seen; 1 of the bad.
        - `weight`: how much it counts in a sample (POLICY.md 1.3): 1 if good or bad,
          the share observed if it was censored after six months or later, else 0; 0 of
          all before the window is mature.
        - `prior_bad`: whether it had a bad event more than a year before `as_of`.
    """
    period = Period(as_of, months_before(as_of, -MONTHS), known_by)
    label = label or ("any" if is_public(tables, known_by) else "B1")
    if label == "B1":
        firms = borrowers(tables, period).join(unreported(tables, period))
    else:
        firms = members(tables, period).join(endings(tables, period))
    events = events_of(tables, period, label)
    within = events["event_date"] > pd.Timestamp(as_of)
    firms = firms.join(first_events(events[within]))
    firms["doubted"] = firms.index.isin(doubts(tables, period, label))
    bad_before = firms.index.isin(events.loc[~within, "firm_key"])
    firms["ineligible"] = firms["ineligible"].eq(True) | bad_before  # noqa: FBT003
    return decided(firms.sort_index(), period)


def is_public(tables: Tables, known_by: date) -> bool:
    """Whether registry and courts were delivered, without which no B2 is known."""
    held = {
        name.partition("_")[0]
        for name, table in tables.items()
        if name == "reg_firm" or name.startswith("court_")
        if seen(table, known_by).count().execute() > 0
    }
    return held == {"reg", "court"}


def is_mature(as_of: date, known_by: date) -> bool:
    """Whether what public events a window brought is reported by a day (1.2)."""
    return months_before(as_of, -MONTHS - REPORTING_MONTHS) <= known_by


def members(tables: Tables, period: Period) -> pd.DataFrame:
    """Return the modelling population by `firm_key`: `prior_bad` and `mature`."""
    found: pd.DataFrame = modelling_population(tables, period.after).to_pandas()
    mature = is_mature(period.after, period.known_by)
    return found.set_index("firm_key").assign(mature=mature)


def borrowers(tables: Tables, period: Period) -> pd.DataFrame:
    """Return firms with a loan by `firm_key`: `prior_bad` and `mature`.

    A loan is owed in the last report known on the day, if that is a recent one, or was
    reported for a month of the window. Firms that loans had made bad by the day, as
    known then, are left out. A window is mature once it would be for public events, or
    once each loan is reported to its end.
    """
    last = holding(last_reports(tables, period.after), owing)
    owed = last.filter(period.near(last.report_month)).select("firm_key")
    reports = reported(tables, period.known_by)
    inside = reports.filter(period.holds(reports.report_month)).select("firm_key")
    before = loan_events(tables, period.after)
    before = before.filter(before.event_date <= period.after)
    recent = before.event_date > months_before(period.after, MONTHS)
    firms = (
        owed.union(inside, distinct=True)
        .anti_join(before.filter(recent), "firm_key")
        .anti_join(bad_loans(tables, period.after), "firm_key")
    )
    found: pd.DataFrame = firms.to_pandas()
    found["prior_bad"] = found["firm_key"].isin(before.firm_key.to_pandas())
    late = unreported(tables, period).index
    mature = is_mature(period.after, period.known_by)
    found["mature"] = mature | ~found["firm_key"].isin(late)
    return found.set_index("firm_key")


def unreported(tables: Tables, period: Period) -> pd.DataFrame:
    """Return firms with a loan that is owed and reported no more: `lost`, since when.

    Also `left` and `ineligible`, of which loans tell nothing.
    """
    last = last_reports(tables, period.known_by)
    last = last.filter(period.near(last.report_month))
    ended = last.report_month < month_start(period.until)
    repaid = (last.balance <= 0).fill_null(False)  # noqa: FBT003
    found: pd.DataFrame = last.filter(ended & ~repaid).to_pandas()
    lost = pd.to_datetime(found["report_month"]) + pd.offsets.MonthEnd(0)
    told = found[["firm_key"]].assign(lost=lost)
    nothing = pd.Series(pd.NaT, told.index)
    return told.assign(left=nothing, ineligible=False).groupby("firm_key").min()


def events_of(tables: Tables, period: Period, label: Label) -> pd.DataFrame:
    """Return bad events of the year before the window and of the window, as `EVENT`.

    What was known on the observation's day has kept a firm from being asked.
    """
    public = label_events(tables, period.known_by).select(*EVENT)
    own = of_label(label, public, loan_events(tables, period.known_by))
    every = own if label == "B1" else own.union(inherited(own, tables, period))
    until = min(period.until, period.known_by)
    begun = months_before(period.after, MONTHS)
    near = every.filter(every.event_date > begun, every.event_date <= until)
    found: pd.DataFrame = near.to_pandas()
    return found.assign(event_date=pd.to_datetime(found["event_date"]))


def of_label(label: Label, public: ir.Table, loans: ir.Table) -> ir.Table:
    """Return what counts for a label: of public records, of loans, or of both."""
    return {"B1": loans, "B2": public, "any": public.union(loans)}[label]


def inherited(events: ir.Table, tables: Tables, period: Period) -> ir.Table:
    """Return events of firms into which others were merged or split, since then."""
    ties = status_events(tables, period.known_by, FOLLOWED)
    ties = ties.filter(period.holds(ties.day)).select(
        "day", former=ties.firm_key, heir=ties.other, tied_at=ties.known_at
    )
    both = ties.join(events, ties.heir == events.firm_key)
    since = both.filter(both.event_date >= both.day)
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


def endings(tables: Tables, period: Period) -> pd.DataFrame:
    """Return firms that went: `left` and `lost` in the window, `ineligible` before.

    A firm left if it was deregistered. It is lost from sight if it moved out, or was
    merged into a firm that the registry does not know. One that was merged into a known
    firm goes on there.
    """
    codes = ["deregistered", "merged_into", "moved_out"]
    told = status_events(tables, period.known_by, codes)
    registry = seen(tables["reg_firm"], period.known_by)
    known = registry.select(other="firm_key").distinct().mutate(heir=True)
    both: pd.DataFrame = told.left_join(known, "other").to_pandas()
    day = pd.to_datetime(both["day"])
    followed = (both["event_code"] == "merged_into") & both["heir"].notna()
    gone = ~both["firm_key"].isin(both.loc[followed, "firm_key"])
    inside = (day > pd.Timestamp(period.after)) & (day <= pd.Timestamp(period.until))
    unknown = both["known_at"] >= pd.Timestamp(next_midnight(period.after))
    left = both["event_code"] == "deregistered"
    found = both[["firm_key"]].assign(
        left=day.where(gone & inside & left),
        lost=day.where(gone & inside & ~left),
        ineligible=(day <= pd.Timestamp(period.after)) & unknown,
    )
    firms = found.groupby("firm_key")
    return firms[["left", "lost"]].min().join(firms["ineligible"].any())


def doubts(tables: Tables, period: Period, label: Label) -> pd.Series[str]:
    """Return the firms of which something in the window leaves the outcome open."""
    lesser = lesser_events(tables, period.known_by)
    every = of_label(label, lesser, doubtful_loans(tables, period.known_by))
    found: pd.Series[str] = every.filter(period.holds(every.day)).firm_key.to_pandas()
    return found


def decided(firms: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Return the outcomes of firms of which all is told that decides."""
    bad, lost, mature = firms["event"].notna(), firms["lost"], firms["mature"]
    rules = [
        (firms["ineligible"], "ineligible"),
        (bad, "bad"),
        (~mature, "censored"),
        (firms["left"].notna(), "left"),
        (firms["doubted"], "indeterminate"),
        (lost.notna(), "censored"),
    ]
    outcome = np.select([met for met, _ in rules], [name for _, name in rules], "good")
    told_until = pd.Timestamp(min(period.until, period.known_by))
    ended = firms[["left", "lost"]].min(axis=1).fillna(told_until)
    is_bad = pd.Series(outcome == "bad", firms.index)
    observed = period.share_until(ended).mask(is_bad, 1.0)
    long_seen = lost >= pd.Timestamp(months_before(period.after, -LEAST_MONTHS))
    told = firms.assign(
        outcome=outcome,
        observed=observed,
        weight=np.select(
            [
                mature & np.isin(outcome, ["good", "bad"]),
                mature & (outcome == "censored") & long_seen,
            ],
            [1.0, observed],
            0.0,
        ),
    )
    first = ["event", "default_date", "label_known_at"]
    told[first] = told[first].where(is_bad)
    return told[["outcome", *first, "observed", "weight", "prior_bad"]].reset_index()


def last_known(tables: Tables) -> date | None:
    """Return the day on which the newest report that tells outcomes was known."""
    days = [
        tables[name].known_at.max().to_pyarrow().as_py()
        for name in ("core_loan_outcome", "court_enforcement")
    ]
    return max((day.date() for day in days if day is not None), default=None)
