"""Run contestants in turn, and hold their counts to mc's."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from .cases import Case
from .engine import Contestant, Engine
from .machine import facts
from .measurement import BenchmarkError, Measurement, Record, Results


def run(
    cases: Sequence[Case],
    engines: Sequence[Engine],
    rounds: int,
    say: Callable[[str], None],
    keep: Callable[[Results], None],
) -> Results:
    """Measure every engine on every case once a round.

    All contestants of a round come before the next round, so that what else the machine does falls on all of
    them. ``say`` is told of each run, ``keep`` gets the results after each round.
    Raises :class:`BenchmarkError` where a contestant fails, or counts other than the first one of its case.
    """
    results = Results(facts(), {case.name: case.description for case in cases})
    with tempfile.TemporaryDirectory(prefix="mc-benchmark-") as scratch:
        ready: list[tuple[Record, Contestant]] = []
        for case in cases:
            for engine in engines:
                record = Record(case.name, engine.name)
                results.records.append(record)
                record.absent = engine.unfit(case) or engine.missing()
                if record.absent:
                    say(f"{case.name:<18} {engine.name:<11} {record.absent}")
                    continue
                say(f"{case.name:<18} {engine.name:<11} is made ready")
                directory = Path(scratch, case.name.replace(":", "-"), engine.name)
                directory.mkdir(parents=True)
                contestant = engine.prepare(case, directory)
                record.cold_compile_seconds = contestant.cold_compile_seconds
                record.visited_bytes_per_state = contestant.visited_bytes_per_state
                ready.append((record, contestant))
        for number in range(1, rounds + 1):
            for record, contestant in ready:
                measured = contestant.measure()
                record.rounds.append(measured)
                check_counts(results.of(record.case), record, measured)
                say(
                    f"{record.case:<18} {record.engine:<11} round {number}:"
                    f" {measured.explore_seconds:9.3f} s of {measured.process_seconds:9.3f} s"
                )
            keep(results)
    return results


def check_counts(rivals: Sequence[Record], record: Record, measured: Measurement) -> None:
    """:class:`BenchmarkError` where a contestant counts other than the first one that was measured (mc, if it runs)."""
    first = next(rival for rival in rivals if rival.rounds)
    expected = first.rounds[0]
    if (measured.generated, measured.distinct) != (expected.generated, expected.distinct):
        raise BenchmarkError(
            f"{record.case}: {record.engine} has {measured.generated:,} generated, {measured.distinct:,} distinct;"
            f" {first.engine} has {expected.generated:,} generated, {expected.distinct:,} distinct"
        )
