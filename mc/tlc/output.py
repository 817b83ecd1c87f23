"""Read what TLC prints in its ``-tool`` mode: numbered messages, the same in old and new versions.

The texts around the figures have changed over the years, so they are matched loosely.
"""

from __future__ import annotations

import re
from dataclasses import field

from mc.dataclass import dataclass
from mc.tlc import messages

_MARKER = re.compile(r"(@!@!@(?:START|END)MSG -?\d+(?::\d+)? @!@!@)")
_START = re.compile(r"@!@!@STARTMSG (-?\d+)(?::(\d+))? @!@!@")
_END = re.compile(r"@!@!@ENDMSG (-?\d+) @!@!@")
_STATS = re.compile(r"([\d,]+) states generated(?: \([^)]*\))?, ([\d,]+) distinct states found")
_DEPTH = re.compile(r"depth of the complete state graph search is ([\d,]+)")
_FINISHED = re.compile(r"Finished in (\d+)ms")
_COVERED = re.compile(r"(<.*>): [\d,]+:([\d,]+)", re.DOTALL)
_VIOLATED = re.compile(r"(?:Invariant|property) (\S+) is violated")
_CONSTANT = re.compile(r"The (invariant|constraint) of (\S+) is equal to FALSE")
_STATE = re.compile(r"(\d+): (<.*?>)\s*(?:\n(.*))?", re.DOTALL)
#: The end of a lasso: ``State 4: Stuttering``, ``Back to state 2: <...>``, ``2: Back to state: <...>``.
_END_OF_LASSO = re.compile(r"(?:State )?(?:(\d+): )?(?:<?(Stuttering)|Back to state(?: (\d+))?)")
#: Behind this line stands the one state of a behavior.
IN_INITIAL = re.compile(r"^.*\bthe initial state:\s*?$", re.MULTILINE)

_VIOLATIONS = frozenset(
    kind.code for kind in (messages.INVARIANT, messages.INVARIANT_INITIAL, messages.ACTION_PROPERTY, messages.TEMPORAL)
)

#: Lines of the parser that say nothing about an error.
_CHATTER = ("Parsing file ", "Semantic processing of module ", "Linting of module ")

INITIAL = "<Initial predicate>"

_PLACE = r"line (\d+), col (\d+) to line (\d+), col (\d+) of module (\w+)(?: \((\d+) (\d+) (\d+) (\d+)\))?"
_LABEL = re.compile(rf"<?\s*([\w!]+)(?:\((.*?)\))?(?:\s+{_PLACE})?\s*>?", re.DOTALL)


@dataclass(frozen=True)
class Label:
    """What TLC says of a step: the definition's name, with what TLC of 2026 adds, and where it stands."""

    #: ``Timeout``; ``C!Timeout`` where ``C`` is an instance of its module.
    name: str
    #: The values of the definition's parameters as TLA+ text, those of an instance's first; None where TLC gives none.
    arguments: str | None = None
    #: The module, and in it the first line and column and the last ones, counted from 1; the innermost place that TLC
    #: gives.
    place: tuple[str, tuple[int, ...]] | None = None


def read_label(text: str) -> Label | None:
    """``Timeout``, ``Timeout(s1)``, or either with a place, ``<Timeout line 1, col 2 to line 3, col 4 of module M>``;
    None for other text.
    """
    match = _LABEL.fullmatch(text.strip())
    if match is None:
        return None
    name, arguments, *outer, module, a, b, c, d = match.groups()
    lines = [int(number) for number in ((a, b, c, d) if a is not None else outer) if number is not None]
    return Label(name, arguments, (module, tuple(lines)) if module is not None else None)


@dataclass
class Printed:
    """A behavior as TLC prints it."""

    #: What leads to each state (a label with its place), and the variables' texts (``x = 1``).
    states: list[tuple[str, list[str]]] = field(default_factory=list)
    #: Where a lasso goes on from its end: the number of a state, or that of the last one, where it stutters. None: no
    #: lasso.
    back_to: int | None = None


@dataclass
class _Message:
    code: int
    severity: int
    lines: list[str] = field(default_factory=list)


