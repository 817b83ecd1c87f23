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

    module: Path | None = None
    config: Path | None = None
    workers: int = 1
    deadlock: bool = True
    difftrace: bool = False
    tool: bool = False
    warn: bool = True
    #: Minutes between reports.
    coverage: int | None = None
    help: bool = False


@dataclass(frozen=True)
class Option:
    """One option that is taken."""

    name: str
    #: What it does; or why it has no effect.
    meaning: str
    #: What follows it; empty where nothing does.
    argument: str = ""
    #: The value of its argument; ``ValueError`` says what is wanted.
    read: Callable[[str], Any] = str
    #: The part of :class:`Given` that it sets, to its argument, or to ``value`` where it has none.
    sets: str = ""
    value: Any = True


def _number(what: str, least: int = 0, most: int | None = None) -> Callable[[str], int]:
    """What reads a whole number."""

    def read(text: str) -> int:
        if not re.fullmatch(r"[+-]?\d{1,18}", text) or int(text) < least or (most is not None and int(text) > most):
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
    "-simulate": "mc searches all states, and takes no random walks",
    "-generate": "mc searches all states, and takes no random walks",
    "-depth": "it is for -simulate",
    "-seed": "it is for -simulate",
    "-aril": "it is for -simulate",
    "-dfid": "mc searches a module breadth-first",
    "-continue": "mc ends at the first error",
    "-dump": "mc does not write the states that it finds",
    "-dumpTrace": "mc does not write the trace to a file of its own; it is in the output",
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
    return Given(**found)


def _argument(option: Option, rest: list[str]) -> Any:
    """The value of what follows an option, which is taken from the rest of the command line."""
    if not rest:
        raise UsageError(f"{option.name} {option.argument}: the {option.argument} is missing.")
    text = rest.pop(0)
    try:
        return option.read(text)
    except ValueError as wanted:
        raise UsageError(f"{option.name}: {wanted} required. But encountered {text}") from None


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
