"""Space-time diagrams: a lane for each process, time downwards, messages as arrows (Lamport 1978).

The SVG is built as a tree and written by ElementTree, so that no text of a spec can become markup.
The PNG is that SVG rendered by resvg with a font that pip installs: it needs no system package.
"""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping

from mc.graph.layout import FONT, GUTTER, HEAD, LETTER, LINE, Arrow, Box, Layout, Mark, layout, wrap
from mc.graph.raster import MONO, rasterize
from mc.spec.objects import Spec
from mc.trace.behavior import Behavior
from mc.trace.events import Part, Timeline, timeline
from mc.trace.processes import Status

INK, FAINT, RULE = "#1f2933", "#66727f", "#e9ecef"
LOST, COPIED, WRONG = "#c2410c", "#0067a5", "#b42318"
#: Light tints of Okabe and Ito's colours, which differ also in lightness; what they mean is written on them.
TINTS = ("#e4e7eb", "#a9d6f5", "#f8dc8d", "#8fd0b5", "#eab8d1", "#8fb0dd", "#f0b08a")
TITLE = 44.0


def svg(spec: Spec, behavior: Behavior, sentence: str = "", part: Part | None = None) -> str:
    """The behavior as an SVG picture.

    ``sentence`` says what is wrong in the last state (an ``Explanation``, a deadlock); the processes that
    it names are marked. ``part``: what is shown, if not all.
    """
    return draw(timeline(spec, behavior, part), f"{spec.name}:{spec.model.name}", sentence)


def draw(told: Timeline, title: str, sentence: str = "") -> str:
    """What happens in a behavior as an SVG picture with a ``title``; ``sentence``: as of :func:`svg`."""
    marked = frozenset(p for p in told.processes if p.is_named_in(sentence))
    return _Drawing(title, told, layout(told, marked), sentence).draw()


def png(spec: Spec, behavior: Behavior, sentence: str = "", part: Part | None = None, zoom: float = 2.0) -> bytes:
    """The same as a PNG picture, ``zoom`` pixels for each of the SVG's; :class:`UsageError` without the libraries."""
    return rasterize(svg(spec, behavior, sentence, part), MONO, zoom)


