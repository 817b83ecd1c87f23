"""Hold the compiled search of TLA+ modules to the interpreter's: python -m tests.compiled PATH...

Each ``.cfg`` of the paths, with the module beside it, is searched by the interpreter, and compiled from the first state
on. What differs is an error; what is not compiled is listed with its reason. ``--states`` bounds the models.
"""

from __future__ import annotations

import argparse
import multiprocessing
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from typing import Any

from mc.engine import interpreted, tiered
from mc.engine.result import Result
from mc.engine.search.limits import Limits
from mc.engine.tiers import Options
from mc.errors import McError
from mc.read.tla.load import load


@dataclass(frozen=True)
class Compared:
    """What became of a model."""

    name: str
    #: "equal", "different", "not compiled", "too large", "refused" or "broken".
    kind: str
    why: str = ""
    seconds: float = 0.0


def pairs(paths: list[Path]) -> Iterator[tuple[Path, Path]]:
    """Modules with their configurations."""
    for path in paths:
        for config in sorted(path.rglob("*.cfg")) if path.is_dir() else [path.with_suffix(".cfg")]:
            module = config.with_suffix(".tla")
            if not module.is_file():
                named = [m for m in config.parent.glob("*.tla") if config.stem.startswith(m.stem)]
                module = max(named, key=lambda m: len(m.stem), default=module)
            if module.is_file():
                yield module, config


def differences(expected: Result, found: Result) -> list[str]:
    """What two results say otherwise: all counts, or only the behavior where an error has ended the search."""
    names = ["verdict"]
    if expected.violation is None:
        names += ["complete", "generated", "distinct", "depth", "levels", "initial", "actions", "frontier"]
    rows = [(name, getattr(expected, name), getattr(found, name)) for name in names]
    rows.append(("violation", _told(expected), _told(found)))
    return [f"{name}: {one} is {other} compiled" for name, one, other in rows if one != other]


def _told(result: Result) -> Any:
    violation = result.violation
    return None if violation is None else (violation.kind, violation.property, len(violation.representatives))


def compared(module: Path, config: Path, states: int, seconds: float) -> Compared:
    """The outcome of one model."""
    name, began = f"{module.parent.name}/{config.stem}", time.monotonic()
    try:
        spec = load(module, config)
        expected = interpreted.search(spec, Limits(max_states=states, max_seconds=seconds))
    except (McError, RecursionError) as error:
        return Compared(name, "refused", str(error))
    if expected.ending is not None and expected.ending.limit != "properties":
        return Compared(name, "too large")
    try:
        limits = Limits(max_seconds=2 * seconds + 20)
        found = tiered.search(spec, Options(limits, 1, states=0, early=True, falls_back=False))
    except McError as error:
        return Compared(name, "different", f"refused: {error}")
    taken = time.monotonic() - began
    if found.result.ending is not None and found.result.ending.limit == "max-seconds":
        return Compared(name, "too large", "compiled", taken)
    if not found.compiled:
        return Compared(name, "different" if "a fault of mc" in found.why else "not compiled", found.why, taken)
    different = differences(expected, found.result)
    return Compared(name, "different" if different else "equal", "; ".join(different), taken)


def _run(queue: Any, *given: Any) -> None:
    try:
        queue.put(compared(*given))
    except Exception as error:
        import traceback

        where = traceback.extract_tb(error.__traceback__)[-1]
        name = f"{given[0].parent.name}/{given[1].stem}"
        queue.put(
            Compared(name, "broken", f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})")
        )


def outcomes(paths: list[Path], states: int, seconds: float) -> Iterator[Compared]:
    """Each model in a process of its own."""
    for module, config in pairs(paths):
        queue: Any = multiprocessing.Queue()
        process = multiprocessing.Process(target=_run, args=(queue, module, config, states, seconds))
        process.start()
        try:
            yield queue.get(timeout=4 * seconds + 60)
        except Empty:
            yield Compared(f"{module.parent.name}/{config.stem}", "broken", "out of time")
        process.kill()
        process.join()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--states", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    args = parser.parse_args()
    kinds: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for outcome in outcomes(args.paths, args.states, args.seconds):
        kinds[outcome.kind] += 1
        if outcome.kind == "not compiled":
            reasons[re.sub(r"\S*\.tla:\d+(:\d+)?: ", "", outcome.why)[:70]] += 1
        print(f"{outcome.kind:<13} {outcome.name:<45} {outcome.seconds:6.1f} s  {outcome.why[:300]}", flush=True)
    print(dict(kinds))
    for reason, count in reasons.most_common(40):
        print(f"{count:4}  {reason}")
    return int(kinds["different"] + kinds["broken"] > 0)


if __name__ == "__main__":
    sys.exit(main())
