"""The engine under test: panels of small warehouses, through the public function.

A query is compiled once and asked again with other rows: compiling takes seconds,
asking a fraction of one.
"""

from __future__ import annotations

import functools
import json
import math
from datetime import date
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa
from hypothesis import HealthCheck, Phase, settings

from kexin.algebra.aside import put_aside
from kexin.algebra.nodes import walk
from kexin.algebra.reductions import Circle
from kexin.panel.build import lazily, panel
from kexin.registers.tax import TaxInvoice
from kexin.signals.catalogue import catalogue
from laws.cities import tables_read
from laws.invoices import AS_OFS
from laws.small import schema_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    import ibis.expr.types as ir

    from kexin.intake.coverage import Coverage
    from kexin.signals.signal import Signal

TIMES = 0
"""Multiple of a law's examples; 0 for the usual few, the same ones every time."""

Record = dict[str, Any]
Values = dict[str, float | None]
Observed = tuple[str, date]

DAYS = (*AS_OFS, date(2019, 2, 28), date(2020, 3, 3), date(2020, 3, 30))
"""The days for which one query of the invoices is written."""

AT_ONCE = 50
"""Signals of a query: the time to write one grows faster than they do."""

INVOICES = {TaxInvoice.id}
SIGNALS: Mapping[str, Signal] = {
    name: signal
    for name, signal in catalogue().items()
    if tables_read((signal,)) == INVOICES
}
"""The signals that stand on invoices alone."""

SHOWN = (
    "invoice_uid",
    "direction",
    "invoice_kind",
    "issue_date",
    "counterparty_code",
    "counterparty_name",
    "amount_ex_tax",
    "invoice_status",
    "known_at",
    "superseded_at",
    "op",
)


