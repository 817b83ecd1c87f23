"""The names of modules: what each stands for, and where it is known."""

from __future__ import annotations

from dataclasses import field

from mc.dataclass import dataclass
from mc.formula import standard
from mc.formula.nodes import NOWHERE, Level, Place
from mc.formula.operators import Operator
from mc.read.tla.files import Text
from mc.read.tla.syntax import Node


@dataclass(eq=False)
class Local:
    """A parameter, a bound variable, or what a LET names."""

    #: As the nodes of its definition call it.
    name: str
    #: How many arguments each argument takes; empty: it is applied to none.
    arities: tuple[int, ...] = ()
    #: It is no parameter: as an argument it becomes a LAMBDA.
    is_defined: bool = False
    place: Place = NOWHERE
    #: It has been mentioned.
    used: bool = False


@dataclass(frozen=True)
class Override:
    """What the configuration puts in the place of a name."""

    #: The definition that it means; or, with ``is_constant``, the constant that has its value.
    name: str
    is_constant: bool


@dataclass(eq=False)
class Symbol:
    """Something that a module declares or defines."""

    name: str
    #: The module in whose text it stands.
    module: Module
    place: Place = NOWHERE
    #: What other modules do not see.
    local: bool = False
    #: What its module declares later, it cannot use.
    order: int = 0
    #: How many arguments each argument takes; empty: it is applied to none.
    arities: tuple[int, ...] = ()
    override: Override | None = None

    @property
    def is_by_the_way(self) -> bool:
        """Whether it is of a module of the library that only other modules of the library name.

        Which names come in by that differs between the releases of the community modules; they may be used for
        something else.
        """
        return self.module.is_ours and not self.module.text.is_named and not isinstance(self, Builtin)


class Variable(Symbol):
    """``VARIABLE name``"""


class Constant(Symbol):
    """``CONSTANT name``"""


@dataclass(eq=False, kw_only=True)
class Builtin(Symbol):
    """An operator of TLA+ or of a standard module; of as many arguments as the table says."""

    operator: Operator


@dataclass(eq=False)
class Parameter:
    """``name`` or ``name(_, _)``, as a definition or a declaration has it."""

    name: str
    arity: int
    place: Place


@dataclass(eq=False, kw_only=True)
class Defined(Symbol):
    """``name(parameters) == body``, or ``name[bounds] == body``, or a named assumption."""

    #: The node of the definition; None of one that RECURSIVE has announced and that has not come yet.
    node: Node | None = None
    parameters: tuple[Parameter, ...] = ()
    #: Of its module, it can use what is declared before this.
    limit: int = 0


@dataclass(eq=False, kw_only=True)
class Instance(Symbol):
    """``name(parameters) == INSTANCE target WITH ...``; its name is empty where it has none."""

    target: Module
    parameters: tuple[Parameter, ...] = ()
    #: What stands after WITH, by the names of the target's constants and variables.
    given: dict[str, Node] = field(default_factory=dict)
    #: The local names around it, where it is in a LET.
    around: dict[str, Local | Symbol] = field(default_factory=dict)


@dataclass(eq=False, kw_only=True)
class Imported(Symbol):
    """What ``INSTANCE target`` without a name brings in."""

    instance: Instance
    of: Symbol


class Module:
    """A module and what is known in it."""

    def __init__(self, text: Text, parent: Module | None = None) -> None:
        self.text = text
        self.name = text.name
        self.source = text.source
        self.parent = parent
        #: All names that can be used in it.
        self.scope: dict[str, Symbol] = dict(parent.scope) if parent else dict(BASE)
        #: What it declares and defines itself, in order.
        self.own: list[Symbol] = []
        #: Itself and what it extends, and what these extend.
        self.closure: dict[Module, None] = {self: None}
        #: What a module that extends it knows by that.
        self.exports: dict[str, Symbol] = {}
        #: The constants and variables that it declares and that come with EXTENDS.
        self.parameters: dict[str, Variable | Constant] = {}
        #: The bodies of ASSUME.
        self.assumptions: list[Node] = []
        #: What RECURSIVE has announced and is not defined yet, and the definitions that wait for it.
        self.announced: set[str] = set()
        self.waiting: list[Defined] = []
        #: The modules in it.
        self.inner: dict[str, Module] = {}
        #: The highest level of its definitions.
        self.level = Level.CONSTANT

    @property
    def is_closed(self) -> bool:
        """Whether it says the same wherever it is used."""
        return not self.parameters and self.parent is None

    @property
    def is_constant(self) -> bool:
        """Whether nothing in it depends on a state: anything may be substituted for its constants."""
        is_variable = any(isinstance(symbol, Variable) for symbol in self.parameters.values())
        return not is_variable and all(module.level is Level.CONSTANT for module in self.closure)

    @property
    def is_ours(self) -> bool:
        """Whether it is of the library."""
        return self.text.is_ours

    def declare(self, symbol: Symbol) -> None:
        """A symbol of its own becomes known."""
        symbol.order = len(self.own) + 1
        self.own.append(symbol)
        self.scope[symbol.name] = symbol
        if not symbol.local:
            self.exports[symbol.name] = symbol
        if isinstance(symbol, (Variable, Constant)):
            self.parameters[symbol.name] = symbol


#: How many arguments the operators take that are given as arguments.
_TAKES = {standard.SELECT_SEQ: (0, 1), standard.SORT_SEQ: (0, 2)}


def builtin(name: str, operator: Operator, module: Module) -> Builtin:
    """The symbol of an operator of the table."""
    arities = _TAKES.get(operator, (0,) * (2 if operator.arity[1] is None else operator.arity[1]))
    return Builtin(name, module, arities=arities, operator=operator)


BASE: dict[str, Symbol] = {}
LANGUAGE = Module(Text.of_operators("TLA+"))
BASE.update((name, builtin(name, operator, LANGUAGE)) for name, operator in standard.SYMBOLS.items())
