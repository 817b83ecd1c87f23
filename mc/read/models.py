"""Find a spec and read its bounded models from the YAML file beside it.

The YAML is read as a tree of nodes, each with its place in the file, so that every mistake is
reported with its line: a model that is not what its author meant must not run.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Any

import yaml

import mc
from mc.dataclass import dataclass
from mc.errors import McError, ModelError, UsageError
from mc.read.text import read_text
from mc.spec.objects import Expectation, Model

#: ``SPEC:MODEL``. A model's name is also a directory of results, so it has nothing special in it.
_REFERENCE = re.compile(r"(?P<spec>.+?)(?::(?P<model>[A-Za-z0-9_][\w-]*))?")
_MODEL_NAME = re.compile(r"[A-Za-z0-9_][\w-]*")
#: libyaml's where PyYAML was built with it, which takes a tenth of the time.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: The name of the model of a spec that has no YAML.
NO_YAML = "default"


@dataclass(frozen=True)
class Models:
    """The models of one spec."""

    #: The spec file.
    spec: Path
    #: Where the models come from; None where there is no such file.
    file: Path | None
    models: Mapping[str, Model]
    default: str
    #: Those with a mistake in them, which is of no concern to the others.
    broken: Mapping[str, ModelError] = field(default_factory=dict)

    def select(self, name: str | None) -> Model:
        """The model of that name, or the default one; :class:`ModelError` where there is none, or it is broken."""
        chosen = self.default if name is None else name
        if chosen in self.broken:
            raise self.broken[chosen]
        if chosen not in self.models:
            where = self.file or f"{self.spec.name} (no {self.spec.with_suffix('.yaml').name} beside it)"
            raise ModelError(f"{where}: there is no model {chosen!r}{_known(chosen, self.models, 'models')}")
        return self.models[chosen]


def bundled(kind: str) -> Path:
    """The directory of the ``specs`` or ``proofs`` that come with mc: in the wheel, or in its checkout."""
    package = Path(mc.__file__).resolve().parent
    installed = package / "_bundled" / kind
    return installed if installed.is_dir() else package.parent / kind


def bundled_names() -> list[str]:
    """The specs that can be named without a path."""
    return sorted(path.stem for path in bundled("specs").glob("*.yaml") if path.with_suffix(".py").is_file())


def find_spec(reference: str) -> tuple[Path, str | None]:
    """The spec file and the model that ``SPEC[:MODEL]`` means.

    ``SPEC`` is a bundled name, or the path of a ``.py`` or ``.yaml``. :class:`UsageError` where there
    is no such file.
    """
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise UsageError(f"{reference!r} is not SPEC or SPEC:MODEL")
    spec = match["spec"]
    if spec.endswith(".tla") and Path(spec).is_file():
        raise UsageError(f"{reference}: the models of a .tla are TLC configurations: give {spec} and --config FILE")
    if spec.endswith((".py", ".yaml", ".yml")):
        path = Path(spec)
        if not path.is_file():
            raise UsageError(f"there is no file {spec}{meant(spec, match['model'])}")
        path = path.with_suffix(".py")
        if not path.is_file():
            raise UsageError(f"{spec} holds models, but there is no spec {path.name} beside it")
    else:
        path = bundled("specs") / f"{spec}.py"
        if not spec.isidentifier() or not path.is_file():
            known = f"; give the path of a .py, or one of {', '.join(bundled_names())}"
            raise UsageError(f"there is no spec {spec!r}{meant(spec, match['model']) or known}")
    return path, match["model"]


def find_models(reference: str) -> tuple[Models, str | None]:
    """The models that ``SPEC[:MODEL]`` means, and which of them; ``SPEC`` may be a ``.yaml`` of TLA+ modules, or a
    ``.tla`` with one beside it."""
    match = _REFERENCE.fullmatch(reference)
    path = Path(match["spec"] if match is not None else reference)
    file = path.with_suffix(".yaml") if path.suffix == ".tla" and path.is_file() else path
    if match is not None and file.suffix in (".yaml", ".yml") and not file.with_suffix(".py").is_file():
        if not file.is_file():
            where = f"no {file.name} beside it says what is expected" if file != path else "there is no such file"
            raise UsageError(f"{path}: {where}")
        return _Reader(file, of_modules=True).read(file), match["model"]
    spec, name = find_spec(reference)
    return read_models(spec), name


def meant(spec: str, model: str | None) -> str:
    """The question whether a spec of nearly that name is meant: one in that directory, or a bundled one."""
    path = Path(spec)
    files = [*sorted(path.parent.glob("*.py")), *(sorted(path.parent.glob("*.tla")) if path.suffix == ".tla" else ())]
    here = {file.stem: str(path.parent / file.name) for file in files if file.is_file()}
    names = {**{name: name for name in bundled_names()}, **here}
    near = difflib.get_close_matches(path.stem, names, 1)
    return f"; did you mean {names[near[0]]}{f':{model}' if model is not None else ''}?" if near else ""


def read_models(spec: Path) -> Models:
    """The models in the YAML beside ``spec``; :class:`ModelError` with file and line for a mistake outside of them.

    Without that file there is one model, whose constants all come from the command line.
    """
    for suffix in (".yaml", ".yml"):
        file = spec.with_suffix(suffix)
        if file.is_file():
            return _Reader(file).read(spec)
    return Models(spec, None, {NO_YAML: Model(NO_YAML, {})}, NO_YAML)


def override(
    model: Model,
    constants: Mapping[str, Any],
    symmetry: tuple[str, ...] | None = None,
    invariants: tuple[str, ...] | None = None,
    deadlock: bool | None = None,
) -> Model:
    """``model`` with what the command line gives in place of its own; ``None`` keeps its own."""
    given = (constants or None, symmetry, invariants)
    return replace(
        model,
        place=model.place if given == (None, None, None) else None,
        constants={**model.constants, **constants},
        symmetry=model.symmetry if symmetry is None else symmetry,
        invariants=model.invariants if invariants is None else invariants,
        deadlock=model.deadlock if deadlock is None else deadlock,
    )


def _known(name: str, known: Iterable[str], what: str) -> str:
    """The mend for an unknown name: the nearest known one, and all of them."""
    names = list(known)
    near = difflib.get_close_matches(name, names, 1)
    return (f"; did you mean {near[0]}?" if near else ";") + f" {what}: {', '.join(names) or 'none'}"


class _Reader:
    """Reads one YAML file of models, strictly."""

    def __init__(self, file: Path, of_modules: bool = False) -> None:
        self.file = file
        self.of_modules = of_modules
        #: The keys of a model, as the fields of :class:`Model`, each with what reads its value.
        self.keys: dict[str, Callable[[yaml.Node, str], Any]] = {
            "description": self.text,
            "constants": self.constants,
            "symmetry": self.names,
            "invariants": self.names,
            "witnesses": self.names,
            "constraints": self.names,
            "deadlock": self.flag,
            "substitute": self.substitutions,
            "definitions": self.names,
            "claim": self.text,
            "expect": self.expectation,
            "long": self.flag,
        }
        if of_modules:
            # All else is said by the configuration.
            self.keys = {key: self.keys[key] for key in ("description", "claim", "expect", "long")}
            self.keys |= {"module": self.path, "config": self.path}

    def read(self, spec: Path) -> Models:
        top = self.mapping(self.parse(), "the file", ("default", "models"))
        if "models" not in top:
            raise ModelError(f"{self.file}: no models; write models: {{NAME: {{constants: {{...}}}}}}")
        models: dict[str, Model] = {}
        broken: dict[str, ModelError] = {}
        nodes = self.mapping(top["models"], "models")
        for name, node in nodes.items():
            try:
                models[name] = self.model(name, node)
            except ModelError as error:
                broken[name] = error
        if not nodes:
            raise self.fail(top["models"], "models is empty; write models: {NAME: {constants: {...}}}")
        default = next(iter(nodes))
        if "default" in top:
            default = self.text(top["default"], "default")
            if default not in nodes:
                known = _known(default, nodes, "models")
                raise self.fail(top["default"], f"default: there is no model {default!r}{known}")
        return Models(spec, self.file, models, default, broken)

    def parse(self) -> yaml.Node:
        try:
            node = yaml.compose(read_text(self.file), Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            line = f":{error.problem_mark.line + 1}" if error.problem_mark is not None else ""
            context = f" {error.context}" if error.context else ""
            raise ModelError(f"{self.file}{line}: malformed YAML{context}: {error.problem}") from None
        except (yaml.YAMLError, OSError, ValueError) as error:
            raise ModelError(f"{self.file}: cannot read the models: {error}") from None
        if node is None:
            raise ModelError(f"{self.file}: the file is empty; write models: {{NAME: {{constants: {{...}}}}}}")
        return node

    def model(self, name: str, node: yaml.Node) -> Model:
        if not _MODEL_NAME.fullmatch(name):
            raise self.fail(node, f"a model's name has letters, digits, _ and - only, not {name!r}")
        found = self.mapping(node, f"model {name}", self.keys)
        fields = {key: self.keys[key](value, f"model {name}: {key}") for key, value in found.items()}
        if self.of_modules:
            module = fields.setdefault("module", self.file.with_suffix(".tla"))
            fields.setdefault("config", module.with_suffix(".cfg"))
            for path in (module, fields["config"]):
                if not path.is_file():
                    raise self.fail(node, f"model {name}: there is no file {path}")
        return Model(name, fields.pop("constants", {}), place=(self.file, node.start_mark.line + 1), **fields)

    def fail(self, node: yaml.Node, message: str) -> McError:
        line = node.start_mark.line + 1
        return ModelError(f"{self.file}:{line}: {message}", line)

    def wrong(self, node: yaml.Node, what: str, expected: str) -> McError:
        kinds = {yaml.ScalarNode: repr(node.value), yaml.SequenceNode: "a list", yaml.MappingNode: "a mapping"}
        return self.fail(node, f"{what} is {expected}, not {kinds[type(node)]}")

    def mapping(self, node: yaml.Node, what: str, allowed: Iterable[str] | None = None) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            raise self.wrong(node, what, "a mapping (KEY: VALUE)")
        found: dict[str, yaml.Node] = {}
        for key_node, value in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is None:
                raise self.wrong(key_node, f"{what}: a key", "a name")
            if key in found:
                raise self.fail(key_node, f"{what}: the key {key!r} stands here twice")
            if allowed is not None and key not in allowed:
                raise self.fail(key_node, f"{what}: unknown key {key!r}{_known(key, allowed, 'keys')}")
            found[key] = value
        return found

    def scalar(self, node: yaml.Node) -> Any:
        """A scalar as YAML understands it: 3, true, a string, ...; None for what is no scalar."""
        if not isinstance(node, yaml.ScalarNode):
            return None
        try:
            return yaml.constructor.SafeConstructor().construct_object(node)
        except (yaml.YAMLError, ValueError) as error:  # such as a date that does not exist
            shown = node.value if len(node.value) <= 100 else f"{node.value[:100]}..."
            raise self.fail(node, f"malformed value {shown!r}: {error}") from None

    def text(self, node: yaml.Node, what: str) -> str:
        value = self.scalar(node)
        if not isinstance(value, str):
            raise self.wrong(node, what, "a text (in quotes, if it looks like something else)")
        return value

    def path(self, node: yaml.Node, what: str) -> Path:
        """A file beside the YAML, or from there."""
        return self.file.parent / self.text(node, what)

    def number(self, node: yaml.Node, what: str) -> int:
        value = self.scalar(node)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise self.wrong(node, what, "a whole number from 1 up")
        return value

    def flag(self, node: yaml.Node, what: str) -> bool:
        value = self.scalar(node)
        if not isinstance(value, bool):
            raise self.wrong(node, what, "true or false")
        return value

    def names(self, node: yaml.Node, what: str) -> tuple[str, ...]:
        if not isinstance(node, yaml.SequenceNode):
            raise self.wrong(node, what, "a list of names ([A, B])")
        return tuple(self.text(item, f"{what}: a name") for item in node.value)

    def constants(self, node: yaml.Node, what: str) -> dict[str, Any]:
        return {name: self.constant(value, f"{what}: {name}") for name, value in self.mapping(node, what).items()}

    def constant(self, node: yaml.Node, what: str) -> Any:
        if isinstance(node, yaml.SequenceNode):
            return [self.constant(item, what) for item in node.value]
        if isinstance(node, yaml.MappingNode) and node.value:
            found: dict[Any, Any] = {}
            for key_node, item in node.value:
                key = self.constant(key_node, f"{what}: a key")
                if isinstance(key, (list, dict)):
                    raise self.wrong(key_node, f"{what}: a key", "a number, true or false, or a name")
                if key in found:  # Python holds 1 for the same as true
                    raise self.fail(key_node, f"{what}: the key {key!r} stands here twice, or 1 beside true")
                found[key] = self.constant(item, what)
            return found
        value = self.scalar(node)
        if not isinstance(value, (int, str)):
            raise self.wrong(node, what, "a number, true or false, a name, a text, or a list or mapping of these")
        return value

    def substitutions(self, node: yaml.Node, what: str) -> dict[str, str]:
        return {old: self.text(new, f"{what}: {old}") for old, new in self.mapping(node, what).items()}

    def expectation(self, node: yaml.Node, what: str) -> Expectation:
        """``{verdict: ok, distinct: 288, source: ...}`` or ``{violation: Agreement, length: 9}``."""
        counts = ("generated", "distinct", "depth")
        found = self.mapping(node, what, ("verdict", "violation", "length", *counts, "source"))
        if ("verdict" in found) == ("violation" in found):
            raise self.fail(node, f"{what}: write either verdict: ok, verdict: deadlock, or violation: INVARIANT")
        verdict = self.text(found["verdict"], f"{what}: verdict") if "verdict" in found else "violation"
        if "verdict" in found and verdict not in ("ok", "deadlock"):
            raise self.wrong(found["verdict"], f"{what}: verdict", "ok or deadlock")
        numbers = {key: self.number(found[key], f"{what}: {key}") for key in ("length", *counts) if key in found}
        if "length" in numbers and verdict == "ok":
            raise self.fail(found["length"], f"{what}: length is that of a counterexample; there is none")
        if any(key in numbers for key in counts):
            if verdict != "ok":
                raise self.fail(node, f"{what}: {', '.join(counts)} are of a complete search, with verdict: ok")
            if "source" not in found:
                raise self.fail(node, f"{what}: counts need a source: where they come from")
        name = self.text(found["violation"], f"{what}: violation") if "violation" in found else None
        source = self.text(found["source"], f"{what}: source") if "source" in found else ""
        return Expectation(verdict, name, source=source, line=node.start_mark.line + 1, **numbers)
