"""The search of a TLA+ module: by the interpreter, and compiled where it is long.

The interpreter begins, and most searches end there. One that goes on is compiled: the module is lowered to formulas of
first order, the states that were found tell the domains of the variables, and the compiled engine searches from the
start. A state that it cannot evaluate is given to the interpreter. Where that fails, too, the error is one of the
module, and the interpreter's search finds it; where it does not, its successors widen the domains, and the compiled
search starts again. What cannot be compiled is left to the interpreter, which goes on where it has paused; so are
properties of whole behaviors, once compiled code has found all states in order.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from mc.engine.deep import deeply
from mc.engine.interpreted import Search
from mc.engine.result import Progress, Result
from mc.engine.search.limits import Guard
from mc.engine.tiers import Found, NotCompiled, NotCompiledYet, Options
from mc.interpreter.interpreter import Interpreter
from mc.spec.module import ModuleSpec

#: The interpreter searches alone for so long.
SECONDS = 1.0
#: How often a module is tried to be compiled, and how much longer the interpreter searches before each time.
ATTEMPTS = 3
FACTOR = 4
#: States that are expanded before the second time, where their number is what the first time depends on.
MORE_STATES = 500


def search(
    spec: ModuleSpec, options: Options | None = None, progress: Callable[[Progress], None] | None = None
) -> Found:
    """Search all reachable states; :class:`mc.errors.ModelError` where the configuration does not fit."""
    return Tiered(spec, options or Options(), progress).run()


class Tiered:
    """One search."""

    def __init__(self, spec: ModuleSpec, options: Options, progress: Callable[[Progress], None] | None) -> None:
        self.spec = spec
        self.options = options
        self.progress = progress
        self.began = time.monotonic()
        self.guard = Guard(options.limits)
        self.first = Search(Interpreter(spec), self.guard, progress)

    def run(self) -> Found:
        """Search, by the interpreter until it pauses, then compiled; by the interpreter again where that cannot be."""
        why = ""
        for attempt in range(ATTEMPTS):
            result = self._interpreted(partial(self._pauses, FACTOR**attempt))
            if result is not None:
                return Found(result, False, why)
            try:
                result = self._compiled()
            except NotCompiledYet as error:
                why = str(error)
            except NotCompiled as error:
                why = str(error)
                break
            else:
                if self.first.behaviors is None or result.verdict != "ok":
                    return Found(result, True)
                why = "the steps that PROPERTY asks for are not kept by compiled code yet"
                break
        result = self._interpreted(lambda: False)
        assert result is not None
        return Found(result, False, why)

    def _interpreted(self, pauses: Callable[[], bool]) -> Result | None:
        with self.guard.signals():
            return deeply(lambda: self.first.advance(pauses), self.guard.is_overdue)

    def _pauses(self, times: int) -> bool:
        if self.options.states is not None:
            return self.first.expanded >= self.options.states + (times - 1) * MORE_STATES
        return time.monotonic() - self.began > SECONDS * times

    def _compiled(self) -> Result:
        refused = refusal(self.spec)
        if refused:
            raise NotCompiled(refused)
        # Here, not above: the compiled engine takes its time to import, and most searches end before.
        from mc.engine.compiling import Compiling

        return Compiling(self.first, self.options, self.progress, self.began).run()


def refusal(spec: ModuleSpec) -> str:
    """Why a module is not compiled whatever its formulas are; empty where nothing is known against it."""
    refused = {
        "VIEW": spec.view,
        "POSTCONDITION": spec.postconditions,
    }
    return next((f"{what} is not compiled yet" for what, given in refused.items() if given), "")
