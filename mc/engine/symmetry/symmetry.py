"""Symmetry: the group that a model declares, and the generated function that finds representatives.

The group is the product of all permutations of each symmetric constant. The representative of an orbit is
a state whose model values are sorted by a *colour*: a number computed from the state without regard to names, so
that renaming a state renames its colours alike. Values of different colour have only one order. Colours come in two
stages: the first looks at what is stored per value (its own fields of a function), the second, taken only where the
first leaves a tie, at everything, using the colours of the first.

Where a tie is left even then, its values are tried in turn: the one that is tried comes before the others, which
colours everything anew, and so on until all values have an order (McKay and Piperno 2014, "Practical graph
isomorphism, II"; compare Emerson and Sistla 1996 on orbits). So there is a tree of attempts, in which renaming a
state only renames the values, and the representative is the least state at its leaves: least by how the colours
looked on the way, then word by word. What leads to the same state twice is a symmetry of that state; then two
branches are alike, and only one is followed. The time for a state with many equal values thereby grows with a power
of their number, not with the number of their orders; and the generated code does not grow at all.
"""

from __future__ import annotations

import itertools
import math
from pathlib import Path

from mc.engine.runtime import words
from mc.engine.store.layout import Layout
from mc.engine.symmetry import ties
from mc.engine.symmetry.colour import Colours
from mc.engine.symmetry.move import Mover
from mc.engine.translate.module import Module
from mc.engine.translate.rules import new_writer
from mc.engine.translate.writer import Writer
from mc.errors import ModelError
from mc.lang.values import ModelValueSet
from mc.spec.objects import Spec

#: A look has the number of ranks in so many bits.
LOOK_BITS = 8


class Symmetry:
    """The product of the symmetric groups of the model's symmetric constants.

    :class:`ModelError` where it has more members than a state can note (``words.MOST_SYMMETRIES``).
    """

    def __init__(self, spec: Spec, layout: Layout) -> None:
        self.sets: tuple[ModelValueSet, ...] = tuple(spec.constants[name] for name in spec.model.symmetry)
        self.sets = tuple(s for s in self.sets if len(s) > 1)
        self.layout = layout
        self.size = math.prod(math.factorial(len(s)) for s in self.sets)
        if self.size >= words.MOST_SYMMETRIES:
            counts = " and ".join(f"{len(s)} values of {s.name}" for s in self.sets)
            raise ModelError(
                f"model {spec.model.name}: symmetry: {counts} can be renamed in {self.size:,} ways; at most "
                f"{words.MOST_SYMMETRIES:,} are supported, such as those of one set of 16 values. Make the sets "
                "smaller, or take one out of the symmetry (--symmetry)"
            )
        #: The number of the first value of each set, and of all values.
        self.bounds = list(itertools.accumulate(map(len, self.sets), initial=0))

    def generate(self, module: Module) -> str:
        """The source of ``canonical(t, x)``: t becomes its orbit's representative; returns the stabiliser's size."""
        if not self.sets:
            return 'def canonical(t: ptr, x: ptr) -> int:\n    """No symmetry is declared."""\n    return 1'
        values = self.bounds[-1]
        colours, refined, orders = (module.allocate(values) for _ in range(3))
        candidate, best = module.allocate(self.layout.words), module.allocate(self.layout.words)
        level = ties.RANKS + values
        module.constants |= {
            "VALUES": values,
            "SETS": len(self.sets),
            "BOUNDS": self.bounds,
            "LOOK_SHIFT": LOOK_BITS,
            "GIVEN": colours,
            "COLOURS": refined,
            "ORDER": orders,
            "CANDIDATE": candidate,
            "BEST": best,
            "TREE_LEVEL": level,
            "TREE": module.allocate((values + 1) * level),
        }
        Mover(module, self.sets).generate()
        for name, stage in (("colour_locally", 1), ("colour_globally", 2)):
            Colours(module, self.sets, stage).generate(name)
        body = new_writer(module, "", "0")
        self._sort(body, f"colour_locally(t, {self._parts('x', colours)}, x)", colours, orders)
        with body.block("if ties:"):
            call = f"colour_globally(t, {self._parts('x', colours)}, {self._parts('x', refined)}, x)"
            self._sort(body, call, refined, orders)
            with body.block("if ties:"):
                body.emit("return settle_ties(t, x)")
        moved = " or ".join(
            f"x[{orders + first + k}] != {k}"
            for first, members in zip(self.bounds, self.sets, strict=False)
            for k in range(len(members))
        )
        with body.block(f"if {moved}:"):
            body.emit(f"permute(t, offset(x, {candidate}), {self._parts('x', orders)}, x)")
            body.emit(f"copy(offset(x, {candidate}), t)")
        body.emit("return 1")
        title = (
            '    """t becomes the representative of its orbit; returns how many symmetries leave that state alone."""'
        )
        common = _COMMON.format(
            given=self._parts("given"), colours=self._parts("colours"), renaming=self._parts("renaming")
        )
        return "\n".join([common, _ties_source(), "\ndef canonical(t: ptr, x: ptr) -> int:", title, *body.lines])

    def _parts(self, base: str, start: int = 0) -> str:
        """Arguments: where the numbers of each set begin in some memory that has those of all sets."""
        return ", ".join(f"offset({base}, {start + first})" for first in self.bounds[:-1])

    def _sort(self, body: Writer, colour: str, colours: int, orders: int) -> None:
        """Colour all values, and put each one's position in the order of colours into ``orders``."""
        body.emit(colour)
        ranks = [
            f"rank_colours(offset(x, {colours + first}), {len(members)}, offset(x, {orders + first}))"
            for first, members in zip(self.bounds, self.sets, strict=False)
        ]
        body.emit(f"ties = {' + '.join(ranks)}")


def _ties_source() -> str:
    """The text of ``mc.engine.symmetry.ties`` that is compiled."""
    return Path(ties.__file__).read_text(encoding="utf-8").split("# --- compiled from here on ---")[1]


_COMMON = '''def rank_colours(colours: ptr, count: int, ranks: ptr) -> int:
    """ranks[i]: the position of i in the order of colours; returns 1 where two are equal, else 0."""
    ties = 0
    for i in range(count):
        ranks[i] = i
    for i in range(1, count):
        for j in range(i):
            less = int(colours[i] < colours[j])
            ranks[i] -= less
            ranks[j] += less
            ties |= int(colours[i] == colours[j])
    return ties


def colour_all(s: ptr, given: ptr, colours: ptr, x: ptr) -> None:
    """The colours of all values, set after set, by colours given to them."""
    colour_globally(s, {given}, {colours}, x)


def permute_all(s: ptr, t: ptr, renaming: ptr, x: ptr) -> None:
    """t becomes s with value i of each symmetric set renamed to the value that the renaming says, set after set."""
    permute(s, t, {renaming}, x)


@entry
def rename(s: ptr, t: ptr, count: int, renaming: ptr) -> None:
    """The same for some states."""
    x = stack(SCRATCH)
    for k in range(count):
        permute_all(offset(s, k * WORDS), offset(t, k * WORDS), renaming, x)
'''
