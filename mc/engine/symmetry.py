"""Symmetry: the group that a model declares, and the generated function that finds representatives.

The group is the product of all permutations of each symmetric constant. The representative of an orbit is
the least state, word by word, among those whose model values are sorted by a *colour*: a number computed from
the state without regard to names, so that renaming a state renames its colours alike. Values of different
colour have only one order; only values of equal colour are tried in all orders. That is exact, since any two
states of an orbit have the same sorted states to choose from. (Compare Emerson and Sistla 1996 on orbits, and
colour refinement as in graph canonisation, McKay 1981.)

Colours come in two stages: the first looks at what is stored per value (its own fields of a function), the
second, taken only where the first leaves a tie, at everything, using the colours of the first.
"""

from __future__ import annotations

import itertools
import math

from mc.engine.colour import Colours
from mc.engine.layout import Layout
from mc.engine.move import Mover
from mc.engine.translate.module import Module
from mc.engine.translate.statements import Statements
from mc.lang.values import ModelValueSet
from mc.spec.objects import Spec


class Symmetry:
    """The product of the symmetric groups of the model's symmetric constants."""

    def __init__(self, spec: Spec, layout: Layout) -> None:
        self.sets: tuple[ModelValueSet, ...] = tuple(spec.constants[name] for name in spec.model.symmetry)
        self.sets = tuple(s for s in self.sets if len(s) > 1)
        self.layout = layout
        self.size = math.prod(math.factorial(len(s)) for s in self.sets)

    def generate(self, module: Module) -> str:
        """The source of ``canonical(t, x)``: t becomes its orbit's representative; returns the stabiliser's size."""
        if not self.sets:
            return 'def canonical(t: ptr, x: ptr) -> int:\n    """No symmetry is declared."""\n    return 1'
        words = self.layout.words
        colours = [module.allocate(len(s)) for s in self.sets]
        refined = [module.allocate(len(s)) for s in self.sets]
        orders = [module.allocate(len(s)) for s in self.sets]
        candidate, best = module.allocate(words), module.allocate(words)
        Mover(module, self.sets).generate()
        for name, stage in (("colour_locally", 1), ("colour_globally", 2)):
            Colours(module, self.sets, stage).generate(name)
        module.add(_RANK.replace("MOST_VALUES", str(max(map(len, self.sets)))))
        module.add(_COMPARE.format(words=words))
        body = Statements(module, "", "0")
        self._sort(body, colours, orders, "colour_locally", [])
        with body.block("if ties:"):
            self._sort(body, refined, orders, "colour_globally", colours)
        with body.block("if not ties:"):
            moved = " or ".join(
                f"x[{o + k}] != {k}" for o, s in zip(orders, self.sets, strict=True) for k in range(len(s))
            )
            with body.block(f"if {moved}:"):
                body.emit(f"permute(t, offset(x, {candidate}), {self._pointers(orders)}, x)")
                body.emit(f"copy(offset(x, {candidate}), t)")
            body.emit("return 1")
        self._try_all(body, module, refined, orders, candidate, best)
        title = (
            '    """t becomes the representative of its orbit; returns how many symmetries leave that state alone."""'
        )
        first = list(itertools.accumulate((len(s) for s in self.sets), initial=0))
        pointers = ", ".join(f"offset(g, {k})" for k in first[:-1])
        return "\n".join(
            ["def canonical(t: ptr, x: ptr) -> int:", title, *body.lines, _RENAME.format(pointers=pointers)]
        )

    def _pointers(self, orders: list[int]) -> str:
        return ", ".join(f"offset(x, {order})" for order in orders)

    def _sort(self, body: Statements, colours: list[int], orders: list[int], stage: str, given: list[int]) -> None:
        """Colour all values, and put each one's position in the order of colours into ``orders``."""
        arguments = [f"offset(x, {c})" for c in (*given, *colours)]
        body.emit(f"{stage}(t, {', '.join(arguments)}, x)")
        ranks = [
            f"rank_colours(offset(x, {c}), {len(s)}, offset(x, {o}))"
            for c, o, s in zip(colours, orders, self.sets, strict=True)
        ]
        body.emit(f"ties = {' + '.join(ranks)}")

    def _try_all(
        self, body: Statements, module: Module, colours: list[int], orders: list[int], candidate: int, best: int
    ) -> None:
        """Among all orders that keep colours sorted, take the least state."""
        body.emit("symmetries = 0")
        depth = body.depth
        renamings = [module.allocate(len(s)) for s in self.sets]
        for k, (members, colour, order) in enumerate(zip(self.sets, colours, orders, strict=True)):
            count = len(members)
            firsts, rows = _orders_within_ties(count)
            first, table = module.table(firsts), module.table([position for row in rows for position in row])
            body.emit(f"equal{k} = equal_neighbours(offset(x, {colour}), {count}, offset(x, {order}))")
            body.emit(f"for row{k} in range({first}[equal{k}], {first}[equal{k} + 1]):")
            body.depth += 1
            for i in range(count):
                body.emit(f"x[{renamings[k] + i}] = {table}[row{k} * {count} + x[{order + i}]]")
        body.emit(f"permute(t, offset(x, {candidate}), {self._pointers(renamings)}, x)")
        body.emit(f"order = -1 if symmetries == 0 else compare(offset(x, {candidate}), offset(x, {best}))")
        with body.block("if order < 0:"):
            body.emit(f"copy(offset(x, {candidate}), offset(x, {best}))")
            body.emit("symmetries = 1")
        with body.block("elif order == 0:"):
            body.emit("symmetries += 1")
        body.depth = depth
        body.emit(f"copy(offset(x, {best}), t)")
        body.emit("return symmetries")


def _orders_within_ties(count: int) -> tuple[list[int], list[tuple[int, ...]]]:
    """All permutations of sorted positions that move equal ones only among themselves, for each way to be equal.

    Position p has the colour of p + 1 where bit p of a number is set. Those for number m are
    ``rows[firsts[m] : firsts[m + 1]]``.
    """
    firsts, rows = [0], list[tuple[int, ...]]()
    for equal in range(1 << count - 1):
        ties: list[list[int]] = []
        for position in range(count):
            if position and equal >> position - 1 & 1:
                ties[-1].append(position)
            else:
                ties.append([position])
        orders = itertools.product(*(itertools.permutations(tie) for tie in ties))
        rows += [tuple(itertools.chain.from_iterable(order)) for order in orders]
        firsts.append(len(rows))
    return firsts, rows


_RANK = '''def rank_colours(colours: ptr, count: int, ranks: ptr) -> int:
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


def equal_neighbours(colours: ptr, count: int, ranks: ptr) -> int:
    """Bit set of the positions in the order of colours that have the same colour as the next one."""
    ordered = stack(MOST_VALUES)
    equal = 0
    for i in range(count):
        ordered[ranks[i]] = colours[i]
    for k in range(count - 1):
        equal |= int(ordered[k] == ordered[k + 1]) << k
    return equal'''

_RENAME = '''

@entry
def rename(s: ptr, t: ptr, count: int, g: ptr) -> None:
    """States t become states s with value i of each symmetric set renamed to the value that g says, set after set."""
    x = stack(SCRATCH)
    for k in range(count):
        permute(offset(s, k * WORDS), offset(t, k * WORDS), {pointers}, x)'''

_COMPARE = '''def compare(a: ptr, b: ptr) -> int:
    """-1, 0 or 1 as state a is less than, equal to or greater than b."""
    for k in range({words}):
        if a[k] != b[k]:
            return -1 if a[k] < b[k] else 1
    return 0'''
