"""State graphs as pictures for people: DOT, with colours and a legend.

Steps between the same two nodes that look alike are one arrow, with a line of text for each.
"""

from __future__ import annotations

import colorsys
import html
import itertools
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

import networkx as nx  # type: ignore[import-untyped]

from mc.dataclass import dataclass
from mc.graph.export import clean, edge_label, node_lines

Colour = Literal["", "action", "depth", "value"]

#: Operators that stay with what is on both sides of them.
_TIED = re.compile(r" (:>|\|->|=) ")
#: Columns after which the text of a value goes on in the next line.
WIDTH = 44
#: Lines of one arrow, and rows of the legend, beyond which the rest is only counted.
MOST_LINES = 8
MOST_ROWS = 24
#: Rows for the levels, at most.
FEW_ROWS = 8

PLAIN, GREY, LIGHT = "#ffffff", "#555555", "#b4b4b4"
RED, PALE_RED = "#c1121f", "#fde0dd"


@dataclass(frozen=True)
class Look:
    """The colours of a picture, and what they mean."""

    #: By action; empty where arrows have no colour.
    arrows: Mapping[str, str]
    #: By what :func:`_fill_key` says of a node; empty where nodes have none.
    fills: Mapping[str, str]
    by: Colour


def dot_text(graph: nx.MultiDiGraph, colour: Colour = "") -> str:
    """The picture. ``colour``: arrows by "action", nodes by "depth", or by the "value" of ``graph``'s expression."""
    look = look_of(graph, colour)
    # The arrows between wide levels need room.
    separation = 0.4 + 0.1 * max(map(len, _levels(graph)), default=0)
    lines = [
        "digraph mc {",
        f'graph [fontname="Helvetica", fontsize=12, nodesep=0.3, ranksep={separation:.2f}, labelloc=t, labeljust=l];',
        'node [fontname="Helvetica", fontsize=11, shape=box, style="rounded,filled", margin="0.12,0.07"];',
        'edge [fontname="Helvetica", fontsize=9, arrowsize=0.7];',
        f"graph [label=<{caption(graph, look)}>];",
        *_node_lines(graph, look),
        *_arrow_lines(graph, look),
        *(f"{{rank=same; {' '.join(map(str, level))}}}" for level in _levels(graph)),
    ]
    return "\n".join([*lines, "}", ""])


def _levels(graph: nx.MultiDiGraph) -> list[list[int]]:
    """The nodes of each level: a picture goes down with the search."""
    levels: dict[int, list[int]] = {}
    for number, depth in graph.nodes(data="depth"):
        levels.setdefault(depth, []).append(number)
    return [levels[depth] for depth in sorted(levels)]


def look_of(graph: nx.MultiDiGraph, colour: Colour) -> Look:
    arrows: dict[str, str] = {}
    fills: dict[str, str] = {}
    if colour == "action":
        actions = sorted({edge["action"] for _, _, edge in graph.edges(data=True)})
        arrows = {action: _hue(k, 0.85, 0.72) for k, action in enumerate(actions)}
    elif colour == "depth":
        deepest = max((node["depth"] for _, node in graph.nodes(data=True)), default=0)
        fills = {str(depth): _blue(depth / deepest) for depth in range(1, deepest + 1)}
    elif colour == "value":
        keys = sorted({fill_key(node, colour) for _, node in graph.nodes(data=True)})
        fills = {key: _hue(k, 0.28, 1.0) for k, key in enumerate(keys)}
    return Look(arrows, fills, colour)


def _hue(number: int, saturation: float, value: float) -> str:
    """Colours that differ, however many: each is a golden section of the circle away from the one before."""
    rgb = colorsys.hsv_to_rgb((0.58 + number * 0.618034) % 1, saturation, value)
    return "#" + "".join(f"{round(255 * part):02x}" for part in rgb)


def _blue(share: float) -> str:
    """From nearly white to a blue on which black can be read."""
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in ((247, 107), (251, 174), (255, 214)))


