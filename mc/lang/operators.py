"""TLA+ operators for specs: the vocabulary of Naturals, Sequences, FiniteSets and Bags.

Quantifiers and set builders are Python's own: ``all(... for x in S)``, ``any(... for x in S)``,
``{x for x in S if ...}``, and ``{i: e for i in S}`` for ``[i \\in S |-> e]``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from mc.errors import EvaluationError, KindError
from mc.lang import kinds
from mc.lang.values import BagValue, SeqValue


def Len(seq: tuple[Any, ...]) -> int:
    """Length of a sequence."""
    return len(kinds.sequence(seq))


def Append(seq: tuple[Any, ...], element: Any) -> SeqValue:
    """The sequence with ``element`` added at its end."""
    return SeqValue((*tuple.__iter__(kinds.sequence(seq)), element))


def SubSeq(seq: tuple[Any, ...], first: int, last: int) -> SeqValue:
    """Elements ``first..last``; empty where ``first > last``."""
    seq, first, last = kinds.sequence(seq), kinds.number(first), kinds.number(last)
    if first > last:
        return SeqValue()
    if first < 1 or last > len(seq):
        raise EvaluationError(f"SubSeq({first}, {last}) is outside a sequence of length {len(seq)}")
    return SeqValue(tuple(tuple.__iter__(seq))[first - 1 : last])


def Head(seq: tuple[Any, ...]) -> Any:
    """First element."""
    return SeqValue(tuple.__iter__(kinds.sequence(seq)))[1]


def Tail(seq: tuple[Any, ...]) -> SeqValue:
    """All but the first element."""
    seq = kinds.sequence(seq)
    if not seq:
        raise EvaluationError("Tail of an empty sequence")
    return SubSeq(seq, 2, len(seq))


def Cardinality(elements: Collection[Any]) -> int:
    """Number of elements of a finite set, or of different ones in a bag."""
    return len(kinds.collection(elements))


def UNION(sets: Collection[Any]) -> frozenset[Any]:
    """``UNION S``: all elements of the elements of a set of sets."""
    return kinds.set_of(element for part in kinds.finite_set(sets) for element in kinds.finite_set(part))


def Max(numbers: Iterable[int]) -> int:
    """Largest element of a set of numbers; an error where it is empty."""
    return _extreme(max, "Max", numbers)


def Min(numbers: Iterable[int]) -> int:
    """Smallest element of a set of numbers; an error where it is empty."""
    return _extreme(min, "Min", numbers)


def _extreme(choose: Any, name: str, numbers: Iterable[int]) -> int:
    if isinstance(numbers, BagValue):
        raise KindError(f"a set is needed, not {kinds.shown(numbers)}")
    found = kinds.numbers(numbers if isinstance(numbers, Iterator) else kinds.elements(numbers))
    if not found:
        raise EvaluationError(f"{name} of an empty set")
    return int(choose(found))


#: What is said where there is no only element.
NONE, SEVERAL = "The: no element satisfies this", "The: several elements satisfy this"


def The(elements: Iterable[Any]) -> Any:
    """The only element of a set; an error where it is empty or has another one."""
    found = kinds.set_of(elements if isinstance(elements, Iterator) else kinds.finite_set(elements))
    if len(found) != 1:
        raise EvaluationError(SEVERAL if found else NONE)
    (only,) = found
    return only


def CopiesIn(element: Any, bag: BagValue) -> int:
    """How many copies of ``element`` a bag holds; 0 where it is not in the bag."""
    if not isinstance(bag, BagValue):
        raise KindError(f"a bag is needed, not {kinds.shown(bag)}")
    return int(bag[element]) if kinds.member(element, bag) else 0
