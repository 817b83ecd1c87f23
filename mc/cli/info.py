"""``mc info``: what a spec consists of, and which models it has."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from mc.cli import options, report
from mc.errors import ModelError, UsageError, printable
from mc.read.models import find_spec, read_models
from mc.spec.objects import Action, Spec

EXAMPLES = """\
examples:
  mc info raft                the constants, variables, actions and models of a bundled spec
  mc info raft:tiny --source  the code that is generated for a model
  mc info ./MC.tla            what a module and its configuration say together
  mc info --language          the operators of the spec language, and which kinds of values each takes
"""


def add_parser(commands: Any) -> None:
    """The command's part of the command line."""
    parser = commands.add_parser(
        "info",
        help="show what a spec consists of",
        description="Show the constants, variables, actions and definitions of a spec, and its models.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_spec(parser, optional=True, modules=True)
    parser.add_argument("--language", action="store_true", help="print which operator takes which kinds of values")
    parser.add_argument("--source", action="store_true", help="print the generated code in place of all that")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Show it; returns the exit code."""
    if args.language:
        from mc.cli.language import lines

        print("\n".join(lines()))
        return 0
    if args.spec is None:
        raise UsageError("give a spec (mc info raft), or --language")
    if options.is_module(args.spec):
        # Here, not above: the reader of TLA+ takes its time to import.
        from mc.cli import modules

        if args.source:
            raise UsageError("--source is not for a .tla: it is interpreted, so no code is generated")
        module = modules.read(args)
        print("\n".join(modules.info_lines(module)))
        report.print_warnings(module.warnings)
        return 0
    if args.config is not None:
        raise UsageError(options.NO_CONFIG)
    try:
        spec = options.load(args)
    except ModelError:
        # The other models may be what is looked for.
        _print_models(args.spec)
        raise
    if args.source:
        # Here, not above: the engine takes its time to import.
        from mc.engine.search.compiled import Engine

        print(Engine(spec).source)
        return 0
    print("\n".join(_spec_lines(spec)))
    print()
    _print_models(args.spec)
    report.print_warnings(spec.warnings)
    return 0


def _print_models(reference: str) -> None:
    """The models of a spec, and what is wrong with those that cannot be read."""
    models = read_models(find_spec(reference)[0])
    if models.file is None:
        return
    print(f"MODELS  ({models.file})")
    said = {name: model.description for name, model in models.models.items()}
    said |= {name: printable(f"cannot be read: {error}") for name, error in models.broken.items()}
    width = max(map(len, said))
    for name, text in said.items():
        mark = "*" if name == models.default else " "
        print(f" {mark}{name:<{width}}  {text}".rstrip())
    print("  (*: the default)")


def _spec_lines(spec: Spec) -> Iterator[str]:
    yield f"{spec.name}, model {spec.model.name}  ({spec.path})"
    yield from _table("CONSTANTS", {n: f"= {report.constant_text(v)}" for n, v in spec.constants.items()})
    yield from _table("VARIABLES", {n: f"\\in {d!r}" for n, d in spec.variables.items()})
    yield ""
    yield "ACTIONS"
    yield from (f"  {_action_text(action)}" for action in spec.actions)
    for title in ("invariants", "constraints", "witnesses"):
        names = [definition.name for definition in getattr(spec, title)]
        yield ""
        yield f"{title.upper()}  {', '.join(names) or 'none'}"
    yield ""
    yield f"SYMMETRY  {', '.join(spec.model.symmetry) or 'none'}"
    yield f"DEADLOCK  {'is an error' if spec.model.deadlock else 'is not checked'}"


def _table(title: str, rows: dict[str, str]) -> Iterator[str]:
    width = max(map(len, rows), default=0)
    yield ""
    yield title
    yield from (f"  {name:<{width}}  {text}" for name, text in rows.items())


def _action_text(action: Action) -> str:
    """``\\E i \\in {s1, s2} : Timeout(i)``."""
    bound = ", ".join(f"{p.name} \\in {p.variable or repr(p.domain)}" for p in action.parameters)
    call = f"{action.name}({', '.join(p.name for p in action.parameters)})" if bound else action.name
    return f"\\E {bound} : {call}" if bound else call
