"""Random specs in both engines; ``python -m tests.soak`` goes on for as long as asked."""

from __future__ import annotations

from collections import Counter

import pytest
from soak import try_seed

#: How many seeds of a batch say something: not too small, too large or outside the language.
SEEDS = 7
TELLING = {"ok", "error", "violation", "deadlock"}


@pytest.mark.parametrize("first", [20000, 30000, 40000, 50000, 60000])
def test_random_specs(first: int) -> None:
    outcomes = Counter(try_seed(seed, limit=250).partition(",")[0] for seed in range(first, first + SEEDS))
    assert sum(count for outcome, count in outcomes.items() if outcome in TELLING) >= SEEDS // 3, outcomes
