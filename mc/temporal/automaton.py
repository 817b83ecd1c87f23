"""The automaton of a temporal formula: it accepts the behaviors that satisfy it.

A state is what is still to hold; a step is one way to satisfy that at a position, with what it leaves to the next one.
Of what ``<>F`` asks for, a step may promise F for later; a behavior is accepted if no promise is put off for ever
(J.-M. Couvreur, *On-the-fly verification of linear temporal logic*, FM'99, section 3).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mc.dataclass import dataclass
from mc.temporal.formula import Always, And, Eventually, Formula, Literal, Or, conjunction, is_pure


@dataclass(frozen=True)
class Move:
    """A step of the automaton, for the positions at which ``condition`` holds, which is pure."""

    condition: Formula
    to: int
    #: The numbers of the promises that it puts off.
    promised: frozenset[int]


@dataclass(frozen=True)
class Automaton:
    """Its states are numbered, the first is the initial one. Of each promise, infinitely many steps put nothing off."""

    #: For each state.
    moves: tuple[tuple[Move, ...], ...]
    promises: int


#: What has to hold at a position, what at the next one, and what is promised.
_Way = tuple[frozenset[Formula], frozenset[Formula], frozenset[Formula]]
_NOTHING: frozenset[Formula] = frozenset()


def automaton(formula: Formula) -> Automaton:
    """The automaton of a formula."""
    first = frozenset(formula.parts if isinstance(formula, And) else (formula,))
    numbers = {first: 0}
    promises: dict[Formula, int] = {}
    found = []
    waiting = [first]
    for state in waiting:
        moves = []
        for now, later, promised in _least(_ways(state)):
            if later not in numbers:
                numbers[later] = len(numbers)
                waiting.append(later)
            put_off = frozenset(promises.setdefault(promise, len(promises)) for promise in promised)
            moves.append(Move(conjunction(*now), numbers[later], put_off))
        found.append(tuple(moves))
    return Automaton(tuple(found), len(promises))


def _ways(state: Iterable[Formula]) -> Iterator[_Way]:
    """The ways to satisfy formulas at a position."""
    waiting: list[tuple[tuple[Formula, ...], _Way]] = [(tuple(state), (_NOTHING, _NOTHING, _NOTHING))]
    while waiting:
        todo, (now, later, promised) = waiting.pop()
        if not todo:
            yield now, later, promised
            continue
        first, rest = todo[0], todo[1:]
        if is_pure(first):
            waiting.append((rest, (now | {first}, later, promised)))
            continue
        match first:
            case And(parts=parts):
                waiting.append(((*parts, *rest), (now, later, promised)))
            case Or(parts=parts):
                waiting += [((part, *rest), (now, later, promised)) for part in parts]
            case Always(of=of):
                waiting.append(((of, *rest), (now, later | {first}, promised)))
            case Eventually(of=of):
                waiting.append(((of, *rest), (now, later, promised)))
                waiting.append((rest, (now, later | {first}, promised | {first})))
            case Literal():
                raise AssertionError("a literal is pure")


def _least(ways: Iterable[_Way]) -> list[_Way]:
    """The ways without those that ask or promise more than another one that leaves the same."""
    distinct = sorted(set(ways), key=lambda way: (len(way[0]), len(way[2])))
    least: list[_Way] = []
    for now, later, promised in distinct:
        if not any(now >= other[0] and later == other[1] and promised >= other[2] for other in least):
            least.append((now, later, promised))
    return least
