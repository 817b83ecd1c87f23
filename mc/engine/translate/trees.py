"""Trees of control, and whole functions: what a definition with primed variables becomes.

A definition that writes, and chooses nothing, becomes a function that makes the primed state and returns whether it
holds. Where its conditions fork, TLC generates the same successor more than once; such a function returns how often.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

from mc.engine.code.nodes import Word, number, truth
from mc.engine.code.statements import Do
from mc.engine.store.kinds import described
from mc.engine.store.places import Place
from mc.engine.store.shapes import FnShape, RecordShape, SeqShape, Shape, UnionShape
from mc.engine.store.slots import PAYLOAD
from mc.engine.store.tuples import TupleShape
from mc.engine.translate.arguments import argument_code
from mc.engine.translate.builders import bindings
from mc.engine.translate.calls import (
    applied,
    entered,
    parameter_kinds,
    passed,
)
from mc.engine.translate.codes import as_number, as_truth, decided, named
from mc.engine.translate.convert import put
from mc.engine.translate.expressions import (
    OF_NONE,
    component_name,
    element_at,
    never,
    union_field,
    variable_of,
)
from mc.engine.translate.folds import emit_loop, let
from mc.engine.translate.values import Const, Num, Stored, Truth, Value
from mc.engine.translate.writer import SCRATCH, Writer
from mc.formula import operators as op
from mc.formula.nodes import (
    TRUE,
    All,
    Apply,
    Assign,
    Bind,
    Binder,
    Call,
    Definition,
    Each,
    Either,
    Enter,
    Expression,
    Fold,
    If,
    Key,
    Let,
    Some,
    Test,
    Tree,
    With,
)
from mc.formula.nodes import Value as Literal
from mc.lang.arithmetic import LARGEST

# Conditions that are walked


def walked(w: Writer, node: Expression) -> Value:
    """In how many ways a condition is TRUE when it is walked: whether it is, where that is at most once."""
    if not w.module.facts.of(node).forks:
        value = w.expr(node)
        return value if decided(w, value) is not None else Truth(as_truth(w, value))  # a number is no number of ways
    with w.about(node):
        match node:
            case Bind(bounds=bounds) if never(w, bounds):
                return Const(OF_NONE[node.binder])
            case Apply(operator=op.OR, operands=parts):
                return _sum(w, parts)
            case Apply(operator=op.AND, operands=parts):
                return _product(w, parts)
            case Apply(
                operator=op.IF, operands=(Apply(operator=op.NOT, operands=(guard,)), Literal(value=False), rest)
            ):
                return _product(w, (guard, rest))
            case Apply(operator=op.IF, operands=(test, then, otherwise)):
                return _either(w, test, then, otherwise)
            case Bind(binder=Binder.EXISTS):
                return _sum_over(w, node)
            case Bind(binder=Binder.FORALL):
                return _product_over(w, node)
            case Let():
                let(w, node)
                return walked(w, node.body)
            case Fold():
                emit_loop(w, node, lambda: None)
                return walked(w, node.body)
            case Call(definition=name, arguments=arguments):
                definition = w.module.definitions[name]
                values = [w.expr(argument) for argument in arguments]
                with entered(w, definition, dict(zip(definition.parameters, values, strict=True))):
                    return walked(w, definition.expression)
    raise AssertionError(node)


def times_of(w: Writer, value: Value) -> Word:
    """A number of ways as an expression."""
    return value.code if isinstance(value, Num) else as_truth(w, value).word


def _sum(w: Writer, parts: Sequence[Expression]) -> Num:
    total = w.let(number(0), "ways")
    for part in parts:
        w.assign(total, total + times_of(w, walked(w, part)))
    return Num(total, 0, LARGEST)


def _product(w: Writer, parts: Sequence[Expression]) -> Num:
    total = w.let(number(1), "ways")
    with ExitStack() as blocks:
        for part in parts:
            w.assign(total, total * times_of(w, walked(w, part)))
            if part is not parts[-1]:
                blocks.enter_context(w.when(total.ne(0)))
    return Num(total, 0, LARGEST)


def _either(w: Writer, test: Expression, then: Expression, otherwise: Expression) -> Value:
    condition = w.expr(test)
    known = decided(w, condition)
    if known is not None:
        return walked(w, then if known else otherwise)
    total = w.let(number(0), "ways")
    with w.when(as_truth(w, condition)):
        w.assign(total, times_of(w, walked(w, then)))
    with w.otherwise():
        w.assign(total, times_of(w, walked(w, otherwise)))
    return Num(total, 0, LARGEST)


def _sum_over(w: Writer, node: Bind) -> Num:
    total = w.let(number(0), "ways")
    with bindings(w, node.bounds):
        w.assign(total, total + times_of(w, walked(w, node.body)))
    return Num(total, 0, LARGEST)


def _product_over(w: Writer, node: Bind) -> Num:
    total = w.let(number(1), "ways")
    with bindings(w, node.bounds), w.when(total.ne(0)):
        w.assign(total, total * times_of(w, walked(w, node.body)))
    return Num(total, 0, LARGEST)


# Trees of control


def holding(w: Writer, definition: Definition, arguments: Sequence[Value]) -> Value:
    """Make the primed state as a definition without choices says; in how many ways it holds."""
    scope = dict(zip(definition.parameters, arguments, strict=True))
    if w.module.in_place(definition):
        with entered(w, definition, scope):
            return straight(w, definition.tree)
    scope = passed(w, scope, definition.name)
    generated = w.specialise(definition, parameter_kinds(w, definition, scope))
    assert generated is not None
    return applied(w, generated, definition, scope)


def straight(w: Writer, tree: Tree) -> Value:
    """What a tree does that tests nothing, or only in its last part; in how many ways it holds."""
    match tree:
        case Test(condition=condition):
            return walked(w, condition)
        case All(parts=parts):
            held: Value = Const(True)
            for part in parts:
                if isinstance(held, Truth):
                    w.emit(Do(held.code))  # the call of a definition that always holds
                held = straight(w, part)
            return held
        case With():
            let(w, tree)
            return straight(w, tree.body)
        case Enter():
            return enter(w, tree)
        case Assign():
            assign(w, tree)
            return Const(True)
    raise AssertionError(tree)


def enter(w: Writer, tree: Enter) -> Value:
    """A definition with its arguments; in how many ways it holds."""
    with w.about(tree):
        return holding(w, w.module.definitions[tree.definition], [w.expr(a) for a in tree.arguments])


def function_body(w: Writer, tree: Tree) -> None:
    """Emit the body of a function that returns whether a tree holds, or in how many ways where its tests fork."""
    if w.module.facts.of(tree).forks:
        w.ways = w.let(number(1), "ways")
    require(w, tree, last=True)


def require(w: Writer, tree: Tree, last: bool = False) -> None:
    """Emit what a tree does in such a function, which returns where it does not hold; ``last``: and else, too."""
    with w.about(tree):
        match tree:
            case Test(condition=condition):
                _require_test(w, condition, last)
                return
            case All(parts=parts) if parts:
                for part in parts:
                    require(w, part, last and part is parts[-1])
                return
            case If():
                _require_branch(w, tree, last)
                return
            case With():
                let(w, tree)
                require(w, tree.body, last)
                return
            case Each():
                emit_loop(w, tree, lambda: require(w, tree.body))
                require(w, tree.then, last)
                return
            case Enter():
                _return_unless(w, enter(w, tree), last)
                return
            case Assign():
                assign(w, tree)
            case Either() | Some():
                raise AssertionError(tree)  # such a tree is no function
    if last:
        w.leave(truth(True) if w.ways is None else w.ways)


def _require_test(w: Writer, condition: Expression, last: bool) -> None:
    if not last and isinstance(condition, Apply) and condition.operator is op.NOT:
        _return_if(w, w.expr(condition.operands[0]))
    elif isinstance(condition, Apply) and condition.operator is op.AND and w.module.facts.of(condition).forks:
        for part in condition.operands:
            _require_test(w, part, last and part is condition.operands[-1])
    else:
        _return_unless(w, walked(w, condition), last)


def _return_if(w: Writer, value: Value) -> None:
    known = decided(w, value)
    if known is None:
        with w.when(as_truth(w, value)):
            w.leave(w.neutral)
    elif known:
        w.leave(w.neutral)


def _return_unless(w: Writer, value: Value, last: bool) -> None:
    """Return where a condition does not hold; ``last``: return in how many ways it does."""
    known = decided(w, value)
    if last:
        w.leave(as_truth(w, value) if w.ways is None else w.ways * times_of(w, value))
    elif isinstance(value, Num) and w.ways is not None:
        w.assign(w.ways, w.ways * value.code)
        with w.when(w.ways.eq(0)):
            w.leave(number(0))
    elif known is None:
        with w.when(~as_truth(w, value)):
            w.leave(w.neutral)
    elif not known:
        w.leave(w.neutral)


def _require_branch(w: Writer, tree: If, last: bool) -> None:
    test = w.expr(tree.test)
    known = decided(w, test)
    if known is not None:
        require(w, tree.then if known else tree.otherwise, last)
        return
    with w.when(as_truth(w, test)):
        require(w, tree.then, last)
    if last or tree.otherwise != TRUE:
        with w.otherwise():
            require(w, tree.otherwise, last)


# Assignment


def assign(w: Writer, tree: Assign) -> None:
    """``variable' = value``, or a part of it."""
    with w.about(tree):
        place, shape = _target(w, tree)
        value = w.expr(tree.value)
        _note_assignment(w, tree)
        put(w, place, value, shape)


