"""Random domains and random values of them."""

from __future__ import annotations

from random import Random
from typing import Any

from mc.lang import BOOLEAN, Bag, Domain, Enum, Fn, Optional, Range, Record, Seq, Set, Union
from mc.lang.domains import Bool
from mc.lang.values import BagValue, FnValue, ModelValue, ModelValueSet, RecordValue, SeqValue

NIL = ModelValue("Nil")


class Domains:
    """Random domains over some sets of model values."""

    def __init__(self, random: Random, atoms: tuple[ModelValueSet, ...]) -> None:
        self.random = random
        self.atoms = atoms

    def atom(self) -> Domain:
        """Some model values, strings or integers; symmetric ones in the order of their set, or in another."""
        choice = self.random.randrange(8)
        one, other = self.random.choice(self.atoms), self.random.choice(self.atoms)
        if choice < 3:
            return Enum(one)
        if choice == 3:
            return Enum(NIL, one)
        if choice == 4:
            return Enum(*reversed(one.members), "none") if one is not other else Enum(*reversed(one.members))
        if choice == 5:
            return Enum(one, other)
        return self.random.choice((Enum("a", "b", "c"), BOOLEAN, Range(-2, 3), Range(0, 70000), Enum(2, 5, 3)))

    def small(self) -> Domain:
        domain = self.atom()
        return domain if self.random.random() < 0.8 else Optional(domain, ModelValue("None"))

    def domain(self, depth: int) -> Domain:
        if not depth:
            return self.small()
        kind = self.random.choice(("fn", "fn", "record", "set", "seq", "bag", "optional", "union", "sets", "sorted"))
        return getattr(self, f"_{kind}")(depth - 1)  # type: ignore[no-any-return]

    def _fn(self, depth: int) -> Domain:
        keys = self.random.choice((Enum(self.atoms[0]), Enum(self.atoms[-1]), Enum(NIL, self.atoms[0]), Range(3, 4)))
        return Fn(keys, self.domain(self.random.randint(0, depth)))

    def _record(self, depth: int) -> Domain:
        return Record(
            **{name: self.domain(self.random.randint(0, depth)) for name in "pqr"[: self.random.randint(1, 3)]}
        )

    def _set(self, depth: int) -> Domain:
        inner = self.random.choice((self.countable, self.atom_of_set, self._pair))()
        return Set(inner)

    def _sets(self, depth: int) -> Domain:
        return Set(Set(Enum(self.atoms[0])))

    def _sorted(self, depth: int) -> Domain:
        return Set(Record(n=Range(0, 9999), a=Enum(self.atoms[0])), self.random.randint(1, 3))

    def atom_of_set(self) -> Domain:
        return Enum(self.random.choice(self.atoms))

    def countable(self) -> Domain:
        return self.random.choice((Range(-3, 4), Range(0, 99), Enum("a", "b"), Optional(Enum(self.atoms[0]), NIL)))

    def _pair(self) -> Domain:
        return Record(a=Enum(self.atoms[0]), b=self.random.choice((Enum(self.atoms[-1]), BOOLEAN, Range(1, 3))))

    def _seq(self, depth: int) -> Domain:
        return Seq(self.random.choice((self.small, self._pair))(), self.random.randint(1, 4))

    def _bag(self, depth: int) -> Domain:
        element = self.random.choice((self.atom_of_set, self._pair, self.small))()
        return Bag(element, self.random.randint(1, 4), self.random.randint(1, 3))

    def _optional(self, depth: int) -> Domain:
        return Optional(self.random.choice((self._pair, self.atom_of_set))(), ModelValue("None"))

    def _union(self, depth: int) -> Domain:
        return Union(Record(k="x", a=self.atom_of_set()), Record(k="y", b=self.small(), a=self.small()), Record(k="z"))


def random_value(domain: Domain, random: Random) -> Any:
    """An element of a domain."""
    if isinstance(domain, Bool):
        return random.random() < 0.5
    if isinstance(domain, Range):
        return random.choice((domain.lo, domain.hi, random.randint(domain.lo, domain.hi or domain.lo)))
    if isinstance(domain, Enum):
        return random.choice(domain.members)
    if isinstance(domain, Optional):
        return domain.none if random.random() < 0.3 else random_value(domain.domain, random)
    if isinstance(domain, Fn):
        # Often few different values, so that many symmetries leave the function alone.
        values = [random_value(domain.range, random) for _ in range(random.choice((1, 2, len(domain.keys))))]
        return FnValue({key: random.choice(values) for key in domain.keys})
    if isinstance(domain, Record):
        return RecordValue({name: random_value(part, random) for name, part in domain.fields.items()})
    if isinstance(domain, Union):
        return random_value(random.choice(domain.records), random)
    if isinstance(domain, Seq):
        return SeqValue(random_value(domain.element, random) for _ in range(random.randint(0, domain.capacity or 0)))
    if isinstance(domain, Set):
        size = random.choice((0, 1, 2, 9)) if domain.capacity is None else random.randint(0, domain.capacity)
        return frozenset(random_value(domain.element, random) for _ in range(size))
    assert isinstance(domain, Bag)
    elements = {random_value(domain.element, random) for _ in range(random.randint(0, domain.distinct))}
    return BagValue({element: random.randint(1, domain.copies) for element in elements})
