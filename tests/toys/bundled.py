"""Bundled specs with models like those that they come with, but other constants and symmetries."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from mc.read.models import bundled_names, find_spec, read_models
from mc.spec.objects import Model


def drawn_model(random: Random) -> tuple[Path, Model]:
    """A bundled spec, and a model that it may not even have a state for."""
    path = find_spec(random.choice(bundled_names()))[0]
    model = random.choice(list(read_models(path).models.values()))
    constants = dict(model.constants)
    for name in random.sample(sorted(constants), random.randint(0, min(2, len(constants)))):
        constants[name] = _another(constants[name], random)
    return path, replace(
        model,
        constants=constants,
        symmetry=tuple(name for name in model.symmetry if random.random() < 0.7),
        invariants=random.choice((model.invariants, None)),
        deadlock=random.random() < 0.5,
    )


def _another(value: Any, random: Random) -> Any:
    """A number near this one, or 1 less of the names."""
    if isinstance(value, int) and not isinstance(value, bool):
        return max(min(1, value), value + random.choice((-1, -1, 1)))
    return value[:-1] if isinstance(value, list) and len(value) > 1 else value
