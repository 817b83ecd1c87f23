"""Check random TLA+ modules with the interpreter and with TLC 2.15.

python -m tests.modules --count 2000               about half an hour; wants JPype1 besides the extra ``tlc``
python -m tests.modules --count 1 --seed 7         the seed of a difference, once more
python -m tests.modules --temporal --count 150     temporal properties under fairness

An even seed is a module of facts: definitions of constant level, of which each is a value, the same one, or an error in
both. An odd seed is a module with steps: what ends the check, the counts, and the name of a violated invariant are
compared. What differs is kept in ``out/modules/SEED``.

In some things TLC 2.15 is not the TLC of today, which the interpreter follows; they are left out, or not looked at:

- It compares two functions argument by argument, each with its value; today all arguments come first. Random functions
  with domains of one size have one domain.
- It prints ``<< >>`` for an empty function; ``1..2`` is printed as it is written, and so is the order of fields.
- It has no action for ``\\E i \\in {} : ...`` as the whole of Next, and stops.
- Where an invariant cannot be evaluated it makes the successors once more, to tell the place, and finds new states.
- It refuses a temporal property that holds of every behavior there could be, and others that it has no method for.

The classes of some two hundred modules fill the memory of Java: begin anew with another ``--seed``.

The interpreter refuses ``SUBSET e`` where e is no set; TLC does so where it needs an element of e, or never.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from mc.engine.interpreted import search
from mc.engine.search.limits import Limits
from mc.errors import McError
from mc.interpreter.interpreter import Interpreter
from mc.interpreter.printed import printed
from mc.lang.text import from_tla
from mc.read.tla.load import Changes, load
from mc.tlc.tools import find_tools
from tests.tla.judge import Judge, Outcome
from tests.tla.random_module import Module, facts
from tests.tla.random_steps import steps
from tests.tla.random_temporal import temporal

_INTERVAL = re.compile(r"(-?\d+)\.\.(-?\d+)")
_ERROR = "error: "
#: What TLC says of temporal properties that it does not check.
_NOT_CHECKED = re.compile("tautology|cannot handle the temporal formula|must be of forms")


def module_of(seed: int) -> Module:
    """The module that a seed stands for."""
    return facts(seed) if seed % 2 == 0 else steps(seed)


def write(module: Module, folder: Path) -> Path:
    """Its two files."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "M.cfg").write_text(module.config, encoding="utf-8")
    path = folder / "M.tla"
    path.write_text(module.text, encoding="utf-8")
    return path


def values(path: Path, names: tuple[str, ...]) -> dict[str, str]:
    """The values of definitions as the interpreter prints them, or errors."""
    interpreter = Interpreter(load(path))
    found = {}
    for name in names:
        try:
            found[name] = printed(interpreter.value(name), interpreter.program.order)
        except (McError, RecursionError) as error:
            found[name] = f"{_ERROR}{error}"
    return found


def is_same(ours: str, theirs: str) -> bool:
    """Whether two texts are of one value, or both errors."""
    if ours.startswith(_ERROR) or theirs.startswith(_ERROR):
        return ours.startswith(_ERROR) and theirs.startswith(_ERROR)
    ours, theirs = (_INTERVAL.sub(_written, text.replace("<< >>", "<<>>")) for text in (ours, theirs))
    try:
        return ours == theirs or bool(from_tla(ours) == from_tla(theirs))
    except McError:
        return False


def _written(interval: re.Match[str]) -> str:
    return "{" + ", ".join(map(str, range(int(interval[1]), int(interval[2]) + 1))) + "}"


def outcome(path: Path, deadlock: bool) -> tuple[Outcome | None, str]:
    """What the interpreter finds, and why; None where there are too many states."""
    try:
        result = search(load(path, changes=Changes(deadlock=deadlock)), Limits(max_states=2000, max_seconds=20))
    except McError as error:
        return Outcome("refused"), str(error)
    failure = result.violation.failure if result.violation else None
    if result.verdict == "incomplete":
        return None, ""
    kind = {"error": "evaluation", "vacuous": "ok"}.get(result.verdict, result.verdict)
    if result.verdict == "assumption" and failure is not None:
        return Outcome("evaluation"), failure.why
    name = result.violation.property if result.violation and result.violation.kind == "invariant" else ""
    return Outcome(kind, name, result.generated, result.distinct), failure.why if failure else ""


