"""State graphs for other tools: JSON, GraphML, and the DOT text that TLC's ``-dump dot,actionlabels`` writes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import networkx as nx  # type: ignore[import-untyped]

from mc.lang.text import to_tla

#: What XML 1.0 has no way to write, and a carriage return, which it does not keep.
_UNWRITABLE = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def shown(value: Any) -> str:
    """The TLA+ text of a value, in characters that every format can hold."""
    return clean(to_tla(value))


def clean(text: str) -> str:
    """``text`` with the characters that XML cannot hold as ``\\uXXXX``."""
    return _UNWRITABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def node_lines(node: Mapping[str, Any]) -> list[str]:
    """What a node shows: a line ``name = value`` for each."""
    return [f"{clean(name)} = {shown(value)}" for name, value in node["values"].items()]


def node_label(node: Mapping[str, Any]) -> str:
    """The same as TLC writes it."""
    lines = node_lines(node)
    return lines[0] if len(lines) == 1 else "\n".join(f"/\\ {line}" for line in lines)


def edge_label(edge: Mapping[str, Any]) -> str:
    """``Timeout(s1)``; where the state that it leads to is renamed, with the permutation: ``Timeout(s1) ~ (s1 s2)``."""
    call: str = edge["action"] + (f"({', '.join(map(shown, edge['arguments']))})" if edge["arguments"] else "")
    renamed = "".join(f"({' '.join(map(shown, cycle))})" for cycle in _cycles(edge["permutation"]))
    return f"{call} ~ {renamed}" if renamed else call


def _cycles(permutation: Mapping[Any, Any]) -> Iterator[list[Any]]:
    """Each value followed by its image, as far as that goes."""
    left = dict(permutation)
    while left:
        cycle = [next(iter(left))]
        while (image := left.pop(cycle[-1])) != cycle[0]:
            cycle.append(image)
        yield cycle


def plain(graph: nx.MultiDiGraph) -> nx.MultiDiGraph:
    """The graph with attributes that JSON can hold, values as TLA+ texts, and a ``label`` everywhere."""
    found = nx.MultiDiGraph(**{name: _plain(value) for name, value in graph.graph.items()})
    for number, node in graph.nodes(data=True):
        values = {clean(name): shown(value) for name, value in node["values"].items()}
        rest = {name: _plain(value) for name, value in node.items() if name != "values"}
        found.add_node(number, label=node_label(node), values=values, **rest)
    for source, target, key, edge in graph.edges(keys=True, data=True):
        found.add_edge(
            source,
            target,
            key,
            label=edge_label(edge),
            action=edge["action"],
            arguments=[shown(argument) for argument in edge["arguments"]],
            permutation={shown(value): shown(image) for value, image in edge["permutation"].items()},
            steps=edge["steps"],
            trace=list(edge["trace"]),
        )
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_plain(key): _plain(part) for key, part in value.items()}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return clean(value) if isinstance(value, str) else value


def flat(graph: nx.MultiDiGraph) -> nx.MultiDiGraph:
    """The graph with attributes that GraphML can hold: a text ``s.x`` for the value of ``x``, lists as one text.

    Keys of edges count through the whole graph: they become the ids of the edges.
    """
    read = plain(graph)
    found = nx.MultiDiGraph(**read.graph)
    found.add_nodes_from(read.nodes(data=True))
    for number, (source, target, edge) in enumerate(read.edges(data=True)):
        found.add_edge(source, target, number, **edge)
    for attributes in (
        found.graph,
        *(a for _, a in found.nodes(data=True)),
        *(a for _, _, a in found.edges(data=True)),
    ):
        for name, value in attributes.pop("values", {}).items():
            attributes[f"s.{name}"] = value
        for name, value in attributes.items():
            if isinstance(value, dict):
                attributes[name] = ", ".join(f"{k} :> {v}" for k, v in value.items())
            elif isinstance(value, list):
                attributes[name] = ", ".join(map(str, value))
    return found


def json_text(graph: nx.MultiDiGraph) -> str:
    """Node-link JSON, which ``networkx.node_link_graph(document, edges="edges")`` reads back as :func:`plain`."""
    return json.dumps({"schema": 1, **nx.node_link_data(plain(graph), edges="edges")}, indent=1) + "\n"


def graphml_text(graph: nx.MultiDiGraph) -> str:
    """GraphML, which ``networkx.parse_graphml`` reads back as :func:`flat`."""
    writer = nx.GraphMLWriter(graph=flat(graph))
    # XML's own truth values, of which networkx writes those of Python.
    truths = {key for (_, kind, _), key in writer.keys.items() if kind == "boolean"}
    for data in writer.xml.iter("data"):
        if data.get("key") in truths:
            data.text = data.text.lower()
    return f"{writer}\n"


def tlc_text(graph: nx.MultiDiGraph) -> str:
    """DOT as TLC dumps it: whole states, actions without arguments, a line for each step, a rank for each level."""
    lines = ["strict digraph DiskGraph {", "nodesep=0.35;", "subgraph cluster_graph {", 'color="white";']
    ranks: dict[int, list[int]] = {}
    for number, node in graph.nodes(data=True):
        style = ",style = filled]" if node["initial"] else "];"
        lines.append(f"{number} [label={_quoted(node_label(node))}{style}")
        ranks.setdefault(node["depth"], []).append(number)
    for source, target, edge in graph.edges(data=True):
        lines.append(f'{source} -> {target} [label={_quoted(edge["action"])},color="black",fontcolor="black"];')
    lines += [f"{{rank = same; {''.join(f'{number};' for number in ranks[depth])}}}" for depth in sorted(ranks)]
    return "\n".join([*lines, "}", "}", ""])


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
