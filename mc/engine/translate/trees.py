"""Trees of control, and whole functions: what a definition with primed variables becomes.

A definition that writes, and chooses nothing, becomes a function that makes the primed state and returns whether it
holds. Where its conditions fork, TLC generates the same successor more than once; such a function returns how often.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from mc.engine.shapes import FnShape, RecordShape, SeqShape, Shape, UnionShape
from mc.engine.slots import PAYLOAD
from mc.engine.translate.body import SCRATCH
from mc.engine.translate.expressions import MISSING, is_deep
from mc.engine.translate.folds import Folds
from mc.engine.translate.places import Place, atomic
from mc.engine.translate.values import Const, Num, SetOf, Stored, Truth, Tuple, Value
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
    Name,
    Some,
    Test,
    Tree,
    With,
)
from mc.formula.nodes import Value as Literal
from mc.lang.arithmetic import LARGEST


class Trees(Folds):
    """Translation of expressions of all kinds, and of trees without choices."""

    #: In a function that counts them: the variable that has the number of ways so far.
    ways: str | None = None

    # Expressions

    def expr(self, node: Expression) -> Value:
        """Translate one expression; code that must run before it is emitted."""
        self.at(node)
        known = self.known(node)
        if known is not MISSING:
            return Const(frozenset(known) if isinstance(known, set) else known)
        with self.placed():
            value = self._value(node)
            return self.bind(value) if is_deep(getattr(value, "code", "")) else value

    def _value(self, node: Expression) -> Value:
        match node:
            case Name():
                return self.name(node)
            case Apply():
                return self._operator(node)
            case Call(definition=definition, arguments=arguments):
                return self.call(self.module.definitions[definition], [self.expr(a) for a in arguments])
            case Bind() if node.binder in _BINDERS:
                return _BINDERS[node.binder](self, node)
            case Let():
                self.let(node)
                return self.expr(node.body)
            case Fold():
                return self.fold(node)
        self.mistake(f"this cannot be evaluated: {self.written(node)}")

    def _operator(self, node: Apply) -> Value:
        if node.operator in _WHOLE:
            return _WHOLE[node.operator](self, node)
        rule = _STRICT.get(node.operator)
        if rule is None:
            self.mistake(f"this is not part of the spec language: {self.written(node)}")
        operands = [self.expr(operand) for operand in node.operands]
        self.at(node)
        return rule(self, node, *operands)

    def displayed(self, node: Apply) -> Value:
        """``{a, b}`` or ``<<a, b>>``"""
        elements = tuple(self.bind(self.expr(operand)) for operand in node.operands)
        return SetOf(elements) if node.operator is op.SET else Tuple(elements)

    # Conditions that are walked

    def walked(self, node: Expression) -> Value:
        """In how many ways a condition is TRUE when it is walked: whether it is, where that is at most once."""
        if not self.module.facts.of(node).forks:
            return self.expr(node)
        self.at(node)
        with self.placed():
            match node:
                case Apply(operator=op.OR, operands=parts):
                    return self._sum(parts)
                case Apply(operator=op.AND, operands=parts):
                    return self._product(parts)
                case Apply(
                    operator=op.IF, operands=(Apply(operator=op.NOT, operands=(guard,)), Literal(value=False), rest)
                ):
                    return self._product((guard, rest))
                case Apply(operator=op.IF, operands=(test, then, otherwise)):
                    return self._either(test, then, otherwise)
                case Bind(binder=Binder.EXISTS):
                    return self._sum_over(node)
                case Bind(binder=Binder.FORALL):
                    return self._product_over(node)
                case Let():
                    self.let(node)
                    return self.walked(node.body)
                case Fold():
                    self.loop(node, lambda: None)
                    return self.walked(node.body)
                case Call(definition=name, arguments=arguments):
                    definition = self.module.definitions[name]
                    values = [self.expr(argument) for argument in arguments]
                    with self.entered(definition, dict(zip(definition.parameters, values, strict=True))):
                        return self.walked(definition.expression)
        raise AssertionError(node)

    def times(self, value: Value) -> str:
        """A number of ways as an expression."""
        known = self.decided(value) if isinstance(value, Const) else None
        if known is not None:
            return str(int(known))
        return value.code if isinstance(value, Num) else f"int({self.truth(value)})"

    def _sum(self, parts: Sequence[Expression]) -> Num:
        total = self.fresh("ways")
        self.emit(f"{total} = 0")
        for part in parts:
            self.emit(f"{total} += {self.times(self.walked(part))}")
        return Num(total, 0, LARGEST)

    def _product(self, parts: Sequence[Expression]) -> Num:
        total = self.fresh("ways")
        self.emit(f"{total} = 1")
        with ExitStack() as blocks:
            for part in parts:
                self.emit(f"{total} *= {self.times(self.walked(part))}")
                if part is not parts[-1]:
                    blocks.enter_context(self.block(f"if {total} != 0:"))
        return Num(total, 0, LARGEST)

    def _either(self, test: Expression, then: Expression, otherwise: Expression) -> Value:
        total, condition = self.fresh("ways"), self.expr(test)
        known = self.decided(condition)
        if known is not None:
            return self.walked(then if known else otherwise)
        self.emit(f"{total} = 0")
        for header, part in ((f"if {self.truth(condition)}:", then), ("else:", otherwise)):
            with self.block(header):
                self.emit(f"{total} = {self.times(self.walked(part))}")
        return Num(total, 0, LARGEST)

    def _sum_over(self, node: Bind) -> Num:
        total = self.fresh("ways")
        self.emit(f"{total} = 0")
        with self.bindings(node.bounds):
            self.emit(f"{total} += {self.times(self.walked(node.body))}")
        return Num(total, 0, LARGEST)

    def _product_over(self, node: Bind) -> Num:
        total = self.fresh("ways")
        self.emit(f"{total} = 1")
        with self.bindings(node.bounds), self.block(f"if {total} != 0:"):
            self.emit(f"{total} *= {self.times(self.walked(node.body))}")
        return Num(total, 0, LARGEST)

    # Trees of control

    def holds(self, definition: Definition, arguments: Sequence[Value]) -> Value:
        """Make the primed state as a definition without choices says; in how many ways it holds."""
        scope = dict(zip(definition.parameters, arguments, strict=True))
        if self.module.in_place(definition):
            with self.entered(definition, scope):
                return self.straight(definition.tree)
        scope = self.passed(scope, definition.name)
        generated = self.module.specialise(definition, self.kinds_of(definition, scope))
        assert generated is not None
        return self.applied(generated, definition, scope)

    def straight(self, tree: Tree) -> Value:
        """What a tree does that tests nothing, or only in its last part; in how many ways it holds."""
        match tree:
            case Test(condition=condition):
                return self.walked(condition)
            case All(parts=parts):
                held: Value = Const(True)
                for part in parts:
                    if isinstance(held, Truth):
                        self.emit(held.code)  # the call of a definition that always holds
                    held = self.straight(part)
                return held
            case With():
                self.let(tree)
                return self.straight(tree.body)
            case Enter():
                return self.enter(tree)
            case Assign():
                self.assign(tree)
                return Const(True)
        raise AssertionError(tree)

    def enter(self, tree: Enter) -> Value:
        """A definition with its arguments; in how many ways it holds."""
        self.at(tree)
        with self.placed():
            return self.holds(self.module.definitions[tree.definition], [self.expr(a) for a in tree.arguments])

    def function(self, tree: Tree) -> None:
        """Emit the body of a function that returns whether a tree holds, or in how many ways where its tests fork."""
        if self.module.facts.of(tree).forks:
            self.ways = self.fresh("ways")
            self.emit(f"{self.ways} = 1")
        self.require(tree, last=True)

    def require(self, tree: Tree, last: bool = False) -> None:
        """Emit what a tree does in such a function, which returns where it does not hold; ``last``: and else, too."""
        self.at(tree)
        with self.placed():
            match tree:
                case Test(condition=condition):
                    self._require_test(condition, last)
                    return
                case All(parts=parts) if parts:
                    for part in parts:
                        self.require(part, last and part is parts[-1])
                    return
                case If():
                    self._require_branch(tree, last)
                    return
                case With():
                    self.let(tree)
                    self.require(tree.body, last)
                    return
                case Each():
                    self.loop(tree, lambda: self.require(tree.body))
                    self.require(tree.then, last)
                    return
                case Enter():
                    self._return_unless(self.enter(tree), last)
                    return
                case Assign():
                    self.assign(tree)
                case Either() | Some():
                    raise AssertionError(tree)  # such a tree is no function
        if last:
            self.emit("return True" if self.ways is None else f"return {self.ways}")

    def _require_test(self, condition: Expression, last: bool) -> None:
        if not last and isinstance(condition, Apply) and condition.operator is op.NOT:
            self._return_if(self.expr(condition.operands[0]))
        elif isinstance(condition, Apply) and condition.operator is op.AND and self.module.facts.of(condition).forks:
            for part in condition.operands:
                self._require_test(part, last and part is condition.operands[-1])
        else:
            self._return_unless(self.walked(condition), last)

    def _return_if(self, value: Value) -> None:
        known = self.decided(value)
        if known is None:
            with self.block(f"if {self.truth(value)}:"):
                self.emit(f"return {self.neutral}")
        elif known:
            self.emit(f"return {self.neutral}")

    def _return_unless(self, value: Value, last: bool) -> None:
        """Return where a condition does not hold; ``last``: return in how many ways it does."""
        known = self.decided(value)
        if last and self.ways is None:
            self.emit(f"return {self.truth(value)}")
        elif last:
            self.emit(f"return {self.ways} * {atomic(self.times(value))}")
        elif isinstance(value, Num):
            self.emit(f"{self.ways} *= {value.code}")
            with self.block(f"if {self.ways} == 0:"):
                self.emit("return 0")
        elif known is None:
            with self.block(f"if (not {atomic(self.truth(value))}):"):
                self.emit(f"return {self.neutral}")
        elif not known:
            self.emit(f"return {self.neutral}")

    def _require_branch(self, tree: If, last: bool) -> None:
        test = self.expr(tree.test)
        known = self.decided(test)
        if known is not None:
            self.require(tree.then if known else tree.otherwise, last)
            return
        with self.block(f"if {self.truth(test)}:"):
            self.require(tree.then, last)
        if last or tree.otherwise != TRUE:
            with self.block("else:"):
                self.require(tree.otherwise, last)

    # Assignment

    def assign(self, tree: Assign) -> None:
        """``variable' = value``, or a part of it."""
        self.at(tree)
        with self.placed():
            place, shape = self._target(tree)
            value = self.expr(tree.value)
            self.at(tree)
            self._note_assignment(tree)
            self.store(place, value, shape)

    def _note_assignment(self, tree: Assign) -> None:
        """Of a state that Init makes: note which variable has a value now."""
        assert self.primed is not None
        if self.primed.assigned is None:
            return
        if tree.path:
            self.mistake(f"Init assigns whole variables, not a part of t.{tree.variable}")
        number = list(self.module.layout.fields).index(tree.variable)
        self.emit(f"{SCRATCH}[{self.primed.assigned + number // PAYLOAD}] |= {1 << number % PAYLOAD}")

    def _target(self, tree: Assign) -> tuple[Place, Shape]:
        """The place that an assignment writes, and the shape of what is there."""
        assert self.primed is not None
        found = self.variable(self.primed, tree.variable)
        place, shape = found.place, found.shape
        for key in tree.path:
            place, shape = self._field(place, shape, key) if key.is_field else self._element_of(place, shape, key)
        return place, shape

    def _field(self, place: Place, shape: Shape, key: Key) -> tuple[Place, Shape]:
        assert isinstance(key.key, Literal)
        name = key.key.value
        if isinstance(shape, RecordShape) and name in shape.fields:
            return place.at(shape.offsets[name]), shape.fields[name]
        if isinstance(shape, UnionShape):
            if name == shape.tag:
                self.mistake(f"{name} tells the kind of the record: assign a whole record")
            part = self._union_field(place, shape, name)
            if not isinstance(part, Stored):
                self.mistake(f"{name} differs between kinds of records here: assign a whole record")
            return part.place, part.shape
        self.mistake(f"there is no field {name!r} here")

    def _element_of(self, place: Place, shape: Shape, key: Key) -> tuple[Place, Shape]:
        index = self.expr(key.key)
        if isinstance(shape, FnShape):
            return place.slot(shape.slots, self.named(self.argument(index, shape), "i")), shape.element
        if isinstance(shape, SeqShape):
            element = self.element_at(Stored(place, shape), shape, self.num(index))
            assert isinstance(element, Stored)
            return element.place, element.shape
        self.mistake(f"this is not a function or a sequence, and has no part [{self.written(key.key)}]")