class _Drawing:
    def __init__(self, title: str, told: Timeline, placed: Layout, sentence: str) -> None:
        self.title, self.told, self.placed = title, told, placed
        letters = int((placed.width - 2 * GUTTER) / (LETTER * 12 / FONT))
        text = f"State {told.shown(len(told.states))}: {sentence}"
        self.sentence = wrap(text, letters, 12) if sentence else []
        self.legend = wrap("   ".join(self.legend_parts()), int((placed.width - 2 * GUTTER) / LETTER), 4)
        self.height = TITLE + placed.bottom + 24 + 16 * len(self.sentence) + 18 + LINE * len(self.legend) + 12
        self.terms = sorted({s.term for s in self.statuses() if s.term is not None})
        size = {"width": _number(placed.width), "height": _number(self.height)}
        self.root = ET.Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                **size,
                "viewBox": f"0 0 {size['width']} {size['height']}",
                "role": "img",
                "font-family": f"'{MONO}', 'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', monospace",
                "font-size": _number(FONT),
                "fill": INK,
            },
        )

    def statuses(self) -> list[Status]:
        return [b.status for b in self.placed.bands if b.status is not None]

    def draw(self) -> str:
        ET.SubElement(self.root, "title").text = _clean(f"A behavior of {self.title}")
        self.rect(0, 0, self.placed.width, self.height, fill="#ffffff")
        self.text(GUTTER - 28, 24, self.title, size=14, bold=True)
        count = len(self.told.states)
        states = f"{count} state{'s' * (count > 1)}"
        if self.told.first > 1:
            states = f"states {self.told.first} to {self.told.shown(count)}"
        self.text(self.placed.width - 16, 24, states, fill=FAINT, anchor="end")
        # All that follows stands below the title.
        whole = self.root
        self.root = ET.SubElement(whole, "g", {"transform": f"translate(0 {_number(TITLE)})"})
        self.draw_lanes()
        for arrow in self.placed.arrows:
            self.draw_way(arrow)
        for box in self.placed.boxes:
            self.draw_box(box)
        for arrow in self.placed.arrows:
            self.draw_head(arrow)
        for mark in self.placed.marks:
            self.draw_mark(mark)
        self.draw_foot()
        return ET.tostring(whole, encoding="unicode") + "\n"

    # The parts of a picture

    def draw_lanes(self) -> None:
        for number, (top, bottom) in enumerate(self.placed.rows, 1):
            y = (top + bottom) / 2
            self.path(f"M{_number(GUTTER - 6)} {_number(y)}H{_number(self.placed.width - 16)}", stroke=RULE)
            shown = str(self.told.shown(number))
            # Long numbers are written smaller, so that they have room.
            size = min(FONT, FONT * (GUTTER - 14) / (LETTER * len(shown)))
            self.text(GUTTER - 12, y + 4, shown, size=size, fill=FAINT, anchor="end")
        for band in self.placed.bands:
            # The later a role stands in its enumeration, the broader.
            x, width = self.placed.xs[band.lane], 6.0 + 4.0 * min(4, band.status.rank if band.status else 0)
            fill = self.tint(band.status)
            self.rect(x - width / 2, band.top, width, band.bottom - band.top, fill=fill, stroke="#c3cad1")
        for process, x in zip(self.placed.lanes, self.placed.xs, strict=True):
            self.text(x, HEAD - 10, self.told.title(process), size=14, bold=True, anchor="middle")

    def tint(self, status: Status | None) -> str:
        """The colour of a term; of a role, where there are no terms."""
        if status is None:
            return TINTS[0]
        return TINTS[(status.rank if status.term is None else self.terms.index(status.term)) % len(TINTS)]

    def draw_box(self, box: Box) -> None:
        height = box.bottom - box.top
        if box.kind in ("event", "status"):
            stroke, width = (WRONG, 2.5) if box.marked else ("#7b8794" if box.kind == "status" else INK, 1.0)
            ground = self.tint(box.status) if box.kind == "status" else "#ffffff"
            self.rect(box.left, box.top, box.width, height, fill=ground, stroke=stroke, stroke_width=width, rx=3)
        tinted = [line for line in box.lines if line.tinted]
        if tinted and box.kind == "event":
            strip = LINE * len(tinted) + 1
            fill = self.tint(box.status)
            self.rect(box.left + 0.5, box.bottom - strip - 0.5, box.width - 1, strip, fill=fill, rx=2)
        y = box.top + (height - LINE * len(box.lines)) / 2 + LINE - 3.5
        if tinted and box.kind == "event":
            y = box.bottom - LINE * len(box.lines) + LINE - 4
        x = box.x + box.side * 6
        anchor = {0: "middle", 1: "start", -1: "end"}[box.side]
        fill = {"dropped": LOST, "duplicated": COPIED}.get(box.kind, INK)
        for n, line in enumerate(box.lines):
            if box.side:
                # A light ground, so that arrows that pass behind do not cross the letters.
                width = len(line.text) * LETTER + 4
                left = x - width * (1 - box.side) / 2 - 2 * box.side
                self.rect(left, y + n * LINE - LINE + 3.5, width, LINE, fill="#ffffff", fill_opacity=0.88)
            self.text(x, y + n * LINE, line.text, bold=line.bold, anchor=anchor, fill=fill)

    def draw_way(self, arrow: Arrow) -> None:
        colour = {"flying": FAINT, "dropped": LOST}.get(arrow.kind, INK)
        dash = {"flying": "4 3", "dropped": "7 3"}.get(arrow.kind, "")
        first, *rest = (f"{_number(x)} {_number(y)}" for x, y in (_controls(arrow) if arrow.bulge else arrow.points))
        drawn = f"M{first}{'C' if arrow.bulge else 'L'}{' '.join(rest)}"
        self.path(drawn, stroke=colour, stroke_width=1.4, dash=dash)
        if arrow.kind == "flying":
            self.circle(*arrow.points[-1], 3, stroke=colour)

    def draw_head(self, arrow: Arrow) -> None:
        """After the boxes, which would hide a part of it."""
        if arrow.kind == "received":
            before, tip = arrow.points[-2:]
            if arrow.bulge:
                _, _, (x, y), _ = _controls(arrow)
                before = (x + tip[0]) / 2, y - (tip[1] - arrow.points[0][1]) / 8
            self.head(before, tip, INK)

    def head(self, before: tuple[float, float], tip: tuple[float, float], colour: str) -> None:
        angle = math.atan2(tip[1] - before[1], tip[0] - before[0])
        corners = [tip]
        for turn in (2.75, -2.75):
            corners.append((tip[0] + 10 * math.cos(angle + turn), tip[1] + 10 * math.sin(angle + turn)))
        drawn = "M" + "L".join(f"{_number(x)} {_number(y)}" for x, y in corners) + "Z"
        ET.SubElement(self.root, "path", {"d": drawn, "fill": colour})

    def draw_mark(self, mark: Mark) -> None:
        x, y = mark.x, mark.y
        colour = LOST if mark.kind == "dropped" else COPIED
        self.circle(x, y, 7, stroke=colour, stroke_width=1.6)
        arm = 3.2 if mark.kind == "dropped" else 0.0
        other = 3.2 if mark.kind == "dropped" else 4.2
        for dx, dy in ((arm or other, other if arm else 0.0), (arm, -other)):
            drawn = f"M{_number(x - dx)} {_number(y - dy)}L{_number(x + dx)} {_number(y + dy)}"
            self.path(drawn, stroke=colour, stroke_width=1.8)

    def draw_foot(self) -> None:
        y = self.placed.bottom + 24
        left, width = GUTTER - 6, self.placed.width - GUTTER - 10
        if self.sentence:
            height = 16 * len(self.sentence) + 10
            self.rect(left, y - 8, width, height, fill="#fdf0ec", stroke=WRONG, stroke_width=1.5, rx=3)
            for line in self.sentence:
                self.text(GUTTER + 6, y + 9, line, size=12, fill="#7a1a10")
                y += 16
            y += 10
        for line in self.legend:
            self.text(GUTTER - 6, y + 8, line, fill=FAINT)
            y += LINE

    def legend_parts(self) -> list[str]:
        """What the signs in this picture mean, if they are in it."""
        families = self.told.families
        colours = dict.fromkeys(f.term or f.role for f in families if f.term or f.role)
        roles = dict.fromkeys(f.role for f in families if f.role)
        kinds = {a.kind for a in self.placed.arrows} | {m.kind for m in self.placed.marks}
        parts = [
            f"colour: {', '.join(map(str, colours))}." if colours else "",
            f"breadth of a lane: {', '.join(roles)}." if roles else "",
            "---o not received." if "flying" in kinds else "",
            "(x) lost." if "dropped" in kinds else "",
            "(+) duplicated." if "duplicated" in kinds else "",
            "elsewhere: steps of no process." if self.told.processes and None in self.told.lanes else "",
        ]
        return [part for part in parts if part]

    # Elements

    def rect(self, x: float, y: float, width: float, height: float, **style: str | float) -> None:
        size = {"x": x, "y": y, "width": width, "height": height}
        ET.SubElement(self.root, "rect", {**_attributes(size), **_attributes(style)})

    def circle(self, x: float, y: float, r: float, **style: str | float) -> None:
        place: dict[str, str | float] = {"cx": x, "cy": y, "r": r, "fill": "#ffffff"}
        ET.SubElement(self.root, "circle", {**_attributes(place), **_attributes(style)})

    def path(self, drawn: str, stroke: str, stroke_width: float = 1.0, dash: str = "") -> None:
        style: dict[str, str | float] = {"stroke": stroke, "stroke_width": stroke_width, "fill": "none"}
        if dash:
            style["stroke_dasharray"] = dash
        ET.SubElement(self.root, "path", {"d": drawn, **_attributes(style)})

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float = FONT,
        bold: bool = False,
        fill: str = INK,
        anchor: str = "start",
    ) -> None:
        style: dict[str, str | float] = {"x": x, "y": y}
        if size != FONT:
            style["font_size"] = size
        if bold:
            style["font_weight"] = "bold"
        if fill != INK:
            style["fill"] = fill
        if anchor != "start":
            style["text_anchor"] = anchor
        ET.SubElement(self.root, "text", {**_attributes(style), "xml:space": "preserve"}).text = _clean(text)


def _controls(arrow: Arrow) -> tuple[tuple[float, float], ...]:
    """The cubic curve of a message to oneself."""
    (x0, y0), (x1, y1) = arrow.points
    # A curve reaches three quarters as far as its control points.
    reach, bend = x0 + arrow.bulge / 0.75, min(12.0, (y1 - y0) / 5)
    return (x0, y0), (reach, y0 + bend), (reach, y1 - bend), (x1, y1)


def _attributes(style: Mapping[str, str | float]) -> dict[str, str]:
    return {n.replace("_", "-"): v if isinstance(v, str) else _number(v) for n, v in style.items()}


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _clean(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)
