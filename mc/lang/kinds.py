"""Kinds of values, and operators that keep them apart as TLC does: TRUE is not 1, and is not compared with it.

Python holds ``True == 1``, takes any value for a condition, and says that a number is not a string. In TLA+ none of
this has a meaning, and TLC refuses it. A model value alone may be compared with anything: it equals itself only.
:class:`KindError` where a value is of the wrong kind.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from typing import Any

from mc.errors import KindError
from mc.lang import arithmetic
from mc.lang.text import to_tla
from mc.lang.values import BagValue, FnValue, ModelValue, RecordValue, SeqValue, as_function, as_sequence

#: What a value of each of Python's types is called.
_NAMES: dict[type, str] = {
    bool: "a Boolean",
    int: "a number",
    str: "a string",
    ModelValue: "a model value",
    SeqValue: "a sequence",
    tuple: "a sequence",
    RecordValue: "a record",
    frozenset: "a set",
}
NO_VALUE = "no value of TLA+"
#: What is said of what a sequence cannot be made of.
UNORDERED = (
    "a sequence is made of another one, or of Range(lo, hi), which are in order: tuple(e for x in q if P), not of {}"
)
#: The types of values that have no parts.
ATOMS = frozenset((bool, int, str, ModelValue))


def kind(value: object) -> str:
    """What kind of value this is: "a number", "a set", ..."""
    found = _NAMES.get(type(value))
    if found is not None:
        return found
    if isinstance(value, Set):
        return "a set"
    if isinstance(value, Mapping):
        return "a function"
    return "a sequence" if isinstance(value, tuple) else NO_VALUE


def shown(value: object) -> str:
    """A value as TLA+ text, with its kind: ``1, a number``."""
    try:
        return f"{to_tla(value)}, {kind(value)}"
    except TypeError:
        return f"{value!r}, {kind(value)}"


def refusal(one: str, other: str) -> str:
    """What is said where values of two kinds are compared that TLC does not compare."""
    return f"values of different kinds are compared: {one}, and {other}"


# Comparison


def equal(a: Any, b: Any) -> bool:
    """``a = b``"""
    if type(a) is ModelValue or type(b) is ModelValue:
        return a is b
    if type(a) is type(b) and type(a) in ATOMS:
        return bool(a == b)
    if isinstance(a, RecordValue) and isinstance(b, RecordValue):
        return _equal_records(a.fields, b.fields)
    if isinstance(a, Set) and isinstance(b, Set):
        return _equal_sets(a, b)
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(equal, tuple.__iter__(a), tuple.__iter__(b)))
    one, other = as_function(a), as_function(b)
    if one is None or other is None:
        raise KindError(refusal(shown(a), shown(b)))
    return _equal_sets(one.keys(), other.keys()) and all([equal(value, other[key]) for key, value in one.items()])


def _equal_records(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    """Records differ for certain where one field does; in TLC it must be the first one, in an order of its own."""
    if a.keys() != b.keys():
        return False
    refused: KindError | None = None
    for name, value in a.items():
        try:
            if not equal(value, b[name]):
                return False
        except KindError as error:
            refused = error
    if refused is not None:
        raise refused
    return True


def _equal_sets(a: Set[Any], b: Set[Any]) -> bool:
    sample = _sample(b)
    if sample is not None:
        _ask_elements(a, sample, b)
    return a == b


def _ask_elements(a: Collection[Any], sample: Any, b: Collection[Any]) -> None:
    """Whether elements of two sets are comparable; ``sample``: an element of ``b`` that is no model value."""
    other = _sample(a)
    if other is not None:
        equal(other, sample)
        if type(sample) not in ATOMS:
            alike((*a, *b))


def _sample(values: Iterable[Any]) -> Any:
    """An element that is no model value; None where there is none. Where it is an atom, so are all in a set."""
    for value in values:
        if type(value) is not ModelValue:
            return value
    return None


def unequal(a: Any, b: Any) -> bool:
    """``a /= b``"""
    return not equal(a, b)


def member(element: Any, collection: Any) -> bool:
    """``element \\in collection``"""
    holds = getattr(collection, "holds", None)  # of a domain
    if holds is not None:
        return bool(holds(element))
    if not isinstance(collection, (Set, BagValue)):
        raise KindError(f"'in' needs a set on its right, not {shown(collection)}")
    sample = None if type(element) is ModelValue else _sample(collection)
    if sample is not None:
        _ask_elements((element,), sample, collection)
    return element in collection


def outside(element: Any, collection: Any) -> bool:
    """``element \\notin collection``"""
    return not member(element, collection)


def _ordered(symbol: str, compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """``a < b`` of numbers, or inclusion of sets."""

    def function(a: Any, b: Any) -> bool:
        if type(a) is int and type(b) is int:
            return compare(a, b)
        if isinstance(a, Set) and isinstance(b, Set):
            _equal_sets(a, b)
            return compare(frozenset(a), frozenset(b))
        raise KindError(f"{symbol} compares numbers, or sets, not {shown(a)}, and {shown(b)}")

    return function


less = _ordered("<", operator.lt)
at_most = _ordered("<=", operator.le)
greater = _ordered(">", operator.gt)
at_least = _ordered(">=", operator.ge)

# Conditions and numbers


def truth(value: Any) -> bool:
    """A condition. What a definition returns that ends without a return is FALSE."""
    if value is True or value is False:
        return bool(value)
    if value is None:
        return False
    raise KindError(f"TRUE or FALSE is needed, not {shown(value)}")


def number(value: Any) -> int:
    """An operand of arithmetic."""
    if type(value) is int:
        return value
    raise KindError(f"a number is needed, not {shown(value)}")


def truths(values: Iterable[Any]) -> list[bool]:
    """What is asked of all, or of any."""
    return [truth(value) for value in values]


def numbers(values: Iterable[Any]) -> list[int]:
    """The operands of ``Max``."""
    return [number(value) for value in elements(values)]


def total(values: Iterable[Any]) -> int:
    """A sum."""
    return arithmetic.total(numbers(values))


# Sets, sequences and functions


def sequence(value: Any) -> tuple[Any, ...]:
    """A sequence, perhaps written as a function over ``1..n``."""
    found = as_sequence(value)
    if found is None:
        raise KindError(f"a sequence is needed, not {shown(value)}")
    return found


def collection(value: Any) -> Any:
    """A set, or a bag, which has one of elements."""
    return value if isinstance(value, BagValue) else finite_set(value)


def finite_set(value: Any) -> Any:
    """A set, of which all elements can be gone through."""
    if isinstance(value, Set):
        return value
    raise KindError(f"a set is needed, not {shown(value)}")


def elements(collection: Any, names: int = 1) -> Any:
    """What is ranged over: no string and no function, although Python ranges over its characters and arguments.

    ``names``: how many are bound at once, to the components of tuples.
    """
    is_function = isinstance(collection, FnValue) and not isinstance(collection, BagValue)
    if isinstance(collection, str) or not isinstance(collection, Iterable) or is_function:
        raise KindError(f"only a set or a sequence is ranged over, not {shown(collection)}")
    return collection if names == 1 else (components(element, names) for element in collection)


def components(value: Any, names: int) -> tuple[Any, ...]:
    """What some names are bound to at once: a tuple of so many components."""
    found = as_sequence(value)
    if found is None or len(found) != names:
        raise KindError(f"a tuple of {names} components is needed, not {shown(value)}")
    return tuple(tuple.__iter__(found))


def ordered(collection: Any, names: int = 1) -> Any:
    """What a sequence is made of: another one, or an interval."""
    if isinstance(collection, tuple) or (isinstance(collection, Set) and not isinstance(collection, frozenset)):
        return elements(collection, names)
    raise KindError(UNORDERED.format(shown(collection)))


def in_order(collection: Any, names: int = 1) -> Any:
    """What is ranged over, in an order that is the same in each process."""
    if type(collection) not in (frozenset, set) or all(type(element) is ModelValue for element in collection):
        return elements(collection, names)
    if all(type(element) in (int, bool) for element in collection):
        return elements(sorted(collection), names)
    return elements(sorted(collection, key=to_tla), names)


def alike(values: Iterable[Any]) -> list[Any]:
    """Some values that go into one set, or are arguments of one function; each two of them must be comparable.

    Python would make one of ``{1}`` and ``{TRUE}``.
    """
    found = list(values)
    if not _of_one_kind(found) and kind(_sample(found)) != NO_VALUE:
        for one, other in itertools.combinations(found, 2):
            equal(one, other)
    return found


def _of_one_kind(values: Iterable[Any]) -> bool:
    """Whether any two values of such parts can be compared; where not, each two of these must be asked about."""
    found = [value for value in values if type(value) is not ModelValue]
    types = set(map(type, found))
    if len(types) < 2 and types <= ATOMS:
        return True
    if all(isinstance(value, Set) for value in found):
        # The elements of what is no set of Python's, an interval, are numbers.
        parts = (value if isinstance(value, (set, frozenset)) else itertools.islice(value, 1) for value in found)
        return _of_one_kind(itertools.chain.from_iterable(parts))
    if not any(all(isinstance(value, form) for value in found) for form in (RecordValue, tuple, Mapping)):
        return False
    columns: dict[Any, list[Any]] = {}
    for value in found:
        for place, part in _parts(value):
            columns.setdefault(place, []).append(part)
    return all(map(_of_one_kind, columns.values()))


def _parts(value: Any) -> Iterator[tuple[Any, Any]]:
    """The parts of a value, each with a place: only parts at the same place are compared where two values are."""
    if isinstance(value, RecordValue):
        names = frozenset(value.fields)
        yield from (((names, name), part) for name, part in value.fields.items())
    elif isinstance(value, tuple):
        yield from (((len(value), number), part) for number, part in enumerate(tuple.__iter__(value)))
    else:
        yield from (("DOMAIN", argument) for argument in value)
        yield from (("values", part) for part in value.values())


def set_of(values: Iterable[Any]) -> frozenset[Any]:
    """``{e : x \\in S}``"""
    return frozenset(alike(values))


def displayed(*values: Any) -> frozenset[Any]:
    """``{a, b}``"""
    return frozenset(alike(values))


def function(pairs: Iterable[tuple[Any, Any]]) -> FnValue:
    """A function, from its arguments and values; that of no arguments is the empty bag, too."""
    made = distinct(pairs)
    return FnValue(made) if made else BagValue(made)


def mapped(pairs: Iterable[tuple[Any, Any]], domain: Any) -> Any:
    """``[i \\in S |-> e]``, from its arguments and values: a sequence where S is ``1..n``, a bag where it is one's."""
    made = function(pairs)
    if isinstance(domain, BagValue) and all(type(count) is int and count > 0 for count in made.values()):
        return BagValue(made)
    sequence = None if isinstance(domain, BagValue) else as_sequence(made)
    return made if sequence is None else sequence


