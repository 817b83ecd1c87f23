"""The states at the ends of ways."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from mc.errors import EvaluationError
from mc.interpreter.environment import UNASSIGNED
from mc.interpreter.errors import IncompleteError, SuccessorError
from mc.interpreter.program import Program
from mc.interpreter.ways import LEFT, RAW

State = tuple[Any, ...]


def complete(made: list[Any], program: Program, name: str) -> State:
    """The state that a walk has made; ``name``: of the action or predicate."""
    if made[LEFT]:
        missing = tuple(
            variable for variable, value in zip(program.spec.variables, made, strict=False) if value is UNASSIGNED
        )
        plural = "s have" if len(missing) > 1 else " has"
        raise IncompleteError(f"{name} leaves a state incomplete: the variable{plural} no value: {_listed(missing)}")
    values = made[:RAW]
    if made[RAW]:
        for number, value in enumerate(values):
            try:
                values[number] = program.order.normal(value)
            except EvaluationError as error:
                variable = program.spec.variables[number]
                raise SuccessorError(f"{name}: the variable {variable} cannot have its value: {error}") from None
    return tuple(values)


def _listed(missing: tuple[str, ...]) -> str:
    return ", ".join(missing)


def found_before(visit: Callable[[Callable[[State], None]], None]) -> Iterator[State]:
    """The states that a walk finds; those before an error are given before it is raised."""
    found: list[State] = []
    failure: Exception | None = None
    try:
        visit(found.append)
    except (EvaluationError, RecursionError) as error:
        failure = error
    yield from found
    if failure is not None:
        raise failure
