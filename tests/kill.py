"""Kill a search at random moments, resume it from its checkpoint, and compare the result with an undisturbed one.

python tests/kill.py --kills 20 raft:plain
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

#: What may differ: times, memory, workers.
VARYING = ("seconds", "peak_rss_bytes", "workers")


def command(directory: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "mc", "check", *arguments, "--quiet", "--json", "r.json", "--out", str(directory)]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)}


def result(directory: Path) -> Any:
    """What was found, without what may differ."""
    document = json.loads((directory / "r.json").read_text(encoding="utf-8"))
    (directory / "r.json").unlink()
    return {key: value for key, value in document.items() if key not in VARYING}


def killed(directory: Path, model: list[str], span: float, chance: random.Random) -> tuple[Any, list[int]]:
    """Kill the search at a random moment within ``span`` seconds, resume it from what it kept, until it has ended.

    After three kills it is left alone. Returns its result, and the levels that each kill left.
    """
    checkpoint = directory / "checkpoint"
    shutil.rmtree(checkpoint, ignore_errors=True)
    levels: list[int] = []
    while True:
        resumable = (checkpoint / "manifest.json").exists()
        start = ["--resume", str(checkpoint)] if resumable else model
        workers = str(chance.randint(1, 3))
        arguments = [*start, "--checkpoint", str(checkpoint), "--checkpoint-every", "1", "--workers", workers]
        process = subprocess.Popen(
            command(directory, *arguments), cwd=directory, env=environment(), stdout=subprocess.DEVNULL
        )
        try:
            process.wait(timeout=chance.uniform(0.3, span) if len(levels) < 3 else 600)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            manifest = checkpoint / "manifest.json"
            kept = json.loads(manifest.read_text(encoding="utf-8")) if manifest.exists() else None
            levels.append(len(kept["checkpoint"]["levels"]) if kept is not None else 0)
            continue
        return result(directory), levels


def check(directory: Path, model: list[str], kills: int, seed: int) -> Iterator[list[int]]:
    """The levels that each round of kills left; AssertionError where a result is another one."""
    subprocess.run(command(directory, *model, "--workers", "2"), cwd=directory, env=environment(), check=False)
    want = result(directory)
    begin = time.monotonic()
    subprocess.run(
        command(directory, *model, "--checkpoint", str(directory / "whole"), "--checkpoint-every", "1"),
        cwd=directory,
        env=environment(),
        check=False,
    )
    span = time.monotonic() - begin
    assert result(directory) == want
    chance = random.Random(seed)
    while kills > 0:
        found, levels = killed(directory, model, span, chance)
        assert found == want, f"killed after the checkpoints of levels {levels}, it found something else"
        kills -= len(levels)
        yield levels


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    args, model = parser.parse_known_args()
    with tempfile.TemporaryDirectory(prefix="mc-kill-") as directory:
        for levels in check(Path(directory), model or ["raft:plain"], args.kills, args.seed):
            print(f"killed {len(levels)} times, with checkpoints of levels {levels}: the same result", flush=True)


if __name__ == "__main__":
    main()
