"""Errors that a search tells apart from others: those of a successor as a whole, and a false Assert."""

from __future__ import annotations

from mc.errors import EvaluationError


class SuccessorError(EvaluationError):
    """A way to a successor has ended, and the successor is no state. TLC has counted it as generated."""


class IncompleteError(SuccessorError):
    """A successor, or an initial state, in which variables have no value."""


class AssertError(EvaluationError):
    """``Assert`` of what is FALSE: an exit code of its own in TLC (14)."""
