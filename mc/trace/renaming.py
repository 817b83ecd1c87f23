"""Which renaming of the symmetric values makes one state of another.

Values get their images one by one, as long as both states look the same to who does not know the names of the
others. So it is found without going through all renamings, of which there are as many as orders of the values.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mc.lang.state import State, renamed
from mc.lang.text import to_tla
from mc.lang.values import FnValue, ModelValue, ModelValueSet, RecordValue
from mc.spec.objects import Spec
from mc.trace.behavior import ReplayError

Renaming = Mapping[ModelValue, ModelValue]


def find_renaming(spec: Spec, state: State, target: State) -> Renaming:
    """A symmetry of the model that makes ``target``, a state of the same orbit, of ``state``.

    It has all symmetric values in it. Each is left alone if those before it allow that.
    """
    sets: list[ModelValueSet] = [spec.constants[name] for name in spec.model.symmetry]
    if state == target:
        return {value: value for members in sets for value in members}
    values = [(value, members) for members in sets for value in members]
    names, images = ({value: f"\0{members.name}" for value, members in values} for _ in range(2))

    def extend(number: int, renaming: dict[ModelValue, ModelValue]) -> Renaming | None:
        if number == len(values):
            return renaming if renamed(state, renaming) == target else None
        value, members = values[number]
        anonymous, names[value] = names[value], f"\0{number}"
        free = [image for image in members if image not in renaming.values()]
        for image in sorted(free, key=lambda image: image is not value):
            images[image] = names[value]
            if _anonymous(state.values, names) == _anonymous(target.values, images):
                found = extend(number + 1, {**renaming, value: image})
                if found is not None:
                    return found
            images[image] = anonymous
        names[value] = anonymous
        return None

    found = extend(0, {})
    if found is None:
        raise ReplayError(f"no symmetry makes the representative that the search stored of this state:\n{state!r}")
    return found


def _anonymous(value: Any, names: Mapping[ModelValue, str]) -> str:
    """A text of a value with these names in it, which may be those of several model values at once."""
    if isinstance(value, ModelValue):
        return names.get(value, value.name)
    if isinstance(value, tuple):
        return f"<{','.join(_anonymous(v, names) for v in tuple.__iter__(value))}>"
    if isinstance(value, (set, frozenset)):
        return f"{{{','.join(sorted(_anonymous(v, names) for v in value))}}}"
    if isinstance(value, RecordValue):
        value = value.fields
    if isinstance(value, (Mapping, FnValue)):
        return f"({','.join(sorted(f'{_anonymous(k, names)}:{_anonymous(v, names)}' for k, v in value.items()))})"
    return to_tla(value)
