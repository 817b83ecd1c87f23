"""Modules, unit by unit: declarations, definitions, instances, assumptions."""

from __future__ import annotations

from collections.abc import Iterator

from mc.dataclass import dataclass
from mc.formula import standard
from mc.formula.nodes import Definition, Expression, Level
from mc.read.tla.expressions import RULES
from mc.read.tla.files import Files, Text
from mc.read.tla.instances import Context, Uses
from mc.read.tla.lets import check_announced, function
from mc.read.tla.levels import Checker, Signature
from mc.read.tla.lowering import Frame, Names, Scope, whence
from mc.read.tla.resolved import Overrides
from mc.read.tla.scope import (
    Builtin,
    Constant,
    Defined,
    Imported,
    Instance,
    Local,
    Module,
    Override,
    Symbol,
    Variable,
    builtin,
)
from mc.read.tla.spelling import RESERVED
from mc.read.tla.syntax import Node, fields, part, parts, refuse, written
from mc.read.tla.withs import instance_of
from mc.read.tla.written import body_of, declared, parameters_of, symbol_name

#: What says nothing to a model checker.
_SKIPPED = frozenset({"use_or_hide", "single_line", "comment", "block_comment"})


@dataclass(frozen=True, eq=False)
class Made:
    """A definition as nodes, and the definitions that it uses."""

    definition: Definition
    calls: dict[str, tuple[Symbol, Context]]
    signature: Signature


