"""Where a walk gives variables their values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from mc.formula import operators as op
from mc.formula import standard
from mc.formula.nodes import (
    All,
    Apply,
    Assign,
    Bind,
    Binder,
    Bound,
    Call,
    Except,
    Expression,
    Key,
    Let,
    Name,
    Node,
    Of,
    Some,
    Test,
    Tree,
    Value,
    With,
    conjunction,
)
from mc.lower.applications import defined
from mc.lower.constants import MISSING
from mc.lower.known import is_symbolic
from mc.lower.lowered import refuse
from mc.lower.lowering import Lowering
from mc.lower.names import Deferred, Here, Made, Names
from mc.lower.operators import components
from mc.lower.placing import is_atomic


class Rest(Protocol):
    """What remains of a conjunction."""


class Walk(Protocol):
    """What walks a formula."""

    lowering: Lowering
    is_init: bool
    enabled: Here | None

    def here(self, made: Made) -> Here:
        """What variables stand for."""

    def proceed(self, rest: Rest | None, made: Made) -> Tree:
        """What remains of a conjunction."""


def target(w: Walk, node: Expression, names: Names, is_state: bool) -> str | None:
    """The variable that an expression is, of the state or of the next one."""
    library = w.lowering.library
    match node:
        case Name(of=Of.VARIABLE | Of.PRIMED):
            return node.name if (node.of is Of.VARIABLE) == is_state else None
        case Apply(operator=standard.PRIME) if not is_state:
            return target(w, node.operands[0], names, True)
        case Name(of=Of.LOCAL):
            meaning = names.get(node.name)
            return target(w, meaning.node, meaning.names, is_state) if isinstance(meaning, Deferred) else None
        case Call(arguments=()) if not library.is_constant(node.definition):
            return target(w, library.source(node.definition).expression, {}, is_state)
        case Let():
            return target(w, node.body, {**names, node.name: defined(node, names, Here())}, is_state)
    return None


def assign(w: Walk, name: str, node: Apply, names: Names, made: Made, rest: Rest | None) -> Tree:
    """``x' = e`` where x' has no value."""
    lowering = w.lowering
    value = lowering.evaluated(node.operands[1], names, w.here(made))
    is_kept = isinstance(value, Name) and value.of is Of.VARIABLE and value.name == name and not w.is_init
    if is_kept or (is_atomic(value) and w.enabled is not None):
        return w.proceed(rest, {**made, name: value})
    if is_atomic(value):
        following = w.proceed(rest, {**made, name: value})
        return conjunction(node.place, Assign(name, (), value, place=node.place), following)
    if is_symbolic(value):
        refuse(node, f"{name} becomes a set that is not written out")
    local = lowering.local(name, node)
    following = w.proceed(rest, {**made, name: local})
    if w.enabled is not None:
        # TLC evaluates it, whether or not it is used.
        test = Test(Apply(op.EQ, (local, local), place=node.place), place=node.place)
        return With(local.name, value, conjunction(node.place, test, following), place=node.place)
    if local.name in lowering.library.uses.of(following):
        whole = Assign(name, (), local, place=node.place)
        return With(local.name, value, conjunction(node.place, whole, following), place=node.place)
    return conjunction(node.place, *_assigned(w, name, value, node), following)


def _assigned(w: Walk, name: str, value: Expression, node: Node) -> Sequence[Tree]:
    """``x' = [x EXCEPT !path = e]`` as assignments to parts of x, where that means the same."""
    match value:
        case Except(of=Name(of=Of.VARIABLE, name=of)) if of == name and not w.is_init:
            uses = w.lowering.library.uses
            parts = []
            for number, change in enumerate(value.changes):
                keys = tuple(_key(key) for key in change.path)
                new = change.value
                if change.old in uses.of(new):
                    if number:
                        # What is there may have been changed.
                        break
                    old: Expression = value.of
                    for key in keys:
                        form = op.FIELD if key.is_field else op.INDEX
                        old = Apply(form, (old, key.key), place=node.place)
                    new = uses.let(change.old, old, new)
                parts.append(Assign(name, keys, new, place=node.place))
            else:
                return parts
    return (Assign(name, (), value, place=node.place),)


def _key(key: Expression) -> Key:
    return Key(key, isinstance(key, Value) and type(key.value) is str)


def choose(w: Walk, name: str, node: Apply, names: Names, made: Made, rest: Rest | None) -> Tree:
    """``x' \\in S`` or ``x' \\subseteq S`` where x' has no value."""
    lowering = w.lowering
    collection = lowering.evaluated(node.operands[1], names, w.here(made))
    if node.operator is standard.SUBSET_OF:
        collection = Apply(standard.POWERSET, (collection,), place=node.place)
    elif w.enabled is None and _may_repeat(w, node.operands[1], collection, names):
        refuse(node.operands[1], "TLC may go through some elements of this set twice")
    bound = _filter(collection)
    if bound is None:
        bound = Bound((lowering.local(name, node).name,), collection)
    local = Name(bound.names[0], Of.LOCAL, place=node.place)
    following = w.proceed(rest, {**made, name: local})
    body = following
    if w.enabled is None:
        body = conjunction(node.place, Assign(name, (), local, place=node.place), following)
    return Some(bound, body, place=node.place)


def _filter(collection: Expression) -> Bound | None:
    """Of ``{x \\in S : P}`` what chooses from it: the set itself need not be made."""
    match collection:
        case Bind(binder=Binder.SET, bounds=(Bound((name,)) as bound,), body=Name(name=made)) if made == name:
            return bound
    return None


def _may_repeat(w: Walk, node: Expression, collection: Expression, names: Names) -> bool:
    """Whether TLC may meet an element of a set twice where it does not put the set in order before."""
    if isinstance(collection, Value) and isinstance(node, Apply):
        constants = w.lowering.library.constants
        facts = w.lowering.library.analysis.facts(node)
        if facts.names:
            return node.operator is op.BIG_UNION
        found = constants.value(node, {})
        return found is MISSING or constants.repeats(found)
    match collection:
        case Apply(operator=op.UNION):
            return any(map(is_symbolic, collection.operands))
        case Apply(operator=op.BIG_UNION, operands=(Name() | Value(),)):
            return False
        case Apply(operator=op.BIG_UNION):
            return True
        case Apply(operator=op.INTERSECTION | standard.DIFFERENCE):
            return is_symbolic(collection)
        case Bind(binder=Binder.SET, bounds=(Bound(collection=inner, condition=condition),)):
            return condition is not None and _may_repeat(w, inner, inner, names)
        case Let():
            return _may_repeat(w, node, collection.body, names)
    return False


def variables(w: Walk, node: Expression, names: Names) -> tuple[str, ...] | None:
    """The variables that an expression is a tuple of, one by one or in tuples."""
    if isinstance(node, Name) and node.of is Of.VARIABLE:
        return (node.name,)
    if isinstance(node, Name) and node.of is Of.LOCAL:
        meaning = names.get(node.name)
        return variables(w, meaning.node, meaning.names) if isinstance(meaning, Deferred) else None
    parts = components(w.lowering, node)
    found: list[str] = []
    for part in parts or ():
        inner = variables(w, part, names)
        if inner is None:
            return None
        found.extend(inner)
    if parts is None and isinstance(node, Call) and not node.arguments:
        return variables(w, w.lowering.library.source(node.definition).expression, {})
    return None if parts is None else tuple(found)


def nothing(node: Node) -> Tree:
    """TRUE."""
    return All((), place=node.place)
