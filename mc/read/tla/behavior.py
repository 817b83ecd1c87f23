"""A specification taken apart into initial predicate, next-state relation and fairness; a property into conjuncts.

As TLC does it: ``tlc2.tool.impl.SpecProcessor``, ``processConfigSpec`` and ``processConfigProps``.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from mc.dataclass import dataclass
from mc.formula import operators as op
from mc.formula import standard
from mc.formula.levels import Levels
from mc.formula.nodes import (
    AGAIN,
    Apply,
    Bind,
    Binder,
    Bound,
    Call,
    Definition,
    Expression,
    Lambda,
    Let,
    Level,
    Name,
    Of,
    as_written,
)
from mc.read.tla.config import Named, wrong
from mc.spec.module import Asked, Conjunct


@dataclass(frozen=True)
class Part:
    """A conjunct that is not taken apart any further."""

    #: The last definition on the way to it.
    name: str
    formula: Expression


class Conjuncts:
    """Takes formulas apart at their conjunctions, through definitions, LET, and ``\\A`` over constant sets.

    What stands around a conjunct goes into its ``[]``, so that this is outermost in each. A conjunct of a definition
    with parameters becomes a definition of its own, which :attr:`definitions` is given.
    """

    def __init__(self, definitions: dict[str, Definition], whole: Callable[[Expression], bool]) -> None:
        """``whole``: what is not taken apart."""
        self.definitions = definitions
        self.whole = whole

    def of(self, formula: Expression, name: str) -> Iterator[Part]:
        """The conjuncts of a formula that stands in the definition ``name``."""
        match formula:
            case Apply(operator=op.AND, operands=operands):
                for operand in operands:
                    yield from self.of(operand, name)
            case _ if self.whole(formula):
                yield Part(name, formula)
            case Let(body=body):
                for part in self.of(body, name):
                    yield Part(part.name, _within(partial(_let, formula), part.formula))
            case Bind(binder=Binder.FORALL, bounds=bounds, body=body) if self._are_constant(bounds):
                for part in self.of(body, name):
                    yield Part(part.name, _within(partial(_for_all, formula), part.formula, of_actions=False))
            case Call(definition=called, arguments=()):
                yield from self.of(self.definitions[called].expression, called)
            case Call(definition=called, arguments=arguments):
                yield from self._applied(called, arguments)
            case _:
                yield Part(name, formula)

    def _are_constant(self, bounds: tuple[Bound, ...]) -> bool:
        level = Levels(self.definitions).of
        return all(bound.condition is None and level(bound.collection) is Level.CONSTANT for bound in bounds)

    def _applied(self, called: str, arguments: tuple[Expression, ...]) -> Iterator[Part]:
        definition = self.definitions[called]
        given = dict(zip(definition.parameters, arguments, strict=True))
        made = itertools.count(1)

        def applied(formula: Expression) -> Expression:
            name = f"{called}{AGAIN}{next(made)}"
            self.definitions[name] = Definition(name, definition.parameters, formula, place=formula.place)
            return Call(name, arguments, place=formula.place)

        for part in self.of(definition.expression, called):
            if isinstance(part.formula, Name) and not isinstance(given.get(part.formula.name), Lambda | None):
                yield from self.of(given[part.formula.name], part.name)
            else:
                yield Part(part.name, _within(applied, part.formula))


def _within(around: Callable[[Expression], Expression], formula: Expression, of_actions: bool = True) -> Expression:
    """A formula with something around it, which is within ``[]`` and, ``of_actions``, in both parts of ``[A]_v``."""
    match formula:
        case Apply(operator=standard.ALWAYS, operands=(Apply(operator=standard.BOX_ACTION) as box,)) if of_actions:
            return replace(formula, operands=(replace(box, operands=tuple(map(around, box.operands))),))
        case Apply(operator=standard.ALWAYS, operands=(inner,)):
            return replace(formula, operands=(around(inner),))
    return around(formula)


def _let(let: Let, body: Expression) -> Expression:
    return replace(let, body=body)


def _for_all(bind: Bind, body: Expression) -> Expression:
    return replace(bind, body=body)


@dataclass(frozen=True)
class Behavior:
    """What the configuration says of behaviors."""

    init: tuple[Expression, ...] = ()
    next: Expression | None = None
    fairness: tuple[Expression, ...] = ()
    #: What Init and Next are called.
    init_name: str = "Init"
    next_name: str = "Next"


def specification(
    named: Named, definitions: dict[str, Definition], variables: tuple[str, ...], warnings: list[str]
) -> Behavior:
    """``Init /\\ [][Next]_vars /\\ fairness`` apart; :class:`ModelError` where it has another form."""
    init: list[Part] = []
    next_: list[Part] = []
    fairness: list[Expression] = []
    level = Levels(definitions).of
    apart = Conjuncts(definitions, lambda formula: level(formula) <= Level.STATE)
    for part in apart.of(definitions[named.name].expression, named.name):
        height = level(part.formula)
        if height <= Level.STATE:
            init.append(part)
        elif _box_action(part.formula) is not None:
            next_.append(part)
        elif height is Level.ACTION:
            mend = "write [][...]_vars around the next-state relation"
            raise wrong(named.place, f"{named.name} has an action as a conjunct, {part.formula.place.start}; {mend}")
        elif (inner := _boxed(part.formula)) is not None and level(inner) <= Level.STATE:
            mend = "make it an INVARIANT, or a conjunct of the next-state relation"
            raise wrong(named.place, f"{named.name} has []P as a conjunct, {part.formula.place.start}; {mend}")
        else:
            fairness.append(part.formula)
    if not next_:
        raise wrong(named.place, f"SPECIFICATION {named.name} has no conjunct [][Next]_vars; add it")
    if len(next_) > 1:
        place = next_[1].formula.place.start
        message = f"has a second conjunct [][Next]_vars, {place}; make one relation of both"
        raise wrong(named.place, f"SPECIFICATION {named.name} {message}")
    boxed = _box_action(next_[0].formula)
    assert boxed is not None
    action, subscript = boxed.operands
    missing = [name for name in variables if name not in set(_subscripts(subscript, definitions))]
    if missing:
        message = f"the subscript of the next-state relation lacks {', '.join(missing)}"
        warnings.append(f"{next_[0].formula.place.start}: {message}")
    return Behavior(
        tuple(part.formula for part in init),
        action,
        tuple(fairness),
        _called([part.formula for part in init], "Init"),
        _called([action], "Next"),
    )


def conjuncts(named: Named, definitions: dict[str, Definition], warnings: list[str]) -> Iterator[Conjunct]:
    """The conjuncts of a property; :class:`ModelError` where one is an action."""
    level = Levels(definitions).of

    def is_predicate(formula: Expression) -> bool:
        # Its definition may be recursive, so it is not taken apart.
        return isinstance(formula, Call) and bool(formula.arguments) and level(formula) <= Level.STATE

    if Levels(definitions).definition(named.name) <= Level.STATE:
        message = f"PROPERTY {named.name} is a state predicate, so it is about initial states only"
        warnings.append(f"{named.place.start}: {message}; for all states it has to be []{named.name}")
    for part in Conjuncts(definitions, is_predicate).of(definitions[named.name].expression, named.name):
        asked: Asked = "temporal"
        formula, height = part.formula, level(part.formula)
        inner = _boxed(formula)
        if height <= Level.STATE:
            asked = "initial"
        elif height is Level.ACTION:
            raise wrong(named.place, f"PROPERTY {named.name}: {part.name} is an action; write [][{part.name}]_vars")
        elif inner is not None and _is_box_action(inner):
            asked, formula = "action", inner
        elif inner is not None and level(inner) <= Level.STATE:
            asked, formula = "invariant", inner
        yield Conjunct(named.name, _called([formula], part.name), asked, formula)


def _boxed(formula: Expression) -> Expression | None:
    """P of ``[]P``."""
    match formula:
        case Apply(operator=standard.ALWAYS, operands=(inner,)):
            return inner
    return None


def _box_action(formula: Expression) -> Apply | None:
    """``[A]_v`` of ``[][A]_v``."""
    inner = _boxed(formula)
    return inner if isinstance(inner, Apply) and inner.operator is standard.BOX_ACTION else None


def _is_box_action(formula: Expression) -> bool:
    """Whether it is ``[A]_v``, perhaps for all values of some names."""
    match formula:
        case Bind(binder=Binder.FORALL, body=body):
            return _is_box_action(body)
        case Apply(operator=standard.BOX_ACTION):
            return True
    return False


def _subscripts(formula: Expression, definitions: dict[str, Definition]) -> Iterator[str]:
    """The variables in the subscript of ``[A]_v``: v itself, or what it is a tuple of."""
    match formula:
        case Name(name=name, of=Of.VARIABLE):
            yield name
        case Apply(operator=op.SEQUENCE, operands=operands):
            for operand in operands:
                yield from _subscripts(operand, definitions)
        case Let(body=body):
            yield from _subscripts(body, definitions)
        case Call(definition=called, arguments=arguments):
            for formula in (definitions[called].expression, *arguments):
                yield from _subscripts(formula, definitions)


def _called(formulas: list[Expression], otherwise: str) -> str:
    """The name of what is one definition's; of others the usual one."""
    match formulas:
        case [Call(definition=name)]:
            return as_written(name)
    return otherwise
