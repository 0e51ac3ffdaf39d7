"""Find declarations by walking a package, so that adding one touches no other file."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, Protocol, TypeVar

from kexin.errors import DeclarationError
from kexin.language import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType


class Declared(Protocol):
    """Anything that is declared once and known by its id."""

    @property
    def id(self) -> str:
        """The name by which people and files know it."""


D = TypeVar("D", bound=Declared)


def collect(package: ModuleType, kind: type[D]) -> dict[str, D]:
    """Return every module-level instance of `kind` in `package`, sorted by id.

    Raises:
        DeclarationError: Two declarations have the same id.
    """
    return {
        name: value for name, (value, _) in declared(modules(package), kind).items()
    }


def declared(found: Iterable[ModuleType], kind: type[D]) -> dict[str, tuple[D, str]]:
    """Return every instance of `kind` in some modules, and its file, sorted by id.

    A declaration that other modules import belongs to the first that shows it.

    Raises:
        DeclarationError: Two declarations have the same id.
    """
    known: dict[str, tuple[D, str]] = {}
    for module in found:
        for value in vars(module).values():
            if not isinstance(value, kind):
                continue
            file = module.__file__ or module.__name__
            first, other = known.setdefault(value.id, (value, file))
            if first is not value:
                raise DeclarationError(
                    Text(f"“{value.id}”声明了两次", f"{value.id!r} is declared twice"),
                    where=f"{other}, {file}",
                    expected=Text("每个标识只声明一次", "one declaration for each id"),
                    do=Text("请改名或删除其中之一", "rename or remove one of the two"),
                )
    return dict(sorted(known.items()))


def modules(package: ModuleType) -> Iterator[ModuleType]:
    """Yield every module of a package, imported, in the order of their names."""
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(found.name)
