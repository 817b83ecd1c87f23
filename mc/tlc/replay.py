"""Write a behavior as a TLA+ module that TLC replays step by step, as TLC's own trace specs do.

The module extends the spec's: a variable counts the states, each step takes the values of the next state
of the trace and must be a step of the spec's own ``Next``. The invariants are those of the model, and
one that is false in the last state. If TLC reports that state, the trace is a behavior of the
.tla; if it reports a deadlock before, the trace is none from there on.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mc.errors import UsageError
from mc.lang.text import to_tla
from mc.lang.values import FnValue, ModelValue, RecordValue, rename
from mc.spec.objects import Spec
from mc.tlc.model import TlcModel, config_lines, extended
from mc.tlc.proof import Proof
from mc.trace.behavior import Behavior, call_text

#: What the module defines.
_OWN = ("TraceStep", "TraceStates", "TraceInit", "TraceNext", "TraceGoesOn")


def replay_text(proof: Proof, behavior: Behavior, name: str = "MCTrace") -> str:
    """The module, with its configuration behind it."""
    return f"{replay_module(proof, behavior, name)}\n---- CONFIG {name} ----\n{replay_config(proof, behavior)}====\n"


def write_replay(proof: Proof, behavior: Behavior, file: Path) -> TlcModel:
    """Write the module to ``file``, and beside it its configuration and all modules that it needs.

    :class:`UsageError` where that is not possible, or would overwrite another module.
    """
    name = file.stem
    if file.suffix != ".tla" or not name.isidentifier() or name in proof.modules:
        raise UsageError(f"{file}: give the file of a new module, such as MCTrace.tla")
    try:
        for module in proof.modules.values():
            copy = file.with_name(f"{module.name}.tla")
            if not copy.exists():
                shutil.copyfile(module.path, copy)
            elif copy.read_bytes() != module.path.read_bytes():
                raise UsageError(f"{copy} is not the {module.name}.tla of this spec: choose another directory")
        file.write_text(replay_module(proof, behavior, name), encoding="utf-8")
        file.with_suffix(".cfg").write_text(replay_config(proof, behavior), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write the module: {error}") from None
    return TlcModel(file.parent.resolve(), name, deadlock=True)


def replay_module(proof: Proof, behavior: Behavior, name: str) -> str:
    """The text of the module called ``name``."""
    step, states, first, following, goes_on = _own_names(proof)
    initial, next_ = proof.initial_and_next()
    called = _model_values(proof, behavior)
    images = {value: ModelValue(text) for value, text in called.items()}
    variables = tuple(proof.spec.variables)
    length = len(behavior.states)
    declared = [text for value, text in called.items() if not _is_constant(proof.spec, text)]
    labels = ["Init", *(call_text(s.action, s.arguments) for s in behavior.steps)]
    rows = [
        f"    {'<<' if number == 1 else ' ,'} \\* {number}: {label}\n      ["
        + ",\n       ".join(f"{n} |-> {to_tla(rename(value, images))}" for n, value in state.values.items())
        + "]"
        for number, (label, state) in enumerate(zip(labels, behavior.states, strict=True), 1)
    ]
    return "\n".join(
        [
            f"---- MODULE {name} ----",
            f"\\* A behavior of {proof.root.name}, model {proof.spec.model.name}, for TLC to replay. Written by mc.",
            f"\\* java -cp tla2tools.jar tlc2.TLC -config {name}.cfg {name}",
            "\\* TLC reports the last state if this is a behavior, and a deadlock before if it is none.",
            f"EXTENDS {', '.join((*extended(proof), 'Integers'))}",
            "",
            *([f"CONSTANTS {', '.join(declared)}", ""] if declared else []),
            "\\* The number of the state.",
            f"VARIABLE {step}",
            "",
            f"{states} ==",
            *rows,
            "    >>",
            "",
            f"{first} ==",
            f"    /\\ {step} = 1",
            *(f"    /\\ {v} = {states}[1].{v}" for v in variables),
            f"    /\\ {initial}",
            "",
            f"{following} ==",
            f"    /\\ {step} < {length}",
            f"    /\\ {step}' = {step} + 1",
            *(f"    /\\ {v}' = {states}[{step} + 1].{v}" for v in variables),
            f"    /\\ {next_}",
            "",
            "\\* False at the end.",
            f"{goes_on} == {step} < {length}",
            "",
            "====",
            "",
        ]
    )


def replay_config(proof: Proof, behavior: Behavior) -> str:
    """The text of the module's configuration."""
    _, _, first, following, goes_on = _own_names(proof)
    called = _model_values(proof, behavior)
    return "\n".join(
        [
            *config_lines(proof, first, following),
            *(f"CONSTANT {text} = {value}" for value, text in called.items() if not _is_constant(proof.spec, text)),
            *(f"INVARIANT {definition.name}" for definition in proof.spec.invariants),
            f"INVARIANT {goes_on}",
            "",
        ]
    )


def _taken(proof: Proof) -> set[str]:
    """All names that the spec's modules give a meaning."""
    modules = proof.modules.values()
    return {name for m in modules for name in (m.name, *m.definitions, *m.constants, *m.variables)}


def _own_names(proof: Proof) -> tuple[str, ...]:
    taken = _taken(proof)
    return tuple(_free(name, taken) for name in _OWN)


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _is_constant(spec: Spec, name: str) -> bool:
    return spec.constants.get(name) is ModelValue(name)


def _model_values(proof: Proof, behavior: Behavior) -> dict[ModelValue, str]:
    """What each model value in the trace is called in the module: itself, if that name has no other meaning."""
    taken = _taken(proof).union(_own_names(proof))
    found: dict[ModelValue, str] = {}
    for value in _find_model_values(value for state in behavior.states for value in state.values.values()):
        if value not in found:
            # Words of TLA+ and of configurations, and what the standard modules define, begin with a capital.
            is_plain = value.name[0].islower() and value.name not in taken
            is_kept = is_plain or _is_constant(proof.spec, value.name)
            found[value] = value.name if is_kept else _free(f"mv_{value.name}", taken)
            taken.add(found[value])
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


def _find_model_values(values: Iterable[Any]) -> Iterator[ModelValue]:
    for value in values:
        match value:
            case ModelValue():
                yield value
            case frozenset():
                yield from _find_model_values(sorted(value, key=to_tla))
            case tuple():
                yield from _find_model_values(tuple.__iter__(value))
            case RecordValue():
                yield from _find_model_values(value.fields.values())
            case FnValue():
                yield from _find_model_values(value)
                yield from _find_model_values(value.values())