@dataclass
class TlcOutput:
    """What has been read so far; feed it line by line."""

    version: str = ""
    #: "ok", "violation", "deadlock", "assumption", "error", or "" while TLC has not said.
    verdict: str = ""
    property: str | None = None
    #: The constraint over constants alone that is FALSE, so that TLC does not search.
    constraint: str | None = None
    #: Whether TLC got as far as computing states: before that, an error is one of the .tla or cfg.
    started: bool = False
    generated: int = 0
    distinct: int = 0
    depth: int = 0
    milliseconds: int | None = None
    #: Generated states by TLC's label with its location.
    coverage: dict[str, int] = field(default_factory=dict)
    #: The counterexamples: several where TLC was told to continue.
    behaviors: list[Printed] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    #: What TLC prints outside messages: complaints of its parser.
    loose: list[str] = field(default_factory=list)
    _open: list[_Message] = field(default_factory=list)

    def feed(self, line: str) -> None:
        """Read one line, without its line break."""
        # On some systems the next message begins where the one before ends.
        for part in _MARKER.split(line) if "MSG" in line else [line]:
            if part or not line:
                self._feed(part)

    def _feed(self, line: str) -> None:
        start = _START.match(line)
        if start is not None:
            self._open.append(_Message(int(start[1]), int(start[2] or 0)))
        elif _END.match(line) is not None:
            self._close()
        elif self._open:
            self._open[-1].lines.append(line)
        elif line.strip() and not line.startswith(_CHATTER):
            self.loose.append(line)

    def _close(self) -> None:
        if not self._open:
            return
        message = self._open.pop()
        if self._open:  # a message within one, such as the reason of an unexpected exception
            self._open[-1].lines += message.lines
        else:
            self._message(message.code, message.severity, "\n".join(message.lines))

    def _message(self, code: int, severity: int, text: str) -> None:
        if code == messages.VERSION.code:
            # The builder of some releases has left the date open.
            self.version = text.removeprefix("TLC2 Version ").replace(" of Day Month 20??", "").strip()
        elif code == messages.COMPUTING_INITIAL.code:
            self.started = True
        elif code == messages.SUCCESS.code:
            self.verdict = "ok"
        elif code in (messages.STATISTICS.code, messages.PROGRESS.code):
            self._statistics(text)
        elif code == messages.SEARCH_DEPTH.code:
            match = _DEPTH.search(text)
            self.depth = _number(match[1]) if match is not None else 0
        elif code == messages.FINISHED.code:
            match = _FINISHED.search(text)
            self.milliseconds = int(match[1]) if match is not None else None
        elif code == messages.COVERAGE.code:
            self.coverage.clear()  # a report repeats the figures of the one before
        elif code == messages.COVERAGE_ACTION.code:
            match = _COVERED.search(text)
            if match is not None:
                # An action that several disjuncts share has a line for each of them.
                self.coverage[match[1]] = self.coverage.get(match[1], 0) + _number(match[2])
        elif code in (messages.STATE.code, messages.STUTTERING.code, messages.BACK_TO_STATE.code):
            self._state(text)
        elif severity == messages.Severity.ERROR and code != messages.BEHAVIOR.code:
            self._error(code, text)

    def _state(self, text: str) -> None:
        match = _STATE.fullmatch(text)
        if match is not None:
            if int(match[1]) == 1:
                self.behaviors.append(Printed())
            if self.behaviors:
                self.behaviors[-1].states.append((match[2], split_variables(match[3] or "")))
            return
        end = read_end(text)
        if end is not None and self.behaviors:
            self.behaviors[-1].back_to = end or len(self.behaviors[-1].states)

    def _statistics(self, text: str) -> None:
        match = _STATS.search(text)
        if match is not None:
            self.generated, self.distinct = _number(match[1]), _number(match[2])

    def _error(self, code: int, text: str) -> None:
        constant = _CONSTANT.search(text) if code == messages.CONSTANT_FALSE.code else None
        if constant is not None and constant[1] == "constraint":
            # No state satisfies it, so none is searched, and there is no error.
            verdict, self.constraint = "ok", constant[2]
        elif constant is not None:
            verdict, self.property = "violation", constant[2]
        elif code == messages.DEADLOCK.code:
            verdict = "deadlock"
        elif code in (messages.ASSUMPTION.code, messages.ASSUMPTION_FAILED.code):
            verdict = "assumption"
        elif code in _VIOLATIONS:
            verdict = "violation"
            match = _VIOLATED.search(text)
            self.property = match[1] if match is not None else None
        else:
            verdict = "error"
            self.errors.append(text.strip())
        initial = IN_INITIAL.search(text)
        if initial is not None:  # the message holds the state as well
            parts = split_variables(text[initial.end() :].strip("\n").split("\n\n")[0])
            self.behaviors.append(Printed([(INITIAL, parts)]))
        # Errors that follow the first one are its consequences.
        self.verdict = self.verdict or verdict


def read_end(line: str) -> int | None:
    """The state that a lasso goes back to, if the line says that it does; 0 for the last one, where it stutters."""
    match = _END_OF_LASSO.match(line)
    if match is None:
        return None
    return 0 if match[2] is not None else int(match[3] or match[1] or 0)


def split_variables(text: str) -> list[str]:
    """The parts ``name = value`` of a state as TLC prints it, one or several lines to each."""
    lines = text.strip().split("\n")
    parts: list[str] = []
    for line in lines:
        if line.startswith("/\\ "):
            parts.append(line[3:])
        elif parts:
            parts[-1] += "\n" + line
        elif line.strip():  # a single variable has no /\ before it
            parts.append(line)
    return parts


def _number(text: str) -> int:
    return int(text.replace(",", ""))
