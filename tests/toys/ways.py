"""Ways to search: how it is told to search, and where it is interrupted, must not change what a search finds."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from unittest.mock import patch

from mc.engine.runtime import words

from mc.engine.search import breadth
from mc.engine.search.checkpoint import MANIFEST, Checkpoints, read_checkpoint
from mc.engine.search.compiled import Engine
from mc.engine.search.limits import Limits
from mc.engine.result import Result
from mc.lang.state import State

#: Of searches that are not told; others may have smaller batches and levels that are expanded alone, not larger ones.
BATCH, NARROW = words.BATCH, words.NARROW

#: What goes to files where memory is little.
FILES = ("levels", "visited set", "visited set now and then")


@contextmanager
def little_memory(directory: Path, what: str = "levels") -> Iterator[Limits]:
    """So little memory that before each batch the levels go to files, and with them the visited set or not; or that
    both do so before every fifth batch only."""
    limit, batches, due = 1 << 40, itertools.count(), breadth.BreadthFirst._due
    little = limit - limit // (breadth.SPARE if what == "levels" else breadth.LEAST) + 1
    every, taken = 5 if what == "visited set now and then" else 1, [little]

    def before_a_batch(search: breadth.BreadthFirst) -> bool:
        taken[0] = 0 if next(batches) % every else little
        return due(search)

    with (
        patch.object(breadth.BreadthFirst, "_due", before_a_batch),
        patch.object(breadth, "resident", lambda held: taken[0]),
    ):
        yield Limits(memory=limit, directory=directory)


@dataclass(frozen=True)
class Way:
    """One way to search."""

    workers: int = 1
    order: str = "bfs"
    #: Parents in a batch, at most, and in a part of it, at least.
    batch: int = BATCH
    part: int = breadth.LEAST_PART
    #: Parents in a level that one thread expands alone, at most.
    narrow: int = NARROW
    #: What goes to files, of ``FILES``; nothing if empty.
    files: str = ""
    #: Limits that it comes to, one after the other; each time it goes on from its last checkpoint, with other workers.
    interruptions: tuple[Limits, ...] = ()
    #: Levels from one checkpoint to the next.
    every: int = 1
    #: Whether checkpoints have the states of all levels, which are then compared too.
    keep: bool = False

    @property
    def traits(self) -> list[str]:
        """What is special about it, for a report."""
        found = [f"{self.order}, {self.workers} workers", f"batches of {self.batch}", f"parts of {self.part}"]
        found.append(f"levels of {self.narrow} alone")
        found += [f"{self.files} in files"] * bool(self.files) + ["states of all levels compared"] * self.keep
        for limits in self.interruptions:
            found.append(f"interrupted by {'max-depth' if limits.max_depth else 'max-states'}")
        return found

    def search(self, engine: Engine, depth: int | None = None) -> tuple[Result, list[set[State]]]:
        """The result, up to a level if one is given; and if they are kept, the states of each level."""
        with ExitStack() as stack:
            directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mc-way-")))
            stack.enter_context(patch.object(words, "BATCH", self.batch))
            stack.enter_context(patch.object(words, "NARROW", self.narrow))
            stack.enter_context(patch.object(breadth, "LEAST_PART", self.part))
            limits = stack.enter_context(little_memory(directory, self.files)) if self.files else Limits()
            checkpoint, workers = None, self.workers
            for stop in (*self.interruptions, Limits()):
                made = None
                if self.interruptions or self.keep:
                    made = Checkpoints(directory / "checkpoint", self.every, {}, checkpoint)
                deepest = min((d for d in (stop.max_depth, depth) if d is not None), default=None)
                limits = replace(limits, max_states=stop.max_states, max_depth=deepest)
                found = engine.search(
                    workers, self.order, limits=limits, simplest=self.keep, checkpoints=made, resumed=checkpoint
                )
                if found.verdict != "incomplete":
                    break
                if (directory / "checkpoint" / MANIFEST).exists():
                    checkpoint = read_checkpoint(directory / "checkpoint")
                workers = workers % 3 + 1
            return found, self._levels(engine, directory / "checkpoint")

    def _levels(self, engine: Engine, directory: Path) -> list[set[State]]:
        # A search of one level writes none.
        if not self.keep or not (directory / MANIFEST).exists():
            return []
        last = read_checkpoint(directory)
        blocks = [list(last.read(last.rows[str(level)])) for level in range(len(last.levels))]
        return [{s for b in level for s in engine.layout.unpack_rows(b.reshape(-1, engine.words))} for level in blocks]


def drawn_way(random: Random, levels: int, states: int) -> Way:
    """Some way to search breadth-first; ``levels`` and ``states``: about how many there are."""
    interruptions = []
    for _ in range(random.choice((0, 0, 1, 2, 3))):
        # There is none where an initial state stops the search.
        depth, most = random.randint(1, max(1, levels)), random.randint(1, max(1, states))
        interruptions.append(random.choice((Limits(max_depth=depth), Limits(max_states=most))))
    keep = random.random() < 0.3
    return Way(
        workers=random.randint(1, 3),
        batch=random.choice((1, 3, 17, 100, BATCH)),
        part=random.choice((1, 8, breadth.LEAST_PART)),
        narrow=random.choice((0, 3, 20, NARROW)),
        files=random.choice(("", "", *FILES)),
        interruptions=tuple(interruptions),
        every=1 if keep else random.randint(1, 4),
        keep=keep,
    )
