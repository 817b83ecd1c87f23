"""How values of a domain are stored: as fields of bits in 64-bit words.

Every shape maps its values one to one to non-negative integers (*codes*). A code of at most 63
bits is *scalar*: it never straddles a word, and it is never negative as an int64, so words compare
as codes do. Larger shapes are *wide*: they take whole words, and their parts lie inside words at
bit offsets that count 64 per word. Codes are in normal form (unused parts are 0), so equal values
have equal codes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from mc.engine.store.slots import PAYLOAD, STRIDE, Slots
from mc.errors import SpecError
from mc.lang.text import to_tla
from mc.lang.values import BagValue, FnValue, RecordValue, SeqValue, as_function, as_sequence

#: A table has so many tuples of arguments, at most.
MOST_TUPLES = 1 << 16


class Shape:
    """Base of all shapes. Equal ``key`` means the same codes for the same values."""

    bits: int
    key: tuple[Any, ...]

    @property
    def wide(self) -> bool:
        return self.bits > PAYLOAD

    @property
    def words(self) -> int:
        return -(-self.bits // STRIDE)

    @property
    def mask(self) -> int:
        return (1 << self.bits) - 1

    @property
    def most(self) -> int:
        """No code is larger."""
        return self.mask

    def encode(self, value: Any) -> int:
        raise NotImplementedError

    def decode(self, code: int) -> Any:
        raise NotImplementedError

    def size(self) -> float:
        """How many values the domain has; infinity where nobody would count them."""
        return math.inf

    def rank(self, value: Any) -> int:
        """Position of ``value`` among all values of a shape of finite ``size``."""
        raise NotImplementedError


class IntShape(Shape):
    """Integers ``lo..hi``: the code is the distance from ``lo``."""

    def __init__(self, lo: int, hi: int) -> None:
        self.lo, self.hi = lo, hi
        self.bits = max(1, (hi - lo).bit_length())
        self.key = ("int", lo, hi)

    @property
    def most(self) -> int:
        return self.hi - self.lo

    def encode(self, value: Any) -> int:
        return int(value) - self.lo

    def decode(self, code: int) -> int:
        return code + self.lo

    def size(self) -> float:
        return self.hi - self.lo + 1

    rank = encode


class BoolShape(Shape):
    bits = 1
    key = ("bool",)

    def encode(self, value: Any) -> int:
        return int(value)

    def decode(self, code: int) -> bool:
        return bool(code)

    def size(self) -> float:
        return 2

    rank = encode


class AtomShape(Shape):
    """One of ``members``: the code is its position. Arguments of functions may also be tuples."""

    def __init__(self, members: Iterable[Any]) -> None:
        self.members = tuple(members)
        self.bits = max(1, (len(self.members) - 1).bit_length())
        self.key = ("atom", tuple((type(m), m) for m in self.members))
        self.positions = {(type(m), m): k for k, m in enumerate(self.members)}
        self.has_tuples = any(isinstance(m, SeqValue) for m in self.members)

    @cached_property
    def components(self) -> list[tuple[AtomShape, list[int]]]:
        """Of tuples: the shape of each component, and its codes, by the code of the tuple."""
        if len({len(m) if isinstance(m, SeqValue) else 0 for m in self.members}) > 1:
            raise SpecError("the arguments of a function are tuples of several lengths")
        found = []
        for column in zip(*map(tuple.__iter__, self.members), strict=True):
            shape = AtomShape({(type(value), value): value for value in column}.values())
            found.append((shape, list(map(shape.encode, column))))
        return found

    @cached_property
    def of_components(self) -> list[int]:
        """Of tuples: the code, by the codes of the components as digits of one number; -1 where there is no such."""
        sizes = [len(shape.members) for shape, _ in self.components]
        if math.prod(sizes) > MOST_TUPLES:
            raise SpecError(f"the arguments of a function are some of {math.prod(sizes):,} tuples, which are too many")
        codes = [-1] * math.prod(sizes)
        for code, digits in enumerate(zip(*(each for _, each in self.components), strict=True)):
            index = 0
            for size, digit in zip(sizes, digits, strict=True):
                index = index * size + digit
            codes[index] = code
        return codes

    def encode(self, value: Any) -> int:
        return self.positions[(type(value), value)]

    def decode(self, code: int) -> Any:
        return self.members[code]

    def size(self) -> float:
        return len(self.members)

    rank = encode


class OptionalShape(Shape):
    """A value of ``inner`` (code + 1), or ``none`` (0)."""

    def __init__(self, inner: Shape, none: Any) -> None:
        self.bits = (inner.most + 1).bit_length()
        if self.wide:
            raise SpecError(
                f"a value of this Optional takes {self.bits} bits; at most {PAYLOAD} are supported: narrow the "
                f"domain beside {to_tla(none)}"
            )
        self.inner, self.none = inner, none
        self.key = ("optional", inner.key, type(none), none)

    def has_none(self, value: Any) -> bool:
        """Whether a value is ``none``; Python's 0 is not its False."""
        return type(value) is type(self.none) and bool(value == self.none)

    def encode(self, value: Any) -> int:
        if self.has_none(value):
            return 0
        return self.inner.encode(value) + 1

    def decode(self, code: int) -> Any:
        return self.none if code == 0 else self.inner.decode(code - 1)

    def size(self) -> float:
        return self.inner.size() + 1

    def rank(self, value: Any) -> int:
        return 0 if self.encode(value) == 0 else self.inner.rank(value) + 1


