"""``[f EXCEPT !path = value]`` as an expression: a copy of a value, changed where it is made."""

from __future__ import annotations

from collections.abc import Sequence

from mc.engine.code.build import computed
from mc.engine.code.nodes import Word
from mc.engine.store.places import Place
from mc.engine.store.shapes import BagShape, FnShape, IntShape, RecordShape, SeqShape, Shape, SortedSetShape, UnionShape
from mc.engine.store.tuples import TupleShape
from mc.engine.translate.arguments import argument_code
from mc.engine.translate.codes import as_code, as_number, bind, named
from mc.engine.translate.convert import part_at, put
from mc.engine.translate.expressions import component_name, union_field
from mc.engine.translate.kinds import natural_shape
from mc.engine.translate.values import Builder, Num, Stored, Value
from mc.engine.translate.writer import Writer
from mc.formula.nodes import Change, Except, Expression
from mc.formula.nodes import Value as Literal


def changed(w: Writer, node: Except) -> Value:
    """``[f EXCEPT !path = value, ...]``: evaluation fails where a path leads to no part."""
    value = bind(w, w.expr(node.of))
    shape = natural_shape(w, value)
    scope, file = dict(w.scope), w.file

    def fill(place: Place, target: Shape) -> None:
        w.fill(place, value, target)
        for change in node.changes:
            with w.within(dict(scope), file):
                w.at(node)
                _change(w, place, target, change, change.path)

    return Builder(fill, lambda: shape)


def _change(w: Writer, place: Place, shape: Shape, change: Change, path: Sequence[Expression]) -> None:
    """Change a part of the value at a place."""
    if not path:
        old = part_at(w, place, shape)
        w.scope[change.old] = bind(w, old) if not shape.wide else _kept(w, place, shape)
        put(w, place, w.expr(change.value), shape)
        return
    first, *rest = path
    if isinstance(shape, BagShape) and not isinstance(shape, SortedSetShape):
        if rest:
            w.refuse("a count is no function: EXCEPT goes no further")
        _recount(w, place, shape, change, first)
        return
    to, part = _part(w, place, shape, first)
    _change(w, to, part, change, rest)


def _kept(w: Writer, place: Place, shape: Shape) -> Stored:
    """A copy of a value that is about to be overwritten."""
    copy = w.scratch(shape)
    w.fill(copy, Stored(place, shape), shape)
    return Stored(copy, shape)


def _part(w: Writer, place: Place, shape: Shape, key: Expression) -> tuple[Place, Shape]:
    """The place of a part, and its shape."""
    if isinstance(shape, (RecordShape, UnionShape)) and not isinstance(shape, TupleShape):
        if not isinstance(key, Literal) or not isinstance(key.value, str):
            w.refuse("EXCEPT of a record needs the name of a field")
        return _field(w, place, shape, key.value)
    index = w.expr(key)
    if isinstance(shape, TupleShape):
        name = component_name(w, shape, index)
        return place.at(shape.offsets[name]), shape.fields[name]
    if isinstance(shape, FnShape):
        return place.slot(shape.slots, named(w, argument_code(w, index, shape), "i")), shape.element
    if isinstance(shape, SeqShape):
        k = named(w, as_number(w, index).code, "k")
        w.fail_if(k.lt(1) | k.gt(place.load(shape.length)), "an index is outside of the sequence")
        return place.at(shape.start).slot(shape.slots, k - 1), shape.element
    w.refuse(f"this has no part [{w.written(key)}]")


def _field(w: Writer, place: Place, shape: RecordShape | UnionShape, name: str) -> tuple[Place, Shape]:
    if isinstance(shape, RecordShape):
        if name not in shape.fields:
            w.refuse(f"there is no field {name!r} here")
        return place.at(shape.offsets[name]), shape.fields[name]
    holders = {(k.offsets[name], k.fields[name].key) for k in shape.kinds if name in k.fields}
    if name == shape.tag or len(holders) != 1:
        w.refuse(f"the field {name!r} tells the kind of a record, or differs between kinds")
    union_field(w, place, shape, name)  # fails where this kind of record has no such field
    kind = next(kind for kind in shape.kinds if name in kind.fields)
    return place.at(shape.tags.bits + kind.offsets[name]), kind.fields[name]


def _recount(w: Writer, place: Place, shape: BagShape, change: Change, key: Expression) -> None:
    """Give an element of a bag another number of copies; one that is not in it stays out."""
    code = named(w, as_code(w, w.expr(key), shape.element), "e")
    base, word = place.address()
    count = w.let(computed(w.module.bag_count(shape), base, word, code), "n")
    with w.when(count.gt(0)):
        w.scope[change.old] = Num(count, 1, shape.copies)
        copies = named(w, as_code(w, w.expr(change.value), IntShape(1, shape.copies)) + 1, "n")
        recount(w, place, shape, code, count, copies)


def recount(w: Writer, place: Place, shape: BagShape, code: Word, count: Word, copies: Word) -> None:
    """Give an element of a bag, which has some copies of it or none, another number of them."""
    base, word = place.address()
    with w.loop(w.fresh("k"), "range", count):
        w.do(w.module.bag_functions(shape)[1], base, word, code)
    over = f"more than {shape.distinct} different elements, the declared capacity"
    w.fail_if(computed(w.module.bag_size(shape), base, word).ge(shape.distinct), over)
    w.do(w.module.bag_put(shape), base, word, (code << shape.count.bits) | copies)
