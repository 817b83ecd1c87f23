"""The command line of TLC (``tlc2.TLC``): each option, and what mc does with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from mc.dataclass import dataclass
from mc.engine.search.limits import processors
from mc.errors import UsageError
from mc.interpreter.sets import MOST_ELEMENTS


@dataclass(frozen=True)
class Given:
    """A command line that has been read."""

    module: Path = Path()
    config: Path | None = None
    workers: int = 1
    deadlock: bool = True
    difftrace: bool = False
    tool: bool = False
    warn: bool = True
    #: Minutes between reports.
    coverage: int | None = None
    goes_on: bool = False
    #: Where the states are written; and what is asked of their graph, if that is written.
    dump: tuple[Path, frozenset[str] | None] | None = None
    #: Where a counterexample is written in JSON.
    trace: Path | None = None
    #: How many random walks are taken in place of a search; 0: they have no end.
    walks: int | None = None
    depth: int = 100
    seed: int | None = None
    help: bool = False


@dataclass(frozen=True)
class Option:
    """One option that is taken."""

    name: str
    #: What it does; or why it has no effect.
    meaning: str
    #: What follows it; empty where nothing does.
    argument: str = ""
    #: The value of its argument, perhaps of several words; ``ValueError`` says what is wanted.
    read: Callable[..., Any] = str
    #: The part of :class:`Given` that it sets, to its argument, or to ``value`` where it has none.
    sets: str = ""
    value: Any = True
    #: Of how many of the words behind the option its argument is.
    words: Callable[[list[str]], int] = lambda rest: 1


def _number(what: str, least: int = 0, most: int | None = None) -> Callable[[str], int]:
    """What reads a whole number."""

    def read(text: str) -> int:
        if not re.fullmatch(r"[+-]?\d{1,19}", text) or int(text) < least or (most is not None and int(text) > most):
            raise ValueError(what)
        return int(text)

    return read


def _workers(text: str) -> int:
    return processors() if text.strip().lower() == "auto" else _number("worker number or 'auto'", least=1)(text)


def _memory(text: str) -> float:
    if not re.fullmatch(r"\d+(\.\d*)?|\.\d+", text):
        raise ValueError("a positive number or a fraction")
    return float(text)


def _config(text: str) -> Path:
    return Path(text if text.endswith(".cfg") else f"{text}.cfg")


def _dump(*words: str) -> tuple[Path, frozenset[str] | None]:
    """``FILE`` or ``dot,... FILE``."""
    *kind, file = words
    suffix = ".dot" if kind else ".dump"
    path = Path(file if file.endswith(suffix) else f"{file}{suffix}")
    if not kind:
        return path, None
    asked = frozenset(kind[0].lower().split(",")) - {"dot"}
    if not asked <= _DOT:
        raise ValueError(f"dot with {', '.join(sorted(_DOT))}, or nothing of it,")
    return path, asked


def _trace(kind: str, file: str) -> Path:
    """``json FILE``"""
    if kind.lower() != "json":
        raise ValueError("json and a file")
    return Path(file)


def _walks(*words: str) -> int:
    """``num=N``"""
    if not words:
        return 0
    match = re.fullmatch(r"num=([1-9]\d{0,17})", words[0])
    if match is None:
        raise ValueError("num=N")
    return int(match[1])


#: With ``stuttering``, TLC draws steps that it makes where it checks liveness.
_DOT = frozenset({"colorize", "actionlabels"})
_MINUTES = "a nonnegative number of minutes"
_NO_SPEC = "mc writes no trace specification"

DONE = (
    Option("-config", "the configuration, with .cfg or without; default: SPEC.cfg", "file", _config, "config"),
    Option("-workers", "threads of a search that is compiled, or auto; default: 1", "num", _workers, "workers"),
    Option("-deadlock", "do not check for deadlock", sets="deadlock", value=False),
    Option("-difftrace", "show of each state of a trace only what has changed", sets="difftrace"),
    Option("-tool", "print the numbers of messages", sets="tool"),
    Option("-nowarning", "print no warnings", sets="warn", value=False),
    Option("-coverage", "tell at the end what each action has generated", "minutes", _number(_MINUTES), "coverage"),
    Option("-continue", "go on after a violation; the run is no success then", sets="goes_on"),
    Option(
        "-dump",
        "write the distinct states, or their graph: dot,colorize,actionlabels",
        "[dot] file",
        _dump,
        "dump",
        words=lambda rest: 2 if len(rest) > 1 and rest[0].startswith("dot") else 1,
    ),
    Option("-dumpTrace", "write a counterexample", "json file", _trace, "trace", words=lambda rest: 2),
    Option(
        "-simulate",
        "take random walks, so many or without end",
        "[num=N]",
        _walks,
        "walks",
        words=lambda rest: 1 if rest and re.match("(num|file|stats|sched)=", rest[0]) else 0,
    ),
    Option("-depth", "states of a walk; default: 100", "num", _number("a number from 1 up", least=1), "depth"),
    Option(
        "-seed",
        "what the walks follow from; default: a random one",
        "num",
        _number("an integer", least=-(2**63)),
        "seed",
    ),
    Option("-help", "print this, as -h does", sets="help"),
    Option("-h", "print this, as -help does", sets="help"),
)

#: No result depends on these here, so a script that has one of them gets what it asks for.
IDLE = (
    Option("-modelcheck", "the search is breadth-first without it, too"),
    Option("-fp", "mc has fingerprints of its own", "num", _number("a number from 0 to 130", most=130)),
    Option("-fpmem", "the memory for fingerprints grows as it is needed", "num", _memory),
    Option("-fpbits", "fingerprints are not distributed among files", "num", _number("a number from 0 to 30", most=30)),
    Option("-metadir", "mc keeps no files of a search", "path"),
    Option("-cleanup", "mc leaves no states directory behind"),
    Option("-gzip", "mc keeps no files of a search"),
    Option("-checkpoint", "mc writes no checkpoints, so others than 0 are refused", "0", _number("0", most=0)),
    Option(
        "-maxSetSize",
        "this is the largest set of mc",
        f"{MOST_ELEMENTS}",
        _number(f"{MOST_ELEMENTS}", MOST_ELEMENTS, MOST_ELEMENTS),
    ),
    Option("-lncheck", "a run that leaves liveness out says so, whenever that would be checked", "when"),
    Option("-terse", "it is about the looks of what Print prints"),
    Option("-noGenerateSpecTE", _NO_SPEC),
    Option("-noGenerateSpecTEBin", _NO_SPEC),
    Option("-noTE", _NO_SPEC),
    Option("-noTEBin", _NO_SPEC),
)

#: These would change what is checked or written, and mc does not do it: nothing is run. Each with why.
REFUSED = {
    "-generate": "mc takes all ways through a formula, and chooses none",
    "-aril": "the walks of mc follow from -seed alone",
    "-dfid": "mc searches a module breadth-first",
    "-loadTrace": "mc does not follow a trace",
    "-generateSpecTE": f"{_NO_SPEC}; the trace is in the output",
    "-teSpecOutDir": _NO_SPEC,
    "-recover": "mc writes no checkpoints of a module",
    "-view": "mc prints whole states",
    "-userFile": "what Print prints is in the output",
    "-inv": "invariants stand in the configuration",
    "-invlevel": "invariants stand in the configuration",
    "-postCondition": "postconditions stand in the configuration",
    "-suppressMessages": "mc has only -nowarning",
    "-messagesAsErrors": "mc has no such choice",
    "-debug": "mc has no such output",
    "-debugger": "mc has no debugger",
}

_TAKEN = {option.name: option for option in (*DONE, *IDLE)}


def read(arguments: Sequence[str]) -> Given:
    """What a command line says; :class:`UsageError` for what TLC refuses, and for what mc does not do."""
    found: dict[str, Any] = {}
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        option = _TAKEN.get(word)
        if word in REFUSED:
            raise UsageError(f"{word} is refused: {REFUSED[word]}.")
        if option is None:
            if word.startswith("-"):
                raise UsageError(f"unrecognized option: {word}")
            if "module" in found:
                raise UsageError(f"more than one input files: {found['module'].stem} and {word}")
            found["module"] = Path(f"{word.removesuffix('.tla')}.tla")
        else:
            value = _argument(option, rest) if option.argument else option.value
            if option.sets:
                found[option.sets] = value
    given = Given(**found)
    if given.module == Path() and not given.help:
        raise UsageError("Missing input TLA+ module.")
    if given.walks is not None and (given.goes_on or given.dump is not None):
        raise UsageError("-continue and -dump are refused beside -simulate: they are for a search.")
    if given.goes_on and given.trace is not None:
        raise UsageError("-dumpTrace is refused beside -continue: there may be several counterexamples.")
    return given


def _argument(option: Option, rest: list[str]) -> Any:
    """The value of what follows an option, which is taken from the rest of the command line."""
    count = option.words(rest)
    words = rest[:count]
    del rest[:count]
    if len(words) < count:
        raise UsageError(f"{option.name} {option.argument}: the {option.argument} is missing.")
    try:
        return option.read(*words)
    except ValueError as wanted:
        raise UsageError(f"{option.name}: {wanted} required. But encountered {' '.join(words)}") from None


def usage() -> Iterator[str]:
    """All options, and what becomes of them."""
    yield "mc tlc [OPTION ...] SPEC"
    yield ""
    yield "Checks a TLA+ module as TLC does, with TLC's options, output and exit codes. SPEC is the file of the module,"
    yield "with .tla or without."
    for title, options in (("options", DONE), ("without effect, so that scripts need not leave them out", IDLE)):
        yield f"\n{title}:"
        yield from (f"  {f'{option.name} {option.argument}':<24}{option.meaning}" for option in options)
    yield "\nrefused, because they ask for what mc does not do:"
    yield from (f"  {name:<24}{why}" for name, why in REFUSED.items())
