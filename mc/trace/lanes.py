"""The processes of a behavior of a TLA+ module, as its values show them: it declares none."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mc.interpreter.values import mapping_of
from mc.lang.domains import Enum
from mc.lang.state import State
from mc.lang.values import ModelValue
from mc.spec.module import ModuleSpec
from mc.trace.events import Part, Timeline
from mc.trace.module import ModuleBehavior, ModuleStep
from mc.trace.processes import Family
from mc.trace.reader import Event


def timeline(spec: ModuleSpec, behavior: ModuleBehavior, part: Part | None = None) -> Timeline:
    """Who does what in a behavior, or in a part of it; all steps are of nobody where no process can be seen."""
    families = tuple(_families(spec, behavior))
    first, last = part or (1, len(behavior.states))
    steps = behavior.steps[first - 1 : last - 1]
    events = tuple(_event(families, number, step) for number, step in enumerate(steps, 2))
    return Timeline(families, None, events, (), behavior.states[first - 1 : last], first)


def _event(families: Sequence[Family], number: int, step: ModuleStep) -> Event:
    named = tuple(next((f.process(a) for f in families if _has(f, a)), None) for a in step.arguments)
    return Event(number, step, next(filter(None, named), None), named)


def _has(family: Family, value: Any) -> bool:
    return any(type(value) is type(member.value) and value == member.value for member in family.members)


def _families(spec: ModuleSpec, behavior: ModuleBehavior) -> Iterator[Family]:
    """The sets that index a variable in all states, and of which steps name elements."""
    found: dict[tuple[Any, ...], list[str]] = {}
    for name in behavior.initial.values:
        keys = {tuple(mapping_of(state.values[name]) or ()) for state in behavior.states}
        if len(keys) == 1 and _are_processes(one := keys.pop(), behavior):
            found.setdefault(one, []).append(name)
    for members, variables in found.items():
        domain = Enum(*members)
        known = (name for name, value in spec.constants.items() if value == frozenset(members))
        titled = len(found) > 1 and all(isinstance(member, int) for member in members)
        role, roles = _role(members, variables, behavior.states)
        term = next((name for name in variables if _grows(members, name, behavior.states)), None)
        yield Family(next(known, repr(domain)), domain, role, term, roles, titled)


def _are_processes(members: Sequence[Any], behavior: ModuleBehavior) -> bool:
    """Whether these are names or numbers, of which a step has one as an argument."""
    kinds = set(map(type, members))
    arguments = [argument for step in behavior.steps for argument in step.arguments if type(argument) in kinds]
    return bool(members) and kinds <= {ModelValue, str, int} and any(argument in members for argument in arguments)


def _role(
    members: Sequence[Any], variables: Sequence[str], states: Sequence[State]
) -> tuple[str | None, tuple[Any, ...]]:
    """The first variable that says in a word what each process is, and its words."""
    for name in variables:
        words = dict.fromkeys(value for state in states for value in _values(state, name).values())
        if len(words) > 1 and all(isinstance(word, (str, ModelValue)) and word not in members for word in words):
            return name, tuple(words)
    return None, ()


def _grows(members: Sequence[Any], name: str, states: Sequence[State]) -> bool:
    """Whether a variable has a number for each process, which grows and never falls, such as a term."""
    values = [[_values(state, name)[member] for member in members] for state in states]
    if any(type(number) is not int for numbers in values for number in numbers):
        return False
    pairs = [pair for before, after in itertools.pairwise(values) for pair in zip(before, after, strict=True)]
    return any(a < b for a, b in pairs) and all(a <= b for a, b in pairs)


def _values(state: State, name: str) -> Mapping[Any, Any]:
    return mapping_of(state.values[name]) or {}