class FnShape(Shape):
    """A function: one part per element of its domain, in the order of their codes, which are 0, 1, 2, ..."""

    def __init__(self, keys: tuple[Any, ...], domain: Shape, element: Shape, written: bool = False) -> None:
        """``written``: those on ``1..n`` are written as sequences."""
        self.keys, self.domain, self.element = keys, domain, element
        #: Whether it is a sequence, too.
        self.sequence = isinstance(domain, IntShape) and keys == (*range(1, len(keys) + 1),)
        self.written = written and self.sequence
        self.slots = Slots(len(keys), element)
        self.bits = self.slots.bits
        self.key = ("fn", domain.key, element.key)

    def encode(self, value: Any) -> int:
        return self.slots.encode(value[k] for k in self.keys)

    def decode(self, code: int) -> FnValue | SeqValue:
        values = self.slots.decode(code, len(self.keys))
        return SeqValue(values) if self.written else FnValue(dict(zip(self.keys, values, strict=True)))

    def size(self) -> float:
        return self.element.size() ** len(self.keys)

    def rank(self, value: Any) -> int:
        position = 0
        for k in self.keys:
            position = position * int(self.element.size()) + self.element.rank(value[k])
        return position


class RecordShape(Shape):
    """A record: its fields side by side, in order."""

    def __init__(
        self, fields: dict[str, Shape], first_word: bool = False, offsets: dict[str, int] | None = None
    ) -> None:
        self.fields = fields
        self.offsets: dict[str, int] = {} if offsets is None else offsets
        self.key = ("record", tuple((name, shape.key) for name, shape in fields.items()))
        if offsets is not None:
            self.bits = max([1, *(offsets[name] + shape.bits for name, shape in fields.items())])
            return
        total = sum(shape.bits for shape in fields.values())
        if total <= PAYLOAD and not first_word and not any(s.wide for s in fields.values()):
            self.bits = 0
            for name, shape in fields.items():
                self.offsets[name] = self.bits
                self.bits += shape.bits
            self.bits = max(1, self.bits)
        else:
            self.bits = self._fill_words() * STRIDE

    def _fill_words(self) -> int:
        """First fit: wide fields on words of their own, scalar ones into the first word with room."""
        used: list[int] = []
        for name, shape in self.fields.items():
            if shape.wide:
                self.offsets[name] = len(used) * STRIDE
                used.extend([PAYLOAD] * shape.words)
                continue
            word = next((w for w, bits in enumerate(used) if bits + shape.bits <= PAYLOAD), len(used))
            if word == len(used):
                used.append(0)
            self.offsets[name] = word * STRIDE + used[word]
            used[word] += shape.bits
        return max(1, len(used))

    def parts(self, value: Any) -> Iterable[Any]:
        """The values of the fields, in order."""
        return [value.fields[name] for name in self.fields]

    def made(self, parts: Iterable[Any]) -> Any:
        """The value with these."""
        return RecordValue(dict(zip(self.fields, parts, strict=True)))

    def encode(self, value: Any) -> int:
        fields = zip(self.fields.items(), self.parts(value), strict=True)
        return sum(shape.encode(part) << self.offsets[name] for (name, shape), part in fields)

    def decode(self, code: int) -> Any:
        return self.made(shape.decode(code >> self.offsets[n] & shape.mask) for n, shape in self.fields.items())

    def size(self) -> float:
        return math.prod(shape.size() for shape in self.fields.values())

    def rank(self, value: Any) -> int:
        position = 0
        for shape, part in zip(self.fields.values(), self.parts(value), strict=True):
            position = position * int(shape.size()) + shape.rank(part)
        return position


class UnionShape(Shape):
    """Records of several kinds: a tag, then the fields of that kind.

    A field that several kinds have with the same domain lies at the same place in all of them.
    """

    def __init__(self, tag: str, kinds: dict[Any, dict[str, Shape]]) -> None:
        self.tag = tag
        self.tags = AtomShape(kinds)
        self.kinds = [RecordShape(f, offsets=o) for f, o in zip(kinds.values(), _shared(kinds), strict=True)]
        self.bits = self.tags.bits + max(kind.bits for kind in self.kinds)
        if self.wide:
            widest = max(self.tags.members, key=lambda member: self.kinds[self.tags.encode(member)].bits)
            raise SpecError(
                f"a record of this union takes {self.bits} bits, where {tag} = {to_tla(widest)}; at most {PAYLOAD} are "
                "supported: narrow its fields"
            )
        self.key = ("union", tag, self.tags.key, tuple(kind.key for kind in self.kinds))

    def encode(self, value: Any) -> int:
        tag = self.tags.encode(value.fields[self.tag])
        return tag | self.kinds[tag].encode(value) << self.tags.bits

    def decode(self, code: int) -> RecordValue:
        tag = code & self.tags.mask
        fields = self.kinds[tag].decode(code >> self.tags.bits).fields
        return RecordValue({self.tag: self.tags.members[tag], **fields})

    def size(self) -> float:
        return sum(kind.size() for kind in self.kinds)

    def rank(self, value: Any) -> int:
        tag = self.tags.encode(value.fields[self.tag])
        return int(sum(kind.size() for kind in self.kinds[:tag])) + self.kinds[tag].rank(value)


