"""Why an invariant is false in a state: the part that fails, for which values.

Derived from the invariant's own formula, which is evaluated on the state and followed to the part that decides: the
false conjunct, the binding of a quantifier that falsifies it, the definition that a conjunct calls. What cannot be
followed is reported as it stands.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from mc.dataclass import dataclass
from mc.errors import DomainError, SpecError
from mc.formula import nodes as formula
from mc.formula import operators as op
from mc.formula.expressions import elements
from mc.formula.facts import local_names
from mc.formula.nodes import Apply, Bind, Binder, Bound, Call, Expression, Let, as_written
from mc.lang import kinds
from mc.lang.domains import Domain
from mc.lang.state import State
from mc.lang.text import Place, to_tla
from mc.spec.objects import Definition, Spec
from mc.trace.components import Component, Formulas, Scope, Undecided, component_of, origin, parts


@dataclass(frozen=True)
class Explanation:
    """The part of an invariant that fails, and the values that make it fail."""

    property: str
    #: Source text of that part, and where it stands.
    conjunct: str
    file: str
    line: int
    #: Bound variables: what they stand for, as TLA+ text.
    bound: Mapping[str, str]
    #: The parts of the state that the conjunct looks at.
    components: tuple[Component, ...]
    #: More about the failure: which part of a value is outside its domain.
    note: str = ""
    #: What the spec's table ``Explanations`` says of it, with the values of this state.
    says: str = ""

    def places(self) -> frozenset[Place]:
        """Where the components are in the state."""
        return frozenset(place for component in self.components if (place := component.place) is not None)

    def __str__(self) -> str:
        """One sentence."""
        if self.says:
            return f"{self.property} is false: {self.says}"
        bound = ", ".join(f"{name} = {value}" for name, value in self.bound.items())
        told = self.note or ", ".join(map(str, self.components)) or self.conjunct
        return f"{self.property} is false{f' for {bound}' if bound else ''}: {told}"


def explain(spec: Spec, definition: Definition, state: State) -> Explanation:
    """Why ``definition`` does not hold in ``state``."""
    search = _Search()
    read = spec.formulas.of(definition.function)
    with contextlib.suppress(Undecided):
        search.enter(read, (), Scope(spec, state, {}))
    found = _explanation(spec, definition.name, search, read.place)
    return replace(found, says=_said(spec, definition, search, state))


def explain_condition(name: str, condition: Expression, scope: Scope) -> Explanation:
    """Why a condition within a definition is false; ``name``: whose condition it is."""
    search = _Search()
    search.bound.update({n: scope.names[n] for n in sorted(local_names(condition) & scope.names.keys())})
    search.follow(condition, scope, settled=False)
    return _explanation(scope.spec, name, search, condition.place)


def explain_formula(spec: Formulas, name: str, condition: Expression, state: State) -> Explanation:
    """Why a formula does not hold in a state; ``name``: what it is called."""
    search = _Search()
    search.follow(condition, Scope(spec, state, {}), settled=False)
    return _explanation(spec, name, search, condition.place)


def _explanation(spec: Formulas, name: str, search: _Search, place: formula.Place) -> Explanation:
    """What a search has found; ``place``: where it began."""
    conjunct = spec.written(search.conjunct.place) if search.conjunct is not None else name
    found = search.conjunct.place if search.conjunct is not None else place
    return Explanation(
        property=name,
        conjunct=conjunct if search.expected else f"not ({conjunct})",
        file=found.file,
        line=found.line,
        bound=_texts({as_written(n): value for n, value in search.bound.items()}),
        components=tuple(search.components()),
        note=search.note,
    )


def _said(spec: Spec, definition: Definition, search: _Search, state: State) -> str:
    """The spec's own sentence on a violated invariant, its ``{expressions}`` evaluated; "" if it has none."""
    if definition.says is None:
        return ""
    names = {as_written(name): value for name, value in search.bound.items()}
    said = ""
    try:
        for part in definition.says.read(frozenset(names)):
            said += part if isinstance(part, str) else to_tla(Scope(spec, state, names).value(part))
    except (SpecError, Undecided, TypeError):
        return ""
    return said


