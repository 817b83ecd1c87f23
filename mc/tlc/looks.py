"""States and steps of a TLA+ module as TLC prints them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mc.engine.result import Taken
from mc.formula.nodes import Definition
from mc.interpreter.broken import broken
from mc.interpreter.interpreter import Interpreter
from mc.interpreter.printed import printed
from mc.interpreter.states import State
from mc.lang import state as lang
from mc.tlc.places import is_within, location


def text(values: Mapping[str, str], of: int) -> str:
    """The values of some of so many variables; one variable alone has no bullet."""
    bullet = "/\\ " if of > 1 else ""
    return "".join(f"{bullet}{name} = {value}\n" for name, value in values.items())


class Looks:
    """How those of one module look."""

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter = interpreter
        self.spec = interpreter.spec

    def values(self, state: lang.State) -> dict[str, str]:
        """The values of the variables of a state, or of what stands for it."""
        kept = self.interpreter.state(tuple(state.values.values()))
        return {name: broken(self._printed(value)) for name, value in zip(state.values, kept, strict=True)}

    def state(self, state: State) -> str:
        """A state as the interpreter has it."""
        named = zip(self.spec.variables, state, strict=True)
        return text({name: broken(self._printed(value)) for name, value in named}, len(state))

    def call(self, taken: Taken) -> str:
        """``Up(1)``: of the arguments those of the definition."""
        definition = self.definition(taken)
        if definition is None:
            return "Action"
        arguments = ",".join(self._printed(value) for value in taken.arguments[: len(definition.parameters)])
        return taken.name + (f"({arguments})" if arguments else "")

    def label(self, taken: Taken) -> str:
        """``<Up(1) line 7, col 10 to line 7, col 60 of module M>``"""
        return f"<{self.call(taken)} {location(taken.place)}>"

    def definition(self, taken: Taken) -> Definition | None:
        """The definition that an action is of; the formula in ``[][...]_vars`` is called Next, whatever that is."""
        definition = self.spec.definitions.get(taken.name)
        return definition if definition is not None and is_within(taken.place, definition.place) else None

    def _printed(self, value: Any) -> str:
        return printed(value, self.interpreter.program.order)
