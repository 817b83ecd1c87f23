"""Domains of variables that are declared without one: what holds the values in some states, and more like them.

TLA+ has no types, so the values of a variable tell what it ranges over. A domain has room beyond them: numbers and
lengths up to the next power of two, all model values of a constant, all strings that the same states have there. A
value outside is found by the engine where it is assigned, and widens the domain.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from mc.engine.learn.stored import is_function
from mc.errors import McError
from mc.lang.composites import Bag, Product, Record, Seq, Set, Union
from mc.lang.domains import BOOLEAN, Domain, Enum, Fn, Listed, Optional, Range, Written
from mc.lang.kinds import shown
from mc.lang.text import to_tla
from mc.lang.values import BagValue, FnValue, ModelValue, RecordValue, SeqValue

#: Sets over so many elements are stored whole, whatever their size.
FEW = 64
#: The largest of some numbers from 0 on is this, at least.
LEAST_NUMBER = 7
#: Atoms beside values with parts, at most: each is an option of its own.
MOST_OPTIONS = 3
#: Numbers beside atoms, at most.
MOST_NUMBERS = 256


class NotLearned(McError):
    """The values of a variable have no domain."""


class Learner:
    """Finds domains.

    ``sets``: the constants that are sets of model values, in TLC's order; ``met``: the order of atoms; ``fields``: the
    names of fields in the text, by which records are told from functions on strings.
    """

    def __init__(
        self, sets: Iterable[tuple[ModelValue, ...]], met: Mapping[str, int], fields: frozenset[str] = frozenset()
    ) -> None:
        self._together: dict[ModelValue, tuple[ModelValue, ...]] = {}
        for members in sets:
            for member in members:
                if len(members) > len(self._together.get(member, ())):
                    self._together[member] = members
        self._met = met
        self._fields = fields
        #: How often numbers and lengths are doubled beyond the room that they have: after each start in vain.
        self.doublings = 0
        #: Whether what is looked at is in a set, which has a bit for each of few elements.
        self._inside = False

    def variables(
        self, names: Sequence[str], states: Sequence[Sequence[Any]], more: Mapping[str, Iterable[Any]]
    ) -> dict[str, Domain]:
        """The domain of each variable, from states and from ``more`` values of some of them; :class:`NotLearned` says
        which variable has none."""
        found = {}
        for number, name in enumerate(names):
            try:
                found[name] = self.domain(_distinct([*(state[number] for state in states), *more.get(name, ())]))
            except NotLearned as error:
                raise NotLearned(f"the variable {name}: {error}") from None
        return found

    def domain(self, values: Sequence[Any]) -> Domain:
        """A domain for some values and others like them."""
        atoms = [value for value in values if isinstance(value, (str, ModelValue))]
        truths = [value for value in values if type(value) is bool]
        numbers = [value for value in values if type(value) is int]
        parts = [value for value in values if isinstance(value, (frozenset, SeqValue, RecordValue, FnValue))]
        if parts:
            if truths or numbers:
                _apart(parts[0], [*truths, *numbers][0])
            return self._with_options(self._composite(parts), atoms)
        if numbers and truths:
            _apart(numbers[0], truths[0])
        if numbers:
            return self._with_options(self._range(numbers), atoms)
        if truths:
            return self._with_options(BOOLEAN, atoms)
        return Enum(*self.atoms(atoms)) if atoms else Range(0, 0)

    def atoms(self, values: Iterable[Any]) -> list[Any]:
        """Strings and model values, with those that belong to the same constants, in TLC's order."""
        found = {other: None for value in values for other in self._together.get(value, (value,))}
        return sorted(found, key=self._rank)

    def _rank(self, atom: Any) -> tuple[int, str]:
        name = atom.name if isinstance(atom, ModelValue) else atom
        return self._met.get(name, len(self._met)), name

    def _with_options(self, domain: Domain, atoms: Sequence[Any]) -> Domain:
        """A domain, and some atoms beside it."""
        names = sorted(set(atoms), key=self._rank)
        if not names:
            return domain
        if len(names) > 1 and isinstance(domain, Range) and len(domain) <= MOST_NUMBERS:
            return Enum(*domain, *self.atoms(names))
        if len(names) > MOST_OPTIONS:
            raise NotLearned(f"it is one of many atoms, such as {to_tla(names[0])}, or no atom")
        for name in names:
            domain = Optional(domain, name)
        return domain

    def _composite(self, values: Sequence[Any]) -> Domain:
        """A domain of values with parts."""
        sets = [value for value in values if isinstance(value, frozenset)]
        records = [value for value in values if isinstance(value, RecordValue)]
        functions = [value for value in values if isinstance(value, FnValue)]
        functions += [FnValue(value.fields) for value in records if is_function(value, self._fields)]
        records = [value for value in records if not is_function(value, self._fields)]
        sequences = [value for value in values if isinstance(value, SeqValue)]
        if sets:
            if len(sets) < len(values):
                _apart(sets[0], next(value for value in values if not isinstance(value, frozenset)))
            return self._set(sets)
        if functions:
            if len(functions) + sum(not value for value in sequences) < len(values):
                _apart(functions[0], next(value for value in values if not isinstance(value, FnValue) and value))
            return self._function(functions, len(functions) < len(values))
        if records:
            if sequences:
                _apart(records[0], sequences[0])
            return self._record(records)
        return self._sequence(sequences)

    def _set(self, values: Sequence[frozenset[Any]]) -> Domain:
        kept, self._inside = self._inside, True
        element = self.domain(_distinct(element for value in values for element in value))
        self._inside = kept
        if element.mixed:
            raise NotLearned(f"a set has elements of several kinds, in {element!r}")
        if element.size() <= FEW:
            return Set(element)
        return Set(element, self._room(max(map(len, values))))

    def _sequence(self, values: Sequence[SeqValue]) -> Domain:
        lengths = set(map(len, values))
        if len(lengths) > 1 or 0 in lengths:
            return Seq(self._elements(values), self._room(max(lengths)))
        columns = [_distinct(column) for column in zip(*map(tuple.__iter__, values), strict=True)]
        if self._is_alike(values, columns):
            return Written(Range(1, *lengths), self._elements(values))
        return Product(*map(self.domain, columns))

    def _elements(self, values: Sequence[SeqValue]) -> Domain:
        return self.domain(_distinct(element for value in values for element in tuple.__iter__(value)))

    def _is_alike(self, values: Sequence[SeqValue], columns: Sequence[Sequence[Any]]) -> bool:
        """Whether the components of tuples have one domain, and it is not that some are atoms, and others never."""
        try:
            element = self._elements(values)
        except NotLearned:
            return False
        atoms = [{isinstance(value, (str, ModelValue)) for value in column} for column in columns]
        return not element.mixed and not (isinstance(element, Optional) and {True} in atoms and {False} in atoms)

    def _function(self, values: Sequence[FnValue], empty: bool) -> Domain:
        keys = [frozenset(value) for value in values]
        if all(map(_is_argument, keys[0])) and not empty and all(others == keys[0] for others in keys):
            return Written(
                self._keys(keys[0]), self.domain(_distinct(part for value in values for part in value.values()))
            )
        counts = [count for value in values for count in value.values()]
        if not all(type(count) is int and count > 0 for count in counts):
            raise NotLearned(f"functions have different domains, or arguments that are no atoms: {shown(values[0])}")
        elements = self.domain(_distinct(key for value in values for key in value))
        return Bag(elements, self._room(max(map(len, values))), self._room(max(counts)))

    def _keys(self, keys: frozenset[Any]) -> Domain:
        """The domain of functions."""
        if all(isinstance(key, SeqValue) for key in keys) and len(set(map(len, keys))) == 1:
            return Listed(keys)
        numbers = sorted(key for key in keys if type(key) is int)
        if len(numbers) == len(keys):
            return Range(numbers[0], numbers[-1]) if numbers[-1] - numbers[0] < len(numbers) else Enum(*numbers)
        if numbers or any(isinstance(key, (bool, SeqValue)) for key in keys):
            raise NotLearned(f"functions have arguments of several kinds, such as {to_tla(min(keys, key=to_tla))}")
        return Enum(*sorted(keys, key=self._rank))

    def _record(self, values: Sequence[RecordValue]) -> Domain:
        kinds: dict[frozenset[str], list[RecordValue]] = {}
        for value in values:
            kinds.setdefault(frozenset(value.fields), []).append(value)
        if len(kinds) == 1:
            return Record(**self._parts(values))
        tag = next((name for name in sorted(frozenset.intersection(*kinds), key=self._rank) if _tells(name, kinds)), "")
        if not tag:
            raise NotLearned("records have different fields, and no field tells which")
        found: dict[Any, list[RecordValue]] = {}
        for value in values:
            found.setdefault(value.fields[tag], []).append(value)
        return Union(*(Record(**self._tagged(tag, found[key])) for key in sorted(found, key=self._rank)))

    def _range(self, numbers: Collection[int]) -> Range:
        lo, hi = min(numbers), max(numbers)
        more = 0 if self._inside else self.doublings
        least = 1 if self._inside else LEAST_NUMBER
        upper = (1 << max(hi, least).bit_length() + more) - 1
        return Range(0 if lo >= 0 else -(1 << (-lo - 1).bit_length() + more), upper)

    def _room(self, most: int) -> int:
        """How many elements there may be, where there are so many now."""
        return 1 << most.bit_length() + self.doublings

    def _tagged(self, tag: str, values: Sequence[RecordValue]) -> dict[str, Any]:
        return {**self._parts(values), tag: Enum(values[0].fields[tag])}

    def _parts(self, values: Sequence[RecordValue]) -> dict[str, Any]:
        names = sorted(values[0].fields, key=self._rank)
        return {name: self.domain(_distinct(value.fields[name] for value in values)) for name in names}


