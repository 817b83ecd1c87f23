"""Formulas and trees of control: all that a spec says, as immutable nodes.

An expression is a value, a name, an operator applied to operands, a definition applied to arguments, a binder, or a
LET. An action is a tree of control: it tests, chooses and gives primed variables their values; each way through it is
a successor, as TLC walks a next-state relation (``tlc2.tool.Tool.getNextStates``). What a definition reads and writes,
and its level, is in :mod:`mc.formula.facts`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from enum import Enum, IntEnum
from typing import Any, Protocol

from mc.dataclass import dataclass
from mc.formula.operators import Operator


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node stands: lines count from 1, columns from 0, the end is that of the character after the last."""

    file: str
    line: int
    column: int = 0
    end_line: int = 0
    end_column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"

    @property
    def start(self) -> str:
        """``file:line:column``, with columns from 1; what is no file has no line."""
        return f"{self.file}:{self.line}:{self.column + 1}" if self.line else self.file


NOWHERE = Place("", 0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Node:
    """Base of all nodes; where one stands is no part of what it says."""

    place: Place = field(default=NOWHERE, compare=False, repr=False)


# Expressions

#: A local name that is bound again is told apart by what stands after this; no text of a spec has it in a name.
AGAIN = "#"


def as_written(name: str) -> str:
    """A local name as the text of the spec has it."""
    return name.partition(AGAIN)[0]


class Level(IntEnum):
    """What the value of a formula depends on (*Specifying Systems*, section 17.2); each includes those before it."""

    CONSTANT = 0
    #: On the state.
    STATE = 1
    #: On a state and its successor.
    ACTION = 2
    #: On a behavior.
    TEMPORAL = 3


class Of(Enum):
    """What a name stands for."""

    VARIABLE = "variable"
    PRIMED = "primed variable"
    #: A parameter, a bound variable, or the name of a LET.
    LOCAL = "local"
    #: A constant of the spec, or what a definition of constant level stands for from the start.
    CONSTANT = "constant"


@dataclass(frozen=True, slots=True)
class Value(Node):
    """A value as such: a number, a string, TRUE, a set; or a domain, which is a set that is not written out."""

    value: Any


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A variable, primed or not, a local name or a constant."""

    name: str
    of: Of


@dataclass(frozen=True, slots=True)
class Apply(Node):
    """An operator of the table applied to its operands."""

    operator: Operator
    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A definition of the spec applied to its arguments; the state that it reads is not among them."""

    definition: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Bound:
    """``names \\in collection``, with the condition that chooses among the elements.

    Several names stand for the components of a tuple. A later bound may depend on an earlier one.
    """

    names: tuple[str, ...]
    collection: Expression
    condition: Expression | None = None


class Binder(Enum):
    """What a binder makes of its body's values."""

    FORALL = "\\A"
    EXISTS = "\\E"
    #: The set of the values.
    SET = "{}"
    #: The sequence of the values: what is ranged over is in order.
    SEQUENCE = "<<>>"
    #: The function from the bound variable to the value.
    FUNCTION = "[]"
    #: The first element, in TLC's order, whose body is TRUE.
    CHOOSE = "CHOOSE"
    #: The sum of the values, one for each binding.
    SUM = "Sum"


@dataclass(frozen=True, slots=True)
class Bind(Node):
    """A body for each binding of some names."""

    binder: Binder
    bounds: tuple[Bound, ...]
    body: Expression


@dataclass(frozen=True, slots=True)
class Let(Node):
    """``LET name == value IN body``"""

    name: str
    value: Expression
    body: Expression


@dataclass(frozen=True, slots=True)
class Fold(Node):
    """The body, with some names bound to what remains of ``initial`` after ``step`` was taken for each element.

    ``step`` gives the names their next values, all at once, from their values before it. The elements of a set come
    in ascending order. No further one is taken where ``going`` is FALSE of the names.
    """

    names: tuple[str, ...]
    initial: tuple[Expression, ...]
    bound: Bound
    step: tuple[Expression, ...]
    body: Expression
    going: Expression | None = None


@dataclass(frozen=True, slots=True)
class Lambda(Node):
    """``LAMBDA parameters : body``: an operator as an argument, or as what a LET with parameters names."""

    parameters: tuple[str, ...]
    body: Expression


@dataclass(frozen=True, slots=True)
class Invoke(Node):
    """A local operator, a parameter or the name of a LET, applied to its arguments."""

    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Recursive(Node):
    """``name[bounds] == body``: a function to which its own body can refer by a local name."""

    name: str
    function: Bind


@dataclass(frozen=True, slots=True)
class Change(Node):
    """``!path = value`` of EXCEPT; ``old`` is the local name that ``@`` is in the value."""

    path: tuple[Expression, ...]
    old: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Except(Node):
    """``[of EXCEPT !path = value, ...]``"""

    of: Expression
    changes: tuple[Change, ...]


Expression = Value | Name | Apply | Call | Bind | Let | Fold | Lambda | Invoke | Recursive | Except


# Trees of control. Each node is a relation between a state and what is bound of the next one; walking a tree gives the
# ways through it. A way goes on with what stands after its node in the conjunction around it.


@dataclass(frozen=True, slots=True)
class Test(Node):
    """A condition: a way ends where it is FALSE, and goes on once for each way through it (:mod:`mc.formula.ways`)."""

    condition: Expression


@dataclass(frozen=True, slots=True)
class Key(Node):
    """One index of ``EXCEPT !``: of a function or a sequence, or a field."""

    key: Expression
    is_field: bool


@dataclass(frozen=True, slots=True)
class Assign(Node):
    """``variable' = value``, or with a path ``variable' = [variable EXCEPT !path = value]``.

    A path of a variable that has its value already changes that value.
    """

    variable: str
    path: tuple[Key, ...]
    value: Expression


@dataclass(frozen=True, slots=True)
class All(Node):
    """``/\\``: one after the other. Without parts: TRUE."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Either(Node):
    """``\\/``: each part is a way of its own."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Some(Node):
    """``\\E names \\in collection``: a way for each element."""

    bound: Bound
    body: Tree


@dataclass(frozen=True, slots=True)
class Each(Node):
    """Assignments for each element of a set, each to a place of its own, then what follows: one way.

    Names are folded over the elements as by :class:`Fold`; ``body`` sees them as they were before its element,
    ``then`` what remains of them.
    """

    names: tuple[str, ...]
    initial: tuple[Expression, ...]
    bound: Bound
    step: tuple[Expression, ...]
    body: Tree
    then: Tree
    going: Expression | None = None


@dataclass(frozen=True, slots=True)
class If(Node):
    """``IF test THEN then ELSE otherwise``"""

    test: Expression
    then: Tree
    otherwise: Tree


@dataclass(frozen=True, slots=True)
class With(Node):
    """``LET name == value IN body``"""

    name: str
    value: Expression
    body: Tree


@dataclass(frozen=True, slots=True)
class Enter(Node):
    """A definition whose body is a tree, with its arguments."""

    definition: str
    arguments: tuple[Expression, ...]


Tree = Test | Assign | All | Either | Some | Each | If | With | Enter

TRUE = All(())


def conjunction(place: Place, *parts: Tree) -> Tree:
    """``/\\`` of some trees, without conjunctions in conjunctions."""
    flat = [part for tree in parts for part in (tree.parts if isinstance(tree, All) else (tree,))]
    return flat[0] if len(flat) == 1 else All(tuple(flat), place=place)


@dataclass(frozen=True, slots=True, eq=False)
class Definition(Node):
    """``name(parameters) == body``; compared by identity."""

    name: str
    parameters: tuple[str, ...]
    body: Expression | Tree
    #: The comment that it begins with.
    doc: str = ""

    @property
    def expression(self) -> Expression:
        """The body of a definition that has a value."""
        assert not isinstance(self.body, Tree)
        return self.body

    @property
    def tree(self) -> Tree:
        """The body of a definition that writes primed variables."""
        assert isinstance(self.body, Tree)
        return self.body


class Definitions(Protocol):
    """The definitions of a spec by name, or by the functions that they are in the reference engine."""

    def __getitem__(self, name: str) -> Definition: ...
    def __contains__(self, name: str) -> bool: ...
    def of(self, function: Callable[..., Any]) -> Definition: ...
