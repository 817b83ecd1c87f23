"""What is asked of a module: of its states what is not TRUE of all; of whole behaviors what a search can check."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from mc.dataclass import dataclass
from mc.engine.result import Ending, Result
from mc.engine.stops import fail
from mc.errors import EvaluationError, ModelError
from mc.formula.levels import Levels
from mc.formula.nodes import Level
from mc.interpreter.interpreter import Interpreter
from mc.interpreter.temporal import NotTaken, Temporal
from mc.spec.module import Conjunct, ModuleSpec
from mc.temporal.formula import Formula


@dataclass(frozen=True, eq=False)
class Asked:
    """What is asked of behaviors, with the atoms of its formulas."""

    temporal: Temporal
    #: What all behaviors satisfy.
    fairness: tuple[Formula, ...]
    properties: tuple[tuple[Conjunct, Formula], ...]


def temporal(spec: ModuleSpec) -> list[Conjunct]:
    """The conjuncts of properties that are about whole behaviors."""
    return [conjunct for conjunct in spec.properties if conjunct.asked == "temporal"]


def asked_names(spec: ModuleSpec) -> str:
    """These properties, as messages call them."""
    return f"PROPERTY {', '.join(dict.fromkeys(conjunct.property for conjunct in temporal(spec)))}"


def asked(interpreter: Interpreter) -> Asked | str:
    """What is asked of whole behaviors; or why a search cannot tell: a clause.

    :class:`StopError` where a part that depends on no state cannot be evaluated.
    """
    spec = interpreter.spec
    what = f"what {asked_names(spec)} says of whole behaviors is not"
    if spec.symmetry is not None:
        why = "a cycle of representatives need not be one of states; leave it out (--symmetry none)"
        return f"{what} checked with SYMMETRY {spec.symmetry}: {why}"
    if spec.view is not None:
        why = "a cycle of what it shows need not be one of states; leave it out"
        return f"{what} checked with VIEW {spec.view}: {why}"
    taken = Temporal(interpreter.program)
    try:
        fairness = tuple(map(taken.formula, spec.fairness))
        return Asked(taken, fairness, tuple((c, taken.formula(c.formula)) for c in temporal(spec)))
    except EvaluationError as error:
        fail(asked_names(spec), error, [])
    except NotTaken as error:
        return f"{what} checked: {error}"


def without_properties(left_out: str, result: Result) -> Result:
    """The result of a search of all states that says nothing of whole behaviors, and why; empty: nothing was asked."""
    return replace(result, verdict="incomplete", ending=Ending("properties", left_out)) if left_out else result


def postconditions(spec: ModuleSpec) -> Iterator[str]:
    """What is to hold at the end; TLC has a value in the place of a constant by then, and refuses it."""
    levels = Levels(spec.definitions)
    for name in spec.postconditions:
        if levels.definition(name) is Level.CONSTANT:
            place = spec.definitions[name].place.start
            raise ModelError(f"{place}: POSTCONDITION {name} is a constant; name what speaks of the search")
        yield name


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
