"""Runs jobs side by side, each as a command in a process of its own.

So a crash, or a lack of memory, in one model costs that model only, and a suite sees of a model what
any script sees: the exit code and the JSON.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mc.suite.jobs import Job
from mc.suite.judge import Outcome, Run, judge, not_run

#: Seconds that a command has to report after an interrupt.
_GRACE = 30


class Runner:
    """Runs ``mc check`` or ``mc crosscheck`` on jobs, so many at a time."""

    def __init__(
        self, out: Path, crosscheck: bool, max_seconds: float | None = None, options: Sequence[str] = ()
    ) -> None:
        """``out``: where results go; ``max_seconds``: for one job; ``options``: further ones of the command."""
        self.crosscheck = crosscheck
        self.max_seconds = max_seconds
        self.options = ("--out", str(out), "--workers", "1", "--quiet", *options)
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._interrupted = False

    def run(self, jobs: Sequence[Job], at_once: int, done: Callable[[Outcome], None]) -> list[Outcome]:
        """The outcomes in the order of ``jobs``; ``done`` is told of each as it comes.

        An interrupt ends what runs; its outcome and those of all the rest are then incomplete.
        """
        found: dict[Job, Outcome] = {}
        with ThreadPoolExecutor(at_once) as pool:
            futures = {pool.submit(self._run, job): job for job in jobs}
            with self._interruptible(futures):
                for future in as_completed(futures):
                    found[futures[future]] = outcome = future.result()
                    done(outcome)
        for future, job in futures.items():
            if job not in found and not future.cancelled():
                found[job] = future.result()
        return [found.get(job, not_run(job)) for job in jobs]

    @contextmanager
    def _interruptible(self, futures: Mapping[Future[Outcome], Job]) -> Iterator[None]:
        try:
            yield
        except KeyboardInterrupt:
            with self._lock:
                self._interrupted = True
                for process in self._running:
                    process.send_signal(signal.SIGINT)
            for future in futures:
                future.cancel()

    def _run(self, job: Job) -> Outcome:
        if job.mistake:
            return not_run(job)
        with tempfile.TemporaryDirectory(prefix="mc-suite-") as directory:
            file = Path(directory) / "result.json"
            command = [sys.executable, "-m", "mc", "crosscheck" if self.crosscheck else "check", *job.reference]
            began = time.monotonic()
            with self._lock:
                if self._interrupted:
                    return not_run(job)
                # A session of its own: Ctrl-C reaches it once, through us, and lets it report.
                process = subprocess.Popen(
                    [*command, "--json", str(file), *self.options],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    text=True,
                    start_new_session=True,
                )
                self._running.add(process)
            said, ended = self._wait(process)
            with self._lock:
                self._running.remove(process)
            document = _read(file)
        own = document.get("mc") if document is not None and self.crosscheck else document
        run = Run(
            process.returncode,
            time.monotonic() - began,
            own,
            document if self.crosscheck else None,
            said.strip().removeprefix("mc: error: "),
            ended or self._interrupted,
        )
        return judge(job, run)

    def _wait(self, process: subprocess.Popen[str]) -> tuple[str, bool]:
        """What the process says on stderr, and whether its time was over: then it is ended as by Ctrl-C."""
        try:
            return process.communicate(timeout=self.max_seconds)[1], False
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
        try:
            return process.communicate(timeout=_GRACE)[1], True
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return process.communicate()[1], True


def _read(file: Path) -> dict[str, Any] | None:
    """The JSON that the command wrote, if it came so far."""
    try:
        document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return document