class Panels:
    """Panels on one connection.

    Args:
        threads: How many the engine may use.
        signals: What is asked.
        names: Tables that are held; those that the signals read if None.
        covered: What the workspace says of the registers' coverage.
    """

    def __init__(
        self,
        threads: int,
        signals: Collection[Signal] = tuple(SIGNALS.values()),
        names: Collection[str] | None = None,
        covered: Sequence[Coverage] | None = None,
    ) -> None:
        self.signals, self.covered = tuple(signals), covered
        self.names = sorted(tables_read(self.signals) if names is None else names)
        self.engine = ibis.duckdb.connect(threads=threads)
        self.put({}, [])
        self.query = functools.cache(self.compiled)

    def put(
        self, tables: Mapping[str, Iterable[Record]], asked: Iterable[Observed]
    ) -> None:
        """Put records and observations into the tables, in the order given."""
        for name in self.names:
            rows = pa.Table.from_pylist(list(tables.get(name, [])), schema_of(name))
            self.hold(name, rows)
        pairs = list(asked)
        columns = {
            "firm_key": pa.array([firm for firm, _ in pairs], pa.string()),
            "as_of": pa.array([day for _, day in pairs], pa.date32()),
        }
        self.hold("asked", pa.table(columns))

    def hold(self, name: str, rows: pa.Table) -> None:
        """Put rows into a table."""
        self.engine.con.register("rows", rows)
        self.engine.con.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM rows")
        self.engine.con.unregister("rows")

    def fill(
        self, records: Iterable[Record], firms: Iterable[str], as_of: date
    ) -> None:
        """Put invoices and the firms of a day into the tables, in the order given."""
        self.put({TaxInvoice.id: records}, ((firm, as_of) for firm in firms))

    def use(self, threads: int, *, many: bool = False) -> None:
        """Go on with so many threads; `many` takes small tables in pieces too."""
        self.engine.con.execute(f"SET threads TO {threads}")
        way = "verify_parallelism" if many else "disable_verify_parallelism"
        self.engine.con.execute(f"PRAGMA {way}")

    def multiply(self, times: int) -> None:
        """Repeat every invoice with slightly other amounts, in an order of their own."""
        self.engine.con.execute(
            "CREATE OR REPLACE TABLE tax_invoice AS SELECT * REPLACE ("
            "(amount_ex_tax + n / 100)::DECIMAL(18, 2) AS amount_ex_tax) "
            "FROM tax_invoice, range($times) AS many(n) "
            "ORDER BY hash(invoice_uid, n)",
            {"times": times},
        )

    def expression(
        self,
        signals: Collection[Signal],
        days: Sequence[date],
        held: Callable[[str, ir.Table], ir.Table] = lazily,
    ) -> ir.Table:
        """The panel of what will be in the tables."""
        tables = {name: self.engine.table(name) for name in self.names}
        asked = self.engine.table("asked")
        return panel(signals, asked, days, tables, covered=self.covered, held=held)

    def in_parts(self, days: Sequence[date]) -> dict[Observed, Values]:
        """The panel of what is in the tables, its parts put aside one by one."""
        with put_aside(self.engine, lambda: None) as aside:
            query = self.expression(self.signals, days, held=aside.keep)
            return self.by_observation(aside.told(query).to_pylist())

    def compiled(self, days: tuple[date, ...]) -> tuple[list[str], list[object]]:
        """Queries of the signals on some days, and what must live as long as they."""
        plain = [signal for signal in self.signals if not has_circle(signal)]
        names, asked = [], []
        for first in range(0, len(plain), AT_ONCE):
            part = self.expression(plain[first : first + AT_ONCE], days)
            names.append(f"panel_{'_'.join(map(str, days))}_{first}")
            # A view keeps the query as text; the small tables of days are in `part`.
            self.engine.create_view(names[-1], part)
            asked.append(part)
        return names, asked

    def ask(self, *days: date) -> list[dict[str, Any]]:
        """The panel of what is in the tables, for observations on any of the days."""
        names, _ = self.query(days)
        parts = [
            self.engine.con.sql(f'FROM "{name}"').to_arrow_table() for name in names
        ]
        # Circles leave the engine while the query is written, so it is written anew.
        circles = [signal for signal in self.signals if has_circle(signal)]
        if circles:
            parts.append(self.engine.to_pyarrow(self.expression(circles, days)))
        found: list[dict[str, Any]] = [{} for _ in range(len(parts[0]))]
        for part in parts:
            for row, own in zip(found, part.to_pylist(), strict=True):
                assert row.get("firm_key", own["firm_key"]) == own["firm_key"]
                row.update(own)
        return found

    def of(
        self, histories: Mapping[str, list[Record]], as_of: date
    ) -> dict[str, Values]:
        """The panel of the invoices of some firms, by firm_key."""
        records = [record for history in histories.values() for record in history]
        self.fill(records, list(histories), as_of)
        return {
            row["firm_key"]: {signal.id: row[signal.id] for signal in self.signals}
            for row in self.ask(*(DAYS if as_of in DAYS else (as_of,)))
        }

    def of_city(
        self,
        tables: Mapping[str, Iterable[Record]],
        asked: Collection[Observed],
        days: tuple[date, ...],
    ) -> dict[Observed, Values]:
        """The panel of a whole city, by firm and day.

        Args:
            tables: Its records.
            asked: The observations.
            days: The days of the query, among them those of the observations.
        """
        self.put(tables, asked)
        return self.by_observation(self.ask(*days))

    def by_observation(self, rows: Iterable[dict[str, Any]]) -> dict[Observed, Values]:
        """The values of all signals, by firm and day."""
        return {
            (row["firm_key"], row["as_of"]): {s.id: row[s.id] for s in self.signals}
            for row in rows
        }


def has_circle(signal: Signal) -> bool:
    """Whether a signal needs a step outside the engine."""
    return any(isinstance(part, Circle) for part in walk(signal.formula))


def examples(few: int) -> settings:
    """How a law is tried: few fixed examples by default, many new ones if asked.

    An example is a whole city, so a failure names the firm instead of shrinking.
    """
    return settings(
        max_examples=few * max(TIMES, 1),
        derandomize=TIMES == 0,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def agrees(got: float | None, expected: float | None) -> bool:
    """Whether two values are the same but for the last digits of a float."""
    if got is None or expected is None:
        return got is expected
    return math.isclose(got, expected, rel_tol=1e-9, abs_tol=1e-9)


def to_the_byte(values: Values) -> str:
    """Values as text that tells any two floats apart."""
    return json.dumps(
        {name: None if v is None else v.hex() for name, v in values.items()}
    )


def told(history: list[Record]) -> str:
    """A firm's versions for a person who looks at a failure."""
    lines = [" | ".join(str(record[name]) for name in SHOWN) for record in history]
    return "\n".join([" | ".join(SHOWN), *sorted(lines)])
