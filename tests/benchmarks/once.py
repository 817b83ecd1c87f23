"""One search inside this process, which ends with it: ``python -m benchmarks.once WHAT SPEC[:MODEL] ...``.

``reference`` times the reference engine, ``visited`` asks the compiled engine how large its visited set has
become. The last line printed is a JSON object.
"""

from __future__ import annotations

import argparse
import json
import time

from mc.cli import options
from mc.engine import reference
from mc.engine.search.breadth import BreadthFirst
from mc.engine.search.compiled import Engine
from mc.engine.search.limits import Guard, Limits
from mc.spec.objects import Spec


def explore(spec: Spec) -> dict[str, float]:
    """Search with the reference engine."""
    started = time.perf_counter()
    result = reference.explore(spec).result
    seconds = time.perf_counter() - started
    return {"generated": result.generated, "distinct": result.distinct, "seconds": seconds}


def visited(spec: Spec, workers: int, exact: bool) -> dict[str, float]:
    """Search with the compiled engine; the bytes of its visited set at the end."""
    search = BreadthFirst(Engine(spec, options.cache_directory(), exact), workers, None, Guard(Limits()))
    search.run({})
    return {"bytes": search.visited.nbytes, "distinct": len(search.visited)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("reference", "visited"))
    options.add_spec(parser)
    parser.add_argument("--workers", type=options.positive, default=1)
    parser.add_argument("--exact", action="store_true")
    args = parser.parse_args()
    spec = options.load(args)
    print(json.dumps(explore(spec) if args.what == "reference" else visited(spec, args.workers, args.exact)))


if __name__ == "__main__":
    main()
