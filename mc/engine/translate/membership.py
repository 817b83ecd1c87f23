"""Testing membership: in sets, in bags and in domains."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from mc.engine.code.build import all_of, any_of, computed, tested
from mc.engine.code.nodes import Bit, Word, number, truth
from mc.engine.store.kinds import clash, described
from mc.engine.store.kinds import kinds as kinds_of
from mc.engine.store.places import Place
from mc.engine.store.shapes import (
    AtomShape,
    BagShape,
    BoolShape,
    FnShape,
    IntShape,
    OptionalShape,
    RecordShape,
    SeqShape,
    SetShape,
    Shape,
    SortedSetShape,
    UnionShape,
)
from mc.engine.store.slots import STRIDE, words_of
from mc.engine.store.storage import encodable
from mc.engine.translate.codes import SHORT, as_code, as_number, as_truth, bind, named
from mc.engine.translate.comparable import comparable, different_kinds, refuse
from mc.engine.translate.convert import bag_size, cardinality, element_rank, is_made, part_at, place_of
from mc.engine.translate.equality import connect, equal
from mc.engine.translate.implied import fields_of, implied, values_of
from mc.engine.translate.kinds import atoms, fits, natural_shape, shape_beside, told
from mc.engine.translate.values import (
    Asked,
    Builder,
    Const,
    Interval,
    Num,
    Packed,
    SetOf,
    Truth,
    Value,
    num_of,
    of_code,
)
from mc.engine.translate.writer import Writer
from mc.errors import KindError
from mc.formula import operators as op
from mc.formula import standard
from mc.lang import kinds
from mc.lang.composites import Bag, Record, Seq, Set
from mc.lang.domains import Domain, Enum, Listed, Optional, Range
from mc.lang.values import ModelValue

#: Sets of sets of up to this many elements are tested by one look into a table.
TABLE_BITS = 16


def membership_of(w: Writer, collection: Value, element: Value) -> Value:
    """``element \\in collection``."""
    if isinstance(collection, Builder) and collection.bag is not None:
        collection = collection.bag
    if isinstance(collection, Const):
        return _in_constant(w, collection.value, element)
    if isinstance(collection, Asked):
        return _in_asked(w, collection, bind(w, element))
    if isinstance(collection, SetOf):
        return connect(w, False, [partial(equal, w, element, e) for e in collection.elements])
    if isinstance(collection, Interval):
        return _in_interval(w, collection, element)
    if isinstance(collection, Builder) and collection.loop is not None and is_made(w, collection):
        element, found = bind(w, element), w.let(truth(False), "found")
        with collection.loop() as other, w.when(as_truth(w, equal(w, other, element))):
            w.assign(found, truth(True))
        return Truth(found)
    shape = natural_shape(w, collection)
    if isinstance(shape, SetShape):
        comparable_with_elements(w, element, collection, shape)
        return _in_bitmap(w, collection, shape, element)
    assert isinstance(shape, BagShape)
    return Truth(copies_of(w, collection, shape, element).ne(0))


def _in_asked(w: Writer, collection: Asked, element: Value) -> Value:
    """Asked of the left side first."""

    def outside() -> Value:
        value = w.contains(collection.right, element)
        return Const(not value.value) if isinstance(value, Const) else Truth(~as_truth(w, value))

    second = outside if collection.operator is standard.DIFFERENCE else partial(w.contains, collection.right, element)
    first = partial(w.contains, collection.left, element)
    return connect(w, collection.operator is not op.UNION, [first, second])


def comparable_with_elements(w: Writer, element: Value, collection: Value, shape: SetShape | BagShape) -> None:
    """Refuse an element that cannot be compared with those of a set, if it has any."""
    one, two = told(w, element), shape.element
    if one is None or len(kinds_of(one) | kinds_of(two)) < 2:
        comparable(w, element, of_code(number(0), two))
        return
    if (parts := clash(one, two)) is not None:
        refuse(w, *map(described, parts))
    if any(isinstance(member, ModelValue) for member in atoms(two) or ()):
        refuse(w, described(one), described(two))
    condition = different_kinds(w, bind(w, element), one, of_code(number(0), two), two)
    if isinstance(shape, SetShape):
        size = cardinality(w, place_of(w, collection), shape)
    else:
        size = bag_size(w, place_of(w, collection), shape)
    w.fail_if(condition & size.ne(0), kinds.refusal(described(one), described(two)))


def copies_of(w: Writer, bag: Value, shape: BagShape, element: Value) -> Word:
    """How many copies of ``element`` a bag holds."""
    place = place_of(w, bag)
    if isinstance(element, Packed) and element.bag == place and element.copies is not None:
        return element.copies
    comparable_with_elements(w, element, bag, shape)
    if isinstance(element, Const) and not encodable(shape.element, element.value):
        return number(0)
    if not fits(shape_beside(w, element, shape.element), shape.element):
        return _copies_of_equals(w, bag, shape, element)
    base, word = place.address()
    return computed(w.module.bag_count(shape), base, word, as_code(w, element, shape.element))


def _copies_of_equals(w: Writer, bag: Value, shape: BagShape, element: Value) -> Word:
    """Copies of an element of another kind, which may be outside the domain of the bag's elements."""
    element, place, result = bind(w, element), place_of(w, bag), w.let(number(0), "n")
    with w.elements(bag) as other, w.when(as_truth(w, equal(w, other, element))):
        base, word = place.address()
        w.assign(result, computed(w.module.bag_count(shape), base, word, as_code(w, other, shape.element)))
    return result


