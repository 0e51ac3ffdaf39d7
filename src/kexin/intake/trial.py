"""What would become of a delivery if a drafted mapping were used: nothing is kept."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kexin.errors import ConfigurationError, KexinError
from kexin.identity.ladder import Thresholds
from kexin.intake import quarantine
from kexin.intake.deliver import deliver
from kexin.intake.mapping import read_mapping

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from ibis.backends.duckdb import Backend

    from kexin.intake.accounts import Count
    from kexin.language import Text

DEFAULT = Thresholds()


class Refused(NamedTuple):
    """How many rows would be refused for one reason."""

    table: str
    column: str
    rule: str
    rows: int
    expected: Text


class Trial(NamedTuple):
    """What a mapping would do.

    Attributes:
        mistake: What stands against the mapping, or against reading the files with it;
            None where nothing does.
        tables: The account of rows, as intake would give it.
        refused: Why rows would be refused, the most frequent reason first.
    """

    mistake: KexinError | None
    tables: Sequence[Count] = ()
    refused: Sequence[Refused] = ()

    @property
    def acceptable(self) -> bool:
        """Whether the mapping can be used as it stands."""
        return not isinstance(self.mistake, ConfigurationError)


def tried(
    toml: str,
    paths: Sequence[Path],
    received: date,
    connection: Backend,
    who: Thresholds = DEFAULT,
) -> Trial:
    """Return what a mapping would do with a delivery, by the checks of intake itself.

    Args:
        toml: Text of the mapping.
        paths: Files and folders of the delivery.
        received: Day of receipt.
        connection: An engine to work on.
        who: What counts as certain when records are matched to firms.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "draft.toml"
        file.write_text(toml, encoding="utf-8")
        warehouse = Path(folder) / "warehouse"
        try:
            mapping = read_mapping(file)
            account = deliver(paths, mapping, warehouse, received, connection, who=who)
        except KexinError as error:
            error.where = error.where.replace(f"{folder}/", "")
            return Trial(error)
        return Trial(None, account.tables, reasons(warehouse, connection))


def reasons(warehouse: Path, connection: Backend) -> list[Refused]:
    """Return why rows were refused, the most frequent reason first."""
    found: dict[tuple[str, str, str], Refused] = {}
    for failure in quarantine.failures(warehouse, connection):
        key = (failure.table, failure.column, failure.rule)
        before = found.get(key, Refused(*key, 0, failure.expected))
        found[key] = before._replace(rows=before.rows + 1)
    return sorted(found.values(), key=lambda each: -each.rows)
