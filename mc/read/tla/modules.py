"""TLA+ modules, read and resolved."""

from __future__ import annotations

from pathlib import Path

from mc.read.tla.resolved import Overrides, Resolved

#: The configuration replaces nothing.
NOTHING = Overrides()


def read_module(path: Path, overrides: Overrides = NOTHING) -> Resolved:
    """The module of a file, with all that it extends and instantiates.

    Modules are looked for in the folder of the file, then in the library that comes with mc.

    Raises ``SpecError``, with the file and the line, where the text is no TLA+, a module is missing, or a name, an
    arity or a level does not fit (what SANY refuses).
    """
    raise NotImplementedError
