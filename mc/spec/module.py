"""A TLA+ module bound to one TLC configuration: everything that is checked, resolved to formulas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, Literal

from mc.dataclass import dataclass
from mc.formula.nodes import Definition, Expression

#: What TLC makes of a conjunct of a property (``tlc2.tool.impl.SpecProcessor.processConfigProps``): a predicate of
#: initial states, ``[]P``, ``[][A]_v``, or what needs whole behaviors.
Asked = Literal["initial", "invariant", "action", "temporal"]


@dataclass(frozen=True)
class Conjunct:
    """A conjunct of a property; it is about all behaviors."""

    #: The property, as the configuration names it.
    property: str
    #: What messages call it: the last definition on the way to it.
    name: str
    asked: Asked
    #: Without ``[]`` where that stands before a predicate.
    formula: Expression


@dataclass(frozen=True)
class ModuleSpec:
    """What ``X.tla`` and ``X.cfg`` say together. Overrides of the configuration are made, instances substituted.

    A definition of an instance is named as TLA+ names it, ``I!Op``; one of a parametrised instance has the parameters
    of the instance before its own. Operators of the standard modules are nodes, not definitions.
    """

    name: str
    path: Path
    #: The configuration; None where no file gives it.
    config: Path | None
    #: The texts of all files that were read, by the names that are in the places of nodes.
    texts: Mapping[str, str]
    #: In the order of their declarations.
    variables: tuple[str, ...]
    #: The constants of the module, and what else the configuration gives a value, with their values.
    constants: Mapping[str, Any]
    definitions: Mapping[str, Definition]
    assumptions: tuple[Expression, ...]
    #: Conjuncts of the initial predicate, in order; the next-state relation, without ``[ ]_vars``. None where the
    #: configuration has no behavior.
    init: tuple[Expression, ...]
    next: Expression | None
    #: What Init and Next are called in messages.
    init_name: str
    next_name: str
    #: Names of definitions.
    invariants: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    action_constraints: tuple[str, ...] = ()
    #: The conjuncts of PROPERTY, and what the specification says of behaviors beyond Init and Next (fairness).
    properties: tuple[Conjunct, ...] = ()
    fairness: tuple[Expression, ...] = ()
    view: str | None = None
    symmetry: str | None = None
    alias: str | None = None
    postconditions: tuple[str, ...] = ()
    deadlock: bool = True
    #: The variables of instances that stand for themselves in ``ENABLED A``, whose node has after A each of them with
    #: the value that the instance substitutes for it; that of ``WF_v(A)`` and ``SF_v(A)`` has ``ENABLED <<A>>_v`` then.
    free: tuple[str, ...] = ()
    #: ``N <- Def``: the names of definitions. ``N <- [M] Def`` has the key ``M!N``.
    replaced: Mapping[str, str] = field(default_factory=dict)
    #: The names and strings of the configuration and of the texts, in the order in which TLC meets them: it is the
    #: order of strings, of model values and of the fields of records (``util.UniqueString``).
    met: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def model(self) -> str:
        """What the configuration is called: its file, without the suffix."""
        return self.name if self.config is None else self.config.stem
