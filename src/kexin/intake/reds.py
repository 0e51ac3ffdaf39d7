"""Red invoices that do not name the invoice they offset (quality problem Q2).

The blue invoice is the one with the same firm, party and amount that came before and
was known by then; where there are several, nobody can tell which, and none is linked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kexin.intake import sql
from kexin.intake.warehouse import opened
from kexin.registers.tax import TaxInvoice

if TYPE_CHECKING:
    from pathlib import Path

    from ibis.backends.duckdb import Backend

    from kexin.intake.snapshot import Snapshot

LINKED = "red_linked"

READ = (
    "invoice_uid, direction, firm_key, amount_ex_tax, issue_date, invoice_status, "
    "orig_invoice_uid, known_at, dq_flags, "
    "coalesce(counterparty_code, counterparty_name) AS party"
)

UNLINKED = (
    "invoice_status = 'red' AND orig_invoice_uid IS NULL AND amount_ex_tax < 0 "
    "AND op <> 'D'"
)


def link_reds(connection: Backend, folder: Path, held: Snapshot) -> None:
    """Name the blue invoice of staged red ones, where exactly one is meant.

    One that is held already keeps its link, or its lack of one, so that a delivery that
    comes again says nothing new.
    """
    staged, engine = f"marked_{TaxInvoice.id}", connection.con
    unlinked = f"SELECT count(*) FROM {staged} WHERE {UNLINKED}"  # noqa: S608
    if sql.number(connection, unlinked) == 0:
        return
    before = opened(folder, held.get(TaxInvoice.id), TaxInvoice, connection)
    engine.execute(
        f"CREATE OR REPLACE TEMP VIEW held_invoices AS {connection.compile(before)}"
    )
    engine.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE links AS
        WITH red AS (
            SELECT {READ} FROM {staged} WHERE {UNLINKED}
        ), every AS (
            SELECT {READ} FROM held_invoices
            WHERE superseded_at IS NULL AND op <> 'D'
              AND firm_key IN (SELECT firm_key FROM red)
            UNION ALL
            SELECT {READ} FROM {staged} WHERE op <> 'D'
        ), kept AS (
            SELECT red.invoice_uid, red.direction, min(e.orig_invoice_uid) AS blue
            FROM red JOIN every e USING (invoice_uid, direction, amount_ex_tax)
            WHERE list_contains(e.dq_flags, '{LINKED}')
            GROUP BY ALL
        ), held_before AS (
            SELECT invoice_uid, direction FROM held_invoices
            WHERE superseded_at IS NULL AND op <> 'D' AND invoice_status = 'red'
        ), offset_before AS (
            SELECT direction, orig_invoice_uid AS blue FROM every
            WHERE orig_invoice_uid IS NOT NULL
        ), fitting AS (
            SELECT red.invoice_uid, red.direction, red.issue_date,
                   min(b.invoice_uid) AS blue
            FROM red JOIN every b USING (firm_key, direction, party)
            WHERE b.amount_ex_tax = -red.amount_ex_tax
              AND b.invoice_status NOT IN ('red', 'void')
              AND b.issue_date <= red.issue_date AND b.known_at <= red.known_at
              AND (b.direction, b.invoice_uid) NOT IN
                  (SELECT direction, blue FROM offset_before)
              AND (red.invoice_uid, red.direction) NOT IN
                  (SELECT invoice_uid, direction FROM held_before)
            GROUP BY ALL HAVING count(DISTINCT b.invoice_uid) = 1
        ), first AS (
            SELECT invoice_uid, direction, blue FROM fitting
            QUALIFY row_number() OVER (
                PARTITION BY direction, blue ORDER BY issue_date, invoice_uid) = 1
        )
        FROM kept UNION ALL FROM first
        """  # noqa: S608
    )
    engine.execute(
        f"""
        CREATE OR REPLACE TEMP VIEW incoming_{TaxInvoice.id} AS
        SELECT t.* REPLACE (
            CASE WHEN blue IS NOT NULL AND {UNLINKED} THEN blue
                 ELSE orig_invoice_uid END AS orig_invoice_uid,
            CASE WHEN blue IS NOT NULL AND {UNLINKED}
                 THEN list_append(dq_flags, '{LINKED}') ELSE dq_flags END AS dq_flags)
        FROM {staged} t LEFT JOIN links USING (invoice_uid, direction)
        """  # noqa: S608
    )
