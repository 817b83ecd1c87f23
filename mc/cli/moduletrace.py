"""What ``mc trace`` does with a trace of a TLA+ module."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mc.cli import modules
from mc.errors import McError, TraceError, UsageError
from mc.graph.raster import MONO, rasterize
from mc.graph.spacetime import draw
from mc.interpreter.interpreter import Interpreter
from mc.read.tla.load import Changes, load
from mc.spec.module import ModuleSpec
from mc.tlc.looks import Looks
from mc.tlc.traces import printed_text
from mc.trace.events import Part, Timeline
from mc.trace.explain import Explanation
from mc.trace.findings import find_verdict, outside, violations
from mc.trace.follow import follow
from mc.trace.itf import itf_text
from mc.trace.lanes import timeline
from mc.trace.module import ModuleBehavior
from mc.trace.replay import Replay
from mc.trace.saved import Origin, Trace, behavior_json, module_origin_json
from mc.trace.sequence import mermaid_of, plantuml_of
from mc.trace.verdict import Verdict

_DIAGRAMS: Mapping[str, Callable[[Timeline, str], str]] = {"mermaid": mermaid_of, "plantuml": plantuml_of}


class ModuleTraced:
    """A module with its configuration (:class:`mc.cli.traced.Traced`)."""

    def __init__(self, args: argparse.Namespace, origin: Origin | None) -> None:
        """``origin``: what the trace says, where the command line says nothing."""
        self.spec = modules.read(args) if origin is None else _load(origin, modules.changes(args), args.config)
        if self.spec.next is None:
            raise UsageError(f"{self.spec.path} has no behavior: {args.file} is no trace of it")
        self.interpreter = Interpreter(self.spec)
        self.looks = Looks(self.interpreter)
        self.name = f"{self.spec.name}, configuration {self.spec.model}"
        self.next_name = self.spec.next_name

    def replay(self, trace: Trace) -> Replay[ModuleBehavior]:
        return follow(self.interpreter, trace)

    def verdict(self, behavior: ModuleBehavior) -> Verdict | None:
        return find_verdict(self.interpreter, behavior)

    def violations(self, behavior: ModuleBehavior) -> Iterator[tuple[int, Explanation]]:
        return violations(self.interpreter, behavior)

    def outside(self, behavior: ModuleBehavior) -> Iterator[tuple[int, str]]:
        return outside(self.interpreter, behavior)

    def data(self, form: str, behavior: ModuleBehavior) -> str:
        if form == "tla":
            raise UsageError("--format tla is not for a trace of a .tla: TLC replays one of -dumpTrace itself")
        origin = module_origin_json(self.spec)
        if form == "itf":
            return itf_text(origin, self.spec.path.name, behavior)
        verdict = self.verdict(behavior)
        if form == "tlc":
            labels = [self.looks.label(step.action) for step in behavior.steps]
            return printed_text(verdict, labels, behavior, self._end(behavior))
        found: dict[str, Any] | None = None
        if verdict is not None:
            found = {"kind": verdict.kind, "property": verdict.property, "message": verdict.message}
        return behavior_json(origin, found, behavior)

    def picture(self, form: str, behavior: ModuleBehavior, sentence: str, part: Part | None) -> str | bytes:
        told = timeline(self.spec, behavior, part)
        if form in _DIAGRAMS:
            return _DIAGRAMS[form](told, sentence)
        drawn = draw(told, f"{self.spec.name}:{self.spec.model}", sentence)
        return rasterize(drawn, MONO, 2.0) if form == "png" else drawn

    def _end(self, behavior: ModuleBehavior) -> str:
        """How a behavior goes on for ever, as TLC says it."""
        loop = behavior.loop
        if loop is None or loop.step is None:
            return "" if loop is None else f"State {len(behavior.states) + 1}: Stuttering"
        return f"Back to state {loop.to + 1}: {self.looks.label(loop.step)}"

    def write_tla(self, behavior: ModuleBehavior, file: Path) -> None:
        file.write_text(self.data("tla", behavior), encoding="utf-8")


def _load(origin: Origin, given: Changes, config: Path | None) -> ModuleSpec:
    """The module that a trace names, with the configuration that it names and what the command line had changed;
    ``given``: what it changes now.

    :class:`TraceError` where there is no such module, or it does not fit any more.
    """
    model = origin.model
    file = config or (None if origin.config is None else Path(origin.config))
    symmetry = "".join(model.symmetry) if given.symmetry is None else given.symmetry
    invariants = model.invariants if given.invariants is None else given.invariants
    deadlock = model.deadlock if given.deadlock is None else given.deadlock
    try:
        as_it_stands = load(Path(origin.spec), file)
        own = module_origin_json(as_it_stands)["model"]["constants"]
        changed = {name: value for name, value in model.constants.items() if own.get(name) != value}
        return load(Path(origin.spec), file, Changes({**changed, **given.constants}, invariants, symmetry, deadlock))
    except McError as error:
        raise TraceError(f"this trace does not fit its module {origin.spec}: {error}") from None
