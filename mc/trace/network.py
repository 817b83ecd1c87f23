"""Where a spec keeps the messages of its processes: found from its domains, and from what its actions name.

That is a bag or a set of records. Or it is a mailbox for each process, ``inbox[p]``, or for each pair of them,
``channel[p][q]``: such a bag or set, or a sequence of anything from which some action takes the first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from mc.dataclass import dataclass
from mc.formula import operators as op
from mc.formula.facts import used
from mc.formula.nodes import Apply
from mc.lang.composites import Bag, Record, Seq, Set, Union
from mc.lang.domains import Domain, Fn
from mc.lang.state import State
from mc.lang.text import to_tla
from mc.lang.values import BagValue, FnValue, SeqValue
from mc.spec.objects import Action, Spec

#: Names of fields for the sender and the receiver of a message, without a leading "m" or underscores.
#: Other names are understood from who sends the message.
SENDERS = frozenset({"source", "src", "sender", "from", "frm"})
RECEIVERS = frozenset({"dest", "dst", "destination", "receiver", "target", "to"})
#: How the first of a sequence is taken; and the same, or how a log is cut off.
_TAKEN = (op.HEAD, op.TAIL)
_CUT = (*_TAKEN, op.SUBSEQ)


@dataclass(frozen=True)
class Letter:
    """A message, and where it is: ``(p, q)`` for one in ``channel[p][q]``."""

    message: Any
    place: tuple[Any, ...] = ()

    def __str__(self) -> str:
        return "".join((to_tla(self.message), *(f" {to_tla(key)}" for key in self.place)))


@dataclass(frozen=True)
class Network:
    """A variable that holds messages."""

    variable: str
    #: What it is a function of, argument by argument.
    places: tuple[Domain, ...]
    #: A bag, a set or a sequence: what there is in each place.
    container: Bag | Set | Seq

    @property
    def element(self) -> Domain:
        """The domain of a message."""
        return self.container.element

    @property
    def kinds(self) -> tuple[Record, ...]:
        """The kinds of messages, if they are records."""
        element = self.element
        return element.records if isinstance(element, Union) else (element,) if isinstance(element, Record) else ()

    def letters(self, state: State) -> Counter[Letter]:
        """All messages in ``state``, with the number of copies."""
        found: Counter[Letter] = Counter()
        for place, contents in _places(state.values[self.variable], len(self.places)):
            for message in contents:
                found[Letter(message, place)] += contents[message] if isinstance(contents, BagValue) else 1
        return found

    def without(self, state: State, letter: Letter) -> Any:
        """The value of the variable without a message, in its place; everywhere, where this has no such places."""
        value = state.values[self.variable]
        return _without(value, letter.message, letter.place if len(letter.place) == len(self.places) else None)

    def kind(self, message: Any) -> tuple[Record | None, str | None]:
        """The domain of a message that is a record, and the field that tells its kind."""
        if isinstance(self.element, Union):
            return self.element.by_tag[message.fields[self.element.tag]], self.element.tag
        return (self.element, None) if isinstance(self.element, Record) else (None, None)

    def holders(self, spec: Spec) -> list[Network]:
        """The variables that hold messages: this one, and others of the same elements."""
        found = (network_of(name, domain) for name, domain in spec.variables.items())
        return [holder for holder in found if holder is not None and holder.element is self.element]

    def ends(self, letter: Letter) -> Iterator[tuple[str, Domain, Any]]:
        """What may name a process: the fields of a message, and its place; each with its domain.

        A mailbox is its receiver's. Of a pair one sends and one receives: which, nothing says.
        """
        kind, _ = self.kind(letter.message)
        for name, domain in kind.fields.items() if kind is not None else ():
            yield name, domain, letter.message.fields[name]
        for domain, key in zip(self.places, letter.place, strict=True):
            yield "receiver" if len(self.places) == 1 else "", domain, key


def _places(value: Any, depth: int, place: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if len(place) == depth:
        yield place, value
    else:
        for key, part in value.items():
            yield from _places(part, depth, (*place, key))


def _without(value: Any, message: Any, place: tuple[Any, ...] | None) -> Any:
    """``value`` without a message; ``place``: None where it is to be taken out everywhere."""
    if isinstance(value, BagValue):
        return BagValue({m: copies for m, copies in value.items() if m != message})
    if isinstance(value, FnValue):
        inside = None if place is None else place[1:]
        here = value if place is None else place[:1]
        return FnValue({k: _without(part, message, inside) if k in here else part for k, part in value.items()})
    return SeqValue(m for m in value if m != message) if isinstance(value, tuple) else value - {message}


def network_of(name: str, domain: Domain) -> Network | None:
    """A variable as one that holds messages; None where its domain is not such."""
    places: list[Domain] = []
    while isinstance(domain, Fn):
        places.append(domain.domain)
        domain = domain.range
    return Network(name, tuple(places), domain) if isinstance(domain, (Bag, Set, Seq)) else None


def candidates(spec: Spec) -> list[Network]:
    """The variables that may be the network; those that look most like it first, of equals the first."""
    found = (network_of(name, domain) for name, domain in spec.variables.items())
    likely = [(network, _likeness(spec, network)) for network in found if network is not None]
    return [network for network, like in sorted(likely, key=lambda pair: pair[1], reverse=True) if like]


def _likeness(spec: Spec, network: Network) -> tuple[bool, ...]:
    """How much a variable looks like the network; empty where it does not."""
    named = [action for action in spec.actions if network.variable in mentions(spec, action)]
    addressed = isinstance(network.element, Record) and any(map(end_named, network.element.fields))
    kinds, bag = isinstance(network.element, Union), isinstance(network.container, Bag)
    if isinstance(network.container, Seq):
        # It may be a log, too: from that, nobody takes the first.
        taken = _CUT if addressed or kinds or len(network.places) > 1 else _TAKEN
        likely = bool(network.places or network.kinds) and any(_applies(spec, action, taken) for action in named)
    else:
        # Records in a set may be anything; a history variable is written only after the actions.
        likely = bool(network.kinds) and bool(named) and (bag or kinds or addressed)
    return (bag, kinds, addressed) if likely else ()


def _applies(spec: Spec, action: Action, operators: tuple[op.Operator, ...]) -> bool:
    """Whether an action applies one of some operators."""
    nodes = used(spec.formulas.of(action.function), spec.formulas)
    return any(isinstance(node, Apply) and node.operator in operators for node in nodes)


def end_named(name: str) -> str:
    """``sender``, ``receiver``, or nothing."""
    plain = name.lower().strip("_")
    for candidate in (plain, plain.removeprefix("m")):
        if candidate in SENDERS:
            return "sender"
        if candidate in RECEIVERS:
            return "receiver"
    return ""


def mentions(spec: Spec, action: Action) -> frozenset[str]:
    """The variables that an action reads or writes, itself or by the definitions that it uses."""
    tree = spec.formulas.of(action.function)
    fact = spec.interpreter.facts.of(tree)
    return fact.reads | fact.writes
