"""What persons decided about names that no step could tell: `identity.toml`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from kexin import tomlfile
from kexin.errors import ConfigurationError
from kexin.identity.codes import uscc
from kexin.identity.names import k1
from kexin.language import Text

if TYPE_CHECKING:
    from pathlib import Path


class Decision(tomlfile.Section):
    """Whose a name is.

    Attributes:
        name: The name as delivered.
        firm: The firm's unified social credit code.
        by: Who decided; a role or an account, as it stands in the audit.
        on: When.
        why: What it was decided on.
    """

    name: str
    firm: str
    by: str
    on: date
    why: str


class File(tomlfile.Section):
    """The form of `identity.toml`."""

    decided: tuple[Decision, ...] = ()


def decisions(path: Path) -> dict[str, str]:
    """Return the firm of each name that a person decided on, by the name's form K1.

    A later decision on the same name takes the place of an earlier one.

    Raises:
        ConfigurationError: The file is wrong in form, or names a firm by no valid code.
    """
    file = tomlfile.read(path, File) if path.exists() else File()
    for number, decision in enumerate(file.decided):
        if uscc(decision.firm) is None:
            raise ConfigurationError(
                Text(
                    f"代码“{decision.firm}”无效", f"{decision.firm!r} is no valid code"
                ),
                where=tomlfile.place(path, ("decided", number, "firm")),
                expected=Text(
                    "校验位正确的18位统一社会信用代码",
                    "a unified social credit code whose check characters are right",
                ),
                do=Text("请改正代码", "mend the code"),
            )
    ordered = sorted(file.decided, key=lambda decision: decision.on)
    return {k1(decision.name): str(uscc(decision.firm)) for decision in ordered}