def fill_key(node: Mapping[str, Any], by: Colour) -> str:
    return str(node["depth"]) if by == "depth" else " or ".join(node["colour"])


def _node_lines(graph: nx.MultiDiGraph, look: Look) -> Iterator[str]:
    for number, node in graph.nodes(data=True):
        lines = [part for line in (*marks(node), *node_lines(node)) for part in _wrapped(line)]
        attributes = {
            "label": quoted(lines),
            "fillcolor": f'"{look.fills.get(fill_key(node, look.by), PLAIN)}"',
            "color": f'"{GREY}"',
        }
        if node["initial"]:
            attributes["peripheries"] = "2"
        if node["deadlock"]:
            attributes["shape"], attributes["style"] = "octagon", "filled"
        if node["trace"]:
            attributes["penwidth"] = "2.2"
        if node["trace"] or node["violates"]:
            attributes["color"] = f'"{RED}"'
        if node["violates"] and not look.fills:
            attributes["fontcolor"], attributes["fillcolor"] = f'"{RED}"', f'"{PALE_RED}"'
        yield f"{number} [{listed(attributes)}];"


def marks(node: Mapping[str, Any]) -> Iterator[str]:
    """What is to be said of a node besides its values."""
    states = node["states"]
    if states > 1:
        yield f"{states:,} states"
    for name, count in node["violates"].items():
        yield f"violates {name}" if states == 1 else f"{count:,} of them violate {name}"
    if node["deadlock"]:
        yield "no successor" if states == 1 else "some have no successor"
    if not node["within"]:
        yield "outside the constraints"
    if node["trace"]:
        yield f"counterexample: {', '.join(ranges(node['trace']))}"


def ranges(numbers: Sequence[int]) -> Iterator[str]:
    """``3-7`` for the numbers from 3 to 7, which are in order."""
    for _, run in itertools.groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        first, *others = [number for _, number in run]
        yield f"{first}-{others[-1]}" if others else str(first)


def _arrow_lines(graph: nx.MultiDiGraph, look: Look) -> Iterator[str]:
    arrows: dict[tuple[int, int, str], dict[str, str]] = {}
    for source, target, edge in graph.edges(data=True):
        number = f"{', '.join(ranges(edge['trace']))}: " if edge["trace"] else ""
        colour = (
            RED
            if edge["trace"]
            else look.arrows.get(edge["action"], LIGHT if _returns(graph, source, target) else GREY)
        )
        # Graphviz draws several loops at a node over each other's labels: they are one, with lines in their colours.
        group = (source, target, "" if source == target else colour)
        arrows.setdefault(group, {})[number + edge_label(edge)] = colour
    for (source, target, _), labels in arrows.items():
        colours = set(labels.values())
        colour = RED if RED in colours else colours.pop() if len(colours) == 1 else GREY
        ink = GREY if colour == LIGHT else colour
        attributes = {"label": _arrow_label(labels), "color": f'"{colour}"', "fontcolor": f'"{ink}"'}
        if _returns(graph, source, target):
            attributes["constraint"] = "false"
        if colour == RED:
            attributes |= {"penwidth": "2.2", "weight": "4"}
        yield f"{source} -> {target} [{listed(attributes)}];"


def _returns(graph: nx.MultiDiGraph, source: int, target: int) -> bool:
    """Whether an arrow leads to a level that is no deeper, and so not down."""
    return source != target and bool(graph.nodes[target]["depth"] <= graph.nodes[source]["depth"])


