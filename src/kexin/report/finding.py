"""One unusual thing, and the words in which shares and columns are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kexin.language import Text

if TYPE_CHECKING:
    from kexin.registers.contract import Table
    from kexin.report.compare import Before
    from kexin.report.limits import Limit
    from kexin.report.numbers import Counts, TableNumbers


class Finding(NamedTuple):
    """One unusual thing.

    Attributes:
        limit: The limit that was passed.
        table: Table.
        subject: Column, flag, source or month within it; empty for the table itself.
        value: What was found.
        before: What earlier deliveries had, or what is expected; None for neither.
        weight: How far the limit was passed, in multiples of it; the order of findings.
        says: The finding in words.
    """

    limit: Limit
    table: str
    subject: str
    value: float
    before: float | None
    weight: float
    says: Text


class Seen(NamedTuple):
    """One table of a delivery, and what earlier ones had of it."""

    contract: type[Table]
    now: TableNumbers
    before: Before

    @property
    def name(self) -> Text:
        """The table as people know it."""
        return Text(f"{self.contract.id}({self.contract.zh})", self.contract.id)

    def code(self, column: str, code: str) -> str:
        """Return a code as people know it in Chinese."""
        label = (self.contract.fields()[column].codes or {}).get(code)
        return f"{code}({label})" if label else code

    def column(self, name: str) -> Text:
        """Return a column as people know it."""
        field = self.contract.fields().get(name)
        return Text(f"{name}({field.zh})" if field else name, name)


def of(counts: Counts, code: str) -> str:
    """Return the share of a code, in words."""
    return percent(counts.get(code, 0), sum(counts.values()))


def percent(a: int, n: int) -> str:
    """Return a share in percent, small ones with more digits.

    Examples:
        >>> percent(4, 2000), percent(160, 2000), percent(3, 100_000), percent(0, 5)
        ('0.2 %', '8.0 %', '0.003 %', '0.0 %')
    """
    value = 100 * a / n if n else 0.0
    return f"{value:.3f} %" if 0 < value < 0.1 else f"{value:.1f} %"  # noqa: PLR2004  (what two digits cannot show)
