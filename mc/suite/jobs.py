"""What there is to run: models that say what is expected of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mc.dataclass import dataclass
from mc.errors import ModelError, UsageError
from mc.read.models import bundled_names, find_models
from mc.spec.objects import Expectation, Model


@dataclass(frozen=True, eq=False)
class Job:
    """One model to run."""

    #: The spec file, or what stands for several modules, and the YAML that the model stands in.
    spec: Path
    file: Path
    model: Model
    expect: Expectation
    #: What is wrong with the model, if it cannot even be read; then the model is but a name.
    mistake: str = ""

    @property
    def name(self) -> str:
        """``raft:small``"""
        return f"{self.spec.stem}:{self.model.name}"

    @property
    def reference(self) -> tuple[str, ...]:
        """``SPEC:MODEL``, or a module and its configuration, as the other commands take it."""
        if self.model.module is not None:
            return str(self.model.module), "--config", str(self.model.config)
        return (f"{self.spec}:{self.model.name}",)

    @property
    def place(self) -> str:
        """Where the expectation is written."""
        return f"{self.shown_file}:{self.expect.line}"

    @property
    def shown_file(self) -> Path:
        """The YAML as seen from here, if it is below."""
        here = Path.cwd()
        return self.file.relative_to(here) if self.file.is_relative_to(here) else self.file


def _unreadable(spec: Path, file: Path, name: str, error: ModelError) -> Job:
    """What stands for a model with a mistake in it."""
    return Job(spec, file, Model(name, {}), Expectation("", line=error.line), str(error))


def select(references: Iterable[str], long: bool) -> list[Job]:
    """The models of each ``SPEC``, or the one of ``SPEC:MODEL``; of a directory those of all YAML files in it; without
    any, all of all bundled specs.

    Models that are too long for every day are left out, unless ``long`` or named. :class:`UsageError`
    where a model that is named, or all models of a spec, expect nothing.
    """
    given = [one for reference in references for one in _files(reference)]
    jobs: dict[tuple[str, ...], Job] = {}
    for reference in given or bundled_names():
        models, name = find_models(reference)
        wanted = models.models.values() if name is None else [models.select(name)]
        found = [Job(models.spec, models.file, m, m.expect) for m in wanted if models.file and m.expect]
        if models.file and name is None:
            found += [_unreadable(models.spec, models.file, *broken) for broken in models.broken.items()]
        if given and not found:
            raise UsageError(f"{reference}: nothing is expected here; write expect: {{verdict: ok}} into the model")
        for job in found:
            if long or name is not None or not job.model.long:
                jobs.setdefault((job.name, *job.reference), job)
    return list(jobs.values())


def _files(reference: str) -> list[str]:
    """The YAML files of a directory; what is none stays as it is."""
    directory = Path(reference)
    if not directory.is_dir():
        return [reference]
    found = sorted(str(file) for suffix in ("yaml", "yml") for file in directory.glob(f"*.{suffix}"))
    if not found:
        raise UsageError(f"{reference}: there is no .yaml in this directory that says what is expected")
    return found
