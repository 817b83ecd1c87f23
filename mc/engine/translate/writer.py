"""One function while it is written, and what every rule of translation asks of it."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import NoReturn, TypeVar

from mc.dataclass import dataclass
from mc.engine.code.build import call, local, pointer, variable
from mc.engine.code.nodes import Bit, Code, Pointer, Type, Word, number, word
from mc.engine.code.statements import Assign, Break, Do, For, Function, If, Return, Statement, Store
from mc.engine.result import Unevaluable
from mc.engine.store.places import Place
from mc.engine.store.shapes import BagShape, Shape
from mc.engine.translate.module import Module
from mc.engine.translate.values import BagChange, Filter, StateRef, Value
from mc.errors import SpecError
from mc.formula.nodes import Bound, Definition, Expression, Node, as_written

C = TypeVar("C", bound=Code)
#: Longer texts of what is refused are cut, such as that of a definition.
LONGEST = 100
#: The pointer to scratch memory: word 0 is 0, or the number of the failure because of which nothing more is evaluated.
SCRATCH = pointer("x")
#: The states among the parameters of a definition: a name of TLA+ may be s or t, but none is one of these.
STATE, PRIMED = "<s>", "<t>"
#: Names that generated functions use for themselves.
RESERVED = frozenset({"s", "t", "u", "c", "out", "parent", "x", *keyword.kwlist})


def parameter_names(names: Iterable[str]) -> dict[str, str]:
    """What the parameters of a definition are called in a generated function, which has more."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        code = spelt(as_written(name))
        if code in ("s", "t", SCRATCH.name) or keyword.iskeyword(code):
            code += "_given"
        while not taken.isdisjoint(given := {code, word_of(code)}):
            code += "_"
        found[name] = code
        taken |= given
    return found


def spelt(name: str) -> str:
    """A name of a spec as one of the generated code: TLA+ has ``@`` and ``2a``, too."""
    return name if name.isidentifier() and name.isascii() else "v_" + re.sub(r"[^0-9A-Za-z_]", "_", name)


def word_of(name: str) -> str:
    """The parameter that says where in the memory of another one a large value is."""
    return f"{name}_word"


@dataclass(frozen=True)
class Generated:
    """A function of the generated module; ``result`` is None where it returns TRUE or FALSE."""

    name: str
    result: Shape | None


@dataclass(frozen=True)
class Rules:
    """The rules that others ask for, which are defined after them."""

    expr: Callable[[Writer, Expression], Value]
    fill: Callable[[Writer, Place, Value, Shape], None]
    fill_bag: Callable[[Writer, Place, BagChange, Shape], None]
    copy_bag: Callable[[Writer, Place, BagShape, Place, BagShape], None]
    elements: Callable[[Writer, Value, str, Filter | None], AbstractContextManager[Value]]
    contains: Callable[[Writer, Value, Value], Value]
    specialise: Callable[[Writer, Definition, Mapping[str, Value]], Generated | None]


