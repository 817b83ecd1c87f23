"""Run one process, and say what it took."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .measurement import BenchmarkError


@dataclass(frozen=True)
class Finished:
    """A process that has ended."""

    #: Standard output and standard error.
    output: str
    seconds: float
    #: The largest resident set. Linux counts the one that the process began with as well, a copy of ours
    #: (30 MiB): less is never seen.
    peak_rss_bytes: int


def run(command: Sequence[str], directory: Path, environment: Mapping[str, str] | None = None) -> Finished:
    """Run a command in a directory; :class:`BenchmarkError` where its exit code is not 0."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=directory,
            env=None if environment is None else {**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            # Unlike Popen.wait, this tells what this one process used.
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            process.wait()
            raise
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
    if process.returncode != 0:
        raise BenchmarkError(f"{' '.join(command)} ended with {process.returncode}:\n{text[-2000:].strip()}")
    return Finished(text, seconds, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024))