@dataclass
class _Search:
    """The way down to the part that decides."""

    conjunct: Expression | None = None
    #: What the conjunct should have been: False below a negation.
    expected: bool = True
    bound: dict[str, Any] = field(default_factory=dict)
    #: Expressions that were looked at on the way, whose values belong to the reason.
    looked: list[tuple[Expression, Scope]] = field(default_factory=list)
    note: str = ""

    def enter(self, read: formula.Definition, arguments: Sequence[Any], scope: Scope, settled: bool = False) -> None:
        """Follow a definition."""
        names = dict(zip(read.parameters, arguments, strict=True))
        self.bound.update(names)
        self.follow(read.expression, replace(scope, names=names), settled)

    def follow(self, node: Expression, scope: Scope, settled: bool) -> None:
        """Go down from ``node``, which has the wrong value; ``settled``: the conjunct is found already."""
        if isinstance(node, Let):
            with contextlib.suppress(Undecided):
                self.follow(node.body, scope.inside({node.name: scope.value(node.value)}), settled)
                return
        if not settled:
            self.conjunct = node
        try:
            if self._narrow(node, scope, settled):
                return
        except Undecided:
            pass
        self.looked.append((node, scope))
        self._look_at_membership(node, scope)

    def _narrow(self, node: Expression, scope: Scope, settled: bool) -> bool:
        """Follow a part of ``node`` that decides its value; False where there is none."""
        value = bool(scope.value(node))
        match node:
            case Apply(operator=op.NOT, operands=(operand,)):
                if not settled:
                    self.expected = not self.expected
                self.follow(operand, scope, settled)
            case Apply(operator=operator, operands=operands) if operator is (op.OR if value else op.AND):
                decides = next(part for part in operands if bool(scope.value(part)) == value)
                self.follow(decides, scope, settled)
            case Apply(operator=op.OR | op.AND, operands=(*others, last)):
                # All parts decide together, as in `not premise or conclusion`; the last may say more.
                self.looked.extend((part, scope) for part in others)
                self.follow(last, scope, settled=True)
            case Apply(operator=op.IF, operands=(test, then, otherwise)):
                self.looked.append((test, scope))
                self.follow(then if scope.value(test) else otherwise, scope, settled)
            case Bind(binder=Binder.EXISTS | Binder.FORALL):
                return (node.binder is Binder.EXISTS) == value and self._bind(node, value, scope, settled)
            case Call(definition=name, arguments=arguments):
                given = [scope.value(argument) for argument in arguments]
                self.enter(scope.spec.definition(name), given, scope, settled)
            case _:
                return False
        return True

    def _bind(self, node: Bind, value: bool, scope: Scope, settled: bool) -> bool:
        """Go on with the first binding for which the body of a quantifier has ``value``."""
        for names in bindings(node.bounds, scope):
            inner = scope.inside(names)
            if bool(inner.value(node.body)) == value:
                self.bound.update(names)
                for bound in node.bounds:
                    whence = origin(bound, inner)
                    self.looked.extend((part, inner) for part in (whence, bound.condition) if part is not None)
                self.follow(node.body, inner, settled)
                return True
        return False

    def _look_at_membership(self, node: Expression, scope: Scope) -> None:
        """Where a value is not in its domain, the domain knows which part of it is not."""
        match node:
            case Apply(operator=op.IN, operands=(left, right)):
                try:
                    value, domain = scope.value(left), scope.value(right)
                except Undecided:
                    return
                if isinstance(domain, Domain):
                    try:
                        domain.coerce(value)
                    except DomainError as error:
                        self.note = f"{scope.spec.written(left.place)}: {error}"

    def components(self) -> Iterator[Component]:
        """The parts of states and records that were looked at, in order."""
        seen = {as_written(name) for name in self.bound}
        for node, scope in self.looked:
            for part in parts(node, scope):
                component = component_of(part, scope)
                if component is not None and component.text not in seen:
                    seen.add(component.text)
                    yield component


def bindings(bounds: Sequence[Bound], scope: Scope) -> Iterator[dict[str, Any]]:
    """All bindings of the names of a binder."""
    if not bounds:
        yield {}
        return
    first, *rest = bounds
    for value in elements(scope.value(first.collection)):
        parts = (value,) if len(first.names) == 1 else kinds.components(value, len(first.names))
        names = dict(zip(first.names, parts, strict=True))
        inner = scope.inside(names)
        if first.condition is None or inner.value(first.condition):
            for others in bindings(rest, inner):
                yield {**names, **others}


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Those of some values that are TLA+ values, as text."""
    found = {}
    for name, value in values.items():
        with contextlib.suppress(TypeError):
            found[name] = to_tla(value)
    return found
