"""Generated code that renames the symmetric values in a state."""

from __future__ import annotations

from mc.engine.store.packing import Reference, references
from mc.engine.store.places import Place
from mc.engine.store.shapes import (
    AtomShape,
    BagShape,
    BoolShape,
    FnShape,
    OptionalShape,
    RecordShape,
    SeqShape,
    SetShape,
    Shape,
    UnionShape,
)
from mc.engine.store.storage import symmetric_atoms
from mc.engine.translate.codes import named
from mc.engine.translate.convert import clear, copy_value
from mc.engine.translate.filters import member_loop
from mc.engine.translate.module import Module
from mc.engine.translate.rules import new_writer
from mc.engine.translate.writer import Writer
from mc.errors import SpecError
from mc.lang.values import ModelValueSet


def member_codes(shape: AtomShape, members: ModelValueSet) -> list[int] | None:
    """The codes of a symmetric set's members in an atom shape; None where the shape has none of them."""
    codes = [shape.positions.get((type(m), m)) for m in members]
    if all(code is None for code in codes):
        return None
    if any(code is None for code in codes):
        raise SpecError(f"the domain {shape.members} holds some of the symmetric values {members!r} but not all")
    return [code for code in codes if code is not None]


class Mover:
    """Writes ``permute(s, t, g0, ..., x)``: t becomes s with value i of set k renamed to value gk[i]."""

    def __init__(self, module: Module, sets: tuple[ModelValueSet, ...]) -> None:
        self.module = module
        self.sets = sets
        self.atoms = set().union(*sets)
        self.arguments = ", ".join(f"g{k}" for k in range(len(sets)))
        self.parameters = ", ".join(f"g{k}: ptr" for k in range(len(sets)))
        self.helpers: dict[object, str] = {}

    def moves(self, shape: Shape) -> bool:
        """Whether values of the shape can change at all."""
        return not symmetric_atoms(shape).isdisjoint(self.atoms)

    def generate(self) -> None:
        layout = self.module.layout
        body = new_writer(self.module, "", "None")
        body.taken.update({"t": 1, "s": 1, "x": 1})
        body.emit("copy(s, t)")
        for name, shape in layout.fields.items():
            if self.moves(shape):
                body.emit(f"# {name}")
                self.move(body, Place("s").at(layout.offsets[name]), Place("t").at(layout.offsets[name]), shape)
        header = f"def permute(s: ptr, t: ptr, {self.parameters}, x: ptr) -> None:"
        title = '    """t becomes s with every symmetric value renamed."""'
        self.module.add("\n".join([header, title, *body.lines]))

    def move(self, body: Writer, source: Place, target: Place, shape: Shape) -> None:
        """Emit code that writes the image of what lies at ``source`` to ``target``."""
        if not self.moves(shape):
            copy_value(body, target, source, shape)
        elif not shape.wide:
            body.emit(target.store(shape, self.image(source.load(shape), shape)))
        elif isinstance(shape, FnShape):
            self._move_function(body, source, target, shape)
        elif isinstance(shape, RecordShape):
            for name, field in shape.fields.items():
                self.move(body, source.at(shape.offsets[name]), target.at(shape.offsets[name]), field)
        elif isinstance(shape, SeqShape):
            self._move_sequence(body, source, target, shape)
        elif isinstance(shape, SetShape):
            clear(body, target, shape)
            self._move_set(body, source, target, shape)
        elif isinstance(shape, BagShape):
            self._move_bag(body, source, target, shape)
        else:
            raise SpecError(f"symmetry of a value of kind {shape.key[0]} is not supported")

    def image(self, code: str, shape: Shape) -> str:
        """An expression for the image of a scalar code."""
        if not self.moves(shape):
            return code
        name = self.helpers.get(shape.key)
        if name is None:
            name = self.helpers[shape.key] = self.module.unique("move")
            self._generate_image(name, shape)
        return f"{name}({code}, {self.arguments})"

    def _generate_image(self, name: str, shape: Shape) -> None:
        body = new_writer(self.module, "", "0")
        body.taken.update({"code": 1, "image": 1})
        source, target = Place("code", local=True), Place("image", local=True)
        if isinstance(shape, AtomShape):
            self._atom_image(body, shape)
        elif isinstance(shape, OptionalShape):
            body.emit(f"image = 0 if code == 0 else {self.image('(code - 1)', shape.inner)} + 1")
        elif isinstance(shape, FnShape):
            self._function_image(body, shape)
        elif isinstance(shape, SetShape) and isinstance(shape.element, AtomShape):
            self._small_set_image(body, shape)
        elif isinstance(shape, UnionShape) and (found := self._references(shape)):
            body.emit(f"image = code & {~sum(reference.mask for reference in found)}")
            for reference in found:
                body.emit(f"image |= g{reference.set}[{reference.load('code')}] << {reference.offset}")
        elif isinstance(shape, UnionShape):
            body.emit("image = code")
            body.emit(f"tag = {source.load(shape.tags)}")
            for tag, kind in enumerate(shape.kinds):
                if self.moves(kind):
                    with body.block(f"if tag == {tag}:"):
                        place = source.at(shape.tags.bits), target.at(shape.tags.bits)
                        self._move_fields(body, *place, kind)
        else:
            body.emit("image = 0" if not isinstance(shape, RecordShape) else "image = code")
            if isinstance(shape, RecordShape):
                self._move_fields(body, source, target, shape)
            elif isinstance(shape, SeqShape):
                self._move_sequence(body, source, target, shape)
            elif isinstance(shape, SetShape):
                self._move_set(body, source, target, shape)
        body.emit("return image")
        title = f'    """The image of a value of kind {shape.key[0]}."""'
        self.module.add("\n".join([f"def {name}(code: int, {self.parameters}) -> int:", title, *body.lines]))

    def _references(self, shape: UnionShape) -> tuple[Reference, ...] | None:
        """Where the symmetric values stand, if that is the same in all kinds of the union."""
        kinds = {references(kind, self.sets, self.atoms, shape.tags.bits) for kind in shape.kinds}
        return kinds.pop() if len(kinds) == 1 else None

    def _function_image(self, body: Writer, shape: FnShape) -> None:
        """A function that fits a word: each part is put in its place."""
        element = shape.element
        ones = sum(1 << k * element.bits for k in range(len(shape.keys)))
        part = Place("code", local=True)
        body.emit(f"first = {part.load(element)}")
        with body.block(f"if code == first * {ones}:"):
            # Many are constant; then no order of the parts is another one.
            body.emit(f"return {self.image('first', element)} * {ones}")
        body.emit("image = 0")
        with body.block(f"for k in range({len(shape.keys)}):"):
            place = part.slot(shape.slots, "k").load(element)
            body.emit(f"image |= {self.image(place, element)} << {self.image('k', shape.domain)} * {element.bits}")

    def _small_set_image(self, body: Writer, shape: SetShape) -> None:
        """A set of atoms: one bit each, with no branch, since none could be predicted."""
        codes = [shape.element.encode(v) for v in shape.values]
        code = "k" if codes == list(range(len(codes))) else f"{self.module.table(codes)}[k]"
        body.emit("image = 0")
        with body.block(f"for k in range({len(codes)}):"):
            bit = Place("code", local=True).slot(shape.slots, "k").load(BoolShape())
            body.emit(f"image |= {bit} << {self.module.rank(shape.element, self.image(code, shape.element))}")

    def _atom_image(self, body: Writer, shape: AtomShape) -> None:
        body.emit("image = code")
        for k, members in enumerate(self.sets):
            codes = member_codes(shape, members)
            if codes is None:
                continue
            count = len(members)
            if codes == list(range(len(shape.members))):
                body.emit(f"image = g{k}[code]")
            elif codes == list(range(count)):
                with body.block(f"if code < {count}:"):
                    body.emit(f"image = g{k}[code]")
            else:
                ordinals = [codes.index(c) if c in codes else -1 for c in range(len(shape.members))]
                ordinal = f"{self.module.table(ordinals)}[code]"
                with body.block(f"if {ordinal} >= 0:"):
                    body.emit(f"image = {self.module.table(codes)}[g{k}[{ordinal}]]")

    def _move_fields(self, body: Writer, source: Place, target: Place, shape: RecordShape) -> None:
        for name, field in shape.fields.items():
            if self.moves(field):
                image = self.image(source.at(shape.offsets[name]).load(field), field)
                body.emit(target.at(shape.offsets[name]).store(field, image))

    def _move_function(self, body: Writer, source: Place, target: Place, shape: FnShape) -> None:
        k = body.fresh("k")
        with body.block(f"for {k} in range({len(shape.keys)}):"):
            to = named(body, self.image(k, shape.domain), "to")
            self.move(body, source.slot(shape.slots, k), target.slot(shape.slots, to), shape.element)

    def _move_sequence(self, body: Writer, source: Place, target: Place, shape: SeqShape) -> None:
        length = named(body, source.load(shape.length), "n")
        body.emit(target.store(shape.length, length))
        k = body.fresh("k")
        with body.block(f"for {k} in range({length}):"):
            place = source.at(shape.start).slot(shape.slots, k), target.at(shape.start).slot(shape.slots, k)
            self.move(body, *place, shape.element)

    def _move_set(self, body: Writer, source: Place, target: Place, shape: SetShape) -> None:
        k = body.fresh("k")
        codes = shape.codes
        code = k if codes == list(range(len(codes))) else f"{self.module.table(codes)}[{k}]"
        with member_loop(body, source, shape, k):
            rank = named(body, self.module.rank(shape.element, self.image(code, shape.element)), "to")
            body.emit(target.slot(shape.slots, rank).store(BoolShape(), "1"))

    def _move_bag(self, body: Writer, source: Place, target: Place, shape: BagShape) -> None:
        put = self._put(shape)
        clear(body, target, shape)
        k = body.fresh("k")
        base, word = target.address()
        with body.block(f"for {k} in range({shape.distinct}):"):
            slot = named(body, source.slot(shape.slots, k).load(shape.slot), "slot")
            with body.block(f"if {slot} == 0:"):
                body.emit("break")
            image = self.image(f"({slot} >> {shape.count.bits})", shape.element)
            body.emit(f"{put}({base}, {word}, {slot} & {shape.count.mask} | {image} << {shape.count.bits})")

    def _put(self, shape: BagShape) -> str:
        key = ("put", shape.key)
        if key not in self.helpers:
            self.helpers[key] = self.module.unique("bag_put")
            place = Place("p", words=("w",)).slot(shape.slots, "k")
            load, store = place.load(shape.slot), place.store(shape.slot, "carry")
            self.module.add(_PUT.format(name=self.helpers[key], n=shape.distinct, load=load, store=store))
        return self.helpers[key]


_PUT = '''def {name}(p: ptr, w: int, carry: int) -> None:
    """Put a slot in its place among sorted ones."""
    for k in range({n}):
        slot = {load}
        if slot == 0:
            {store}
            return
        if slot > carry:
            {store}
            carry = slot'''