def _in_interval(w: Writer, interval: Interval, element: Value) -> Value:
    element = bind(w, element)
    shape = natural_shape(w, element)
    if isinstance(shape, OptionalShape) and isinstance(shape.inner, IntShape) and isinstance(shape.none, ModelValue):
        code = as_code(w, element, shape)
        n, some = num_of(code - 1, shape.inner), code.ne(0)
    elif isinstance(shape, AtomShape) and kinds_of(shape) == {"a number"}:
        code = as_code(w, element, shape)
        given = [m if type(m) is int else 0 for m in shape.members]
        flags = w.module.table([int(type(m) is int) for m in shape.members])
        n, some = Num(w.module.table(given)[code], min(given), max(given)), flags[code].ne(0)
    else:
        n, some = as_number(w, element), truth(True)
    return Truth(some & interval.lo.code.le(n.code) & n.code.le(interval.hi.code))


def _any(w: Writer, tests: list[Value]) -> Value:
    if any(isinstance(t, Const) and t.value for t in tests):
        return Const(True)
    codes = [as_truth(w, t) for t in tests if not isinstance(t, Const)]
    return Truth(any_of(codes)) if codes else Const(False)


def _in_constant(w: Writer, given: Any, element: Value) -> Value:
    if isinstance(given, Domain):
        return in_domain(w, element, given)
    if isinstance(element, Const):
        known = element.value
        return _asked(w, lambda: kinds.member(known, given))
    if given and all(isinstance(v, (set, frozenset)) for v in given):
        return _in_family(w, given, element)
    element = bind(w, element)
    shape = natural_shape(w, element)
    if isinstance(shape, AtomShape):
        return _one_of(w, element, shape, partial(kinds.member, collection=given))
    values = list(kinds.in_order(given))
    if len(values) > SHORT:
        return _one_of_many(w, element, shape, values)
    return connect(w, False, [partial(equal, w, element, Const(v)) for v in values])


def _one_of_many(w: Writer, element: Value, shape: Shape, values: list[Any]) -> Value:
    """Whether a value is one of many known ones."""
    with w.trial():
        for value in values:
            comparable(w, element, Const(value))
    for value in {kinds.kind(value): value for value in values}.values():
        comparable(w, element, Const(value))  # what it tests in each state depends on the kind alone
    if isinstance(shape, IntShape):
        given = as_number(w, element)
        return _one_of_numbers(w, given, sorted(v for v in values if type(v) is int))
    return _one_of_codes(w, element, shape, {shape.encode(v) for v in values if encodable(shape, v)})


def _one_of_codes(w: Writer, element: Value, shape: Shape, codes: set[int]) -> Value:
    if not codes:
        return Const(False)
    if not shape.wide:
        return _one_of_numbers(w, Num(as_code(w, element, shape), 0, shape.most), sorted(codes))
    table = w.module.table([word for code in sorted(codes) for word in words_of(code, shape.words)])
    return Truth(tested("any_row", place_of(w, element).pointer(), table, len(codes), shape.words))


def _one_of_numbers(w: Writer, given: Num, numbers: list[int]) -> Value:
    """Whether a number is one of many, which are sorted: by a bitmap where they are close together."""
    numbers = [n for n in numbers if given.lo <= n <= given.hi]
    if not numbers:
        return Const(False)
    first, last, n = numbers[0], numbers[-1], named(w, given.code)
    inside = all_of([n.ge(first)] * (given.lo < first) + [n.le(last)] * (given.hi > last))
    size = (last - first) // STRIDE + 1
    if last - first < len(numbers):
        return Const(True) if inside.value else Truth(inside)
    if size > len(numbers):
        return Truth(computed("position", w.module.table(numbers), len(numbers), n).ge(0))
    table, k = w.module.table(words_of(sum(1 << m - first for m in numbers), size)), n - first
    return Truth(inside & ((table[k >> 6] >> (k & 63)) & 1).ne(0))


def _asked(w: Writer, question: Callable[[], bool]) -> Const:
    """The answer to a question about known values."""
    try:
        return Const(question())
    except KindError as error:
        w.refuse(str(error))