class Writer:
    """Statements of a function, names that are free, and where in the spec the translator stands."""

    def __init__(self, module: Module, rules: Rules, file: str, returns: Code | None) -> None:
        self.module = module
        self.rules = rules
        self.file = file
        self.line = 0
        #: What is being translated.
        self.node: Node | None = None
        #: The states that variables are read from and written to, where there are any.
        self.state: StateRef | None = None
        self.primed: StateRef | None = None
        #: What the function returns where it cannot go on, if it returns anything.
        self.neutral = returns
        #: The block that is being written.
        self.body: list[Statement] = []
        self.taken: dict[str, int] = {}
        #: What the local names stand for.
        self.scope: dict[str, Value] = {}
        #: How many definitions are expanded into each other here.
        self.expanding = 0
        #: In a function that counts them: the variable that has the number of ways so far.
        self.ways: Word | None = None

    # Statements

    def emit(self, statement: Statement) -> None:
        self.body.append(statement)

    def assign(self, name: Code, value: Code) -> None:
        """A local variable gets a value."""
        self.emit(Assign(name.name, value))

    def store(self, memory: Pointer, index: Word | int, value: Word | int) -> None:
        """An element of memory gets a value."""
        self.emit(Store(memory, word(index), word(value)))

    def do(self, function: str, *arguments: Code | int) -> None:
        """Call a function that has no result."""
        self.emit(Do(call(function, *arguments, type=Type.NOTHING)))

    def leave(self, value: Code | None = None) -> None:
        """Return from the function."""
        self.emit(Return(value))

    @contextmanager
    def block(self, body: list[Statement]) -> Iterator[None]:
        """Write into another block."""
        kept, self.body = self.body, body
        try:
            yield
        finally:
            self.body = kept

    @contextmanager
    def when(self, condition: Bit) -> Iterator[None]:
        """A block that runs where a condition holds."""
        statement = If(condition)
        with self.block(statement.then):
            yield
        self.emit(statement)

    @contextmanager
    def otherwise(self) -> Iterator[None]:
        """A block that runs where the condition of the last block does not hold."""
        last = self.body[-1]
        assert isinstance(last, If) and not last.otherwise
        with self.block(last.otherwise):
            yield

    @contextmanager
    def loop(self, name: str, numbers: str, *arguments: Code | int) -> Iterator[Word]:
        """A block that runs for each of some numbers, see :class:`For`; yields the number."""
        given = tuple(word(a) if isinstance(a, int) else a for a in arguments)
        statement = For(name, numbers, given)
        with self.block(statement.body):
            yield variable(name)
        self.emit(statement)

    def leave_loop(self) -> None:
        self.emit(Break())

    @contextmanager
    def aside(self) -> Iterator[list[Statement]]:
        """Collect the statements emitted inside instead of writing them."""
        collected: list[Statement] = []
        with self.block(collected):
            yield collected

    @contextmanager
    def trial(self) -> Iterator[list[Statement]]:
        """Forget what is translated inside, but for what is found out by it."""
        taken = dict(self.taken)
        with self.aside() as body:
            yield body
        self.taken = taken

    def fresh(self, hint: str) -> str:
        """A local name not used yet; a spec may have locals such as ``k_1``."""
        hint = spelt(hint)
        count = self.taken.get(hint, 0)
        name = hint if not count and hint not in RESERVED else f"{hint}_{count}"
        while name != hint and name in self.taken:
            count += 1
            name = f"{hint}_{count}"
        self.taken[hint] = count + 1
        self.taken.setdefault(name, 1)
        return name

    # Errors

    def at(self, node: Node) -> None:
        """What is said from now on is about a node of the spec (those that a reader adds stand nowhere)."""
        if node.place.line:
            self.file, self.line, self.node = node.place.file, node.place.line, node

    def written(self, node: Node) -> str:
        """The text of a node."""
        return self.module.spec.written(node.place)

    @contextmanager
    def about(self, node: Node) -> Iterator[None]:
        """What is said inside is about a node of the spec, also of what is refused without a place."""
        kept = self.file, self.line, self.node
        self.at(node)
        try:
            yield
        except SpecError as error:
            if error.file is None:
                self.refuse(error.message)
            raise
        finally:
            self.file, self.line, self.node = kept

    def refuse(self, message: str) -> NoReturn:
        """Refuse what is being translated: say why, what its text is and where it stands."""
        if self.node is None:
            raise SpecError(message, self.file, self.line or None) from None
        text, place = self.written(self.node), self.node.place
        if len(text) > LONGEST:
            text = f"{text[:LONGEST]}..."
        raise SpecError(f"{message}, in {text}", place.file, place.line) from None

    def fail_if(self, condition: Bit, why: str) -> None:
        """Stop the evaluation of the state where ``condition`` holds."""
        if condition.value is not False:
            with self.when(condition):
                self.fail(why)

    def fail(self, why: str) -> None:
        """Stop the evaluation; ``why``: what a reader is told unless plain Python, which knows the values, tells."""
        number = self.module.failures.setdefault(Unevaluable(self.file, self.line, why), len(self.module.failures) + 1)
        # Not where an earlier failure is the reason for this one.
        with self.when(SCRATCH[0].eq(0)):
            self.store(SCRATCH, 0, number)
        self.leave(self.neutral)

    # Names

    @contextmanager
    def within(self, scope: dict[str, Value], file: str) -> Iterator[None]:
        """Translate in another scope, such as that of a definition that is expanded in place."""
        kept = self.scope, self.file, self.line, self.node
        self.scope, self.file = scope, file
        try:
            yield
        finally:
            self.scope, self.file, self.line, self.node = kept

    def single(self, bound: Bound) -> str:
        """The name that is bound."""
        if len(bound.names) != 1:
            self.refuse("a comprehension binds single names")
        return bound.names[0]

    # What rules ask of each other, whichever is the simpler one

    def expr(self, node: Expression) -> Value:
        """Translate an expression."""
        return self.rules.expr(self, node)

    def fill(self, place: Place, value: Value, shape: Shape) -> None:
        """Make a value in memory."""
        self.rules.fill(self, place, value, shape)

    def fill_bag(self, place: Place, value: BagChange, shape: Shape) -> None:
        """Make a bag that was changed in memory."""
        self.rules.fill_bag(self, place, value, shape)

    def copy_bag(self, place: Place, shape: BagShape, source: Place, given: BagShape) -> None:
        """Make a bag that has other bounds in memory."""
        self.rules.copy_bag(self, place, shape, source, given)

    def elements(self, value: Value, hint: str = "k", chosen: Filter | None = None) -> AbstractContextManager[Value]:
        """Open a loop over a set."""
        return self.rules.elements(self, value, hint, chosen)

    def contains(self, collection: Value, element: Value) -> Value:
        """Whether a set has an element."""
        return self.rules.contains(self, collection, element)

    def specialise(self, definition: Definition, kinds: Mapping[str, Value]) -> Generated | None:
        """The function generated for a definition with arguments of these kinds; None where its value is not one that a
        function returns."""
        return self.rules.specialise(self, definition, kinds)

    # Temporaries

    def scratch(self, shape: Shape) -> Place:
        """Memory for one value of a wide shape."""
        return Place(SCRATCH, word=self.module.allocate(shape.words))

    def local(self, hint: str = "v") -> Place:
        """A local variable, 0, as a place for one scalar code."""
        return Place(self.let(number(0), hint))

    def let(self, code: C, hint: str = "v") -> C:
        """A local variable that holds a value."""
        name = local(self.fresh(hint), code.type)
        self.assign(name, code)
        assert isinstance(name, type(code))
        return name

    def function(self, name: str, parameters: Mapping[str, Type], result: Type, title: str) -> Function:
        """The function that was written."""
        return Function(name, parameters, result, self.body, title)
