"""Why a behavior that goes on for ever is fair, and what of a property never happens in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mc.formula import standard
from mc.formula.nodes import Apply, Expression
from mc.interpreter.interpreter import Interpreter
from mc.interpreter.states import State
from mc.interpreter.temporal import Atom, Temporal
from mc.lang.text import to_tla
from mc.spec.module import ModuleSpec
from mc.trace.module import ModuleBehavior, source, values

#: The numbers of two states, and the states.
_Step = tuple[int, int, State, State]


def reasons(interpreter: Interpreter, behavior: ModuleBehavior, name: str) -> Iterator[str]:
    """A clause for each atom of the property ``name`` that does not change any more, and each fairness condition."""
    spec = interpreter.spec
    steps = list(_cycle(behavior))
    taken = Temporal(interpreter.program)
    for conjunct in spec.properties:
        if (conjunct.asked, conjunct.name) == ("temporal", name):
            taken.formula(conjunct.formula)
    for atom in taken.atoms:
        found = {_holds(atom, step) for step in steps}
        if len(found) == 1:
            yield f"{'always' if found.pop() else 'never'} from state {steps[0][0]} on: {_text(spec, atom)}"
    fair = Temporal(interpreter.program)
    for formula in spec.fairness:
        fair.formula(formula)
    for one in fair.fairness:
        text = f"{source(spec, one.node.place)}{_bound(one.bindings)}"
        step = next((step for step in steps if _holds(fair.atoms[one.taken], step)), None)
        idle = [step for step in steps if not _holds(fair.atoms[one.enabled], step)]
        if step is not None:
            yield f"{text}: taken from state {step[0]} to state {step[1]}"
        elif len(idle) == len(steps):
            yield f"{text}: not enabled from state {steps[0][0]} on"
        elif idle and not one.is_strong:
            yield f"{text}: not enabled in state {idle[0][0]}"
        # Else it does not hold, and is part of a formula that holds without it.


def _cycle(behavior: ModuleBehavior) -> Iterator[_Step]:
    """The steps that are taken for ever."""
    assert behavior.loop is not None
    states, first = behavior.states, behavior.loop.to
    for at in range(first, len(states)):
        after = at + 1 if at + 1 < len(states) else first
        yield at + 1, after + 1, values(states[at]), values(states[after])


def _holds(atom: Atom, step: _Step) -> bool:
    return atom.holds(step[2], step[3])


def _text(spec: ModuleSpec, atom: Atom) -> str:
    return _source(spec, atom.node) + _bound(atom.bindings)


def _source(spec: ModuleSpec, node: Expression) -> str:
    """The text of an atom; what fairness speaks of stands nowhere as it is."""
    match node:
        case Apply(operator=standard.ENABLED, operands=(inner, *_)):
            return f"ENABLED {_source(spec, inner)}"
        case Apply(operator=standard.ANGLE_ACTION, operands=(action, subscript)):
            return f"<<{source(spec, action.place)}>>_{source(spec, subscript.place)}"
    return source(spec, node.place)


def _bound(bindings: Mapping[str, Any]) -> str:
    return "".join(f", {name} = {to_tla(value)}" for name, value in bindings.items())
