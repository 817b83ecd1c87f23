"""Settings of all tests."""

from __future__ import annotations

from hypothesis import settings

from mc.cli.options import cache_directory
from mc.engine import program

# The suite tries the same examples every time, so that its result is the code's; new ones are for tests/soak.py.
settings.register_profile("suite", derandomize=True, deadline=None)
settings.load_profile("suite")

# Where the commands keep machine code: what one test has compiled another need not, and CI's is empty at first.
program.CACHE = cache_directory()
