"""State graphs of too many nodes to read each: all of them as dots, where steps draw them to each other.

A dot in an SVG picture says what it stands for to whoever points at it.
"""

from __future__ import annotations

from collections.abc import Iterator

import networkx as nx  # type: ignore[import-untyped]

from mc.graph.dot import GREY, PLAIN, RED, Colour, Look, caption, fill_key, listed, look_of, marks, quoted
from mc.graph.export import node_lines

#: The layout: "scalable force-directed placement" (Hu 2005, "Efficient, high-quality force-directed graph drawing").
ENGINE = "sfdp"


def overview_text(graph: nx.MultiDiGraph, colour: Colour = "") -> str:
    """The picture in DOT; the arguments as of :func:`mc.graph.dot.dot_text`, but nodes are coloured by depth if by
    nothing else."""
    look = look_of(graph, colour or "depth")
    lines = [
        "digraph mc {",
        f'graph [layout={ENGINE}, K=2, overlap=true, outputorder=edgesfirst, fontname="Helvetica", fontsize=24,'
        " labelloc=t, labeljust=l];",
        'node [shape=circle, label="", width=0.11, fixedsize=true, style=filled, penwidth=0.4];',
        "edge [arrowsize=0.3, penwidth=0.4];",
        f"graph [label=<{caption(graph, look, words=False)}>];",
        *_dots(graph, look),
        *_lines(graph, look),
    ]
    return "\n".join([*lines, "}", ""])


def _dots(graph: nx.MultiDiGraph, look: Look) -> Iterator[str]:
    for number, node in graph.nodes(data=True):
        fill = RED if node["violates"] else look.fills.get(fill_key(node, look.by), PLAIN)
        attributes = {
            "tooltip": quoted([*marks(node), *node_lines(node)]),
            "fillcolor": f'"{fill}"',
            "color": f'"{RED if node["trace"] else GREY}"',
        }
        if node["initial"] or node["deadlock"]:
            attributes["width"] = "0.2"
            attributes["shape"] = "octagon" if node["deadlock"] else "doublecircle"
        if node["trace"]:
            attributes["penwidth"] = "2"
        yield f"{number} [{listed(attributes)}];"


def _lines(graph: nx.MultiDiGraph, look: Look) -> Iterator[str]:
    """One line from a node to another, however many steps lead there."""
    drawn: dict[tuple[int, int], str] = {}
    for source, target, edge in graph.edges(data=True):
        if source != target:
            colour = RED if edge["trace"] else look.arrows.get(edge["action"], GREY)
            drawn[source, target] = RED if RED in (colour, drawn.get((source, target))) else colour
    for (source, target), colour in drawn.items():
        # Behind the dots, and faint.
        style = "penwidth=2" if colour == RED else ""
        yield f'{source} -> {target} [color="{colour}{"" if colour == RED else "50"}"{", " * bool(style)}{style}];'
