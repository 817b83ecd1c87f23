"""What two state graphs of the same edges may still differ in: arguments, and how often an edge is generated."""

from __future__ import annotations

import numpy as np

from mc.engine.result import Taken
from mc.tlc.explain import state_text, step_text
from mc.tlc.graphs import Graphs
from mc.trace.behavior import call_text

#: The arguments of the steps from so many states are compared, in the order of TLC's search: it takes the reference
#: semantics some seconds.
ARGUMENT_LIMIT = 20_000


def other_arguments(graphs: Graphs, notes: list[str]) -> list[str]:
    """The first state from which both sides take steps with other arguments; TLC tells them from 2026 on.

    What was not compared is added to ``notes``.
    """
    dump, ids = graphs.dump, graphs.ids
    assert dump is not None and ids is not None
    subject = graphs.subject
    labels = [(subject.action(label), subject.arguments(label)) for label in dump.labels]
    told = {name for name, _ in labels} - {name for name, arguments in labels if arguments is None}
    if not any(arguments for name, arguments in labels if name in told):
        return []
    order = np.argsort(dump.edges[:, 0], kind="stable")
    starts = np.searchsorted(dump.edges[order, 0], np.arange(len(dump.rows) + 1))
    if len(dump.rows) > ARGUMENT_LIMIT:
        notes.append(f"arguments of steps compared from the first {ARGUMENT_LIMIT:,} states only")
    for source in range(min(len(dump.rows), ARGUMENT_LIMIT)):
        # Under symmetry TLC's own state, not its orbit's representative: the arguments are for that one.
        steps = subject.successors(graphs.engine.unpack(dump.rows[source]))
        ours = {(s.action.name, s.arguments, graphs.number(s.state)) for s in steps if s.action.name in told}
        edges = dump.edges[order[starts[source] : starts[source + 1]]].tolist()
        theirs = {(*labels[label], int(ids[target])) for _, label, target in edges if labels[label][0] in told}
        # A step to a state outside the constraints is in no graph.
        ours = {step for step in ours if step[2] is not None}
        if ours != theirs:
            only = [
                f"only {name} has " + ", ".join(sorted(call_text(Taken(s[0] or "", ()), s[1] or ()) for s in steps))
                for name, steps in ((graphs.tlc.name, theirs - ours), (graphs.mc.name, ours - theirs))
                if steps
            ]
            return [f"arguments: in this state {', and '.join(only)}:\n{state_text(graphs, int(ids[source]))}"]
    return []


def only_generated(graphs: Graphs) -> str:
    """Why both sides count other numbers of generated states, where all else that was compared is the same."""
    lines = ["only the number of generated states differs; the distinct states and the depth are the same."]
    if graphs.dump is not None:
        lines[0] = lines[0].replace("distinct states and", "distinct states, the steps between them and")
        for edge, ours, theirs in graphs.otherwise_often()[:1]:
            times = [f"{count:,} time{'s' * (count > 1)}" for count in (ours, theirs)]
            lines += [
                f"first: {graphs.mc.name} generates {step_text(graphs, edge)} {times[0]}, and {graphs.tlc.name}"
                f" {times[1]}, from",
                state_text(graphs, int(edge[0])),
                "to",
                state_text(graphs, int(edge[2]), int(edge[0])),
            ]
    lines.append(
        "TLC generates a successor for each way to make an action true: for each disjunct, and each value that an \\E"
        " binds, also in a guard. So the two texts take the same step in a different number of ways."
    )
    return "\n".join(lines)
