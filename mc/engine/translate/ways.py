"""Trees that choose: each way through one makes a successor.

``\\/`` becomes blocks one after the other, ``\\E`` a loop, with all that follows inside, as TLC walks a formula
(``tlc2.tool.Tool.getNextStates``). What chooses nothing stays in functions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext

from mc.engine.code.build import pointer
from mc.engine.code.nodes import Word, number
from mc.engine.store.slots import PAYLOAD
from mc.engine.translate.calls import entered
from mc.engine.translate.codes import as_truth, bind, decided, named
from mc.engine.translate.elements import take
from mc.engine.translate.expressions import never
from mc.engine.translate.folds import emit_loop, let
from mc.engine.translate.kinds import most_elements
from mc.engine.translate.operands import ranged
from mc.engine.translate.trees import holding, require, straight
from mc.engine.translate.values import Builder, Num, SetOf, Value
from mc.engine.translate.writer import SCRATCH, Writer
from mc.formula.facts import Fact
from mc.formula.nodes import TRUE, All, Assign, Definition, Each, Either, Enter, If, Some, Test, Tree, With, as_written

#: Emits what follows, once for each place in the code where a way ends.
Following = Callable[[], None]


class Ways:
    """Translation of trees of all kinds, in the function that collects successors."""

    def __init__(self, w: Writer) -> None:
        self.w = w

    def begin(self, room: int) -> None:
        """Before a tree is walked; ``room``: how often, at most, what is around it comes to it."""
        self._times: list[Word] = []
        self._room = [room]
        #: Whether the primed state may differ from what a successor begins as. (That of Init begins as nothing.)
        self._written = self.w.primed is not None and self.w.primed.assigned is not None
        #: Whether what comes next restores the primed state. (What comes after Init begins anew.)
        self._restored = self._written

    @property
    def product(self) -> Word:
        """In how many ways what was tested on this way was TRUE."""
        product = number(1)
        for times in self._times:
            product *= times
        return product

    @property
    def room(self) -> int:
        """How often, at most, a way ends here."""
        room = 1
        for size in self._room:
            room *= size
        return room

    def walk(self, definition: Definition, arguments: Sequence[Value], following: Following) -> None:
        """Walk a definition with its arguments."""
        fact = self.w.module.facts.definition(definition)
        if not fact.chooses:
            self._where(holding(self.w, definition, arguments), fact, following)
            return
        scope, file = self.w.scope, self.w.file

        def after() -> None:
            with self.w.within(scope, file):
                following()

        with entered(self.w, definition, dict(zip(definition.parameters, arguments, strict=True))):
            self._walk(definition.tree, after)

    def _where(self, value: Value, fact: Fact, following: Following) -> None:
        """What follows, where a part holds of which a fact is known."""
        written, self._written = self._written, self._written or bool(fact.writes)
        known = decided(self.w, value)
        if known:
            following()
        elif known is None and isinstance(value, Num):
            times = named(self.w, value.code, "ways")
            with self.w.when(times.ne(0)):
                self._times.append(times)
                following()
                self._times.pop()
        elif known is None:
            with self.w.when(as_truth(self.w, value)):
                following()
        self._written = written
        if not known and (written or fact.spoils):
            with self.w.otherwise() if known is None else nullcontext():
                self._clear()

    def _clear(self) -> None:
        """Where a way ends that may have written: what comes next must not find that."""
        if not self._restored:
            assert self.w.primed is not None
            self.w.do("copy", pointer("s"), self.w.primed.pointer)

    def _walk(self, tree: Tree, following: Following) -> None:
        with self.w.about(tree):
            if not self.w.module.facts.of(tree).chooses:
                self._straight(tree, following)
            elif isinstance(tree, All):
                self._conjunction(tree.parts, following)
            elif isinstance(tree, With):
                let(self.w, tree)
                self._walk(tree.body, following)
            elif isinstance(tree, If):
                self._branch(tree, following)
            elif isinstance(tree, Enter):
                arguments = [self.w.expr(argument) for argument in tree.arguments]
                self.walk(self.w.module.definitions[tree.definition], arguments, following)
            elif isinstance(tree, Each):
                emit_loop(self.w, tree, lambda: require(self.w, tree.body))
                written, self._written = self._written, True
                self._walk(tree.then, following)
                self._written = written
            elif isinstance(tree, Either):
                with self._again() as restore:
                    for part in tree.parts:
                        restore()
                        self._walk(part, following)
            elif isinstance(tree, Some):
                self._some(tree, following)

    def _straight(self, tree: Tree, following: Following) -> None:
        """A tree without choices: a function, unless that would be one of few words."""
        if isinstance(tree, (Test, Assign, Enter)) or tree == TRUE:
            value = straight(self.w, tree)
        else:
            part = self.w.module.part(tree)
            value = holding(self.w, part, [self.w.scope[name] for name in part.parameters])
        self._where(value, self.w.module.facts.of(tree), following)

    def _conjunction(self, parts: Sequence[Tree], following: Following) -> None:
        """The parts one after the other; those before the next choice together."""
        count = 0
        while count < len(parts) and not self.w.module.facts.of(parts[count]).chooses:
            count += 1
        if count > 1:
            self._walk(self.w.module.joined(parts[:count]), lambda: self._conjunction(parts[count:], following))
        elif parts:
            self._walk(parts[0], lambda: self._conjunction(parts[1:], following))
        else:
            following()

    def _branch(self, tree: If, following: Following) -> None:
        test = self.w.expr(tree.test)
        known = decided(self.w, test)
        if known is not None:
            self._walk(tree.then if known else tree.otherwise, following)
            return
        with self.w.when(as_truth(self.w, test)):
            self._walk(tree.then, following)
        with self.w.otherwise():
            self._walk(tree.otherwise, following)

    def _some(self, tree: Some, following: Following) -> None:
        if never(self.w, (tree.bound,)):
            if self._written:
                self._clear()
            return
        collection = ranged(self.w, self.w.expr(tree.bound.collection))
        if isinstance(collection, SetOf) or (isinstance(collection, Builder) and collection.bag is None):
            collection = bind(self.w, collection)
        with self._again() as restore, ExitStack() as blocks:
            self._room.append(max(1, most_elements(self.w, collection)))
            hint = as_written(tree.bound.names[0])
            take(self.w, tree.bound.names, blocks.enter_context(self.w.elements(collection, hint)))
            if tree.bound.condition is not None:
                blocks.enter_context(self.w.when(as_truth(self.w, self.w.expr(tree.bound.condition))))
            restore()
            self._walk(tree.body, following)
            self._room.pop()

    @contextmanager
    def _again(self) -> Iterator[Callable[[], None]]:
        """What makes the primed state, at the beginning of each of several ways, what it is now."""
        primed, words = self.w.primed, self.w.module.layout.words
        assert primed is not None
        if not self._written:
            yield lambda: None  # each way ends with a primed state that nothing was written to
            return
        saved = SCRATCH.offset(self.w.module.allocate(words))
        self.w.do("copy", primed.pointer, saved)
        marks = range(0)
        if primed.assigned is not None:
            marks = range(primed.assigned, primed.assigned - (-len(self.w.module.layout.fields) // PAYLOAD))
        kept = [(k, self.w.let(SCRATCH[k], "assigned")) for k in marks]

        def restore() -> None:
            self.w.do("copy", saved, primed.pointer)
            for k, word in kept:
                self.w.store(SCRATCH, k, word)

        restored, self._restored = self._restored, True
        yield restore
        self._restored = restored
        self._clear()
