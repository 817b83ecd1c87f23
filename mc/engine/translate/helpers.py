"""Functions that many rules call: a bag changed and asked in place, and the position of a value in its shape."""

from __future__ import annotations

from collections.abc import Callable

from mc.engine.code.build import choice, pointer, variable
from mc.engine.code.nodes import Type, Word, number, truth
from mc.engine.code.statements import Assign, For, Function, If, Return, Statement
from mc.engine.store.places import Place
from mc.engine.store.shapes import BagShape, FnShape, OptionalShape, RecordShape, Shape, UnionShape
from mc.errors import SpecError

#: The position of a value among all values of a shape, from its code.
Rank = Callable[[Shape, Word], Word]

_P, _W, _E, _K, _SLOT = pointer("p"), variable("w"), variable("e"), variable("k"), variable("slot")
_WHERE = {"p": Type.POINTER, "w": Type.WORD}
_ELEMENT = {**_WHERE, "e": Type.WORD}
_CARRY = variable("carry")


def _slot(shape: BagShape, k: Word) -> Place:
    return Place(_P, words=(_W,)).slot(shape.slots, k)


def _carrying(shape: BagShape, found: list[Statement], end: Return) -> Statement:
    """A loop that puts a slot in its place among sorted ones, and moves those after it; ``end``: what ends it.

    ``found``: what is done with a slot before that.
    """
    here = _slot(shape, _K)
    in_turn: list[Statement] = [
        Assign("slot", here.load(shape.slot)),
        If(_SLOT.eq(0), [here.store(shape.slot, _CARRY), end]),
        *found,
        If(_SLOT.gt(_CARRY), [here.store(shape.slot, _CARRY), Assign("carry", _SLOT)]),
    ]
    return For("k", "range", (number(shape.distinct),), in_turn)


def bag_add(name: str, shape: BagShape) -> Function:
    """``add(p, w, e) -> fits``"""
    bits, fits = shape.count.bits, Return(truth(True))
    one_more: list[Statement] = [
        If((_SLOT & shape.count.mask).ge(shape.copies), [Return(truth(False))]),
        _slot(shape, _K).store(shape.slot, _SLOT + 1),
        fits,
    ]
    is_set = shape.key[0] == "sortedset"
    body: list[Statement] = [
        Assign("carry", (_E << bits) | 1),
        _carrying(shape, [If((_SLOT >> bits).eq(_E), [fits] if is_set else one_more)], fits),
        Return(truth(False)),
    ]
    title = "One more copy of e; False where there is no room. Slots are sorted, free ones are 0."
    return Function(name, _ELEMENT, Type.BIT, body, title)


def bag_remove(name: str, shape: BagShape) -> Function:
    """``remove(p, w, e)``"""
    here, following, last = _slot(shape, _K), variable("following"), shape.distinct - 1
    closing: list[Statement] = [
        Assign("following", _slot(shape, _K + 1).load(shape.slot)),
        here.store(shape.slot, following),
    ]
    found: list[Statement] = [
        If((_SLOT & shape.count.mask).gt(1), [here.store(shape.slot, _SLOT - 1), Return()]),
        For("k", "range", (_K, number(last)), closing),
        _slot(shape, number(last)).store(shape.slot, 0),
        Return(),
    ]
    in_turn: list[Statement] = [
        Assign("slot", here.load(shape.slot)),
        If(_SLOT.eq(0), [Return()]),
        If((_SLOT >> shape.count.bits).eq(_E), found),
    ]
    body: list[Statement] = [For("k", "range", (number(shape.distinct),), in_turn)]
    return Function(name, _ELEMENT, Type.NOTHING, body, "One copy of e less; nothing where there is none.")


def bag_put(name: str, shape: BagShape) -> Function:
    """``put(p, w, carry)``"""
    body = [_carrying(shape, [], Return())]
    return Function(
        name, {**_WHERE, "carry": Type.WORD}, Type.NOTHING, body, "Put a slot in its place among sorted ones."
    )


def bag_count(name: str, shape: BagShape) -> Function:
    """``count(p, w, e)``"""
    in_turn: list[Statement] = [
        Assign("slot", _slot(shape, _K).load(shape.slot)),
        If((_SLOT >> shape.count.bits).eq(_E) & _SLOT.ne(0), [Return(_SLOT & shape.count.mask)]),
    ]
    body: list[Statement] = [For("k", "range", (number(shape.distinct),), in_turn), Return(number(0))]
    return Function(name, _ELEMENT, Type.WORD, body, "How many copies of e there are.")


def bag_size(name: str, shape: BagShape) -> Function:
    """``size(p, w)``"""
    in_turn: list[Statement] = [If(_slot(shape, _K).load(shape.slot).eq(0), [Return(_K)])]
    body: list[Statement] = [
        For("k", "range", (number(shape.distinct),), in_turn),
        Return(number(shape.distinct)),
    ]
    return Function(name, _WHERE, Type.WORD, body, "How many different elements there are.")


BAG: dict[str, Callable[[str, BagShape], Function]] = {
    "add": bag_add,
    "remove": bag_remove,
    "put": bag_put,
    "count": bag_count,
    "size": bag_size,
}


def ranking(name: str, shape: Shape, rank: Rank) -> Function:
    """The position of a value among all values of a shape of several parts; ``rank``: of the parts."""
    code = variable("code")
    return Function(name, {"code": Type.WORD}, Type.WORD, _ranked(shape, Place(code), code, rank))


def _ranked(shape: Shape, place: Place, code: Word, rank: Rank) -> list[Statement]:
    if isinstance(shape, RecordShape):
        return [Return(_rank_of_record(shape, place, rank))]
    if isinstance(shape, UnionShape):
        body: list[Statement] = [Assign("tag", code & shape.tags.mask)]
        first = 0
        for tag, kind in enumerate(shape.kinds):
            inside = _rank_of_record(kind, place.at(shape.tags.bits), rank)
            body.append(If(variable("tag").eq(tag), [Return(inside + first)]))
            first += int(kind.size())
        return [*body, Return(number(0))]
    if isinstance(shape, OptionalShape):
        return [Return(choice(code.eq(0), 0, rank(shape.inner, code - 1) + 1))]
    if isinstance(shape, FnShape) and not shape.wide:
        position = number(0)
        for k in range(len(shape.keys)):
            part = rank(shape.element, place.at(shape.slots.offset(k)).load(shape.element))
            position = position * int(shape.element.size()) + part
        return [Return(position)]
    raise SpecError(f"sets of values of kind {shape.key[0]} are not supported")


def _rank_of_record(shape: RecordShape, place: Place, rank: Rank) -> Word:
    position = number(0)
    for name, field in shape.fields.items():
        position = position * int(field.size()) + rank(field, place.at(shape.offsets[name]).load(field))
    return position
