"""Cross-check random specs and models with TLC.

python -m tests.crosschecks --count 1000           about an hour on two cores
python -m tests.crosschecks --count 1 --seed 7     the seed of a difference, once more

A seed stands for a random spec, written in Python and in TLA+, or for a bundled one with random constants; with or
without symmetry, constraints, invariants, and with one, several or no initial states. Verdict, counts, depth, states
and labelled steps are compared (``mc crosscheck``). What differs is kept in ``out/crosschecks/SEED``.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from random import Random

from mc.engine.search.compiled import Engine
from mc.engine.search.limits import Limits
from mc.errors import McError, ModelError
from mc.read.models import bundled
from mc.read.python.load import load_spec
from mc.spec.objects import Model, Spec
from mc.tlc.check import crosscheck
from tests.toys.as_tla import module_text
from tests.toys.bundled import drawn_model
from tests.toys.random_spec import RandomSpec

#: Successors for each state of the limit: what has more is left out.
FORKS = 200


def random_spec(seed: int, directory: Path) -> Spec:
    """The random spec of a seed as ``spec.py`` and ``Spec.tla`` in a directory."""
    random = Random(seed)
    generator = RandomSpec(seed, unsafe=0.0, starts=random.random() < 0.5)
    text = generator.text()
    path = directory / "spec.py"
    path.write_text(f"from mc.lang import *\n{text}", encoding="utf-8")
    symmetry = generator.symmetric if random.random() < 0.5 else ()
    model = Model("random", generator.constants, symmetry=symmetry, deadlock=random.random() < 0.3)
    spec = load_spec(path, model)
    (directory / "Spec.tla").write_text(module_text(spec, "Spec"), encoding="utf-8")
    return spec


def try_seed(seed: int, limit: int, out: Path) -> tuple[str, str]:
    """Cross-check what a seed stands for: what it was, and what differs, if anything."""
    directory = out / str(seed)
    directory.mkdir(parents=True, exist_ok=True)
    kind = "model" if seed % 4 == 3 else "spec"
    try:
        spec = load_spec(*drawn_model(Random(seed))) if kind == "model" else random_spec(seed, directory)
        engine = Engine(spec, directory)
        result = engine.search(workers=1, limits=Limits(max_states=limit))
    except McError as error:
        # A random model may lack a value, a random spec may be outside the language.
        return f"{kind} refused: {type(error).__name__}", ""
    if result.verdict == "error":
        return f"{kind} leaves a domain", ""
    # Guards may fork so often that TLC would write edges for hours, of few states.
    if result.verdict == "incomplete" or result.generated > FORKS * limit:
        return f"{kind} too large", ""
    tlc = directory / "tlc"
    try:
        compared = crosscheck(spec, engine, result, out=tlc, environment=os.environ, proofs=[bundled("proofs")])
        differences = compared.differences
    except Exception as error:
        if isinstance(error, ModelError) and str(error).startswith("TLC cannot check"):
            return f"{kind} that TLC cannot check", ""
        differences = (f"{type(error).__name__}: {error}",)
    if differences:
        return f"{kind} different", "\n".join((f"{spec.name}, {spec.model}", *differences))
    shutil.rmtree(directory)
    starts = {0: "no initial state", 1: "one initial state"}.get(result.initial, "several initial states")
    traits = ["symmetry"] * bool(spec.model.symmetry) + ["constraints"] * bool(spec.constraints)
    return f"{kind} {result.verdict}, {', '.join([starts, *traits])}", ""


def main(arguments: list[str] | None = None) -> int:
    """Cross-check until ``--count`` pairs were compared; 1 where some differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20, help="how many comparisons (default: 20)")
    parser.add_argument("--seed", type=int, default=0, help="the first one; then one after the other (default: 0)")
    parser.add_argument("--limit", type=int, default=5000, help="distinct states: larger ones are left out")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="how many at a time")
    parser.add_argument("--out", type=Path, default=Path("out/crosschecks"), help="where differences are kept")
    options = parser.parse_args(arguments)
    outcomes: Counter[str] = Counter()
    different: list[int] = []
    compared, following = 0, options.seed
    with ProcessPoolExecutor(options.processes) as pool:
        while compared < options.count:
            batch = range(following, following + min(32, options.count - compared))
            following = batch.stop
            for number, (outcome, difference) in zip(
                batch, pool.map(partial(try_seed, limit=options.limit, out=options.out), batch), strict=True
            ):
                outcomes[outcome] += 1
                compared += "," in outcome or bool(difference)
                if difference:
                    different.append(number)
                    (options.out / str(number) / "difference.txt").write_text(difference, encoding="utf-8")
                    print(f"seed {number}: {difference}", flush=True)
    for outcome, count in sorted(outcomes.items()):
        print(f"{count:7} {outcome}")
    seeds = f": {' '.join(map(str, different))} (see {options.out})" if different else ""
    print(f"{compared} compared, seeds {options.seed} to {following - 1}: {len(different)} differences{seeds}")
    return int(bool(different))


if __name__ == "__main__":
    sys.exit(main())
