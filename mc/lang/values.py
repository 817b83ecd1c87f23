"""TLA+ values as Python sees them: immutable, hashable, equal when TLA+ says so.

Integers, booleans, strings and sets are Python's own ``int``, ``bool``, ``str`` and
``frozenset``; the rest is here. Sequences count from 1, as in TLA+.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, ClassVar, NoReturn

from mc.errors import EvaluationError


class ModelValue:
    """A TLC model value: equal to itself only, and without an order."""

    __slots__ = ("_hash", "name")
    _interned: ClassVar[dict[str, ModelValue]] = {}

    name: str
    _hash: int

    def __new__(cls, name: str) -> ModelValue:
        value = cls._interned.get(name)
        if value is None:
            value = super().__new__(cls)
            value.name = name
            # Python's hash of a string differs between processes; iteration over sets must not.
            value._hash = zlib.crc32(name.encode())
            cls._interned[name] = value
        return value

    def __repr__(self) -> str:
        return self.name

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other

    def __reduce__(self) -> tuple[type[ModelValue], tuple[str]]:
        return ModelValue, (self.name,)

    def _no_order(self, other: object) -> NoReturn:
        raise EvaluationError(f"model values have no order: {self} cannot be compared with {other!r} by < or >")

    __lt__ = __le__ = __gt__ = __ge__ = _no_order


class ModelValueSet(frozenset[ModelValue]):
    """The value of a constant that is a set of model values: iterates in the order of the model."""

    members: tuple[ModelValue, ...]
    name: str

    def __new__(cls, name: str, names: Iterable[str]) -> ModelValueSet:
        members = tuple(ModelValue(n) for n in names)
        self = super().__new__(cls, members)
        self.members = members
        self.name = name
        return self

    def __iter__(self) -> Iterator[ModelValue]:
        return iter(self.members)

    def __repr__(self) -> str:
        return "{" + ", ".join(m.name for m in self.members) + "}"


def same_kinds(a: Any, b: Any) -> bool:
    """Whether two values that Python holds for equal are so in TLA+, where TRUE is not 1."""
    if isinstance(a, frozenset):
        return _has_booleans(a) == _has_booleans(b)
    return (type(a) is bool) == (type(b) is bool)


def _has_booleans(elements: Collection[Any]) -> bool:
    """Whether there are Booleans in a set, or in sets that are elements of it."""
    kinds = set(map(type, elements))
    if bool in kinds:
        return True
    return any(issubclass(kind, frozenset) for kind in kinds) and any(
        isinstance(element, frozenset) and _has_booleans(element) for element in elements
    )


def _of_same_kinds(a: Collection[Any], b: Collection[Any]) -> bool:
    """Whether values that Python holds for equal, one by one, are so in TLA+."""
    kinds = list(map(type, a))
    return (frozenset not in kinds and kinds == list(map(type, b))) or all(map(same_kinds, a, b))


class SeqValue(tuple[Any, ...]):
    """A finite sequence ``<<e1, e2>>``: ``q[1]`` is its first element."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, tuple) or not tuple.__eq__(self, other):
            return False
        return _of_same_kinds(tuple(self), tuple(other))

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = tuple.__hash__

    def __getitem__(self, index: Any) -> Any:
        if not isinstance(index, int) or isinstance(index, bool):
            raise EvaluationError(f"a sequence is indexed by a number, not by {index!r}")
        if not 1 <= index <= len(self):
            raise EvaluationError(f"index {index} is outside a sequence of length {len(self)}")
        return tuple.__getitem__(self, index - 1)

    def __add__(self, other: tuple[Any, ...]) -> SeqValue:
        return SeqValue((*tuple.__iter__(self), *tuple.__iter__(other)))

    def __radd__(self, other: tuple[Any, ...]) -> SeqValue:
        return SeqValue((*tuple.__iter__(other), *tuple.__iter__(self)))


class FnValue(Mapping[Any, Any]):
    """A function with a finite domain: ``f[x]``, and ``DOMAIN f`` is ``f.keys()``."""

    __slots__ = ("_domain", "_hash", "_map")

    def __init__(self, mapping: Mapping[Any, Any]) -> None:
        self._map = dict(mapping)
        self._hash: int | None = None
        self._domain: frozenset[Any] | None = None

    @classmethod
    def of(cls, mapping: dict[Any, Any], domain: frozenset[Any] | None = None) -> FnValue:
        """The function that has this very mapping; nobody else may change it. ``domain``: if it is known."""
        self = cls.__new__(cls)
        self._map = mapping
        self._hash = None
        self._domain = domain
        return self

    @property
    def domain(self) -> frozenset[Any]:
        """``DOMAIN f``, always the same object."""
        if self._domain is None:
            self._domain = frozenset(self._map)
        return self._domain

    @property
    def mapping(self) -> Mapping[Any, Any]:
        """Arguments and values, as Python compares them: its True is 1."""
        return self._map

    def __getitem__(self, key: Any) -> Any:
        if key not in self:
            raise EvaluationError(f"{key!r} is outside the domain of the function {self!r}")
        return self._map[key]

    def __contains__(self, key: object) -> bool:
        if key not in self._map:
            return False
        if isinstance(key, frozenset) or type(key) is bool or (type(key) is int and 0 <= key <= 1):
            return any(k == key and same_kinds(k, key) for k in self._map)
        return True

    def __iter__(self) -> Iterator[Any]:
        return iter(self._map)

    def __len__(self) -> int:
        return len(self._map)

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(frozenset(self._map.items()))
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, FnValue) or type(self) is not type(other) or self._map != other._map:
            return False
        if (0 in self._map or 1 in self._map) and _has_booleans(self._map) != _has_booleans(other._map):
            return False
        if self._domain is not None and self._domain is other._domain:  # they are in one order
            return _of_same_kinds(self._map.values(), other._map.values())
        return _of_same_kinds(self._map.values(), [other._map[key] for key in self._map])

    def __repr__(self) -> str:
        return "(" + " @@ ".join(f"{k!r} :> {v!r}" for k, v in self._map.items()) + ")"


