"""``mc tlc``: check a TLA+ module with the options of TLC, and print what TLC prints."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import mc
from mc import errors
from mc.cli import options as shared
from mc.cli import since_start
from mc.engine.deep import deeply
from mc.engine.search.limits import processors
from mc.errors import InvariantError, McError, ModelError, SpecError, UsageError
from mc.interpreter.interpreter import Interpreter
from mc.read.tla.files import LIBRARY
from mc.read.tla.load import Changes, load
from mc.spec.module import ModuleSpec
from mc.tlc import messages, options, told
from mc.tlc.jsontrace import trace_json
from mc.tlc.looks import Looks
from mc.tlc.messages import Message, Severity

if TYPE_CHECKING:
    from mc.engine.interpreted import Search
    from mc.engine.result import Progress, Result, Violation
    from mc.engine.search.limits import Guard

#: Progress is printed so often, at first after so many seconds (``tlc2.TLCGlobals``, ``tlc2.tool.AbstractChecker``).
_EVERY = 60.0
_FIRST = 3.0


def add_parser(commands: Any) -> None:
    """The command's part of the command line: TLC's options are none of argparse."""
    parser = commands.add_parser(
        "tlc",
        help="check a TLA+ module with the options and the output of TLC",
        add_help=False,
        # What begins with a dash is an argument like others.
        prefix_chars="\0",
    )
    parser.add_argument("arguments", nargs="*")
    parser.set_defaults(run=run, debug=False)


class Printer:
    """Prints messages as TLC does, and knows how the run ends."""

    def __init__(self, tool: bool, warn: bool) -> None:
        self.tool = tool
        self.warn = warn
        self._warned = False
        #: That of the first error. Without one a run is a success only where it has said so.
        self.exit_code = errors.EXIT_INTERNAL
        self.failed = False

    def say(self, message: Message) -> None:
        """Print one."""
        kind = message.kind
        if kind.only_tool and not self.tool:
            return
        if kind.severity is Severity.WARNING and not self.warn:
            return
        self.line(message.framed(self.tool, time.strftime("%Y-%m-%d %H:%M:%S")))
        if kind.severity is Severity.WARNING and not self.tool and not self._warned:
            self._warned = True
            self.line("(Use the -nowarning option to disable this warning.)")
        if not self.failed and (kind.severity is Severity.ERROR or kind.exit_code == errors.EXIT_OK):
            self.failed = kind.severity is Severity.ERROR
            self.exit_code = kind.exit_code

    def line(self, text: str) -> None:
        """Print what TLC prints without a number."""
        print(text, flush=True)

    def finish(self) -> int:
        """Say how long the run took; returns its exit code."""
        seconds = since_start()
        self.say(messages.FINISHED(f"{seconds * 1000:.0f}ms" if self.tool else _duration(int(seconds))))
        return self.exit_code


def _duration(seconds: int) -> str:
    """``01min 05s``"""
    if seconds > 86400:
        return f"{seconds // 86400}d {seconds // 3600 % 24:02}h"
    if seconds > 3600:
        return f"{seconds // 3600:02}h {seconds // 60 % 60:02}min"
    return f"{seconds // 60:02}min {seconds % 60:02}s" if seconds > 60 else f"{seconds:02}s"


def run(args: Any) -> int:
    """Check the module; returns the exit code, which is TLC's."""
    try:
        given = options.read(args.arguments)
    except UsageError as error:
        return _refuse("-tool" in args.arguments, str(error))
    if given.help:
        print("\n".join(options.usage()))
        return messages.COMMAND_LINE.exit_code
    try:
        if given.dump is not None:
            shared.try_file("-dump", given.dump[0])
        if given.trace is not None:
            shared.try_file("-dumpTrace", given.trace)
    except UsageError as error:
        return _refuse(given.tool, str(error))
    return Run(given).run()


def _refuse(tool: bool, why: str) -> int:
    printer = Printer(tool, warn=True)
    printer.say(_version())
    printer.say(messages.COMMAND_LINE(why))
    return printer.exit_code


