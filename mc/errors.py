"""The errors that a user can cause, each with the exit code that reports it.

Codes 0-255 are those of TLC (``tlc2.output.EC.ExitStatus``) where TLC has one.
"""

from __future__ import annotations

EXIT_OK = 0
EXIT_USAGE = 2
EXIT_ASSUMPTION = 10
EXIT_DEADLOCK = 11
EXIT_INVARIANT = 12
EXIT_PROPERTY = 13
EXIT_ASSERT = 14
EXIT_INCOMPLETE = 20
EXIT_MISMATCH = 21
EXIT_EXPECTATION = 22
EXIT_VACUOUS = 23
EXIT_EVALUATION = 75
EXIT_NO_STATE_PREDICATE = 76
EXIT_SPEC = 150
EXIT_MODEL = 151
EXIT_INTERNAL = 255


def printable(text: str) -> str:
    """``text``, perhaps from a foreign file, without what could control a terminal or cannot be encoded."""
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text)


class McError(Exception):
    """A mistake the user can mend. ``str(error)`` names the place and the mend."""

    exit_code = EXIT_INTERNAL


class UsageError(McError):
    """A command line that cannot be carried out as it stands."""

    exit_code = EXIT_USAGE


class TraceError(UsageError):
    """A file that is not a trace, or not one of the spec it is read for."""

    def __init__(self, message: str) -> None:
        super().__init__(printable(message))


class NotABehaviorError(McError):
    """A trace that the spec does not allow."""

    exit_code = EXIT_MISMATCH


class SpecError(McError):
    """A spec file that does not load or does not follow the language's rules."""

    exit_code = EXIT_SPEC

    def __init__(
        self, message: str, file: str | None = None, line: int | None = None, column: int | None = None
    ) -> None:
        """``column`` counts from 1."""
        place = ":".join(str(part) for part in (file, line, column) if part is not None)
        super().__init__(message if file is None else f"{place}: {message}")
        self.message = message
        self.file = file
        self.line = line
        self.column = column


class ModelError(McError):
    """A model (YAML, or options of the command line) that does not fit its spec."""

    exit_code = EXIT_MODEL

    def __init__(self, message: str, line: int = 0) -> None:
        """``line``: of the YAML, if that is known; the message names it too."""
        super().__init__(message)
        self.line = line


class InvariantError(ModelError):
    """An invariant that is no state predicate, for which TLC has an exit code of its own."""

    exit_code = EXIT_NO_STATE_PREDICATE


class EvaluationError(McError):
    """A spec that cannot be evaluated in a state: TLC's codes 75 to 77."""

    exit_code = EXIT_EVALUATION
    #: Whether the message begins with a place already: that of the innermost expression.
    is_placed = False


class DomainError(EvaluationError):
    """A value outside the domain or beyond the capacity that the spec declares for it."""


class KindError(DomainError):
    """A value of a kind that TLC does not compare with the other, or that an operator is not for."""
