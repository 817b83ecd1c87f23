"""Dataclasses that cost little to define: a command defines some hundred of them before it can begin."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    import dataclasses

    Form = TypeVar("Form", bound=type)

    def dataclass(
        form: Form | None = None, *, frozen: bool = False, eq: bool = True, repr: bool = True, **options: bool
    ) -> Form | Callable[[Form], Form]:
        """``dataclasses.dataclass``, but methods are shared among all classes where the library makes text for each.

        It takes a quarter of the time. That nothing is assigned to what is ``frozen``, type checkers see to.
        """

        def made(form: Form) -> Form:
            own = vars(form)
            if eq and "__eq__" not in own:
                form.__eq__ = _equal
                if "__hash__" not in own:
                    form.__hash__ = _hash if frozen else None
            if repr and "__repr__" not in own:
                form.__repr__ = _shown
            return dataclasses.dataclass(form, eq=False, repr=False, **options)

        return made if form is None else made(form)

    def _equal(self: Any, other: Any) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        compared = _compared(type(self))
        return self is other or compared(self) == compared(other)

    def _hash(self: Any) -> int:
        return hash(_compared(type(self))(self))

    def _shown(self: Any) -> str:
        parts = (f"{part.name}={getattr(self, part.name)!r}" for part in dataclasses.fields(self) if part.repr)
        return f"{type(self).__qualname__}({', '.join(parts)})"

    @cache
    def _compared(form: type) -> Callable[[Any], Any]:
        """What is compared of such an object: one value, or a tuple."""
        names = [part.name for part in dataclasses.fields(form) if part.compare]
        return attrgetter(*names) if names else lambda _: ()


__all__ = ["dataclass"]