def _arrow_label(labels: Mapping[str, str]) -> str:
    """The lines of an arrow, each in its colour; those of the counterexample first."""
    inner = sorted(labels.items(), key=lambda item: item[1] != RED)
    kept = inner if len(inner) <= MOST_LINES else inner[: MOST_LINES - 1]
    # Graphviz sets a label close to its arrow: spaces keep it off.
    lines = [(f"  {part} ", colour) for label, colour in kept for part in _wrapped(label)]
    if len(kept) < len(inner):
        lines.append((f"  and {len(inner) - len(kept)} more ", GREY))
    if len(set(labels.values())) == 1:
        return quoted(line for line, _ in lines)
    rows = (f'<font color="{colour}">{_html(line)}</font><br align="left"/>' for line, colour in lines)
    return f"<{''.join(rows)}>"


def _wrapped(line: str) -> list[str]:
    """A long line as several, broken after a comma or ``@@`` but not beside ``:>``, ``|->`` and ``=``."""
    kept = _TIED.sub("\0\\1\0", line)
    parts = textwrap.wrap(
        kept,
        WIDTH,
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
        replace_whitespace=False,
    )
    return [part.replace("\0", " ") for part in parts]


def listed(attributes: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in attributes.items())


def quoted(lines: Iterable[str]) -> str:
    """A label of lines set left. Graphviz reads ``&lt;`` in any text, so an ampersand is written out, too."""
    escaped = (line.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "".join(f"{line}\\l" for line in escaped) + '"'


def caption(graph: nx.MultiDiGraph, look: Look, words: bool = True) -> str:
    """What is shown, and what the marks mean, as far as they occur; ``words``: whether arrows have some."""
    facts = graph.graph
    nodes, steps = graph.number_of_nodes(), sum(edge["steps"] for _, _, edge in graph.edges(data=True))
    rows = [f"<b>{_html(facts['spec'])}:{_html(facts['model'])}</b>"]
    if facts["projection"]:
        rows.append(f"{nodes:,} values of {_html(', '.join(facts['projection']))} in {facts['explored']:,} states")
    else:
        rows.append(f"{nodes:,} states, {steps:,} steps")
    if facts["symmetry"]:
        rows.append(f"up to renaming of {_html(', '.join(facts['symmetry']))}")
    seen = [node for _, node in graph.nodes(data=True)]
    if any(node["initial"] for node in seen):
        rows.append("double border: initial")
    if any(node["deadlock"] for node in seen):
        rows.append("octagon: no successor")
    if words and any(edge["permutation"] for _, _, edge in graph.edges(data=True)):
        rows.append("A ~ (a b): after the step A, a is renamed to b and b to a")
    if any(node["trace"] for node in seen):
        numbered = ", numbered by the state they lead to" if words else ""
        rows.append(f'<font color="{RED}">red arrows: the counterexample{numbered}</font>')
    violated = dict.fromkeys(name for node in seen for name in node["violates"])
    if violated and not words:
        rows.append(f'<font color="{RED}">red dots: {", ".join(map(_html, violated))} violated</font>')
    cells = [f'<tr><td align="left">{row}</td></tr>' for row in rows]
    if look.by:
        cells.append(
            f'<tr><td align="left">colour: {_html(facts["colour"] if look.by == "value" else look.by)}</td></tr>'
        )
    legend = [(name, colour, "white") for name, colour in look.arrows.items()]
    fills = list(look.fills.items())
    if look.by == "depth" and len(fills) > FEW_ROWS:
        # The colours run into each other: a few say what the others are.
        fills = [fills[round(k * (len(fills) - 1) / (FEW_ROWS - 1))] for k in range(FEW_ROWS)]
    legend += [(name, colour, "black") for name, colour in fills]
    for name, colour, ink in legend[:MOST_ROWS]:
        cells.append(f'<tr><td align="left" bgcolor="{colour}"><font color="{ink}">{_html(name)}</font></td></tr>')
    if len(legend) > MOST_ROWS:
        cells.append(f'<tr><td align="left">and {len(legend) - MOST_ROWS} more</td></tr>')
    return f'<table border="0" cellborder="0" cellspacing="1" cellpadding="2">{"".join(cells)}</table>'


def _html(text: str) -> str:
    return html.escape(clean(text)) or " "
