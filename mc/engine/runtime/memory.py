"""Memory from the system, in pages of the size that fits its use."""

from __future__ import annotations

import contextlib
import mmap
import sys

#: So that the system does not refuse memory that is only asked for in case it is needed.
_NO_RESERVE = 0x4000 if sys.platform == "linux" else 0


def pages(size: int, huge: bool) -> mmap.mmap:
    """``size`` bytes, all 0, which are taken as they are used.

    In huge pages where there are any, so that little time is spent on address translation; or in small ones, where
    what is used lies apart from each other.
    """
    memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _NO_RESERVE)
    advice = getattr(mmap, "MADV_HUGEPAGE" if huge else "MADV_NOHUGEPAGE", None)
    if advice is not None:
        # A system without huge pages refuses it.
        with contextlib.suppress(OSError):
            memory.madvise(advice)
    return memory
