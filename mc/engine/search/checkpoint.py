"""Checkpoints: what a breadth-first search needs to go on from the end of a level, in a directory.

A checkpoint consists of files of 64-bit words and of ``manifest.json``, which names them with their checksums.
Files are written under new names; then the manifest is renamed into place, and what it does not name is
removed. So there is a whole checkpoint at every moment from the first one on, whatever happens.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

import mc
from mc.dataclass import dataclass
from mc.engine.program.program import Program, Words
from mc.engine.search.levels import Items, Levels
from mc.errors import UsageError

FORMAT = "mc-checkpoint"
SCHEMA = 1
MANIFEST = "manifest.json"
#: Words that are read or written at once, at most.
BLOCK = 1 << 18
#: Files of origins, at most.
SEGMENTS = 64

#: A file's name has the number of its checkpoint, and that of rows may have their level.
_FILE = re.compile(r"(?:origins|rows|visited|manifest)-(\d+)(?:-\d+)?")


class CheckpointError(UsageError):
    """A directory whose checkpoint cannot be read, written or used."""


def program_hash(program: Program) -> str:
    """The hash of all generated code: of what a spec and model mean, and of the layout of states."""
    return hashlib.sha256(f"{program.code.kernels}\n{program.source}".encode()).hexdigest()


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint as its manifest describes it."""

    directory: Path
    #: Which mc wrote it; which spec and model it is of, as a saved trace says it; the hash of the program.
    version: str
    origin: dict[str, Any]
    program: str
    #: Whether it has the rows of all levels, for ``--simplest``.
    simplest: bool
    #: Whether the visited set has whole states.
    exact: bool
    #: States per level; those of the last one were not expanded.
    levels: list[int]
    #: What the search has counted, by name; it alone knows what that means.
    counters: dict[str, Any]
    #: Files, each with its name, its checksum, how many words it has, and how many an item: the origins of all
    #: states in order, the rows by level, and the fingerprints.
    origins: list[dict[str, Any]]
    rows: dict[str, dict[str, Any]]
    visited: dict[str, Any]

    def check(self, program: Program) -> None:
        """:class:`CheckpointError` where another program, or another version of mc, made it."""
        if self.version != mc.__version__:
            raise self.error(f"mc {self.version} wrote it, and this is mc {mc.__version__}: go on with that one")
        if self.program != program_hash(program):
            raise self.error("its spec or mc itself has changed since: start again, without --resume")

    def error(self, what: str) -> CheckpointError:
        """An error about this checkpoint."""
        return CheckpointError(f"the checkpoint in {self.directory}: {what}")

    def damaged(self, what: str) -> CheckpointError:
        """An error about a checkpoint that is not as it was written."""
        return self.error(f"{what}: it is damaged; use a copy of it, or start again without --resume")

    def read(self, file: Mapping[str, Any]) -> Iterator[Words]:
        """The items of a file, in blocks of the shape they had; :class:`CheckpointError` where it is damaged."""
        digest = hashlib.sha256()
        left, width = int(file["words"]), int(file["width"])
        try:
            with (self.directory / file["name"]).open("rb") as stream:
                while left:
                    block = np.empty(min(left, max(1, BLOCK // width) * width), np.int64)
                    if stream.readinto(block.data.cast("B")) != block.nbytes:
                        raise self.damaged(f"{file['name']} has lost its end")
                    digest.update(block.data)
                    left -= block.size
                    yield block.reshape(-1, width) if width > 1 else block
        except OSError as error:
            raise self.damaged(f"{file['name']} cannot be read ({error.strerror})") from None
        if digest.hexdigest() != file["sha256"]:
            raise self.damaged(f"{file['name']} is not what was written")


def read_checkpoint(directory: Path) -> Checkpoint:
    """The checkpoint in a directory; :class:`CheckpointError` where there is none, or a damaged one."""
    where = f"the checkpoint in {directory}"
    try:
        document = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
        if document["format"] != FORMAT:
            raise ValueError
        if document["schema"] != SCHEMA:
            raise CheckpointError(f"{where}: it has schema {document['schema']}, and this mc reads schema {SCHEMA}")
        if _digest(document["checkpoint"]) != document["sha256"]:
            raise ValueError
        return Checkpoint(directory, **document["checkpoint"])
    except FileNotFoundError:
        raise CheckpointError(f"there is no checkpoint in {directory}: it has no {MANIFEST}") from None
    except OSError as error:
        raise CheckpointError(f"{where}: cannot read {MANIFEST}: {error.strerror}") from None
    except (ValueError, TypeError, KeyError):
        raise CheckpointError(
            f"{where}: {MANIFEST} is damaged, or not of a checkpoint; use a copy of it, or start again without --resume"
        ) from None


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


class Checkpoints:
    """Writes checkpoints of one search, each in place of the one before.

    ``every``: levels from one to the next; None: as often as takes a tenth of the time. ``origin``: which spec
    and model they are of. ``resumed``: the checkpoint that the search goes on from. :class:`CheckpointError` where
    the directory cannot be written, or has another checkpoint.
    """

    def __init__(
        self, directory: Path, every: int | None, origin: dict[str, Any], resumed: Checkpoint | None = None
    ) -> None:
        self.directory = directory
        self.every = every
        self.origin = origin
        #: Files of earlier checkpoints that later ones consist of as well.
        self.origins: list[dict[str, Any]] = []
        self.rows: dict[str, dict[str, Any]] = {}
        #: Levels of the last checkpoint; 0: none yet.
        self.level = 0
        #: When the last one was written, and how many seconds that took.
        self.ended, self.took = time.monotonic(), 0.0
        self._make()
        if resumed is not None and resumed.directory.resolve() == directory.resolve():
            self.origins, self.rows, self.level = list(resumed.origins), dict(resumed.rows), len(resumed.levels)
        elif (directory / MANIFEST).exists():
            raise CheckpointError(
                f"--checkpoint {directory}: there is a checkpoint in it; go on from that with --resume {directory}, "
                "or give another directory"
            )
        found = (_FILE.fullmatch(file.name) for file in directory.iterdir())
        self.number = max((int(name[1]) for name in found if name is not None), default=0)

    def _make(self) -> None:
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.directory):
                pass
        except OSError as error:
            raise CheckpointError(
                f"--checkpoint {self.directory}: cannot write there: {error.strerror}; give another directory"
            ) from None

    def due(self, level: int) -> bool:
        """Whether to write one when this level, counted from 1, is complete."""
        if self.every is None:
            return time.monotonic() - self.ended >= 9 * self.took
        return level - self.level >= self.every

    def levels(self, level: int, most: int) -> int:
        """How many levels after this one may be completed, at most so many, before the next one is written."""
        return most if self.every is None else min(most, max(1, self.level + self.every - level))

    def write(self, program: Program, store: Levels, visited: Iterable[Words], counters: dict[str, Any]) -> None:
        """Write a checkpoint; :class:`OSError` where there is no room, and then the one before it stays."""
        begin = time.monotonic()
        self.number += 1
        # Origins that a checkpoint has written need not be written again, until there are too many files of them.
        earlier = self.origins if len(self.origins) < SEGMENTS else []
        logged = sum(file["words"] for file in earlier)
        levels = range(0 if store.keep else len(store.sizes) - 1, len(store.sizes))
        rows = {str(level): self.rows[str(level)] for level in levels if str(level) in self.rows}
        try:
            for level in levels:
                if str(level) not in rows:
                    rows[str(level)] = self._file(f"rows-{self.number}-{level}", _blocks(store.rows[level], 0))
            origins = [*earlier, self._file(f"origins-{self.number}", _blocks(store.log, logged))]
            content = {
                "version": mc.__version__,
                "origin": self.origin,
                "program": program_hash(program),
                "simplest": store.keep,
                "exact": program.exact,
                "levels": store.sizes,
                "counters": counters,
                "origins": origins,
                "rows": rows,
                "visited": self._file(f"visited-{self.number}", visited),
            }
            document = {"format": FORMAT, "schema": SCHEMA, "sha256": _digest(content), "checkpoint": content}
            draft = self.directory / f"manifest-{self.number}"
            with draft.open("w", encoding="utf-8") as stream:
                json.dump(document, stream)
                stream.flush()
                os.fsync(stream.fileno())
            # The names of the files are on the disk before the one that makes them count.
            self._sync()
            draft.replace(self.directory / MANIFEST)
            self._sync()
        except OSError:
            self._clean()
            raise
        self.origins, self.rows, self.level = origins, rows, len(store.sizes)
        self._clean()
        self.ended = time.monotonic()
        self.took = self.ended - begin

    def _file(self, name: str, blocks: Iterable[Words]) -> dict[str, Any]:
        """Write a file; returns its entry in the manifest."""
        digest = hashlib.sha256()
        size, width = 0, 1
        with (self.directory / name).open("wb") as stream:
            for block in blocks:
                width = block.shape[1] if block.ndim > 1 else 1
                flat = block.reshape(-1).data
                digest.update(flat)
                stream.write(flat)
                size += block.size
            stream.flush()
            os.fsync(stream.fileno())
        return {"name": name, "sha256": digest.hexdigest(), "words": size, "width": width}

    def _sync(self) -> None:
        descriptor = os.open(self.directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _clean(self) -> None:
        """Remove files that are of no checkpoint any more."""
        with contextlib.suppress(OSError, CheckpointError):
            named = set()
            if (self.directory / MANIFEST).exists():
                last = read_checkpoint(self.directory)
                named = {file["name"] for file in (*last.origins, *last.rows.values(), last.visited)}
            for file in self.directory.iterdir():
                if _FILE.fullmatch(file.name) and file.name not in named:
                    file.unlink()


def _blocks(items: Items, first: int) -> Iterator[Words]:
    """Items from one on, in blocks of shape ``(n, width)``."""
    step = max(1, BLOCK // items.width)
    for k in range(first, len(items), step):
        yield items.read(k, min(k + step, len(items))).reshape(-1, items.width)
