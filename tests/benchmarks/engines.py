"""All contestants; a further one is a further entry."""

from __future__ import annotations

from .engine import Engine
from .ours import Mc, Reference
from .rumur import Rumur
from .spin import Spin
from .tlc import Tlc

#: mc first: its counts are those that the others are held to.
ENGINES: dict[str, Engine] = {
    engine.name: engine
    for engine in (
        Mc("mc-2", 2),
        Mc("mc-1", 1),
        Mc("mc-2-exact", 2, "--exact"),
        Reference(),
        Tlc("tlc-2", 2),
        Spin("spin-dfs"),
        # SPIN shares memory with its second process, and wants to know how much (MB).
        Spin("spin-dfs-2", "-DNCORE=2", "-DMEMLIM=8000"),
        Spin("spin-bfs", "-DBFS"),
        Rumur("rumur-1", 1),
        Rumur("rumur-2", 2),
    )
}
