"""Recursive functions and operators: each application is a definition of its own, down to a depth.

What recurses deeper fails when it is evaluated, and the interpreter is asked. A definition that is made of a local
operator has the local names that it uses as parameters.
"""

from __future__ import annotations

from collections.abc import Sequence

from mc.formula import operators as op
from mc.formula.nodes import (
    AGAIN,
    Apply,
    Bind,
    Binder,
    Bound,
    Call,
    Expression,
    Invoke,
    Let,
    Level,
    Name,
    Node,
    Of,
    Recursive,
    Value,
)
from mc.interpreter.scope import parts
from mc.lower.lowered import refuse
from mc.lower.lowering import Lowering
from mc.lower.names import Closure, Deferred, Here, Meaning, Names, Recursion, TooDeepError, Unrolled

#: So many applications of a recursive operator may be in each other.
DEEPEST = 10


def fails_unless(node: Node, condition: Expression, value: Expression) -> Expression:
    """A value where a condition is TRUE, else a failure."""
    number = Apply(op.IF, (condition, Value(1), Value(2)), place=node.place)
    return Apply(op.INDEX, (Apply(op.SEQUENCE, (value,), place=node.place), number), place=node.place)


def applied(low: Lowering, unrolled: Unrolled, arguments: Sequence[Expression], node: Node) -> Expression:
    """A recursive function or operator applied to what is lowered."""
    recursion, depth = unrolled.recursion, unrolled.depth
    if depth < 0:
        raise TooDeepError(node.place.start)
    if depth not in recursion.made:
        recursion.made[depth] = _made(low, recursion, depth)
    name, captured = recursion.made[depth]
    others = tuple(Name(each, Of.LOCAL, place=node.place) for each in captured)
    return Call(name, (*arguments, *others), place=node.place)


def _made(low: Lowering, recursion: Recursion, depth: int) -> tuple[str, tuple[str, ...]]:
    """The definition for a depth, and the local names that it takes after its parameters."""
    node = recursion.body
    parameters = {name: low.local(name, node) for name in recursion.parameters}
    itself: Meaning = Unrolled(recursion, depth - 1)
    body = low.evaluated(node, {**recursion.names, recursion.name: itself, **parameters}, recursion.here)
    if recursion.domain is not None:
        (argument,) = parameters.values()
        domain = low.evaluated(recursion.domain, recursion.names, recursion.here)
        body = fails_unless(node, Apply(op.IN, (argument, domain), place=node.place), body)
    own = tuple(local.name for local in parameters.values())
    captured = tuple(sorted(low.library.uses.of(body) - frozenset(own)))
    return low.library.add(recursion.name.partition(AGAIN)[0], (*own, *captured), body, node), captured


def operator(low: Lowering, closure: Closure, here: Here) -> Unrolled:
    """A local operator that refers to itself."""
    return Unrolled(
        low.recursion(
            closure, here, lambda: Recursion(closure.name, closure.parameters, closure.body, closure.names, here)
        ),
        DEEPEST,
    )


def refers_to_itself(low: Lowering, closure: Closure) -> bool:
    """Whether a local operator is recursive."""
    return bool(closure.name) and closure.name in low.library.analysis.facts(closure.body).names


def invoked(low: Lowering, unrolled: Unrolled, node: Invoke, names: Names, here: Here) -> Expression:
    """A local operator that refers to itself, applied."""
    for argument in node.arguments:
        if isinstance(low.argument("", argument, names, here), (Closure, Unrolled)):
            refuse(node, "a recursive operator with an operator as its argument is not compiled")
    return applied(low, unrolled, low.all(node.arguments, names, here), node)


# Functions


def function(low: Lowering, node: Expression, names: Names, here: Here) -> Unrolled | None:
    """The recursive function that an expression is; None for what is none."""
    match node:
        case Recursive():
            return _function(low, node, node, names, here)
        case Call(arguments=()):
            body = low.library.source(node.definition).expression
            return _function(low, body, body, {}, here) if isinstance(body, Recursive) else None
        case Name(of=Of.LOCAL):
            meaning = low.meaning(node, names)
            if isinstance(meaning, Unrolled):
                return meaning
            if isinstance(meaning, Deferred):
                if isinstance(meaning.node, Recursive):
                    return _function(low, meaning, meaning.node, meaning.names, here)
                return function(low, meaning.node, meaning.names, here)
    return None