def differs(ours: Outcome, theirs: Outcome, text: str) -> bool:
    """Whether the interpreter does not find what TLC finds."""
    if ours.generated is None or theirs.generated is None:
        ours = replace(ours, generated=theirs.generated, distinct=theirs.distinct)
    elif "Evaluating invariant" in text:
        ours = replace(ours, distinct=theirs.distinct)
    return ours != theirs


class Campaign:
    """Modules by their seeds, and what became of them."""

    def __init__(self, out: Path, scratch: Path, make: Callable[[int], Module]) -> None:
        self.out = out
        self.make = make
        self.judge = Judge(find_tools(None, os.environ), scratch)
        self.outcomes: Counter[str] = Counter()
        self.different: list[int] = []

    def check(self, seed: int) -> None:
        """Compare what both find in the module of a seed."""
        module = self.make(seed)
        path = write(module, self.out / str(seed))
        differences = self.facts(path, module) if module.facts else self.steps(path, module)
        if differences:
            self.different.append(seed)
            (path.parent / "difference.txt").write_text("\n".join(differences), encoding="utf-8")
            print(f"seed {seed}:", *differences, sep="\n  ", flush=True)
        else:
            shutil.rmtree(path.parent)

    def facts(self, path: Path, module: Module) -> list[str]:
        """The facts on which the two differ."""
        ours, theirs = values(path, module.facts), self.judge.values(path, module.facts)
        for value in ours.values():
            self.outcomes["fact that is an error" if value.startswith(_ERROR) else "fact with a value"] += 1
        names = [name for name in module.facts if not is_same(ours[name], theirs[name])]
        return [f"{name}: {ours[name]}; TLC: {theirs[name]}" for name in names]

    def steps(self, path: Path, module: Module) -> list[str]:
        """How the ends of both checks differ."""
        ours, why = outcome(path, module.deadlock)
        if ours is None:
            self.outcomes["module too large"] += 1
            return []
        theirs, text = self.judge.check(path, module.deadlock)
        if "No next state actions" in text:
            self.outcomes["module without an action"] += 1
            return []
        if _NOT_CHECKED.search(text):
            self.outcomes["module with a property that TLC does not check"] += 1
            return []
        self.outcomes[f"module {ours.kind}"] += 1
        if not differs(ours, theirs, text):
            return []
        (path.parent / "tlc.out").write_text(text, encoding="utf-8")
        return [f"{ours} {why}", f"TLC: {theirs}"]


def main(arguments: list[str] | None = None) -> int:
    """Check ``--count`` modules; 1 where some differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20, help="how many modules (default: 20)")
    parser.add_argument("--seed", type=int, default=0, help="the first one; then one after the other (default: 0)")
    parser.add_argument("--temporal", action="store_true", help="modules with temporal properties")
    parser.add_argument("--out", type=Path, default=Path("out/modules"), help="where differences are kept")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        campaign = Campaign(options.out.resolve(), Path(scratch), temporal if options.temporal else module_of)
        for seed in range(options.seed, options.seed + options.count):
            campaign.check(seed)
    for kind, count in sorted(campaign.outcomes.items()):
        print(f"{count:7} {kind}")
    seeds = f": {' '.join(map(str, campaign.different))} (see {options.out})" if campaign.different else ""
    print(f"{options.count} modules, from seed {options.seed}: {len(campaign.different)} differ{seeds}", flush=True)
    return int(bool(campaign.different))


if __name__ == "__main__":
    code = main()
    # Threads of TLC would keep Java from its end.
    sys.stdout.flush()
    os._exit(code)
