"""A behavior in a file: what all formats are made from, and what is read back from them.

``trace.json`` keeps, besides the behavior, which spec and which model it is of, so that the file is
enough to go on with. Its values are TLA+ text, which keeps strings and model values apart.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mc.dataclass import dataclass
from mc.engine.result import Loop, Taken
from mc.errors import EvaluationError, ModelError, TraceError, UsageError
from mc.lang.text import from_tla, to_tla
from mc.lang.values import ModelValueSet
from mc.read.models import bundled, find_spec, override
from mc.read.python.load import load_spec
from mc.spec.module import ModuleSpec
from mc.spec.objects import Model, Spec
from mc.trace.behavior import AnyBehavior, Behavior
from mc.trace.verdict import find_verdict

FORMAT = "mc-trace"
SCHEMA = 1


@dataclass(frozen=True)
class Origin:
    """What a trace says it is a behavior of."""

    #: A bundled spec's name, or a path.
    spec: str
    model: Model
    #: The configuration of a TLA+ module.
    config: str | None = None


@dataclass(frozen=True)
class TracedState:
    """One state of a file."""

    #: The name of the action that leads here, with its arguments, as far as the file tells them.
    action: str | None
    arguments: tuple[Any, ...] | None
    #: Not yet of the kinds that the spec declares.
    values: Mapping[str, Any]
    #: Whether the name of the action is a hint only: the step may be one of another action all the same.
    hint: bool = False


@dataclass(frozen=True)
class Trace:
    """What a file holds: states, which need not be a behavior of any spec."""

    states: tuple[TracedState, ...]
    #: None for files of other tools.
    origin: Origin | None = None
    #: What the file says besides, and what of it is left out: sentences.
    notes: tuple[str, ...] = ()
    #: How it goes on for ever after its last state, in a file of mc.
    loop: Loop | None = None
    #: Whether it keeps sets, sequences and functions, strings and model values apart.
    is_typed: bool = True


def local_name(name: str) -> str:
    """A name without the instances that it is in: ``x`` of Quint's ``net::inst::x`` and of TLA+'s ``C!x``."""
    return name.replace("!", "::").rpartition("::")[2]


def loop_notes(back_to: int | None) -> list[str]:
    """That a trace is a lasso, which goes on from its last state as from state ``back_to``; None: it is none."""
    if back_to is None:
        return []
    return [f"the trace goes on for ever from state {back_to}; looked at are its states, and the steps between them"]


def trace_json(spec: Spec, behavior: Behavior) -> str:
    """The text of a ``trace.json``."""
    verdict = find_verdict(spec, behavior)
    violation = None
    if verdict is not None:
        violation = {"kind": verdict.kind, "property": verdict.property, "message": verdict.message}
    return behavior_json(origin_json(spec), violation, behavior)


def behavior_json(origin: Mapping[str, Any], violation: Mapping[str, str] | None, behavior: AnyBehavior) -> str:
    """The text of a ``trace.json`` of the spec and model that ``origin`` tells, with what the last state violates."""
    document: dict[str, Any] = {
        "format": FORMAT,
        "schema": SCHEMA,
        **origin,
        "violation": violation,
        "states": [
            {
                "number": number,
                "action": action,
                "arguments": [to_tla(argument) for argument in arguments],
                "values": {name: to_tla(value) for name, value in state.values.items()},
            }
            for number, ((action, arguments), state) in enumerate(zip(behavior.labels, behavior.states, strict=True), 1)
        ],
    }
    loop = behavior.loop
    if loop is not None:
        action = None if loop.step is None else loop.step.name
        arguments = [] if loop.step is None else [to_tla(argument) for argument in loop.step.arguments]
        document["loop"] = {"to": loop.to + 1, "action": action, "arguments": arguments}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def read_trace_json(document: Mapping[str, Any]) -> Trace:
    """The trace in the document of a ``trace.json``; :class:`TraceError` where it is not one."""
    known = ("format", "schema", "spec", "model", "violation", "states")
    loop = document.get("loop")
    _check_keys({key: value for key, value in document.items() if key not in ("loop", "config")}, known, "the file")
    if document["schema"] != SCHEMA:
        raise TraceError(f"this trace has schema {document['schema']!r}, and this mc reads schema {SCHEMA}")
    states = of_kind(document["states"], list, "states")
    read = tuple(_state(state, f"state {n}") for n, state in enumerate(states, 1))
    return Trace(read, read_origin(document), loop=None if loop is None else _loop(loop, len(read)))


def _state(given: Any, what: str) -> TracedState:
    _check_keys(of_kind(given, dict, what), ("number", "action", "arguments", "values"), what)
    arguments = of_kind(given["arguments"], list, f"{what}: arguments")
    values = of_kind(given["values"], dict, f"{what}: values")
    return TracedState(
        of_kind(given["action"], str, f"{what}: action"),
        tuple(read_value(argument, f"{what}: arguments") for argument in arguments),
        {name: read_value(text, f"{what}: {name}") for name, text in values.items()},
    )


def _loop(given: Any, count: int) -> Loop:
    _check_keys(of_kind(given, dict, "loop"), ("to", "action", "arguments"), "loop")
    to = of_kind(given["to"], int, "loop: to")
    if not 1 <= to <= count:
        raise TraceError(f"loop: to is {to}, and the states are 1 to {count}")
    arguments = tuple(read_value(text, "loop: arguments") for text in of_kind(given["arguments"], list, "loop"))
    name = None if given["action"] is None else of_kind(given["action"], str, "loop: action")
    return Loop(to - 1, None if name is None else Taken(name, arguments))


def read_value(text: Any, what: str) -> Any:
    """A value from its TLA+ text; :class:`TraceError` where it is none."""
    try:
        return from_tla(of_kind(text, str, what))
    except (EvaluationError, ValueError) as error:
        raise TraceError(f"{what}: {error}") from None
    except RecursionError:
        raise TraceError(f"{what}: the value is nested too deeply") from None


def origin_json(spec: Spec) -> dict[str, Any]:
    """Which spec and model a behavior is of, with all of the model that has a meaning."""
    model = spec.model
    own = bundled("specs") / spec.path.name
    return {
        "spec": spec.path.stem if spec.path.resolve() == own.resolve() else str(spec.path.resolve()),
        "model": {
            "name": model.name,
            "constants": {name: constant_json(value) for name, value in spec.constants.items()},
            "symmetry": list(model.symmetry),
            "invariants": [definition.name for definition in spec.invariants],
            "witnesses": [definition.name for definition in spec.witnesses],
            "constraints": [definition.name for definition in spec.constraints],
            "deadlock": model.deadlock,
            "substitute": dict(model.substitute),
            "definitions": list(model.definitions),
        },
    }


def module_origin_json(spec: ModuleSpec) -> dict[str, Any]:
    """The same of a TLA+ module, whose model is its configuration."""
    return {
        "spec": str(spec.path.resolve()),
        "config": None if spec.config is None else str(spec.config.resolve()),
        "model": {
            "name": spec.model,
            "constants": {
                name: value if isinstance(value, bool | int) else to_tla(value)
                for name, value in spec.constants.items()
            },
            "symmetry": [] if spec.symmetry is None else [spec.symmetry],
            "invariants": list(spec.invariants),
            "witnesses": [],
            "constraints": list(spec.constraints),
            "deadlock": spec.deadlock,
            "substitute": dict(spec.replaced),
            "definitions": [],
        },
    }


def constant_json(value: Any) -> Any:
    """A constant as a model gives it."""
    if isinstance(value, ModelValueSet):
        return [member.name for member in value.members]
    if isinstance(value, (bool, int, str)):
        return value
    return to_tla(value)


def read_origin(document: Mapping[str, Any]) -> Origin:
    """The counterpart of :func:`origin_json`; :class:`TraceError` where the document is not so."""
    model = of_kind(document["model"], dict, "model")
    _check_keys(model, tuple(_MODEL), "model")
    fields = {key: read(model[key], f"model: {key}") for key, read in _MODEL.items()}
    config = document.get("config")
    return Origin(
        of_kind(document["spec"], str, "spec"),
        Model(**fields),
        None if config is None else of_kind(config, str, "config"),
    )


def load_origin(origin: Origin, **changes: Any) -> Spec:
    """The spec that a trace names, bound to the model that it gives, with ``changes`` as of ``override``.

    :class:`TraceError` where there is no such spec, or the model is not one of it any more.
    """
    try:
        return load_spec(find_spec(origin.spec)[0], override(origin.model, **{"constants": {}, **changes}))
    except UsageError as error:
        raise TraceError(f"this trace is of the spec {origin.spec}: {error}; give it with --spec") from None
    except ModelError as error:
        raise TraceError(f"this trace does not fit its spec {origin.spec}: {error}") from None


def of_kind(value: Any, kind: type, what: str) -> Any:
    """``value``, if it is of that Python type; else :class:`TraceError`."""
    if not isinstance(value, kind) or isinstance(value, bool) != (kind is bool):
        kinds = {dict: "an object", list: "a list", str: "a string", bool: "true or false", int: "a whole number"}
        raise TraceError(f"{what} must be {kinds[kind]}, not {shown(value)}")
    return value


def shown(value: Any) -> str:
    """The beginning of what a file has, for an error."""
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:60]}..."


def _check_keys(document: Mapping[str, Any], known: tuple[str, ...], what: str) -> None:
    for key in document:
        if key not in known:
            raise TraceError(f"{what} has an unknown field {key!r}; known are {', '.join(known)}")
    for key in known:
        if key not in document:
            raise TraceError(f"{what} has no field {key!r}: was it cut off, or changed by hand?")


def _text(value: Any, what: str) -> str:
    text: str = of_kind(value, str, what)
    return text


def _name(value: Any, what: str) -> str:
    """A name; a file's name among them cannot lead to another directory."""
    # The name of what an instance brings in has ! in it.
    if not _text(value, what).replace("!", "").isidentifier():
        raise TraceError(f"{what}: {shown(value)} is not a name")
    return _text(value, what)


def _flag(value: Any, what: str) -> bool:
    flag: bool = of_kind(value, bool, what)
    return flag


def _names(value: Any, what: str) -> tuple[str, ...]:
    return tuple(_name(name, what) for name in of_kind(value, list, what))


def _entries(value: Any, what: str) -> Iterator[tuple[str, Any]]:
    return ((_name(key, what), entry) for key, entry in of_kind(value, dict, what).items())


def _substitutions(value: Any, what: str) -> dict[str, str]:
    return {old: _name(new, what) for old, new in _entries(value, what)}


def _constants(value: Any, what: str) -> dict[str, Any]:
    """Whether they are values of the declared constants is seen when the model is bound."""
    return dict(_entries(value, what))


#: What is kept of a model, by field, each with what reads it.
_MODEL: dict[str, Callable[[Any, str], Any]] = {
    "name": _text,
    "constants": _constants,
    "symmetry": _names,
    "invariants": _names,
    "witnesses": _names,
    "constraints": _names,
    "deadlock": _flag,
    "substitute": _substitutions,
    "definitions": _names,
}
