"""What ``mc check``, ``mc crosscheck`` and ``mc info`` do with a TLA+ module: the interpreter searches it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
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
from mc.trace.explain import explain_formula
from mc.trace.lasso import reasons
from mc.trace.module import ModuleBehavior, ModuleFormulas, aliased, behavior_of, failure_of, source
from mc.trace.saved import behavior_json, module_origin_json
from mc.trace.text import behavior_text

if TYPE_CHECKING:
    from mc.engine.tiers import Found
    from mc.graph.classes import Expression as Shown
    from mc.graph.explored import Explored

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
    return load(path, args.config, changes(args))


def changes(args: argparse.Namespace) -> Changes:
    """What the command line says in place of the configuration."""
    symmetry = None if args.symmetry is None else "".join(args.symmetry)
    return Changes(dict(args.constants), args.invariants, symmetry, args.deadlock)


def check_options(args: argparse.Namespace) -> None:
    """:class:`UsageError` for what has no meaning where the interpreter searches."""
    for name, why in _REFUSED.items():
        if getattr(args, name, None):
            raise UsageError(f"--{name.replace('_', '-')} is not for a .tla, since {why}; leave it out")


def check(args: argparse.Namespace) -> int:
    """Check a module; returns the exit code."""
    check_options(args)
    if args.search == "dfs":
        raise UsageError("--search dfs is not for a .tla, since the interpreter goes level by level; leave it out")
    spec = read(args)
    subject = module_subject(spec)
    out = outcome.directory(args, subject)
    outcome.head(args, subject)
    loaded = since_start()
    found = searched(args, spec, Limits(args.max_seconds, args.max_states, args.max_depth))
    result = found.result
    subject = replace(subject, engine="compiled" if found.compiled else "interpreter", why=_engine(found))
    told = deeply(lambda: tell(spec, subject, result, out))
    return outcome.tell(args, subject, result, told, {"load": loaded, **result.seconds})


def crosscheck(args: argparse.Namespace) -> int:
    """Check a module with TLC as well, and compare; returns the exit code."""
    from mc.cli import compared
    from mc.tlc.check import EDGE_LIMIT, incomplete, with_tlc
    from mc.tlc.module import Module, Numbering, copy_module
    from mc.tlc.tools import find_tools

    check_options(args)
    if args.constants or args.invariants or args.symmetry is not None:
        raise UsageError("-c, --invariant and --symmetry: TLC reads the configuration; write them there")
    spec = read(args)
    if spec.next is None:
        raise UsageError(f"{spec.path} has no behavior to compare; its assumptions are for mc check")
    tools = find_tools(args.jar, os.environ)
    subject = module_subject(spec)
    with compared.directory(args, subject) as out:
        loaded = since_start()
        found = searched(args, spec, Limits(args.max_seconds))
        result = found.result
        told = deeply(lambda: tell(spec, subject, result, out))
        compared.searched(args, subject, result)
        if result.verdict == "incomplete":
            same = incomplete(result)
        else:
            module, model = Module(Interpreter(spec)), copy_module(spec, out)
            workers, progress = compared.timed(args), compared.progress(args)
            # The interpreter explores them once more, and keeps them all.
            same = with_tlc(module, Numbering(module), result, tools, model, workers, progress, most=EDGE_LIMIT)
        return compared.outcome(args, subject, result, told, same, {"load": loaded, **result.seconds}, out)


def searched(args: argparse.Namespace, spec: ModuleSpec, limits: Limits) -> Found:
    """The search of a module, with its progress."""
    # Here, not above: mc info needs no search.
    from mc.engine.tiered import search
    from mc.engine.tiers import Options

    with outcome.progress_bar(options.shows_progress(args)) as bar:
        given = Options(limits, args.workers, options.cache_directory(), args.exact, early=True)
        return search(spec, given, bar)


class ModuleGround:
    """What ``mc graph`` draws."""

    def __init__(self, args: argparse.Namespace) -> None:
        check_options(args)
        self.args = args
        self.spec = read(args)
        self.subject = module_subject(self.spec)
        if self.spec.next is None:
            raise UsageError(f"{self.spec.path} has no behavior to draw; its assumptions are for mc check")

    def expressions(self, text: str) -> Sequence[Shown]:
        from mc.graph.given import parse_expressions

        return parse_expressions(text, self.spec, changes(self.args))

    def search(self) -> Result:
        self.result = searched(self.args, self.spec, Limits(self.args.max_seconds)).result
        return self.result

    def explored(self, limit: int) -> Explored:
        from mc.graph.explored import refuse
        from mc.graph.module import explore

        violation = self.result.violation
        behavior = None if violation is None else behavior_of(violation)
        refuse(behavior)
        return explore(self.spec, limit, behavior)


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
    explanation = None
    if violation.kind == "invariant" and violation.failure is None:
        formula = _invariant(spec, violation.property)
        last = violation.representatives[-1]
        explanation = explain_formula(ModuleFormulas(interpreter), violation.property, formula, last)
    message = str(explanation) if explanation is not None else _message(interpreter, violation, behavior)
    if explanation is not None and spec.alias is not None:
        # The states that are shown have no parts of that name.
        explanation = replace(explanation, components=())
    trace, text = out / "trace.json", out / "trace.txt"
    shown = None if behavior is None else aliased(interpreter, behavior)
    mend = f"other formats: mc trace {trace} --format svg (itf, ...)"
    told = report.Told(shown, explanation, message, trace, text, mend)
    if behavior is not None and shown is not None:
        head = "\n".join((*report.head_lines(subject), "", report.verdict_line(subject, result), message))
        text.write_text(f"{head}\n\n{behavior_text(shown, full=True)}\n", encoding="utf-8")
        found = {"kind": violation.kind, "property": violation.property, "message": message}
        trace.write_text(behavior_json(module_origin_json(spec), found, behavior), encoding="utf-8")
    return told


def _message(interpreter: Interpreter, violation: Violation, behavior: ModuleBehavior | None) -> str:
    """One sentence on what is wrong, where no invariant is FALSE; of a behavior that goes on for ever, with a line for
    each reason."""
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
    places = [assumption.place for assumption in spec.assumptions if assumption.place.start == violation.property]
    return "".join(f"This is FALSE: {source(spec, place)}" for place in places[:1])


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
