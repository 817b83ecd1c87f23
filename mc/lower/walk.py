"""The initial predicate and actions as trees of control, walked as :mod:`mc.interpreter.walk` walks them.

What remains of a conjunction is a chain of parts. What gives no variable a value is one condition; where parts of a
disjunction give variables values, what follows stands after them once, if it means the same after each of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mc.dataclass import dataclass
from mc.formula import operators as op
from mc.formula import standard
from mc.formula.nodes import (
    Apply,
    Bind,
    Binder,
    Call,
    Either,
    Expression,
    If,
    Invoke,
    Let,
    Name,
    Node,
    Of,
    Some,
    Test,
    Tree,
    Value,
    conjunction,
)
from mc.interpreter.logic import arms
from mc.lower import assignments
from mc.lower.applications import check_forks, closure_of, defined, variable
from mc.lower.binders import bounds
from mc.lower.conditions import holds, may_fail_later, once, walked
from mc.lower.known import is_false, is_true
from mc.lower.lowered import refuse
from mc.lower.lowering import Lowering
from mc.lower.names import POISON, Deferred, Here, Made, Meaning, Names, PoisonError
from mc.lower.operators import is_unchanged, required


@dataclass(frozen=True, eq=False)
class Conjunct:
    """A formula that remains to be walked."""

    node: Expression
    names: Names
    following: Rest | None

    def walk(self, w: Walk, made: Made) -> Tree:
        return w.walk(self.node, self.names, made, self.following)

    def holds(self, w: Walk, made: Made) -> Expression:
        return holds(w.lowering, self.node, self.names, w.here(made))


@dataclass(frozen=True, eq=False)
class Kept:
    """``UNCHANGED e``"""

    node: Expression
    names: Names
    following: Rest | None

    def walk(self, w: Walk, made: Made) -> Tree:
        return w.unchanged(self.node, self.names, made, self.following)

    def holds(self, w: Walk, made: Made) -> Expression:
        return is_unchanged(w.lowering, self.node, self.names, w.here(made))


@dataclass(frozen=True, eq=False)
class Changed:
    """``e' /= e``"""

    node: Expression
    names: Names
    following: Rest | None

    def walk(self, w: Walk, made: Made) -> Tree:
        return w.tested(self.node, self.holds(w, made), made, self.following)

    def holds(self, w: Walk, made: Made) -> Expression:
        same = is_unchanged(w.lowering, self.node, self.names, w.here(made))
        return Apply(op.NOT, (same,), place=self.node.place)


@dataclass(frozen=True, eq=False)
class Stop:
    """The end of a way that goes on elsewhere: notes what has been made on it."""

    found: list[Made]


Rest = Conjunct | Kept | Changed | Stop


