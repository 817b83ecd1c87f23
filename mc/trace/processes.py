"""The processes of a spec: the sets that index variables (``Fn(Server, ...)``) and that actions or messages name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import field, replace
from functools import cached_property
from typing import Any

from mc.dataclass import dataclass
from mc.lang.domains import Domain, Enum, Fn, Optional, Range
from mc.lang.state import State
from mc.lang.text import to_tla
from mc.lang.values import ModelValueSet
from mc.spec.objects import Spec
from mc.trace.network import Letter, Network, candidates


@dataclass(frozen=True)
class Process:
    """One element of a set of processes."""

    family: str
    value: Any
    #: Whether its value alone does not say which one it is.
    titled: bool = field(default=False, compare=False)

    @property
    def name(self) -> str:
        """``s1`` or ``1``; where there are several sets of processes, and this one's are numbers, ``Proposer 1``."""
        text = to_tla(self.value)
        return f"{self.family} {text}" if self.titled else text

    def is_named_in(self, sentence: str) -> bool:
        """Whether a sentence is about this process; a number alone may mean anything, but not ``state[1]``."""
        name = re.escape(self.name)
        plain = isinstance(self.value, int) and not self.titled
        return re.search(rf"\[{name}\]" if plain else rf"(?<!\w){name}(?!\w)", sentence) is not None


@dataclass(frozen=True)
class Status:
    """What a process is in a state: its role, and its term or ballot, where it has them."""

    role: Any
    #: The place of the role in its enumeration.
    rank: int
    term: int | None

    @property
    def text(self) -> str:
        """``Leader 2``"""
        role = "" if self.role is None else self.role if isinstance(self.role, str) else to_tla(self.role)
        return " ".join(part for part in (role, "" if self.term is None else str(self.term)) if part)


@dataclass(frozen=True)
class Family:
    """A set of processes, and the variables that say what each of them is."""

    name: str
    domain: Domain
    #: The first variable over the family whose values are an enumeration.
    role: str | None = None
    #: The variable over the family with its terms or ballots, see :func:`_with_status`.
    term: str | None = None

    #: The roles, in the order of their enumeration.
    roles: tuple[Any, ...] = ()
    #: Whether its processes are called by its name, too.
    titled: bool = False

    @cached_property
    def members(self) -> tuple[Process, ...]:
        return tuple(map(self.process, self.domain))

    def process(self, value: Any) -> Process:
        return Process(self.name, value, self.titled)

    def status(self, process: Process, state: State) -> Status:
        role = None if self.role is None else state.values[self.role][process.value]
        term = None if self.term is None else state.values[self.term][process.value]
        return Status(role, self.roles.index(role) if self.roles else 0, term)

    def covers(self, domain: Domain | None) -> bool:
        """Whether ``domain`` is this set."""
        if isinstance(self.domain, Enum) and isinstance(domain, Enum):
            return self.domain.members == domain.members
        # Proposers may be 0..1, and ballots too: a range that has a name is not any other of the same numbers.
        return self.domain is domain or (self.name == repr(self.domain) and self.domain == domain)


def find_network(spec: Spec) -> Network | None:
    """The variable with the messages. Mailboxes are those of processes."""
    return next((n for n in candidates(spec) if _are_mailboxes(n, find_families(spec, n))), None)


def _are_mailboxes(network: Network, families: Sequence[Family]) -> bool:
    return all(any(family.covers(domain) for family in families) for domain in network.places)


def find_families(spec: Spec, network: Network | None) -> list[Family]:
    """The sets that index variables, and that actions or messages name."""
    named = [p.domain for action in spec.actions for p in action.parameters]
    named += [domain for kind in (network.kinds if network is not None else ()) for domain in kind.fields.values()]
    found: list[Family] = []
    for variable in spec.variables.values():
        if isinstance(variable, Fn):
            family = Family(_set_name(spec, variable.domain), variable.domain)
            if any(map(family.covers, named)) and not any(other.covers(variable.domain) for other in found):
                found.append(family)
    # Numbers alone say which process is meant, where there are no others.
    return [replace(family, titled=len(found) > 1 and isinstance(family.domain, Range)) for family in found]


def _set_name(spec: Spec, domain: Domain) -> str:
    for name, value in (*spec.constants.items(), *spec.namespace.items()):
        if value is domain:
            return name
        if isinstance(value, ModelValueSet) and isinstance(domain, Enum) and value.members == domain.members:
            return name
    return repr(domain)


def is_role(spec: Spec, values: Domain) -> bool:
    """Whether these are names that the spec gives, not elements of a set that the model gives."""
    given = {member for value in spec.constants.values() if isinstance(value, ModelValueSet) for member in value}
    names = values.members if isinstance(values, Enum) else ()
    return len(names) > 1 and not any(isinstance(m, int) or m in given for m in names)


def as_process(families: Sequence[Family], domain: Domain | None, value: Any) -> Process | None:
    """The process that ``value``, an element of ``domain``, stands for."""
    if isinstance(domain, Optional):
        return None if value == domain.none else as_process(families, domain.domain, value)
    return next((family.process(value) for family in families if family.covers(domain)), None)


def ends_of(network: Network, families: Sequence[Family], letter: Letter) -> Iterator[tuple[str, Process]]:
    """The processes that a message, or its place in the network, names; each with the name of the field."""
    for name, domain, value in network.ends(letter):
        process = as_process(families, domain, value)
        if process is not None:
            yield name, process
