"""The elements of a domain by their numbers, from 0, in the order of iteration; without going through those before.

So many initial states need not be kept, nor made again one after the other, to know the one with some number.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from mc.errors import SpecError
from mc.lang.composites import Product, Record, Seq, Set, Union
from mc.lang.domains import Bool, Domain, Enum, Fn, Listed, Optional, Range
from mc.lang.values import FnValue, RecordValue, SeqValue


def count(domain: Domain) -> int:
    """How many elements it has; :class:`SpecError` where it cannot be enumerated."""
    match domain:
        case Bool():
            return 2
        case Range():
            return len(domain)
        case Enum():
            return len(domain.members)
        case Listed():
            return len(domain.elements)
        case Optional():
            return count(domain.domain) + 1
        case Fn():
            return int(count(domain.range) ** len(domain.keys))
        case Record():
            return math.prod(map(count, domain.fields.values()))
        case Product():
            return math.prod(map(count, domain.components))
        case Union():
            return sum(map(count, domain.records))
        case Set():
            return sum(math.comb(count(domain.element), size) for size in range(largest(domain) + 1))
        case Seq(capacity=int(capacity)):
            return sum(count(domain.element) ** length for length in range(capacity + 1))
        case _:
            raise SpecError(f"the domain {domain!r} cannot be enumerated")


def largest(domain: Set) -> int:
    """How many elements its sets have, at most."""
    return count(domain.element) if domain.capacity is None else domain.capacity


def nth(domain: Domain, number: int) -> Any:
    """The element with a number that is less than ``count(domain)``."""
    match domain:
        case Bool():
            return bool(number)
        case Range():
            return domain.lo + number
        case Enum():
            return domain.members[number]
        case Listed():
            return domain.elements[number]
        case Optional():
            return nth(domain.domain, number) if number < count(domain.domain) else domain.none
        case Fn():
            values = nth_of_all([domain.range] * len(domain.keys), number)
            return FnValue(dict(zip(domain.keys, values, strict=True)))
        case Record():
            return RecordValue(dict(zip(domain.fields, nth_of_all([*domain.fields.values()], number), strict=True)))
        case Product():
            return SeqValue(nth_of_all(domain.components, number))
        case Union():
            for record in domain.records:
                if number < count(record):
                    return nth(record, number)
                number -= count(record)
        case Set():
            return _nth_set(domain, number)
        case Seq():
            length = 0
            while number >= count(domain.element) ** length:
                number -= count(domain.element) ** length
                length += 1
            return SeqValue(nth_of_all([domain.element] * length, number))
    raise SpecError(f"the domain {domain!r} has no element number {number}")


def _nth_set(domain: Set, number: int) -> frozenset[Any]:
    elements, size, chosen = count(domain.element), 0, []
    while number >= math.comb(elements, size):
        number -= math.comb(elements, size)
        size += 1
    for k in range(elements):
        # Of the sets that are left, so many have this element; they come first.
        having = math.comb(elements - 1 - k, size - 1) if size else 0
        if number < having:
            chosen.append(nth(domain.element, k))
            size -= 1
        else:
            number -= having
    return frozenset(chosen)


def nth_of_all(domains: Sequence[Domain], number: int) -> list[Any]:
    """The elements of several domains that ``itertools.product`` gives with that number."""
    elements = []
    for domain in reversed(domains):
        number, k = divmod(number, count(domain))
        elements.append(nth(domain, k))
    return elements[::-1]
