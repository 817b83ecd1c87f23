"""The command line: the only part of mc that prints, exits or reads the environment."""

import time

#: When the process began, as nearly as Python code can tell: this is imported before all else.
_START = time.perf_counter()


def since_start() -> float:
    """Seconds since the process began."""
    return time.perf_counter() - _START
