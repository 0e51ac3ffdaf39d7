"""The commands. They read arguments, call a layer, and print; they hold no logic."""

from __future__ import annotations

import sys

from kexin.cli.commands import app
from kexin.cli.options import spoken
from kexin.errors import KexinError

__all__ = ["app", "main"]


def main() -> None:
    """Run a command; an error that a person can mend becomes its text and exit code."""
    try:
        app()
    except KexinError as error:
        sys.stderr.write(error.said(spoken(sys.argv)) + "\n")
        sys.exit(error.exit_code)
