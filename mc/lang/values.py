"""TLA+ values as Python sees them: immutable, hashable, equal when TLA+ says so.

Integers, booleans, strings and sets are Python's own ``int``, ``bool``, ``str`` and
``frozenset``; the rest is here. Sequences count from 1, as in TLA+.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
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


class SeqValue(tuple[Any, ...]):
    """A finite sequence ``<<e1, e2>>``: ``q[1]`` is its first element."""

    __slots__ = ()

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

    __slots__ = ("_hash", "_map")

    def __init__(self, mapping: Mapping[Any, Any]) -> None:
        self._map = dict(mapping)
        self._hash: int | None = None

    def __getitem__(self, key: Any) -> Any:
        try:
            return self._map[key]
        except KeyError:
            raise EvaluationError(f"{key!r} is outside the domain of the function {self!r}") from None

    def __contains__(self, key: object) -> bool:
        return key in self._map

    def __iter__(self) -> Iterator[Any]:
        return iter(self._map)

    def __len__(self) -> int:
        return len(self._map)

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(frozenset(self._map.items()))
        return self._hash

    def __eq__(self, other: object) -> bool:
        if isinstance(other, FnValue):
            return type(self) is type(other) and self._map == other._map
        return isinstance(other, dict) and self._map == other  # {i: e for i in S}, as a spec writes it

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


class RecordValue:
    """A record ``[field |-> value]``; its fields are attributes."""

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
            return self._fields[name]
        except KeyError:
            raise EvaluationError(f"the record {self!r} has no field {name!r}") from None

    def __setattr__(self, name: str, value: Any) -> None:
        raise EvaluationError(f"records do not change: cannot assign to field {name!r}")

    def __hash__(self) -> int:
        if self._hash is None:
            object.__setattr__(self, "_hash", hash(frozenset(self._fields.items())))
        assert self._hash is not None
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RecordValue) and self._fields == other._fields

    def __reduce__(self) -> tuple[type[RecordValue], tuple[dict[str, Any]]]:
        return RecordValue, (self._fields,)

    def __repr__(self) -> str:
        return "[" + ", ".join(f"{k} |-> {v!r}" for k, v in self._fields.items()) + "]"


def rename(value: Any, mapping: Mapping[ModelValue, ModelValue]) -> Any:
    """``value`` with every model value replaced by its image under ``mapping``."""
    if isinstance(value, ModelValue):
        return mapping.get(value, value)
    if isinstance(value, (frozenset, set)):
        return frozenset(rename(v, mapping) for v in value)
    if isinstance(value, tuple):
        return SeqValue(rename(v, mapping) for v in tuple.__iter__(value))
    if isinstance(value, RecordValue):
        return RecordValue({k: rename(v, mapping) for k, v in value.fields.items()})
    if isinstance(value, FnValue):
        return type(value)({rename(k, mapping): rename(v, mapping) for k, v in value.items()})
    return value
