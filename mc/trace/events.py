"""What happens in a behavior: which process acts in each step, and what it sends and receives.

Nothing here is told by a spec. Processes are the sets that index its variables (``Fn(Server, ...)``)
and that its actions or messages name. The network is the variable that holds a bag, or a set, of
records. What a step sent is what the network gained. What it received is what the network lost,
what its arguments name, and each message without which the same step would not have been possible,
or would have had another effect: that is asked of the action itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import CodeType, FunctionType
from typing import Any

from mc.engine.reference import Step, apply
from mc.errors import McError
from mc.lang.domains import Bag, Domain, Enum, Fn, Optional, Range, Record, Set, Union
from mc.lang.state import State
from mc.lang.text import to_tla
from mc.lang.values import BagValue, ModelValue, ModelValueSet, RecordValue
from mc.spec.objects import Action, Spec
from mc.trace.behavior import Behavior

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


@dataclass(eq=False)
class Flight:
    """One copy of a message, from its sending on."""

    message: RecordValue
    #: The number of the state in which it is first there.
    sent: int
    #: None: sent by a step of no process.
    source: Process | None
    #: None where the message does not say.
    dest: Process | None
    #: The copy of which this one is a duplicate.
    original: Flight | None = None
    #: Who received it, each with the number of the state after that step. Nothing forbids to receive again.
    receipts: list[tuple[int, Process | None]] = field(default_factory=list)
    #: The state in which the network had lost it.
    dropped: int | None = None
    #: Whether it is still in the network.
    open: bool = True

    @property
    def arrivals(self) -> list[tuple[int, Process | None]]:
        """The first receipt by each process."""
        first: dict[Process | None, int] = {}
        for number, process in self.receipts:
            first.setdefault(process, number)
        return [(number, process) for process, number in first.items()]


@dataclass(frozen=True, eq=False)
class Event:
    """One step: ``number`` is that of the state it leads to."""

    number: int
    step: Step
    #: Who acts; None for a step of no process, and for what the network does.
    process: Process | None
    sent: tuple[Flight, ...] = ()
    received: tuple[Flight, ...] = ()
    #: What the network lost, or copied, in this step.
    dropped: tuple[Flight, ...] = ()
    duplicated: tuple[Flight, ...] = ()


@dataclass(frozen=True)
class Status:
    """What a process is in a state: its role, and its term or ballot, where it has them."""

    role: Any
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
    #: The first variable over the family whose numbers grow in the behavior, and never fall.
    term: str | None = None

    @cached_property
    def members(self) -> tuple[Process, ...]:
        return tuple(Process(self.name, value) for value in self.domain)

    def status(self, process: Process, state: State) -> Status:
        return Status(
            None if self.role is None else getattr(state, self.role)[process.value],
            None if self.term is None else getattr(state, self.term)[process.value],
        )

    def covers(self, domain: Domain | None) -> bool:
        """Whether ``domain`` is this set."""
        if isinstance(self.domain, Enum) and isinstance(domain, Enum):
            return self.domain.members == domain.members
        return isinstance(self.domain, Range) and isinstance(domain, Range) and self.domain == domain


@dataclass(frozen=True)
class Timeline:
    """The processes of a behavior and what they do, step by step."""

    families: tuple[Family, ...]
    #: The variable that holds the messages.
    network: str | None
    events: tuple[Event, ...]
    #: All copies of messages, in the order of their sending.
    flights: tuple[Flight, ...]
    states: tuple[State, ...]

    @property
    def processes(self) -> tuple[Process, ...]:
        return tuple(process for family in self.families for process in family.members)

    def status(self, process: Process, number: int) -> Status:
        """What ``process`` is in the state of that number."""
        family = next(f for f in self.families if f.name == process.family)
        return family.status(process, self.states[number - 1])

    @cached_property
    def loners(self) -> bool:
        """Whether some step, or some message, is of no process (and not of the network)."""
        return any(e.process is None and not e.dropped and not e.duplicated for e in self.events) or any(
            f.source is None for f in self.flights
        )


def timeline(spec: Spec, behavior: Behavior) -> Timeline:
    """Who does what in ``behavior``."""
    network = _network(spec)
    families = tuple(_families(spec, network, behavior.states))
    reader = _Reader(spec, network, families, _message_domain(spec, network))
    events = tuple(reader.read(behavior))
    return Timeline(families, network, events, tuple(reader.flights), behavior.states)


def message_text(spec: Spec, network: str, message: RecordValue) -> tuple[str, tuple[str, ...]]:
    """What a message is called, and up to three of its fields, those that a reader looks for first.

    Its kind and the processes at its ends are not among these. The first field is (in Raft the term, in
    Paxos the ballot), then those that are no numbers: answers, values, entries.
    """
    kind, tag = _kind(spec, network, message)
    fields = {
        name: message.fields[name]
        for name in kind.fields
        if name != tag and not (_role_of_field(name) and isinstance(message.fields[name], ModelValue))
    }
    first, *rest = list(fields) or [None]
    ranked = [first, *sorted(rest, key=lambda name: type(fields[name]) is int)][:3]
    name = "" if tag is None else message.fields[tag]
    title = name if isinstance(name, str) else to_tla(name)
    return title, tuple(f"{n} = {to_tla(v)}" for n, v in fields.items() if n in ranked)


def action_text(event: Event) -> str:
    """The action with those arguments that a picture does not show as a lane or an arrow."""
    flights = (*event.sent, *event.received, *event.dropped, *event.duplicated)
    shown = [event.process, *(f.dest for f in event.sent)]
    hidden = [*(f.message for f in flights), *(p.value for p in shown if p is not None)]
    rest = [a for a in event.step.arguments if not any(type(a) is type(h) and a == h for h in hidden)]
    return event.step.action.name + (f"({', '.join(map(to_tla, rest))})" if rest else "")


def _kind(spec: Spec, network: str, message: RecordValue) -> tuple[Record, str | None]:
    """The domain of a message, and the field that tells its kind."""
    domain = _message_domain(spec, network)
    if isinstance(domain, Union):
        return domain.by_tag[message.fields[domain.tag]], domain.tag
    assert isinstance(domain, Record)
    return domain, None


def _message_domain(spec: Spec, network: str | None) -> Domain | None:
    domain = None if network is None else spec.variables[network]
    return domain.element if isinstance(domain, (Bag, Set)) else None


def _role_of_field(name: str) -> str:
    """``sender``, ``receiver``, or nothing."""
    plain = name.lower().strip("_")
    for candidate in (plain, plain.removeprefix("m")):
        if candidate in SENDERS:
            return "sender"
        if candidate in RECEIVERS:
            return "receiver"
    return ""


def _network(spec: Spec) -> str | None:
    """The variable with the messages: of several the one that looks most like it, the first of equals."""
    mentioned = frozenset().union(*(_mentions(spec, action) for action in spec.actions))

    def likeness(name: str) -> tuple[bool, ...]:
        domain = spec.variables[name]
        if not isinstance(domain, (Bag, Set)) or not isinstance(domain.element, (Record, Union)):
            return ()
        fields = domain.element.fields if isinstance(domain.element, Record) else {}
        addressed = any(_role_of_field(f) for f in fields)
        kinds = isinstance(domain.element, Union)
        # Records in a set may be anything; a history variable is written only after the actions.
        likely = name in mentioned and (isinstance(domain, Bag) or kinds or addressed)
        return (likely, isinstance(domain, Bag), kinds, addressed) if likely else ()

    best = max(spec.variables, key=likeness)
    return best if likeness(best) else None


def _families(spec: Spec, network: str | None, states: tuple[State, ...]) -> Iterator[Family]:
    """The sets that index variables, and that actions or messages name."""
    named = [p.domain for action in spec.actions for p in action.parameters]
    message = _message_domain(spec, network)
    kinds = message.kinds if isinstance(message, Union) else (message,) if isinstance(message, Record) else ()
    named += [domain for kind in kinds for domain in kind.fields.values()]
    found: list[Family] = []
    for variable in spec.variables.values():
        if isinstance(variable, Fn):
            family = Family(_set_name(spec, variable.domain), variable.domain)
            if any(map(family.covers, named)) and not any(other.covers(variable.domain) for other in found):
                found.append(family)
    for family in found:
        over = [n for n, d in spec.variables.items() if isinstance(d, Fn) and family.covers(d.domain)]
        role = next((n for n in over if _is_role(spec, spec.variables[n])), None)
        term = next((n for n in over if _grows(spec.variables[n], [getattr(s, n) for s in states])), None)
        yield Family(family.name, family.domain, role, term)


def _set_name(spec: Spec, domain: Domain) -> str:
    for name, value in (*spec.constants.items(), *spec.namespace.items()):
        if value is domain:
            return name
        if isinstance(value, ModelValueSet) and isinstance(domain, Enum) and value.members == domain.members:
            return name
    return repr(domain)


def _is_role(spec: Spec, variable: Domain) -> bool:
    """Whether its values are names that the spec gives, not elements of a set that the model gives."""
    values = variable.range if isinstance(variable, Fn) else None
    given = {member for value in spec.constants.values() if isinstance(value, ModelValueSet) for member in value}
    return (
        isinstance(values, Enum)
        and len(values.members) > 1
        and not any(isinstance(m, int) or m in given for m in values.members)
    )


def _grows(variable: Domain, values: list[Any]) -> bool:
    if not isinstance(variable, Fn) or not isinstance(variable.range, Range):
        return False
    pairs = [(a[k], b[k]) for a, b in zip(values, values[1:], strict=False) for k in variable.keys]
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)


def _mentions(spec: Spec, action: Action) -> frozenset[str]:
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


def _counts(contents: Any) -> Counter[RecordValue]:
    return Counter(contents) if not isinstance(contents, BagValue) else Counter(dict(contents.items()))


def _only(candidates: Iterable[Process | None]) -> Process | None:
    """The one candidate there is; None where there are none, or several."""
    found = {c for c in candidates if c is not None}
    return found.pop() if len(found) == 1 else None


@dataclass
class _Reader:
    """Follows a behavior, with the messages that are on their way."""

    spec: Spec
    network: str | None
    families: tuple[Family, ...]
    message: Domain | None
    flights: list[Flight] = field(default_factory=list)

    def read(self, behavior: Behavior) -> Iterator[Event]:
        for message, copies in sorted(self.contents(behavior.initial).items(), key=lambda item: to_tla(item[0])):
            for _ in range(copies):
                self.send(message, 1, self.addressed(message, "sender"))
        before = behavior.initial
        for number, step in enumerate(behavior.steps, 2):
            yield self.event(number, step, before)
            before = step.state

    def contents(self, state: State) -> Counter[RecordValue]:
        return Counter() if self.network is None else _counts(getattr(state, self.network))

    def event(self, number: int, step: Step, before: State) -> Event:
        was, now = self.contents(before), self.contents(step.state)
        lost, gained = (sorted((a - b).elements(), key=to_tla) for a, b in ((was, now), (now, was)))
        if self.is_of_network(step) and (lost or gained):
            return self.fault(number, step, lost, gained)
        received = [self.find(m) for m in self.read_by(step, before, was, lost)]
        process = self.actor(step, before, received, gained)
        flights = []
        for m in dict.fromkeys((*lost, *(f.message for f in received))):
            for _ in range(max(1, lost.count(m))):
                flight = self.find(m, process)
                flight.receipts.append((number, process))
                flight.open = m not in lost
                flights.append(flight)
        return Event(number, step, process, tuple(self.send(m, number, process) for m in gained), tuple(flights))

    def is_of_network(self, step: Step) -> bool:
        """Whether the action knows of nothing but the network."""
        return self.network is not None and _mentions(self.spec, step.action) <= {self.network}

    def fault(self, number: int, step: Step, lost: list[RecordValue], gained: list[RecordValue]) -> Event:
        dropped, duplicated = [], []
        for m in lost:
            flight = self.find(m)
            flight.dropped, flight.open = number, False
            dropped.append(flight)
        sent = []
        for m in gained:
            original = next((f for f in self.flights if f.message == m and f.open), None)
            if original is None:
                sent.append(self.send(m, number, None))
            else:
                copy = Flight(m, number, original.source, original.dest, original)
                self.flights.append(copy)
                duplicated.append(copy)
        return Event(number, step, None, tuple(sent), (), tuple(dropped), tuple(duplicated))

    def send(self, message: RecordValue, number: int, by: Process | None) -> Flight:
        dest = self.addressed(message, "receiver")
        if dest is None and by is not None and not self.addressed(message, "sender"):
            # No field says which end it is: the sender's field holds the sender, the other is the receiver's.
            ends = [p for _, p in self.ends(message)]
            dest = _only(p for p in ends if p != by) if by in ends else None
        elif dest is None:
            dest = _only(p for name, p in self.ends(message) if _role_of_field(name) != "sender")
        flight = Flight(message, number, by, dest)
        self.flights.append(flight)
        return flight

    def find(self, message: RecordValue, process: Process | None = None) -> Flight:
        """The copy that ``process`` received before, else the one sent first, of those still there."""
        there = [f for f in self.flights if f.message == message and f.open]
        return next((f for f in there if any(p == process for _, p in f.receipts)), there[0])

    def read_by(
        self, step: Step, before: State, was: Counter[RecordValue], lost: list[RecordValue]
    ) -> Iterator[RecordValue]:
        """The messages that a step received."""
        if self.network is None or self.network not in _mentions(self.spec, step.action):
            return
        for message in sorted(was, key=to_tla):
            if message in lost or message in step.arguments or self.needs(step, before, message):
                yield message

    def needs(self, step: Step, before: State, message: RecordValue) -> bool:
        """Whether the step would be impossible, or another one, without ``message``."""
        assert self.network is not None
        contents = getattr(before, self.network)
        if isinstance(contents, BagValue):
            without: Any = BagValue({m: n for m, n in contents.items() if m != message})
        else:
            without = contents - {message}
        try:
            after = apply(self.spec, step.action, step.arguments, State({**before.values, self.network: without}))
        except McError:
            return True
        if after is None:
            return True
        sent, still = self.contents(after), self.contents(step.state)
        del sent[message], still[message]
        others = (n for n in self.spec.variables if n != self.network)
        return sent != still or any(getattr(after, n) != getattr(step.state, n) for n in others)

    def actor(
        self, step: Step, before: State, received: list[Flight], gained: list[RecordValue]
    ) -> Process | None:
        """The process that takes the step."""
        named = [self.process(p.domain, a) for p, a in zip(step.action.parameters, step.arguments, strict=True)]
        arguments = [p for p in named if p is not None]
        changed = set(self.changed(before, step.state))
        in_arguments = [f.dest for f in received if f.message in step.arguments]
        return (
            _only(in_arguments)
            or _only(arguments)
            or _only(changed.intersection(arguments))
            or _only(self.addressed(m, "sender") for m in gained)
            or next(iter(arguments), None)
            or _only(changed)
            or _only(f.dest for f in received)
        )

    def changed(self, before: State, after: State) -> Iterator[Process]:
        for name, domain in self.spec.variables.items():
            for family in self.families:
                if isinstance(domain, Fn) and family.covers(domain.domain):
                    old, new = getattr(before, name), getattr(after, name)
                    yield from (p for p in family.members if old[p.value] != new[p.value])

    def process(self, domain: Domain | None, value: Any) -> Process | None:
        """The process that ``value``, an element of ``domain``, stands for."""
        if isinstance(domain, Optional):
            return None if value == domain.none else self.process(domain.domain, value)
        return next((Process(f.name, value) for f in self.families if f.covers(domain)), None)

    def ends(self, message: RecordValue) -> Iterator[tuple[str, Process]]:
        """The fields of a message that hold processes."""
        assert self.network is not None
        kind, _ = _kind(self.spec, self.network, message)
        for name, domain in kind.fields.items():
            process = self.process(domain, message.fields[name])
            if process is not None:
                yield name, process

    def addressed(self, message: RecordValue, role: str) -> Process | None:
        return _only(p for name, p in self.ends(message) if _role_of_field(name) == role)
