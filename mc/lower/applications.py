"""Names, arguments and operators of the text, where they are evaluated."""

from __future__ import annotations

from mc.formula import operators as op
from mc.formula import standard
from mc.formula.nodes import (
    Apply,
    Bind,
    Binder,
    Bound,
    Call,
    Expression,
    Invoke,
    Lambda,
    Let,
    Level,
    Name,
    Node,
    Of,
    Recursive,
    Value,
    as_written,
)
from mc.lower.known import SYMBOLIC, is_symbolic
from mc.lower.lowered import refuse
from mc.lower.lowering import Lowering
from mc.lower.names import POISON, Closure, Deferred, Here, Made, Meaning, Names, PoisonError, Unrolled
from mc.lower.placing import is_atomic
from mc.lower.recursion import invoked, operator, refers_to_itself


def name(low: Lowering, node: Name, names: Names, here: Here) -> Expression:
    if node.of is Of.LOCAL:
        meaning = low.meaning(node, names)
        if isinstance(meaning, Closure):
            refuse(node, "an operator is no value")
        if isinstance(meaning, Unrolled):
            refuse(node, "a recursive function is compiled only where it is applied in itself")
        return used(low, meaning, here) if isinstance(meaning, Deferred) else meaning
    if node.of is Of.CONSTANT:
        found = low.library.constants.literal(low.library.values[node.name], node)
        if found is None:
            refuse(node, f"the value of {node.name} is not written out")
        return found
    return variable(node, node.name, here.state if node.of is Of.VARIABLE else here.primed, node.of)


def variable(node: Node, name: str, made: Made | None, of: Of) -> Expression:
    """The value of a variable."""
    if made is None and of is Of.VARIABLE:
        return Name(name, Of.VARIABLE, place=node.place)
    found = None if made is None else made.get(name)
    if found is None:
        refuse(node, f"{name}{chr(39) * (of is Of.PRIMED)} is read before it is given a value")
    if found is POISON:
        raise PoisonError(name)
    return found


def used(low: Lowering, deferred: Deferred, here: Here) -> Expression:
    """The value of an argument or of a LET, or the local name that is bound to it."""
    node = deferred.node
    deferred.is_evaluated = True
    check_forks(deferred)
    shared = here.state is deferred.here.state and (
        low.level(node, deferred.names) <= Level.STATE or here.primed is deferred.here.primed
    )
    if not shared or isinstance(node, (Value, Name, Recursive)):
        return low.evaluated(node, deferred.names, here)
    if deferred.value is None:
        deferred.value = low.evaluated(node, deferred.names, here)
    if is_atomic(deferred.value) or is_symbolic(deferred.value):
        return deferred.value
    if deferred.local is None:
        deferred.local = low.local(deferred.name, node)
    return deferred.local


def check_forks(deferred: Deferred) -> None:
    """TLC walks an argument until it has been evaluated once; when that is depends on the state."""
    if deferred.is_forked and deferred.is_evaluated and not deferred.is_let:
        refuse(deferred.node, "this argument is both walked and evaluated, and there may be several ways through it")


# Applications


def defined(node: Let, names: Names, here: Here) -> Meaning:
    """What the name of a LET stands for."""
    if isinstance(node.value, Lambda):
        return Closure(node.value.parameters, node.value.body, names, node.name)
    return Deferred(node.name, node.value, names, here, is_let=True)


def takes_operators(low: Lowering, node: Call, names: Names) -> bool:
    """Whether an argument is an operator."""
    return any(
        isinstance(argument, Lambda)
        or (isinstance(argument, Name) and isinstance(names.get(argument.name), Closure) and argument.of is Of.LOCAL)
        for argument in node.arguments
    )


def call(low: Lowering, node: Call, names: Names, here: Here) -> Expression:
    library = low.library
    definition, level = library.source(node.definition), library.analysis.definition(node.definition).level
    if isinstance(definition.expression, Recursive) and not node.arguments:
        return low.evaluated(definition.expression, {}, here)
    if level >= Level.ACTION or takes_operators(low, node, names) or _is_set(low, definition.expression):
        given = low.arguments(definition.parameters, node, names, here)
        with low.expanding(node):
            return low.around(given, names, low.evaluated(definition.expression, given, here))
    name, variables = library.lowered(node.definition, node, here.state is not None, low.depth)
    arguments = low.all(node.arguments, names, here)
    state = tuple(variable(node, each, here.state, Of.VARIABLE) for each in variables)
    return Call(name, (*arguments, *state), place=node.place)


def _is_set(low: Lowering, node: Expression) -> bool:
    """Whether a definition stands for a set that is not written out."""
    match node:
        case Apply(operator=op.UNION | op.INTERSECTION | standard.DIFFERENCE | op.BIG_UNION):
            return any(_is_set(low, operand) for operand in node.operands)
        case Apply():
            return node.operator in SYMBOLIC
        case Call() if not low.library.recursive(node.definition):
            return _is_set(low, low.library.source(node.definition).expression)
        case Let():
            return _is_set(low, node.body)
        case Bind(binder=Binder.SET, bounds=(Bound(collection=collection, condition=condition),)):
            return condition is not None and _is_set(low, collection)
    return False


def invoke(low: Lowering, node: Invoke, names: Names, here: Here) -> Expression:
    meaning = low.meaning(node, names)
    if isinstance(meaning, Unrolled):
        return invoked(low, meaning, node, names, here)
    closure = closure_of(low, node, names)
    if refers_to_itself(low, closure):
        return invoked(low, operator(low, closure, here), node, names, here)
    given = low.arguments(closure.parameters, node, names, here)
    with low.expanding(node):
        return low.around(given, names, low.evaluated(closure.body, {**closure.names, **given}, here))


def closure_of(low: Lowering, node: Invoke, names: Names) -> Closure:
    """The local operator that is applied."""
    found = low.meaning(node, names)
    if not isinstance(found, Closure):
        refuse(node, f"{as_written(node.name)} is no operator")
    return found
