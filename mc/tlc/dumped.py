"""The states of a search written to a file, as ``-dump`` of TLC does it (``StateWriter``, ``DotStateWriter``)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from mc.engine.interpreted import Search
from mc.engine.stops import taken
from mc.engine.watched import Watcher
from mc.interpreter.states import State
from mc.tlc.looks import Looks

_HEAD = """strict digraph DiskGraph {
node [shape=box,style=rounded]
%snodesep=0.35;
subgraph cluster_graph {
color="white";
"""
_COLOURS = "paired12"
_LEGEND = f"""subgraph cluster_legend {{graph[style=bold];label = "Next State Actions" style="solid"
node [ labeljust="l",colorscheme="{_COLOURS}",style=filled,shape=record ]
"""


@contextmanager
def dump(path: Path, dot: Collection[str] | None, looks: Looks) -> Iterator[Watcher]:
    """What writes the states of a search that are distinct, or with ``dot`` their graph as that says."""
    with path.open("w", encoding="utf-8") as file:
        if dot is None:
            yield States(file, looks)
        else:
            graph = Graph(file, looks, "colorize" in dot, "actionlabels" in dot)
            yield graph
            graph.end()


class States:
    """Writes the states that are distinct."""

    def __init__(self, file: TextIO, looks: Looks) -> None:
        self.file = file
        self.looks = looks
        self.count = 0

    def met(self, search: Search, key: State, state: State, new: bool) -> None:
        if new:
            self.count += 1
            self.file.write(f"State {self.count}:\n{self.looks.state(state)}\n")


class Graph:
    """Writes the graph of the states in the language of Graphviz. Its nodes have numbers; in TLC, fingerprints."""

    def __init__(self, file: TextIO, looks: Looks, colorize: bool, actionlabels: bool) -> None:
        self.file = file
        self.looks = looks
        self.colorize = colorize
        self.actionlabels = actionlabels
        #: The states by their keys, and by the levels of those that were expanded.
        self.numbers: dict[State, int] = {}
        self.ranks: defaultdict[int, dict[int, None]] = defaultdict(dict)
        #: Of actions, by their names.
        self.colours: dict[str, int] = {}
        file.write(_HEAD % (f'edge [colorscheme="{_COLOURS}"]\n' if colorize else ""))

    def met(self, search: Search, key: State, state: State, new: bool) -> None:
        number = self.numbers.setdefault(key, len(self.numbers) + 1)
        source = search.parent + 1
        if source:
            self.file.write(f"{source} -> {number}{self._edge(search)};\n")
        if new:
            looks = _escaped(self.looks.state(state).strip()).replace("\n", "\\n")
            self.file.write(f'{number} [label="{looks}"{"];" if source else ",style = filled]"}\n')
        self.ranks[search.depth if source else 1][source or number] = None

    def _edge(self, search: Search) -> str:
        step = taken(search.actions[search.action])
        colour = str(self.colours.setdefault(step.name, len(self.colours) + 2)) if self.colorize else "black"
        label = _escaped(self.looks.call(step)) if self.actionlabels else ""
        return f' [label="{label}",color="{colour}",fontcolor="{colour}"]'

    def end(self) -> None:
        """Writes what stands behind the states."""
        for nodes in self.ranks.values():
            self.file.write(f"{{rank = same; {''.join(f'{node};' for node in nodes)}}}\n")
        self.file.write("}\n")
        if len(self.colours) > 1:
            legend = (
                f'{name.replace("!", ":")} [label="{name}",fillcolor={colour}]\n'
                for name, colour in self.colours.items()
            )
            self.file.write(f"{_LEGEND}{''.join(legend)}}}")
        self.file.write("}")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