def _shared(kinds: dict[Any, dict[str, Shape]]) -> list[dict[str, int]]:
    """Offsets of the fields of each kind: fields that more kinds share are placed first, each as low as it goes."""
    users: dict[tuple[str, Any], list[int]] = {}
    shapes: dict[tuple[str, Any], Shape] = {}
    for number, fields in enumerate(kinds.values()):
        for name, shape in fields.items():
            users.setdefault((name, shape.key), []).append(number)
            shapes[name, shape.key] = shape
    offsets: list[dict[str, int]] = [{} for _ in kinds]
    taken: list[list[tuple[int, int]]] = [[] for _ in kinds]
    for field in sorted(users, key=lambda f: -len(users[f])):
        bits, start = shapes[field].bits, 0
        while True:
            ends = [e for k in users[field] for b, e in taken[k] if b < start + bits and start < e]
            if not ends:
                break
            start = max(ends)
        for k in users[field]:
            taken[k].append((start, start + bits))
            offsets[k][field[0]] = start
    return offsets


class SeqShape(Shape):
    """A sequence: its length, then ``capacity`` elements (unused ones 0)."""

    def __init__(self, element: Shape, capacity: int) -> None:
        self.element, self.capacity = element, capacity
        self.slots = Slots(capacity, element)
        self.length = IntShape(0, capacity)
        if self.slots.bits + self.length.bits <= PAYLOAD:
            self.start = self.length.bits
            self.bits = self.start + self.slots.bits
        else:
            self.start = STRIDE
            self.bits = self.start + self.slots.words_up()
        self.key = ("seq", element.key, capacity)

    def encode(self, value: Any) -> int:
        sequence = as_sequence(value)
        assert sequence is not None
        return len(sequence) | self.slots.encode(tuple.__iter__(sequence)) << self.start

    def decode(self, code: int) -> SeqValue:
        return SeqValue(self.slots.decode(code >> self.start, code & self.length.mask))


class SetShape(Shape):
    """A set, as a bitmap over all values of its element's shape; with ``capacity``, of at most so many elements."""

    def __init__(self, element: Shape, values: tuple[Any, ...], capacity: int | None = None) -> None:
        self.element, self.values, self.capacity = element, values, capacity
        self.slots = Slots(len(values), BoolShape())
        self.bits = max(1, self.slots.bits)
        self.key = ("set", element.key) if capacity is None else ("set", element.key, capacity)
        self.bit_of = {v: 1 << self.slots.offset(k) for k, v in enumerate(values)}

    @cached_property
    def codes(self) -> list[int]:
        """The code of each value."""
        return [self.element.encode(value) for value in self.values]

    def encode(self, value: Any) -> int:
        return sum([self.bit_of[v] for v in value])

    def decode(self, code: int) -> frozenset[Any]:
        return frozenset(v for k, v in enumerate(self.values) if code >> self.slots.offset(k) & 1)

    def size(self) -> float:
        return math.inf if len(self.values) > PAYLOAD else 2 ** len(self.values)

    def rank(self, value: Any) -> int:
        return self.encode(value)


class BagShape(Shape):
    """A bag (or, with no room for counts, a set): slots of element and count, sorted, 0 where free.

    Always whole words: bags change in place.
    """

    def __init__(self, element: Shape, distinct: int, copies: int) -> None:
        self.element, self.distinct, self.copies = element, distinct, copies
        self.count = IntShape(0, copies)
        self.slot = RecordShape({"count": self.count, "element": element})
        self.slots = Slots(distinct, self.slot)
        self.bits = self.slots.words_up()
        self.key = ("bag", element.key, distinct, copies)

    def encode(self, value: Any) -> int:
        function = as_function(value)
        items = ((v, 1) for v in value) if function is None else function.items()
        codes = sorted(count | self.element.encode(v) << self.count.bits for v, count in items)
        return sum(code << self.slots.offset(k) for k, code in enumerate(codes))

    def decode(self, code: int) -> BagValue:
        slots = (code >> self.slots.offset(k) & self.slot.mask for k in range(self.distinct))
        return BagValue({self.element.decode(s >> self.count.bits): s & self.count.mask for s in slots if s})


class SortedSetShape(BagShape):
    """A set too large for a bitmap: a bag with one copy of each element."""

    def __init__(self, element: Shape, capacity: int) -> None:
        super().__init__(element, capacity, 1)
        self.key = ("sortedset", *self.key[1:])

    def decode(self, code: int) -> Any:
        return frozenset(super().decode(code))
