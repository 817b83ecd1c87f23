"""The generated module: functions specialised to the shapes of their arguments, tables, scratch memory."""

from __future__ import annotations

import ast
import builtins
import copy
import types
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mc.engine.layout import Layout
from mc.engine.result import Unevaluable
from mc.engine.shapes import (
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
from mc.engine.storage import encodable, shape_of
from mc.engine.translate.body import parameter_name
from mc.engine.translate.places import Place
from mc.engine.translate.statements import Statements, assignments
from mc.engine.translate.values import Const, Num, Packed, StateRef, Stored, Truth, Value
from mc.errors import SpecError
from mc.lang.domains import Domain
from mc.lang.values import ModelValue, ModelValueSet, RecordValue
from mc.spec.objects import Spec

#: Python's own names that a spec may use.
BUILTINS = ("abs", "all", "any", "frozenset", "len", "max", "min", "set", "sum")

#: So often is a definition translated anew with what its locals may be; a number that still grows has no bounds.
ROUNDS = 2
#: What still grows after so many has no bound.
MOST_ROUNDS = 9


@dataclass(frozen=True)
class FunctionText:
    """A definition of the spec as it was written."""

    node: ast.FunctionDef
    file: str
    body: list[ast.stmt]
    #: Whether it can be expanded where it is called: it ends in its only return, or has none.
    expandable: bool


@dataclass(frozen=True)
class Generated:
    """A function of the generated module; ``result`` is None where it returns TRUE or FALSE."""

    name: str
    result: Shape | None


class Module:
    """Collects the source of everything that one model of a spec needs."""

    def __init__(self, spec: Spec, layout: Layout) -> None:
        self.spec = spec
        self.layout = layout
        self.namespace = {n: v for n, v in spec.namespace.items() if not n.startswith("__")}
        self.builtins: dict[str, Any] = {name: getattr(builtins, name) for name in BUILTINS}
        self.functions: list[str] = []
        self.tables: dict[tuple[int, ...], str] = {}
        #: Names of numbers and of lists of numbers.
        self.constants: dict[str, int | list[int]] = {}
        #: Sets of any elements of a shape that sets of the spec have elements of, by key of that shape.
        self.universes: dict[Any, SetShape] = {}
        #: The kinds of records that the variables of the spec may have in one place.
        self.unions: list[UnionShape] = []
        #: What is known of conditions on elements of sets; see :mod:`mc.engine.translate.filters`.
        self.decided: dict[Any, tuple[int, tuple[int, ...]]] = {}
        #: What may fail to have a value, each with its number, from 1.
        self.failures: dict[Unevaluable, int] = {}
        self.scratch_words = 1
        self._specialised: dict[Any, Generated] = {}
        self._helpers: dict[Any, Any] = {}
        self._names: dict[str, int] = {}
        self._shapes: dict[int, tuple[Domain, Shape]] = {}
        self._texts: dict[tuple[str, int], ast.FunctionDef] = {}
        for path, tree in spec.trees.items():
            for node in tree.body:
                if isinstance(node, ast.FunctionDef):
                    self._texts[str(path), node.lineno] = node
        for shape in layout.fields.values():
            self._note_universes(shape)

    def _note_universes(self, shape: Shape) -> None:
        if isinstance(shape, SetShape):
            self.universes[shape.element.key] = SetShape(shape.element, shape.values)
        if isinstance(shape, UnionShape) and shape.key not in [union.key for union in self.unions]:
            self.unions.append(shape)
        for part in _parts(shape):
            self._note_universes(part)

    # What the spec's names stand for

    def definition(self, function: types.FunctionType, initial: bool = False) -> FunctionText:
        """The text of a definition; ``initial``: as Init has it, where one that returns nothing is TRUE."""
        file, line = function.__code__.co_filename, function.__code__.co_firstlineno
        node = self._texts.get((file, line))
        if node is None:
            raise SpecError(f"{function.__name__} is not a definition (def) of the spec", file, line)
        body = [s for s in node.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
        if initial:
            body = [*map(_Holding().visit, copy.deepcopy(body)), _holds(node)]
        returns = [n for s in body for n in ast.walk(s) if isinstance(n, ast.Return)]
        plain = all(count == 1 for count in assignments(body).values())
        ends = not returns or (returns == body[-1:] and returns[0].value is not None)
        straight = all(isinstance(s, (ast.Assign, ast.Expr)) for s in body[:-1]) if returns else True
        return FunctionText(node, file, body, plain and ends and straight)

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

    # Parts of the generated module

    def allocate(self, words: int) -> int:
        """Words of scratch memory; returns the index of the first."""
        first = self.scratch_words
        self.scratch_words += words
        return first

    def table(self, numbers: list[int]) -> str:
        """The name of a constant array."""
        return self.tables.setdefault(tuple(numbers), f"TABLE_{len(self.tables)}")

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

    def add(self, text: str) -> None:
        """Add a function to the module."""
        self.functions.append(text)

    def specialise(self, definition: FunctionText, scope: dict[str, Value]) -> Generated:
        """The function generated for a definition with arguments of these kinds."""
        key = (definition.file, definition.node.lineno, tuple((n, _kind(v)) for n, v in scope.items()))
        if key in self._specialised:
            generated = self._specialised[key]
            if generated is None:
                raise SpecError(f"{definition.node.name} is recursive", definition.file, definition.node.lineno)
            return generated
        self._specialised[key] = None  # type: ignore[assignment]
        name = self.unique(f"spec_{definition.node.name}")  # apart from the functions of the engine itself
        draft, rounds = self._translate(definition, scope, None, {}), 0
        known: dict[str, Any] = {}
        while (keys := {n: shape.key for n, shape in draft.mutable.items() if shape is not None}) and keys != known:
            if rounds == MOST_ROUNDS:
                grown = next(name for name, key in keys.items() if key != known.get(name))
                draft.mistake(
                    f"{grown} grows without a bound: assign to a variable, whose domain bounds it; "
                    "a sequence is mapped by {k: e for k in Range(1, Len(q))}"
                )
            known, rounds = keys, rounds + 1
            draft = self._translate(definition, scope, None, draft.mutable, rounds > ROUNDS)
        shapes = draft.returned
        result: Shape | None = None
        if any(not isinstance(shape, BoolShape) for shape in shapes):
            told = [shape for shape in shapes if shape is not None]
            if not told:
                draft.mistake(f"what {definition.node.name} returns holds cannot be told: it is always empty")
            result = draft.join(told)
            if result.wide:
                draft.mistake(f"{definition.node.name} returns a large value: make it a single return expression")
            final = self._translate(definition, scope, result, draft.mutable, rounds > ROUNDS)
        else:
            final = draft
        if not definition.body or not isinstance(definition.body[-1], ast.Return):
            final.fall_off()
        annotated = [f"{p}: {kind}" for n, v in scope.items() for p, kind in _parameters(n, v).items()]
        parameters = ", ".join([*annotated, "x: ptr"])
        title = f'    """{definition.node.name}, {Path(definition.file).name}:{definition.node.lineno}."""'
        self.add(
            "\n".join([f"def {name}({parameters}) -> {'bool' if result is None else 'int'}:", title, *final.lines])
        )
        self._specialised[key] = Generated(name, result)
        return self._specialised[key]

    def _translate(
        self,
        definition: FunctionText,
        scope: dict[str, Value],
        result: Shape | None,
        known: dict[str, Shape | None],
        unbounded: bool = False,
    ) -> Statements:
        # A number that the evaluation goes on with after a failure must be one that the result may be.
        zero = min(max(0, result.lo), result.hi) if isinstance(result, IntShape) else 0
        body = Statements(self, definition.file, "False" if result is None else str(zero))
        body.result = result
        body.scope = dict(scope)
        for name, value in scope.items():
            for parameter in _parameters(name, value):
                body.taken[parameter] = 1
        body.line = definition.node.lineno
        body.function_body(definition.body, known, unbounded)
        return body

    # Helpers for shapes

    def rank(self, shape: Shape, code: str) -> str:
        """The position of a value among all values of its shape, from its code."""
        if isinstance(shape, (IntShape, BoolShape, AtomShape)):
            return code
        if isinstance(shape, SetShape) and not shape.wide:
            return code
        name = self._helpers.get(("rank", shape.key))
        if name is None:
            name = self._helpers["rank", shape.key] = self.unique("rank")
            self.add(f"def {name}(code: int) -> int:\n" + "\n".join(self._rank_lines(shape)))
        return f"{name}({code})"

    def _rank_lines(self, shape: Shape) -> list[str]:
        place = Place("code", local=True)
        if isinstance(shape, RecordShape):
            return [f"    return {self._rank_record(shape, place)}"]
        if isinstance(shape, UnionShape):
            lines, first = [f"    tag = code & {shape.tags.mask}"], 0
            for tag, kind in enumerate(shape.kinds):
                lines.append(f"    if tag == {tag}:")
                lines.append(f"        return {first} + {self._rank_record(kind, place.at(shape.tags.bits))}")
                first += int(kind.size())
            return [*lines, "    return 0"]
        if isinstance(shape, OptionalShape):
            return [f"    return 0 if code == 0 else {self.rank(shape.inner, '(code - 1)')} + 1"]
        if isinstance(shape, FnShape) and not shape.wide:
            terms = "0"
            for k in range(len(shape.keys)):
                part = self.rank(shape.element, place.at(shape.slots.offset(k)).load(shape.element))
                terms = f"({terms}) * {int(shape.element.size())} + {part}"
            return [f"    return {terms}"]
        raise SpecError(f"sets of values of kind {shape.key[0]} are not supported")

    def _rank_record(self, shape: RecordShape, place: Place) -> str:
        terms = "0"
        for name, field in shape.fields.items():
            terms = f"({terms}) * {int(field.size())} + " if terms != "0" else ""
            terms += self.rank(field, place.at(shape.offsets[name]).load(field))
        return terms

    def bag_functions(self, shape: BagShape) -> tuple[str, str]:
        """Names of the functions ``add(p, w, e) -> fits`` and ``remove(p, w, e)`` for a shape of bag."""
        return self._bag(shape, "add"), self._bag(shape, "remove")

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
            place = Place("p", words=("w",)).slot(shape.slots, "k")
            follower = Place("p", words=("w",)).slot(shape.slots, "(k + 1)")
            is_set = shape.key[0] == "sortedset"
            self.add(
                _BAG[operation].format(
                    name=name,
                    n=shape.distinct,
                    bits=shape.count.bits,
                    mask=shape.count.mask,
                    limit=1 << 62 if is_set else shape.copies,
                    present="return True" if is_set else "pass",
                    load=place.load(shape.slot),
                    load_next=follower.load(shape.slot),
                    store_carry=place.store(shape.slot, "carry"),
                    store_more=place.store(shape.slot, "(slot + 1)"),
                    store_less=place.store(shape.slot, "(slot - 1)"),
                    store_next=place.store(shape.slot, "following"),
                    clear=Place("p", words=("w",)).slot(shape.slots, str(shape.distinct - 1)).store(shape.slot, "0"),
                )
            )
        return str(name)


_BAG = {
    "add": '''def {name}(p: ptr, w: int, e: int) -> bool:
    """One more copy of e; False where there is no room. Slots are sorted, free ones are 0."""
    carry = e << {bits} | 1
    for k in range({n}):
        slot = {load}
        if slot == 0:
            {store_carry}
            return True
        if slot >> {bits} == e:
            {present}
            if slot & {mask} >= {limit}:
                return False
            {store_more}
            return True
        if slot > carry:
            {store_carry}
            carry = slot
    return False''',
    "remove": '''def {name}(p: ptr, w: int, e: int) -> None:
    """One copy of e less; nothing where there is none."""
    for k in range({n}):
        slot = {load}
        if slot == 0:
            return
        if slot >> {bits} == e:
            if slot & {mask} > 1:
                {store_less}
                return
            for k in range(k, {n} - 1):
                following = {load_next}
                {store_next}
            {clear}
            return''',
    "count": '''def {name}(p: ptr, w: int, e: int) -> int:
    """How many copies of e there are."""
    for k in range({n}):
        slot = {load}
        if slot >> {bits} == e and slot != 0:
            return slot & {mask}
    return 0''',
    "size": '''def {name}(p: ptr, w: int) -> int:
    """How many different elements there are."""
    for k in range({n}):
        if {load} == 0:
            return k
    return {n}''',
}


class _Holding(ast.NodeTransformer):
    """``return`` as ``return True``."""

    def visit_Return(self, node: ast.Return) -> ast.Return:
        nothing = node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None)
        return _holds(node) if nothing else node


def _holds(node: ast.stmt) -> ast.Return:
    """``return True``, where ``node`` stands."""
    return ast.fix_missing_locations(ast.copy_location(ast.Return(ast.Constant(True)), node))


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


def _kind(value: Value) -> Any:
    """What distinguishes two specialisations."""
    if isinstance(value, Const):
        return ("const", type(value.value), _exact(value.value))
    if isinstance(value, Num):
        return ("num", value.lo, value.hi)
    if isinstance(value, (Packed, Stored)):
        return (type(value), value.shape.key)
    return (type(value), value.assigned) if isinstance(value, StateRef) else type(value)


def _exact(value: Any) -> Any:
    """Something that is equal for equal values only; Python's {1} equals its {True}."""
    return frozenset(map(_exact, value)) if isinstance(value, frozenset) else (type(value), value)


def _parameters(name: str, value: Value) -> dict[str, str]:
    """The parameters that pass a value to a generated function, with their types."""
    if isinstance(value, Const):
        return {}
    name = parameter_name(name)
    if isinstance(value, Stored):
        return {name: "ptr", f"{name}_word": "int"}
    return {name: "ptr" if isinstance(value, StateRef) else "bool" if isinstance(value, Truth) else "int"}
