"""Where everything of a space-time diagram goes: boxes of text, arrows, bands, in pixels.

Time runs downwards, a row for each step, a lane for each process. In a row stands the box of the
process that acts, and beside it, on the side the message leaves to, what it sends. An arrow comes in
at the top of a box and leaves at its bottom. So no text is crossed by an arrow of its own row, and
texts cannot meet: each has its own row and its own side of its lane.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import field

from mc.dataclass import dataclass
from mc.trace.events import Timeline, action_text, message_text
from mc.trace.processes import Process, Status
from mc.trace.reader import Event, Flight

#: Of a fixed-width font: all have letters of 0.6 em, or less.
FONT = 11.0
LETTER = 0.602 * FONT
LINE = 14.0
PAD = 6.0
GUTTER = 44.0
#: Between two lanes, at most; and in all, if the texts can bear it.
LANE, NARROWEST, WIDTH = 264.0, 200.0, 1600.0
#: Between two rows.
STEP = 24.0
HEAD = 34.0
#: Lines of what changes in a step, or of the values in a state, at most.
MOST_LINES = 12


@dataclass(frozen=True)
class Line:
    """A line of text; ``tinted``: on the colour of a status."""

    text: str
    bold: bool = False
    tinted: bool = False


@dataclass(frozen=True)
class Box:
    """Lines of text in a rectangle around ``x``, or beginning (ending) at ``x`` where ``side`` is 1 (-1)."""

    #: "event", "status", "message" (or what changes), "values", "dropped", "duplicated"
    kind: str
    x: float
    top: float
    bottom: float
    lines: tuple[Line, ...]
    side: int = 0
    #: The status that a box shows in its tinted line.
    status: Status | None = None
    marked: bool = False

    @property
    def width(self) -> float:
        return max((len(line.text) for line in self.lines), default=0) * LETTER + 2 * PAD

    @property
    def left(self) -> float:
        return self.x - self.width * (1 - self.side) / 2

    @property
    def right(self) -> float:
        return self.left + self.width


@dataclass(frozen=True)
class Arrow:
    """The way of one copy of a message; ``kind``: "received", "flying", "dropped", or "passed" as far as a mark."""

    kind: str
    points: tuple[tuple[float, float], ...]
    #: Of a message to oneself: how far it swings out.
    bulge: float = 0.0


@dataclass(frozen=True)
class Mark:
    """Where the network loses ("dropped") or copies ("duplicated") a message."""

    kind: str
    x: float
    y: float


@dataclass(frozen=True)
class Band:
    """A stretch of a lane with one status."""

    lane: int
    top: float
    bottom: float
    status: Status | None


@dataclass
class Layout:
    """A picture, ready to be drawn."""

    timeline: Timeline
    lanes: tuple[Process | None, ...]
    xs: tuple[float, ...]
    width: float
    boxes: list[Box] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    bands: list[Band] = field(default_factory=list)
    #: Top and bottom of the row of each state; that of the initial state first.
    rows: list[tuple[float, float]] = field(default_factory=list)
    bottom: float = 0.0


def wrap(text: str, letters: int, most: int) -> list[str]:
    """``text`` in lines of so many letters, and not more lines than ``most``."""
    return textwrap.wrap(text, max(letters, 8), max_lines=most, placeholder=" ...", break_on_hyphens=False)


def pack(parts: tuple[str, ...], letters: int, most: int) -> list[str]:
    """``parts``, with commas between them, in lines that break between parts if they can."""
    lines: list[str] = []
    for n, part in enumerate(parts):
        piece = part + ("," if n < len(parts) - 1 else "")
        if lines and len(lines[-1]) + 1 + len(piece) <= letters:
            lines[-1] += " " + piece
        else:
            lines += wrap(piece, letters, most)
    return lines


def layout(timeline: Timeline, marked: frozenset[Process]) -> Layout:
    """Place a timeline; ``marked``: the processes that the violation is about."""
    lanes = timeline.lanes
    gap = min(LANE, max(NARROWEST, (WIDTH - GUTTER) / len(lanes)))
    xs = tuple(GUTTER + gap * (i + 0.5) for i in range(len(lanes)))
    # A single lane has nothing beside it: its messages need a margin, and what changes needs more.
    margin = 0.0 if len(lanes) > 1 else 1.5 if timeline.variables else 0.5
    width = GUTTER + gap * (len(lanes) + margin)
    result = Layout(timeline, lanes, xs, width)
    _Placing(timeline, result, gap, marked).place()
    return result


@dataclass
class _Placing:
    timeline: Timeline
    result: Layout
    gap: float
    marked: frozenset[Process]
    #: Where each flight was lost or copied.
    spots: dict[tuple[Flight, str], tuple[float, float]] = field(default_factory=dict)
    #: Half the width of the box that a lane has in the row of a state.
    half: dict[tuple[int, int], float] = field(default_factory=dict)

    def place(self) -> None:
        events = self.timeline.events
        y = self.values(1, self.statuses(1, HEAD, frozenset() if events else self.marked))
        self.result.rows.append((HEAD, y))
        for event in events:
            y = self.row(event, y + STEP)
            self.result.rows.append((self.result.rows[-1][1] + STEP, y))
        # What has become of each, once more, at the end.
        end = self.statuses(len(events) + 1, y + STEP, self.marked) if events else y
        self.result.bottom = self.values(len(events) + 1, end) if events else y
        for flight in self.timeline.flights:
            self.result.arrows.extend(self.arrows(flight))
        self.result.bands.extend(self.bands(end))

    def lane(self, process: Process | None) -> int:
        return self.result.lanes.index(process)

    def status(self, lane: int, number: int) -> Status | None:
        process = self.result.lanes[lane]
        return None if process is None else self.timeline.status(process, number)

    def statuses(self, number: int, y: float, marked: frozenset[Process]) -> float:
        """What each process is in the state of that number; returns the lower edge."""
        bottom = y + LINE + 2
        for lane, process in enumerate(self.result.lanes):
            status = self.status(lane, number)
            if process is not None and status is not None and (status.text or process in marked):
                lines = (Line(status.text or " ", bold=True, tinted=True),)
                box = Box("status", self.result.xs[lane], y, bottom, lines, status=status, marked=process in marked)
                self.result.boxes.append(box)
        return bottom

    def values(self, number: int, y: float) -> float:
        """The values of the variables in the state of that number, across all lanes; returns the lower edge."""
        alone = len(self.result.lanes) == 1
        x = self.result.xs[0] + PAD if alone else GUTTER
        letters = int((self.result.width - x - 3 * PAD) / LETTER)
        lines = tuple(map(Line, pack(self.timeline.values(number), letters, MOST_LINES)))[:MOST_LINES]
        if not lines:
            return y
        # Beside a single lane nothing stands above it.
        top = y - LINE if alone else y
        bottom = top + len(lines) * LINE + 2
        self.result.boxes.append(Box("values", x, top, bottom, lines, 1))
        return max(bottom, y)

    def row(self, event: Event, y: float) -> float:
        """The row of a step, from ``y`` on; returns its lower edge."""
        if event.is_fault:
            return self.fault(event, y)
        own = self.lane(event.process)
        lines = {own: self.event_lines(event)}
        statuses: dict[int, Status] = {}
        for lane in range(len(self.result.lanes)):
            status, before = self.status(lane, event.number), self.status(lane, event.number - 1)
            if status is not None and status != before:
                statuses[lane] = status
                lines.setdefault(lane, []).append(Line(status.text, bold=True, tinted=True))
        half = {lane: max(len(line.text) for line in text) * LETTER / 2 + PAD for lane, text in lines.items()}
        self.half |= {(lane, event.number): width for lane, width in half.items()}
        messages = {side: self.message_lines(event, own, side, half) for side in (-1, 1)}
        height = max(len(text) for text in (*lines.values(), *messages.values())) * LINE + PAD
        bottom = y + height
        for lane, text in lines.items():
            kind = "event" if lane == own else "status"
            top = y if lane == own else bottom - LINE - 2
            status = statuses.get(lane)
            self.result.boxes.append(Box(kind, self.result.xs[lane], top, bottom, tuple(text), status=status))
        for side, text in messages.items():
            if text:
                x = self.result.xs[own] + side * (half[own] + 2)
                self.result.boxes.append(Box("message", x, y, bottom, tuple(text), side))
        return bottom

    def event_lines(self, event: Event) -> list[Line]:
        """The action; and which message it is about, where that came from elsewhere."""
        letters = int((self.gap - 78) / LETTER)
        lines = [Line(text, bold=True) for text in wrap(action_text(event), letters, 4)]
        names = dict.fromkeys(self.words(f)[0] for f in event.received)
        return lines + [Line(text) for text in wrap(", ".join(filter(None, names)), letters, 3)]

    def words(self, flight: Flight) -> tuple[str, tuple[str, ...]]:
        return message_text(self.timeline, flight)

    def message_lines(self, event: Event, own: int, side: int, half: dict[int, float]) -> list[Line]:
        """What is sent to this side of the lane, and what changes; the same message to several is told once."""
        room = self.gap - half[own] - half.get(own + side, PAD) - 4 * PAD
        if len(self.result.lanes) == 1:
            room = self.result.width - self.result.xs[own] - half[own] - 4 * PAD
        letters = int(room / LETTER)
        lines = []
        for name, fields in dict.fromkeys(self.words(f) for f in event.sent if self.side(f) == side):
            lines += [Line(text, bold=True) for text in wrap(name, letters, 2)]
            lines += [Line(text) for text in pack(fields, letters, 3)]
        if side == self.outside(own):
            changed = self.timeline.changes(event.number)
            lines += [Line(text) for change in changed for text in wrap(change, letters, 4)][:MOST_LINES]
        return lines

    def outside(self, lane: int) -> int:
        """The side of a lane that has room for what is to be said."""
        return -1 if lane == len(self.result.lanes) - 1 and lane > 0 else 1

    def side(self, flight: Flight) -> int:
        """To which side of its lane a message leaves."""
        own = self.lane(flight.source)
        to = [p for _, p in flight.arrivals] or ([flight.dest] if flight.dest is not None else [])
        target = self.lane(to[0]) if to else own
        if target == own:
            return self.outside(own)
        return 1 if target > own else -1

    def fault(self, event: Event, y: float) -> float:
        """The network loses or copies a message: a mark on the arrow's way, and the action's name beside it."""
        lines: list[Line] = []
        for kind, flights in (("dropped", event.dropped), ("duplicated", event.duplicated)):
            for flight in flights:
                # What is copied is the original; what is lost is the copy.
                moved = flight.original if kind == "duplicated" and flight.original is not None else flight
                (x, _), side = self.departure(moved, event.number)
                # Nothing goes on behind a loss: there is room for the name. A copy is lost further on its way.
                further = moved.original is not None and not moved.receipts
                ahead = kind == "dropped" and not further
                text = [Line(line) for line in wrap(action_text(event), 13 if ahead else 17, 2)]
                top = y + len(lines) * LINE
                bottom = top + len(text) * LINE + PAD
                x += side * self.gap * (0.24 if further else 0.36 if ahead else 0.5)
                spot = (min(max(x, GUTTER + 12), self.result.width - 12), (top + bottom) / 2)
                self.spots[flight, kind] = spot
                self.result.marks.append(Mark(kind, *spot))
                towards = side if ahead else -side
                self.result.boxes.append(Box(kind, spot[0] + towards * 8, top, bottom, tuple(text), towards))
                lines += text
        return y + len(lines) * LINE + PAD

    def arrows(self, flight: Flight) -> Iterator[Arrow]:
        if flight.original is None:
            start, side = self.leave(flight), self.side(flight)
        else:
            start, side = self.spots[flight, "duplicated"], self.departure(flight.original, flight.sent)[1]
        ends = [number for number, _ in flight.arrivals] or [flight.dropped or len(self.timeline.states) + 1]
        copies = [f for f in self.timeline.flights if f.original is flight]
        via = [self.spots[copy, "duplicated"] for copy in copies if copy.sent < ends[0]]
        # A copy of what was received already, but stayed in the network: it comes from there.
        for copy in copies:
            if copy.sent > ends[0]:
                yield Arrow("passed", (self.departure(flight, copy.sent)[0], self.spots[copy, "duplicated"]))
        for number, process in flight.arrivals:
            lane = self.lane(process)
            if lane == self.lane(flight.source) and flight.original is None and not via:
                end = self.end(lane, number, side)
                yield Arrow("received", (start, end), bulge=side * self.swing(lane, flight.sent, number))
                continue
            from_right = (via[-1] if via else start)[0] > self.result.xs[lane]
            yield Arrow("received", (start, *via, self.end(lane, number, 1 if from_right else -1)))
            via = []
        if flight.dropped is not None:
            lost = self.departure(flight, flight.dropped)[0] if flight.arrivals else start
            yield Arrow("dropped", (lost, *via, self.spots[flight, "dropped"]))
        elif not flight.arrivals:
            if via:
                yield Arrow("passed", (start, *via))
            x, y = via[-1] if via else start
            # Not where the copy's original is drawn.
            across, down = (84.0, STEP - 8) if flight.original is None else (58.0, STEP + 4)
            yield Arrow("flying", ((x, y), (x + side * across, y + down)))

    def departure(self, flight: Flight, number: int) -> tuple[tuple[float, float], int]:
        """Where a message comes from that something befalls in the step to state ``number``; to which side it goes."""
        before = [receipt for receipt in flight.receipts if receipt[0] < number]
        if before:
            lane, row = self.lane(before[-1][1]), before[-1][0]
            side = 1 if self.lane(flight.source) > lane or lane == 0 else -1
        elif flight.original is not None:
            return self.spots[flight, "duplicated"], self.side(flight)
        else:
            return self.leave(flight), self.side(flight)
        return (self.result.xs[lane] + side * self.inset(lane, row), self.result.rows[row - 1][1]), side

    def leave(self, flight: Flight) -> tuple[float, float]:
        lane = self.lane(flight.source)
        x = self.result.xs[lane] + self.side(flight) * self.inset(lane, flight.sent)
        return x, self.result.rows[flight.sent - 1][1]

    def end(self, lane: int, number: int, side: int) -> tuple[float, float]:
        return self.result.xs[lane] + side * self.inset(lane, number), self.result.rows[number - 1][0]

    def inset(self, lane: int, number: int) -> float:
        """How far from the middle of a lane arrows leave and arrive: near the corner of the box there."""
        return max(8.0, self.half.get((lane, number), 0.0) - 16)

    def swing(self, lane: int, sent: int, received: int) -> float:
        """How far a message to oneself swings out: past the boxes that its lane has meanwhile."""
        top, bottom = self.result.rows[sent - 1][1], self.result.rows[received - 1][0]
        x = self.result.xs[lane]
        between = [b.width / 2 for b in self.result.boxes if b.x == x and b.top >= top and b.bottom <= bottom]
        start = self.inset(lane, sent)
        return max(start, self.inset(lane, received), *between, 0.0) + 18.0 - start

    def bands(self, end: float) -> Iterator[Band]:
        """The stretches of all lanes, to their ``end``."""
        for lane in range(len(self.result.lanes)):
            top = HEAD
            for number in range(1, len(self.timeline.states) + 1):
                status = self.status(lane, number)
                last = number == len(self.timeline.states)
                if last or self.status(lane, number + 1) != status:
                    bottom = end if last else self.result.rows[number][0]
                    yield Band(lane, top, bottom, status)
                    top = bottom
