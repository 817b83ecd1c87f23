"""Values that a spec writes out or builds: literals, comprehensions, functions, sequences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

from mc.engine.code.build import choice, computed, union_of_words, variable
from mc.engine.code.nodes import Bit, truth
from mc.engine.store.kinds import described
from mc.engine.store.places import Place
from mc.engine.store.shapes import BagShape, BoolShape, FnShape, SeqShape, SetShape, Shape, SortedSetShape
from mc.engine.store.storage import MAX_UNIVERSE, is_set
from mc.engine.translate.arguments import argument_at
from mc.engine.translate.bags import add_copy
from mc.engine.translate.codes import as_code, as_number, as_truth, bind, named, over_text, settle, unfit
from mc.engine.translate.convert import add_element, check_capacity, clear, part_at, place_of, put
from mc.engine.translate.elements import take
from mc.engine.translate.filters import decide, inclusion, negation, passing
from mc.engine.translate.kinds import (
    bitmap,
    comparable_elements,
    function_on,
    is_sequence,
    join,
    most_elements,
    natural_shape,
    sorted_set,
)
from mc.engine.translate.operands import ranged
from mc.engine.translate.values import (
    Builder,
    Const,
    Filter,
    Interval,
    Num,
    Packed,
    Stored,
    Truth,
    Tuple,
    Value,
)
from mc.engine.translate.writer import Writer
from mc.errors import EvaluationError
from mc.formula.nodes import Apply, Bind, Binder, Bound, Expression, Name, as_written
from mc.lang.kinds import shown


@contextmanager
def bindings(
    w: Writer,
    bounds: Sequence[Bound],
    leave: Bit | None = None,
    last: Expression | None = None,
    sets: bool = True,
) -> Iterator[bool]:
    """Open the loops over some bounds; after an inner loop, outer ones break where ``leave`` holds.

    ``last``: one more condition. Where there is one, it may be known which elements satisfy all conditions;
    then the innermost is no loop but the question whether there is any. Yields whether it is a loop.
    ``sets``: in the text of TLA+, only sets are ranged over.
    """
    with w.within(dict(w.scope), w.file), ExitStack() as blocks:
        looped = True
        for position, bound in enumerate(bounds):
            name = bound.names[0]
            conditions = [] if bound.condition is None else [bound.condition]
            if last is not None and bound is bounds[-1]:
                conditions = [*conditions, last]
            collection = w.expr(bound.collection)
            if sets:
                ranged(w, collection)
            if isinstance(collection, Builder) and collection.bag is None:
                collection = bind(w, collection)
            chosen = decide(w, collection, name, conditions) if len(bound.names) == 1 else None
            if chosen is not None:
                _admit(w, collection, name, conditions)
            if position and leave is not None:
                blocks.callback(partial(_leave, w), leave)
            if chosen is not None and not chosen.rest and conditions and conditions[-1] is last:
                looped = False
                blocks.enter_context(w.when(_any_passes(w, collection, chosen)))
                continue
            take(w, bound.names, blocks.enter_context(w.elements(collection, as_written(name), chosen)))
            for condition in conditions if chosen is None else chosen.rest:
                blocks.enter_context(w.when(as_truth(w, w.expr(condition))))
        yield looped


def _admit(w: Writer, collection: Value, name: str, conditions: list[Expression]) -> None:
    """Refuse conditions that are not in the spec language, although Python has evaluated them."""
    with w.within(dict(w.scope), w.file), w.aside(), w.elements(collection) as element:
        w.scope[name] = element
        for condition in conditions:
            as_truth(w, w.expr(condition))


def _any_passes(w: Writer, collection: Value, chosen: Filter) -> Bit:
    shape = natural_shape(w, collection)
    assert isinstance(shape, SetShape)
    return union_of_words(passing(w, place_of(w, collection), shape, chosen).values()).ne(0)


def _leave(w: Writer, condition: Bit) -> None:
    with w.when(condition):
        w.leave_loop()


def quantify(w: Writer, node: Bind) -> Value:
    """``\\A`` or ``\\E``."""
    known = inclusion(w, node)
    if known is None:
        return _search(w, node)
    with w.aside():
        _search(w, node)  # refuses what is not in the spec language
    return known


def _search(w: Writer, node: Bind) -> Value:
    universal = node.binder is Binder.FORALL
    result = w.let(truth(universal), "ok" if universal else "found")
    decisive = negation(node.body) if universal else node.body
    with bindings(w, node.bounds, leave=~result if universal else result, last=decisive) as looped:
        w.assign(result, truth(not universal))
        if looped:
            w.leave_loop()
    return Truth(result)


def set_of_values(w: Writer, node: Bind) -> Value:
    """``{e : x \\in S}`` or ``{x \\in S : P}``."""
    scope, file = dict(w.scope), w.file
    chosen, possible = _chosen(w, node)

    @contextmanager
    def loop() -> Iterator[Value]:
        with w.within(dict(scope), file), bindings(w, node.bounds):
            element = w.expr(node.body)
            if isinstance(element, (Packed, Stored)):
                comparable_elements(w, element.shape)
            yield element

    def fill(place: Place, shape: Shape) -> None:
        if not isinstance(shape, (SetShape, SortedSetShape)):
            unfit(w, natural(), shape)
        with w.within(dict(scope), file):
            if chosen is None or not _fill_chosen(w, place, shape, w.expr(node.bounds[0].collection), chosen):
                clear(w, place, shape)
                with loop() as element:
                    add_element(w, place, shape, element)
            check_capacity(w, place, shape)

    def natural() -> Shape:
        with w.aside(), loop() as element:
            shape = natural_shape(w, element)
        return bitmap(w, shape) or sorted_set(w, shape, most())

    def most() -> int:
        found = 1
        with w.within(dict(scope), file), w.aside(), ExitStack() as loops:
            for bound in node.bounds:
                collection = w.expr(bound.collection)
                found *= most_elements(w, collection)
                take(w, bound.names, loops.enter_context(w.elements(collection)))
        return found

    return Builder(fill, natural, possible, loop, once=_filters(node) and not _repeats(w, node.bounds[0].collection))


def _repeats(w: Writer, collection: Expression) -> bool:
    """Whether ranging over something may come to an element twice."""
    with w.aside():
        return is_sequence(w, w.expr(collection))


def _chosen(w: Writer, node: Bind) -> tuple[Filter | None, int]:
    """Which elements ``{m for m in S if ...}`` takes of a bitmap, if that is known but for the state; and which
    it may take."""
    if not _filters(node):
        return None, -1
    (bound,) = node.bounds
    (name,) = bound.names
    conditions = [] if bound.condition is None else [bound.condition]
    with w.within(dict(w.scope), w.file), w.aside():
        collection = bind(w, w.expr(bound.collection))
        possible = getattr(collection, "possible", -1)
        chosen = decide(w, collection, name, conditions)
        if chosen is None:
            return None, possible
        _admit(w, collection, name, conditions)
    return None if chosen.rest else chosen, possible & chosen.union


def _fill_chosen(w: Writer, place: Place, shape: Shape, collection: Value, chosen: Filter) -> bool:
    """Make the set of the elements that pass, by words; False where the two bitmaps are of different kinds."""
    given = natural_shape(w, collection)
    if not (isinstance(given, SetShape) and isinstance(shape, SetShape) and given.element.key == shape.element.key):
        return False
    words = passing(w, place_of(w, collection), given, chosen)
    if not shape.wide:
        w.emit(place.store(shape, words.get(0, 0)))
        return True
    base, word = place.address()
    for k in range(shape.words):
        w.store(base, word + k, words.get(k, 0))
    return True


def function_of_values(w: Writer, node: Bind) -> Value:
    """``[i \\in S |-> e]``: ``S`` is known, or is ``1..n``, or has the elements of a bag."""
    bound = node.bounds[0]
    domain = w.expr(bound.collection)
    if isinstance(domain, Interval) and bound.condition is None:
        return _numbered(w, node, w.single(bound), domain)
    if isinstance(domain, Const) and is_set(domain.value) and not domain.value:
        return Const(())
    if isinstance(domain, Const) and bound.condition is None:
        return tabulated(w, node, bound.names, domain.value)
    return _counted(w, node, w.single(bound))


def tabulated(w: Writer, node: Bind, names: Sequence[str], arguments: Any) -> Value:
    """A function whose arguments are known."""
    scope, file = dict(w.scope), w.file
    try:
        unknown = function_on(w, arguments, BoolShape())
    except (TypeError, EvaluationError):
        w.refuse(f"a function is written {{i: value for i in Domain}}, not on {shown(arguments)}")

    def fill(place: Place, shape: Shape) -> None:
        if isinstance(shape, SeqShape) and unknown.sequence:
            w.fill(place, settle(w, Builder(fill, natural), natural()), shape)
            return
        if not isinstance(shape, FnShape) or set(unknown.keys) != set(shape.keys):
            unfit(w, unknown, shape)
        with w.within(dict(scope), file), w.loop(w.fresh(as_written(names[0])), "range", len(shape.keys)) as k:
            take(w, names, argument_at(w, k, shape.domain))
            put(w, place.slot(shape.slots, k), w.expr(node.body), shape.element)

    def natural() -> Shape:
        with w.within(dict(scope), file), w.aside():
            take(w, names, argument_at(w, variable("k"), unknown.domain))
            return function_on(w, arguments, natural_shape(w, w.expr(node.body)))

    return Builder(fill, natural)


def _numbered(w: Writer, node: Bind, name: str, domain: Interval) -> Value:
    """A function over ``1..n``, which is a sequence."""
    scope, file = dict(w.scope), w.file
    longest = max(1, domain.hi.hi)

    def fill(place: Place, shape: Shape) -> None:
        if not isinstance(shape, SeqShape):
            unfit(w, natural(), shape)
        n = named(w, computed("max", domain.hi.code, 0), "n")
        if not domain.lo.lo == domain.lo.hi == 1:
            n = named(w, choice(domain.lo.code.le(n), n, 0), "n")
            w.fail_if(domain.lo.code.ne(1) & n.ne(0), "a function that is no sequence: it is not over 1..n")
        if longest > shape.capacity:
            w.fail_if(n.gt(shape.capacity), over_text(w, shape.capacity))
        clear(w, place, shape)
        with w.within(dict(scope), file), w.loop(w.fresh("k"), "range", n) as k:
            w.scope[name] = Num(k + 1, 1, min(longest, shape.capacity))
            put(w, place.at(shape.start).slot(shape.slots, k), w.expr(node.body), shape.element)
        w.emit(place.store(shape.length, n))

    def natural() -> Shape:
        with w.within(dict(scope), file), w.aside():
            w.scope[name] = Num(variable("k"), 1, longest)
            if longest > MAX_UNIVERSE:
                w.refuse(f"a sequence of up to {longest:,} elements is too long to be built here")
            return SeqShape(natural_shape(w, w.expr(node.body)), longest)

    return Builder(fill, natural)


def _counted(w: Writer, node: Bind, name: str) -> Value:
    """``[m \\in S |-> copies]`` as a bag."""
    scope, file = dict(w.scope), w.file

    def fill(place: Place, shape: Shape) -> None:
        if not isinstance(shape, BagShape) or isinstance(shape, SortedSetShape):
            w.refuse("a function is defined on a constant set, or on 1..n; a bag on elements of a set or a bag")
        clear(w, place, shape)
        with w.within(dict(scope), file), bindings(w, node.bounds):
            element = named(w, as_code(w, w.scope[name], shape.element), "e")
            copies = named(w, as_number(w, w.expr(node.body)).code, "n")
            w.fail_if(copies.lt(1), "a bag has at least one copy of each of its elements")
            with w.loop(w.fresh("k"), "range", copies):
                add_copy(w, place, shape, element)

    def natural() -> Shape:
        with w.within(dict(scope), file), w.aside():
            bag = natural_shape(w, w.expr(node.bounds[0].collection))
            if not isinstance(bag, BagShape):
                defined = "a function is defined on a constant set, or on 1..n"
                w.refuse(f"{defined}, not on {described(bag)}; assign this one to a bag")
            with bindings(w, node.bounds):
                return BagShape(bag.element, bag.distinct, max(1, as_number(w, w.expr(node.body)).hi))

    return Builder(fill, natural)


# Sequences


def concatenated(w: Writer, node: Apply, left: Value, right: Value) -> Value:
    """``left \\o right``"""
    if isinstance(left, Const) and not left.value:
        return right
    shape = natural_shape(w, left)
    assert isinstance(shape, SeqShape)
    right = bind(w, right) if not isinstance(right, (Const, Tuple)) else right
    other = (
        natural_shape(w, right) if not (isinstance(right, Const) and not right.value) else SeqShape(shape.element, 1)
    )
    assert isinstance(other, SeqShape)
    element = join(w, [shape.element, other.element])
    source = SeqShape(element, other.capacity)

    def fill(place: Place, target: Shape) -> None:
        if not isinstance(target, SeqShape):
            unfit(w, SeqShape(element, shape.capacity + other.capacity), target)
        w.fill(place, left, target)
        tail = place_of(w, settle(w, right, source))
        count = named(w, tail.load(source.length), "n")
        with w.loop(w.fresh("k"), "range", count) as k:
            push(w, place, target, part_at(w, tail.at(source.start).slot(source.slots, k), source.element))

    return Builder(fill, lambda: SeqShape(element, shape.capacity + other.capacity))


def push(w: Writer, place: Place, shape: SeqShape, element: Value) -> None:
    """Append ``element`` to the sequence at ``place``."""
    n = w.let(place.load(shape.length), "n")
    w.fail_if(n.ge(shape.capacity), over_text(w, shape.capacity))
    put(w, place.at(shape.start).slot(shape.slots, n), element, shape.element)
    w.emit(place.store(shape.length, n + 1))


def _filters(node: Bind) -> bool:
    """Whether a set has elements of another one, as they are."""
    return len(node.bounds) == 1 and isinstance(node.body, Name) and node.bounds[0].names == (node.body.name,)
