"""What the module TLC knows of a run: registers, and what is printed."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from mc.errors import EvaluationError
from mc.interpreter.shown import text


class Registers:
    """``TLCGet`` and ``TLCSet``, and where ``Print`` prints."""

    def __init__(self) -> None:
        #: What is known under a name: ``level`` and so on. The search keeps it up to date; what is callable is called.
        self.named: dict[str, Any] = {}
        #: The values that are set, by number.
        self.numbered: dict[int, Any] = {}
        self.print: Callable[[str], None] = print
        self.random = Random(0)

    def get(self, key: Any) -> Any:
        """``TLCGet(key)``"""
        if type(key) is int and key >= 0:
            if key in self.numbered:
                return self.numbered[key]
            raise EvaluationError(f"TLCGet({key}) was undefined")
        if type(key) is str and key in self.named:
            value = self.named[key]
            return value() if callable(value) else value
        raise EvaluationError(f"The argument of TLCGet should be a nonnegative integer, but instead it is {text(key)}")

    def set(self, key: Any, value: Any) -> bool:
        """``TLCSet(key, value)``"""
        if type(key) is int and key >= 0:
            self.numbered[key] = value
        else:
            raise EvaluationError(f"The first argument of TLCSet should be a nonnegative integer, not {text(key)}")
        return True
