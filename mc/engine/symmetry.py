"""Symmetry: the group that a model declares, and the generated function that finds representatives."""

from __future__ import annotations

import math

from mc.engine.layout import Layout
from mc.engine.translate.module import Module
from mc.lang.values import ModelValueSet
from mc.spec.objects import Spec


class Symmetry:
    """The product of the symmetric groups of the model's symmetric constants."""

    def __init__(self, spec: Spec, layout: Layout) -> None:
        self.sets: tuple[ModelValueSet, ...] = tuple(spec.constants[name] for name in spec.model.symmetry)
        self.layout = layout
        self.size = math.prod(math.factorial(len(s)) for s in self.sets)

    def __call__(self, module: Module) -> str:
        """The source of ``canonical(t, x)``: t becomes its orbit's representative; returns the stabiliser's size."""
        return '@jit\ndef canonical(t, x):\n    """No symmetry is declared."""\n    return 1'
