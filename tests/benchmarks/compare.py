"""What changed between two runs of the benchmark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from .measurement import Record, Results, ratio, spread
from .table import RIVAL

#: What is compared: the field of a measurement, and what it is called.
TIMES = {"explore_seconds": "search", "process_seconds": "process"}
#: Rounds that agree by chance do not make a smaller change than this one certain.
LEAST_NOISE = 0.05
#: Nor is a shorter time told from another: SPIN counts in hundredths of a second.
LEAST_SECONDS = 0.02
#: Facts of the machine without which times cannot be compared.
MACHINE = ("processor", "processors", "memory_bytes")


@dataclass(frozen=True)
class Change:
    """One time of a contestant on a model, before and after."""

    case: str
    engine: str
    what: str
    #: In each round, in seconds.
    before: tuple[float, ...]
    after: tuple[float, ...]
    #: How many times longer TLC takes than before, a measure of the machine; None where it was not run.
    tlc: float | None

    @property
    def ratio(self) -> float:
        """How many times longer than before."""
        return ratio(median(self.after), median(self.before)) or 1.0

    @property
    def noise(self) -> float:
        """The larger spread of the two, as a part of the median."""
        return max(LEAST_NOISE, spread(self.before), spread(self.after))

    @property
    def exceeds_noise(self) -> bool:
        """Whether all rounds of one are faster than all of the other, and by more than the rounds among themselves."""
        if max(self.before) >= min(self.after) and max(self.after) >= min(self.before):
            return False
        least, most = sorted((median(self.before), median(self.after)))
        return most - least > max(LEAST_SECONDS, self.noise * least)

    def slower(self, factor: float) -> bool:
        """Whether it takes more than ``factor`` times as long, and that is not noise."""
        return self.ratio > factor and self.exceeds_noise

    def __str__(self) -> str:
        verdict = ("slower" if self.ratio > 1 else "faster") if self.exceeds_noise else "within the noise"
        beside = "" if self.tlc is None else f"{self.ratio / self.tlc:.2f}x"
        return (
            f"{self.case:<18} {self.engine:<11} {self.what:<8} {median(self.before):9.3f} {median(self.after):9.3f}"
            f" {self.ratio:7.2f}x {100 * self.noise:6.0f} % {beside:>9}  {verdict}"
        )


def changes(before: Results, after: Results) -> Iterator[Change]:
    """The times of all contestants that both runs have, on models that both count alike."""
    for old in before.records:
        new = after.find(old.case, old.engine)
        if new is None or not old.rounds or not new.rounds or counts(old) != counts(new):
            continue
        rivals = before.find(old.case, RIVAL), after.find(old.case, RIVAL)
        for name, what in TIMES.items():
            first, second = (None if rival is None else rival.median(name) for rival in rivals)
            times = tuple(old.values(name)), tuple(new.values(name))
            yield Change(old.case, old.engine, what, *times, ratio(second, first))


def counts(record: Record) -> tuple[int, int]:
    """Generated and distinct states."""
    return record.rounds[0].generated, record.rounds[0].distinct


def remarks(before: Results, after: Results) -> Iterator[str]:
    """What stands in the way of a comparison."""
    for fact in MACHINE:
        old, new = before.machine.get(fact), after.machine.get(fact)
        if old != new:
            yield f"another machine: {fact} {old} and {new}; judge by the ratio beside TLC's"
    for old in before.records:
        new = after.find(old.case, old.engine)
        if not old.rounds:
            continue
        if new is None or not new.rounds:
            yield f"{old.case}, {old.engine}: not in the new run"
        elif counts(old) != counts(new):
            yield f"{old.case}, {old.engine}: not the same model, the counts differ: {counts(old)} and {counts(new)}"


def compare(before: Results, after: Results, factor: float) -> tuple[str, int]:
    """The comparison as text, and the exit code: 1 where something takes more than ``factor`` times as long."""
    found = list(changes(before, after))
    head = f"{'':<39} {'before s':>9} {'after s':>9} {'ratio':>8} {'noise':>8} {'/ TLC':>9}"
    slower = [change for change in found if change.slower(factor)]
    worst = [f"{c.case}, {c.engine}: {c.what} takes {c.ratio:.2f} times as long" for c in slower]
    verdict = worst or [f"Nothing takes more than {factor} times as long as before."]
    lines = [*remarks(before, after), head, *map(str, found), "", *verdict]
    return "\n".join(lines), int(bool(slower))