def distinct(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, Any]:
    """Arguments and values of a function, which has one value for each argument."""
    found = list(pairs)
    alike(key for key, _ in found)
    made: dict[Any, Any] = {}
    for key, value in found:
        if key in made and not equal(made[key], value):
            raise KindError(f"a function has one value for {to_tla(key)}, not {to_tla(made[key])} and {to_tla(value)}")
        made[key] = value
    return made


# Operators that mean several things


_SETS: Mapping[str, Callable[[Any, Any], Any]] = {
    "-": operator.sub,
    "|": operator.or_,
    "&": operator.and_,
    "^": operator.xor,
}


def _operation(symbol: str) -> Callable[[Any, Any], Any]:
    """``a + b`` of numbers; what the same symbol means for sets, sequences and bags."""

    def function(a: Any, b: Any) -> Any:
        if type(a) is int and type(b) is int and symbol in arithmetic.OPERATIONS:
            return arithmetic.compute(symbol, a, b)
        if isinstance(a, BagValue) and isinstance(b, Set) and symbol in ("+", "-"):
            alike((*a, *b))
            return a + b if symbol == "+" else a - b
        if symbol == "+" and as_sequence(a) is not None:
            return SeqValue((*tuple.__iter__(sequence(a)), *tuple.__iter__(sequence(b))))
        if isinstance(a, Set) and isinstance(b, Set) and symbol in _SETS:
            _equal_sets(a, b)
            return _SETS[symbol](frozenset(a), frozenset(b))
        raise KindError(f"{symbol} is not for {shown(a)}, and {shown(b)}")

    return function


