"""Set algebra (``|``, ``&``, ``-``, ``^``, inclusion), and changes of bags."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial

from mc.engine.code.nodes import Word, number, truth
from mc.engine.store.kinds import described
from mc.engine.store.kinds import kinds as kinds_of
from mc.engine.store.places import Place
from mc.engine.store.shapes import BagShape, SetShape, Shape, SortedSetShape
from mc.engine.store.storage import encodable
from mc.engine.translate.codes import SHORT, as_code, as_truth, bind, named, settle, unfit
from mc.engine.translate.comparable import comparable, refuse
from mc.engine.translate.convert import add_element, check_capacity, clear, is_made, place_of
from mc.engine.translate.equality import equal
from mc.engine.translate.kinds import join, joined_sets, natural_shape, room, set_of, told
from mc.engine.translate.membership import comparable_with_elements
from mc.engine.translate.values import BagChange, Builder, Const, Packed, SetOf, Truth, Value, of_code
from mc.engine.translate.writer import Writer
from mc.errors import SpecError
from mc.formula import operators as op
from mc.formula import standard
from mc.formula.nodes import Apply
from mc.formula.operators import Operator
from mc.lang import kinds

#: How bitmaps are combined.
_BITWISE: Mapping[Operator, Callable[[Word, Word], Word]] = {
    op.UNION: operator.or_,
    op.INTERSECTION: operator.and_,
    op.SUBTRACT: lambda a, b: a & ~b,
    standard.DIFFERENCE: lambda a, b: a & ~b,
    op.SYMMETRIC_DIFFERENCE: operator.xor,
}


def _common_set(w: Writer, left: Value, right: Value) -> SetShape | None:
    """A bitmap that holds both sets; None where there is none."""
    for one, other in ((left, right), (right, left)):
        if isinstance(other, Const) and not isinstance(one, Const):
            shape = told(w, one)
            if isinstance(shape, SetShape):
                whole = SetShape(shape.element, shape.values)
                if encodable(whole, other.value):
                    return whole
    values = [v for v in (left, right) if not (isinstance(v, Const) and not v.value)]
    shapes = [found for value in values if (found := told(w, value)) is not None]
    if len(shapes) < len(values) or not shapes:
        return None
    try:
        joined = join(w, shapes)
    except SpecError:
        return None
    return SetShape(joined.element, joined.values) if isinstance(joined, SetShape) else None


def combined(w: Writer, node: Apply, left: Value, right: Value) -> Value:
    """``left \\cup right``, ``left \\cap right``, ``left \\ right``, or what only one of them has."""
    return combination(w, node.operator, left, right)


def combination(w: Writer, operation: Operator, left: Value, right: Value) -> Value:
    """Two sets combined by an operator."""
    combine = _BITWISE[operation]
    comparable(w, left, right)
    shape = _common_set(w, left, right)
    if shape is None:
        return _elementwise(w, operation, left, right)
    if not shape.wide:
        return Packed(combine(as_code(w, left, shape), as_code(w, right, shape)), shape)

    def fill(place: Place, target: Shape) -> None:
        if target.key != shape.key:
            w.fill(place, settle(w, Builder(fill, lambda: shape), shape), target)
            return
        w.fill(place, left, shape)
        if operation is op.UNION and isinstance(right, SetOf):
            for element in right.elements:
                add_element(w, place, shape, element)
            return
        other = place_of(w, settle(w, right, shape))
        (base, word), (source, start) = place.address(), other.address()
        for k in range(shape.words):
            w.store(base, word + k, combine(base[word + k], source[start + k]))

    return Builder(fill, lambda: shape)


def _elementwise(w: Writer, operation: Operator, left: Value, right: Value) -> Value:
    """The same where one of the sets is a sorted array, or has elements outside what the other can hold."""
    union, keep, symmetric = (operation is o for o in (op.UNION, op.INTERSECTION, op.SYMMETRIC_DIFFERENCE))
    if (isinstance(left, SetOf) or told(w, left) is None or is_made(w, left)) and (union or keep):
        left, right = right, left
    shape = told(w, left)
    if not (shape is None or isinstance(shape, (SetShape, SortedSetShape))):
        w.refuse("these sets cannot be combined: write {x for x in S if ...}")
    if isinstance(right, Builder) and told(w, right) is not None and not is_made(w, right):
        right = bind(w, right)
    if symmetric:
        left, right = bind(w, left), bind(w, right)

    def natural() -> Shape:
        if union or symmetric:
            return _shape_of_both(w, left, right)
        found = natural_shape(w, left)
        return SetShape(found.element, found.values) if isinstance(found, SetShape) else found

    def chosen(element: Value, other: Value) -> AbstractContextManager[None]:
        inside = as_truth(w, w.contains(other, element))
        return w.when(inside if keep else ~inside)

    def fill(place: Place, target: Shape) -> None:
        if not isinstance(target, (SetShape, SortedSetShape)):
            unfit(w, natural_shape(w, left), target)

        def add(element: Value) -> None:
            add_element(w, place, target, element)

        def select(element: Value, other: Value = right) -> None:
            with chosen(element, other):
                add(element)

        if union:
            w.fill(place, left, target)
            _each(w, right, add)
        else:
            clear(w, place, target)
            _each(w, left, select)
            if symmetric:
                _each(w, right, partial(select, other=left))
        check_capacity(w, place, target)

    @contextmanager
    def loop() -> Iterator[Value]:
        with w.elements(left) as element, chosen(element, right):
            yield element

    return Builder(fill, natural) if union or symmetric else Builder(fill, natural, loop=loop, once=True)


def _shape_of_both(w: Writer, left: Value, right: Value) -> Shape:
    """The shape of a set with the elements of two; what one holds may be told by the other."""
    for one, other in ((left, right), (right, left)):
        shape = told(w, other)
        if isinstance(one, Const) and told(w, one) is None and isinstance(shape, (SetShape, SortedSetShape)):
            if not all(encodable(shape.element, value) for value in one.value):
                break
            return set_of(w, shape.element, room(shape) + len(one.value))
    a, b = natural_shape(w, left), natural_shape(w, right)
    if not isinstance(a, (SetShape, SortedSetShape)) or not isinstance(b, (SetShape, SortedSetShape)):
        unfit(w, b, a)
    return joined_sets(w, a, b, room(a) + room(b))


def _each(w: Writer, value: Value, act: Callable[[Value], None]) -> None:
    if isinstance(value, SetOf):
        for element in value.elements:
            act(element)
    elif isinstance(value, Const) and told(w, value) is None:  # such as {<<>>}
        for known in kinds.in_order(value.value):
            act(Const(known))
    elif isinstance(value, Builder) and value.loop is not None and is_made(w, value):
        with value.loop() as element:
            act(element)
    else:
        with w.elements(value) as element:
            act(element)


def included(w: Writer, node: Apply, left: Value, right: Value) -> Value:
    """``left <= right`` of sets, and its like."""
    if node.operator in (op.GT, op.GE):
        left, right = right, left
    is_proper = node.operator in (op.LT, op.GT)
    comparable(w, left, right)
    shape = _common_set(w, left, right)
    if shape is not None and not shape.wide:
        a, b = named(w, as_code(w, left, shape)), named(w, as_code(w, right, shape))
        return Truth((a & ~b).eq(0) & (a.ne(b) if is_proper else truth(True)))
    left, right = (
        v if isinstance(v, SetOf) or told(w, v) is None or is_made(w, v) else bind(w, v) for v in (left, right)
    )
    result = w.let(truth(True), "ok")

    def test(element: Value) -> None:
        inside = as_truth(w, w.contains(right, element))
        with w.when(~inside):
            w.assign(result, truth(False))

    _each(w, left, test)
    if not is_proper:
        return Truth(result)
    return Truth(result & ~as_truth(w, equal(w, left, right)))


def changed_bag(w: Writer, node: Apply, bag: Value, elements: Value) -> Value:
    """``bag + elements`` or ``bag - elements``."""
    sign = node.operator.python
    change: tuple[Value, ...] | Value = elements
    if isinstance(elements, SetOf):
        change = tuple(bind(w, v) for v in elements.elements)
    elif isinstance(elements, Const) and isinstance(elements.value, frozenset) and len(elements.value) <= SHORT:
        change = tuple(map(Const, kinds.in_order(elements.value)))
    elif not (isinstance(elements, Builder) and elements.once):
        change = bind(w, elements)
    if isinstance(bag, Const) and not bag.value and change != ():
        bag = settle(w, bag, BagShape(_element_of(w, change), 1, 1))
    _comparable_with_bag(w, bag, change)
    if isinstance(bag, BagChange):
        return BagChange(bag.bag, (*bag.changes, (sign, change)))
    return BagChange(bag, ((sign, change),))


def _element_of(w: Writer, change: tuple[Value, ...] | Value) -> Shape:
    """The shape of what a bag changes by, which tells what an empty one holds."""
    if isinstance(change, tuple):
        return join(w, [natural_shape(w, element) for element in change])
    shape = natural_shape(w, change)
    assert isinstance(shape, (SetShape, BagShape))
    return shape.element


def _comparable_with_bag(w: Writer, bag: Value, change: tuple[Value, ...] | Value) -> None:
    """Refuse elements that cannot be compared with those of a bag, or with what it changes by before."""
    known: list[Value] = []
    if isinstance(bag, BagChange):
        known = [element for _, earlier in bag.changes if isinstance(earlier, tuple) for element in earlier]
        bag = bag.bag
    shape = natural_shape(w, bag)
    assert isinstance(shape, BagShape)
    if isinstance(change, tuple):
        for element in change:
            comparable_with_elements(w, element, bag, shape)
            for other in known:
                comparable(w, element, other)
    else:
        given = _element_of(w, change)
        if len(kinds_of(given) | kinds_of(shape.element)) > 1:
            refuse(w, described(shape.element), described(given))
        comparable(w, of_code(number(0), given), of_code(number(0), shape.element))
