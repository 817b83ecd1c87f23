"""Who acts in each step of a behavior, and what it sends and receives.

Nothing of it is told by a spec. What a step sent is what the network gained. What it received is what
the network lost, what its arguments name, and each message without which the same step would not have
been possible, or would have had another effect: that is asked of the action itself.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from typing import Any

from mc.dataclass import dataclass
from mc.engine.reference import Step, ways
from mc.lang.domains import Fn
from mc.lang.state import State
from mc.lang.values import RecordValue
from mc.spec.objects import Spec
from mc.trace.behavior import AnyStep, Behavior
from mc.trace.network import Letter, Network, end_named, mentions
from mc.trace.processes import Family, Process, as_process, ends_of


@dataclass(eq=False)
class Flight:
    """One copy of a message, from its sending on."""

    letter: Letter
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
    def message(self) -> Any:
        return self.letter.message

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
    step: AnyStep
    #: Who acts; None for a step of no process, and for what the network does.
    process: Process | None
    #: The processes that the arguments are, one by one.
    named: tuple[Process | None, ...]
    sent: tuple[Flight, ...] = ()
    received: tuple[Flight, ...] = ()
    #: What the network lost, or copied, in this step.
    dropped: tuple[Flight, ...] = ()
    duplicated: tuple[Flight, ...] = ()

    @property
    def is_fault(self) -> bool:
        """Whether the network acts, and no process."""
        return bool(self.dropped or self.duplicated)


def _only(candidates: Iterable[Process | None]) -> Process | None:
    """The one candidate there is; None where there are none, or several."""
    found = {c for c in candidates if c is not None}
    return found.pop() if len(found) == 1 else None


def _is_argument(message: Any, step: Step) -> bool:
    """Whether a step is about a message. What is no record may be equal to an argument by chance."""
    return isinstance(message, RecordValue) and message in step.arguments


@dataclass
class Reader:
    """Follows a behavior, with the messages that are on their way."""

    spec: Spec
    network: Network | None
    families: Sequence[Family]
    flights: list[Flight] = field(default_factory=list)
    #: The same by their letters.
    copies: defaultdict[Letter, list[Flight]] = field(default_factory=lambda: defaultdict(list))

    def read(self, behavior: Behavior) -> Iterator[Event]:
        for letter, copies in sorted(self.contents(behavior.initial).items(), key=lambda item: str(item[0])):
            for _ in range(copies):
                self.send(letter, 1, self.addressed(letter, "sender"))
        yield from self.follow(behavior)

    def follow(self, behavior: Behavior) -> Iterator[Event]:
        """The events of a behavior whose first messages are known."""
        before = behavior.initial
        for number, step in enumerate(behavior.steps, 2):
            yield self.event(number, step, before)
            before = step.state

    def contents(self, state: State) -> Counter[Letter]:
        return Counter() if self.network is None else self.network.letters(state)

    def event(self, number: int, step: Step, before: State) -> Event:
        was, now = self.contents(before), self.contents(step.state)
        lost, gained = (sorted((a - b).elements(), key=str) for a, b in ((was, now), (now, was)))
        if self.is_fault(step, was, lost, gained):
            return self.fault(number, step, lost, gained)
        received = [self.find(letter) for letter in self.read_by(step, before, was, lost)]
        named = self.named(step)
        process = self.actor(step, named, before, received, gained)
        flights = []
        for letter in dict.fromkeys((*lost, *(f.letter for f in received))):
            for _ in range(max(1, lost.count(letter))):
                flight = self.find(letter, process)
                flight.receipts.append((number, process))
                flight.open = letter not in lost
                flights.append(flight)
        sent = tuple(self.send(letter, number, process) for letter in gained)
        return Event(number, step, process, named, sent, tuple(flights))

    def is_fault(self, step: Step, was: Counter[Letter], lost: list[Letter], gained: list[Letter]) -> bool:
        """Whether the network acts: an action that knows of nothing but messages, and makes no new one.

        It is about messages, which are its arguments; or the spec calls it a fault, and it only takes some away.
        """
        changed = [*lost, *gained]
        if self.network is None or not changed or self.knows(step) != {self.network.variable}:
            return False
        if not gained and step.action.name in self.spec.faults:
            return True
        about_messages = step.arguments and all(isinstance(a, RecordValue) and Letter(a) in was for a in step.arguments)
        return bool(about_messages) and all(letter in was for letter in changed)

    def knows(self, step: Step) -> frozenset[str]:
        return mentions(self.spec, step.action)

    def fault(self, number: int, step: Step, lost: list[Letter], gained: list[Letter]) -> Event:
        dropped, duplicated = [], []
        for letter in lost:
            flight = self.untouched(letter)
            flight.dropped, flight.open = number, False
            dropped.append(flight)
        for letter in gained:
            original = self.untouched(letter)
            duplicated.append(self.add(Flight(letter, number, original.source, original.dest, original)))
        return Event(number, step, None, self.named(step), dropped=tuple(dropped), duplicated=tuple(duplicated))

    def send(self, letter: Letter, number: int, by: Process | None) -> Flight:
        dest = self.addressed(letter, "receiver")
        if dest is None and by is not None and not self.addressed(letter, "sender"):
            # No field says which end it is: the sender's field holds the sender, the other is the receiver's.
            ends = [p for _, p in self.ends(letter)]
            dest = _only(p for p in ends if p != by) if by in ends else None
        elif dest is None:
            dest = _only(p for name, p in self.ends(letter) if end_named(name) != "sender")
        return self.add(Flight(letter, number, by, dest))

    def add(self, flight: Flight) -> Flight:
        self.flights.append(flight)
        self.copies[flight.letter].append(flight)
        return flight

    def find(self, letter: Letter, process: Process | None = None) -> Flight:
        """The copy that ``process`` received before, else the one sent first, of those still there."""
        there = [f for f in self.copies[letter] if f.open]
        return next((f for f in there if any(p == process for _, p in f.receipts)), there[0])

    def untouched(self, letter: Letter) -> Flight:
        """The copy sent first of those that nobody received yet, else of those still there."""
        there = [f for f in self.copies[letter] if f.open]
        return next((f for f in there if not f.receipts), there[0])

    def read_by(self, step: Step, before: State, was: Counter[Letter], lost: list[Letter]) -> Iterator[Letter]:
        """The messages that a step received."""
        holders = self.network.holders(self.spec) if self.network is not None else []
        if self.knows(step).isdisjoint(holder.variable for holder in holders):
            return
        for letter in sorted(was, key=str):
            if letter in lost or _is_argument(letter.message, step) or self.needs(step, before, letter, holders):
                yield letter

    def needs(self, step: Step, before: State, letter: Letter, holders: list[Network]) -> bool:
        """Whether the step would be impossible, or another one, without a message.

        Where it is kept besides (which messages have arrived, say) does not make another step.
        """
        kept = {holder.variable: holder.without(before, letter) for holder in holders}
        try:
            made = ways(self.spec, step.action, step.arguments, State({**before.values, **kept}))
        except Exception:  # a spec is any Python, so this may be any exception
            return True
        others = [n for n in self.spec.variables if n not in kept]
        still = self.contents(step.state)
        del still[letter]

        def is_same(after: State) -> bool:
            sent = self.contents(after)
            del sent[letter]
            return sent == still and all(after.values[n] == step.state.values[n] for n in others)

        return not any(map(is_same, made))

    def named(self, step: Step) -> tuple[Process | None, ...]:
        """The processes that the arguments of a step are."""
        pairs = zip(step.action.parameters, step.arguments, strict=True)
        return tuple(as_process(self.families, parameter.domain, argument) for parameter, argument in pairs)

    def actor(
        self,
        step: Step,
        named: Sequence[Process | None],
        before: State,
        received: list[Flight],
        gained: list[Letter],
    ) -> Process | None:
        """The process that takes the step."""
        changed = set(self.changed(before, step.state))
        # Whom a message is from, and who is not changed, is named to say which message: TMRcvPrepared(r).
        senders = {f.source for f in received if f.dest is None} - changed
        # Whom another process sends something, and who is not changed, is named to say where it goes: Forge(j, v).
        routes = [(self.addressed(letter, "sender"), self.addressed(letter, "receiver")) for letter in gained]
        receivers = {dest for source, dest in routes if source not in (None, dest)} - changed
        arguments = [p for p in named if p is not None and p not in senders | receivers]
        in_arguments = [f.dest for f in received if _is_argument(f.message, step)]
        return (
            _only(in_arguments)
            or _only(arguments)
            or _only(changed.intersection(arguments))
            or _only(source for source, _ in routes)
            or next(iter(arguments), None)
            or _only(changed)
            or _only(f.dest for f in received)
        )

    def changed(self, before: State, after: State) -> Iterator[Process]:
        """The processes of which something changes, but for what is in their mailboxes."""
        mailboxes = self.network.variable if self.network is not None else None
        for name, domain in self.spec.variables.items():
            for family in self.families:
                if isinstance(domain, Fn) and family.covers(domain.domain) and name != mailboxes:
                    old, new = before.values[name], after.values[name]
                    yield from (p for p in family.members if old[p.value] != new[p.value])

    def ends(self, letter: Letter) -> Iterator[tuple[str, Process]]:
        assert self.network is not None
        return ends_of(self.network, self.families, letter)

    def addressed(self, letter: Letter, role: str) -> Process | None:
        return _only(p for name, p in self.ends(letter) if end_named(name) == role)
