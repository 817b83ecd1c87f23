"""What is asked of a module: of its states what is not TRUE of all; of whole behaviors what a search leaves open."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from mc.engine.result import Ending, Result
from mc.errors import EvaluationError, ModelError
from mc.formula.levels import Levels
from mc.formula.nodes import Level
from mc.interpreter.interpreter import Interpreter
from mc.spec.module import ModuleSpec


def without_properties(spec: ModuleSpec, result: Result) -> Result:
    """The result of a search of all states, which says nothing of whole behaviors."""
    left_out = list(dict.fromkeys(conjunct.property for conjunct in spec.properties if conjunct.asked == "temporal"))
    if not left_out:
        return result
    reason = f"what PROPERTY {', '.join(left_out)} says of whole behaviors is not checked yet"
    return replace(result, verdict="incomplete", ending=Ending("properties", reason))


def varying(interpreter: Interpreter, warnings: list[str], what: str, names: tuple[str, ...]) -> list[str]:
    """Those of some predicates that are not TRUE from the start, which is warned of; TLC refuses what is FALSE from the
    start (:class:`ModelError`). ``what``: the keyword of the configuration."""
    definitions, found = interpreter.spec.definitions, []
    levels = Levels(definitions)
    for name in names:
        value = None
        if levels.definition(name) is Level.CONSTANT:
            # What cannot be evaluated is an error where it is looked at, as in TLC.
            with suppress(EvaluationError, RecursionError):
                value = interpreter.value(name)
        place = definitions[name].place.start
        if value is False:
            raise ModelError(f"{place}: {what} {name} is FALSE whatever the state; name the one that is meant")
        if value is True:
            warnings.append(f"{place}: {what} {name} is TRUE whatever the state")
        else:
            found.append(name)
    return found
