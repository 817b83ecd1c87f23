"""Records written out without a domain, as in TLA+: ``[name |-> value, ...]``."""

from __future__ import annotations

from collections.abc import Mapping

from mc.engine.code.nodes import truth
from mc.engine.store.kinds import single, variants
from mc.engine.store.places import Place
from mc.engine.store.shapes import FnShape, RecordShape, Shape, UnionShape
from mc.engine.store.storage import encodable
from mc.engine.translate.codes import as_truth, bind, unfit
from mc.engine.translate.convert import clear, part_at, place_of, put
from mc.engine.translate.equality import equal
from mc.engine.translate.expressions import applied, as_plain, field_of, nothing_of, plain
from mc.engine.translate.kinds import fits, join, natural_shape, told
from mc.engine.translate.values import Builder, Const, Value
from mc.engine.translate.writer import Writer
from mc.formula.nodes import Apply
from mc.formula.nodes import Value as Literal
from mc.lang.values import FnValue, RecordValue


def written_record(w: Writer, node: Apply) -> Value:
    """``[name |-> value, ...]``: it takes the shape of a record of a variable where its parts fit that."""
    given: dict[str, Value] = {}
    for name, value in zip(node.operands[::2], node.operands[1::2], strict=True):
        assert isinstance(name, Literal)
        given[name.value] = bind(w, w.expr(value), name.value)
    known = {name: value.value for name, value in given.items() if isinstance(value, Const)}
    if len(known) == len(given):
        return Const(RecordValue(known))
    w.at(node)

    def fill(place: Place, target: Shape) -> None:
        if isinstance(target, RecordShape) and target.fields.keys() == given.keys():
            clear(w, place, target)
            for name, value in given.items():
                put(w, place.at(target.offsets[name]), value, target.fields[name])
        elif isinstance(target, UnionShape):
            _fill_union(w, place, target, given)
        elif isinstance(target, FnShape) and set(target.keys) == given.keys():
            clear(w, place, target)
            for k, name in enumerate(target.keys):
                put(w, place.at(target.slots.offset(k)), given[name], target.element)
        else:
            unfit(w, natural(), target)

    def natural() -> Shape:
        return _shape_of_parts(w, given)

    return Builder(fill, natural)


def _fill_union(w: Writer, place: Place, target: UnionShape, given: Mapping[str, Value]) -> None:
    tag = given.get(target.tag)
    position = None if not isinstance(tag, Const) else target.tags.positions.get((type(tag.value), tag.value))
    if position is None or {*target.kinds[position].fields, target.tag} != given.keys():
        unfit(w, _shape_of_parts(w, given), target)
    kind = target.kinds[position]
    clear(w, place, target)
    w.emit(place.store(target.tags, position))
    for name, field in kind.fields.items():
        put(w, place.at(target.tags.bits + kind.offsets[name]), given[name], field)


def _shape_of_parts(w: Writer, given: Mapping[str, Value]) -> Shape:
    """The first shape of records of a variable that holds the parts; else one made of theirs."""
    parts = {name: told(w, value) for name, value in given.items()}
    known: list[RecordShape | UnionShape] = [*w.module.unions, *w.module.records]
    for shape in known:
        for fields in variants(shape):
            if fields.keys() == given.keys() and all(_holds(fields[n], given[n], parts[n]) for n in given):
                return shape
    return RecordShape({name: part or natural_shape(w, given[name]) for name, part in parts.items()})


def _holds(field: Shape, value: Value, shape: Shape | None) -> bool:
    """Whether a field of a record may take a value."""
    if isinstance(value, Const):
        return encodable(field, value.value)
    if shape is None or single(field) is not None:
        return False
    return fits(shape, field) or type(shape) is type(field)


def record_at(w: Writer, node: Apply, record: Value, key: Value) -> Value:
    """``r[name]`` of a record; the name may depend on the state."""
    if isinstance(key, Const):
        return field_of(w, node, record, key)
    if isinstance(record, Const):
        return applied(w, node, Const(FnValue(record.value.fields)), key)
    shape = natural_shape(w, record)
    if not isinstance(shape, RecordShape):
        w.refuse("which field of a record this is depends on the state")
    place, key = place_of(w, record), bind(w, key)
    joined = join(w, [*shape.fields.values()])
    if joined.wide:
        w.refuse("which large field of a record this is depends on the state")
    result, found = w.let(nothing_of(joined), "field"), w.let(truth(False), "found")
    for name, field in shape.fields.items():
        with w.when(as_truth(w, equal(w, key, Const(name)))):
            w.assign(result, plain(w, part_at(w, place.at(shape.offsets[name]), field), joined))
            w.assign(found, truth(True))
    w.fail_if(~found, "the record has no such field")
    return as_plain(w, result, joined)
