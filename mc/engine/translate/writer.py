"""The text of one generated function while it is written, and what every rule of translation asks of it."""

from __future__ import annotations

import keyword
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import NoReturn

from mc.engine.result import Unevaluable
from mc.engine.store.places import Place
from mc.engine.store.shapes import BagShape, Shape
from mc.engine.translate.module import Module
from mc.engine.translate.values import BagChange, Filter, StateRef, Value
from mc.errors import SpecError
from mc.formula.nodes import Bound, Definition, Expression, Node, as_written

#: The pointer to scratch memory: word 0 is 0, or the number of the failure because of which nothing more is evaluated.
SCRATCH = "x"
#: Names that generated functions use for themselves.
RESERVED = frozenset({"s", "t", "u", "c", "out", "parent", SCRATCH, *keyword.kwlist})


def parameter_names(names: Iterable[str]) -> dict[str, str]:
    """What the parameters of a definition are called in a generated function, which has more."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        code = as_written(name)
        if code == SCRATCH or keyword.iskeyword(code):
            code += "_given"
        while not taken.isdisjoint(given := {code, word_of(code)}):
            code += "_"
        found[name] = code
        taken |= given
    return found


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
    """Lines of a function, names that are free, and where in the spec the translator stands."""

    def __init__(self, module: Module, rules: Rules, file: str, returns: str) -> None:
        self.module = module
        self.rules = rules
        self.file = file
        self.line = 0
        #: What is being translated.
        self.node: Node | None = None
        #: The states that variables are read from and written to, where there are any.
        self.state: StateRef | None = None
        self.primed: StateRef | None = None
        #: What the function returns where it cannot go on: a literal of its type.
        self.neutral = returns
        self.lines: list[str] = []
        self.depth = 1
        self.taken: dict[str, int] = {}
        #: What the local names stand for.
        self.scope: dict[str, Value] = {}
        #: How many definitions are expanded into each other here.
        self.expanding = 0
        #: In a function that counts them: the variable that has the number of ways so far.
        self.ways: str | None = None

    # Text

    def emit(self, line: str) -> None:
        self.lines.append("    " * self.depth + line)

    @contextmanager
    def block(self, header: str) -> Iterator[None]:
        """An indented block under ``header``."""
        self.emit(header)
        self.depth += 1
        start = len(self.lines)
        try:
            yield
            if len(self.lines) == start:
                self.emit("pass")
        finally:
            self.depth -= 1

    @contextmanager
    def aside(self) -> Iterator[list[str]]:
        """Collect the lines emitted inside instead of writing them."""
        kept, self.lines = self.lines, []
        collected = self.lines
        try:
            yield collected
        finally:
            self.lines = kept

    @contextmanager
    def trial(self) -> Iterator[list[str]]:
        """Forget what is translated inside, but for what is found out by it."""
        taken = dict(self.taken)
        with self.aside() as lines:
            yield lines
        self.taken = taken

    def fresh(self, hint: str) -> str:
        """A local name not used yet; a spec may have locals such as ``k_1``."""
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

    def refuse(self, message: str) -> NoReturn:
        """A mistake in the expression that is being translated, with its text."""
        self.mistake(message if self.node is None else f"{message}, in {self.written(self.node)}")

    def mistake(self, message: str) -> NoReturn:
        raise SpecError(message, self.file, self.line or None)

    @contextmanager
    def placed(self) -> Iterator[None]:
        """Say where it is in the spec, if a mistake that is found inside does not."""
        try:
            yield
        except SpecError as error:
            if error.file is not None:
                raise
            raise SpecError(error.message, self.file, self.line or None) from None

    def fail_if(self, condition: str, why: str) -> None:
        """Stop the evaluation of the state where ``condition`` holds."""
        if condition == "False":
            return
        with self.block(f"if {condition}:"):
            self.fail(why)

    def fail(self, why: str) -> None:
        """Stop the evaluation; ``why``: what a reader is told unless plain Python, which knows the values, tells."""
        number = self.module.failures.setdefault(Unevaluable(self.file, self.line, why), len(self.module.failures) + 1)
        # Not where an earlier failure is the reason for this one.
        with self.block(f"if {SCRATCH}[0] == 0:"):
            self.emit(f"{SCRATCH}[0] = {number}")
        self.emit(f"return {self.neutral}".rstrip())

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
            self.mistake("a comprehension binds single names")
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
        name = self.fresh(hint)
        self.emit(f"{name} = 0")
        return Place(name, local=True)