def _one_of(w: Writer, element: Value, shape: AtomShape, holds: Callable[[Any], bool]) -> Value:
    """Whether something holds for an atom; evaluation fails for those of which it cannot be asked."""
    answers = []
    for member in shape.members:
        try:
            answers.append(int(holds(member)))
        except KindError as error:
            answers.append(-1)
            refused = error
    if max(answers) < 0:
        w.refuse(str(refused))
    if len(set(answers)) == 1:
        return Const(bool(answers[0]))
    code = named(w, as_code(w, element, shape))
    wanted = [k for k, answer in enumerate(answers) if answer > 0]
    if -1 not in answers and len(wanted) <= SHORT:
        return Truth(any_of(code.eq(k) for k in wanted))
    answer = named(w, w.module.table(answers)[code])
    if -1 in answers:
        w.fail_if(answer.lt(0), str(refused))
    return Truth(answer.ne(0))


def _in_family(w: Writer, given: Collection[Any], element: Value) -> Value:
    """Membership in a known set of sets."""
    shape = natural_shape(w, element)
    if not isinstance(shape, (SetShape, SortedSetShape)):
        w.refuse(f"only a set can be in a set of sets, not {described(shape)}")
    for other in kinds.in_order(given):
        element, _ = comparable(w, element, Const(other))
    codes = {shape.encode(v) for v in given if encodable(shape, v)}
    if isinstance(shape, SortedSetShape) or len(shape.values) > TABLE_BITS:
        element = bind(w, element)
        if len(codes) > SHORT:
            return _one_of_codes(w, element, shape, codes)
        return _any(w, [equal(w, element, Const(shape.decode(c))) for c in sorted(codes)])
    code = as_code(w, element, shape)
    if len(shape.values) <= 5:
        return Truth(((sum(1 << c for c in codes) >> code) & 1).ne(0))
    table = w.module.table([int(c in codes) for c in range(1 << len(shape.values))])
    return Truth(table[code].ne(0))


def _in_bitmap(w: Writer, collection: Value, shape: SetShape, element: Value) -> Value:
    if isinstance(element, Const) and not encodable(shape.element, element.value):
        return Const(False)
    place = place_of(w, collection)
    given = natural_shape(w, element) if not isinstance(element, (Const, Builder)) else shape.element
    guard = truth(True)
    if isinstance(given, IntShape) and isinstance(shape.element, IntShape):
        n = as_number(w, bind(w, element))
        low, high = n.lo < shape.element.lo, n.hi > shape.element.hi
        guard = all_of([n.code.ge(shape.element.lo)] * low + [n.code.le(shape.element.hi)] * high)
        inside = Num(n.code, max(n.lo, shape.element.lo), min(n.hi, shape.element.hi))
        if inside.lo > inside.hi:
            return Const(False)
        element = inside
    elif isinstance(given, AtomShape) and isinstance(shape.element, AtomShape):
        members = [m for m in given.members if (type(m), m) not in shape.element.positions]
        if len(members) == len(given.members):
            return Const(False)
        if members:
            element = bind(w, element)
            outside = (
                _any(w, [equal(w, element, Const(m)) for m in members])
                if len(members) <= SHORT
                else _one_of(w, element, given, lambda m: not encodable(shape.element, m))
            )
            result = w.let(truth(False), "found")
            with w.when(~as_truth(w, outside)):
                w.assign(result, _bit(w, place, shape, element))
            return Truth(result)
    elif not fits(shape_beside(w, element, shape.element), shape.element):
        return _in_bitmap_of_equals(w, collection, element)
    return Truth(guard & _bit(w, place, shape, element))


def _in_bitmap_of_equals(w: Writer, collection: Value, element: Value) -> Value:
    """Membership of a value of another kind, which may be outside the set's universe."""
    element, result = bind(w, element), w.let(truth(False), "found")
    with w.elements(collection) as other, w.when(as_truth(w, equal(w, other, element))):
        w.assign(result, truth(True))
    return Truth(result)


def _bit(w: Writer, place: Place, shape: SetShape, element: Value) -> Bit:
    rank = element_rank(w, shape, element)
    if shape.wide:
        rank = named(w, rank, "k")
    return place.slot(shape.slots, rank).load(BoolShape()).ne(0)


# Membership in domains: only what the storage does not already imply is tested


def in_domain(w: Writer, value: Value, domain: Domain) -> Value:
    """``value \\in domain``."""
    if isinstance(value, Const):
        return _asked(w, lambda: domain.holds(value.value))
    shape = natural_shape(w, value)
    if implied(shape, domain):
        return Const(True)
    if isinstance(shape, AtomShape):
        return _one_of(w, bind(w, value), shape, domain.holds)
    result = w.let(truth(True), "ok")
    _test(w, value, shape, domain, result)
    return Truth(result)


