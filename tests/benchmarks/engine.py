"""What a contestant is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .cases import Case
from .measurement import Measurement


@dataclass(frozen=True)
class Contestant:
    """An engine that is ready to search a model."""

    measure: Callable[[], Measurement]
    #: See :class:`~.measurement.Record`.
    cold_compile_seconds: float | None = None
    visited_bytes_per_state: float | None = None


class Engine(ABC):
    """A model checker with certain options."""

    #: What ``--engines`` and the table call it.
    name: str

    def missing(self) -> str:
        """What is to be installed first, and how; empty where all is there."""
        return ""

    def unfit(self, case: Case) -> str:
        """Why a model is not for this engine; empty where it is."""
        return ""

    @abstractmethod
    def prepare(self, case: Case, directory: Path) -> Contestant:
        """Do what precedes all rounds, in an empty directory that stays until the end."""
