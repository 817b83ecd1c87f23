"""Compare the compiled engine with the reference engine on random specs and models, for as long as asked.

python -m tests.soak --minutes 10            half an hour and more says something
python -m tests.soak --minutes 0 --seed 7    the seed of a difference, once more

A seed stands for a random spec or a bundled one with random constants, and for random ways to search it. What the
engines differ on is written to ``out/soak``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from unittest.mock import patch

from mc.engine import reference
from mc.engine.machine.library import Library
from mc.engine.program import program
from mc.engine.result import NO_ERROR
from mc.engine.search.compiled import Engine
from mc.engine.search.limits import Limits
from mc.errors import EvaluationError, McError, SpecError
from mc.lang.state import State
from mc.read.python.load import load_spec
from mc.spec.objects import Spec
from tests.toys.bundled import drawn_model
from tests.toys.engines import Expected, check, expected, load
from tests.toys.random_spec import RandomSpec
from tests.toys.ways import Way, drawn_way

#: Ways to search that are drawn for each spec.
WAYS = 3


def _holds_at_first(spec: Spec, predicate: Callable[[State], bool]) -> bool:
    try:
        return all(predicate(state) for state in spec.initial_states())
    except EvaluationError:
        return False


def _try_ways(spec: Spec, want: Expected, small: bool, random: Random, drawn: Counter[str]) -> str:
    """Search the spec in several ways; says what was found. ``small``: depth-first too, which goes to the end."""
    exact = random.random() < 0.3
    try:
        engine = Engine(spec, exact=exact)
    except SpecError as error:
        return f"refused: {error.message}"
    levels, states = want.length or 1, 100
    if want.result is not None:
        levels, states = len(want.result.levels), len(want.states)
    ways = [Way(order="dfs")] * small + [drawn_way(random, levels, states) for _ in range(WAYS)]
    check(spec, want, engine, ways)
    limits = Limits(max_states=states, max_depth=want.depth())
    best = replace(engine.search(limits=limits), seconds={})
    engine.use(Library(engine.code, engine.cache, quick=True).ready())
    quick = replace(engine.search(limits=limits), seconds={})
    assert quick == best, f"Code that is not optimised finds {quick}, the other {best}"
    drawn.update(trait for way in ways for trait in way.traits)
    drawn["exact" if exact else "fingerprints"] += len(ways)
    drawn["with symmetry" if spec.model.symmetry else "without symmetry"] += len(ways)
    if want.verdict not in ("ok", "incomplete"):
        return want.verdict
    return f"{'ok' if want.verdict == 'ok' else 'ok as far as compared'}, up to {10 ** len(str(states))} states"


def try_spec(seed: int, limit: int, drawn: Counter[str]) -> str:
    """The random spec of a seed, if it has at most about ``limit`` states, with and without symmetry."""
    random = Random(seed)
    generator = RandomSpec(seed, unsafe=0.0 if seed % 3 else 0.15, starts=bool(seed % 2), mixed=0.04 * (seed % 5 == 1))
    text = generator.text()
    try:
        plain = load(text, generator.constants)
    except SpecError as error:
        return f"refused: {error.message}"
    tables = {  # what does not even hold of the initial states would hide the rest
        table: tuple(d.name for d in definitions if _holds_at_first(plain, d.function))
        for table, definitions in (("constraints", plain.constraints), ("invariants", plain.invariants))
    }
    outcome = ""
    for symmetry in dict.fromkeys(((), generator.symmetric)):
        spec = load(text, generator.constants, symmetry, deadlock=not seed % 4, **tables)
        if not symmetry:
            try:
                result = reference.explore(spec, limit).result
                if result.distinct < 6:
                    return "small"
                if result.violation is None and result.distinct >= limit:
                    return "large"
            except EvaluationError:
                pass
        try:
            outcome = _try_ways(spec, expected(spec), True, random, drawn)
        except Exception as error:
            error.args = (f"seed {seed}, symmetry {symmetry}: {error}\n\n{text}",)
            raise
    return outcome


def try_model(seed: int, limit: int, drawn: Counter[str]) -> str:
    """The model of a seed: a bundled spec, cut at the level by which it has ``limit`` states."""
    random = Random(seed)
    path, model = drawn_model(random)
    try:
        spec = load_spec(path, model)
        list(spec.initial_states())
    except McError as error:
        return f"refused: {path.stem}: {type(error).__name__}"
    try:
        # With many symmetries the reference engine takes long for each state.
        want = expected(spec, 4 * limit // (3 + len(reference.symmetries(spec))))
        outcome = _try_ways(spec, want, want.verdict in NO_ERROR, random, drawn)
    except Exception as error:
        error.args = (f"seed {seed}, {path.stem}:{model.name}: {error}\n\n{model}",)
        raise
    drawn[f"spec {path.stem}"] += 1
    return outcome


def try_seed(seed: int, limit: int, drawn: Counter[str]) -> str:
    """Two of three seeds are random specs, the others models; says what became of it, and counts what was ``drawn``."""
    return (f"model {try_model(seed, limit, drawn)}") if seed % 3 == 2 else f"spec {try_spec(seed, limit, drawn)}"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=1, help="one seed is tried in any case (default: 1)")
    parser.add_argument("--seed", type=int, default=0, help="the first one; then one after the other (default: 0)")
    parser.add_argument("--limit", type=int, default=1000, help="states, about: larger models are cut (default: 1000)")
    options = parser.parse_args(arguments)
    end = time.monotonic() + 60 * options.minutes
    outcomes: Counter[str] = Counter()
    drawn: Counter[str] = Counter()
    different, seed = [], options.seed
    # Nobody needs its machine code again.
    with tempfile.TemporaryDirectory(prefix="mc-soak-") as cache, patch.object(program, "CACHE", Path(cache)):
        while seed == options.seed or time.monotonic() < end:
            try:
                outcomes[try_seed(seed, options.limit, drawn)] += 1
            except Exception as error:
                different.append(seed)
                out = Path("out/soak")
                out.mkdir(parents=True, exist_ok=True)
                (out / f"{seed}.txt").write_text(f"{type(error).__name__}: {error}", encoding="utf-8")
                print(f"seed {seed}: {type(error).__name__}: {str(error)[:300]}", flush=True)
            seed += 1
    for title, counts in (("outcomes", outcomes), ("drawn", drawn)):
        print(f"{title}:")
        for name, count in sorted(counts.items()):
            print(f"{count:7} {name}")
    seeds = f": {' '.join(map(str, different))} (see out/soak)" if different else ""
    print(f"seeds {options.seed} to {seed - 1}: {len(different)} differences{seeds}")
    return int(bool(different))


if __name__ == "__main__":
    sys.exit(main())
