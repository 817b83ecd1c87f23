"""LET, and loops: what they change becomes variables of the generated code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial

from mc.engine.shapes import IntShape, OptionalShape, Shape
from mc.engine.translate.calls import Calls
from mc.engine.translate.values import Const, Num, Packed, Stored, Truth, Value
from mc.formula.nodes import Bound, Each, Fold, Let, Name, With, as_written
from mc.lang.arithmetic import LARGEST

#: So often is a loop translated anew with what it was found to change; a number that still grows has no bounds.
ROUNDS = 2
#: What still grows after so many has no bound.
MOST_ROUNDS = 9


class Folds(Calls):
    """Translation of LET and of loops."""

    def let(self, node: Let | With) -> None:
        """From here on, the name stands for the value."""
        self.scope[node.name] = self.bind(self.expr(node.value), as_written(node.name))

    def fold(self, node: Fold) -> Value:
        """The value of a loop."""
        self.loop(node, lambda: None)
        return self.expr(node.body)

    def loop(self, node: Fold | Each, act: Callable[[], None]) -> None:
        """Emit a loop, in which ``act`` emits what is done for an element. After it, the names stand for what remains
        of their values."""
        values = [self.expr(initial) for initial in node.initial]
        hints = [as_written(name).strip("<>") for name in node.names]
        shapes = self._settled(node, hints, values)
        for name, hint, value, shape in zip(node.names, hints, values, shapes, strict=True):
            self.scope[name] = value if shape is None else self._variable(hint, value, shape)
        with self._element(node.bound):
            if node.going is not None:
                with self.block(f"if not {self.truth(self.expr(node.going))}:"):
                    self.emit("break")
            act()
            self._advance(node, hints, shapes)

    def _settled(self, node: Fold | Each, hints: Sequence[str], values: Sequence[Value]) -> list[Shape | None]:
        """Shapes for what a loop changes, that hold the values before it and after each round; None for what keeps the
        value that it has (or is empty, and of what never shows)."""
        shapes: list[Shape | None] = [self.told(value) for value in values]
        for rounds in range(MOST_ROUNDS):
            with self.aside(), self.within(dict(self.scope), self.file):
                for name, hint, value, shape in zip(node.names, hints, values, shapes, strict=True):
                    self.scope[name] = value if shape is None else self._variable(hint, value, shape)
                with self._element(node.bound):
                    steps = [self.told(self.expr(step)) for step in node.step]
            grown = [
                self.join([shape, step]) if shape is not None and step is not None else shape or step
                for shape, step in zip(shapes, steps, strict=True)
            ]
            if rounds >= ROUNDS:
                grown = [_unbounded(shape) for shape in grown]
            growing = [
                hint
                for hint, old, new in zip(hints, shapes, grown, strict=True)
                if (old and old.key) != (new and new.key)
            ]
            if not growing:
                return shapes
            shapes = grown
        self.mistake(
            f"{growing[0]} grows without a bound: assign to a variable, whose domain bounds it; "
            "a sequence is mapped by {k: e for k in Range(1, Len(q))}"
        )

    def _variable(self, hint: str, value: Value, shape: Shape) -> Value:
        """A variable with that value."""
        if shape.wide:
            place = self.scratch(shape)
            self.fill(place, value, shape)
            return Stored(place, shape)
        variable = self.fresh(f"{hint}_")
        empty = "False" if shape.key == ("bool",) else "0"
        self.emit(f"{variable} = {empty if _is_none(value) else self.plain(value, shape)}")
        return self.as_plain(variable, shape)

    @contextmanager
    def _element(self, bound: Bound) -> Iterator[None]:
        """Open a loop in which a name stands for each element."""
        name, collection = self.single(bound), self.expr(bound.collection)
        with ExitStack() as blocks:
            self.scope[name] = blocks.enter_context(self.elements(collection, as_written(name)))
            if bound.condition is not None:
                blocks.enter_context(self.block(f"if {self.truth(self.expr(bound.condition))}:"))
            yield

    def _advance(self, node: Fold | Each, hints: Sequence[str], shapes: Sequence[Shape | None]) -> None:
        """Give the names their next values, all at once."""
        changed = [
            (name, hint, step, shape)
            for name, hint, step, shape in zip(node.names, hints, node.step, shapes, strict=True)
            if shape is not None and not (isinstance(step, Name) and step.name == name)
        ]
        stores: list[Callable[[], None]] = []
        for name, hint, step, shape in changed:
            value, kept = self.expr(step), self.scope[name]
            if isinstance(kept, Stored):
                following = self.scratch(shape)
                self.fill(following, value, shape)
                stores.append(partial(self.fill, kept.place, Stored(following, shape), shape))
                continue
            assert isinstance(kept, (Num, Truth, Packed))
            code = self.plain(value, shape)
            if len(changed) > 1:
                held = self.fresh(hint)
                self.emit(f"{held} = {code}")
                code = held
            stores.append(partial(self.emit, f"{kept.code} = {code}"))
        for store in stores:
            store()


def _is_none(value: Value) -> bool:
    """Whether nothing is known of a value yet: what a loop returns, before it does."""
    return isinstance(value, Const) and value.value is None


def _unbounded(shape: Shape | None) -> Shape | None:
    """A shape for what grows from round to round: a number may be any."""
    if isinstance(shape, IntShape):
        return IntShape(-LARGEST, LARGEST)
    if isinstance(shape, OptionalShape) and isinstance(shape.inner, IntShape):
        return OptionalShape(IntShape(-LARGEST // 2, LARGEST // 2), shape.none)
    return shape
