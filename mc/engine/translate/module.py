"""The generated module: functions specialised to the shapes of their arguments, tables, scratch memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mc.engine.code.build import computed, table
from mc.engine.code.nodes import Pointer, Word
from mc.engine.code.statements import Function
from mc.engine.result import Unevaluable
from mc.engine.store.layout import Layout
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
    UnionShape,
)
from mc.engine.store.storage import encodable, shape_of
from mc.engine.translate.helpers import BAG, ranking
from mc.formula import operators as op
from mc.formula.nodes import (
    All,
    Apply,
    Assign,
    Definition,
    Each,
    Either,
    Enter,
    Expression,
    Fold,
    If,
    Let,
    Some,
    Test,
    Tree,
    With,
)
from mc.lang.composites import Record
from mc.lang.domains import Domain
from mc.lang.values import ModelValue, ModelValueSet, RecordValue
from mc.spec.objects import Spec


class Module:
    """Collects the code of everything that one model of a spec needs."""

    def __init__(self, spec: Spec, layout: Layout) -> None:
        self.spec = spec
        self.layout = layout
        self.definitions = spec.formulas
        self.facts = spec.interpreter.facts
        self.functions: list[Function] = []
        self.tables: dict[tuple[int, ...], str] = {}
        #: Names of numbers and of lists of numbers.
        self.constants: dict[str, int | list[int]] = {}
        #: Sets of any elements of a shape that sets of the spec have elements of, by key of that shape.
        self.universes: dict[Any, SetShape] = {}
        #: The kinds of records that the variables of the spec may have in one place.
        self.unions: list[UnionShape] = []
        #: The shapes of records in variables.
        self.records: list[RecordShape] = []
        #: What is known of conditions on elements of sets; see :mod:`mc.engine.translate.filters`.
        self.decided: dict[Any, tuple[int, tuple[int, ...]]] = {}
        #: What may fail to have a value, each with its number, from 1.
        self.failures: dict[Unevaluable, int] = {}
        self.scratch_words = 1
        #: How many expressions have been translated.
        self.expressions = 0
        #: The functions generated for definitions, see :mod:`mc.engine.translate.functions`.
        self.specialised: dict[Any, Any] = {}
        self._helpers: dict[Any, Any] = {}
        self._names: dict[str, int] = {}
        self._shapes: dict[int, tuple[Domain, Shape]] = {}
        self._parts: dict[int, Definition] = {}
        self._joined: dict[tuple[int, ...], All] = {}
        for shape in layout.fields.values():
            self._note_universes(shape)

    def _note_universes(self, shape: Shape) -> None:
        if isinstance(shape, SetShape):
            self.universes[shape.element.key] = SetShape(shape.element, shape.values)
        if isinstance(shape, UnionShape) and shape.key not in [union.key for union in self.unions]:
            self.unions.append(shape)
        if isinstance(shape, RecordShape):
            self.records.append(shape)
        for part in _parts(shape):
            self._note_universes(part)

    # What the spec's names stand for

    def in_place(self, definition: Definition) -> bool:
        """Whether a definition is translated where it is used: it is one expression, or assignments and one condition
        after them, perhaps with names for some values."""
        return self._straight(definition.body)

    def _straight(self, node: Expression | Tree) -> bool:
        match node:
            case Let() | With():
                return self._straight(node.value) and self._straight(node.body)
            case All(parts=parts):
                return all(map(self._always, parts[:-1])) and all(map(self._straight, parts))
            case Test(condition=condition):
                return self._straight(condition)
            case Fold() | If() | Each() | Either() | Some():
                return False
        return not (isinstance(node, Apply) and node.operator is op.IF)

    def _always(self, tree: Tree) -> bool:
        """Whether a tree holds in every state."""
        if isinstance(tree, Enter):
            return self._always(self.definitions[tree.definition].tree)
        return isinstance(tree, Assign) or (isinstance(tree, All) and all(map(self._always, tree.parts)))

    def part(self, tree: Tree) -> Definition:
        """A part of a definition as one of its own, whose parameters are the names that it uses, by name."""
        if id(tree) not in self._parts:
            names = tuple(sorted(self.facts.of(tree).free))
            self._parts[id(tree)] = Definition("part", names, tree, place=tree.place)
        return self._parts[id(tree)]

    def joined(self, parts: Sequence[Tree]) -> All:
        """Parts of a conjunction as one of their own."""
        return self._joined.setdefault(tuple(map(id, parts)), All(tuple(parts), place=parts[0].place))

    def shape_of(self, domain: Domain) -> Shape:
        """The shape of a domain that the spec names."""
        kept = self._shapes.get(id(domain))
        if kept is None:
            kept = self._shapes[id(domain)] = (domain, shape_of(domain))
        return kept[1]

    def atoms_with(self, value: ModelValue) -> AtomShape:
        """The shape of the constant set that a model value belongs to, or of the value alone."""
        for constant in self.spec.constants.values():
            if isinstance(constant, ModelValueSet) and value in constant:
                return AtomShape(constant.members)
        return AtomShape((value,))

    def union_with(self, value: RecordValue) -> UnionShape | None:
        """The shape of records of several kinds that a record is one of."""
        return next((union for union in self.unions if encodable(union, value)), None)

    def record_with(self, value: RecordValue) -> RecordShape | None:
        """The shape of records that a record is one of, by name in the spec or in its variables."""
        named = (self.shape_of(given) for given in self.spec.namespace.values() if isinstance(given, Record))
        found = (shape for shape in (*self.records, *named) if encodable(shape, value))
        return next((shape for shape in found if isinstance(shape, RecordShape)), None)

    # Parts of the generated module

    def allocate(self, words: int) -> int:
        """Words of scratch memory; returns the index of the first."""
        first = self.scratch_words
        self.scratch_words += words
        return first

    def table(self, numbers: list[int]) -> Pointer:
        """A constant array."""
        return table(self.tables.setdefault(tuple(numbers), f"TABLE_{len(self.tables)}"))

    def unique(self, name: str) -> str:
        """A name for a function; a spec may have definitions such as ``Send_2``."""
        number = self._names.get(name, 0) + 1
        found = name if number == 1 else f"{name}_{number}"
        while number > 1 and found in self._names:
            number += 1
            found = f"{name}_{number}"
        self._names[name] = number
        self._names.setdefault(found, 1)
        return found

    def add(self, function: Function) -> None:
        """Add a function to the module."""
        self.functions.append(function)

    # Helpers for shapes

    def rank(self, shape: Shape, code: Word) -> Word:
        """The position of a value among all values of its shape, from its code."""
        if isinstance(shape, (IntShape, BoolShape, AtomShape)):
            return code
        if isinstance(shape, SetShape) and not shape.wide:
            return code
        name = self._helpers.get(("rank", shape.key))
        if name is None:
            name = self._helpers["rank", shape.key] = self.unique("rank")
            self.add(ranking(name, shape, self.rank))
        return computed(name, code)

    def bag_functions(self, shape: BagShape) -> tuple[str, str]:
        """Names of the functions ``add(p, w, e) -> fits`` and ``remove(p, w, e)`` for a shape of bag."""
        return self._bag(shape, "add"), self._bag(shape, "remove")

    def bag_put(self, shape: BagShape) -> str:
        """Name of the function ``put(p, w, slot)``, for a bag that does not have the element."""
        return self._bag(shape, "put")

    def bag_count(self, shape: BagShape) -> str:
        """Name of the function ``count(p, w, e)``: the copies of ``e``."""
        return self._bag(shape, "count")

    def bag_size(self, shape: BagShape) -> str:
        """Name of the function ``size(p, w)``: the number of distinct elements."""
        return self._bag(shape, "size")

    def _bag(self, shape: BagShape, operation: str) -> str:
        key = (operation, shape.key)
        name = self._helpers.get(key)
        if name is None:
            name = self._helpers[key] = self.unique(f"bag_{operation}")
            self.add(BAG[operation](name, shape))
        return str(name)


def _parts(shape: Shape) -> list[Shape]:
    if isinstance(shape, OptionalShape):
        return [shape.inner]
    if isinstance(shape, FnShape):
        return [shape.domain, shape.element]
    if isinstance(shape, RecordShape):
        return list(shape.fields.values())
    if isinstance(shape, UnionShape):
        return list(shape.kinds)
    return [shape.element] if isinstance(shape, (SeqShape, SetShape, BagShape)) else []
