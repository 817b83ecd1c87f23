"""Run TLC on a written model, and read its result."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from mc.dataclass import dataclass
from mc.errors import McError, ModelError, SpecError, UsageError
from mc.tlc.model import TlcModel
from mc.tlc.output import TlcOutput
from mc.tlc.subject import Subject
from mc.tlc.tools import Tools

#: Minutes between coverage reports. So many that only the last one is printed, and few enough that
#: TLC, which counts them in milliseconds, does not overflow.
_COVERAGE_MINUTES = "10000"


class TlcStep(NamedTuple):
    """One state of TLC's counterexample."""

    #: The spec's action that leads here; TLC's label where that is not known.
    action: str
    #: Values outside their domains stay untyped.
    values: Mapping[str, Any]
    #: None where TLC does not tell them.
    arguments: tuple[Any, ...] | None


@dataclass(frozen=True)
class TlcResult:
    """What TLC found out, or mc from the same module."""

    version: str
    #: "ok", "vacuous" (TLC says "no error" of no state), "violation", "deadlock", "assumption", "error" (TLC could not
    #: evaluate the spec), or "stopped" (by us, beyond the given number of states).
    verdict: str
    #: The violated invariant.
    property: str | None
    generated: int
    distinct: int
    depth: int
    #: States of the counterexample, the initial one first.
    length: int | None
    #: TLC's own "Finished in"; the process's time where it prints none.
    seconds: float
    #: Generated states by action of the spec, where coverage was on. A label that does not stand for
    #: one action stays as TLC prints it.
    action_generated: Mapping[str, int]
    #: The counterexample.
    trace: tuple[TlcStep, ...]
    #: What TLC says about an error.
    message: str
    #: Whether TLC went on to its end and found no error.
    complete: bool
    #: Whether TLC got as far as computing states.
    searched: bool
    #: The constraint that is FALSE by its constants alone, so that TLC did not search.
    constraint: str | None
    #: Everything that TLC printed; None where mc has taken its place.
    log: Path | None


#: Strings of a spec may have any character: in files and, from Java 18 on and before, in what TLC prints.
_UTF_8 = ("-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8", "-Dsun.stdout.encoding=UTF-8")
#: No optimising compiler, whose work would not be paid back: a third less processor time in a run of seconds.
_SHORT = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


def run_tlc(
    tools: Tools,
    subject: Subject,
    model: TlcModel,
    *,
    workers: int = 1,
    coverage: bool = False,
    dump: tuple[str, ...] = (),
    stop_beyond: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    log: str = "tlc.out",
    short: bool = False,
) -> TlcResult:
    """Check the model with TLC. One worker gives the same result, bit for bit, in every run.

    ``dump``: arguments of ``-dump``, with the file last. ``stop_beyond``: stop once more distinct
    states are known to be found (TLC reports once a minute). ``progress`` is then told how many
    states were generated, and how many of them are distinct. ``log``: the file in the model's directory
    that all of TLC's output goes to. ``short``: the run is known to be short; Java then spends less on itself.
    Raises :class:`SpecError` where TLC cannot read the modules, :class:`McError` where it does not run.
    """
    # A directory of our own: TLC names its files by the second, and we remove all of it in the end.
    scratch = Path(tempfile.mkdtemp(prefix="states-", dir=model.directory))
    command = [
        *(str(tools.java), *(_SHORT if short else ("-XX:+UseParallelGC",))),
        f"-Djava.io.tmpdir={scratch}",  # TLC unpacks its standard modules there
        *_UTF_8,
        *("-cp", str(tools.jar), "tlc2.TLC", "-tool"),
        *("-workers", str(workers), "-fp", "0", "-metadir", str(scratch)),
        *([] if model.deadlock else ["-deadlock"]),  # this option switches the check off
        *(["-coverage", _COVERAGE_MINUTES] if coverage else []),
        *(["-dump", *dump] if dump else []),
        *("-config", f"{model.name}.cfg", model.name),
    ]
    path = model.directory / log
    output = TlcOutput()
    started = time.monotonic()
    try:
        stopped = _run(command, model.directory, path, output, stop_beyond, progress)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    seconds = time.monotonic() - started
    verdict = output.verdict
    if stopped:
        verdict = "stopped"
    else:
        _raise_for_failure(output, path, subject)
        if verdict == "ok" and not output.distinct:
            verdict = "vacuous"
    states = output.behaviors[0].states if output.behaviors else []
    return TlcResult(
        version=output.version,
        verdict=verdict,
        property=output.property,
        generated=output.generated,
        distinct=output.distinct,
        depth=output.depth,
        length=len(states) or None,
        seconds=seconds if output.milliseconds is None else output.milliseconds / 1000,
        action_generated=by_action(output.coverage, subject),
        trace=tuple(
            TlcStep(subject.action(label) or label, subject.values(parts), subject.arguments(label))
            for label, parts in states
        ),
        message="\n".join(output.errors),
        complete=not stopped and output.verdict == "ok",
        searched=output.started,
        constraint=output.constraint,
        log=path,
    )


def _run(
    command: list[str],
    directory: Path,
    log: Path,
    output: TlcOutput,
    stop_beyond: int | None,
    progress: Callable[[int, int], None] | None,
) -> bool:
    """Run the command, copying what it prints into ``log`` and ``output``; whether we stopped it."""
    try:
        process = subprocess.Popen(
            command,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
    except OSError as error:
        raise UsageError(f"cannot run Java ({command[0]}): {error}") from None
    assert process.stdout is not None
    try:
        known = (0, 0)
        with process, log.open("w", encoding="utf-8") as copy:
            for line in process.stdout:
                copy.write(line)
                output.feed(line.rstrip("\r\n"))
                now = (output.generated, output.distinct)
                if now != known:
                    known = now
                    if progress is not None:
                        progress(*now)
                    if stop_beyond is not None and now[1] > stop_beyond:
                        process.kill()
                        return True
    finally:
        # Also on Ctrl-C, which Python turns into an exception here: TLC must not outlive us.
        if process.poll() is None:
            process.kill()
            process.wait()
    return False


def _raise_for_failure(output: TlcOutput, log: Path, subject: Subject) -> None:
    # The parser repeats an error for each module that depends on it.
    said = "\n".join(dict.fromkeys([*output.errors, *output.loose])).strip()
    if not output.version or not output.verdict:
        raise McError(f"TLC did not run to its end; it printed (see {log}):\n{said or 'nothing'}")
    for part, limit in _LIMITS.items():
        found = next((line for line in said.split("\n") if part in line), None)
        if found is not None and output.verdict == "error":
            raise ModelError(f"TLC cannot check this model: {found.removeprefix(': ')} ({limit}; see {log})")
    if output.verdict == "error" and not output.started:
        raise SpecError(f"TLC cannot read {subject.module.stem} or its model (see {log}):\n{said}", str(subject.module))


#: What mc has and TLC has not, by a part of what TLC says.
_LIMITS = {
    "typed model value": "TLC gives a model value whose second character is _ the first one as its type, and compares "
    "it with no value of another type: choose other names",
    "Overflow when computing": "numbers of TLC have 32 bits: choose smaller constants",
    "too many elements": "choose smaller constants",
}


def by_action(counted: Mapping[str, int], subject: Subject) -> dict[str, int]:
    """What is counted by label, by action; a label that does not stand for one action stays."""
    found: dict[str, int] = {}
    for label, generated in counted.items():
        action = subject.action(label) or label
        found[action] = found.get(action, 0) + generated
    return found