#: The operators whose operands are all evaluated first.
_STRICT: Mapping[Any, Callable[..., Value]] = {
    op.NOT: Trees.negated,
    **dict.fromkeys((op.EQ, op.NE, op.LT, op.LE, op.GT, op.GE, op.IN, op.NOT_IN), Trees.compared),
    **dict.fromkeys(
        (
            *(op.ADD, op.SUBTRACT, op.TIMES, op.QUOTIENT, op.REMAINDER, op.POWER),
            *(op.UNION, op.INTERSECTION, op.SYMMETRIC_DIFFERENCE),
        ),
        Trees.combined,
    ),
    op.NEGATIVE: Trees.opposite,
    op.ABS: Trees.magnitude,
    op.INTERVAL: Trees.interval,
    op.SIZE: Trees.size,
    op.CARDINALITY: Trees.cardinality_of,
    op.INDEX: Trees.index,
    op.LEN: Trees.length,
    op.APPEND: Trees.append,
    op.SUBSEQ: Trees.subsequence,
    op.HEAD: Trees.head,
    op.TAIL: Trees.tail,
    op.COPIES: Trees.copies_in,
}
#: The operators that decide themselves how their operands are evaluated.
_WHOLE: Mapping[Any, Callable[..., Value]] = {
    op.AND: Trees.connected,
    op.OR: Trees.connected,
    op.IF: Trees.conditional,
    op.MAX: Trees.extreme,
    op.MIN: Trees.extreme,
    op.SET: Trees.displayed,
    op.SEQUENCE: Trees.displayed,
    op.FIELD: Trees.field,
    op.CHECKED: Trees.record,
}
_BINDERS: Mapping[Binder, Callable[..., Value]] = {
    Binder.FORALL: Trees.quantify,
    Binder.EXISTS: Trees.quantify,
    Binder.SET: Trees.set_of_values,
    Binder.FUNCTION: Trees.function_of_values,
    Binder.SUM: Trees.total,
}
