"""What is measured, and what is computed from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

SCHEMA = 1


class BenchmarkError(Exception):
    """A contestant failed, or counts what it should not."""


@dataclass(frozen=True)
class Measurement:
    """One run of a contestant: a whole process."""

    generated: int
    distinct: int
    #: The search alone, as the contestant itself says.
    explore_seconds: float
    #: From the start of the process to its end.
    process_seconds: float
    #: The largest resident set of the process.
    peak_rss_bytes: int
    #: Compiling, or loading what was compiled before; None for what does not compile.
    compile_seconds: float | None = None


@dataclass
class Record:
    """A contestant on a model, and what it needed in each round."""

    case: str
    engine: str
    #: Why it was not run; empty where it was.
    absent: str = ""
    #: Compiling with an empty code cache.
    cold_compile_seconds: float | None = None
    #: Size of the visited set at the end of the search, divided by the distinct states in it.
    visited_bytes_per_state: float | None = None
    rounds: list[Measurement] = field(default_factory=list)

    def values(self, name: str) -> list[float]:
        """What a field of the measurements was in each round that has it."""
        return [value for value in (getattr(m, name) for m in self.rounds) if value is not None]

    def median(self, name: str) -> float | None:
        """The median over the rounds; None where nothing was measured."""
        values = self.values(name)
        return median(values) if values else None

    @property
    def generated_per_second(self) -> float | None:
        """States generated in a second of the search, in the median round."""
        seconds = self.median("explore_seconds")
        return self.rounds[0].generated / seconds if seconds else None


@dataclass
class Results:
    """A whole run of the benchmark."""

    #: Facts that the figures depend on, by their names.
    machine: dict[str, Any]
    #: What each model is.
    cases: dict[str, str]
    records: list[Record] = field(default_factory=list)

    def of(self, case: str) -> list[Record]:
        """All contestants on a model."""
        return [record for record in self.records if record.case == case]

    def counted(self, case: str) -> Measurement | None:
        """Some measurement of a model: what it counts, all of them count."""
        return next((record.rounds[0] for record in self.of(case) if record.rounds), None)

    def find(self, case: str, engine: str) -> Record | None:
        """A contestant on a model."""
        return next((record for record in self.of(case) if record.engine == engine), None)

    def to_json(self) -> dict[str, Any]:
        """As it is written to a file."""
        return {"schema": SCHEMA, **asdict(self)}

    @staticmethod
    def from_json(document: Any) -> Results:
        """What :meth:`to_json` wrote; :class:`BenchmarkError` for anything else."""
        if not isinstance(document, dict) or document.get("schema") != SCHEMA:
            raise BenchmarkError(f"not a file of this benchmark, or of another schema than {SCHEMA}")
        try:
            records = [
                Record(**{**record, "rounds": [Measurement(**m) for m in record["rounds"]]})
                for record in document["records"]
            ]
            return Results(document["machine"], document["cases"], records)
        except (KeyError, TypeError) as error:
            raise BenchmarkError(f"not a file of this benchmark: {error!r}") from None


def ratio(numerator: float | None, denominator: float | None) -> float | None:
    """How many times larger; None where one of them is missing or 0."""
    return numerator / denominator if numerator and denominator else None


def spread(values: Sequence[float]) -> float:
    """The range of some figures as a part of their median: 0.1 where they differ by 10 %."""
    middle = median(values)
    return (max(values) - min(values)) / middle if middle else 0.0


def fastest(records: Iterable[Record]) -> Record | None:
    """The one with the shortest median search."""
    timed = [(seconds, record) for record in records if (seconds := record.median("explore_seconds")) is not None]
    return min(timed, key=lambda pair: pair[0])[1] if timed else None
