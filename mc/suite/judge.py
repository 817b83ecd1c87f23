"""What a model gave, held against what is expected of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mc.dataclass import dataclass
from mc.errors import EXIT_INCOMPLETE
from mc.spec.objects import Expectation
from mc.suite.jobs import Job

_COUNTS = ("generated", "distinct", "depth")


@dataclass(frozen=True)
class Run:
    """How the command for one job ended."""

    exit_code: int
    #: Of the process.
    seconds: float
    #: What ``mc check --json`` wrote; None where the command ended without a result.
    result: Mapping[str, Any] | None = None
    #: What ``mc crosscheck --json`` wrote, if that was the command.
    crosscheck: Mapping[str, Any] | None = None
    #: What the command said on stderr.
    said: str = ""
    #: Whether it was told to end before its time.
    ended: bool = False


@dataclass(frozen=True)
class Outcome:
    """The judgement on one job."""

    job: Job
    run: Run | None
    #: "pass", "fail", "incomplete" (not run, or not to its end; nothing found) or "error".
    status: str
    #: In a few words each.
    expected: str
    got: str
    #: Why it is no pass.
    reasons: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        """What differs, with the place to look at."""
        return f"{self.job.name}: expected {self.expected}; got {self.got} ({self.job.place})" + "".join(
            f"\n  {line}" for reason in self.reasons for line in reason.splitlines()
        )


def not_run(job: Job) -> Outcome:
    """The outcome of a job that an interrupt came before, or whose model has a mistake in it."""
    if job.mistake:
        return Outcome(job, None, "error", "a model that can be read", "a mistake", (job.mistake,))
    return Outcome(job, None, "incomplete", expected_text(job.expect), "nothing: it was not run")


def judge(job: Job, run: Run) -> Outcome:
    """Compare what came with what is expected."""
    expected = expected_text(job.expect)
    if run.result is None:
        status = "incomplete" if run.ended or run.exit_code == EXIT_INCOMPLETE else "error"
        return Outcome(job, run, status, expected, f"exit code {run.exit_code}", (run.said,) if run.said else ())
    got = result_text(run.result, job.expect)
    if run.result["verdict"] == "incomplete":
        return Outcome(job, run, "incomplete", expected, got)
    if run.result["verdict"] == "error":
        return Outcome(job, run, "error", expected, got, (run.result["violation"]["message"],))
    reasons = tuple(_differences(job.expect, run.result))
    if run.crosscheck is not None:
        reasons += tuple(f"TLC: {difference}" for difference in run.crosscheck["differences"])
    return Outcome(job, run, "fail" if reasons else "pass", expected, got, reasons)


def expected_text(expect: Expectation) -> str:
    """``a violation of Agreement, length 9`` or ``no error, 288 distinct``."""
    counts = {key: getattr(expect, key) for key in _COUNTS}
    return _text(expect.verdict, expect.property, expect.length, counts)


def result_text(result: Mapping[str, Any], expect: Expectation) -> str:
    """A result in the words of its expectation."""
    violation = result["violation"] or {}
    counts = {key: result[key] for key in _COUNTS if getattr(expect, key) is not None}
    return _text(result["verdict"], violation.get("property"), violation.get("length"), counts)


def _text(verdict: str, name: str | None, length: int | None, counts: Mapping[str, int | None]) -> str:
    parts = [
        {
            "ok": "no error",
            "violation": f"a violation of {name}",
            "deadlock": "a deadlock",
            "vacuous": "no state to explore",
            "incomplete": "no complete search",
            "error": "a spec that cannot be evaluated",
            "assumption": "a false assumption",
        }[verdict]
    ]
    if length is not None:
        parts.append(f"length {length}")
    if verdict == "ok":
        parts += [f"{key} {count:,}" for key, count in counts.items() if count is not None]
    return ", ".join(parts)


def _differences(expect: Expectation, result: Mapping[str, Any]) -> Iterator[str]:
    violation = result["violation"] or {}
    if result["verdict"] != expect.verdict:
        yield f"verdict: {result['verdict']}, not {expect.verdict}"
        return
    for key, wanted in (("property", expect.property), ("length", expect.length)):
        if wanted is not None and violation.get(key) != wanted:
            yield f"{key}: {violation.get(key)}, not {wanted}"
    for key in _COUNTS:
        wanted = getattr(expect, key)
        if wanted is not None and result[key] != wanted:
            yield f"{key}: {result[key]:,}, not {wanted:,} ({expect.source})"
    if expect.verdict == "ok":
        for witness, reached in result["witnesses"].items():
            if not reached:
                yield f"the witness {witness} was not reached: no error means little then"
