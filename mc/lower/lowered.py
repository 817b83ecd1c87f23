"""What is made of a module, or why nothing is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from mc.dataclass import dataclass
from mc.errors import EXIT_SPEC, McError
from mc.formula.nodes import Definition, Node


class NotLowered(McError):
    """A construct that keeps a module from being compiled; it is interpreted all the same."""

    exit_code = EXIT_SPEC


def refuse(node: Node, what: str) -> NoReturn:
    """Say that a construct keeps the module from being compiled."""
    raise NotLowered(f"{node.place.start}: {what}")


@dataclass(frozen=True)
class LoweredAction:
    """One of the actions of the next-state relation."""

    name: str
    #: The name of a definition without parameters whose body is a tree.
    definition: str


@dataclass(frozen=True)
class LoweredStep:
    """What is asked of a step."""

    #: The name of a definition.
    definition: str
    #: Its parameters are the values of these variables in the next state.
    variables: tuple[str, ...]


@dataclass(frozen=True)
class Lowered:
    """A module as first-order definitions.

    Names of definitions are identifiers. The body of one that gives variables their values is a tree, else an
    expression. No primed variable is read: what a step reads of the next state is a local name.
    """

    definitions: Mapping[str, Definition]
    #: A definition without parameters; its tree assigns all variables on each way.
    init: str
    #: One for each of :attr:`mc.interpreter.interpreter.Interpreter.actions`, in that order.
    actions: tuple[LoweredAction, ...]
    #: Definitions without parameters, in the order of the spec's; after its invariants, the conjuncts of properties
    #: that are asked of each state.
    invariants: tuple[str, ...]
    constraints: tuple[str, ...]
    #: The action constraints, and the conjuncts of properties that are asked of each step.
    action_constraints: tuple[LoweredStep, ...] = ()
    action_properties: tuple[LoweredStep, ...] = ()
