"""LET, and loops: what they change becomes variables of the generated code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial

from mc.engine.store.shapes import IntShape, OptionalShape, SeqShape, Shape, SortedSetShape
from mc.engine.store.storage import MAX_UNIVERSE
from mc.engine.translate.codes import as_truth, bind
from mc.engine.translate.elements import take
from mc.engine.translate.expressions import as_plain, begin, never, plain
from mc.engine.translate.kinds import join, most_elements, room, told
from mc.engine.translate.values import Num, Packed, Stored, Truth, Value
from mc.engine.translate.writer import Writer
from mc.formula.nodes import Bound, Each, Fold, Let, Name, With, as_written
from mc.lang.arithmetic import LARGEST

#: So often is a loop translated anew with what it was found to change; a number that still grows has no bounds.
ROUNDS = 2
#: What still grows after so many has no bound; a loop of no more elements ends before.
MOST_ROUNDS = 16


def let(w: Writer, node: Let | With) -> None:
    """From here on, the name stands for the value."""
    w.scope[node.name] = bind(w, w.expr(node.value), as_written(node.name))


def fold(w: Writer, node: Fold) -> Value:
    """The value of a loop."""
    emit_loop(w, node, lambda: None)
    return w.expr(node.body)


def emit_loop(w: Writer, node: Fold | Each, act: Callable[[], None]) -> None:
    """Emit a loop, in which ``act`` emits what is done for an element. After it, the names stand for what remains
    of their values."""
    values = [w.expr(initial) for initial in node.initial]
    if never(w, (node.bound,)):
        w.scope.update(zip(node.names, values, strict=True))
        return
    hints = [as_written(name).strip("<>") for name in node.names]
    shapes = _settled(w, node, hints, values)
    for name, hint, value, shape in zip(node.names, hints, values, shapes, strict=True):
        w.scope[name] = value if shape is None else variable(w, hint, value, shape)
    with _element(w, node.bound):
        if node.going is not None:
            with w.when(~as_truth(w, w.expr(node.going))):
                w.leave_loop()
        act()
        _advance(w, node, hints, shapes)


def _settled(w: Writer, node: Fold | Each, hints: Sequence[str], values: Sequence[Value]) -> list[Shape | None]:
    """Shapes for what a loop changes, that hold the values before it and after each round; None for what keeps the
    value that it has (or is empty, and of what never shows)."""
    shapes: list[Shape | None] = [told(w, value) for value in values]
    lengths: list[_Length] = []
    with w.aside():
        most = most_elements(w, w.expr(node.bound.collection))
    for rounds in range(min(most, MOST_ROUNDS)):
        with w.aside(), w.within(dict(w.scope), w.file):
            for name, hint, value, shape in zip(node.names, hints, values, shapes, strict=True):
                w.scope[name] = value if shape is None else variable(w, hint, value, shape)
            with _element(w, node.bound):
                steps = [told(w, w.expr(step)) for step in node.step]
        grown = [
            join(w, [shape, step]) if shape is not None and step is not None else shape or step
            for shape, step in zip(shapes, steps, strict=True)
        ]
        if rounds >= ROUNDS and most > MOST_ROUNDS:
            grown = [_unbounded(shape) for shape in grown]
            lengths = lengths or [_Length(most) for _ in grown]
            grown = [bounded(old, new) for bounded, old, new in zip(lengths, shapes, grown, strict=True)]
        growing = [
            hint for hint, old, new in zip(hints, shapes, grown, strict=True) if (old and old.key) != (new and new.key)
        ]
        if not growing:
            return shapes
        shapes = grown
    if most <= MOST_ROUNDS:
        return shapes
    w.refuse(
        f"{growing[0]} grows without a bound: assign to a variable, whose domain bounds it; "
        "a sequence is mapped by tuple(e for x in q)"
    )


def variable(w: Writer, hint: str, value: Value, shape: Shape) -> Value:
    """A variable with that value."""
    if shape.wide:
        place = w.scratch(shape)
        begin(w, place, value, shape)
        return Stored(place, shape)
    return as_plain(w, w.let(plain(w, value, shape), f"{hint}_"), shape)


@contextmanager
def _element(w: Writer, bound: Bound) -> Iterator[None]:
    """Open a loop in which a name stands for each element."""
    collection = w.expr(bound.collection)
    with ExitStack() as blocks:
        take(w, bound.names, blocks.enter_context(w.elements(collection, as_written(bound.names[0]))))
        if bound.condition is not None:
            blocks.enter_context(w.when(as_truth(w, w.expr(bound.condition))))
        yield


def _advance(w: Writer, node: Fold | Each, hints: Sequence[str], shapes: Sequence[Shape | None]) -> None:
    """Give the names their next values, all at once."""
    changed = [
        (name, hint, step, shape)
        for name, hint, step, shape in zip(node.names, hints, node.step, shapes, strict=True)
        if shape is not None and not (isinstance(step, Name) and step.name == name)
    ]
    stores: list[Callable[[], None]] = []
    for name, hint, step, shape in changed:
        value, kept = w.expr(step), w.scope[name]
        if isinstance(kept, Stored):
            following = w.scratch(shape)
            w.fill(following, value, shape)
            stores.append(partial(w.fill, kept.place, Stored(following, shape), shape))
            continue
        assert isinstance(kept, (Num, Truth, Packed))
        code = plain(w, value, shape)
        if len(changed) > 1:
            code = w.let(code, hint)
        stores.append(partial(w.assign, kept.code, code))
    for store in stores:
        store()


class _Length:
    """How long a sequence gets, or how large a set that is no bitmap, to which each round adds as much as others."""

    def __init__(self, rounds: int) -> None:
        self.rounds = rounds
        #: What a round adds, once that is known.
        self.added = 0

    def __call__(self, old: Shape | None, new: Shape | None) -> Shape | None:
        """The shape for what has grown from one shape to another in a round."""
        if not (isinstance(new, (SeqShape, SortedSetShape)) and type(old) is type(new)):
            return new
        assert isinstance(old, (SeqShape, SortedSetShape))
        added = room(new) - room(old)
        if added <= 0 or added == self.added:
            return _of_length(new, room(old))  # for all rounds
        longest = room(old) + added * self.rounds
        if self.added or longest > MAX_UNIVERSE:
            return new
        self.added = added
        return _of_length(new, longest)


def _of_length(shape: SeqShape | SortedSetShape, most: int) -> Shape:
    if isinstance(shape, SeqShape):
        return SeqShape(shape.element, most)
    return SortedSetShape(shape.element, most)


def _unbounded(shape: Shape | None) -> Shape | None:
    """A shape for what grows from round to round: a number may be any."""
    if isinstance(shape, IntShape):
        return IntShape(-LARGEST, LARGEST)
    if isinstance(shape, OptionalShape) and isinstance(shape.inner, IntShape):
        return OptionalShape(IntShape(-LARGEST // 2, LARGEST // 2), shape.none)
    return shape
