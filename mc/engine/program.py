"""A spec and model, compiled: its generated module, and what it says of single states."""

from __future__ import annotations

import hashlib
import importlib.util
import linecache
import os
import platform
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

import mc
from mc.engine import kernels
from mc.engine.generate import generate, successor_limit
from mc.engine.kernels import Batch
from mc.engine.layout import Layout, Rows
from mc.engine.symmetry import Symmetry
from mc.lang.state import State
from mc.spec.objects import Spec


def make_batch(rows: int, words: int) -> Batch:
    """An empty batch with room for ``rows`` states; memory is taken as it is used."""
    return Batch(
        states=np.empty(rows * words, np.int64),
        hashes=np.empty(rows, np.uint64),
        origins=np.empty(rows, np.int64),
        kinds=np.empty(rows, np.int64),
        fresh=np.empty(rows, np.uint8),
    )


def cache_directory() -> Path:
    """Where generated modules are kept between runs: the user's cache, or a temporary directory."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    for candidate in (base / "mc", Path(tempfile.gettempdir()) / f"mc-{os.getuid() if hasattr(os, 'getuid') else 0}"):
        try:
            candidate.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(candidate, os.W_OK):
            return candidate
    return Path(tempfile.mkdtemp(prefix="mc-"))


class Program:
    """A spec and model, compiled."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.layout = Layout(spec.variables)
        self.words = self.layout.words
        self.symmetry = Symmetry(spec, self.layout)
        self.successor_limit = successor_limit(spec, self.layout)
        self.source = generate(spec, self.layout, self.symmetry)
        self._module: ModuleType | None = None

    # Compilation

    @property
    def module(self) -> Any:
        """The generated module, imported on first use."""
        if self._module is None:
            self._module = self._load()
        return self._module

    def _load(self) -> ModuleType:
        versions = f"{mc.__version__} {np.__version__} {platform.python_version()} {_kernels_text()}"
        digest = hashlib.sha256((versions + self.source).encode()).hexdigest()[:20]
        name = f"mc_{self.spec.name}_{digest}"
        path = cache_directory() / f"{name}.py"
        if not path.exists():
            draft = path.with_suffix(f".{os.getpid()}.tmp")
            draft.write_text(self.source, encoding="utf-8")
            draft.replace(path)
        found = importlib.util.spec_from_file_location(name, path)
        assert found is not None and found.loader is not None
        module = importlib.util.module_from_spec(found)
        sys.modules[name] = module
        linecache.lazycache(str(path), module.__dict__)
        found.loader.exec_module(module)
        return module

    def compile(self, order: str = "bfs") -> float:
        """Compile what a search in this order needs (or load it from the cache); returns the seconds it took."""
        start = time.perf_counter()
        batch = make_batch(1, self.words)
        control = self.control()
        rows = np.zeros(self.words, np.int64)
        table = np.zeros(64, np.uint64)
        self.module.inspect(rows, 0, batch, control)
        kernels.insert(table, batch, 0, 0, 1)
        kernels.rehash(table, table)
        if order == "dfs":
            self.module.dive(rows, 0, 0, batch, table, control, rows)
        else:
            self.module.expand_rows(rows, 0, 0, batch, control)
            self.module.collect(batch, 0, control, rows, rows)
        return time.perf_counter() - start

    def control(self) -> Rows:
        """A control array for one worker, all 0 but for what the model sets."""
        control = np.zeros(kernels.GENERATED + 2 * len(self.spec.actions), np.int64)
        control[kernels.DEADLOCK] = int(self.spec.model.deadlock)
        control[kernels.GROUP] = self.symmetry.size
        return control

    # States

    def pack_part(self, variable: str, value: Any) -> int:
        """One variable's share of the code of a state; see :class:`Layout`."""
        return self.layout.pack_part(variable, value)

    def unpack(self, row: Rows) -> State:
        """The state of a packed row."""
        return self.layout.unpack(row)

    def canonical_rows(self, rows: Rows) -> Rows:
        """The representatives of the orbits of some packed states, shape ``(n, words)``."""
        flat = np.ascontiguousarray(rows).reshape(-1).copy()
        count = flat.size // self.words
        self.module.inspect(flat, count, make_batch(count, self.words), self.control())
        return flat.reshape(-1, self.words)

    def canonical(self, state: State) -> State:
        """The representative of the orbit of a state."""
        return self.unpack(self.canonical_rows(self.layout.pack(state))[0])

    def successors(self, row: Rows) -> tuple[Rows, Rows]:
        """All successors of one packed state as they are, and the numbers of their actions."""
        batch = make_batch(self.successor_limit + 1, self.words)
        control = self.control()
        control[kernels.RAW] = 1
        self.module.expand_rows(np.ascontiguousarray(row), 0, 1, batch, control)
        count = int(control[kernels.COUNT])
        return (
            batch.states[: count * self.words].reshape(-1, self.words).copy(),
            batch.kinds[:count] & kernels.ACTION_MASK,
        )


def _kernels_text() -> str:
    return hashlib.sha256(Path(kernels.__file__).read_bytes()).hexdigest()