def _is_argument(value: Any) -> bool:
    """Whether a value is an atom, or a tuple of such."""
    return isinstance(value, (str, int, ModelValue)) or (
        isinstance(value, SeqValue) and bool(value) and all(map(_is_argument, tuple.__iter__(value)))
    )


def _apart(one: Any, other: Any) -> None:
    raise NotLearned(f"it is {shown(one)}, or {shown(other)}")


def _tells(name: str, kinds: Mapping[frozenset[str], Collection[RecordValue]]) -> bool:
    """Whether a field has other values in each kind of record, all of them atoms."""
    values = [{record.fields[name] for record in records} for records in kinds.values()]
    together = set().union(*values)
    return len(together) == sum(map(len, values)) and all(isinstance(v, (str, ModelValue)) for v in together)


def _distinct(values: Iterable[Any]) -> list[Any]:
    """Each of some values once; TRUE is not 1."""
    return list({(type(value), value): value for value in values}.values())


# From the values of TLA+'s normal form to those of a domain, and back


def stored(domain: Domain, value: Any) -> Any:
    """A value in normal form as an element of a domain; :class:`mc.errors.DomainError` where it is none."""
    match domain:
        case Fn() if isinstance(value, RecordValue):
            value = FnValue(value.fields)
    match domain:
        case Fn() if isinstance(value, (SeqValue, FnValue)):
            given = FnValue(dict(enumerate(tuple.__iter__(value), 1))) if isinstance(value, SeqValue) else value
            value = FnValue({key: stored(domain.range, part) for key, part in given.items()})
        case Product() if isinstance(value, SeqValue) and len(value) == len(domain.components):
            value = SeqValue(map(stored, domain.components, tuple.__iter__(value)))
        case Seq() if isinstance(value, SeqValue):
            value = SeqValue(stored(domain.element, part) for part in tuple.__iter__(value))
        case Set() if isinstance(value, frozenset):
            value = frozenset(stored(domain.element, part) for part in value)
        case Record() if isinstance(value, RecordValue):
            if set(value.fields) == set(domain.fields):
                value = RecordValue({name: stored(domain.fields[name], part) for name, part in value.fields.items()})
        case Union() if isinstance(value, RecordValue):
            kind = domain.by_tag.get(value.fields.get(domain.tag))
            if kind is not None:
                return stored(kind, value)
        case Optional() if not (type(value) is type(domain.none) and value == domain.none):
            return stored(domain.domain, value)
        case Bag() if isinstance(value, FnValue):
            value = FnValue({stored(domain.element, key): count for key, count in value.items()})
    return domain.coerce(value)


def normal(value: Any) -> Any:
    """An element of a domain in TLA+'s normal form: a function on ``1..n`` is a sequence, one on strings a record."""
    if isinstance(value, frozenset):
        return frozenset(map(normal, value))
    if isinstance(value, tuple):
        return SeqValue(map(normal, tuple.__iter__(value)))
    if isinstance(value, RecordValue):
        return RecordValue({name: normal(part) for name, part in value.fields.items()})
    if not isinstance(value, (FnValue, BagValue)):
        return value
    parts = {normal(key): normal(part) for key, part in value.items()}
    if all(type(key) is str for key in parts) and parts:
        return RecordValue(parts)
    if all(type(key) is int and key in range(1, len(parts) + 1) for key in parts):
        return SeqValue(parts[key] for key in range(1, len(parts) + 1))
    return FnValue(parts)
