"""Compare the compiled engine with the reference engine on random specs, for as long as asked.

``python -m tests.soak --minutes 10``. A spec that they disagree on is written to ``out/soak``.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from toys.engines import compare, load
from toys.random_spec import RandomSpec

from mc.engine import reference
from mc.engine.compiled import Engine
from mc.errors import EvaluationError, SpecError
from mc.lang.state import State
from mc.spec.objects import Spec


def _holds_at_first(spec: Spec, predicate: Callable[[State], bool]) -> bool:
    try:
        return all(predicate(state) for state in spec.initial_states())
    except EvaluationError:
        return False


def try_seed(seed: int, limit: int = 400) -> str:
    """Compare the engines on the spec of a seed, with and without symmetry; says what became of it."""
    generator = RandomSpec(seed, unsafe=0.0 if seed % 3 else 0.15)
    text = generator.text()
    plain = load(text, generator.constants)
    tables = {  # what does not even hold of the initial states would hide the rest
        table: tuple(d.name for d in definitions if _holds_at_first(plain, d.function))
        for table, definitions in (("constraints", plain.constraints), ("invariants", plain.invariants))
    }
    outcome = ""
    for symmetry in dict.fromkeys(((), generator.symmetric)):
        spec = load(text, generator.constants, symmetry, deadlock=not seed % 4, **tables)
        if not symmetry:
            try:
                result = reference.explore(spec, limit)
                if len(result.parents) < 6:
                    return "small"
                if result.violation is None and len(result.parents) >= limit:
                    return "large"
            except EvaluationError:
                pass
        try:
            Engine(spec)
        except SpecError as error:
            return f"refused: {error.message}"
        try:
            found = compare(spec)
            outcome = found.verdict
            if found.result is not None and outcome == "ok":
                outcome += f", up to {10 ** len(str(found.result.distinct))} states"
        except Exception as error:
            error.args = (f"seed {seed}, symmetry {symmetry}: {error}\n\n{text}",)
            raise
    return outcome


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    end = time.monotonic() + 60 * options.minutes
    outcomes: Counter[str] = Counter()
    failures, seed = 0, options.seed
    while time.monotonic() < end:
        try:
            outcomes[try_seed(seed)] += 1
        except Exception as error:
            failures += 1
            out = Path("out/soak")
            out.mkdir(parents=True, exist_ok=True)
            (out / f"{seed}.txt").write_text(f"{type(error).__name__}: {error}", encoding="utf-8")
            print(f"seed {seed}: {type(error).__name__}: {str(error)[:300]}", flush=True)
        seed += 1
    print(f"seeds {options.seed}..{seed - 1}: {failures} differences")
    for outcome, count in outcomes.most_common():
        print(f"{count:7} {outcome}")
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main())
