"""How tuples are stored whose components are not alike: side by side, by their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from mc.engine.store.shapes import RecordShape, Shape
from mc.lang.values import SeqValue


class TupleShape(RecordShape):
    """A tuple: its components as the fields ``1``, ``2`` and so on."""

    def __init__(self, components: Sequence[Shape]) -> None:
        super().__init__({str(number): shape for number, shape in enumerate(components, 1)})
        self.key = ("tuple", *self.key[1:])

    def parts(self, value: Any) -> Iterable[Any]:
        return tuple.__iter__(value)

    def made(self, parts: Iterable[Any]) -> SeqValue:
        return SeqValue(parts)