def _note_assignment(w: Writer, tree: Assign) -> None:
    """Of a state that Init makes: note which variable has a value now."""
    assert w.primed is not None
    if w.primed.assigned is None:
        return
    if tree.path:
        w.refuse(f"Init assigns whole variables, not a part of t.{tree.variable}")
    position = list(w.module.layout.fields).index(tree.variable)
    k = w.primed.assigned + position // PAYLOAD
    w.store(SCRATCH, k, SCRATCH[k] | 1 << position % PAYLOAD)


def _target(w: Writer, tree: Assign) -> tuple[Place, Shape]:
    """The place that an assignment writes, and the shape of what is there."""
    assert w.primed is not None
    found = variable_of(w, w.primed, tree.variable)
    place, shape = found.place, found.shape
    for key in tree.path:
        place, shape = _field(w, place, shape, key) if key.is_field else _element_of(w, place, shape, key)
    return place, shape


def _field(w: Writer, place: Place, shape: Shape, key: Key) -> tuple[Place, Shape]:
    assert isinstance(key.key, Literal)
    name = key.key.value
    if isinstance(shape, RecordShape) and name in shape.fields:
        return place.at(shape.offsets[name]), shape.fields[name]
    if isinstance(shape, UnionShape):
        if name == shape.tag:
            w.refuse(f"{name} tells the kind of the record: assign a whole record")
        part = union_field(w, place, shape, name)
        if not isinstance(part, Stored):
            w.refuse(f"{name} differs between kinds of records here: assign a whole record")
        return part.place, part.shape
    if isinstance(shape, FnShape) and w.module.spec.met is not None:
        return _element_of(w, place, shape, key)  # in TLA+, what has fields is a function on strings
    w.refuse(f"there is no field {name!r} here")


def _element_of(w: Writer, place: Place, shape: Shape, key: Key) -> tuple[Place, Shape]:
    index = w.expr(key.key)
    if isinstance(shape, TupleShape):
        name = component_name(w, shape, index)
        return place.at(shape.offsets[name]), shape.fields[name]
    if isinstance(shape, FnShape):
        return place.slot(shape.slots, named(w, argument_code(w, index, shape), "i")), shape.element
    if isinstance(shape, SeqShape):
        element = element_at(w, Stored(place, shape), shape, as_number(w, index))
        assert isinstance(element, Stored)
        return element.place, element.shape
    w.refuse(f"only a function or a sequence has parts, not {described(shape)}")
