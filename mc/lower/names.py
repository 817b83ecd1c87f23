"""What names stand for while a definition is lowered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from mc.dataclass import dataclass
from mc.formula.nodes import Expression, Name, Value

#: What variables stand for; of one that is not in it, nothing is known.
Made = Mapping[str, Expression]


class PoisonError(Exception):
    """What follows several ways reads a variable that has another value on each of them."""


#: Stands for the value of such a variable.
POISON = Value(object())


@dataclass(frozen=True, eq=False, slots=True)
class Here:
    """What variables and primed variables stand for where an expression is evaluated."""

    #: None: variables stand for themselves.
    state: Made | None = None
    #: None: there is no next state.
    primed: Made | None = None


@dataclass(eq=False, slots=True)
class Deferred:
    """An argument of an operator, or the definition of a LET: lowered where it is used."""

    name: str
    node: Expression
    names: Names
    #: Where it stands.
    here: Here
    #: A LET is walked each time; an argument is not after it has been evaluated.
    is_let: bool = False
    is_evaluated: bool = False
    #: Whether it was walked, and may have several ways.
    is_forked: bool = False
    #: Its value in the state in which it stands, and the local name that is bound to it.
    value: Expression | None = None
    local: Name | None = None


@dataclass(eq=False, slots=True)
class Closure:
    """An operator as an argument, or the definition of a LET with parameters."""

    parameters: tuple[str, ...]
    body: Expression
    names: Names
    #: The name of a LET.
    name: str = ""


class TooDeepError(Exception):
    """A recursive operator is applied deeper than it is compiled; ``str(error)``: the place."""


@dataclass(eq=False, slots=True)
class Recursion:
    """A function or an operator that refers to itself by a local name."""

    name: str
    parameters: tuple[str, ...]
    body: Expression
    names: Names
    here: Here
    #: Of a function.
    domain: Expression | None = None
    #: By depth: the definition that it has become, and the local names that are parameters of it.
    made: dict[int, tuple[str, tuple[str, ...]]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, slots=True)
class Unrolled:
    """A recursive function or operator, which is applied so much deeper."""

    recursion: Recursion
    depth: int


#: What a local name of the text stands for: an expression is lowered already.
Meaning = Expression | Deferred | Closure | Unrolled
Names = Mapping[str, Meaning]
