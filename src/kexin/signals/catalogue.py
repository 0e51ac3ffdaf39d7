"""All signals: those of the package, and those of a workspace."""

from __future__ import annotations

import functools
import importlib.util
import sys
import traceback
from typing import TYPE_CHECKING

import kexin.signals
from kexin.collect import declared, modules
from kexin.errors import DeclarationError
from kexin.language import Text
from kexin.signals.check import checked
from kexin.signals.signal import Signal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from types import ModuleType


def catalogue(own: Path | None = None) -> dict[str, Signal]:
    """Return every signal by its id, in the order of the ids.

    Args:
        own: A workspace's folder of signals, each file a module that declares some;
            they join those of the package. None, or no such folder, for no more.

    Raises:
        DeclarationError: A file cannot be read, a signal is wrongly declared, or two
            have the same id.
    """
    files = sorted(own.glob("*.py")) if own is not None else []
    if not files:
        return dict(of_package())
    return checked_in([*modules(kexin.signals), *map(loaded, files)])


@functools.cache
def of_package() -> dict[str, Signal]:
    """Return the signals of the package, checked once."""
    return checked_in(modules(kexin.signals))


def checked_in(found: Iterable[ModuleType]) -> dict[str, Signal]:
    """Return the signals of some modules, each as a signal must be."""
    signals = declared(found, Signal)
    return {name: checked(signal, file) for name, (signal, file) in signals.items()}


def loaded(path: Path) -> ModuleType:
    """Return a file of declarations as a module.

    Raises:
        DeclarationError: It cannot be read, with the line that failed.
    """
    name = f"kexin_workspace_signals.{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise TypeError(path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except DeclarationError:
        raise
    except (SyntaxError, ImportError, AttributeError, NameError, TypeError) as error:
        raise unreadable(path, error) from error
    return module


def unreadable(path: Path, error: Exception) -> DeclarationError:
    """Return the error for a file that Python cannot read as declarations."""
    steps = traceback.extract_tb(error.__traceback__)
    lines = [step.lineno for step in steps if step.filename == str(path)]
    line = getattr(error, "lineno", None) or (lines[-1] if lines else 1)
    return DeclarationError(
        Text(f"{type(error).__name__}：{error}", f"{type(error).__name__}: {error}"),
        where=f"{path}:{line}",
        expected=Text("声明信号的Python文件", "a Python file that declares signals"),
        do=Text(
            "请改正该行；列名见 kexin signals 的数据字典",
            "mend the line; the data dictionary of kexin signals names the columns",
        ),
    )
