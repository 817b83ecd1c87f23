"""What a spec declares besides its definitions: kinds of constants, variables, composed actions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mc.lang.domains import Domain, as_domain


class ModelValues:
    """Annotates a constant that is a set of model values: ``Server: ModelValues``."""


class Natural:
    """Annotates a constant that is a natural number: ``MaxTerm: Natural``."""


class Boolean:
    """Annotates a constant that is TRUE or FALSE."""


class Variable:
    """Declares a variable of the spec: ``log = Variable(Fn(Server, Seq(Entry, 3)))``."""

    def __init__(self, domain: Any) -> None:
        self.domain: Domain = as_domain(domain)
        #: Set by the loader: the name that the variable is assigned to.
        self.name = ""

    def __repr__(self) -> str:
        return f"Variable({self.domain!r})"


@dataclass(frozen=True)
class Then:
    """``action /\\ update``: after ``action``, ``update(s, t)`` sees the state it made as ``s``.

    For history variables: ``update`` may write only variables that ``action`` leaves alone.
    """

    action: Callable[..., bool]
    update: Callable[..., None]
