"""The processes of a spec, and the variable that holds their messages: found from its domains.

Processes are the sets that index variables (``Fn(Server, ...)``) and that actions or messages name.
The network is the variable that holds a bag, or a set, of records.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import CodeType, FunctionType
from typing import Any

from mc.lang.domains import Bag, Domain, Enum, Fn, Optional, Record, Set, Union
from mc.lang.state import State
from mc.lang.text import to_tla
from mc.lang.values import ModelValueSet, RecordValue
from mc.spec.objects import Action, Spec

#: Names of fields for the sender and the receiver of a message, without a leading "m" or underscores.
#: Other names are understood from who sends the message.
SENDERS = frozenset({"source", "src", "sender", "from", "frm"})
RECEIVERS = frozenset({"dest", "dst", "destination", "receiver", "target", "to"})


@dataclass(frozen=True)
class Process:
    """One element of a set of processes."""

    family: str
    value: Any

    @property
    def name(self) -> str:
        """``s1``; where processes are numbers, ``Proposer 1``."""
        text = to_tla(self.value)
        return f"{self.family} {text}" if isinstance(self.value, int) else text


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

    @cached_property
    def members(self) -> tuple[Process, ...]:
        return tuple(Process(self.name, value) for value in self.domain)

    def status(self, process: Process, state: State) -> Status:
        role = None if self.role is None else getattr(state, self.role)[process.value]
        term = None if self.term is None else getattr(state, self.term)[process.value]
        return Status(role, self.roles.index(role) if self.roles else 0, term)

    def covers(self, domain: Domain | None) -> bool:
        """Whether ``domain`` is this set."""
        if isinstance(self.domain, Enum) and isinstance(domain, Enum):
            return self.domain.members == domain.members
        # Proposers may be 0..1, and ballots too: a range that has a name is not any other of the same numbers.
        return self.domain is domain or (self.name == repr(self.domain) and self.domain == domain)


def kind_of(spec: Spec, network: str, message: RecordValue) -> tuple[Record, str | None]:
    """The domain of a message, and the field that tells its kind."""
    domain = message_domain(spec, network)
    if isinstance(domain, Union):
        return domain.by_tag[message.fields[domain.tag]], domain.tag
    assert isinstance(domain, Record)
    return domain, None


def message_domain(spec: Spec, network: str | None) -> Domain | None:
    domain = None if network is None else spec.variables[network]
    return domain.element if isinstance(domain, (Bag, Set)) else None


def message_holders(spec: Spec, network: str | None) -> list[str]:
    """The variables that hold messages: the network, and others of the same elements."""
    element = message_domain(spec, network)
    return [n for n in spec.variables if element is not None and message_domain(spec, n) is element]


def end_named(name: str) -> str:
    """``sender``, ``receiver``, or nothing."""
    plain = name.lower().strip("_")
    for candidate in (plain, plain.removeprefix("m")):
        if candidate in SENDERS:
            return "sender"
        if candidate in RECEIVERS:
            return "receiver"
    return ""


def find_network(spec: Spec) -> str | None:
    """The variable with the messages: of several the one that looks most like it, the first of equals."""
    mentioned = frozenset().union(*(mentions(spec, action) for action in spec.actions))

    def likeness(name: str) -> tuple[bool, ...]:
        domain = spec.variables[name]
        if not isinstance(domain, (Bag, Set)) or not isinstance(domain.element, (Record, Union)):
            return ()
        fields = domain.element.fields if isinstance(domain.element, Record) else {}
        addressed = any(end_named(f) for f in fields)
        kinds = isinstance(domain.element, Union)
        # Records in a set may be anything; a history variable is written only after the actions.
        likely = name in mentioned and (isinstance(domain, Bag) or kinds or addressed)
        return (likely, isinstance(domain, Bag), kinds, addressed) if likely else ()

    best = max(spec.variables, key=likeness)
    return best if likeness(best) else None


def find_families(spec: Spec, network: str | None) -> list[Family]:
    """The sets that index variables, and that actions or messages name."""
    named = [p.domain for action in spec.actions for p in action.parameters]
    message = message_domain(spec, network)
    kinds = message.kinds if isinstance(message, Union) else (message,) if isinstance(message, Record) else ()
    named += [domain for kind in kinds for domain in kind.fields.values()]
    found: list[Family] = []
    for variable in spec.variables.values():
        if isinstance(variable, Fn):
            family = Family(_set_name(spec, variable.domain), variable.domain)
            if any(map(family.covers, named)) and not any(other.covers(variable.domain) for other in found):
                found.append(family)
    return found


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


def mentions(spec: Spec, action: Action) -> frozenset[str]:
    """The variables that an action's text, or the definitions it calls, name."""
    found: set[str] = set()
    seen: set[CodeType] = set()

    def visit(code: CodeType, names: Mapping[str, Any]) -> None:
        if code in seen:
            return
        seen.add(code)
        found.update(name for name in code.co_names if name in spec.variables)
        for inner in code.co_consts:
            if isinstance(inner, CodeType):
                visit(inner, names)
        for name in code.co_names:
            called = names.get(name)
            if isinstance(called, FunctionType):
                visit(called.__code__, called.__globals__)

    function: Any = action.function
    if isinstance(function, FunctionType):
        visit(function.__code__, function.__globals__)
    return frozenset(found)


def as_process(families: Sequence[Family], domain: Domain | None, value: Any) -> Process | None:
    """The process that ``value``, an element of ``domain``, stands for."""
    if isinstance(domain, Optional):
        return None if value == domain.none else as_process(families, domain.domain, value)
    return next((Process(family.name, value) for family in families if family.covers(domain)), None)


def ends_of(
    spec: Spec, network: str, families: Sequence[Family], message: RecordValue
) -> Iterator[tuple[str, Process]]:
    """The fields of a message that hold processes."""
    kind, _ = kind_of(spec, network, message)
    for name, domain in kind.fields.items():
        process = as_process(families, domain, message.fields[name])
        if process is not None:
            yield name, process