def _refute(w: Writer, result: Bit, condition: Bit) -> None:
    with w.when(condition):
        w.assign(result, truth(False))


def _test(w: Writer, value: Value, shape: Shape, domain: Domain, result: Bit) -> None:
    """Emit code that sets ``result`` to False where ``value`` is outside ``domain``."""
    if implied(shape, domain):
        return
    if isinstance(shape, AtomShape):
        _refute(w, result, ~as_truth(w, _one_of(w, value, shape, domain.holds)))
    elif isinstance(shape, OptionalShape):
        code = named(w, as_code(w, value, shape))
        with w.when(code.eq(0)):
            try:
                _refute(w, result, truth(not domain.holds(shape.none)))
            except KindError as error:
                w.fail(str(error))
        with w.otherwise():
            _test(w, of_code(code - 1, shape.inner), shape.inner, domain, result)
    elif not domain.kinds:
        w.assign(result, truth(False))
    elif kinds_of(shape).isdisjoint(domain.kinds):
        refuse(w, described(shape), domain.described())
    elif isinstance(domain, Optional) and kinds.kind(domain.none) in kinds_of(shape):
        with w.when(~as_truth(w, equal(w, value, Const(domain.none)))):
            _test(w, value, shape, domain.domain, result)
    elif isinstance(domain, Optional):
        _test(w, value, shape, domain.domain, result)
    elif isinstance(domain, Listed):
        _refute(w, result, ~as_truth(w, _in_constant(w, frozenset(domain.elements), value)))
    elif isinstance(shape, IntShape) and isinstance(domain, Range):
        n = as_number(w, value)
        tests = [n.code.lt(domain.lo)] if n.lo < domain.lo else []
        if domain.hi is not None and n.hi > domain.hi:
            tests.append(n.code.gt(domain.hi))
        _refute(w, result, any_of(tests))
    elif isinstance(shape, (IntShape, BoolShape)) and isinstance(domain, Enum):
        alike = frozenset(m for m in domain.members if type(m) is type(shape.decode(0)))
        _refute(w, result, ~as_truth(w, _in_constant(w, alike, value)))
    elif isinstance(shape, FnShape) and (values := values_of(shape, domain)) is not None:
        name, place = w.fresh("k"), place_of(w, value)
        with w.loop(name, "range", len(shape.keys)) as i:
            _test(w, part_at(w, place.slot(shape.slots, i), shape.element), shape.element, values, result)
    elif isinstance(shape, RecordShape) and (fields := fields_of(shape, domain)) is not None:
        place = place_of(w, value)
        for name, field in shape.fields.items():
            _test(w, part_at(w, place.at(shape.offsets[name]), field), field, fields[name], result)
    elif isinstance(shape, UnionShape) and isinstance(domain, Record):
        _test_union(w, place_of(w, value), shape, domain, result)
    elif isinstance(shape, SeqShape) and isinstance(domain, Seq):
        place = place_of(w, value)
        length = named(w, place.load(shape.length), "n")
        if domain.capacity is not None and domain.capacity < shape.capacity:
            _refute(w, result, length.gt(domain.capacity))
        with w.loop(w.fresh("k"), "range", length) as i:
            element = part_at(w, place.at(shape.start).slot(shape.slots, i), shape.element)
            _test(w, element, shape.element, domain.element, result)
    elif isinstance(shape, (SetShape, BagShape)) and isinstance(domain, (Set, Bag)):
        if isinstance(shape, SetShape) and isinstance(domain, Set):
            size, capacity = cardinality(w, place_of(w, value), shape), domain.capacity
        else:
            size = bag_size(w, place_of(w, value), shape) if isinstance(shape, BagShape) else number(0)
            capacity = domain.distinct if isinstance(domain, Bag) else domain.capacity
        if capacity is not None:
            _refute(w, result, size.gt(capacity))
        with w.elements(value) as element:
            _test(w, element, shape.element, domain.element, result)
            if isinstance(domain, Bag) and isinstance(shape, BagShape) and domain.copies < shape.copies:
                _refute(w, result, copies_of(w, value, shape, element).gt(domain.copies))
    else:
        w.refuse(f"whether {described(shape)}, is in {domain!r} is not supported")


def _test_union(w: Writer, place: Place, shape: UnionShape, domain: Record, result: Bit) -> None:
    """The same for records of several kinds, and one kind."""
    for tag, (name, kind) in enumerate(zip(shape.tags.members, shape.kinds, strict=True)):
        with w.when(place.load(shape.tags).eq(tag)):
            fields = domain.fields
            if {*kind.fields, shape.tag} != fields.keys() or not fields[shape.tag].holds(name):
                w.assign(result, truth(False))
                continue
            for field, part in kind.fields.items():
                to = place.at(shape.tags.bits + kind.offsets[field])
                _test(w, part_at(w, to, part), part, fields[field], result)
