"""Who has which code and which name, and from when until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import ibis
import pandas as pd

from kexin.identity.codes import (
    customs_code,
    organisation_code,
    organisation_part,
    registration_number,
    uscc,
)
from kexin.identity.names import is_damaged, k1, k2, k3

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import ibis.expr.types as ir

SOURCES = {
    "reg_firm": (
        "firm_key",
        "uscc",
        "regno_15",
        "firm_name",
        "is_branch",
        "parent_uscc",
        "event_date",
        "op",
    ),
    "reg_name_history": (
        "firm_key",
        "name_raw",
        "name_kind",
        "valid_from",
        "valid_to",
        "op",
    ),
    "cus_registrant": (
        "firm_key",
        "customs_code",
        "valid_from",
        "cancelled_date",
        "op",
    ),
}
"""The tables that tell who is who, and the columns that do."""

CODES = ibis.schema(
    {
        "firm_key": "string",
        "kind": "string",
        "code": "string",
        "valid_from": "date",
        "valid_to": "date",
    }
)
NAMES = ibis.schema(
    {
        "firm_key": "string",
        "k1": "string",
        "k2": "string",
        "core": "string",
        "form": "string",
        "kind": "string",
        "valid_from": "date",
        "valid_to": "date",
    }
)
PARENTS = ibis.schema({"firm_key": "string", "parent_key": "string"})


class Directory(NamedTuple):
    """The firms that mentions can be resolved to.

    Attributes:
        codes: One row a firm, kind of code (`uscc`, `organisation`, `registration`,
            `customs`) and period.
        names: One row a firm, name and period, in the name's normal forms; `kind` is
            `current`, `former`, or another that no rule takes for a name in law.
        parents: Branch to the firm whose it is.
    """

    codes: ir.Table
    names: ir.Table
    parents: ir.Table


def directory(tables: Mapping[str, ir.Table]) -> Directory:
    """Return the directory that a warehouse's registers make.

    Every version counts, also those that ended: a name that was given up is still the
    name of the firm in what was written before.

    Args:
        tables: The columns of `SOURCES`; a registry's row without a firm is left out.
    """
    firms, history, registrants = (frame(tables[name]) for name in SOURCES)
    names = [names_of(firms), names_in_history(history)]
    codes = [codes_of(firms), customs_of(registrants)]
    branches = firms[firms["is_branch"].eq(other=True) & firms["parent_uscc"].notna()]
    parents = branches[["firm_key", "parent_uscc"]].drop_duplicates("firm_key")
    return Directory(
        table(merged(codes), CODES),
        table(merged(names), NAMES),
        table(parents.rename(columns={"parent_uscc": "parent_key"}), PARENTS),
    )


def frame(source: ir.Table) -> pd.DataFrame:
    """Return the standing and former versions of a table; withdrawn ones left out."""
    kept = source.filter(source["op"] != "D", source.firm_key.notnull())
    found: pd.DataFrame = kept.to_pandas()
    return found


def table(rows: pd.DataFrame, schema: ibis.Schema) -> ir.Table:
    """Return rows as a table of the engine, typed also where there are none."""
    return ibis.memtable(rows[list(schema.names)], schema=schema)


def merged(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return all rows once, in a fixed order."""
    rows = pd.concat(list(parts), ignore_index=True).drop_duplicates()
    return rows.sort_values(list(rows.columns), ignore_index=True)


def codes_of(firms: pd.DataFrame) -> pd.DataFrame:
    """Return the codes that stand in the registry; they are a firm's for ever."""
    of_registry = {
        "uscc": firms["uscc"].map(uscc, na_action="ignore"),
        "organisation": firms["uscc"].map(organisation_of, na_action="ignore"),
        "registration": firms["regno_15"].map(registration_number, na_action="ignore"),
    }
    parts = [
        pd.DataFrame({"firm_key": firms["firm_key"], "kind": kind, "code": codes})
        for kind, codes in of_registry.items()
    ]
    rows = pd.concat(parts).dropna(subset=["code"])
    return rows.assign(valid_from=None, valid_to=None)


def organisation_of(code: str) -> str | None:
    """Return the organisation code inside a valid USCC."""
    valid = uscc(code)
    return organisation_code(organisation_part(valid)) if valid else None


def customs_of(registrants: pd.DataFrame) -> pd.DataFrame:
    """Return customs codes with the period in which they were the firm's."""
    rows = registrants.dropna(subset=["firm_key"])
    return pd.DataFrame(
        {
            "firm_key": rows["firm_key"],
            "kind": "customs",
            "code": rows["customs_code"].map(customs_code, na_action="ignore"),
            "valid_from": rows["valid_from"],
            "valid_to": rows["cancelled_date"],
        }
    ).dropna(subset=["code"])


def names_of(firms: pd.DataFrame) -> pd.DataFrame:
    """Return the names in the registry, each from its approval to the next one's."""
    ordered = firms.sort_values(["firm_key", "event_date"])
    changed = ordered["firm_name"].ne(ordered.groupby("firm_key")["firm_name"].shift())
    first = ordered[changed | ~ordered["firm_key"].duplicated()]
    following = first.groupby("firm_key")["event_date"].shift(-1)
    # The registry says what was approved when, not since when a first name was borne.
    since = first["event_date"].where(first["firm_key"].duplicated())
    kinds = following.isna().map({True: "current", False: "former"})
    return normal(first["firm_key"], first["firm_name"], kinds, since, following)


def names_in_history(history: pd.DataFrame) -> pd.DataFrame:
    """Return the names of the registry's own history."""
    rows = history.dropna(subset=["firm_key"])
    return normal(
        rows["firm_key"],
        rows["name_raw"],
        rows["name_kind"],
        rows["valid_from"],
        rows["valid_to"],
    )


def normal(
    firm_key: pd.Series,
    name: pd.Series,
    kind: pd.Series,
    valid_from: pd.Series,
    valid_to: pd.Series,
) -> pd.DataFrame:
    """Return names in their normal forms; damaged ones are names in law no more."""
    parts = name.map(k3)
    return pd.DataFrame(
        {
            "firm_key": firm_key,
            "k1": name.map(k1),
            "k2": name.map(k2),
            "core": parts.map(lambda part: part.core),
            "form": parts.map(lambda part: part.form),
            "kind": kind.where(~name.map(is_damaged).astype(bool), "damaged"),
            "valid_from": valid_from,
            "valid_to": valid_to,
        }
    )
