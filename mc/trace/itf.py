"""The Informal Trace Format of Apalache, in JSON (Apalache's ADR-015), which other tools read as well.

https://apalache-mc.org/docs/adr/015adr-trace.html. It has no model values: they are written as strings,
and the spec's domains make model values of them again. What the format has no place for (actions, the
spec, the model) is in the ``#meta`` objects, which it leaves to each tool.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from mc.errors import TraceError
from mc.lang.text import to_tla
from mc.lang.values import FnValue, ModelValue, RecordValue, SeqValue
from mc.spec.objects import Spec
from mc.trace.behavior import AnyBehavior, Behavior
from mc.trace.saved import (
    Trace,
    TracedState,
    local_name,
    loop_notes,
    of_kind,
    origin_json,
    read_origin,
    read_value,
    shown,
)

_META = "#meta"
#: What ``quint run --mbt`` says of a step, as if they were variables.
_MBT = "mbt::"
_TAKEN = "mbt::actionTaken"
_DESCRIPTION = "https://apalache-mc.org/docs/adr/015adr-trace.html"
#: JSON numbers are exact up to here (RFC 7159, section 6).
_LARGEST = 2**53 - 1


def itf(spec: Spec, behavior: Behavior) -> str:
    """The behavior as the text of an ``.itf.json`` file."""
    return itf_text(origin_json(spec), spec.path.name, behavior)


def itf_text(origin: Mapping[str, Any], source: str, behavior: AnyBehavior) -> str:
    """The same of a behavior of what ``origin`` tells, which is written in the file ``source``."""
    states = [
        {
            _META: {"index": index, "action": action, "arguments": [to_tla(argument) for argument in arguments]},
            **{name: to_itf(value) for name, value in state.values.items()},
        }
        for index, ((action, arguments), state) in enumerate(zip(behavior.labels, behavior.states, strict=True))
    ]
    meta = {"format": "ITF", "format-description": _DESCRIPTION, "source": source, "mc": origin}
    document: dict[str, Any] = {_META: meta, "vars": list(behavior.initial.values), "states": states}
    if behavior.loop is not None:
        document["loop"] = behavior.loop.to
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def to_itf(value: Any) -> Any:
    """A value as an expression of ITF."""
    if isinstance(value, ModelValue):
        return value.name
    if isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _LARGEST else {"#bigint": str(value)}
    if isinstance(value, tuple):
        return [to_itf(element) for element in tuple.__iter__(value)]
    if isinstance(value, RecordValue):
        return {name: to_itf(part) for name, part in value.fields.items()}
    if isinstance(value, FnValue):
        return {"#map": [[to_itf(key), to_itf(value[key])] for key in sorted(value, key=to_tla)]}
    assert isinstance(value, (frozenset, set))
    return {"#set": [to_itf(element) for element in sorted(value, key=to_tla)]}


def is_itf(document: Mapping[str, Any]) -> bool:
    """Whether a JSON object is meant to be in this format."""
    return "vars" in document and "states" in document


def read_itf(document: Mapping[str, Any]) -> Trace:
    """The trace in an ITF document; :class:`TraceError` where it does not have the shape of one."""
    for key in document:
        if key not in (_META, "params", "vars", "states", "loop"):
            raise TraceError(f"ITF: unknown field {key!r}; known are #meta, params, vars, states, loop")
    meta = of_kind(_optional(document, _META, {}), dict, _META)
    names = [of_kind(name, str, "vars: a name") for name in of_kind(document["vars"], list, "vars")]
    for name in of_kind(_optional(document, "params", []), list, "params"):
        of_kind(name, str, "params: a name")
    states = of_kind(document["states"], list, "states")
    loop = of_kind(_optional(document, "loop", -1), int, "loop")
    if not -1 <= loop < len(states):
        raise TraceError(f"ITF: loop is {loop}, and the states have the numbers 0 to {len(states) - 1}")
    origin = None
    if meta.get("mc") is not None:
        own = of_kind(meta["mc"], dict, "#meta: mc")
        if own.keys() - {"config"} != {"spec", "model"}:
            raise TraceError("#meta: mc must have the fields spec and model")
        origin = read_origin(own)
    read = tuple(_state(state, names, f"state {n}") for n, state in enumerate(states, 1))
    return Trace(read, origin, tuple(loop_notes(None if loop < 0 else loop + 1)), is_typed=False)


def _optional(document: Mapping[str, Any], key: str, otherwise: Any) -> Any:
    """An optional field; some tools write null where they have nothing to say."""
    value = document.get(key)
    return otherwise if value is None else value


def _state(given: Any, names: list[str], what: str) -> TracedState:
    state = of_kind(given, dict, what)
    for name in names:
        if name not in state:
            raise TraceError(f"{what} has no value for {name}, which vars lists")
    meta = of_kind(_optional(state, _META, {}), dict, f"{what}: #meta")
    action, arguments = meta.get("action"), meta.get("arguments")
    values = {name: from_itf(state[name], f"{what}: {name}") for name in names if not name.startswith(_MBT)}
    if isinstance(state.get(_TAKEN), str):
        # The innermost action that was chosen, which need not be the whole step; "" where it has no name.
        return TracedState(local_name(state[_TAKEN]), None, values, hint=True)
    return TracedState(
        None if action is None else of_kind(action, str, f"{what}: #meta: action"),
        None
        if arguments is None
        else tuple(
            read_value(argument, f"{what}: #meta: arguments")
            for argument in of_kind(arguments, list, f"{what}: #meta: arguments")
        ),
        values,
    )


def from_itf(given: Any, what: str) -> Any:
    """The value of an ITF expression, as far as it says; ``what`` it is, for errors."""
    try:
        return _value(given, what)
    except RecursionError:
        raise TraceError(f"{what}: the value is nested too deeply") from None


def _value(given: Any, what: str) -> Any:
    if isinstance(given, (str, bool, int)):
        return given
    if isinstance(given, list):
        return SeqValue(_value(element, what) for element in given)
    if not isinstance(given, dict):
        raise TraceError(f"{what}: {shown(given)} is not an expression of ITF")
    special = [key for key in given if key.startswith("#")]
    if not special:
        return RecordValue({name: _value(part, what) for name, part in given.items()})
    if len(given) == 1:
        content = given[special[0]]
        match special[0]:
            case "#bigint" if isinstance(content, str) and re.fullmatch(r"-?[0-9]{1,4000}", content):
                return int(content)
            case "#tup" if isinstance(content, list):
                return SeqValue(_value(element, what) for element in content)
            case "#set" if isinstance(content, list):
                return frozenset(_value(element, what) for element in content)
            case "#map" if isinstance(content, list) and all(isinstance(p, list) and len(p) == 2 for p in content):
                return FnValue({_value(key, what): _value(image, what) for key, image in content})
    raise TraceError(f"{what}: {shown(given)} is not an expression of ITF")