times = _operation("*")
quotient = _operation("//")
remainder = _operation("%")
power = _operation("**")
plus = _operation("+")
minus = _operation("-")
union = _operation("|")
intersection = _operation("&")
difference = _operation("^")

# Constants and what has parts


def constant(written: tuple[Any, ...] | Mapping[Any, Any]) -> Any:
    """A tuple or dictionary outside of definitions: a sequence or a function where all of its parts are values."""
    parts = [*written, *written.values()] if isinstance(written, Mapping) else written
    for part in parts:
        is_domain = hasattr(part, "holds")
        if type(part) in (tuple, dict) or (kind(part) == NO_VALUE and not is_domain):
            return written
    return FnValue(written) if isinstance(written, Mapping) else SeqValue(written)


def applied(value: Any) -> Any:
    """What has parts that are counted or named: no string, and none of Python's own lists."""
    if not isinstance(value, (SeqValue, Mapping, Set, RecordValue)):
        raise KindError(f"a function, a sequence or a bag is needed, not {shown(value)}")
    return value


def size(value: Any) -> int:
    """``len(value)``, of a sequence, a set or a bag."""
    if isinstance(value, (Set, BagValue)):
        return len(value)
    found = as_sequence(value)
    if found is None:
        raise KindError(f"a sequence, a set or a bag is needed, not {shown(value)}")
    return len(found)
