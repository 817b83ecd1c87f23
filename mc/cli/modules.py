"""What ``mc check`` and ``mc info`` do with a TLA+ module: the interpreter searches it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mc.cli import options, outcome, report, since_start
from mc.engine.deep import deeply
from mc.engine.result import Result, Violation
from mc.engine.search.limits import Limits
from mc.errors import UsageError
from mc.formula.nodes import Expression
from mc.interpreter.interpreter import Interpreter
from mc.read.models import meant
from mc.read.tla.load import Changes, load
from mc.spec.module import ModuleSpec
from mc.trace.lasso import reasons
from mc.trace.module import ModuleBehavior, aliased, behavior_of, failure_of, false_conjunct, source
from mc.trace.saved import behavior_json, module_origin_json
from mc.trace.text import behavior_text

if TYPE_CHECKING:
    from mc.engine.tiers import Found

#: What has no meaning where the interpreter may search, by the names of arguments: why.
_REFUSED = {
    "simplest": "the interpreter gives the first of the shortest counterexamples",
    "memory": "the interpreter keeps all states in memory",
    "checkpoint": "the interpreter writes no checkpoints",
    "checkpoint_every": "the interpreter writes no checkpoints",
    "resume": "the interpreter writes no checkpoints",
}


def read(args: argparse.Namespace) -> ModuleSpec:
    """The module that the command line means, bound to its configuration."""
    path = Path(args.spec)
    if not path.is_file():
        raise UsageError(f"there is no file {args.spec}{meant(args.spec, None)}")
    if args.symmetry is not None and len(args.symmetry) > 1:
        raise UsageError("--symmetry: give the one definition that is the set of permutations, or none")
    symmetry = None if args.symmetry is None else "".join(args.symmetry)
    changes = Changes(dict(args.constants), args.invariants, symmetry, args.deadlock)
    return load(path, args.config, changes)


def check_options(args: argparse.Namespace) -> None:
    """:class:`UsageError` for what has no meaning where the interpreter searches."""
    for name, why in _REFUSED.items():
        if getattr(args, name):
            raise UsageError(f"--{name.replace('_', '-')} is not for a .tla, since {why}; leave it out")
    if args.search == "dfs":
        raise UsageError("--search dfs is not for a .tla, since the interpreter goes level by level; leave it out")


def check(args: argparse.Namespace) -> int:
    """Check a module; returns the exit code."""
    # Here, not above: other commands need no search.
    from mc.engine.tiered import search
    from mc.engine.tiers import Options

    check_options(args)
    spec = read(args)
    subject = module_subject(spec)
    out = outcome.directory(args, subject)
    outcome.head(args, subject)
    loaded = since_start()
    limits = Limits(args.max_seconds, args.max_states, args.max_depth)
    with outcome.progress_bar(options.shows_progress(args)) as bar:
        given = Options(limits, args.workers, options.cache_directory(), args.exact, early=True)
        found = search(spec, given, bar)
    result = found.result
    subject = replace(subject, engine="compiled" if found.compiled else "interpreter", why=_engine(found))
    told = deeply(lambda: tell(spec, subject, result, out))
    return outcome.tell(args, subject, result, told, {"load": loaded, **result.seconds})


def _engine(found: Found) -> str:
    """What has searched, and why."""
    if found.compiled:
        return "searched by compiled code, after the interpreter had begun"
    return f"searched by the interpreter; not compiled: {found.why}" if found.why else "searched by the interpreter"


def tell(spec: ModuleSpec, subject: report.Subject, result: Result, out: Path) -> report.Told | None:
    """Say why the search stopped, and save the behavior."""
    violation = result.violation
    if violation is None:
        return None
    behavior = behavior_of(violation)
    interpreter = Interpreter(spec)
    message = _message(interpreter, violation, behavior)
    trace, text = out / "trace.json", out / "trace.txt"
    shown = None if behavior is None else aliased(interpreter, behavior)
    told = report.Told(shown, None, message, trace, text, f"mc trace {trace} shows it again")
    if behavior is not None and shown is not None:
        head = "\n".join((*report.head_lines(subject), "", report.verdict_line(subject, result), message))
        text.write_text(f"{head}\n\n{behavior_text(shown, full=True)}\n", encoding="utf-8")
        found = {"kind": violation.kind, "property": violation.property, "message": message}
        trace.write_text(behavior_json(module_origin_json(spec), found, behavior), encoding="utf-8")
    return told


def _message(interpreter: Interpreter, violation: Violation, behavior: ModuleBehavior | None) -> str:
    """One sentence on what is wrong; of a behavior that goes on for ever, with a line for each reason."""
    spec = interpreter.spec
    failure = failure_of(violation)
    if failure is not None:
        return str(failure)
    if violation.kind == "deadlock":
        return f"{spec.next_name} is FALSE in the last state, whatever the next one."
    if behavior is not None and behavior.loop is not None:
        head = f"{violation.property} is FALSE of this behavior, which goes on for ever."
        return "\n  ".join((head, *reasons(interpreter, behavior, violation.property)))
    if violation.kind == "property":
        what = "the last step is none that it allows" if violation.steps else "the initial state is none of it"
        return f"{violation.property}: {what}."
    if violation.kind == "postcondition":
        return f"{violation.property} is FALSE after the search."
    if violation.kind == "assumption":
        places = [assumption.place for assumption in spec.assumptions if assumption.place.start == violation.property]
        return "".join(f"This is FALSE: {source(spec, place)}" for place in places[:1])
    conjunct = false_conjunct(interpreter, _invariant(spec, violation.property), violation.representatives[-1])
    part = f"{conjunct.place.start}: {source(spec, conjunct.place)}"
    return f"{violation.property} is FALSE in the last state, and in it {part}"


def _invariant(spec: ModuleSpec, name: str) -> Expression:
    """What an invariant says, be it one of a property."""
    asked = [conjunct.formula for conjunct in spec.properties if (conjunct.asked, conjunct.name) == ("invariant", name)]
    return spec.definitions[name].expression if name in spec.invariants else asked[0]


def module_subject(spec: ModuleSpec) -> report.Subject:
    """A module with its configuration."""
    properties = tuple(dict.fromkeys(conjunct.property for conjunct in spec.properties))
    rows = {
        "replaced": ", ".join(f"{old} <- {new}" for old, new in spec.replaced.items()),
        "properties": ", ".join(properties),
        "action constraints": ", ".join(spec.action_constraints),
        "view": spec.view or "",
        "alias": spec.alias or "",
        "postcondition": ", ".join(spec.postconditions),
        "engine": "the interpreter, then compiled code where the search is long",
    }
    return report.Subject(
        name=spec.name,
        model=spec.model,
        kind="configuration",
        path=spec.path,
        constants=spec.constants,
        init_name=spec.init_name,
        symmetry=() if spec.symmetry is None else (spec.symmetry,),
        invariants=spec.invariants,
        properties=properties,
        constraints=spec.constraints,
        deadlock=spec.deadlock,
        behaves=spec.next is not None,
        rows=rows,
        warnings=spec.warnings,
        engine="interpreter",
    )


def info_lines(spec: ModuleSpec) -> Iterator[str]:
    """What a module and its configuration say together."""
    subject = module_subject(spec)
    yield f"{spec.name}, configuration {spec.config}  ({spec.path})"
    asked = {f"{conjunct.name} ({conjunct.asked})": None for conjunct in spec.properties}
    rows = {
        "CONSTANTS": ", ".join(f"{name} = {report.constant_text(value)}" for name, value in spec.constants.items()),
        "REPLACED": subject.rows["replaced"],
        "VARIABLES": ", ".join(spec.variables),
        "INIT": spec.init_name if spec.init else "",
        "NEXT": spec.next_name if spec.next is not None else "",
        "FAIRNESS": ", ".join(source(spec, formula.place) for formula in spec.fairness),
        "ASSUMPTIONS": ", ".join(source(spec, assumption.place) for assumption in spec.assumptions),
        "INVARIANTS": ", ".join(spec.invariants),
        "PROPERTIES": ", ".join(asked),
        "CONSTRAINTS": ", ".join(spec.constraints),
        "ACTION CONSTRAINTS": ", ".join(spec.action_constraints),
        "VIEW": spec.view or "",
        "SYMMETRY": spec.symmetry or "",
        "DEADLOCK": "is an error" if spec.deadlock else "is not checked",
        "ENGINE": subject.rows["engine"],
    }
    yield from (f"  {title:<20}{text or 'none'}" for title, text in rows.items())
