"""Conditions on the elements of a bitmap that are evaluated while translating.

``{m \\in msgs : m.type = "1b" /\\ m.bal = b}`` asks of each message what is known of it before any state is, for each
of the few values of ``b``. So a table says which elements pass, and only they are looked at.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import product, takewhile
from typing import Any

from mc.engine.code.build import union_of_words
from mc.engine.code.nodes import Code, Word, number
from mc.engine.store.places import Place
from mc.engine.store.shapes import AtomShape, BoolShape, IntShape, OptionalShape, SetShape, Shape
from mc.engine.store.slots import STRIDE
from mc.engine.store.storage import encodable
from mc.engine.translate.codes import SHORT, as_code, named
from mc.engine.translate.convert import place_of
from mc.engine.translate.kinds import bitmap, natural_shape
from mc.engine.translate.values import Const, Filter, Num, Packed, Stored, Truth, Value
from mc.engine.translate.writer import Writer
from mc.formula import operators as op
from mc.formula.facts import bound_names
from mc.formula.nodes import All, Apply, Bind, Binder, Expression, Test, Tree

#: At most so often is one condition evaluated, for all elements and all values of the names in it.
EVALUATIONS = 1 << 14
#: And at most so often is a set found that must be part of another.
SETS = 1 << 9
#: Sets of sets of up to this many elements count as few.
FEW = 6


def conjuncts(node: Expression) -> list[Expression]:
    """Conditions that hold together where ``node`` does, and that are evaluated in the same order."""
    if isinstance(node, Apply) and node.operator is op.AND:
        return [c for operand in node.operands for c in conjuncts(operand)]
    if isinstance(node, Apply) and node.operator is op.NOT:
        inner = node.operands[0]
        if isinstance(inner, Apply) and inner.operator is op.NOT:
            return conjuncts(inner.operands[0])
        if isinstance(inner, Apply) and inner.operator is op.OR:
            return [c for operand in inner.operands for c in conjuncts(negation(operand))]
    return [node]


def negation(node: Expression) -> Expression:
    """``~node``, at the same place."""
    return Apply(op.NOT, (node,), place=node.place)


def guards(tree: Tree) -> list[Expression]:
    """Conditions without which an action is not enabled: those that its tree begins with."""
    parts = tree.parts if isinstance(tree, All) else (tree,)
    return [part.condition for part in takewhile(lambda part: isinstance(part, Test), parts) if isinstance(part, Test)]


def decide(w: Writer, collection: Value, name: str, conditions: list[Expression]) -> Filter | None:
    """Evaluate those of the conditions on an element that depend on nothing else but names of few values.

    None where there is none. A condition after one that depends on the state is left alone: the state may be
    one in which the earlier one cannot be evaluated. So is one that cannot be evaluated for some element.
    """
    if not isinstance(collection, (Packed, Stored)) or not isinstance(collection.shape, SetShape):
        return None
    shape, possible = collection.shape, collection.possible
    todo = [c for condition in conditions for c in conjuncts(condition)]
    keys: dict[str, list[Any]] = {}
    known = 0
    for node in todo:
        new = _few_valued(w, node, {name, *keys})
        if new is None or len(shape.values) * math.prod(map(len, [*keys.values(), *new.values()])) > EVALUATIONS:
            break
        keys |= new
        known += 1
    if not known:
        return None
    key = repr((todo[:known], name, keys, shape.element.key, possible))
    if key not in w.module.decided:
        w.module.decided[key] = _evaluate(w, todo[:known], name, keys, shape, possible)
    known, rows = w.module.decided[key]
    return Filter(tuple(keys), rows, tuple(todo[known:]))


def _evaluate(
    w: Writer, conditions: list[Expression], name: str, keys: dict[str, list[Any]], shape: SetShape, possible: int
) -> tuple[int, tuple[int, ...]]:
    """How many of the conditions can be evaluated, and for which elements they may hold."""
    bits = [1 << shape.slots.offset(k) for k in range(len(shape.values))]
    members = [(value, bit) for value, bit in zip(shape.values, bits, strict=True) if possible & bit]
    rows = [members for _ in product(*keys.values())]
    known = 0
    for condition in conditions:
        test, sure = _function(w, condition), True
        for row, values in enumerate(product(*keys.values())):
            given = dict(zip(keys, values, strict=True))
            answers = [(member, test({name: member[0], **given})) for member in rows[row]]
            rows[row] = [member for member, answer in answers if answer is not False]
            sure = sure and all(isinstance(answer, bool) for _, answer in answers)
        if not sure:
            break
        known += 1
    return known, tuple(sum(bit for _, bit in row) for row in rows)


def _few_valued(w: Writer, node: Expression, known: set[str]) -> dict[str, list[Any]] | None:
    """The values of the names in a condition, but for those known; None where it depends on anything else."""
    fact = w.module.facts.of(node)
    if fact.reads:
        return None
    found: dict[str, list[Any]] = {}
    for name in sorted(fact.free - known):
        values = _values(w, w.scope.get(name, Value()))  # a later parameter has none yet
        if values is None:
            return None
        found[name] = values
    return found


def _values(w: Writer, value: Value) -> list[Any] | None:
    """All that a value may be, by code; None where that is too much."""
    if isinstance(value, Const):
        return [value.value]
    if isinstance(value, (Num, Truth, Packed, Stored)):
        return _values_of(natural_shape(w, value))
    return None


def _function(w: Writer, node: Expression) -> Callable[[Mapping[str, Any]], Any]:
    """What an expression is where its names have some values; None where it cannot be evaluated."""
    evaluate = w.module.spec.interpreter.evaluate

    def answer(names: Mapping[str, Any]) -> Any:
        try:
            return evaluate(node, (), names)
        except Exception:
            return None

    return answer


# The elements that pass


def _row(w: Writer, chosen: Filter) -> Word:
    """The number of the row that holds in the state."""
    row = number(0)
    for key in chosen.keys:
        value = w.scope[key]
        if not isinstance(value, Const):
            shape = natural_shape(w, value)
            count, code = len(_values_of(shape) or ()), as_code(w, value, shape)
            row = row * count + code
    return row


def passing(w: Writer, place: Place, shape: SetShape, chosen: Filter, present: bool = True) -> dict[int, Word]:
    """The words of the set of elements that pass and are in a stored set, or are not; 0 where there is no word."""
    row, masks = _masks(w, shape, chosen)
    found = {}
    for k in _span(w, shape, chosen):
        if shape.wide:
            base, word = place.address()
            code = base[word + k]
        else:
            code = place.load(shape)
        mask = number(masks[0][k]) if len(masks) == 1 else w.module.table(_flat(masks))[row + k]
        found[k] = (code if present else ~code) & mask
    return found


def inclusion(w: Writer, node: Bind) -> Value | None:
    """``\\A a \\in A : f(a) \\in S``, ``\\E``, or the same with ``\\notin``; None for anything else.

    The set of all ``f(a)`` must depend on nothing but names of few values, so that it is known for each of these.
    """
    universal = node.binder is Binder.FORALL
    test, inside = node.body, True
    if isinstance(test, Apply) and test.operator is op.NOT:
        test, inside = test.operands[0], False
    if not isinstance(test, Apply) or test.operator not in (op.IN, op.NOT_IN):
        return None
    inside = inside == (test.operator is op.IN)
    element, collection = test.operands
    elements = Bind(Binder.SET, node.bounds, element, place=node.place)
    keys = _few_valued(w, elements, set())
    if keys is None or not w.module.facts.of(collection).free.isdisjoint(bound_names(node)):
        return None
    with w.aside() as lines:
        stored = w.expr(collection)
    if lines or not isinstance(stored, (Packed, Stored)) or not isinstance(stored.shape, SetShape):
        return None
    shape = bitmap(w, stored.shape.element)
    if shape is None or math.prod(map(len, keys.values())) > SETS:
        return None
    function = _function(w, elements)
    sets = [function(dict(zip(keys, values, strict=True))) for values in product(*keys.values())]
    if not all(isinstance(found, frozenset) and encodable(shape, found) for found in sets):
        return None
    chosen = Filter(tuple(keys), tuple(map(shape.encode, sets)), ())
    words = passing(w, place_of(w, stored), shape, chosen, present=inside != universal).values()
    some = union_of_words(words)
    return Truth(some.eq(0) if universal else some.ne(0))


def _masks(w: Writer, shape: SetShape, chosen: Filter) -> tuple[Word, list[list[int]]]:
    """Where the row in force begins in a table of the words of all rows, and these words."""
    masks = [[row >> STRIDE * k & (1 << STRIDE) - 1 for k in range(shape.words)] for row in chosen.rows]
    if all(mask == masks[0] for mask in masks):
        return number(0), masks[:1]
    return named(w, _row(w, chosen) * shape.words, "row"), masks


def _flat(masks: list[list[int]]) -> list[int]:
    return [word for mask in masks for word in mask]


def _span(w: Writer, shape: SetShape, chosen: Filter) -> range:
    """The words in which any element may pass."""
    words = [k for k in range(shape.words) if chosen.union >> STRIDE * k & (1 << STRIDE) - 1]
    return range(words[0], words[-1] + 1) if words else range(0)


@contextmanager
def member_loop(w: Writer, place: Place, shape: SetShape, name: str, chosen: Filter | None = None) -> Iterator[Word]:
    """Open a loop over the numbers of the elements of a stored set, of those that pass."""
    if shape.wide:
        pointer = place.pointer()
        arguments: tuple[Code | int, ...] = (pointer, shape.words)
        if chosen is not None:
            row, masks = _masks(w, shape, chosen)
            span = _span(w, shape, chosen)
            arguments = pointer, span.stop, span.start, w.module.table(_flat(masks)).offset(row)
        with w.loop(name, "members", *arguments) as k:
            yield k
        return
    code = place.load(shape)
    if chosen is not None:
        code = passing(w, place, shape, chosen).get(0, number(0))
    if len(shape.values) > SHORT:
        with w.loop(name, "bits", code) as k:
            yield k
    else:
        kept = Place(w.let(code, "w"))  # the set may be a local that changes in the loop
        with w.loop(name, "range", len(shape.values)) as k, w.when(kept.slot(shape.slots, k).load(BoolShape()).ne(0)):
            yield k


def _values_of(shape: Shape) -> list[Any] | None:
    if isinstance(shape, BoolShape):
        return [False, True]
    if isinstance(shape, IntShape):
        return None if shape.hi - shape.lo >= 1 << FEW else list(range(shape.lo, shape.hi + 1))
    if isinstance(shape, AtomShape):
        return list(shape.members)
    if isinstance(shape, OptionalShape):
        inner = _values_of(shape.inner)
        return None if inner is None else [shape.none, *inner]
    if isinstance(shape, SetShape) and len(shape.values) <= FEW:
        return [shape.decode(code) for code in range(1 << len(shape.values))]
    return None