class Walk:
    """Walks one formula."""

    def __init__(self, lowering: Lowering, is_init: bool, enabled: Here | None = None) -> None:
        self.lowering = lowering
        self.library = lowering.library
        self.is_init = is_init
        #: Where it is asked whether an action is possible: then a way goes on to the end of the formula, whatever
        #: variables have values.
        self.enabled = enabled

    def here(self, made: Made) -> Here:
        """What variables stand for."""
        if self.is_init:
            return Here(made, None)
        return Here(None if self.enabled is None else self.enabled.state, made)

    def _is_complete(self, made: Made) -> bool:
        return self.enabled is None and len(made) == len(self.library.variables)

    def proceed(self, rest: Any, made: Made) -> Tree:
        """What remains of a conjunction: walked, or evaluated where all variables have their values."""
        found: list[Tree] = []
        while rest is not None:
            if isinstance(rest, Stop):
                rest.found.append(made)
                break
            if not self._is_complete(made):
                tree: Tree = rest.walk(self, made)
                return tree
            condition = rest.holds(self, made)
            if not is_true(condition):
                found.append(Test(condition, place=condition.place))
            if is_false(condition):
                break
            rest = rest.following
        if rest is None and self.enabled is None and not self._is_complete(made):
            found.append(self._incomplete(made))
        return conjunction(self._node.place, *found)

    def _incomplete(self, made: Made) -> Tree:
        """The end of a way on which a variable has no value, if it is ever come to: TLC stops there."""
        name = next(name for name in self.library.variables if name not in made)
        if self.is_init:
            refuse(self._node, f"there may be a way through this that gives no value to {name}")
        variable = Name(name, Of.VARIABLE, place=self._node.place)
        never = Apply(op.NE, (variable, variable), place=self._node.place)
        return Test(required(self._node, never), place=self._node.place)

    def start(self, rest: Rest, node: Node) -> Tree:
        """The tree of a formula; ``node``: where it stands."""
        self._node = node
        return self.proceed(rest, {})

    def tested(self, node: Node, condition: Expression, made: Made, rest: Any) -> Tree:
        """A condition, and what remains."""
        if is_true(condition):
            return self.proceed(rest, made)
        test = Test(condition, place=node.place)
        return test if is_false(condition) else conjunction(node.place, test, self.proceed(rest, made))

    def walk(self, node: Expression, names: Names, made: Made, rest: Any) -> Tree:
        """A formula, and what remains of the conjunction that it stands in."""
        lowering = self.lowering
        lowering.count(node)
        occurring = self.library.occurrences.within(node, names)
        if (occurring.variables if self.is_init else occurring.primed) <= made.keys():
            found = walked(lowering, node, names, self.here(made))
            if self.enabled is not None:
                # Only whether there is a way is asked of what is enabled.
                if rest is not None and may_fail_later(found):
                    refuse(node, "ENABLED has a condition with several ways, and one after the first may fail")
                found = once(found)
            return self.tested(node, found, made, rest)
        match node:
            case Apply():
                rule = _WALKED.get(node.operator)
                if rule is not None and not (self.is_init and node.operator in _ACTIONS):
                    return rule(self, node, names, made, rest)
            case Bind(binder=Binder.EXISTS):
                return self._exists(node, names, made, rest)
            case Bind(binder=Binder.FORALL):
                return self._forall(node, names, made, rest)
            case Let():
                given = {node.name: defined(node, names, self.here(made))}
                return lowering.around_tree(given, names, self.walk(node.body, {**names, **given}, made, rest))
            case Call():
                definition = self.library.source(node.definition)
                given = lowering.arguments(definition.parameters, node, names, self.here(made))
                return self._expanded(node, definition.expression, given, given, names, made, rest)
            case Invoke():
                closure = closure_of(lowering, node, names)
                given = lowering.arguments(closure.parameters, node, names, self.here(made))
                return self._expanded(node, closure.body, {**closure.names, **given}, given, names, made, rest)
            case Name(of=Of.LOCAL):
                meaning = lowering.meaning(node, names)
                if isinstance(meaning, Deferred):
                    if self.enabled is None:
                        meaning.is_forked = True
                        check_forks(meaning)
                    return self.walk(meaning.node, meaning.names, made, rest)
        return self.tested(node, holds(lowering, node, names, self.here(made)), made, rest)

    def _expanded(
        self,
        node: Node,
        body: Expression,
        inner: Names,
        given: Mapping[str, Meaning],
        names: Names,
        made: Made,
        rest: Any,
    ) -> Tree:
        """The body of an operator that is applied where ``names`` are known."""
        with self.lowering.expanding(node):
            tree = self.walk(body, inner, made, rest)
        return self.lowering.around_tree(given, names, tree)

    def branches(self, parts: Sequence[Callable[[Any], Tree]], rest: Any) -> tuple[list[Tree], Tree | None]:
        """Several ways, and what stands after all of them; None where each has that in it.

        Of what is enabled each has: where what follows is FALSE after one way, the next one is evaluated.
        """
        if rest is not None and len(parts) > 1 and self.enabled is None:
            stop = Stop([])
            trees = [part(stop) for part in parts]
            if not stop.found:
                return trees, None
            first, *others = stop.found
            if all(other.keys() == first.keys() for other in others):
                common = {name: _common([made[name] for made in stop.found]) for name in first}
                try:
                    return trees, self.proceed(rest, common)
                except PoisonError:
                    pass
        return [part(rest) for part in parts], None

    def _joined(
        self, node: Node, tree: Callable[[list[Tree]], Tree], parts: Sequence[Callable[[Any], Tree]], rest: Any
    ) -> Tree:
        trees, after = self.branches(parts, rest)
        return tree(trees) if after is None else conjunction(node.place, tree(trees), after)

    # Logic

    def conjunction(self, node: Apply, names: Names, made: Made, rest: Any) -> Tree:
        for operand in reversed(node.operands[1:]):
            rest = Conjunct(operand, names, rest)
        return self.walk(node.operands[0], names, made, rest)

    def disjunction(self, node: Apply, names: Names, made: Made, rest: Any) -> Tree:
        parts = [self._part(operand, names, made) for operand in node.operands]
        return self._joined(node, lambda trees: Either(tuple(trees), place=node.place), parts, rest)

    def _part(self, node: Expression, names: Names, made: Made) -> Callable[[Any], Tree]:
        return lambda rest: self.walk(node, names, made, rest)

    def _chosen(
        self, node: Node, test: Expression, then: Callable[[Any], Tree], otherwise: Callable[[Any], Tree], rest: Any
    ) -> Tree:
        if is_true(test) or is_false(test):
            return (then if is_true(test) else otherwise)(rest)
        return self._joined(node, lambda trees: If(test, trees[0], trees[1], place=node.place), (then, otherwise), rest)

    def implication(self, node: Apply, names: Names, made: Made, rest: Any) -> Tree:
        test = self.lowering.evaluated(node.operands[0], names, self.here(made))
        then = self._part(node.operands[1], names, made)
        return self._chosen(node, test, then, lambda rest: self.proceed(rest, made), rest)

    def branch(self, node: Apply, names: Names, made: Made, rest: Any) -> Tree:
        test = self.lowering.evaluated(node.operands[0], names, self.here(made))
        then, otherwise = (self._part(operand, names, made) for operand in node.operands[1:])
        return self._chosen(node, test, then, otherwise, rest)

    def case(self, node: Apply, names: Names, made: Made, rest: Any) -> Tree:
        pairs, other = arms(node)
        evaluated, here = self.lowering.evaluated, self.here(made)
        final: Callable[[Any], Tree]
        if other is None:
            *pairs, (last, value) = pairs
            needed, then = required(node, evaluated(last, names, here)), self._part(value, names, made)

            def last_arm(rest: Any) -> Tree:
                return conjunction(node.place, Test(needed, place=node.place), then(rest))

            final = last_arm
        else:
            final = self._part(other, names, made)
        for test, value in reversed(pairs):
            final = self._arm(node, evaluated(test, names, here), self._part(value, names, made), final)
        return final(rest)

    def _arm(
        self, node: Node, test: Expression, then: Callable[[Any], Tree], otherwise: Callable[[Any], Tree]
    ) -> Callable[[Any], Tree]:
        return lambda rest: self._chosen(node, test, then, otherwise, rest)

    # Binders

    def _exists(self, node: Bind, names: Names, made: Made, rest: Any) -> Tree:
        """The first name takes its next value first: its loop is the innermost."""
        ranges, inner = bounds(self.lowering, node.bounds, names, self.here(made))
        tree = self.walk(node.body, {**names, **inner}, made, rest)
        for bound in ranges:
            tree = Some(bound, tree, place=node.place)
        return tree

    def _forall(self, node: Bind, names: Names, made: Made, rest: Any) -> Tree:
        """The bodies for all bindings are a conjunction; what is ranged over must be known."""
        ranges: list[list[Any]] = []
        for bound in node.bounds:
            collection = self.lowering.evaluated(bound.collection, names, self.here(made))
            found = self.library.constants.elements(collection)
            if found is None or len(bound.names) > 1:
                refuse(node, "\\A of what gives variables values ranges over a set that depends on the state")
            ranges.append(found)
        given = [bound.names[0] for bound in node.bounds]
        bindings = [
            dict(zip(given, (Value(value) for value in reversed(values)), strict=True))
            for values in itertools.product(*reversed(ranges))
        ]
        for binding in reversed(bindings):
            rest = Conjunct(node.body, {**names, **binding}, rest)
        return self.proceed(rest, made)

    # Assignment

    def equation(self, node: Apply, names: Names, made: Made, rest: Any) -> Tree:
        name = assignments.target(self, node.operands[0], names, self.is_init)
        if name is None or name in made:
            return self.tested(node, holds(self.lowering, node, names, self.here(made)), made, rest)
        form = assignments.assign if node.operator is op.EQ else assignments.choose
        return form(self, name, node, names, made, rest)

    def kept(self, node: Apply, names: Names, made: Made, rest: Any) -> Tree:
        return self.unchanged(node.operands[0], names, made, rest)

    def unchanged(self, node: Expression, names: Names, made: Made, rest: Any) -> Tree:
        """``UNCHANGED node``"""
        found = assignments.variables(self, node, names)
        if found is not None:
            return self._keep(node, found, made, rest)
        if isinstance(node, Apply) and node.operator is op.SEQUENCE:
            for operand in reversed(node.operands):
                rest = Kept(operand, names, rest)
            return self.proceed(rest, made)
        if isinstance(node, Call) and not node.arguments and not self.library.is_constant(node.definition):
            return self.unchanged(self.library.source(node.definition).expression, {}, made, rest)
        if isinstance(node, Name) and node.of is Of.LOCAL:
            meaning = names.get(node.name)
            if isinstance(meaning, Deferred):
                return self.unchanged(meaning.node, meaning.names, made, rest)
        return self.tested(node, is_unchanged(self.lowering, node, names, self.here(made)), made, rest)

    def _keep(self, node: Node, variables: Sequence[str], made: Made, rest: Any) -> Tree:
        """Some variables keep their values."""
        given, tests = dict(made), []
        for name in variables:
            same = variable(node, name, self.here(made).state, Of.VARIABLE)
            if name in given and given[name] != same:
                if given[name] is POISON:
                    raise PoisonError(name)
                tests.append(Test(Apply(op.EQ, (same, given[name]), place=node.place), place=node.place))
            given[name] = given.get(name, same)
        return conjunction(node.place, *tests, self.proceed(rest, given))

    def boxed(self, node: Apply, names: Names, made: Made, rest: Any) -> Tree:
        action, subscript = node.operands
        parts = [self._part(action, names, made), lambda rest: self.unchanged(subscript, names, made, rest)]
        return self._joined(node, lambda trees: Either(tuple(trees), place=node.place), parts, rest)

    def angled(self, node: Apply, names: Names, made: Made, rest: Any) -> Tree:
        action, subscript = node.operands
        return self.walk(action, names, made, Changed(subscript, names, rest))


def _common(values: Sequence[Expression]) -> Expression:
    """What a variable stands for after several ways."""
    first = values[0]
    if isinstance(first, Name) and first.of is Of.VARIABLE and all(value == first for value in values):
        return first
    return POISON


_WALKED: Mapping[Any, Callable[[Walk, Apply, Names, Made, Any], Tree]] = {
    op.AND: Walk.conjunction,
    op.OR: Walk.disjunction,
    op.IF: Walk.branch,
    op.EQ: Walk.equation,
    op.IN: Walk.equation,
    standard.SUBSET_OF: Walk.equation,
    standard.IMPLIES: Walk.implication,
    standard.CASE: Walk.case,
    standard.UNCHANGED: Walk.kept,
    standard.BOX_ACTION: Walk.boxed,
    standard.ANGLE_ACTION: Walk.angled,
}
#: What is walked in an action, and evaluated in an initial predicate.
_ACTIONS = frozenset((standard.UNCHANGED, standard.BOX_ACTION, standard.ANGLE_ACTION))
