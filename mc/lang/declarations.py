"""What a spec declares besides its definitions: kinds of constants, variables, composed actions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from mc.dataclass import dataclass
from mc.errors import SpecError
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

    def no_value(self, *_: Any) -> NoReturn:
        """The error for a variable that is used for its value outside of definitions."""
        raise SpecError(
            "a variable has a value only in a state: a row ranges over constant sets, domains or whole variables, "
            "and what else is asked of a parameter is a guard of the action (if not q in s.x[p]: return False)"
        )

    def __getattr__(self, name: str) -> Any:
        return self.no_value() if not name.startswith("__") else object.__getattribute__(self, name)

    __getitem__ = __iter__ = __len__ = __contains__ = __call__ = __lt__ = __le__ = __gt__ = __ge__ = no_value
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __floordiv__ = __mod__ = __neg__ = no_value
    __or__ = __ror__ = __and__ = __rand__ = __xor__ = no_value


@dataclass(frozen=True)
class Then:
    """``action /\\ update``: after ``action``, ``update(s, t)`` sees the state it made as ``s``.

    For history variables: ``update`` may write only variables that ``action`` leaves alone.
    """

    action: Callable[..., bool]
    update: Callable[..., None]
