"""Behaviors as sequence diagrams, in the languages of Mermaid and PlantUML.

An arrow stands where a message is sent; a note, where something happens: a step, with what it received
and from which state, or what the network lost or copied.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mc.dataclass import dataclass
from mc.spec.objects import Spec
from mc.trace.behavior import Behavior
from mc.trace.events import Part, Timeline, action_text, message_text, timeline
from mc.trace.processes import Process
from mc.trace.reader import Event, Flight

#: Mermaid ends a statement at ";", begins an entity with "#" and reads markup in labels.
_MERMAID = re.compile(r"[^][A-Za-z0-9_ ,.:=|+(){}\"/-]|\bend\b")
#: Creole's signs in PlantUML's labels; those of a pair, such as "__", only where they are one.
_PLANTUML = re.compile(r"[^A-Za-z0-9_ ,.:=|+(){}-]|--+|__+|\|\|+|\{\{+|\}\}+")


@dataclass(frozen=True)
class _Arrow:
    """A message on its way; ``lost``: the network loses it."""

    source: Process | None
    dest: Process | None
    text: str
    lost: bool


@dataclass(frozen=True)
class _Note:
    """A text over a lane, or over all lanes from the first to the last of several."""

    lanes: tuple[Process | None, ...]
    text: str


def mermaid(spec: Spec, behavior: Behavior, sentence: str = "", part: Part | None = None) -> str:
    """The behavior as a Mermaid ``sequenceDiagram``.

    ``sentence`` says what is wrong in its last state; ``part``: what is shown, if not all.
    """
    return mermaid_of(timeline(spec, behavior, part), sentence)


def plantuml(spec: Spec, behavior: Behavior, sentence: str = "", part: Part | None = None) -> str:
    """The behavior as a PlantUML sequence diagram; the arguments as of :func:`mermaid`."""
    return plantuml_of(timeline(spec, behavior, part), sentence)


def mermaid_of(told: Timeline, sentence: str) -> str:
    """What happens in a behavior, for Mermaid."""
    ids = {lane: f"p{n}" for n, lane in enumerate(told.lanes)}
    lines = ["sequenceDiagram"]
    lines += [f"    participant {name} as {_mermaid(told.title(lane))}" for lane, name in ids.items()]
    for item in _items(told, sentence):
        if isinstance(item, _Arrow):
            sign = "-x" if item.lost else "-)"
            lines.append(f"    {ids[item.source]}{sign}{ids[item.dest]}: {_mermaid(item.text)}")
        else:
            over = ",".join(dict.fromkeys((ids[item.lanes[0]], ids[item.lanes[-1]])))
            lines.append(f"    Note over {over}: {_mermaid(item.text)}")
    return "\n".join(lines) + "\n"


def plantuml_of(told: Timeline, sentence: str) -> str:
    """What happens in a behavior, for PlantUML."""
    ids = {lane: f"p{n}" for n, lane in enumerate(told.lanes)}
    lines = ["@startuml", "hide footbox"]
    lines += [f'participant "{_plantuml(told.title(lane))}" as {name}' for lane, name in ids.items()]
    for item in _items(told, sentence):
        if isinstance(item, _Arrow):
            sign = "->x" if item.lost else "->>"
            lines.append(f"{ids[item.source]} {sign} {ids[item.dest]} : {_plantuml(item.text)}")
        else:
            over = ", ".join(dict.fromkeys((ids[item.lanes[0]], ids[item.lanes[-1]])))
            lines.append(f"note over {over} : {_plantuml(item.text)}")
    return "\n".join([*lines, "@enduml"]) + "\n"


def _mermaid(text: str) -> str:
    return _MERMAID.sub(lambda found: "".join(f"#{ord(c)};" for c in found[0]), " ".join(text.split()))


def _plantuml(text: str) -> str:
    return _PLANTUML.sub(lambda found: "".join(f"<U+{ord(c):04X}>" for c in found[0]), " ".join(text.split()))


def _items(told: Timeline, sentence: str) -> Iterator[_Arrow | _Note]:
    begin = "1 Init" if told.first == 1 else str(told.first)
    for process in told.processes:
        status = told.status(process, 1).text
        if status:
            yield _Note((process,), f"{begin}: {status}")
    if told.variables:
        yield _Note(told.lanes, f"{begin}: {', '.join(told.values(1))}")
    yield from _arrows(told, [f for f in told.flights if f.sent == 1])
    for event in told.events:
        yield _note(told, event)
        yield from _arrows(told, list(event.sent))
    if sentence:
        yield _Note(told.lanes, f"State {told.shown(len(told.states))}: {sentence}")


def _note(told: Timeline, event: Event) -> _Note:
    """What happens in a step, with the number of the state it leads to."""
    about = (*event.received, *event.dropped, *event.duplicated)
    origins = [f if f.original is None or f not in event.duplicated else f.original for f in about]
    messages = [f"{message_text(told, f)[0] or 'message'} of state {told.shown(f.sent)}" for f in origins]
    changes = []
    for process in told.processes:
        status = told.status(process, event.number)
        if status != told.status(process, event.number - 1):
            changes.append(status.text if process == event.process else f"{process.name} {status.text}")
    told_of = ", ".join([*messages, *(f"now {change}" for change in changes), *told.changes(event.number)])
    text = f"{told.shown(event.number)} {action_text(event)}" + (f": {told_of}" if told_of else "")
    lanes: tuple[Process | None, ...] = (event.process,)
    if event.is_fault:
        lanes = tuple(sorted({f.source for f in about} | {f.dest for f in about if f.dest}, key=told.lanes.index))
    return _Note(lanes, text)


def _arrows(told: Timeline, flights: list[Flight]) -> Iterator[_Arrow | _Note]:
    for flight in flights:
        title, fields = message_text(told, flight)
        text = " ".join(filter(None, (title, ", ".join(fields)))) or "message"
        receivers = [process for _, process in flight.arrivals]
        if not receivers and flight.dest is not None:
            receivers = [flight.dest]
        for receiver in receivers:
            yield _Arrow(flight.source, receiver, text, flight.dropped is not None)
        if not receivers:
            yield _Note((flight.source,), f"sends {text}, not received")
