"""What is compared with TLC: a spec in Python with the module beside it, or a module as mc reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from mc.dataclass import dataclass
from mc.lang.state import State
from mc.trace.behavior import AnyStep


class Reads(Protocol):
    """Reads the values of one variable."""

    def read(self, text: str) -> Any:
        """The value that TLC prints so; :class:`mc.errors.DomainError` where the variable cannot have it."""


class Subject(Protocol):
    """All that a comparison asks of it. Actions go by their names, as mc counts them."""

    @property
    def file(self) -> str:
        """What mc has read, as messages call it: ``raft.py``."""

    @property
    def module(self) -> Path:
        """What TLC reads."""

    @property
    def actions(self) -> Sequence[str]:
        """The names of the actions, each once."""

    @property
    def symmetric(self) -> bool:
        """Whether a state stands for others, such as its orbit."""

    def readers(self) -> Mapping[str, Reads]:
        """What reads the values of each variable, in the order of the variables."""

    def values(self, parts: Iterable[str]) -> dict[str, Any]:
        """The values in texts ``name = value``; what the spec does not allow is there all the same."""

    def action(self, label: str) -> str | None:
        """The action that TLC means by a label; None where it may be several, or none."""

    def arguments(self, label: str) -> tuple[Any, ...] | None:
        """The arguments of that action; None where the label does not tell them."""

    def is_initial(self, state: State) -> bool:
        """Whether the spec begins in a state."""

    def successors(self, state: State) -> Iterable[AnyStep]:
        """Every step from a state."""

    def violates(self, name: str, before: State | None, last: State) -> bool:
        """Whether the invariant of that name is FALSE in the last state of a behavior, or a property in its last step.

        ``before``: the state before the last one, if there is one.
        """


@dataclass(frozen=True)
class Names:
    """What the two sides of a comparison are called."""

    ours: str = "mc"
    theirs: str = "TLC"


WITH_TLC = Names()