def _version() -> Message:
    return messages.VERSION(f"Version of mc {mc.__version__} (not TLC itself: mc prints what TLC prints)")


class Run:
    """One run."""

    def __init__(self, given: options.Given) -> None:
        self.given = given
        self.printer = Printer(given.tool, given.warn)
        self.began = time.monotonic()
        self.seed = Random().getrandbits(62) if given.seed is None else given.seed
        #: Whether it is told that initial states are made, and how many; and when progress is told next.
        self.begun = self.counted = False
        self.next = self.began + _FIRST

    def run(self) -> int:
        """All of it; returns the exit code."""
        say = self.printer.say
        say(_version())
        say(self._mode())
        config = self._config()
        if config is None:
            return self.printer.finish()
        spec = self._read(config)
        if spec is not None:
            for warning in spec.warnings:
                say(messages.WARNING(warning))
            try:
                self._search(spec)
            except ModelError as error:
                say(messages.MODEL(error))
            except McError as error:
                say(messages.GENERAL(error))
        return self.printer.finish()

    def _mode(self) -> Message:
        workers = self.given.workers
        system = f"mc {mc.__version__}, {platform.system()} {platform.release()} {platform.machine()}"
        python = f"Python {platform.python_version()}"
        plural = "" if workers == 1 else "s"
        running = workers, plural, processors(), os.getpid(), f"{system}, {python}"
        return messages.MODE(*running) if self.given.walks is None else messages.MODE_WALKS(self.seed, *running)

    def _config(self) -> Path | None:
        """The configuration, here or beside the module; None where there is none, and that is said."""
        config = self.given.config or self.given.module.with_suffix(".cfg")
        for path in (config, self.given.module.parent / config):
            if path.is_file():
                return path
        self.printer.say(messages.NO_CONFIGURATION(config, "File not found."))
        return None

    def _read(self, config: Path) -> ModuleSpec | None:
        """The module with its configuration; None where one of them is wrong, and that is said."""
        say = self.printer.say
        say(messages.PARSING())
        spec: ModuleSpec | None = None
        wrong: Message | None = None
        try:
            spec = load(self.given.module, config, Changes(deadlock=None if self.given.deadlock else False))
            self._parsed(file for file in spec.texts if file != str(spec.config))
        except SpecError as error:
            self._parsed(dict.fromkeys((str(self.given.module), error.file or str(self.given.module))))
            self.printer.line(told.complaint(error))
            wrong = messages.PARSING_FAILED()
        except InvariantError as error:
            wrong = messages.INVARIANT_LEVEL(error)
        except ModelError as error:
            wrong = messages.MODEL(error)
        say(messages.PARSED())
        say(messages.STARTING())
        if wrong is not None:
            say(wrong)
        return spec

    def _parsed(self, files: Iterable[str]) -> None:
        """Say which files were read, in the words from which readers learn where a module is."""
        paths = [LIBRARY.parent / file if file.startswith(f"{LIBRARY.name}/") else Path(file) for file in files]
        for path in paths:
            self.printer.line(f"Parsing file {path.absolute()}")
        for path in reversed(paths):
            self.printer.line(f"Semantic processing of module {path.stem}")

    def _search(self, spec: ModuleSpec) -> None:
        """Search, and tell what is found."""
        teller = told.Teller(spec, self.given.difftrace)
        with ExitStack() as files:
            result = self._result(spec, teller, files)
        phase = told.phase(result)
        if phase is not told.Phase.ASSUMPTIONS:
            found = (result.initial, sum(result.levels[:1])) if phase is told.Phase.STATES else None
            self._initial(found)
        for warning in result.warnings:
            self.printer.say(messages.WARNING(warning))
        if result.verdict != "ok" or (self.given.walks is None and not self.printer.failed):
            self._say_all(lambda: teller.verdict(result))
        if self.given.trace is not None and result.violation is not None:
            self._write(self.given.trace, teller, result.violation)
        if self.given.walks is not None:
            self._walked(result)
        elif phase is told.Phase.STATES or result.verdict == "error":
            self._summary(spec, result)

    def _write(self, file: Path, teller: told.Teller, violation: Violation) -> None:
        """Write the counterexample, if there is one."""
        shown = teller.shown(violation)
        if shown is not None:
            file.write_text(deeply(lambda: trace_json(teller.looks, shown)), encoding="utf-8")
            self.printer.line(f'"CounterExample written: {file}"')

    def _result(self, spec: ModuleSpec, teller: told.Teller, files: ExitStack) -> Result:
        """The result of a search, or of random walks."""
        # Here, not above: the search takes its time to import, which errors need not wait for.
        from mc.engine.interpreted import searched
        from mc.engine.tiered import search
        from mc.engine.tiers import Options
        from mc.engine.walks import Walks
        from mc.engine.watched import Watched
        from mc.tlc.dumped import dump

        given = self.given

        def goes_on(search: Search, violation: Violation) -> None:
            self._initial((search.initial, search.levels[0]) if search.levels else None)
            self._say_all(lambda: teller.violation(violation))

        def watched(guard: Guard) -> Search:
            interpreter, watcher = Interpreter(spec), None
            if given.dump is not None:
                watcher = files.enter_context(dump(*given.dump, Looks(interpreter)))
            return Watched(interpreter, guard, self._progress, watcher, goes_on if given.goes_on else None)

        def walks(guard: Guard) -> Search:
            dice = Random(self.seed)
            return Walks(Interpreter(spec), guard, self._progress, dice, given.depth, given.walks or None)

        if given.walks is not None:
            return searched(walks)
        if given.dump is not None or given.goes_on:
            return searched(watched)
        how = Options(workers=given.workers, cache=shared.cache_directory(), early=True)
        found = search(spec, how, self._progress)
        if found.why:
            self.printer.say(messages.WARNING(f"The interpreter has searched this. It is not compiled: {found.why}"))
        return found.result

    def _say_all(self, made: Callable[[], Iterable[Message]]) -> None:
        """Say what may take deep recursion to make."""
        for message in deeply(lambda: list(made())):
            self.printer.say(message)

    def _initial(self, found: tuple[int, int] | None) -> None:
        """Tell once that initial states are made; and how many there are, if that is known."""
        walks = self.given.walks is not None
        if not self.begun and not walks:
            self.begun = True
            self.printer.say(messages.COMPUTING_INITIAL())
        if found is not None and not self.counted:
            self.counted = True
            self.printer.say(messages.COMPUTED_INITIAL(found[0]) if walks else told.initial(*found))

    def _progress(self, found: Progress) -> None:
        """Tell from time to time how far the search has come."""
        if found.initial is not None:
            self._initial(found.initial)
        now = time.monotonic()
        if now >= self.next:
            self.next = now + _EVERY
            walks = self.given.walks is not None
            self.printer.say(self._walking(found) if walks else told.progress(found, now - self.began))

    def _walking(self, found: Progress | Result) -> Message:
        kind = messages.PROGRESS_WALKS if self.given.tool else messages.PROGRESS_WALKS_PLAIN
        return kind(found.generated)

    def _walked(self, result: Result) -> None:
        """What random walks tell at their end."""
        self.printer.say(self._walking(result))
        self.printer.say(messages.WALKED(result.generated, self.seed))
        if self.printer.failed:
            # So does TLC, and there are readers that count lines from the end.
            self.printer.say(self._walking(result))

    def _summary(self, spec: ModuleSpec, result: Result) -> None:
        """What a search tells at its end, whatever it has found."""
        say = self.printer.say
        if self.given.coverage is not None:
            for message in told.coverage(spec, result):
                say(message)
        if self.given.tool:
            say(told.progress(result, time.monotonic() - self.began))
        say(messages.STATISTICS(result.generated, result.distinct, result.frontier))
        if result.violation is None or result.violation.loop is None:
            say(messages.SEARCH_DEPTH(max(1, result.depth) if result.generated else 0))
