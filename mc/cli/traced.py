"""What a trace is of: a model of a spec in Python, or a module with its configuration (:mod:`mc.cli.moduletrace`)."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from mc.cli import options
from mc.errors import McError, UsageError
from mc.graph.spacetime import png, svg
from mc.read.models import bundled
from mc.spec.objects import Spec
from mc.tlc.proof import read_proof
from mc.tlc.replay import replay_text, write_replay
from mc.tlc.traces import tlc_text
from mc.trace.behavior import Behavior, check_init
from mc.trace.events import Part
from mc.trace.explain import Explanation, explain
from mc.trace.itf import itf
from mc.trace.replay import Replay, replay
from mc.trace.saved import Origin, Trace, load_origin, trace_json
from mc.trace.sequence import mermaid, plantuml
from mc.trace.verdict import Verdict, find_verdict, violations

#: Formats besides the text of mc: what they are for, besides pictures.
DATA = ("tlc", "tla", "json", "itf")
PICTURES: Mapping[str, Callable[[Spec, Behavior, str, Part | None], str | bytes]] = {
    "mermaid": mermaid,
    "plantuml": plantuml,
    "svg": svg,
    "png": png,
}


class Traced(Protocol):
    """What ``mc trace`` asks of it. Its behaviors are its own."""

    #: With its model.
    name: str
    next_name: str

    def replay(self, trace: Trace) -> Replay[Any]:
        """Follow a trace."""

    def verdict(self, behavior: Any) -> Verdict | None:
        """What is wrong in the last state."""

    def violations(self, behavior: Any) -> Iterator[tuple[int, Explanation]]:
        """The first state in which each invariant is false that is false anywhere, and why."""

    def outside(self, behavior: Any) -> Iterator[tuple[int, str]]:
        """The first state but the last that does not satisfy a constraint, and its name."""

    def data(self, form: str, behavior: Any) -> str:
        """The behavior in one of the formats of :data:`DATA`."""

    def picture(self, form: str, behavior: Any, sentence: str, part: Part | None) -> str | bytes:
        """The behavior, or a part of it, in one of :data:`PICTURES`; ``sentence``: what is wrong in its last state."""

    def write_tla(self, behavior: Any, file: Path) -> None:
        """Write a module that TLC replays, with all that it needs beside it."""


class SpecTraced:
    """A spec in Python."""

    def __init__(self, args: argparse.Namespace, origin: Origin | None) -> None:
        """``origin``: what the trace says, where the command line says nothing."""
        self.spec = options.load(args) if origin is None else load_origin(origin, **options.changes(args))
        if args.config is not None:
            raise UsageError(options.NO_CONFIG)
        check_init(self.spec)
        self.name = f"{self.spec.name}, model {self.spec.model.name}"
        self.next_name = self.spec.next_name

    def replay(self, trace: Trace) -> Replay[Behavior]:
        return replay(self.spec, trace)

    def verdict(self, behavior: Behavior) -> Verdict | None:
        return find_verdict(self.spec, behavior)

    def violations(self, behavior: Behavior) -> Iterator[tuple[int, Explanation]]:
        for number, invariant in violations(self.spec.invariants, behavior.states):
            yield number, explain(self.spec, invariant, behavior.states[number - 1])

    def outside(self, behavior: Behavior) -> Iterator[tuple[int, str]]:
        for number, constraint in violations(self.spec.constraints, behavior.states[:-1]):
            yield number, constraint.name

    def data(self, form: str, behavior: Behavior) -> str:
        makers = {"tlc": _tlc, "tla": _tla, "json": trace_json, "itf": itf}
        return makers[form](self.spec, behavior)

    def picture(self, form: str, behavior: Behavior, sentence: str, part: Part | None) -> str | bytes:
        return PICTURES[form](self.spec, behavior, sentence, part)

    def write_tla(self, behavior: Behavior, file: Path) -> None:
        write_replay(read_proof(self.spec, [bundled("proofs")]), behavior, file)


def _tlc(spec: Spec, behavior: Behavior) -> str:
    """As TLC prints it; the places are those of the .tla, where there is one."""
    try:
        proof = read_proof(spec, [bundled("proofs")])
    except McError:
        proof = None
    return tlc_text(spec, behavior, proof)


def _tla(spec: Spec, behavior: Behavior) -> str:
    """A module that TLC replays, with its configuration."""
    return replay_text(read_proof(spec, [bundled("proofs")]), behavior)
