"""Sentences of a spec with expressions in braces: ``"{i} and {j} lead in term {s.currentTerm[i]}"``."""

from __future__ import annotations

import ast

from mc.formula.nodes import Expression
from mc.read.python.expressions import Expressions, Scope, Texts
from mc.read.text import parse_expression


class Template:
    """A sentence about a state and the values of some names.

    :class:`SyntaxError` where what stands in braces is no expression.
    """

    def __init__(self, text: str, file: str, texts: Texts) -> None:
        self.file, self.texts = file, texts
        parsed = parse_expression("f" + repr(text))
        self._parts = parsed.values if isinstance(parsed, ast.JoinedStr) else []

    def read(self, names: frozenset[str]) -> tuple[str | Expression, ...]:
        """Texts and formulas in turn, where these local names have values; :class:`SpecError` for an unknown name."""
        reader, scope = Expressions(self.texts, self.file), Scope({name: name for name in names})
        return tuple(
            reader.expression(part.value, scope)
            if isinstance(part, ast.FormattedValue)
            else str(ast.literal_eval(part))
            for part in self._parts
        )