def _function(low: Lowering, key: Deferred | Node, node: Recursive, names: Names, here: Here) -> Unrolled:
    def made() -> Recursion:
        bounds = node.function.bounds
        if len(bounds) > 1 or len(bounds[0].names) > 1:
            refuse(node, "a recursive function of several arguments is not compiled")
        if low.level(node, names) >= Level.ACTION:
            refuse(node, "a recursive function of the next state is not compiled")
        return Recursion(node.name, bounds[0].names, node.function.body, names, here, bounds[0].collection)

    return Unrolled(low.recursion(key, here, made), DEEPEST)


def indexed(low: Lowering, node: Apply, names: Names, here: Here) -> Expression:
    """``f[x]``"""
    of, argument = node.operands
    found = function(low, of, names, here)
    if found is not None:
        return applied(low, found, (low.evaluated(argument, names, here),), node)
    return _reduced(low, node, names, here) or Apply(op.INDEX, low.all(node.operands, names, here), place=node.place)


def _reduced(low: Lowering, node: Apply, names: Names, here: Here) -> Expression | None:
    """``[x \\in S |-> e][y]``, by a name, where S depends on the state, or of several arguments: such a function is not
    written out."""
    found = _named_function(low, node.operands[0], names)
    if found is None:
        return None
    function, around = found
    bounds, arguments = function.bounds, node.operands[1:]
    if len(bounds) == 1:
        collection = bounds[0].collection
        if low.level(collection, around) is Level.CONSTANT and not _is_bound(collection, around):
            return None
    elif isinstance(arguments[0], Apply) and arguments[0].operator is op.SEQUENCE:
        arguments = arguments[0].operands
    if len(arguments) != len(bounds) or any(len(bound.names) > 1 for bound in bounds):
        return None
    lets: list[tuple[str, Expression]] = []
    inside: list[Expression] = []
    inner: dict[str, Meaning] = {}
    for bound, given in zip(bounds, arguments, strict=True):
        argument, domain = low.evaluated(given, names, here), low.evaluated(bound.collection, around, here)
        local = argument
        if not isinstance(argument, (Name, Value)):
            local = low.local(bound.names[0], node)
            lets.append((local.name, argument))
        inside.append(Apply(op.IN, (local, domain), place=node.place))
        inner[bound.names[0]] = local
    value = low.evaluated(function.body, {**around, **inner}, here)
    condition = inside[0] if len(inside) == 1 else Apply(op.AND, tuple(inside), place=node.place)
    reduced = fails_unless(node, condition, value)
    for name, argument in reversed(lets):
        reduced = Let(name, argument, reduced, place=node.place)
    return reduced


def _named_function(low: Lowering, node: Expression, names: Names) -> tuple[Bind, Names] | None:
    """What a name of a function stands for, if that is written ``[x \\in S |-> e]``, and the names that it uses."""
    match node:
        case Name(of=Of.LOCAL):
            meaning = names.get(node.name)
            if isinstance(meaning, Deferred) and isinstance(meaning.node, Bind):
                return (meaning.node, meaning.names) if meaning.node.binder is Binder.FUNCTION else None
        case Call(arguments=()) if not low.library.is_constant(node.definition):
            body = low.library.source(node.definition).expression
            # One of a single argument is written out once, and applied often.
            if isinstance(body, Bind) and body.binder is Binder.FUNCTION and len(body.bounds) > 1:
                return body, {}
    return None


def _is_bound(node: Expression, names: Names) -> bool:
    """Whether a name that is bound to a value stands in an expression."""
    if isinstance(node, Name) and node.of is Of.LOCAL:
        return isinstance(names.get(node.name), Name)
    return any(_is_bound(part, names) for part in parts(node))


def written(low: Lowering, node: Expression, names: Names, here: Here) -> Expression | None:
    """A recursive function with all its values; None for what is none."""
    found = function(low, node, names, here)
    if found is None:
        return None
    recursion = found.recursion
    assert recursion.domain is not None
    argument = low.local(recursion.parameters[0], node)
    domain = low.evaluated(recursion.domain, recursion.names, recursion.here)
    value = applied(low, found, (argument,), node)
    return Bind(Binder.FUNCTION, (Bound((argument.name,), domain),), value, place=node.place)
