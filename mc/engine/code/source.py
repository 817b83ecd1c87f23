"""What is compiled together: kernels as their text, and the functions, constants and tables made for a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from functools import cached_property

from mc.dataclass import dataclass
from mc.engine.code import text
from mc.engine.code.statements import Function


@dataclass(frozen=True)
class Source:
    """Kernels, and what was made for a model.

    The names in kernels that are not defined there stand for the constants, the tables and the functions.
    """

    kernels: str
    constants: Mapping[str, int]
    tables: Mapping[str, Sequence[int]] = field(default_factory=dict)
    functions: Sequence[Function] = ()

    @cached_property
    def text(self) -> str:
        """What was made for the model, to be read, and to be told from what was made for others."""
        lines = [f"{name} = {value}" for name, value in self.constants.items()]
        lines += [f"{name} = {list(numbers)}" for name, numbers in self.tables.items()]
        return "\n\n\n".join(["\n".join(lines), *map(text.function, self.functions)])

    @cached_property
    def contents(self) -> tuple[dict[str, Function], dict[str, Sequence[int]]]:
        """All functions and all tables, by name."""
        # Here, not above, since code that was kept is not read again.
        from mc.engine.code.read import Text

        known: dict[str, int | Sequence[int]] = {**self.constants, **self.tables}
        kernels = Text(self.kernels, known, {function.name: function for function in self.functions})
        functions = {**kernels.functions, **{function.name: function for function in self.functions}}
        return functions, {name: numbers for name, numbers in kernels.names.items() if not isinstance(numbers, int)}
