"""The engine under test: panels of small warehouses, through the public function.

A query is compiled once for each day and asked again with other rows: compiling takes
a second, asking a third of one.
"""

from __future__ import annotations

import functools
import json
import math
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa
from hypothesis import HealthCheck, Phase, settings

from kexin.panel.build import panel
from kexin.panel.days import observed
from kexin.registers.tax import TaxInvoice
from kexin.signals.catalogue import catalogue

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    from kexin.signals.signal import Signal

TIMES = 0
"""Multiple of a law's examples; 0 for the usual few, the same ones every time."""

Record = dict[str, Any]
Values = dict[str, float | None]

SIGNALS: Mapping[str, Signal] = catalogue()
SCHEMA = ibis.schema(TaxInvoice.columns()).to_pyarrow()
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
    """Panels on one connection."""

    def __init__(
        self, threads: int, signals: Collection[Signal] = tuple(SIGNALS.values())
    ) -> None:
        self.signals = signals
        self.engine = ibis.duckdb.connect(threads=threads)
        self.fill([], [])
        self.query = functools.cache(self.compiled)

    def fill(self, records: Iterable[Record], firms: Iterable[str]) -> None:
        """Put records and firms into the tables, in the order given."""
        tables = {
            "tax_invoice": pa.Table.from_pylist(list(records), schema=SCHEMA),
            "firms": pa.table({"firm_key": pa.array(firms, pa.string())}),
        }
        for name, rows in tables.items():
            self.engine.con.register("rows", rows)
            self.engine.con.execute(
                f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM rows"
            )
            self.engine.con.unregister("rows")

    def multiply(self, times: int) -> None:
        """Repeat every record with slightly other amounts, in an order of their own."""
        self.engine.con.execute(
            "CREATE OR REPLACE TABLE tax_invoice AS SELECT * REPLACE ("
            "(amount_ex_tax + n / 100)::DECIMAL(18, 2) AS amount_ex_tax) "
            "FROM tax_invoice, range($times) AS many(n) "
            "ORDER BY hash(invoice_uid, n)",
            {"times": times},
        )

    def compiled(self, as_of: date) -> tuple[str, object]:
        """The query of the signals on a day, and what must live as long as it."""
        table, firms = self.engine.table(TaxInvoice.id), self.engine.table("firms")
        observations = observed(firms, [as_of])
        asked = panel(self.signals, observations, [as_of], {TaxInvoice.id: table})
        # Asked once in full, so that the small table of days is there for the text.
        self.engine.to_pyarrow(asked)
        return str(self.engine.compile(asked)), asked

    def ask(self, as_of: date) -> list[dict[str, Any]]:
        """The panel of what is in the tables."""
        query, _ = self.query(as_of)
        return self.engine.con.sql(query).to_arrow_table().to_pylist()

    def of(
        self, histories: Mapping[str, list[Record]], as_of: date
    ) -> dict[str, Values]:
        """The panel of some firms, by firm_key."""
        records = [record for history in histories.values() for record in history]
        self.fill(records, list(histories))
        return {
            row["firm_key"]: {signal.id: row[signal.id] for signal in self.signals}
            for row in self.ask(as_of)
        }


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