class Reader:
    """Reads the modules of a spec."""

    def __init__(self, files: Files, overrides: Overrides) -> None:
        self.files, self.overrides = files, overrides
        self.warnings: list[str] = []
        #: The root and what it extends.
        self.extended: dict[Text, None] = {}
        self._add_extended(files.root)
        self.uses = Uses(self.module)
        self._modules: dict[Text, Module] = {}
        self._reading: list[Text] = []
        self._builtins: dict[str, Builtin] = {}
        self._made: dict[tuple[Symbol, Context], Made] = {}
        self._making: set[tuple[Symbol, Context]] = set()
        #: By their modules: assumptions, with how much of the module they can use.
        self.assumptions: dict[Module, list[tuple[Node, int]]] = {}
        root = Module(files.root)
        self.names = Names(root, self.extended)
        self.root = self._read(root)

    def _add_extended(self, text: Text) -> None:
        if text in self.extended:
            return
        self.extended[text] = None
        for name in text.extends:
            other = self.files.find(written(name), text.source, name)
            other.is_named |= not text.is_ours
            self._add_extended(other)

    # Modules

    def module(self, name: str, within: Module, node: Node) -> Module:
        """The module of a name, which a node of a module mentions."""
        around: Module | None = within
        while around is not None:
            if name in around.inner:
                return around.inner[name]
            around = around.parent
        text = self.files.find(name, within.source, node)
        text.is_named |= not within.is_ours
        if text in self._reading:
            ring = [text.name for text in self._reading[self._reading.index(text) :]] + [name]
            within.source.refuse(node, f"modules use each other in a ring: {' -> '.join(ring)}")
        return self._modules.get(text) or self._read(Module(text))

    def _read(self, module: Module) -> Module:
        if module.is_ours:
            for name, operator in standard.MODULES.get(module.name, {}).items():
                symbol = self._builtins.setdefault(name, builtin(name, operator, module))
                module.scope[name] = module.exports[name] = symbol
                self._override_again(symbol, module)
        if module.text.node is not None:
            self._reading.append(module.text)
            for name_node in module.text.extends:
                self._extend(module, self.module(written(name_node), module, name_node), name_node)
            for name in self.overrides.replaced_in.get(module.name, ()):
                if name in module.scope:
                    self._override_again(module.scope[name], module)
            for unit in module.text.units:
                self._unit(module, unit)
            self._check_announced(module)
            self._reading.pop()
        if module.parent is None:
            self._modules[module.text] = module
        return module

    def _extend(self, module: Module, other: Module, node: Node) -> None:
        module.closure |= other.closure
        module.inner |= other.inner
        for name, symbol in other.exports.items():
            known = module.scope.get(name)
            if known is None or known is symbol:
                module.scope[name] = module.exports[name] = symbol
            elif type(known) is not type(symbol) or len(known.arities) != len(symbol.arities):
                module.source.refuse(node, f"{name} of module {other.name} is something else already ({whence(known)})")
            else:
                place = module.source.place(node)
                self.warnings.append(f"{place}: {name} of {other.name} is left aside, {known.module.name} has it too")
        for name, parameter in other.parameters.items():
            module.parameters.setdefault(name, parameter)

    def _override_again(self, symbol: Symbol, module: Module, local: bool = False) -> None:
        """What the configuration has in the place of a symbol of another module, which may have been used before."""
        before = symbol.override
        self._override(symbol, module, local)
        if symbol.override != before:
            self._made.clear()

    def _override(self, symbol: Symbol, module: Module, local: bool) -> None:
        """What the configuration has in the place of a symbol that a module knows; ``local``: it alone does."""
        name = symbol.name
        if module.text in self.extended and not (local and module.text is not self.files.root):
            if name in self.overrides.replaced:
                symbol.override = Override(self.overrides.replaced[name], is_constant=False)
            elif name in self.overrides.given and (symbol.arities or not isinstance(symbol, Constant)):
                symbol.override = Override(name, is_constant=True)
        if name in self.overrides.replaced_in.get(module.name, ()):
            symbol.override = Override(self.overrides.replaced_in[module.name][name], is_constant=False)
        elif name in self.overrides.given_in.get(module.name, ()):
            symbol.override = Override(f"{module.name}!{name}", is_constant=True)

    def _check_free(self, module: Module, name: str, node: Node) -> None:
        """Refuses a name that a module knows already."""
        known = module.scope.get(name)
        if known is not None and not module.is_ours and not known.is_by_the_way:
            module.source.refuse(node, f"{name} has a meaning already ({whence(known)}): choose another name")

    def _declare(self, module: Module, symbol: Symbol, node: Node) -> None:
        if symbol.name in RESERVED:
            module.source.refuse(node, f"{symbol.name} is a word of TLA+: choose another name")
        known = module.scope.get(symbol.name)
        if known is not None and type(known) is type(symbol) is not Defined and known.arities == symbol.arities:
            self.warnings.append(f"{module.source.place(node).start}: {symbol.name} is there already ({whence(known)})")
            return
        self._check_free(module, symbol.name, node)
        self._override(symbol, module, symbol.local)
        module.declare(symbol)

    # Units

    def _scope(self, module: Module, name: str = "") -> Scope:
        """The place after all that a module has declared so far."""
        frame = Frame(name, self.uses, self.names, RULES, self._limit)
        return Scope(frame, self.uses.plain(module), module, {}, len(module.own))

    def _unit(self, module: Module, unit: Node, local: bool = False) -> None:
        place = module.source.place
        match unit.type:
            case "variable_declaration":
                for node in parts(unit):
                    self._declare(module, Variable(written(node), module, place(node)), node)
            case "constant_declaration":
                for node in parts(unit):
                    name, arity = declared(node)
                    self._declare(module, Constant(name, module, place(node), arities=(0,) * arity), node)
            case "recursive_declaration":
                for node in parts(unit):
                    name, arity = declared(node)
                    self._declare(module, Defined(name, module, place(node), arities=(0,) * arity), node)
                    module.announced.add(name)
            case "local_definition":
                self._unit(module, parts(unit)[0], local=True)
            case "operator_definition":
                self._operator(module, unit, local)
            case "function_definition":
                name_node = part(unit, "name")
                symbol = Defined(written(name_node), module, place(unit), local, node=unit)
                self._define(module, symbol, name_node)
            case "module_definition":
                instance = instance_of(self._scope(module), part(unit, "definition"), unit, local=local)
                self._declare(module, instance, part(unit, "name"))
            case "instance":
                self._import(module, instance_of(self._scope(module), unit, local=local), unit)
            case "assumption":
                scope = self._scope(module, "ASSUME")
                scope.frame.limit(scope.expression(body_of(unit)), Level.CONSTANT, "ASSUME")
                if unit.children[0].type != "AXIOM":  # TLC does not look whether one holds
                    self.assumptions.setdefault(module, []).append((unit, len(module.own)))
                self._fact(module, unit)
            case "theorem":
                if body_of(unit).type != "assume_prove":
                    self._scope(module, "THEOREM").expression(body_of(unit))
                self._fact(module, unit)
            case "module":
                inner = Module(Text.of_node(module.source, unit, module.is_ours), module)
                module.inner[inner.name] = self._read(inner)
            case kind if kind not in _SKIPPED:
                module.source.refuse(unit, f"a {kind.replace('_', ' ')} has no place here")

    def _operator(self, module: Module, unit: Node, local: bool) -> None:
        name_node = part(unit, "name")
        name = symbol_name(name_node) or written(name_node)
        parameters = parameters_of(fields(unit, "parameter"), module.source.place)
        arities = tuple(parameter.arity for parameter in parameters)
        known = module.scope.get(name)
        if isinstance(known, Defined) and known.module is module and known.node is None:
            check_announced(module.source, name_node, len(known.arities), arities)
            known.node, known.parameters, known.limit = unit, parameters, len(module.own)
            known.arities = arities
            known.place, known.local = module.source.place(unit), local
            if local:
                module.exports.pop(name, None)
            self._check(module, known)
            return
        symbol = Defined(name, module, module.source.place(unit), local, arities=arities, node=unit)
        symbol.parameters = parameters
        self._define(module, symbol, name_node)

    def _define(self, module: Module, symbol: Defined, name_node: Node) -> None:
        symbol.limit = len(module.own)
        self._declare(module, symbol, name_node)
        self._check(module, symbol)

    def _check(self, module: Module, symbol: Defined) -> None:
        """Makes a definition, but for one of the library, which is made when it is used."""
        module.announced.discard(symbol.name)
        if module.is_ours:
            return
        module.waiting.append(symbol)
        if not module.announced:
            for waiting in module.waiting:
                module.level = max(module.level, self.made(waiting, self.uses.plain(module)).signature.level)
            module.waiting.clear()

    def _import(self, module: Module, instance: Instance, unit: Node) -> None:
        """The definitions of a module become those of another one; those that nothing can change are the same ones."""
        instance.order = len(module.own)
        for name, symbol in instance.target.exports.items():
            if isinstance(symbol, (Constant, Variable)):
                continue
            known = module.scope.get(name)
            if known is symbol or (isinstance(known, Imported) and known.of is symbol):
                continue
            if self._is_left_aside(known, symbol):
                assert known is not None
                self.warnings.append(
                    f"{instance.place}: {name} of {instance.target.name} is left aside, {known.module.name} has it too"
                )
                continue
            if symbol.module.is_closed:
                self._check_free(module, name, unit)
                self._override_again(symbol, module, instance.local)
                module.scope[name] = symbol
                if not instance.local:
                    module.exports[name] = symbol
                continue
            place, arities = instance.place, symbol.arities
            imported = Imported(name, module, place, instance.local, arities=arities, instance=instance, of=symbol)
            self._declare(module, imported, unit)

    @staticmethod
    def _is_left_aside(known: Symbol | None, symbol: Symbol) -> bool:
        """Whether a definition that INSTANCE brings in is left aside for one that is known; else that is a mistake."""
        if known is None or known.is_by_the_way or isinstance(known, (Constant, Variable)):
            return False
        return type(known) is not Instance and len(known.arities) == len(symbol.arities)

    def _fact(self, module: Module, unit: Node) -> None:
        """The name of an assumption or a theorem stands for what it says, where that is a formula."""
        name_node = unit.child_by_field_name("name")
        if name_node is not None:
            symbol = Defined(written(name_node), module, module.source.place(unit), node=unit, limit=len(module.own))
            self._declare(module, symbol, name_node)

    def _check_announced(self, module: Module) -> None:
        for symbol in module.own:
            if symbol.name in module.announced:
                refuse(symbol.place, f"RECURSIVE {symbol.name} has no definition: add it, or take this away")

    # Definitions

    def assumed(self, module: Module) -> Iterator[tuple[Expression, dict[str, tuple[Symbol, Context]]]]:
        """The assumptions of a module, with the definitions that they use."""
        for unit, limit in self.assumptions.get(module, ()):
            frame = Frame("ASSUME", self.uses, self.names, RULES, self._limit)
            scope = Scope(frame, self.uses.plain(module), module, {}, limit)
            yield scope.expression(body_of(unit)), frame.calls

    def made(self, symbol: Defined, context: Context) -> Made:
        """A definition in a use of its module."""
        made = self._made.get((symbol, context))
        if made is None:
            self._making.add((symbol, context))
            made = self._made[symbol, context] = self._make(symbol, context)
            self._making.discard((symbol, context))
        return made

    def _make(self, symbol: Defined, context: Context) -> Made:
        name = self.names.of(symbol, context)
        frame = Frame(name, self.uses, self.names, RULES, self._limit)
        for local in context.parameters:
            frame.parameters[local] = Local(frame.fresh(local.name), local.arities)
        scope = Scope(frame, context, symbol.module, {}, symbol.limit)
        unit = symbol.node
        assert unit is not None
        names = [local.name for local in frame.parameters.values()]
        if unit.type == "function_definition":
            _, body = function(scope, unit)
        else:
            given = fields(unit, "parameter") if symbol.parameters else ()
            for parameter, node in zip(symbol.parameters, given, strict=True):
                names.append(scope.bound_in(parameter.name, node, (0,) * parameter.arity).name)
            body = scope.expression(body_of(unit))
        definition = Definition(name, tuple(names), body, place=symbol.place)
        return Made(definition, frame.calls, self.checker(frame).of_definition(definition))

    def checker(self, frame: Frame) -> Checker:
        """What checks the levels of formulas that were made in a frame."""
        return Checker(lambda name: self._signature(frame.calls.get(name)))

    def _signature(self, called: tuple[Symbol, Context] | None) -> Signature | None:
        # One that uses itself adds nothing more by that; what a configuration puts somewhere may come later.
        if called is None or called in self._making or not isinstance(called[0], Defined):
            return None
        return self.made(called[0], called[1]).signature

    def _limit(self, frame: Frame, node: Expression, most: Level, taker: str) -> None:
        """Refuses a formula that was made in a frame if its level is too high."""
        self.checker(frame).limit(node, most, taker)
