"""Names in formulas: what stands for each, with its arguments."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import field
from difflib import get_close_matches

from mc.dataclass import dataclass
from mc.formula import standard
from mc.formula.nodes import AGAIN, Apply, Call, Expression, Invoke, Lambda, Let, Level, Name, Of, Place
from mc.read.tla.files import Text
from mc.read.tla.instances import Context, Uses
from mc.read.tla.scope import (
    Builtin,
    Constant,
    Imported,
    Instance,
    Local,
    Module,
    Override,
    Symbol,
    Variable,
)
from mc.read.tla.syntax import Node, part, parts, written
from mc.read.tla.written import applied, count, symbol_name


@dataclass(eq=False)
class Frame:
    """The definition that is being made."""

    name: str
    uses: Uses
    names: Names
    #: How the formula of a node is made, by the kind of the node.
    rules: Mapping[str, Callable[[Scope, Node], Expression]]
    #: Refuses a formula of a frame whose level is too high.
    checked: Callable[[Frame, Expression, Level, str], None]
    #: The names that it binds.
    bound: dict[str, int] = field(default_factory=dict)
    #: What the parameters of its context are in it.
    parameters: dict[Local, Local] = field(default_factory=dict)
    #: The definitions that it uses.
    calls: dict[str, tuple[Symbol, Context]] = field(default_factory=dict)

    def limit(self, node: Expression, most: Level, taker: str) -> None:
        """Refuses a formula whose level is higher than what takes it allows."""
        self.checked(self, node, most, taker)

    def fresh(self, name: str) -> str:
        """A name that nothing else in the definition has."""
        times = self.bound.get(name, -1) + 1
        self.bound[name] = times
        return f"{name}{AGAIN}{times}" if times else name


class Names:
    """What the definitions of all uses of modules are called."""

    def __init__(self, root: Module, extended: Collection[Text]) -> None:
        self.root = root
        #: The root itself and what it extends.
        self.extended = extended
        self._of: dict[tuple[Symbol, Context], str] = {}
        self._taken: set[str] = set()
        #: Those of modules that need an instance, and are only looked at as they stand.
        self._aside: set[str] = set()

    def of(self, symbol: Symbol, context: Context) -> str:
        """The name of a definition in a use of its module."""
        name = self._of.get((symbol, context))
        if name is None:
            name = context.prefix + symbol.name
            if not (context.prefix or self._in_root(symbol)):
                name = f"{symbol.module.name}!{symbol.name}"
            base = context.base
            taken = self._taken if base.text in self.extended or base.is_closed else self._aside
            start, number = name, 0
            while name in taken:
                number += 1
                name = f"{start}{AGAIN}{number}"
            taken.add(name)
            self._of[symbol, context] = name
        return name

    def _in_root(self, symbol: Symbol) -> bool:
        """Whether the root knows a definition by its name alone."""
        known = self.root.scope.get(symbol.name)
        if isinstance(known, Imported):
            known = known.of
        return known is symbol or (symbol.module.text in self.extended and not symbol.local)


Environment = Mapping[str, "Local | Symbol"]
Operands = tuple[Expression, ...]
#: The arguments of instances, by their parameters.
Given = Mapping[Local, Expression]
NOTHING: Given = {}


class Scope:
    """Resolves names at one place of a text: in a use of a module, with some local names."""

    def __init__(self, frame: Frame, context: Context, module: Module, env: Environment, limit: int) -> None:
        self.frame, self.context = frame, context
        #: The module of the text, which the module of the context may extend.
        self.module = module
        self.source = module.source
        self.env = env
        #: Of the module, what is declared before this.
        self.limit = limit

    # Names

    def find(self, name: str) -> Local | Symbol | None:
        """What a name stands for here."""
        local = self.env.get(name)
        if local is not None:
            return local
        symbol = self.module.scope.get(name)
        if symbol is None or (symbol.module is self.module and symbol.order > self.limit):
            return None
        return symbol

    def found(self, name: str, node: Node) -> Local | Symbol:
        """What a name stands for; refuses one that is unknown."""
        found = self.find(name)
        if found is None:
            later = self.module.text.defined(name)
            if later is not None:
                line = self.source.place(later).line
                self.source.refuse(node, f"{name} is used before it is defined, in line {line}: move its definition up")
            self.source.refuse(node, f"{name} is not known here{self.meant(name)}")
        return found

    def meant(self, name: str) -> str:
        """What may have been meant by an unknown name."""
        known = [*self.env, *self.module.scope]
        close = get_close_matches(name, [other for other in known if other.isidentifier()], 1, 0.7)
        for module, operators in standard.MODULES.items():
            if name in operators:
                return f": EXTENDS {module} makes it known"
        return f": did you mean {close[0]}?" if close else ": declare or define it, or extend the module that does"

    def bind(self, name: str, node: Node, arities: tuple[int, ...] = (), is_defined: bool = False) -> Local:
        """A new local name; refuses one that stands for something already."""
        known = self.find(name)
        if known is not None and not (self.module.is_ours or (isinstance(known, Symbol) and known.is_by_the_way)):
            self.source.refuse(node, f"{name} has a meaning here already ({whence(known)}): choose another name")
        return Local(self.frame.fresh(name), arities, is_defined, self.source.place(node))

    # Application

    def apply(
        self,
        found: Local | Symbol,
        operands: Operands,
        place: Place,
        context: Context | None = None,
        given: Given = NOTHING,
    ) -> Expression:
        """What a name stands for, applied to operands.

        ``context`` is the use of the module in which it is named, if that is not this one; ``given`` are the arguments
        of instances.
        """
        if isinstance(found, Local):
            found.used = True
            if found.arities:
                return Invoke(found.name, operands, place=place)
            return Name(found.name, Of.LOCAL, place=place)
        if found.override is not None:
            return self._overridden(found, found.override, operands, place)
        if isinstance(found, Builtin):
            return Apply(found.operator, operands, place=place)
        context = self.frame.uses.seen(found, context or self.context)
        if isinstance(found, Imported):
            return self.apply(found.of, operands, place, self.frame.uses.of(found.instance, context), given)
        if isinstance(found, (Constant, Variable)):
            return self._declared(found, context, operands, place)
        passed = tuple(given.get(p) or self.passed(self.local(p), place) for p in context.parameters)
        return self.call(found, context, passed + operands, place)

    def local(self, parameter: Local) -> Local:
        """What a parameter of a use of a module is in this definition."""
        return self.frame.parameters.get(parameter, parameter)

    def call(self, symbol: Symbol, context: Context, operands: Operands, place: Place) -> Expression:
        """A definition, applied to the arguments of its context and to its own."""
        name = self.frame.names.of(symbol, context)
        self.frame.calls[name] = symbol, context
        return Call(name, operands, place=place)

    def _overridden(self, symbol: Symbol, override: Override, operands: Operands, place: Place) -> Expression:
        if override.is_constant:
            return Name(override.name, Of.CONSTANT, place=place)
        root = self.frame.uses.plain(self.frame.names.root)
        target = root.module.scope.get(override.name)
        if target is symbol:
            return self.call(symbol, root, operands, place)
        if isinstance(target, Builtin):
            return Apply(target.operator, operands, place=place)
        if target is None:
            # Its module may come later; that it comes is checked with the configuration.
            if any(text.declares(override.name) for text in self.frame.names.extended):
                return Name(override.name, Of.CONSTANT, place=place)
            return Call(override.name, operands, place=place)
        return self.apply(target, operands, place, root)

    def _declared(self, symbol: Symbol, context: Context, operands: Operands, place: Place) -> Expression:
        """A constant or a variable: as it stands, or what an instance substitutes for it."""
        instance = context.instance
        if context.is_free and isinstance(symbol, Variable):
            name = context.prefix + symbol.name
            self.frame.uses.variables[name] = None
            return Name(name, Of.VARIABLE, place=place)
        if instance is None:
            if isinstance(symbol, Variable):
                return Name(symbol.name, Of.VARIABLE, place=place)
            if symbol.arities:
                self.frame.calls[symbol.name] = symbol, context
                return Call(symbol.name, operands, place=place)
            return Name(symbol.name, Of.CONSTANT, place=place)
        outer = self.around(context)
        given = instance.given.get(symbol.name)
        if given is None:
            found = outer.find(symbol.name)
            assert found is not None
            return outer.apply(found, operands, place)
        if not symbol.arities:
            return outer.expression(given)
        operator = outer.operator(given, len(symbol.arities))
        if isinstance(operator, Name):
            return Invoke(operator.name, operands, place=place)
        name = self.frame.fresh(symbol.name)
        return Let(name, operator, Invoke(name, operands, place=place), place=place)

    def free(self, place: Place) -> tuple[Scope, Operands] | None:
        """Where ENABLED has its action in an instance: the variables of the module stand for themselves there.

        (*Specifying Systems*, section 17.8.) With each of them comes its value, which is what the instance substitutes.
        None where that makes no difference.
        """
        context = self.context
        variables = [symbol for symbol in context.module.parameters.values() if isinstance(symbol, Variable)]
        values = [self._declared(symbol, context, (), place) for symbol in variables]
        names = {value.name for value in values if isinstance(value, Name) and value.of is Of.VARIABLE}
        if len(names) == len(values):
            return None
        inner = Scope(self.frame, self.frame.uses.free(context), self.module, self.env, self.limit)
        own = [inner._declared(symbol, inner.context, (), place) for symbol in variables]
        return inner, tuple(operand for pair in zip(own, values, strict=True) for operand in pair)

    def around(self, context: Context) -> Scope:
        """The place of the INSTANCE that makes a use of a module."""
        assert context.outer is not None and context.instance is not None
        names = context.names.items()
        env = {name: self.local(local) if isinstance(local, Local) else local for name, local in names}
        instance = context.instance
        return Scope(self.frame, context.outer, instance.module, env, instance.order)

    def passed(self, local: Local, place: Place) -> Expression:
        """A local name as an argument."""
        local.used = True
        if not (local.is_defined and local.arities):
            return Name(local.name, Of.LOCAL, place=place)
        return self.eta(local.arities, lambda operands: Invoke(local.name, operands, place=place), place)

    def eta(self, arities: Sequence[int], applied: Callable[[Operands], Expression], place: Place) -> Lambda:
        """``LAMBDA a, b : F(a, b)``"""
        names = tuple(self.frame.fresh("abcdefgh"[number % 8]) for number in range(len(arities)))
        return Lambda(names, applied(tuple(Name(name, Of.LOCAL, place=place) for name in names)), place=place)

    # What is written with arguments

    def named(self, node: Node, name: str, given: Sequence[Node]) -> Expression:
        """A name with the arguments that stand after it."""
        found = self.found(name, node)
        place = self.source.place(node)
        if isinstance(found, Instance):
            self.source.refuse(node, f"{name} is an instance of a module: name one of its definitions, {name}!Op")
        return self.apply(found, self.fitted(node, name, found.arities, given), place)

    def fitted(self, node: Node, name: str, arities: tuple[int, ...], given: Sequence[Node | Expression]) -> Operands:
        """Arguments, as many and of the arities that are taken; some may be made already."""
        if len(arities) != len(given):
            self.source.refuse(node, f"{name} takes {count(len(arities))}, {count(len(given))} here")
        return tuple(
            one if not isinstance(one, Node) else self.operator(one, arity) if arity else self.expression(one)
            for one, arity in zip(given, arities, strict=True)
        )

    def operator(self, node: Node, arity: int) -> Expression:
        """An operator as an argument."""
        place = self.source.place(node)
        if node.type == "lambda":
            return self.lambda_(node, arity)
        context: Context | None = None
        given: Given = NOTHING
        found: Local | Symbol
        if node.type == "prefixed_op":
            name = written(node)
            context, found, given = self.selected(node)
            arities = found.arities
        else:
            name = symbol_name(node) or ""
            if not name:
                self.source.refuse(node, f"an operator of {count(arity)} is expected here, this is an expression")
            found = self.found(name, node)
            arities = found.arities
            if isinstance(found, Builtin) and found.operator.arity[0] == arity:
                arities = arities[:arity]
        if len(arities) != arity or any(arities) or isinstance(found, Instance):
            takes = f"an operator of {count(arity)} is expected here"
            self.source.refuse(node, f"{takes}, {name} takes {count(len(arities))}")
        if isinstance(found, Local):
            return self.passed(found, place)
        return self.eta(arities, lambda operands: self.apply(found, operands, place, context, given), place)

    def lambda_(self, node: Node, arity: int) -> Lambda:
        """``LAMBDA parameters : body``"""
        *names, body = parts(node)
        if len(names) != arity:
            takes = f"an operator of {count(arity)} is expected here"
            self.source.refuse(node, f"{takes}, the LAMBDA takes {count(len(names))}")
        inner = self.inside({})
        parameters = [inner.bound_in(written(name), name) for name in names]
        return Lambda(tuple(local.name for local in parameters), inner.expression(body), place=self.source.place(node))

    # Instances

    def selected(self, node: Node) -> tuple[Context | None, Symbol, dict[Local, Expression]]:
        """What ``I!J(a)!Op`` names, in which use of its module, and the arguments of the instances."""
        components = [parts(component)[0] for component in parts(part(node, "prefix"))]
        given: dict[Local, Expression] = {}
        context: Context | None = None
        module: Module | None = None
        for component in components:
            name, arguments = applied(component)
            found = self.found(name, component) if module is None else self.exported(module, name, component)
            base = context or self.context
            if isinstance(found, Symbol):
                base, found = self.frame.uses.behind(found, base)
            if not isinstance(found, Instance):
                self.source.refuse(component, f"{name} is no instance of a module")
            arities = tuple(p.arity for p in found.parameters)
            operands = self.fitted(component, name, arities, arguments)
            context = self.frame.uses.of(found, base)
            own = context.parameters[len(context.parameters) - len(operands) :]
            given.update(zip(own, operands, strict=True))
            module = context.module
        assert module is not None
        operator = part(node, "op")
        name, _ = applied(operator)
        found = self.exported(module, name, operator)
        return context, found, given

    def exported(self, module: Module, name: str, node: Node) -> Symbol:
        """What an instance of a module gives."""
        symbol = module.exports.get(name)
        if symbol is None or isinstance(symbol, (Variable, Constant)):
            close = get_close_matches(name, module.exports, 1)
            mend = f": did you mean {close[0]}?" if close else ""
            self.source.refuse(node, f"module {module.name} defines no {name}{mend}")
        return symbol

    # What the rules of expressions give

    def inside(self, names: Environment) -> Scope:
        """The same place with more local names."""
        return Scope(self.frame, self.context, self.module, {**self.env, **names}, self.limit)

    def bound_in(self, name: str, node: Node, arities: tuple[int, ...] = (), is_defined: bool = False) -> Local:
        """A new local name that is known here from now on."""
        local = self.bind(name, node, arities, is_defined)
        self.env = {**self.env, name: local}
        return local

    def expression(self, node: Node) -> Expression:
        """The formula of a node; :mod:`mc.read.tla.expressions` has the rules."""
        rule = self.frame.rules.get(node.type)
        if rule is None:
            self.source.refuse(node, f"{written(node)} is no expression")
        return rule(self, node)


def whence(known: Local | Symbol) -> str:
    """Where the meaning of a name is from."""
    if known.place.line or isinstance(known, Local):
        return str(known.place)
    return f"of module {known.module.name}"
