"""The messages of TLC that mc reads or prints: number, class, text and exit code (``tlc2.output.EC`` and ``MP``)."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, NamedTuple

from mc import errors
from mc.dataclass import dataclass


class Severity(IntEnum):
    """The class of a message."""

    NONE = 0
    ERROR = 1
    WARNING = 3
    STATE = 4


#: What begins a message on a terminal.
_BEGINS = {Severity.NONE: "", Severity.ERROR: "Error: ", Severity.WARNING: "Warning: ", Severity.STATE: "State "}


@dataclass(frozen=True)
class Kind:
    """One kind of message; called with what stands in its text, it makes one."""

    code: int
    #: As ``str.format`` has it; ``{now}`` is the time at which it is printed.
    text: str = ""
    severity: Severity = Severity.NONE
    #: How a run ends in which this is the first error.
    exit_code: int = errors.EXIT_INTERNAL
    #: Whether TLC prints it only with ``-tool``.
    only_tool: bool = False
    #: The whole of it on a terminal, where that differs.
    terminal: str = ""

    def __call__(self, *said: Any) -> Message:
        return Message(self, said)


class Message(NamedTuple):
    """One message."""

    kind: Kind
    #: What stands in its text.
    said: tuple[Any, ...]

    def framed(self, tool: bool, now: str) -> str:
        """What TLC prints, without the last line break."""
        code, severity = self.kind.code, self.kind.severity
        text = self.kind.text.format(*self.said, now=now)
        if tool:
            return f"@!@!@STARTMSG {code}:{severity.value} @!@!@\n{text}\n@!@!@ENDMSG {code} @!@!@"
        return self.kind.terminal.format(*self.said) or _BEGINS[severity] + text


def _error(code: int, text: str = "", exit_code: int = errors.EXIT_INTERNAL) -> Kind:
    return Kind(code, text, Severity.ERROR, exit_code)


#: Errors for which TLC has no number of their own.
GENERAL = _error(1000, "{}")
EVALUATION = _error(1000, "{}", errors.EXIT_EVALUATION)
MODEL = _error(1000, "{}", errors.EXIT_MODEL)
WARNING = Kind(1000, "{}", Severity.WARNING)
COMMAND_LINE = _error(1102, "Error: {}\nUsage: mc tlc [-help] [-option] inputfile", 1)
EVALUATION_INITIAL = _error(2102, "{}\nWhile working on the initial state:\n{}", errors.EXIT_EVALUATION)
ASSUMPTION = _error(2104, "Assumption {} is false.", errors.EXIT_ASSUMPTION)
ASSUMPTION_FAILED = _error(2105, "Evaluating assumption {} failed.\n{}", errors.EXIT_ASSUMPTION)
INVARIANT_INITIAL = _error(2107, "Invariant {} is violated by the initial state:\n{}", errors.EXIT_INVARIANT)
PROPERTY_INITIAL = _error(2108, "Property {} is violated by the initial state:\n{}", errors.EXIT_PROPERTY)
INVARIANT = _error(2110, "Invariant {} is violated.", errors.EXIT_INVARIANT)
INVARIANT_FAILED = _error(2111, "Evaluating invariant {} failed.\n{}", errors.EXIT_NO_STATE_PREDICATE)
ACTION_PROPERTY = _error(2112, "Action property {} is violated.", errors.EXIT_PROPERTY)
ACTION_PROPERTY_FAILED = _error(2113, "Evaluating action property {} failed.\n{}", errors.EXIT_PROPERTY)
DEADLOCK = _error(2114, "Deadlock reached.", errors.EXIT_DEADLOCK)
TEMPORAL = _error(2116, "Temporal properties were violated.\n", errors.EXIT_PROPERTY)
NO_INITIAL_STATE = _error(2118, "There is no state satisfying the initial state predicate.")
BEHAVIOR = _error(2121, "The behavior up to this point is:")
BACK_TO_STATE = Kind(2122, "{}: Back to state: {}\n", Severity.STATE, terminal="Back to state {}: {}\n")
ASSERTION = _error(2132, "{}", errors.EXIT_ASSERT)
INVARIANT_LEVEL = _error(2146, "{}", errors.EXIT_NO_STATE_PREDICATE)
#: What is asked of a checker that cannot do it.
UNSUPPORTED = _error(2156, "{}")
STARTING = Kind(2185, "Starting... ({now})")
FINISHED = Kind(2186, "Finished in {} at ({now})")
MODE = Kind(2187, "Running breadth-first search Model-Checking with {} worker{} on {} cores [pid: {}] ({}).")
MODE_WALKS = Kind(2188, "Running Random Simulation with seed {} with {} worker{} on {} cores [pid: {}] ({}).")
COMPUTING_INITIAL = Kind(2189, "Computing initial states...")
INITIAL_DISTINCT = Kind(2190, "Finished computing initial states: {} distinct state{} generated at {now}.")
INITIAL_STATES = Kind(
    2191, "Finished computing initial states: {} state{} generated, with {} of them distinct at {now}."
)
SUCCESS = Kind(
    2193,
    "Model checking completed. No error has been found.\n"
    "  Estimates of the probability that TLC did not check all reachable states\n"
    "  because two distinct states had the same fingerprint:\n"
    "  calculated (optimistic):  val = {}",
    exit_code=errors.EXIT_OK,
)
SEARCH_DEPTH = Kind(2194, "The depth of the complete state graph search is {}.")
STATISTICS = Kind(2199, "{} states generated, {} distinct states found, {} states left on queue.")
PROGRESS = Kind(
    2200,
    "Progress({}) at {now}: {:,} states generated ({:,} s/min), {:,} distinct states found ({:,} ds/min), "
    "{:,} states left on queue.",
)
COVERAGE = Kind(2201, "The coverage statistics at {now}")
COVERAGE_END = Kind(2202, "End of statistics.")
#: Of random walks, with ``-tool`` and on a terminal.
PROGRESS_WALKS = Kind(
    2209, "Progress(-1) at {now}: {:,} states generated, -1 distinct states found, -1 states left on queue."
)
PROGRESS_WALKS_PLAIN = Kind(2209, "Progress: {:,} states checked.")
WALKED = Kind(
    2210,
    "The number of states generated: {}\nSimulation using seed {} and aril 0",
    exit_code=errors.EXIT_OK,
)
STATE = Kind(2217, "{}: {}\n{}", Severity.STATE)
STUTTERING = Kind(2218, "{}: Stuttering", Severity.STATE)
PARSED = Kind(2219, "SANY finished.", only_tool=True)
PARSING = Kind(2220, "Starting SANY...", only_tool=True)
COMPUTED_INITIAL = Kind(2269, "Computed {} initial states...")
CONSTANT_FALSE = _error(2230)
COUNTEREXAMPLE = _error(2264, "The following behavior constitutes a counter-example:\n")
NO_CONSTRAINED_STATE = _error(
    2256, "There is no state satisfying the initial state predicate and the state-constraint(s)."
)
VERSION = Kind(2262, "TLC2 {}")
POSTCONDITION = _error(2404, "Postcondition {} at {} is false.", errors.EXIT_ASSUMPTION)
POSTCONDITION_FAILED = _error(2405, "Evaluating postcondition {} at {} failed.\n{}", errors.EXIT_ASSUMPTION)
COVERAGE_ACTION = Kind(2772, "{}: {}:{}")
COVERAGE_INITIAL = Kind(2773, "{}: {}:{}")
PARSING_FAILED = _error(3002, "Parsing or semantic analysis failed.", errors.EXIT_SPEC)
NO_CONFIGURATION = _error(
    5001, "TLC encountered the following error when trying to read the configuration file {}:\n{}"
)
