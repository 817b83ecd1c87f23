"""States as a spec's Python sees them: ``s`` (read only) and ``t`` (write only).

``s`` is the unprimed state; ``t`` the primed one, which starts as a copy of ``s``. That order is
enforced: reading ``t`` or writing ``s`` raises :class:`SpecError`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from mc.errors import DomainError, SpecError
from mc.lang.composites import Record, Seq, Union
from mc.lang.domains import Domain, Fn
from mc.lang.values import FnValue, ModelValue, RecordValue, SeqValue, rename, same_kinds


class State:
    """An assignment of a value to every variable; immutable and hashable."""

    __slots__ = ("_hash", "_values")
    _values: dict[str, Any]
    _hash: int | None

    def __init__(self, values: Mapping[str, Any]) -> None:
        object.__setattr__(self, "_values", dict(values))
        object.__setattr__(self, "_hash", None)

    @property
    def values(self) -> Mapping[str, Any]:
        """Variable names and values, in declaration order."""
        return self._values

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            return self._values[name.removeprefix(".")]
        except KeyError:
            raise SpecError(f"the spec has no variable {name.removeprefix('.')!r}") from None

    def __setattr__(self, name: str, value: Any) -> None:
        raise SpecError(f"an action writes t, never s: s.{name} = ...")

    def __hash__(self) -> int:
        if self._hash is None:
            object.__setattr__(self, "_hash", hash(tuple(self._values.values())))
        assert self._hash is not None
        return self._hash

    def __reduce__(self) -> tuple[type[State], tuple[dict[str, Any]]]:
        return State, (self._values,)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, State) or self._values != other._values:
            return False
        return all(same_kinds(value, other._values[name]) for name, value in self._values.items())

    def __repr__(self) -> str:
        return "\n".join(f"/\\ {name} = {value!r}" for name, value in self._values.items())


def renamed(state: State, mapping: Mapping[ModelValue, ModelValue]) -> State:
    """The state with every model value replaced by its image (no method: those would hide variables of a spec)."""
    return State({name: rename(value, mapping) for name, value in state.values.items()})


class NextState:
    """The primed state under construction: assign to variables, or inside them.

    ``t.x = v``, ``t.f[i] = v``, ``t.f[i][j] = v`` and ``t.r.field = v`` replace that part and
    check it against the variable's domain.
    """

    __slots__ = ("_domains", "_values")
    _domains: Mapping[str, Domain]
    _values: dict[str, Any]

    def __init__(self, domains: Mapping[str, Domain], start: State | None = None) -> None:
        object.__setattr__(self, "_domains", domains)
        object.__setattr__(self, "_values", {} if start is None else dict(start.values))

    def __getattr__(self, name: str) -> _Place:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Place(self, name.removeprefix("."), ())

    def __setattr__(self, name: str, value: Any) -> None:
        self._write(name, (), value)

    def _write(self, name: str, path: tuple[Any, ...], value: Any) -> None:
        if name not in self._domains:
            raise SpecError(f"the spec has no variable {name!r}")
        if path and name not in self._values:
            raise SpecError(f"Init assigns whole variables, not a part of t.{name}")
        try:
            self._values[name] = put(self._domains[name], self._values.get(name), path, value)
        except DomainError as error:
            raise DomainError(f"variable {name}: {error}") from None

    def freeze(self) -> State:
        """The finished state; :class:`SpecError` where a variable was never assigned (in Init)."""
        for name in self._domains:
            if name not in self._values:
                raise SpecError(f"Init does not assign the variable {name!r}")
        return State({name: self._values[name] for name in self._domains})


def put(domain: Domain, old: Any, path: tuple[Any, ...], value: Any) -> Any:
    """``[old EXCEPT !path = value]``, checked against ``domain``."""
    if not path:
        return domain.coerce(value)
    key, rest = path[0], path[1:]
    if isinstance(domain, Fn):
        return FnValue({**old, key: put(domain.range, old[key], rest, value)})
    if isinstance(domain, Seq):
        replaced = put(domain.element, old[key], rest, value)
        return SeqValue(replaced if k == key else old[k] for k in range(1, len(old) + 1))
    if isinstance(domain, (Record, Union)):
        kind = domain if isinstance(domain, Record) else domain.by_tag[old.fields[domain.tag]]
        part = getattr(old, f".{key}")  # an error where this kind of record has no such field
        replaced = put(kind.fields[key], part, rest, value)
        return RecordValue({**old.fields, key: replaced})
    raise SpecError(f"a value of {domain!r} has no parts to assign to")


class _Place:
    """A part of ``t``: something to assign to, and nothing else."""

    __slots__ = ("_draft", "_name", "_path")
    _draft: NextState
    _name: str
    _path: tuple[Any, ...]

    def __init__(self, draft: NextState, name: str, path: tuple[Any, ...]) -> None:
        object.__setattr__(self, "_draft", draft)
        object.__setattr__(self, "_name", name)
        object.__setattr__(self, "_path", path)

    def __getitem__(self, key: Any) -> _Place:
        return _Place(self._draft, self._name, (*self._path, key))

    def __setitem__(self, key: Any, value: Any) -> None:
        self._draft._write(self._name, (*self._path, key), value)

    def __getattr__(self, key: str) -> _Place:
        if key.startswith("__"):
            raise AttributeError(key)
        return self[key.removeprefix(".")]

    def __setattr__(self, key: str, value: Any) -> None:
        self[key] = value

    def _read(self, *_: Any) -> NoReturn:
        raise SpecError(f"an action reads s, never t: t.{self._name} is read")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __len__ = __iter__ = __contains__ = _read
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __or__ = __ror__ = __and__ = __rand__ = _read
    __hash__ = __call__ = __int__ = __index__ = _read


#: What states and records have of their own. A variable or a field of that name is read with a dot before it.
OWN_NAMES = frozenset(
    name for kind in (State, NextState, _Place, RecordValue) for name in dir(kind) if not name.startswith("__")
)