class BagValue(FnValue):
    """A bag: a function from its elements to how many copies of each it holds (at least 1).

    ``bag[m]`` is that number (an element not in the bag is an error, as in TLA+), ``m in bag``
    and iteration range over ``DOMAIN bag``; ``bag + {m}`` has one more copy of ``m``,
    ``bag - {m}`` one less (or is ``bag`` where it has none).
    """

    __slots__ = ()

    def __add__(self, elements: Iterable[Any]) -> BagValue:
        counts = dict(self._map)
        for e in elements:
            counts[e] = counts.get(e, 0) + 1
        return BagValue(counts)

    def __sub__(self, elements: Iterable[Any]) -> BagValue:
        counts = dict(self._map)
        for e in elements:
            if e in counts:
                counts[e] -= 1
                if counts[e] == 0:
                    del counts[e]
        return BagValue(counts)


def as_function(value: Any) -> FnValue | None:
    """A function, or a sequence, which is one in TLA+; None for any other value."""
    if isinstance(value, tuple):
        return FnValue(dict(enumerate(tuple.__iter__(value), 1)))
    if isinstance(value, dict):  # as Python writes it
        return FnValue(value)
    return value if isinstance(value, FnValue) else None


def as_sequence(value: Any) -> tuple[Any, ...] | None:
    """A sequence, or a function over 1..n, which is one in TLA+; None for any other value."""
    if isinstance(value, tuple):
        return value
    if isinstance(value, FnValue) and all(k in value for k in range(1, len(value) + 1)):
        return SeqValue(value[k] for k in range(1, len(value) + 1))
    return None


class RecordValue:
    """A record ``[field |-> value]``; its fields are attributes, also with a dot before them (``state.OWN_NAMES``)."""

    __slots__ = ("_fields", "_hash")
    _fields: dict[str, Any]
    _hash: int | None

    def __init__(self, fields: Mapping[str, Any]) -> None:
        object.__setattr__(self, "_fields", dict(fields))
        object.__setattr__(self, "_hash", None)

    @property
    def fields(self) -> Mapping[str, Any]:
        """Field names and values, in the order of the domain."""
        return self._fields

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            return self._fields[name.removeprefix(".")]
        except KeyError:
            raise EvaluationError(f"the record {self!r} has no field {name.removeprefix('.')!r}") from None

    def __setattr__(self, name: str, value: Any) -> None:
        raise EvaluationError(f"records do not change: cannot assign to field {name!r}")

    def __hash__(self) -> int:
        if self._hash is None:
            object.__setattr__(self, "_hash", hash(frozenset(self._fields.items())))
        assert self._hash is not None
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, RecordValue):
            return False
        mine, others = self._fields, other._fields
        if mine != others:
            return False
        if list(mine) == list(others):
            return _of_same_kinds(mine.values(), others.values())
        return _of_same_kinds(mine.values(), [others[name] for name in mine])

    def __reduce__(self) -> tuple[type[RecordValue], tuple[dict[str, Any]]]:
        return RecordValue, (self._fields,)

    def __repr__(self) -> str:
        return "[" + ", ".join(f"{k} |-> {v!r}" for k, v in self._fields.items()) + "]"


_WITHOUT_PARTS = frozenset((int, str, bool))
_set_fields = RecordValue.__dict__["_fields"].__set__
_set_hash = RecordValue.__dict__["_hash"].__set__


def record_of(fields: dict[str, Any], kind: type[RecordValue] = RecordValue) -> RecordValue:
    """The record that has this very mapping; nobody else may change it. No method: its name would be no field's."""
    record = kind.__new__(kind)
    _set_fields(record, fields)
    _set_hash(record, None)
    return record


def rename(value: Any, mapping: Mapping[ModelValue, ModelValue]) -> Any:
    """``value`` with every model value replaced by its image under ``mapping``."""
    kind = type(value)
    if kind is ModelValue:
        return mapping.get(value, value)
    if kind in _WITHOUT_PARTS:
        return value
    if isinstance(value, (frozenset, set)):
        return frozenset([rename(v, mapping) for v in value])
    if isinstance(value, tuple):
        return SeqValue([rename(v, mapping) for v in tuple.__iter__(value)])
    if isinstance(value, RecordValue):
        return record_of({k: rename(v, mapping) for k, v in value.fields.items()})
    if isinstance(value, FnValue):
        return type(value).of({rename(k, mapping): rename(v, mapping) for k, v in value.mapping.items()})
    return value
