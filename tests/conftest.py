"""Settings of all tests."""

from __future__ import annotations

from hypothesis import settings

# The suite tries the same examples every time, so that its result is the code's; new ones are for tests/soak.py.
settings.register_profile("suite", derandomize=True, deadline=None)
settings.load_profile("suite")
