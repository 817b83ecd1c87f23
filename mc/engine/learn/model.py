"""A TLA+ module, lowered, with domains for its variables: the spec that the compiled engine takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from mc.engine.learn.domains import Learner, normal, stored
from mc.engine.learn.starts import row
from mc.engine.learn.stored import as_stored, field_names, in_order, with_values
from mc.formula.nodes import AGAIN, Definition, as_written
from mc.interpreter.states import State as Values
from mc.lang.domains import Domain
from mc.lang.state import State
from mc.lang.values import ModelValue, ModelValueSet
from mc.lower.lowered import Lowered, LoweredStep
from mc.spec.module import ModuleSpec
from mc.spec.objects import Action, Model, Parameter, Spec, Step, Unwritten
from mc.spec.objects import Definition as Predicate


class Found(dict[str, Definition]):
    """Definitions by name, where no functions are written in Python."""

    def of(self, function: Callable[..., Any]) -> Definition:
        """The definition that stands for itself."""
        assert isinstance(function, Unwritten)
        return self[function.name]


def sets_of_model_values(spec: ModuleSpec, symmetric: Iterable[frozenset[ModelValue]] = ()) -> dict[str, ModelValueSet]:
    """The constants that are sets of model values, and the symmetric sets, by names; each in TLC's order."""
    sets = {
        name: value
        for name, value in spec.constants.items()
        if isinstance(value, frozenset) and value and all(isinstance(element, ModelValue) for element in value)
    }
    for members in symmetric:
        if members not in sets.values():
            sets[f"{spec.symmetry}{AGAIN}{len(sets)}"] = members
    return {
        name: ModelValueSet(name, [element.name for element in in_order(value, spec.met)])
        for name, value in sets.items()
    }


def learner(spec: ModuleSpec, lowered: Lowered, sets: Mapping[str, ModelValueSet]) -> Learner:
    """What finds the domains of the variables of a module; ``sets``: those of model values."""
    members = [value.members for value in sets.values()]
    return Learner(members, spec.met, field_names(lowered.definitions.values()))


def bound(
    spec: ModuleSpec,
    lowered: Lowered,
    domains: Mapping[str, Domain],
    starts: Sequence[Values] | None,
    sets: Mapping[str, ModelValueSet],
    symmetry: tuple[str, ...] = (),
) -> Spec:
    """The spec of a lowered module; ``starts``: all initial states that it generates, in order, where they are few;
    ``sets``: those of model values, and ``symmetry``: the names of those that are symmetric."""
    definitions = _stored(spec, lowered)
    rows: tuple[tuple[Unwritten, tuple[Parameter, ...]], ...] = ()
    if starts is None:
        made = row(definitions[lowered.init])
        definitions[lowered.init] = made.definition
        parameters = tuple(Parameter(name, domain) for name, domain in made.domains.items())
        rows = ((Unwritten(lowered.init), parameters),)
    return Spec(
        name=spec.name,
        path=spec.path,
        files=(spec.path,),
        places={},
        model=Model(spec.model, spec.constants, symmetry, deadlock=spec.deadlock),
        constants={**spec.constants, **sets},
        variables=domains,
        init_name=spec.init_name,
        next_name=spec.next_name,
        init=rows,
        actions=tuple(Action(as_written(action.name), Unwritten(action.definition), ()) for action in lowered.actions),
        invariants=tuple(
            Predicate(name, Unwritten(definition))
            for name, definition in zip(invariants_of(spec), lowered.invariants, strict=True)
        ),
        witnesses=(),
        constraints=tuple(Predicate(name, Unwritten(name)) for name in lowered.constraints),
        faults=(),
        namespace={},
        formulas=Found(definitions),
        texts=spec.texts,
        given=None if starts is None else tuple(packed(domains, state) for state in starts),
        action_constraints=_steps(spec.action_constraints, lowered.action_constraints),
        action_properties=_steps(
            [conjunct.name for conjunct in spec.properties if conjunct.asked == "action"], lowered.action_properties
        ),
        met=spec.met,
    )


def _steps(names: Sequence[str], steps: Sequence[LoweredStep]) -> tuple[Step, ...]:
    """What is asked of steps, by the names that messages have for it."""
    return tuple(
        Step(name, Unwritten(step.definition), step.variables) for name, step in zip(names, steps, strict=True)
    )


def _stored(spec: ModuleSpec, lowered: Lowered) -> dict[str, Definition]:
    """The definitions, with values as the engine stores them."""
    names = field_names(lowered.definitions.values())

    def change(value: Any) -> Any:
        return in_order(as_stored(value, names), spec.met)

    return {name: with_values(definition, change) for name, definition in lowered.definitions.items()}


def invariants_of(spec: ModuleSpec) -> list[str]:
    """The names of the invariants, also of those that are properties."""
    return [*spec.invariants, *(conjunct.name for conjunct in spec.properties if conjunct.asked == "invariant")]


def packed(domains: Mapping[str, Domain], values: Values) -> State:
    """A state of the interpreter as the engine stores it; :class:`DomainError` where it has no place."""
    return State({name: stored(domain, value) for (name, domain), value in zip(domains.items(), values, strict=True)})


def unpacked(state: State) -> Values:
    """A state of the engine as the interpreter has it."""
    return tuple(normal(value) for value in state.values.values())
