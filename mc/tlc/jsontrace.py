"""A counterexample in JSON, as ``-dumpTrace json`` of TLC writes it (``_JsonTrace``, ``CounterExample``, ``Json``)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mc.engine.result import Taken
from mc.interpreter.forms import written
from mc.interpreter.order import Order
from mc.interpreter.printed import printed
from mc.interpreter.values import mapping_of
from mc.lang.state import State
from mc.lang.values import FnValue, ModelValue, RecordValue
from mc.tlc.looks import Looks
from mc.trace.module import ModuleBehavior


def trace_json(looks: Looks, behavior: ModuleBehavior) -> str:
    """The states with their numbers, and the steps between them."""
    states = [[number, _state(looks, state)] for number, state in enumerate(behavior.states, 1)]
    ways = zip(states, behavior.steps, states[1:], strict=False)
    edges = [[before, _action(looks, step.action), after] for before, step, after in ways]
    loop = behavior.loop
    if loop is not None:
        # The step that goes on for ever: back to a state, or none.
        action = {"name": "UnnamedAction"} if loop.step is None else _action(looks, loop.step)
        edges.append([states[-1], action, states[loop.to]])
    names = sorted(set(behavior.initial.values))
    return json.dumps({"counterexample": {"action": edges, "state": states}, "vars": names}, ensure_ascii=False)


def _state(looks: Looks, state: State) -> dict[str, Any]:
    """The values of the variables."""
    order = looks.interpreter.program.order
    kept = looks.interpreter.state(tuple(state.values.values()))
    return {name: plain(value, order) for name, value in zip(state.values, kept, strict=True)}


def _action(looks: Looks, taken: Taken) -> dict[str, Any]:
    """An action: its name, place and parameters."""
    place = taken.place
    found: dict[str, Any] = {
        "name": "UnnamedAction",
        "location": {
            "beginLine": place.line,
            "beginColumn": place.column + 1,
            "endLine": place.end_line,
            "endColumn": place.end_column,
            "module": Path(place.file).stem,
        },
    }
    definition = looks.definition(taken)
    if definition is not None:
        found["name"] = taken.name
        if definition.parameters:
            order = looks.interpreter.program.order
            values = [plain(value, order) for value in taken.arguments[: len(definition.parameters)]]
            found["context"] = dict(zip(definition.parameters, values, strict=True))
            found["parameters"] = list(definition.parameters)
    return found


def plain(value: Any, order: Order) -> Any:
    """A value in the kinds of JSON: sets are lists in TLC's order, what is no sequence is an object."""
    found = order.normal(written(value))
    if isinstance(found, ModelValue):
        return found.name
    if isinstance(found, frozenset):
        return [plain(element, order) for element in order.sorted(found)]
    if isinstance(found, tuple):
        return [plain(part, order) for part in tuple.__iter__(found)]
    if isinstance(found, (RecordValue, FnValue)):
        mapping = mapping_of(found) or {}
        keys = order.fields(found.fields) if isinstance(found, RecordValue) else order.domain(found)
        return {key if isinstance(key, str) else printed(key, order): plain(mapping[key], order) for key in keys}
    return found
