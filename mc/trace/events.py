"""What happens in a behavior, as pictures tell it: processes, their statuses, steps, messages and values."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property

from mc.dataclass import dataclass
from mc.engine.reference import Step
from mc.lang.domains import Fn, Range
from mc.lang.state import State
from mc.lang.text import to_tla
from mc.lang.values import RecordValue
from mc.spec.objects import Spec
from mc.trace.behavior import Behavior
from mc.trace.network import Network, end_named
from mc.trace.processes import Family, Process, Status, ends_of, find_families, find_network, is_role
from mc.trace.reader import Event, Flight, Reader
from mc.trace.text import value_changes

#: Letters of a change that are too many to tell of both values.
LONG = 80
#: The numbers of the first and the last state of a part of a behavior.
Part = tuple[int, int]


@dataclass(frozen=True)
class Timeline:
    """The processes of a behavior and what they do, step by step."""

    families: tuple[Family, ...]
    network: Network | None
    events: tuple[Event, ...]
    #: All copies of messages, in the order of their sending.
    flights: tuple[Flight, ...]
    states: tuple[State, ...]
    #: The number of the first of these states, where they are a part of a longer behavior.
    first: int = 1

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

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """Those whose values are told in words: all that are no status, where no messages tell what goes on."""
        statuses = {name for family in self.families for name in (family.role, family.term)}
        return () if self.network is not None else tuple(n for n in self.states[0].values if n not in statuses)

    def values(self, number: int) -> tuple[str, ...]:
        """``name = value`` of these variables in a state."""
        return tuple(f"{name} = {to_tla(self.states[number - 1].values[name])}" for name in self.variables)

    def changes(self, number: int) -> Iterator[str]:
        """What of these variables has changed in the step to a state, as precisely as the values allow."""
        before, after = self.states[number - 2 : number]
        for name in self.variables:
            old, new = before.values[name], after.values[name]
            changes = list(value_changes(name, old, new))
            # What it was before stands above: where both would be too much, what it is now is enough.
            yield from changes if all(len(c) <= LONG for c in changes) else [f"{name} = {to_tla(new)}"]

    def shown(self, number: int) -> int:
        """The number of a state in the whole behavior."""
        return self.first + number - 1

    def title(self, lane: Process | None) -> str:
        """What stands over a lane."""
        return lane.name if lane is not None else "elsewhere" if self.processes else "all steps"


def timeline(spec: Spec, behavior: Behavior, part: Part | None = None) -> Timeline:
    """Who does what in ``behavior``, or in a part of it."""
    network = find_network(spec)
    found = find_families(spec, network)
    reader = Reader(spec, network, found)
    events = tuple(reader.read(behavior))
    families = tuple(_with_status(spec, family, reader.flights, behavior.states) for family in found)
    if part is None:
        return Timeline(families, network, events, tuple(reader.flights), behavior.states)
    first, last = part
    reader = Reader(spec, network, found)
    for _ in reader.read(Behavior(behavior.initial, behavior.steps[: first - 1])):
        pass
    # What is on its way then is there from the beginning of the part.
    left = [Flight(f.letter, 1, f.source, f.dest) for f in reader.flights if f.open]
    reader = Reader(spec, network, found)
    for flight in left:
        reader.add(flight)
    shown = Behavior(behavior.states[first - 1], behavior.steps[first - 1 : last - 1])
    events = tuple(reader.follow(shown))
    return Timeline(families, network, events, tuple(reader.flights), shown.states, first)


def who_acts(spec: Spec) -> Callable[[State, Step], Process | None]:
    """What tells of a single step from a state which process takes it."""
    network = find_network(spec)
    families = tuple(find_families(spec, network))

    def who(state: State, step: Step) -> Process | None:
        (event,) = Reader(spec, network, families).read(Behavior(state, (step,)))
        return event.process

    return who


def message_text(told: Timeline, flight: Flight) -> tuple[str, tuple[str, ...]]:
    """What a message is called, and up to three of its fields, those that a reader looks for first.

    Its kind and the processes that a picture shows at its ends are not among these. The first field is (in
    Raft the term, in Paxos the ballot), then those that are no numbers: answers, values, entries.
    """
    assert told.network is not None
    message = flight.message
    kind, tag = told.network.kind(message)
    if kind is None:
        return message if isinstance(message, str) else to_tla(message), ()
    shown = {flight.source, *(process for _, process in flight.arrivals)}
    ends = {
        name
        for name, process in ends_of(told.network, told.families, flight.letter)
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
    messages = [f.message for f in flights]
    shown = {event.process, *(f.dest for f in event.sent), *(f.source for f in event.received)}
    rest = [
        argument
        for argument, process in zip(event.step.arguments, event.named, strict=True)
        if (process is None or process not in shown)
        and not any(type(argument) is type(message) and argument == message for message in messages)
    ]
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
        if f.source in family.members and f.original is None and isinstance(f.message, RecordValue)
    ]

    def is_term(name: str) -> bool:
        values = [state.values[name] for state in states]
        pairs = [(a[k], b[k]) for a, b in itertools.pairwise(values) for k in a]
        if said:
            agree = sum(number == state.values[name][value] for value, state, number in said)
            return any(a != b for a, b in pairs) and 2 * agree > len(said)
        return any(a < b for a, b in pairs) and all(a <= b for a, b in pairs)

    term = next((n for n, values in over.items() if isinstance(values, Range) and is_term(n)), None)
    roles = tuple(over[role]) if role is not None else ()
    return replace(family, role=role, term=term, roles=roles)
