"""The gallery: a page that says of each claim what was checked, and what became of it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from mc.dataclass import dataclass
from mc.errors import ModelError
from mc.read.models import bundled
from mc.spec.objects import Model
from mc.suite.jobs import Job
from mc.suite.judge import Outcome, Run, expected_text

_WIDTH = 110
#: Models in a row of the table, at most.
_FEW = 4

_HEAD = """\
# Gallery

What is claimed of Raft, Paxos and Multi-Paxos, what breaks it, and what happens when code is taken as it is printed.
Each model below was checked by mc and by TLC. This page is made by `mc suite --gallery`: do not edit it.

What is claimed of a protocol (A) holds, and is broken by what is changed in it: by mutants (B, D), and by code that
is not as the protocol is (C).

"No error" speaks of the bounds given and of no others. A length is the number of states of a shortest
counterexample; the one shown is the simplest of them, without the names of fields. `mc check MODEL --simplest` shows
it in full, and `mc trace` draws it."""


@dataclass(frozen=True)
class Claim:
    """One claim: an entry of ``specs/claims.yaml``."""

    id: str
    #: A few words, and the whole of it.
    title: str
    says: str
    #: Whether it holds within the bounds of the models, in a few words.
    holds: str
    #: The invariants that say the same, if any do: what violates one of them breaks the claim.
    invariants: Sequence[str] = ()
    #: What came out, where the outcomes of the models do not say it by themselves.
    found: str = ""


def read_claims(file: Path | None = None) -> dict[str, Claim]:
    """The claims, in the order of the page; :class:`ModelError` where the file is not as it should be."""
    file = file or bundled("specs") / "claims.yaml"
    try:
        entries = yaml.safe_load(file.read_text(encoding="utf-8"))
        return {key: Claim(id=key, **entry) for key, entry in entries.items()}
    except (OSError, yaml.YAMLError, TypeError, AttributeError) as error:
        raise ModelError(f"{file}: cannot read the claims (ID: {{title: , holds: , says: , ...}}): {error}") from None


def gallery_page(claims: Mapping[str, Claim], outcomes: Sequence[Outcome], left_out: Sequence[Job]) -> str:
    """The page in Markdown; ``left_out``: models that were not run, being too long.

    :class:`ModelError` for a model of a claim that is not among ``claims``.
    """
    for job in (*(outcome.job for outcome in outcomes), *left_out):
        if job.model.claim and job.model.claim not in claims:
            raise ModelError(f"{job.place}: model {job.model.name}: there is no claim {job.model.claim} in claims.yaml")
    parts = [_HEAD, "\n".join(_contents(claims, outcomes, left_out))]
    for claim in claims.values():
        parts.append("\n\n".join(_section(claim, outcomes, left_out)))
    return "\n\n".join(parts) + "\n"


def _contents(claims: Mapping[str, Claim], outcomes: Sequence[Outcome], left_out: Sequence[Job]) -> Iterator[str]:
    """A row for each claim: whether it holds, and what breaks it; or which others it breaks."""
    yield "| | claim | holds within the bounds | |"
    yield "|---|---|---|---|"
    jobs = [*(outcome.job for outcome in outcomes), *left_out]
    for claim in claims.values():
        more = _broken_by(claim, claims, jobs) if claim.invariants else _breaks(claim, claims, jobs)
        yield f"| {_link(claim)} | {claim.title} | {claim.holds}{_sound(claim, outcomes)} | {more} |"


def _sound(claim: Claim, outcomes: Sequence[Outcome]) -> str:
    """How many models say that a claim holds; :class:`ModelError` where an invariant of it is checked by none."""
    checked = [set(o.run.result["invariants"]) for o in outcomes if o.run and o.run.result and _is_sound(o)]
    for invariant in claim.invariants:
        if not any(invariant in names for names in checked):
            raise ModelError(f"claims.yaml: {claim.id}: no model without an error checks {invariant}")
    count = sum(not names.isdisjoint(claim.invariants) for names in checked)
    return f" (no error in {count} model{'s' * (count > 1)})" if claim.invariants else ""


def _is_sound(outcome: Outcome) -> bool:
    return outcome.job.expect.verdict == "ok"


def _broken_by(claim: Claim, claims: Mapping[str, Claim], jobs: Sequence[Job]) -> str:
    """What violates an invariant of a claim: models that are about it, and other claims."""
    breaking = [job for job in jobs if job.expect.property in claim.invariants]
    own = [f"`{job.name}`" for job in breaking if job.model.claim == claim.id]
    if len(own) > _FEW:
        own = [*own[: _FEW - 1], f"{len(own) - _FEW + 1} more"]
    others = [other for other in claims.values() if other is not claim and _is_of(other, breaking)]
    return _listed("broken by", [*own, *map(_link, others)])


def _breaks(claim: Claim, claims: Mapping[str, Claim], jobs: Sequence[Job]) -> str:
    """The claims with an invariant that a model about this claim violates."""
    violated = {job.expect.property for job in jobs if job.model.claim == claim.id}
    return _listed("breaks", [_link(other) for other in claims.values() if not violated.isdisjoint(other.invariants)])


def _is_of(claim: Claim, jobs: Sequence[Job]) -> bool:
    return any(job.model.claim == claim.id for job in jobs)


def _listed(verb: str, things: Sequence[str]) -> str:
    return f"{verb} {', '.join(things)}" if things else ""


def _link(claim: Claim) -> str:
    return f"[{claim.id}](#{_anchor(claim)})"


def _anchor(claim: Claim) -> str:
    """What GitHub makes of the heading of a section."""
    return re.sub(r"[^\w\- ]", "", f"{claim.id} {claim.title}".lower()).replace(" ", "-")


def _section(claim: Claim, outcomes: Sequence[Outcome], left_out: Sequence[Job]) -> Iterator[str]:
    yield f"## {claim.id} {claim.title}"
    yield _filled(claim.says)
    if claim.found:
        yield _filled(f"**Found:** {claim.found}")
    for outcome in outcomes:
        if outcome.job.model.claim == claim.id:
            yield from _checked(outcome)
    for job in left_out:
        if job.model.claim == claim.id:
            yield _heading(job)
            yield _filled(
                f"A long search, not made for this page: expected {expected_text(job.expect)} (`mc check {job.name}`)."
            )


def _checked(outcome: Outcome) -> Iterator[str]:
    run = outcome.run
    if run is None or run.result is None:
        raise ValueError(f"{outcome.job.name} was not run to its end")
    yield _heading(outcome.job)
    result, violation = run.result, run.result["violation"]
    if violation is None:
        checked = ", ".join(f"`{name}`" for name in outcome.job.model.invariants or ()) or "all invariants"
        counts = f"{result['distinct']:,} distinct states, {result['generated']:,} generated, depth {result['depth']}"
        yield _filled(f"**No error** ({checked}): {counts}.{_tlc(run)}")
        return
    what = f"`{violation['property']}` is violated" if violation["property"] else "Deadlock"
    yield _filled(f"**{what}**, length {violation['length']}.{_tlc(run)}")
    steps = [re.sub(r"\w+ \|-> ", "", step) for step in violation["steps"]]
    lines = textwrap.wrap("Init -> " + " -> ".join(steps), _WIDTH, break_long_words=False, break_on_hyphens=False)
    yield "\n".join(("```text", *lines, "", *textwrap.wrap(violation["message"], _WIDTH), "```"))


def _tlc(run: Run) -> str:
    """What TLC says, where it was asked."""
    if run.crosscheck is None:
        return ""
    same = [what for what, compared in run.crosscheck["compared"].items() if compared]
    return f" TLC finds the same: {', '.join(same or ('verdict', 'property', 'length'))}."


def _heading(job: Job) -> str:
    lines = [f"### `{job.name}`", _filled(f"{job.model.description}.".replace("..", "."))]
    lines.append(_filled("; ".join(_bounds(job.model)) + "."))
    return "\n\n".join(lines)


def _bounds(model: Model) -> Iterator[str]:
    """What is special about a model."""
    yield "Bounds: " + ", ".join(f"{name} = {_value(value)}" for name, value in model.constants.items())
    if model.symmetry:
        yield f"symmetry {', '.join(model.symmetry)}"
    if model.substitute:
        yield ", ".join(f"`{old} <- {new}`" for old, new in model.substitute.items())


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    return "{" + ", ".join(map(str, value)) + "}" if isinstance(value, list) else str(value)


def _filled(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), _WIDTH, break_long_words=False, break_on_hyphens=False)
