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

from mc.engine.code.build import any_of, call, computed, pointer, total, variable
from mc.engine.code.nodes import Pointer, Type, number
from mc.engine.code.statements import Do, Function, Return
from mc.engine.runtime import words
from mc.engine.store.layout import Layout
from mc.engine.symmetry import ties
from mc.engine.symmetry.colour import Colours
from mc.engine.symmetry.move import Mover
from mc.engine.translate.module import Module
from mc.engine.translate.rules import new_writer
from mc.engine.translate.writer import SCRATCH, Writer
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

    @property
    def kernels(self) -> str:
        """The text that is compiled with the generated module: none where no symmetry is declared."""
        if not self.sets:
            return ""
        return Path(ties.__file__).read_text(encoding="utf-8").split("# --- compiled from here on ---")[1]

    def generate(self, module: Module) -> list[Function]:
        """What the kernels ask for, with ``canonical(t, x)``: t becomes its orbit's representative; returns the
        stabiliser's size."""
        state = pointer("t")
        parameters = {"t": Type.POINTER, "x": Type.POINTER}
        if not self.sets:
            return [Function("canonical", parameters, Type.WORD, [Return(number(1))], "No symmetry is declared.")]
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
        body, tied = new_writer(module, "", number(0)), variable("ties").ne(0)
        body.do("colour_locally", state, *self._parts(SCRATCH, colours), SCRATCH)
        self._sort(body, colours, orders)
        with body.when(tied):
            given, found = self._parts(SCRATCH, colours), self._parts(SCRATCH, refined)
            body.do("colour_globally", state, *given, *found, SCRATCH)
            self._sort(body, refined, orders)
            with body.when(tied):
                body.leave(computed("settle_ties", state, SCRATCH))
        moved = any_of(
            SCRATCH[orders + first + k].ne(k)
            for first, members in zip(self.bounds, self.sets, strict=False)
            for k in range(len(members))
        )
        with body.when(moved):
            body.do("permute", state, SCRATCH.offset(candidate), *self._parts(SCRATCH, orders), SCRATCH)
            body.do("copy", SCRATCH.offset(candidate), state)
        body.leave(number(1))
        title = "t becomes the representative of its orbit; returns how many symmetries leave that state alone."
        return [*self._for_all(), body.function("canonical", parameters, Type.WORD, title)]

    def _for_all(self) -> list[Function]:
        """The generated functions as kernels call them: with what is of all sets in one piece of memory."""
        s, t, given, colours, renaming = map(pointer, ("s", "t", "given", "colours", "renaming"))
        colour = call("colour_globally", s, *self._parts(given), *self._parts(colours), SCRATCH, type=Type.NOTHING)
        permute = call("permute", s, t, *self._parts(renaming), SCRATCH, type=Type.NOTHING)
        return [
            Function(
                "colour_all",
                {memory.name: Type.POINTER for memory in (s, given, colours, SCRATCH)},
                Type.NOTHING,
                [Do(colour)],
                "The colours of all values, set after set, by colours given to them.",
            ),
            Function(
                "permute_all",
                {memory.name: Type.POINTER for memory in (s, t, renaming, SCRATCH)},
                Type.NOTHING,
                [Do(permute)],
                "t becomes s with value i of each symmetric set renamed as the renaming says, set after set.",
            ),
        ]

    def _parts(self, base: Pointer, start: int = 0) -> list[Pointer]:
        """Where the numbers of each set begin in some memory that has those of all sets."""
        return [base.offset(start + first) for first in self.bounds[:-1]]

    def _sort(self, body: Writer, colours: int, orders: int) -> None:
        """Put each value's position in the order of colours into ``orders``."""
        ranks = [
            computed("rank_colours", SCRATCH.offset(colours + first), len(members), SCRATCH.offset(orders + first))
            for first, members in zip(self.bounds, self.sets, strict=False)
        ]
        body.assign(variable("ties"), total(ranks))
