"""Arguments of functions: atoms, or tuples of them."""

from __future__ import annotations

from mc.engine.code.nodes import Word, number
from mc.engine.store.shapes import AtomShape, FnShape, Shape
from mc.engine.translate.codes import as_code, inside_shape, named
from mc.engine.translate.comparable import comparable
from mc.engine.translate.elements import components
from mc.engine.translate.kinds import shape_of_all
from mc.engine.translate.values import Const, Tuple, Value, of_code
from mc.engine.translate.writer import Writer


def argument_code(w: Writer, index: Value, shape: FnShape) -> Word:
    """The code of an argument of a function."""
    domain = shape.domain
    if isinstance(domain, AtomShape) and domain.has_tuples:
        return _tuple_code(w, index, domain)
    comparable(w, index, of_code(number(0), domain))
    return as_code(w, index, domain)


def argument_at(w: Writer, code: Word, domain: Shape) -> Value:
    """The argument of a function that has a code."""
    if not (isinstance(domain, AtomShape) and domain.has_tuples):
        return of_code(code, domain)
    code, parts = named(w, code, "k"), []
    for inner, codes in domain.components:
        shape = inner if inner.has_tuples else shape_of_all(w, list(map(Const, inner.members)))
        table = w.module.table([shape.encode(inner.members[each]) for each in codes])
        parts.append(argument_at(w, table[code], shape))
    return Tuple(tuple(parts))


def _tuple_code(w: Writer, value: Value, shape: AtomShape) -> Word:
    """The code of one of some tuples: those of its components look it up."""
    if isinstance(value, Const):
        return as_code(w, value, shape)
    inner = [part for part, _ in shape.components]
    code = number(0)
    for part, part_shape in zip(components(w, value, len(inner)), inner, strict=True):
        of_part = _tuple_code if part_shape.has_tuples else as_code
        code = code * len(part_shape.members) + of_part(w, part, part_shape)
    return inside_shape(w, w.module.table(shape.of_components)[code], shape, *shape.of_components)
