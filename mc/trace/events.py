"""What happens in a behavior: which process acts in each step, and what it sends and receives.

Nothing of it is told by a spec. What a step sent is what the network gained. What it received is what
the network lost, what its arguments name, and each message without which the same step would not have
been possible, or would have had another effect: that is asked of the action itself.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from mc.engine.reference import Step, apply
from mc.lang.domains import Fn, Range
from mc.lang.state import State
from mc.lang.text import to_tla
from mc.lang.values import BagValue, RecordValue
from mc.spec.objects import Spec
from mc.trace.behavior import Behavior
from mc.trace.processes import (
    Family,
    Process,
    Status,
    as_process,
    end_named,
    ends_of,
    find_families,
    find_network,
    is_role,
    kind_of,
    mentions,
    message_holders,
)


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

    @property
    def is_fault(self) -> bool:
        """Whether the network acts, and no process."""
        return bool(self.dropped or self.duplicated)


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
    def lanes(self) -> tuple[Process | None, ...]:
        """The processes; before them None, where some step or message is of no process (and not of the network)."""
        acting = [event.process for event in self.events if not event.is_fault]
        alone = None in (*acting, *(f.source for f in self.flights))
        return (None, *self.processes) if alone or not self.processes else self.processes

    def title(self, lane: Process | None) -> str:
        """What stands over a lane."""
        return lane.name if lane is not None else "elsewhere" if self.processes else "all steps"


def timeline(spec: Spec, behavior: Behavior) -> Timeline:
    """Who does what in ``behavior``."""
    network = find_network(spec)
    found = find_families(spec, network)
    reader = _Reader(spec, network, found)
    events = tuple(reader.read(behavior))
    families = tuple(_with_status(spec, family, reader.flights, behavior.states) for family in found)
    return Timeline(families, network, events, tuple(reader.flights), behavior.states)


def who_acts(spec: Spec) -> Callable[[State, Step], Process | None]:
    """What tells of a single step from a state which process takes it."""
    network = find_network(spec)
    families = tuple(find_families(spec, network))

    def who(state: State, step: Step) -> Process | None:
        (event,) = _Reader(spec, network, families).read(Behavior(state, (step,)))
        return event.process

    return who


def message_text(spec: Spec, told: Timeline, flight: Flight) -> tuple[str, tuple[str, ...]]:
    """What a message is called, and up to three of its fields, those that a reader looks for first.

    Its kind and the processes that a picture shows at its ends are not among these. The first field is (in
    Raft the term, in Paxos the ballot), then those that are no numbers: answers, values, entries.
    """
    assert told.network is not None
    message = flight.message
    kind, tag = kind_of(spec, told.network, message)
    shown = {flight.source, *(process for _, process in flight.arrivals)}
    ends = {
        name
        for name, process in ends_of(spec, told.network, told.families, message)
        if process in shown and (flight.arrivals or end_named(name) != "receiver")
    }
    fields = {name: message.fields[name] for name in kind.fields if name != tag and name not in ends}
    ranked = sorted(fields, key=lambda name: name != next(iter(fields)) and type(fields[name]) is int)[:3]
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


def _with_status(spec: Spec, family: Family, flights: list[Flight], states: tuple[State, ...]) -> Family:
    """The family with the variables that say what its processes are.

    The term is what messages carry first: the first variable whose value most messages of these processes
    begin with. Where they send none, it is the first that grows and never falls.
    """
    over = {n: d.range for n, d in spec.variables.items() if isinstance(d, Fn) and family.covers(d.domain)}
    role = next((n for n, values in over.items() if is_role(spec, values)), None)
    said = [
        (f.source.value, states[f.sent - 1], next((v for v in f.message.fields.values() if type(v) is int), None))
        for f in flights
        if f.source in family.members and f.original is None
    ]

    def is_term(name: str) -> bool:
        values = [getattr(state, name) for state in states]
        pairs = [(a[k], b[k]) for a, b in itertools.pairwise(values) for k in a]
        if said:
            agree = sum(number == getattr(state, name)[value] for value, state, number in said)
            return any(a != b for a, b in pairs) and 2 * agree > len(said)
        return any(a < b for a, b in pairs) and all(a <= b for a, b in pairs)

    term = next((n for n, values in over.items() if isinstance(values, Range) and is_term(n)), None)
    roles = tuple(over[role]) if role is not None else ()
    return Family(family.name, family.domain, role, term, roles)


def _counts(contents: Any) -> Counter[RecordValue]:
    return Counter(contents) if not isinstance(contents, BagValue) else Counter(dict(contents.items()))


def _without(contents: Any, message: RecordValue) -> Any:
    if isinstance(contents, BagValue):
        return BagValue({m: copies for m, copies in contents.items() if m != message})
    return contents - {message}


def _only(candidates: Iterable[Process | None]) -> Process | None:
    """The one candidate there is; None where there are none, or several."""
    found = {c for c in candidates if c is not None}
    return found.pop() if len(found) == 1 else None


@dataclass
class _Reader:
    """Follows a behavior, with the messages that are on their way."""

    spec: Spec
    network: str | None
    families: Sequence[Family]
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
        if self.is_fault(step, was, lost, gained):
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

    def is_fault(
        self, step: Step, was: Counter[RecordValue], lost: list[RecordValue], gained: list[RecordValue]
    ) -> bool:
        """Whether the network acts: an action about messages that knows of nothing but them, and makes no new one."""
        about_messages = bool(step.arguments) and all(isinstance(a, RecordValue) and a in was for a in step.arguments)
        changed = [*lost, *gained]
        return (
            about_messages and bool(changed) and all(m in was for m in changed) and self.knows(step) == {self.network}
        )

    def knows(self, step: Step) -> frozenset[str]:
        return mentions(self.spec, step.action)

    def fault(self, number: int, step: Step, lost: list[RecordValue], gained: list[RecordValue]) -> Event:
        dropped, duplicated = [], []
        for m in lost:
            flight = self.untouched(m)
            flight.dropped, flight.open = number, False
            dropped.append(flight)
        for m in gained:
            original = self.untouched(m)
            copy = Flight(m, number, original.source, original.dest, original)
            self.flights.append(copy)
            duplicated.append(copy)
        return Event(number, step, None, dropped=tuple(dropped), duplicated=tuple(duplicated))

    def send(self, message: RecordValue, number: int, by: Process | None) -> Flight:
        dest = self.addressed(message, "receiver")
        if dest is None and by is not None and not self.addressed(message, "sender"):
            # No field says which end it is: the sender's field holds the sender, the other is the receiver's.
            ends = [p for _, p in self.ends(message)]
            dest = _only(p for p in ends if p != by) if by in ends else None
        elif dest is None:
            dest = _only(p for name, p in self.ends(message) if end_named(name) != "sender")
        flight = Flight(message, number, by, dest)
        self.flights.append(flight)
        return flight

    def find(self, message: RecordValue, process: Process | None = None) -> Flight:
        """The copy that ``process`` received before, else the one sent first, of those still there."""
        there = [f for f in self.flights if f.message == message and f.open]
        return next((f for f in there if any(p == process for _, p in f.receipts)), there[0])

    def untouched(self, message: RecordValue) -> Flight:
        """The copy sent first of those that nobody received yet, else of those still there."""
        there = [f for f in self.flights if f.message == message and f.open]
        return next((f for f in there if not f.receipts), there[0])

    def read_by(
        self, step: Step, before: State, was: Counter[RecordValue], lost: list[RecordValue]
    ) -> Iterator[RecordValue]:
        """The messages that a step received."""
        if self.knows(step).isdisjoint(message_holders(self.spec, self.network)):
            return
        for message in sorted(was, key=to_tla):
            if message in lost or message in step.arguments or self.needs(step, before, message):
                yield message

    def needs(self, step: Step, before: State, message: RecordValue) -> bool:
        """Whether the step would be impossible, or another one, without ``message``.

        Where it is kept besides (which messages have arrived, say) does not make another step.
        """
        kept = {n: _without(getattr(before, n), message) for n in message_holders(self.spec, self.network)}
        try:
            after = apply(self.spec, step.action, step.arguments, State({**before.values, **kept}))
        except Exception:  # a spec is any Python, so this may be any exception
            return True
        if after is None:
            return True
        sent, still = self.contents(after), self.contents(step.state)
        del sent[message], still[message]
        others = (n for n in self.spec.variables if n not in kept)
        return sent != still or any(getattr(after, n) != getattr(step.state, n) for n in others)

    def actor(self, step: Step, before: State, received: list[Flight], gained: list[RecordValue]) -> Process | None:
        """The process that takes the step."""
        named = [
            as_process(self.families, p.domain, a) for p, a in zip(step.action.parameters, step.arguments, strict=True)
        ]
        changed = set(self.changed(before, step.state))
        # Whom a message is from, and who is not changed, is named to say which message: TMRcvPrepared(r).
        senders = {f.source for f in received if f.dest is None} - changed
        # Whom another process sends something, and who is not changed, is named to say where it goes: Forge(j, v).
        ways = [(self.addressed(m, "sender"), self.addressed(m, "receiver")) for m in gained]
        receivers = {dest for source, dest in ways if source not in (None, dest)} - changed
        arguments = [p for p in named if p is not None and p not in senders | receivers]
        in_arguments = [f.dest for f in received if f.message in step.arguments]
        return (
            _only(in_arguments)
            or _only(arguments)
            or _only(changed.intersection(arguments))
            or _only(source for source, _ in ways)
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

    def ends(self, message: RecordValue) -> Iterator[tuple[str, Process]]:
        assert self.network is not None
        return ends_of(self.spec, self.network, self.families, message)

    def addressed(self, message: RecordValue, role: str) -> Process | None:
        return _only(p for name, p in self.ends(message) if end_named(name) == role)
