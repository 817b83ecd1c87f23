"""The layout of a state: which bits of which word hold each variable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from mc.engine.store.shapes import RecordShape, Shape
from mc.engine.store.slots import words_of
from mc.engine.store.storage import shape_of
from mc.errors import SpecError
from mc.lang.domains import Domain
from mc.lang.state import State
from mc.spec.objects import Spec

#: Bytes of its stack that a thread may use for states.
STACK = 1 << 22

Rows = npt.NDArray[np.int64]


class Layout:
    """Packs states into rows of ``words`` int64 and back."""

    def __init__(self, variables: Mapping[str, Domain], spec: Spec | None = None) -> None:
        """``spec``: what an error says the declarations are of."""
        self.variables = dict(variables)
        self.fields: dict[str, Shape] = {}
        for name, domain in variables.items():
            try:
                shape = self.fields[name] = shape_of(domain)
                if 8 * shape.words > STACK:
                    raise SpecError(f"it takes {8 * shape.words:,} bytes; at most {STACK:,} are supported: narrow it")
            except SpecError as error:
                place = spec.declaration(name) if spec is not None else (None, None)
                raise SpecError(f"variable {name}: {error.message}", *place) from None
        record = RecordShape(self.fields, first_word=True)
        self.offsets = record.offsets
        self.words = record.words

    def pack_part(self, variable: str, value: Any) -> int:
        """One variable's share of a state's code; the sum over all variables is the whole code."""
        return self.fields[variable].encode(value) << self.offsets[variable]

    def pack(self, state: State) -> Rows:
        """The row of a state, shape ``(words,)``."""
        code = sum(self.pack_part(name, value) for name, value in state.values.items())
        return np.array(words_of(code, self.words), np.int64)

    def unpack(self, row: Rows) -> State:
        """The state that a row stands for."""
        return self.unpack_rows(row.reshape(1, -1))[0]

    def unpack_rows(self, rows: Rows) -> list[State]:
        """The states of rows, shape ``(n, words)``: each value is decoded once, since values recur."""
        codes = [int.from_bytes(row.astype("<i8").tobytes(), "little") for row in rows]
        columns = []
        for name, shape in self.fields.items():
            parts = [code >> self.offsets[name] & shape.mask for code in codes]
            values = {part: shape.decode(part) for part in set(parts)}
            columns.append([values[part] for part in parts])
        return [State(dict(zip(self.fields, values, strict=True))) for values in zip(*columns, strict=True)]
