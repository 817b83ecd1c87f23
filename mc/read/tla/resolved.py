"""What a TLA+ module says once its names are resolved, and what a configuration replaces in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from mc.dataclass import dataclass
from mc.formula.nodes import Definition, Expression


@dataclass(frozen=True)
class Overrides:
    """What the configuration says about the names of modules; see TLC's ``SpecProcessor.processConstants``.

    The names that stand here need not be known: TLC does not mind (a warning says so).
    """

    #: ``N <- Def``: a constant or definition that the module knows, or an operator of a standard module, means ``Def``
    #: in every module.
    replaced: Mapping[str, str] = field(default_factory=dict)
    #: ``N <- [M] Def``, by the names of modules: in module M alone.
    replaced_in: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    #: ``N = value``: a constant or definition without parameters becomes a constant (``Name(N, Of.CONSTANT)``).
    given: frozenset[str] = frozenset()
    #: ``N = [M] value``, by the names of modules. The constant is called ``M!N``.
    given_in: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Resolved:
    """A module with everything that it extends and instantiates.

    A definition of an instance is named as TLA+ names it, ``I!Op``; one of a parametrised instance has the parameters
    of the instance before its own. Of the library and of instances, only what is used is here. What an extended module
    keeps LOCAL, and what an instance uses of modules that the root does not know, has the name of its module in front:
    ``M!Op``.
    """

    name: str
    path: Path
    #: The texts of all files that were read, by the names that are in the places of nodes.
    texts: Mapping[str, str]
    #: In the order of their declarations.
    variables: tuple[str, ...]
    #: The variables of instances that stand for themselves where it is asked whether an action is ENABLED.
    free: tuple[str, ...]
    #: The constants that are declared, with their arity: 0 for one that is no operator. Also those that are replaced.
    constants: Mapping[str, int]
    definitions: Mapping[str, Definition]
    #: What the configuration can replace, with the number of its arguments: constants and definitions that are known.
    known: Mapping[str, int]
    #: ASSUME, of all modules that TLC evaluates: the root and what it extends.
    assumptions: tuple[Expression, ...]
    warnings: tuple[str, ...]
    #: The names and strings of the texts in the order in which TLC meets them; those of the configuration come before.
    met: tuple[str, ...]
